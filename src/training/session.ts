// A network as training works on it, and how its call of `train` stands: what that has seen so far, and what the end of an epoch
// leads to. All of it goes into snapshots.

import type { Matrix } from '../data/matrix.ts'
import { unexpected } from '../errors.ts'
import { packedCount, packParameters, unpackParameters } from '../memory/parameters.ts'
import { type Values, valuesOf } from '../numerics/values.ts'
import { directionOf, type Metrics } from '../prediction/metrics.ts'
import type { NetworkState } from '../prediction/state.ts'
import { afterEpoch } from '../tables/schedules.ts'
import type { SessionOptions, StopReason } from './options.ts'
import { type KeptData, keepData, type SessionData } from './session-data.ts'
import { Timeline } from './timeline.ts'

/** `loss`: before the step, without penalties; not finite where the step changed nothing for that */
export interface DataStep {
  readonly loss: number
  readonly hasConverged: boolean
}

/** What takes the steps where the engine does not: see `searches` in src/tables/optimizers.ts */
export interface FullBatch {
  stepOnData(state: NetworkState, rate: number, flags?: number): DataStep
  trainOnData(state: NetworkState, steps: number): number
}

export interface TrainingState extends NetworkState {
  /** Undefined where the engine takes the steps */
  readonly fullBatch: FullBatch | undefined
  /** By number: what the optimizer remembers of layers that were frozen since, without gaps */
  readonly frozenStates: Map<number, Values>
  /** The call of `train` that runs, or that was aborted and can be resumed. A call that is refused leaves it as it is. */
  session: TrainingSession<SessionData> | undefined
  /** The network as bytes, for `onEpoch` */
  readonly snapshot: () => Uint8Array
}

/** Numbers in a typed array that doubles when it is full */
export class NumberList {
  #numbers: Float64Array = new Float64Array(64)
  length = 0

  add(numbers: ArrayLike<number>): void {
    const length = this.length + numbers.length
    this.makeRoom(numbers.length)
    this.#numbers.set(numbers, this.length)
    this.length = length
  }

