// One call of `train`: its slices and its end. Slices give progress, abort and a responsive host, and never change a result.
// They also let V8 replace baseline code: it never replaces a wasm function that is running.
import { CONVERGED, DIVERGED } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { Engine } from '../engine.ts'
import { unexpected } from '../errors.ts'
import type { DataLayout } from '../memory/layout.ts'
import { Program } from '../memory/program.ts'
import { areParametersFinite, restoreSafePoint, type SafePoint, saveSafePoint } from '../memory/rollback.ts'
import { placedInputs } from '../memory/training-rows.ts'
import { checkNumber } from '../options/check.ts'
import { rateAt } from '../tables/schedules.ts'
import { adviceFor, divergenceAdvice } from './divergence.ts'
import type { EpochProgress, HostOptions } from './options.ts'
import type { StopReason, TrainingSession } from './session.ts'
import type { SessionData } from './session-data.ts'
import type { TrainingState } from './state.ts'
import type { Timeline } from './timeline.ts'
import { RowsPass, validationRows } from './validation.ts'
import { isPromise, Waiting } from './waiting.ts'
import { hasExploded, warningsOf } from './warnings.ts'
import { now, SLICE_MILLISECONDS, Turns } from './yielding.ts'

/** What one call of `train` did; after `resume`, the whole of the call that was resumed */
export interface TrainResult {
  /** Epochs finished in this call */
  epochs: number
  /** Optimizer steps taken in this call, those of an epoch that was not finished among them */
  steps: number
  /** Loss of every finished epoch: that of its batches as they were met, before each update */
  loss: Float64Array
  /** Loss of the validation rows after every finished epoch, where there are any */
  validationLoss?: Float64Array
  /** Numbers of the rows that `validation: { split }` held out, ascending */
  validationRows?: Uint32Array
  /** With `earlyStopping`: the epoch, counted from 0, with the least monitored loss */
  bestEpoch?: number
  stopReason: StopReason
  /**
   * Time on the clock from the first batch to the end: with the validation, `onEpoch` and waits for it or for the batches
   * of a stream, and the host's turns; without the checks and copies before. Resumed calls count all parts that this
   * network did, but not what came before a snapshot.
   */
  milliseconds: number
  /** Rows that were trained on in that time, again in each epoch; 0 where the clock stood still */
  samplesPerSecond: number
  /** The engine that did it */
  engine: 'wasm' | 'typescript'
  /** With `history`: the weights over the epochs */
  timeline?: Timeline
  /** In words, after `diverged`, or where the loss exploded but stayed finite: what happened and what to try */
  advice?: string
  /** In words: the advice, and what else is doubtful as far as it is seen at little cost; `diagnose` sees more. */
  warnings: string[]
}

/** Arithmetic of a slice where the clock does not say how long it took: operations, at a speed that hosts reach */
const SLICE_OPERATIONS = 2e8
const FIRST_SLICE_OPERATIONS = 2e6
const GROWTH = 4
/** What a step costs per layer before any arithmetic, in operations */
const LAYER_OVERHEAD = 2000

/** What a network does while it is busy */
export interface Run {
  abort(): void
}

/** Runs slice by slice: `slice()` until it gives false, then `result()`. The data lies in memory, the cursor is set. */
export class TrainingRun implements Run {
  readonly #state: TrainingState
  readonly #session: TrainingSession
  readonly #data: SessionData
  readonly #places: DataLayout
  readonly #host: HostOptions
  #started: number | undefined
  readonly #stepOperations: number
  /** The memory does not grow while a run lasts. */
  readonly #program: Program
  #sliceStart = 0
  /** Of the last step that was taken, or led to what is not finite */
  #rate = 0
  #sliceSteps: number
  #safePoint: SafePoint | undefined
  #validation: RowsPass | undefined
  #reason?: StopReason
  #advice?: string
  readonly #waiting = new Waiting()
  #pending: Promise<unknown> | undefined

  constructor(
    state: TrainingState,
    session: TrainingSession,
    data: SessionData,
    places: DataLayout,
    host: HostOptions,
  ) {
    this.#state = state
    this.#session = session
    this.#data = data
    this.#places = places
    this.#host = host
    const { config, engine } = state
    const multiplications = config.layers.reduce((sum, layer) => sum + layer.inputs * layer.units, 0)
    this.#stepOperations = 6 * multiplications * data.batchRows + LAYER_OVERHEAD * config.layers.length
    this.#sliceSteps = Math.max(1, Math.floor(FIRST_SLICE_OPERATIONS / this.#stepOperations))
    this.#program = new Program(engine.buffer)
    const watches = session.watchesEpochs || data.validationRows > 0 || host.onEpoch !== undefined
    this.#program.stopAtEpochEnd = Number(watches || config.learningRate.name === 'reduceOnPlateau')
    this.#program.targetLoss = session.options.targetLoss
    this.#program.rates = 0
    if (session.awaitsEpochEnd) this.#rate = this.#rateBefore()
    else this.#reason = session.verdict(this.#program.epochsLeft)
  }

