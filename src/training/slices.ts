// The slices of a run: how many steps each has, at which learning rates, and the way back to where it began.
import { DIVERGED } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { ResolvedConfig } from '../config/config.ts'
import type { DataLayout } from '../memory/layout.ts'
import { areParametersFinite, restoreSafePoint, saveSafePoint } from '../memory/rollback.ts'
import type { Program, Progress } from '../program.ts'
import { rateAt } from '../tables/schedules.ts'
import { now, SLICE_MILLISECONDS } from './run.ts'
import type { TrainingState } from './session.ts'
import type { SessionData } from './session-data.ts'

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

/** A batch that takes longer than a slice: src/training/long-batch.ts */
interface InBlocks {
  advance(hasTime: () => boolean): number | undefined
  leave(): void
}

/** What a slice came to */
export interface Slice {
  /** One of the reasons in assembly/ids.ts */
  readonly reason: number
  /** Steps that were taken */
  readonly done: number
  /** Of how many epochs the losses lie in memory */
  readonly epochs: number
  /** Whether parameters and states are finite */
  readonly leftFinite: boolean
  /** Of the last step that was taken, or led to what is not finite */
  readonly rate: number
}

/** The steps of a run, a slice of them at a time */
export class Slices {
  readonly #state: TrainingState
  readonly #data: SessionData
  readonly #places: DataLayout
  /** The memory does not grow while a run lasts. */
  readonly #program: Program
  readonly #stopsAtEpochEnd: boolean
  readonly #targetLoss: number
  /** Arithmetic of a step */
  readonly operations: number
  /** The steps of the next slice */
  #steps: number
  /** Where the present slice began */
  #start: Progress | undefined
  /** Where all of a slice's steps have the same */
  #rate: number | undefined

  /** `stopsAtEpochEnd`: whether the engine comes back after every epoch; it does after one with a loss of `targetLoss` at most */
  constructor(
    state: TrainingState,
    data: SessionData,
    places: DataLayout,
    stopsAtEpochEnd: boolean,
    targetLoss: number,
  ) {
    this.#state = state
    this.#data = data
    this.#places = places
    this.#program = state.engine.program
    this.#stopsAtEpochEnd = stopsAtEpochEnd
    this.#targetLoss = targetLoss
    this.operations = operationsOf(state.config, data.batchRows)
    this.#steps = Math.max(1, Math.floor(FIRST_SLICE_OPERATIONS / this.operations))
  }

  /**
   * A whole slice, which began at `started`, or of a long batch what there is time for: undefined where blocks of it are left. An
   * engine that fails in its midst leaves the network as it was before.
   */
  run(started: number, longBatch: InBlocks | undefined): Slice | undefined {
    const steps = this.#state.unfinished ? 0 : this.begin()
    const hasTime = () => now() < started + SLICE_MILLISECONDS
    try {
      const reason = longBatch ? longBatch.advance(hasTime) : this.#take(steps)
      return reason === undefined ? undefined : this.end(reason, now() - started)
    } catch (error) {
      longBatch?.leave()
      this.toStart()
      throw error
    }
  }

  /** Makes a slice ready; gives how many steps it has. */
  begin(): number {
    const { config, rate } = this.#state
    const { hasRates } = this.#data
    const start = saveSafePoint(this.#state)
    this.#start = start
    this.#rate = hasRates ? undefined : rateAt(config.learningRate, rate, start.stepsDone, start.epoch)
    this.#program.set({
      stopAtEpochEnd: Number(this.#stopsAtEpochEnd),
      targetLoss: this.#targetLoss,
      learningRate: this.#rate ?? config.learningRate.initial,
      rates: hasRates ? this.#places.rates : 0,
    })
    return hasRates ? this.#writeRates(start) : this.#steps
  }