  /** For so many more. Throws OUT_OF_MEMORY with the list as it was. */
  makeRoom(count: number): void {
    const length = this.length + count
    if (length <= this.#numbers.length) return
    const grown = roomFor(2 * length)
    grown.set(this.#numbers)
    this.#numbers = grown
  }

  get last(): number {
    return this.#numbers[this.length - 1]
  }

  toArray(): Float64Array {
    const numbers = roomFor(this.length)
    numbers.set(this.#numbers.subarray(0, this.length))
    return numbers
  }
}

function roomFor(losses: number): Float64Array {
  try {
    return new Float64Array(losses)
  } catch (cause) {
    const got = 'none; train again, or resume'
    throw unexpected('OUT_OF_MEMORY', 'epochs', `memory for ${losses} losses`, got, { cause })
  }
}

/** What early stopping remembers */
export interface Best {
  /** What is monitored, as a number that is to fall: a metric that is to rise with the other sign */
  loss: number
  /** Counted from 0 in this call; -1: none yet */
  epoch: number
  epochsWithoutGain: number
  weights: Values | undefined
}

/** `Data` is undefined for a stream. */
export class TrainingSession<Data extends SessionData | undefined = SessionData | undefined> {
  readonly options: SessionOptions
  /** Another one where the steps come to have rates of their own, or no more */
  data: Data
  /** STEP when the call began */
  readonly firstStep: number
  readonly losses = new NumberList()
  readonly validationLosses = new NumberList()
  /** Of every metric in the options, after every epoch */
  readonly metricValues: readonly NumberList[]
  /** What metrics compare outputs with: in the targets' own units */
  metricTargets: Matrix | undefined
  readonly best: Best = { loss: Number.POSITIVE_INFINITY, epoch: -1, epochsWithoutGain: 0, weights: undefined }
  readonly timeline: Timeline | undefined
  /** Whether an epoch's steps are done, but not what its end brings */
  awaitsEpochEnd = false
  /** Whether the optimizer found that nothing changes any more */
  hasConverged = false
  /** Where the call was aborted, and the network has the best weights: those to go on from */
  lastWeights: Values | undefined
  /** Whether there are validation rows */
  validates = false
  /** Of the validation rows; undefined: all count 1 */
  validationWeights: Float64Array | undefined
  /** Numbers of the rows that were taken for the validation, ascending */
  heldRows: Uint32Array | undefined
  /** Spent by this network on earlier parts of this call */
  milliseconds = 0
  /** Rows that were trained on before the snapshot, by another network */
  samplesBefore = 0
  /** Once it was needed: by a snapshot, or since other rows come into the memory */
  kept: KeptData | undefined

  constructor(options: SessionOptions, data: Data, { config, layout }: NetworkState, firstStep: number) {
    this.options = options
    this.data = data
    this.firstStep = firstStep
    const { history, metrics = [] } = options
    this.metricValues = metrics.map(() => new NumberList())
    this.timeline = history && new Timeline(history, options.epochs, packedCount(config), layout)
  }

  /** Takes the losses of epochs whose steps are done; gives why training ends with them, if it does. */
  takeLosses(losses: Float64Array, hasConverged: boolean): StopReason | undefined {
    this.losses.add(losses)
    if (hasConverged) this.hasConverged = true
    return this.verdict()
  }

  /** What the end of an epoch brings before anyone is told: plateaus, early stopping, the timeline */
  endEpoch(state: NetworkState, validationLoss: number | undefined, metrics: Metrics | undefined): void {
    this.awaitsEpochEnd = false
    const loss = this.losses.last
    if (validationLoss !== undefined) this.validationLosses.add([validationLoss])
    afterEpoch(state.config.learningRate, state.rate, validationLoss ?? loss)
    this.options.metrics?.forEach(({ name }, index) => {
      this.metricValues[index].add([metrics?.[name] as number])
    })
    const monitor = this.options.earlyStopping?.monitor ?? 'loss'
    if (monitor === 'validationLoss') this.#noteGain(validationLoss ?? loss, () => weightsOf(state))
    else if (monitor !== 'loss')
      this.#noteGain(-directionOf(monitor) * Number(metrics?.[monitor]), () => weightsOf(state))
    this.timeline?.record(this.losses.length, () => weightsOf(state))
  }

  /**
   * Takes note of the loss of an epoch whose steps are done. That of a full batch is the loss of the weights before its
   * step, which the safe point has.
   */
  noteLoss(state: NetworkState, isFullBatch: boolean): void {
    if (this.options.earlyStopping?.monitor !== 'loss') return
    this.#noteGain(this.losses.last, () => (isFullBatch ? savedWeightsOf(state) : weightsOf(state)))
  }

  #noteGain(loss: number, weights: () => Values): void {
    const { best } = this
    const { minDelta = 0, restoreBest = false } = this.options.earlyStopping ?? {}
    if (!(loss < best.loss - minDelta)) {
      best.epochsWithoutGain++
      return
    }
    best.loss = loss
    best.epoch = this.losses.length - 1
    best.epochsWithoutGain = 0
    if (restoreBest) best.weights = weights()
  }

  /** Why training ends after the epochs so far, if it does */
  verdict(): StopReason | undefined {
    const { earlyStopping } = this.options
    if (this.losses.length > 0 && this.losses.last <= this.options.targetLoss) return 'targetLoss'
    if (this.hasConverged) return 'converged'
    if (earlyStopping && this.best.epochsWithoutGain >= Math.max(1, earlyStopping.patience)) return 'earlyStopping'
    return this.losses.length >= this.options.epochs ? 'epochs' : undefined
  }

  /** Which weights the network has at the end, in words: the best ones, or else those that `others` says */
  endWeights(others: string): string {
    return this.best.weights ? `the weights are those of epoch ${this.best.epoch}, the best one` : others
  }

  /** What the end of the call brings: the best weights, unless the last ones are asked for */
  finish(state: NetworkState, reason: StopReason): void {
    const epochs = this.losses.length
    // Where training has ended within an epoch, the weights are those of none.
    if (reason === 'aborted' || reason === 'diverged') this.timeline?.count(epochs)
    else this.timeline?.recordLast(epochs, () => weightsOf(state))
    const { weights } = this.best
    if (weights === undefined || this.lastWeights !== undefined) return
    if (reason === 'aborted') this.lastWeights = weightsOf(state)
    setWeights(state, weights)
  }

  /** Goes on from where the call was aborted. */
  goOn(state: NetworkState): void {
    if (this.lastWeights) setWeights(state, this.lastWeights)
    this.lastWeights = undefined
  }
}

/**
 * A call that begins, with the weights as they are. The one before may yet be resumed, since this one may be refused: what that
 * needs is kept before other rows take the place of its own.
 */
export function beginSession<Data extends SessionData | undefined>(
  state: TrainingState,
  options: SessionOptions,
  data: Data,
): TrainingSession<Data> {
  const session = new TrainingSession(options, data, state, state.engine.program.get('stepsDone'))
  session.timeline?.record(0, () => weightsOf(state))
  keepSession(state)
  return session
}

/** Before other rows take the place of the session's: it may yet be resumed, since they may be refused. */
export function keepSession(state: TrainingState): void {
  if (state.session) keepData(state, state.session)
}

function weightsOf({ engine, config, layout }: NetworkState): Values {
  return packParameters(valuesOf(engine.buffer, config.dtype), layout)
}

/** Those of the safe point */
function savedWeightsOf({ engine, config, layout }: NetworkState): Values {
  return packParameters(valuesOf(engine.buffer, config.dtype), layout, layout.safePoint - layout.parameters)
}

function setWeights({ engine, config, layout }: NetworkState, weights: Values): void {
  unpackParameters(valuesOf(engine.buffer, config.dtype), layout, weights)
}