  get #engine(): Engine {
    return this.#state.engine
  }

  /** Trains on for about 8 ms, or one step where that is longer. False: the run has ended. */
  slice(): boolean {
    if (this.prepare()) this.train()
    return !this.hasEnded()
  }

  /** Does what comes before the next batches: an abort, the end of an epoch. False: no batches come next. */
  prepare(): boolean {
    this.#started ??= now()
    if (this.#host.signal?.aborted) this.abort()
    if (this.#reason !== undefined || this.#pending !== undefined) return false
    if (!this.#session.awaitsEpochEnd) return true
    this.#endEpoch()
    return false
  }

  /** The batches of a slice */
  train(): void {
    const steps = this.begin()
    const started = now()
    const status = this.#advanceOrGoBack(steps)
    this.end(status, now() - started)
  }

  /** Makes a slice ready; gives how many steps it may have. Afterwards come these steps, or fewer, and `end`. */
  begin(): number {
    // Before the steps: where there is no room, nothing is lost.
    this.#session.losses.makeRoom(this.#places.epochLossesCapacity)
    this.#safePoint = saveSafePoint(this.#state)
    this.#sliceStart = this.#program.stepsDone
    return this.#setRates()
  }

  /** `status`: one of the reasons in assembly/ids.ts */
  end(status: number, milliseconds: number): void {
    const done = this.#program.stepsDone - this.#sliceStart
    if (!areParametersFinite(this.#state)) this.#goBackBeforeDivergence(done)
    else if (status === DIVERGED) this.#diverge('the loss of a batch or of its epoch is not finite', done)
    else this.#rate = this.#rateOf(done - 1)
    this.#collectLosses()
    this.#adapt(done, milliseconds)
    if (this.#reason !== undefined) return
    if (status === CONVERGED) this.#session.hasConverged = true
    const hasEnded = this.#program.epochLossesCount > 0
    if (!hasEnded) return
    const isFullBatch = this.#data.batchRows === this.#data.rows
    this.#session.noteLoss(this.#state, isFullBatch)
    if (isFullBatch && this.#session.hasReachedTarget) this.#undoLastStep(done)
    if (!this.#program.stopAtEpochEnd) {
      this.#reason = this.#session.verdict(this.#program.epochsLeft)
      return
    }
    this.#session.awaitsEpochEnd = true
    if (this.#data.validationRows === 0) this.#endEpoch()
  }

  /** Whether the run has ended: then come `result`, and nothing else. */
  hasEnded(): boolean {
    if (this.#reason === undefined || this.#pending !== undefined) return false
    this.#session.finish(this.#state, this.#reason)
    return true
  }

  /** An engine that fails in the midst of a slice leaves the network as it was before the slice. */
  #advanceOrGoBack(steps: number): number {
    try {
      return this.#advance(steps)
    } catch (error) {
      if (this.#safePoint) restoreSafePoint(this.#state, this.#safePoint)
      throw error
    }
  }

  #advance(steps: number): number {
    const { fullBatch } = this.#state
    return fullBatch ? fullBatch.trainOnData(this.#state, steps) : this.#engine.train(P.PROGRAM, steps)
  }

  /** Writes the rates of the next slice's steps; gives how many steps it has. */
  #setRates(): number {
    const { config, rate } = this.#state
    const firstStep = this.#program.stepsDone
    let epoch = this.#program.epoch
    if (!this.#data.hasRates) {
      this.#program.learningRate = rateAt(config.learningRate, rate, firstStep, epoch)
      this.#program.rates = 0
      return this.#sliceSteps
    }
    const steps = Math.min(this.#sliceSteps, this.#places.ratesCapacity, this.#stepsLeft())
    const rates = new Float64Array(this.#engine.buffer, this.#places.rates, steps)
    let position = this.#program.position
    for (let i = 0; i < steps; i++) {
      rates[i] = rateAt(config.learningRate, rate, firstStep + i, epoch)
      position += this.#data.batchRows
      if (position < this.#data.rows) continue
      position = 0
      epoch++
    }
    this.#program.rates = this.#places.rates
    return steps
  }

  /** Steps until the engine comes back by itself: no function is asked for the rates of later ones. */
  #stepsLeft(): number {
    const { batchRows, rows } = this.#data
    const ofEpoch = Math.ceil((rows - this.#program.position) / batchRows)
    if (this.#program.stopAtEpochEnd) return ofEpoch
    return ofEpoch + (this.#program.epochsLeft - 1) * Math.ceil(rows / batchRows)
  }

  /** The rate of the step before the present one, where it was taken in another run */
  #rateBefore(): number {
    const { config, rate } = this.#state
    return rateAt(config.learningRate, rate, this.#program.stepsDone - 1, this.#program.epoch - 1)
  }

  /** The rate of step `index` of the slice */
  #rateOf(index: number): number {
    if (this.#program.rates === 0) return this.#program.learningRate
    return new Float64Array(this.#engine.buffer, this.#places.rates, index + 1)[index]
  }

  abort(): void {
    this.#reason ??= 'aborted'
    this.#waiting.end()
  }

  /** What `onEpoch` promised, or undefined where an abort comes first; until `settle` */
  get pending(): Promise<unknown> | undefined {
    return this.#pending
  }

  async #waitFor(promised: PromiseLike<unknown>): Promise<unknown> {
    const { signal } = this.#host
    const abort = () => this.abort()
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    try {
      return await this.#waiting.for(promised)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** What `onEpoch` gave, or promised and now gives */
  settle(value: unknown): void {
    this.#pending = undefined
    if (value === false) this.#reason ??= 'callback'
  }

  /** Takes note of the time before the session goes on elsewhere, or later. */
  pause(): void {
    if (this.#started !== undefined) this.#session.milliseconds += now() - this.#started
    this.#started = undefined
  }

  result(): TrainResult {
    this.pause()
    if (this.#reason !== 'diverged' && hasExploded(this.#state, this.#session)) this.#adviseAgainstExplosion()
    return resultOf(this.#state, this.#session, this.#reason ?? 'aborted', this.#advice)
  }

  /** The next slice's steps: by the time that the last one took, and not much more than that. */
  #adapt(done: number, milliseconds: number): void {
    const still = Math.floor(SLICE_OPERATIONS / this.#stepOperations)
    const measured = milliseconds > 0 ? (done * SLICE_MILLISECONDS) / milliseconds : this.#sliceSteps * GROWTH
    const most = milliseconds > 0 ? GROWTH * still : still
    this.#sliceSteps = Math.max(1, Math.floor(Math.min(measured, this.#sliceSteps * GROWTH, most)))
  }

  #collectLosses(): void {
    const count = this.#program.epochLossesCount
    this.#session.losses.add(new Float64Array(this.#engine.buffer, this.#program.epochLosses, count))
  }

  /** What an epoch's end asks for: the validation, of which a slice may do but a part, then all that depends on it */
  #endEpoch(): void {
    let validationLoss: number | undefined
    if (this.#data.validationRows > 0) {
      const { validationWeights } = this.#session
      this.#validation ??= new RowsPass(
        this.#state,
        validationRows(this.#places, this.#data.validationRows, validationWeights),
      )
      const end = now() + SLICE_MILLISECONDS
      validationLoss = this.#validation.advance(() => now() < end)
      if (validationLoss === undefined) return
      this.#validation = undefined
      if (!Number.isFinite(validationLoss)) {
        this.#session.awaitsEpochEnd = false
        this.#giveUp('the loss of the validation rows is not finite', 'the weights are those after the epoch')
        return
      }
    }
    this.#session.endEpoch(this.#state, validationLoss)
    this.#reason = this.#session.verdict(this.#program.epochsLeft)
    const answer = tellEpoch(this.#state, this.#session, this.#host, this.#rate, this.#reason !== undefined)
    if (!isPromise(answer)) {
      this.settle(answer)
      return
    }
    this.#pending = this.#waitFor(answer)
    this.#pending.catch(() => {}) // whoever waits for it is told; nobody does where another network's callback throws first
  }

  // Divergence. Nothing is checked per step but the loss: a parameter or state that is not finite stays so. When a slice
  // ends with one, the slice is repeated from its start to find the first bad step, and once more to stop before it.

  #goBackBeforeDivergence(done: number): void {
    const safePoint = this.#safePoint
    if (safePoint === undefined) return
    restoreSafePoint(this.#state, safePoint)
    let good = 0
    while (good < done) {
      this.#repeatStep(good)
      if (!areParametersFinite(this.#state)) break
      good++
    }
    restoreSafePoint(this.#state, safePoint)
    this.#program.epochLossesCount = 0
    for (let repeated = 0; repeated < good; repeated++) {
      if (repeated > 0) this.#collectLosses()
      this.#repeatStep(repeated)
    }
    this.#diverge('a step led to weights that are not finite', good)
  }

  /**
   * A full batch's loss is known before its step: where it ends training, the step is not taken. The epoch counts, its step
   * does not.
   */
  #undoLastStep(done: number): void {
    const safePoint = this.#safePoint
    if (safePoint === undefined) return
    const [epoch, left] = [this.#program.epoch, this.#program.epochsLeft]
    restoreSafePoint(this.#state, safePoint)
    for (let repeated = 0; repeated < done - 1; repeated++) this.#repeatStep(repeated)
    this.#program.epoch = epoch
    this.#program.epochsLeft = left
  }

  /** Step `index` of the slice, with its rate */
  #repeatStep(index: number): void {
    if (this.#program.rates !== 0) this.#program.rates = this.#places.rates + 8 * index
    this.#advance(1)
  }

  /** `index`: the step of the slice that went wrong */
  #diverge(what: string, index: number): void {
    this.#rate = this.#rateOf(index)
    this.#giveUp(what, 'weights and optimizer are as before that step')
  }

  #adviseAgainstExplosion(): void {
    const inputs = placedInputs(this.#state, this.#data.rows, this.#places.inputs)
    const advice = adviceFor(this.#state, this.#rate, inputs)
    this.#advice = `the loss is finite, but far above what the targets account for; ${advice}`
  }

  #giveUp(what: string, weights: string): void {
    this.#reason = 'diverged'
    const inputs = placedInputs(this.#state, this.#data.rows, this.#places.inputs)
    this.#advice = divergenceAdvice(this.#state, this.#session, what, weights, this.#rate, inputs)
  }
}

/** What `train`, `trainStream` and `resume` give */
export function resultOf(
  state: TrainingState,
  session: TrainingSession,
  stopReason: StopReason,
  advice?: string,
  samples = samplesOf(state.engine, session),
): TrainResult {
  const { engine } = state
  const steps = new Program(engine.buffer).stepsDone - session.firstStep
  const { losses, validationLosses, heldRows, timeline, best, options, milliseconds } = session
  return {
    epochs: losses.length,
    steps,
    loss: losses.toArray(),
    ...(validationLosses.length > 0 ? { validationLoss: validationLosses.toArray() } : {}),
    ...(heldRows ? { validationRows: heldRows.slice() } : {}),
    ...(options.earlyStopping && best.epoch >= 0 ? { bestEpoch: best.epoch } : {}),
    stopReason,
    milliseconds,
    samplesPerSecond: milliseconds > 0 ? (samples / milliseconds) * 1000 : 0,
    engine: engine.name,
    ...(timeline === undefined ? {} : { timeline }),
    ...(advice === undefined ? {} : { advice }),
    warnings: warningsOf(state, session, stopReason, advice),
  }
}

/** Rows that were trained on by this network */
function samplesOf({ buffer }: Engine, { data, losses, samplesBefore }: TrainingSession): number {
  const ofEpoch = new Program(buffer).position
  return losses.length * (data?.rows ?? 0) + ofEpoch - samplesBefore
}

/** Tells `onEpoch` of the epoch that has just ended, where it is due; gives what it returns. */
export function tellEpoch(
  state: TrainingState,
  { losses, validationLosses }: TrainingSession,
  { onEpoch, onEpochEvery = 1 }: HostOptions,
  learningRate: number,
  isLast: boolean,
): unknown {
  if (onEpoch === undefined || (losses.length % onEpochEvery > 0 && !isLast)) return undefined
  const { engine, rate } = state
  const progress: EpochProgress = {
    epoch: new Program(engine.buffer).epoch - 1,
    loss: losses.last,
    ...(validationLosses.length > 0 ? { validationLoss: validationLosses.last } : {}),
    learningRate,
    setLearningRate: (given) => {
      rate.rate = checkNumber(given, 'setLearningRate', { min: 0 })
    },
    snapshot: state.snapshot,
  }
  return onEpoch(progress)
}

/** Runs all slices without a pause. */
export function runThrough(run: TrainingRun): TrainResult {
  while (run.slice()) {
    if (run.pending === undefined) continue
    throw unexpected('INVALID_CONFIG', 'onEpoch', 'no promise in trainSync, which cannot wait for it; use train')
  }
  return run.result()
}

/** Runs all slices, giving the host its turn, and waiting for what `onEpoch` promises. */
export async function runYielding(run: TrainingRun): Promise<TrainResult> {
  await runUntil(run, () => false)
  return run.result()
}

/** The same until the time is up. False: it is, and slices are left. */
export async function runUntil(run: TrainingRun, isUp: () => boolean): Promise<boolean> {
  const turns = new Turns()
  while (run.slice()) {
    if (run.pending !== undefined) run.settle(await run.pending)
    if (turns.isDue()) await turns.yield()
    if (isUp()) return false
  }
  return true
}