  /** Writes the rates of steps that differ in theirs. */
  #writeRates(start: Progress): number {
    const { config, rate, engine } = this.#state
    const { batchRows, rows } = this.#data
    const { stepsDone } = start
    let { epoch, position } = start
    const steps = Math.min(this.#steps, this.#places.ratesCapacity, this.#stepsLeft(start))
    const rates = new Float64Array(engine.buffer, this.#places.rates, steps)
    for (let i = 0; i < steps; i++) {
      rates[i] = rateAt(config.learningRate, rate, stepsDone + i, epoch)
      position += batchRows
      if (position < rows) continue
      position = 0
      epoch++
    }
    return steps
  }

  /** Steps until the engine comes back by itself: no function is asked for the rates of later ones. */
  #stepsLeft({ position, epochsLeft }: Progress): number {
    const { batchRows, rows } = this.#data
    const ofEpoch = Math.ceil((rows - position) / batchRows)
    if (this.#stopsAtEpochEnd) return ofEpoch
    return ofEpoch + (epochsLeft - 1) * Math.ceil(rows / batchRows)
  }

  /** Gives one of the reasons in assembly/ids.ts. */
  #take(steps: number): number {
    const { fullBatch, classBatches, engine } = this.#state
    if (fullBatch) return fullBatch.trainOnData(this.#state, steps)
    const areClasses = this.#places.classTargets && classBatches
    return areClasses ? areClasses.trainOnClasses(this.#state, steps) : engine.train(P.PROGRAM, steps)
  }

  /** `reason`: why its steps ended; the time says how many are next. */
  end(reason: number, milliseconds: number): Slice {
    const [stepsDone, epochs] = this.#program.read('stepsDone', 'epochLossesCount')
    const done = stepsDone - (this.#start as Progress).stepsDone
    const still = Math.floor(SLICE_OPERATIONS / this.operations)
    const isTimed = milliseconds > 0
    const measured = isTimed ? (done * SLICE_MILLISECONDS) / milliseconds : this.#steps * GROWTH
    const most = isTimed ? GROWTH * still : still
    this.#steps = Math.max(1, Math.floor(Math.min(measured, this.#steps * GROWTH, most)))
    const rate = this.rateOf(reason === DIVERGED ? done : done - 1)
    return { reason, done, epochs, leftFinite: areParametersFinite(this.#state), rate }
  }

  /** The rate of step `index` of the slice */
  rateOf(index: number): number {
    if (this.#rate !== undefined) return this.#rate
    return new Float64Array(this.#state.engine.buffer, this.#places.rates, index + 1)[index]
  }

  /** The rate of the step before the present one, where it was taken in another run */
  rateBefore(): number {
    const { config, rate } = this.#state
    const [stepsDone, epoch] = this.#program.read('stepsDone', 'epoch')
    return rateAt(config.learningRate, rate, stepsDone - 1, epoch - 1)
  }

  toStart(): void {
    if (this.#start) restoreSafePoint(this.#state, this.#start)
  }

  /**
   * To the last of `done` steps that left finite weights: repeats them to find it, and once more to stop there; gives its
   * number. `collect` takes the losses of a step before those of the next.
   */
  toLastGood(done: number, collect: () => void): number {
    this.toStart()
    let good = 0
    while (good < done) {
      this.#repeat(good)
      if (!areParametersFinite(this.#state)) break
      good++
    }
    this.toStart()
    this.#program.set({ epochLossesCount: 0 })
    for (let repeated = 0; repeated < good; repeated++) {
      if (repeated > 0) collect()
      this.#repeat(repeated)
    }
    return good
  }

  /**
   * A full batch's loss is known before its step: where it ends training, the step is not taken. The epoch counts, its step
   * does not.
   */
  undoLast(done: number): void {
    const [epoch, epochsLeft] = this.#program.read('epoch', 'epochsLeft')
    this.toStart()
    for (let repeated = 0; repeated < done - 1; repeated++) this.#repeat(repeated)
    this.#program.set({ epoch, epochsLeft })
  }

  /** Step `index` of the slice, with its rate */
  #repeat(index: number): void {
    if (this.#data.hasRates) this.#program.set({ rates: this.#places.rates + 8 * index })
    this.#take(1)
  }
}
