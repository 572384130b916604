// How runs are driven, slice by slice: time, the turns of the host between slices, and waits for what users promise.
import type { Unread } from '../data/matrix.ts'
import type { Steps } from '../data/steps.ts'
import { unexpected } from '../errors.ts'

/** What a network does while it is busy */
export interface Run {
  abort(): void
}

/** What is done slice by slice: `slice()` until it gives false, then `result()` */
export interface SlicedRun<Result> extends Run {
  slice(): boolean
  /** What `onEpoch` promised, or undefined where an abort comes first; until `settle` */
  readonly pending: Promise<unknown> | undefined
  /** Takes what `onEpoch` gave, or promised and now gives. */
  settle(value: unknown): void
  /** Loads what lets the host have its turn within a step, where that takes longer than a slice. */
  loadBlocks(): Promise<void> | undefined
  result(): Result
}

/** Runs all slices without a pause. */
export function runThrough<Result>(run: SlicedRun<Result>): Result {
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
export async function runYielding<Result>(
  start: Steps<SlicedRun<Result>>,
  unread: Unread,
  follow: (run: Run) => void,
): Promise<Result> {
  const yielder = new Yielder()
  let step = start.next()
  for (let after = FIRST_TURN; !step.done; step = start.next()) {
    if (!yielder.isDue(after)) continue
    for (const { keep } of unread.matrices) keep?.()
    await yielder.yield()
    after = START_MILLISECONDS
  }
  const run = step.value
  follow(run)
  const loading = run.loadBlocks()
  if (loading) await loading
  await runUntil(run, () => false, yielder)
  return run.result()
}

/** Runs slices until the time is up. False: it is, and slices are left. */
export async function runUntil(
  run: SlicedRun<unknown>,
  isUp: () => boolean,
  yielder = new Yielder(),
): Promise<boolean> {
  while (run.slice()) {
    if (run.pending !== undefined) run.settle(await run.pending)
    if (yielder.isDue()) await yielder.yield()
    if (isUp()) return false
  }
  return true
}

/** A slice ends after about this time: half a frame at 60 Hz. */
export const SLICE_MILLISECONDS = 8
/** Before the first of them, where rows go into fresh memory: a piece of them may take as long again. */
const START_MILLISECONDS = 4
/** The first turn of all comes sooner, since all rows may have to be looked at before it. */
const FIRST_TURN = 2

export const now = (): number => (typeof performance === 'undefined' ? Date.now() : performance.now())

/** When the host is due for a turn */
export class Yielder {
  #last = now()

  isDue(after = SLICE_MILLISECONDS): boolean {
    const passed = now() - this.#last
    return !(passed > 0 && passed < after) // 0: the clock may stand still
  }

  async yield(): Promise<void> {
    await yieldToHost()
    this.#last = now()
  }
}

/**
 * Lets the host do what waits: a frame, a message, a timer. Resolves in microseconds, where `setTimeout` takes 4 ms.
 * Not by `scheduler.yield`: what goes on after it comes before all messages and timers, so that nothing could abort.
 */
function yieldToHost(): Promise<void> {
  const host = globalThis as { setImmediate?: (f: () => void) => unknown }
  if (host.setImmediate) return new Promise((resolve) => host.setImmediate?.(resolve))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

/**
 * One wait at a time. A race with a promise that outlives the waits would leave something behind in it for each: here only
 * the present one is known.
 */
export class AbortableWait {
  #leave: (() => void) | undefined
  #isOver = false

  /** What is promised; undefined once `abort` was called: what becomes of it then is ignored, a rejection as well. */
  for<T>(promised: PromiseLike<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      promised.then(resolve, reject)
      this.#leave = () => resolve(undefined)
      if (this.#isOver) this.#leave()
    })
  }

  /** Ends the present wait, and all later ones as soon as they begin. */
  abort(): void {
    this.#isOver = true
    this.#leave?.()
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
