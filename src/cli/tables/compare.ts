// wasmprop compare FILE --target COLUMN: a leaderboard by cross-validation, and the command that trains its winner.
import { crossValidateTable, type TableCrossValidation, type TableMetrics } from 'wasmprop/table'
import { interruptible } from '../interrupt.ts'
import { bold, dim, isNarrow, paragraph, print, printJson, table } from '../terminal.ts'
import { inFile, readTableFile } from './files.ts'
import { learningOptions, trainingCommand } from './learning.ts'
import type { CompareFlags } from './options.ts'
import { showProgress } from './progress.ts'
import { cell, formatNumber, metricName } from './words.ts'

/** Quantiles of Student's t for intervals of 95 %, by degrees of freedom from 1 on */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
]
const NORMAL = 1.96

interface Place {
  readonly name: string
  readonly mean: TableMetrics
  /** Half of the interval of 95 %, by metric */
  readonly interval: TableMetrics
}

interface Leaderboard {
  readonly target: string
  readonly folds: number
  /** What it is ranked by */
  readonly metric: string
  /** The best first */
  readonly places: readonly Place[]
}

export async function compare(flags: CompareFlags, path: string): Promise<void> {
  const source = await readTableFile(path)
  const options = await learningOptions(path, source, flags)
  const { stop, ...progress } = showProgress(!flags.quiet && !flags.json)
  let found: TableCrossValidation | TableCrossValidation[]
  try {
    found = await interruptible((signal) => {
      const { folds } = flags
      const given = { ...options, ...progress, signal, ...(folds === undefined ? {} : { folds }) }
      return inFile(path, () => crossValidateTable(source, given))
    })
  } finally {
    stop()
  }
  const boards = [found].flat().map(leaderboardOf)
  const command = winnerCommand(path, flags, boards[0].places[0].name)
  if (flags.json) printJson({ leaderboards: boards, command: command ?? null })
  else tell(boards, command)
}

function leaderboardOf({ target, folds, mean, standardError }: TableCrossValidation): Leaderboard {
  const factor = STUDENT[folds.length - 2] ?? NORMAL
  const metric = 'logLoss' in mean.model ? 'logLoss' : 'rootMeanSquaredError'
  const places = Object.entries(mean).map(([name, scores]) => ({
    name,
    mean: scores,
    interval: Object.fromEntries(
      Object.entries(standardError[name]).map(([key, error]) => [key, factor * error]),
    ) as unknown as TableMetrics,
  }))
  return { target, folds: folds.length, metric, places: places.sort((a, b) => scoreOf(a, metric) - scoreOf(b, metric)) }
}

/** Less is better; what has no such score comes last. */
const scoreOf = ({ mean }: Place, metric: string): number =>
  (mean as unknown as Record<string, number | undefined>)[metric] ?? Number.POSITIVE_INFINITY

/** Nothing is to be trained where the baseline wins. */
function winnerCommand(path: string, flags: CompareFlags, winner: string): string | undefined {
  if (winner === 'baseline') return undefined
  const only = winner === 'linear' || winner === 'network' ? winner : flags.only
  return trainingCommand(path, { ...flags, ...(only === undefined ? {} : { only }) })
}

const WORDS: Readonly<Record<string, string>> = {
  model: 'model (all together)',
  linear: 'linear model',
  network: 'networks alone',
  baseline: 'baseline',
}

function tell(boards: readonly Leaderboard[], command: string | undefined): void {
  for (const { target, folds, metric, places } of boards) {
    print(paragraph(`${bold(cell(target, 60))}: ${folds} folds, each row held out once`).join('\n'))
    const shown = [metric, ...(isNarrow ? [] : [metric === 'logLoss' ? 'accuracy' : 'r2'])]
    const rows = places.map(({ name, mean, interval }, place) => [
      `${place + 1}  ${WORDS[name] ?? name}`,
      ...shown.map((key) => withInterval(mean, interval, key)),
    ])
    const [head, ...lines] = table([['', ...shown.map(metricName)], ...rows], 1)
    print(dim(head))
    for (const line of lines) print(line)
  }
  print(
    dim(paragraph('Means over the folds, ± intervals of 95\u00a0%; the first place has the least loss.').join('\n')),
  )
  if (command === undefined) print('Nothing learned: no model beats the baseline.')
  else print(`\nTo train the winner:\n  ${command}`)
}

function withInterval(mean: TableMetrics, interval: TableMetrics, key: string): string {
  const [value, half] = [mean, interval].map(
    (metrics) => (metrics as unknown as Record<string, number | undefined>)[key],
  )
  if (value === undefined) return '–'
  return half === undefined ? formatNumber(value) : `${formatNumber(value)} ± ${half.toPrecision(2)}`
}
