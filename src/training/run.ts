// Runs the slices of a training: at once, or so that the host has its turn between them.
import type { Unread } from '../data/matrix.ts'
import type { Steps } from '../data/steps.ts'
import { unexpected } from '../errors.ts'
import type { TrainingRun } from './loop.ts'
import type { TrainResult } from './result.ts'
import { START_MILLISECONDS, Yielder } from './yielding.ts'

/** Runs all slices without a pause. */
export function runThrough(run: TrainingRun): TrainResult {
  while (run.slice()) {
    if (run.pending === undefined) continue
    throw unexpected('INVALID_CONFIG', 'onEpoch', 'no promise in trainSync, which cannot wait for it; use train')
  }
  return run.result()
}

/**
 * Starts a run and runs all its slices, giving the host its turn, and waiting for what `onEpoch` promises. What the start has
 * yet to read of the caller's rows is kept before each turn; `follow` learns of the run.
 */
export async function runYielding(
  start: Steps<TrainingRun>,
  unread: Unread,
  follow: (run: TrainingRun) => void,
): Promise<TrainResult> {
  const yielder = new Yielder()
  let step = start.next()
  for (; !step.done; step = start.next()) {
    if (!yielder.isDue(START_MILLISECONDS)) continue
    for (const { keep } of unread.matrices) keep?.()
    await yielder.yield()
  }
  const run = step.value
  follow(run)
  const loading = run.loadBlocks()
  if (loading) await loading
  await runUntil(run, () => false, yielder)
  return run.result()
}

/** Runs slices until the time is up. False: it is, and slices are left. */
export async function runUntil(run: TrainingRun, isUp: () => boolean, yielder = new Yielder()): Promise<boolean> {
  while (run.slice()) {
    if (run.pending !== undefined) run.settle(await run.pending)
    if (yielder.isDue()) await yielder.yield()
    if (isUp()) return false
  }
  return true
}
