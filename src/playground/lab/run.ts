// One network in the worker, and how it is played: epochs paced by frames, single steps, a log of what was done. Shows nothing:
// it tells its listener, which looks at the network while training waits.
import type { ModelJSON, TrainResult } from 'wasmprop'
import { createNetwork, type WorkerNetwork } from 'wasmprop/worker'
import { trustedScript } from '../trusted.ts'
import { batchOf, changesOf, configOf, takesAllRows } from './config.ts'
import host from './host.ts?worker&url'
import type { Division, Problem } from './problem.ts'
import type { Living, Setup } from './setup.ts'

/** What was done since the start, in order: with the setup it makes the run again. */
export type Action = { readonly epochs: number } | { readonly steps: number } | { readonly change: Living }

/** 0: as fast as it goes; else milliseconds for each epoch, at least a frame */
export type Pace = number

export interface Look {
  readonly epoch: number
  readonly loss: number
  readonly validationLoss?: number
}

export interface Listener {
  /** Awaited at most once a frame while the network waits, after the last epoch too */
  look(look: Look): Promise<void>
}

/** A frame's share of the time for epochs without a look */
const FRAME = 12
const MOST_EPOCHS_A_LOOK = 20_000
const FOREVER = 1e9

let worker: Worker | undefined

/** One worker for all networks of the lab: its script is read once. */
export function labWorker(): Worker {
  worker ??= new Worker(trustedScript(host), { type: 'module' })
  return worker
}

type Ended = TrainResult['stopReason'] | 'paused' | { readonly advice: string }

type Made = Pick<ModelJSON, 'config' | 'scaling'>

interface Given {
  readonly setup: Setup
  readonly problem: Problem
  readonly division: Division
}

export class Run {
  readonly network: WorkerNetwork
  /** Its configuration with all defaults, and the scaling that was fitted */
  readonly made: Made
  readonly log: Action[] = []
  /** As it began */
  readonly setup: Setup
  /** With the changes of the log */
  now: Setup
  readonly problem: Problem
  readonly division: Division
  pace: Pace = 0
  epoch = 0
  /** Rows that trained while it played, and for how long, without looks */
  rows = 0
  milliseconds = 0
  #listener: Listener
  #isPausing = false
  #nextRow = 0
  #isPlaying = false
  #changes: Living[] = []
  readonly #abort = new AbortController()

  private constructor(network: WorkerNetwork, made: Made, { setup, problem, division }: Given, listener: Listener) {
    this.network = network
    this.made = made
    this.setup = setup
    this.now = setup
    this.problem = problem
    this.division = division
    this.#listener = listener
  }

  static async start(setup: Setup, problem: Problem, division: Division, listener: Listener): Promise<Run> {
    const network = await createNetwork(configOf(setup, problem), { worker: labWorker() })
    const { training } = division
    await network.fitScaling(matrixOf(problem, training), training.targets)
    const { config, scaling } = await network.toJSON()
    return new Run(network, { config, scaling }, { setup, problem, division }, listener)
  }

  /** Trains until `pause`, or so many epochs; gives why it ended. */
  async play(epochs = FOREVER): Promise<Ended> {
    this.#isPausing = false
    this.#isPlaying = true
    try {
      return await this.#playOn(epochs)
    } finally {
      this.#isPlaying = false
    }
  }

  async #playOn(epochs: number): Promise<Ended> {
    let left = epochs
    let every = 1
    for (;;) {
      const before = this.epoch
      const outcome = await this.#train(left, every)
      await this.#makeChanges()
      left -= this.epoch - before
      if (outcome.result.stopReason === 'diverged') return { advice: outcome.result.advice ?? '' }
      if (outcome.result.stopReason === 'aborted') return 'aborted'
      if (this.#isPausing) return 'paused'
      if (left <= 0 || outcome.result.stopReason !== 'callback') return outcome.result.stopReason
      every = outcome.every
    }
  }

  pause(): void {
    this.#isPausing = true
  }

  /** From here on; where it plays, from the end of this epoch. Part of the log. */
  async change(part: Living): Promise<void> {
    this.#changes.push(part)
    if (!this.#isPlaying) await this.#makeChanges()
  }

  async #makeChanges(): Promise<void> {
    for (let change = this.#changes.shift(); change !== undefined; change = this.#changes.shift()) {
      this.now = { ...this.now, ...change }
      await this.network.reconfigure(changesOf(this.now, change))
      this.#note({ change })
    }
  }

