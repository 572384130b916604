// Runs a race: a worker for each runner, turns of equal time, and what comes of it.
import { trustedScript } from '../trusted.ts'
import type { FromRunner, Ran, Runner, ToRunner } from './messages.ts'
import type { Dtype, Size } from './sizes.ts'
import address from './worker.ts?worker&url'

export interface Lane {
  readonly runner: Runner
  /** Milliseconds: worker and code, network, first epoch */
  readonly start: number
  readonly made: number
  readonly firstEpoch: number
  readonly rows: number
  /** Of each turn: milliseconds of training so far, the loss after it, rows a second in it */
  readonly times: readonly number[]
  readonly losses: readonly number[]
  readonly rates: readonly number[]
  readonly epochs: number
  readonly hash: string
}

export type Progress = (lane: Lane) => void

class Racer {
  readonly #worker: Worker
  lane: Lane
  #answer: ((message: FromRunner) => void) | undefined

  constructor(runner: Runner) {
    this.#worker = new Worker(trustedScript(address), { type: 'module' })
    this.#worker.onmessage = ({ data }: MessageEvent<FromRunner>) => this.#answer?.(data)
    this.#worker.onerror = ({ message }) =>
      this.#answer?.({ kind: 'failed', message: message || 'the worker has failed' })
    const empty = { times: [], losses: [], rates: [], epochs: 0, hash: '' }
    this.lane = { runner, start: 0, made: 0, firstEpoch: 0, rows: 0, ...empty }
  }

  async #ask<Kind extends FromRunner['kind']>(message: ToRunner, kind: Kind): Promise<FromRunner & { kind: Kind }> {
    const answer = await new Promise<FromRunner>((resolve) => {
      this.#answer = resolve
      this.#worker.postMessage(message)
    })
    if (answer.kind === 'failed') throw new Error(answer.message)
    if (answer.kind !== kind) throw new Error(`expected ${kind}, got ${answer.kind}`)
    return answer as FromRunner & { kind: Kind }
  }

  async prepare(size: Size, dtype: Dtype): Promise<void> {
    const started = performance.now()
    const { made, firstEpoch, rows } = await this.#ask(
      { kind: 'prepare', runner: this.lane.runner, size, dtype },
      'ready',
    )
    const start = Math.max(0, performance.now() - started - made - firstEpoch)
    this.lane = { ...this.lane, start, made, firstEpoch, rows, epochs: 1 }
  }

  async turn(milliseconds: number, epochs: number): Promise<Ran> {
    const ran = await this.#ask({ kind: 'run', milliseconds, epochs }, 'ran')
    const { lane } = this
    const rate = (1000 * ran.epochs * lane.rows) / Math.max(0.001, ran.milliseconds)
    this.lane = {
      ...lane,
      epochs: lane.epochs + ran.epochs,
      times: [...lane.times, (lane.times.at(-1) ?? 0) + ran.milliseconds],
      losses: [...lane.losses, ran.loss],
      rates: [...lane.rates, rate],
    }
    return ran
  }

  async finish(): Promise<void> {
    const { hash } = await this.#ask({ kind: 'finish' }, 'finished')
    this.lane = { ...this.lane, hash }
  }

  end(): void {
    this.#worker.terminate()
  }
}

/** Long against the steps of any timer */
export const TURN_MILLISECONDS = 40

/** Everyone trains the same number of epochs; who is done waits. `tell` learns of every turn. */
export async function race(
  size: Size,
  dtype: Dtype,
  taking: readonly Runner[],
  tell: Progress,
  signal: AbortSignal,
): Promise<Lane[]> {
  const racers = taking.map((runner) => new Racer(runner))
  try {
    // One after another: a cold start beside two others would be slower.
    for (const racer of racers) {
      await racer.prepare(size, dtype)
      tell(racer.lane)
    }
    for (;;) {
      const running = racers.filter(({ lane }) => lane.epochs < size.epochs)
      if (running.length === 0 || signal.aborted) break
      for (const racer of running) {
        await racer.turn(TURN_MILLISECONDS, size.epochs - racer.lane.epochs)
        tell(racer.lane)
        if (signal.aborted) break
      }
    }
    for (const racer of racers) {
      await racer.finish()
      tell(racer.lane)
    }
    return racers.map(({ lane }) => lane)
  } finally {
    for (const racer of racers) racer.end()
  }
}

const SWEEP_TURNS = 5
const SWEEP_MILLISECONDS = 25

/** Rows a second of each runner, the best of a few turns that alternate */
export async function measure(
  size: Size,
  dtype: Dtype,
  taking: readonly Runner[],
  signal: AbortSignal,
): Promise<number[]> {
  const racers = taking.map((runner) => new Racer(runner))
  try {
    for (const racer of racers) await racer.prepare(size, dtype)
    for (let turn = 0; turn < SWEEP_TURNS && !signal.aborted; turn++) {
      for (const racer of racers) await racer.turn(SWEEP_MILLISECONDS, size.epochs)
    }
    return racers.map(({ lane }) => Math.max(...lane.rates))
  } finally {
    for (const racer of racers) racer.end()
  }
}

export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** Median and quartiles; of none 0 */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

/** Turn by turn, as long as both ran; the first turn of each warms up */
export function ratioOf(fast: Lane, slow: Lane): Spread {
  const [first, second] = [settled(fast), settled(slow)]
  const count = Math.min(first.length, second.length)
  const ratios = count > 2 ? Array.from({ length: count }, (_, turn) => first[turn] / second[turn]) : []
  if (ratios.length > 0) return spreadOf(ratios)
  const all = second.map((rate) => spreadOf(first).median / rate)
  return spreadOf(all)
}

export const settled = ({ rates }: Lane): readonly number[] => (rates.length > 2 ? rates.slice(1) : rates)

/** The least step of this browser's clock, in milliseconds */
export function timerStep(): number {
  let least = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 10; tries++) {
    const started = performance.now()
    let now = started
    while (now === started) now = performance.now()
    least = Math.min(least, now - started)
  }
  return least
}
