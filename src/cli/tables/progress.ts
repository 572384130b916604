// How far a training is, as a bar on standard error where that is a terminal.
import { SingleBar } from 'cli-progress'
import type { TableProgress } from 'wasmprop/table'
import { clip } from '../../errors.ts'

export interface Progress {
  /** Undefined where nobody looks */
  readonly onProgress?: (progress: TableProgress) => void
  stop(): void
}

export function showProgress(isWanted: boolean): Progress {
  if (!isWanted || process.stderr.isTTY !== true) return { stop: () => {} }
  const columns = process.stderr.columns || 80
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage} %  {stage}',
    barsize: Math.max(8, Math.min(24, columns - 50)),
    barCompleteChar: '━',
    barIncompleteChar: '─',
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    gracefulExit: false,
  })
  bar.start(1, 0, { stage: 'reading' })
  return {
    onProgress: ({ stage, fraction, millisecondsLeft }) => {
      // Before, an estimate is a guess.
      const left = fraction > 0.1 && millisecondsLeft > 2000 ? `, ${Math.round(millisecondsLeft / 1000)} s left` : ''
      bar.update(fraction, { stage: `${clip(stage)}${left}`.slice(0, Math.max(10, columns - 36)) })
    },
    stop: () => bar.stop(),
  }
}
