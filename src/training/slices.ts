// How many steps a slice has, and their learning rates.
import type { ResolvedConfig } from '../config/config.ts'
import type { DataLayout } from '../memory/layout.ts'
import type { Program, Progress } from '../program.ts'
import { rateAt } from '../tables/schedules.ts'
import type { SessionData } from './session-data.ts'
import type { TrainingState } from './state.ts'
import { SLICE_MILLISECONDS } from './yielding.ts'

/** Arithmetic of a slice where the clock does not say how long it took: operations, at a speed that hosts reach */
const SLICE_OPERATIONS = 2e8
const FIRST_SLICE_OPERATIONS = 2e6
const GROWTH = 4
/** What a step costs per layer before any arithmetic, in operations */
const LAYER_OVERHEAD = 2000

/** Arithmetic of a step on so many rows */
export function operationsOf({ layers }: ResolvedConfig, rows: number): number {
  const multiplications = layers.reduce((sum, layer) => sum + layer.inputs * layer.units, 0)
  return 6 * multiplications * rows + LAYER_OVERHEAD * layers.length
}

/** The steps of the next slice */
export class Pace {
  readonly #stepOperations: number
  steps: number

  constructor(config: ResolvedConfig, batchRows: number) {
    this.#stepOperations = operationsOf(config, batchRows)
    this.steps = Math.max(1, Math.floor(FIRST_SLICE_OPERATIONS / this.#stepOperations))
  }

  /** By the time that the last slice took, and not much more than that */
  adapt(done: number, milliseconds: number): void {
    const still = Math.floor(SLICE_OPERATIONS / this.#stepOperations)
    const measured = milliseconds > 0 ? (done * SLICE_MILLISECONDS) / milliseconds : this.steps * GROWTH
    const most = milliseconds > 0 ? GROWTH * still : still
    this.steps = Math.max(1, Math.floor(Math.min(measured, this.steps * GROWTH, most)))
  }
}

/** The rates of a slice's steps, in memory where they differ */
export class StepRates {
  readonly #state: TrainingState
  readonly #data: SessionData
  readonly #places: DataLayout
  readonly #program: Program
  /** Where all of a slice's steps have the same */
  #rate: number | undefined

  constructor(state: TrainingState, data: SessionData, places: DataLayout, program: Program) {
    this.#state = state
    this.#data = data
    this.#places = places
    this.#program = program
  }

  /** Writes those of the slice that begins at `start` and is to have `most` steps; gives how many it has. */
  write(start: Progress, most: number): number {
    const { config, rate, engine } = this.#state
    const { batchRows, rows } = this.#data
    const { stepsDone } = start
    let { epoch, position } = start
    if (!this.#data.hasRates) {
      this.#rate = rateAt(config.learningRate, rate, stepsDone, epoch)
      this.#program.set({ learningRate: this.#rate, rates: 0 })
      return most
    }
    this.#rate = undefined
    const steps = Math.min(most, this.#places.ratesCapacity, this.#stepsLeft(start))
    const rates = new Float64Array(engine.buffer, this.#places.rates, steps)
    for (let i = 0; i < steps; i++) {
      rates[i] = rateAt(config.learningRate, rate, stepsDone + i, epoch)
      position += batchRows
      if (position < rows) continue
      position = 0
      epoch++
    }
    this.#program.set({ rates: this.#places.rates })
    return steps
  }

  /** Steps until the engine comes back by itself: no function is asked for the rates of later ones. */
  #stepsLeft({ position, epochsLeft }: Progress): number {
    const { batchRows, rows } = this.#data
    const ofEpoch = Math.ceil((rows - position) / batchRows)
    if (this.#program.get('stopAtEpochEnd')) return ofEpoch
    return ofEpoch + (epochsLeft - 1) * Math.ceil(rows / batchRows)
  }

  /** The rate of the step before the present one, where it was taken in another run */
  before(): number {
    const { config, rate } = this.#state
    const [stepsDone, epoch] = this.#program.read('stepsDone', 'epoch')
    return rateAt(config.learningRate, rate, stepsDone - 1, epoch - 1)
  }

  /** The rate of step `index` of the slice */
  of(index: number): number {
    if (this.#rate !== undefined) return this.#rate
    return new Float64Array(this.#state.engine.buffer, this.#places.rates, index + 1)[index]
  }
}