  /** What the log of another run of this setup did, at full speed */
  async repeat(log: readonly Action[]): Promise<void> {
    for (const action of log) {
      if ('epochs' in action) await this.play(action.epochs)
      else if ('change' in action) await this.change(action.change)
      else for (let step = 0; step < action.steps; step++) await this.step()
      if (this.#abort.signal.aborted) return
    }
  }

  async #train(epochs: number, every: number): Promise<{ result: TrainResult; every: number }> {
    const { training, validation } = this.division
    let wanted = every
    let shown = performance.now()
    const begin = this.epoch
    let first = begin
    const result = await this.network.train(matrixOf(this.problem, training), training.targets, {
      epochs,
      batchSize: batchOf(this.setup),
      ...(validation.rows > 0
        ? { validation: { inputs: matrixOf(this.problem, validation), targets: validation.targets } }
        : {}),
      signal: this.#abort.signal,
      onEpochEvery: every,
      onEpoch: async ({ epoch, loss, validationLoss }) => {
        const milliseconds = performance.now() - shown
        this.#count(epoch + 1 - first, milliseconds)
        first = epoch + 1
        await this.#listener.look({ epoch: epoch + 1, loss, validationLoss })
        await this.#wait(milliseconds)
        shown = performance.now()
        wanted = this.#everyFor(every, milliseconds)
        return !this.#isPausing && wanted === every && this.#changes.length === 0
      },
    })
    this.#count(result.epochs - (this.epoch - begin), 0) // those that a divergence ended without a look
    return { result, every: wanted }
  }

  #count(epochs: number, milliseconds: number): void {
    if (epochs <= 0) return
    this.epoch += epochs
    this.rows += epochs * this.division.training.rows
    this.milliseconds += milliseconds
    this.#note({ epochs })
  }

  /** At full speed as many epochs as a frame has time for, else one at a time. A new number has to pay for starting again. */
  #everyFor(every: number, milliseconds: number): number {
    if (this.pace > 0) return 1
    const fitting = Math.max(
      1,
      Math.min(MOST_EPOCHS_A_LOOK, Math.round((every * FRAME) / Math.max(0.05, milliseconds))),
    )
    return fitting > 2 * every || fitting * 3 < every ? fitting : every
  }

  async #wait(spent: number): Promise<void> {
    if (this.pace > 17) await new Promise((resolve) => setTimeout(resolve, this.pace - spent))
    else await nextFrame()
  }

  /** One optimizer step on the next batch of rows, in their order. */
  async step(): Promise<void> {
    const { training } = this.division
    const size = takesAllRows(this.setup) ? training.rows : Math.min(this.setup.batch, training.rows)
    const end = Math.min(this.#nextRow + size, training.rows)
    const columns = this.problem.inputNames.length
    const part = {
      rows: end - this.#nextRow,
      inputs: training.inputs.slice(this.#nextRow * columns, end * columns),
      targets: training.targets.slice(this.#nextRow, end),
    }
    const loss = await this.network.trainOnBatch(matrixOf(this.problem, part), part.targets)
    this.#nextRow = end === training.rows ? 0 : end
    this.#note({ steps: 1 })
    await this.#listener.look({ epoch: this.epoch, loss })
  }

  /** Joined with the last one where both are of a kind */
  #note(action: Action): void {
    const last = this.log.at(-1)
    if (last && 'epochs' in last && 'epochs' in action) {
      this.log[this.log.length - 1] = { epochs: last.epochs + action.epochs }
    } else if (last && 'steps' in last && 'steps' in action) {
      this.log[this.log.length - 1] = { steps: last.steps + action.steps }
    } else this.log.push(action)
  }

  dispose(): void {
    this.#isPausing = true
    this.#abort.abort()
    void this.network.dispose()
  }
}

export const matrixOf = ({ inputNames }: Problem, { inputs, rows }: MatrixRows) => ({
  data: inputs,
  rows,
  columns: inputNames.length,
})

interface MatrixRows {
  readonly rows: number
  readonly inputs: Float32Array | Float64Array
}

/** Hidden tabs get no frames, and train on all the same. */
const nextFrame = () =>
  new Promise<void>((resolve) => {
    if (document.hidden) setTimeout(resolve, 0)
    else requestAnimationFrame(() => resolve())
  })
