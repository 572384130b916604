// What users may ask of `train`, `trainStream`, `resume` and `evaluate`, and what they are told meanwhile: types alone.
import type { MatrixInput } from '../data/forms.ts'
import type { Division } from '../data/training-set.ts'
import type { NumericArray } from '../numerics/typed.ts'
import type { Signal } from '../platform.ts'
import type { EpochMetricName, MetricChoice, Metrics, ResolvedMetric } from '../prediction/metrics.ts'

/** What `train` takes */
export interface TrainOptions {
  /** Passes over all rows in this call: an integer of at least 1. Default 100 */
  epochs?: number
  /** Rows per optimizer step: an integer of at least 1, or `'full'` for all of them. Default 32; `'full'` with rprop and lbfgs */
  batchSize?: number | 'full'
  /** Whether each epoch takes the rows in an order of its own. A full batch is never shuffled. Default true */
  shuffle?: boolean
  /**
   * Rows whose loss is taken after every epoch, weighted as in training, and that are not trained on: a share of the rows,
   * drawn with `seed` (and from every class alike; default: the network's seed) or the last ones, or rows of their own.
   * Default: none
   */
  validation?: { split: number; order?: 'random' | 'last'; seed?: number } | ValidationRows
  /**
   * What is computed after every epoch, of the validation rows, or of the trained ones where there are none: metrics of
   * `evaluate` that are one number. In `onEpoch`'s progress and as `result.metrics`. Default: none
   */
  metrics?: readonly MetricChoice[]
  /** Ends training when the monitored loss no longer falls, and gives the best weights back. Default: never */
  earlyStopping?: EarlyStopping
  /**
   * Training ends after the first epoch whose loss is at or below this; in full batches with the weights that had it, without
   * the epoch's step. Default: never
   */
  targetLoss?: number
  /**
   * What each row's loss is multiplied by, at least 0, not all 0: Σ wᵢ · lossᵢ / n; or rows × outputs, what each output's part
   * is, where 0 masks a target, which may then be NaN. Default: 1
   */
  sampleWeights?: MatrixInput
  /** The same by class, of the validation rows too; `'balanced'`: trained rows / (classes · rows of the class). Default: 1 */
  classWeights?: readonly number[] | NumericArray | 'balanced'
  /**
   * Ends training when aborted, with the weights of the last finished batch, or the best ones with `earlyStopping`. One that is aborted already trains nothing;
   * that call, too, fits the scaling where it is the first, and can be resumed.
   */
  signal?: Signal
  /**
   * Called after each epoch. Return `false` to end training. `train` waits for a promise and takes what it resolves with,
   * unless an abort or `dispose` comes first: then what becomes of it is ignored. `trainSync` refuses promises.
   */
  onEpoch?: (progress: EpochProgress) => unknown
  /** Every how many epochs of this call `onEpoch` is called: an integer of at least 1. The last one always is. Default 1 */
  onEpochEvery?: number
  /**
   * Called within epochs, after a slice of them, at most every 50 ms. What it returns is ignored, and a promise not waited for.
   */
  onProgress?: (progress: TrainProgress) => void
  /** Keeps the weights of every n-th epoch, or of as many as fit into so many bytes, as `result.timeline`. Default: none */
  history?: { weights: { every: number } | { bytes: number } }
}

/** Rows of their own for the validation; `sampleWeights` as in `train` */
export interface ValidationRows {
  inputs: MatrixInput
  targets: MatrixInput
  sampleWeights?: MatrixInput
}

export interface EarlyStopping {
  /** Training ends after so many epochs in a row without gain: an integer of at least 0, which is as 1. Default 10 */
  patience?: number
  /** What is monitored counts as a gain if it is better than the best so far by more than this. Default 0 */
  minDelta?: number
  /**
   * A loss, or one of the call's `metrics`, errors of which are to fall and all others to rise. Default `'validationLoss'`
   * where there is a validation, else `'loss'`
   */
  monitor?: 'loss' | 'validationLoss' | EpochMetricName
  /**
   * Whether training ends with the best weights, for whatever reason it ends: those after the best epoch, or where the loss
   * of a full batch is monitored, those that had it. `resume` goes on from the last ones. Default true
   */
  restoreBest?: boolean
}

/** Options of which it is known that they have a validation */
export type Validated<Options extends { validation?: unknown }> = Options & {
  validation: NonNullable<Options['validation']>
}

/** What `evaluate` takes: `metrics` by name, or `{ name: 'topK', k: 3 }` where one has options, and weights of the loss */
export interface EvaluateOptions<Choices extends readonly MetricChoice[] = readonly MetricChoice[]>
  extends Pick<TrainOptions, 'sampleWeights' | 'classWeights'> {
  metrics?: Choices
}

/** What `trainStream` takes: batches come from its source. `epochs` is 1 by default where that is no function. */
export interface StreamOptions
  extends Pick<
    TrainOptions,
    'epochs' | 'metrics' | 'earlyStopping' | 'targetLoss' | 'signal' | 'onEpoch' | 'onEpochEvery' | 'history'
  > {
  validation?: ValidationRows
}

/** What `resume` takes: all else is as the call that is resumed had it. */
export type ResumeOptions = Pick<TrainOptions, 'signal' | 'onEpoch' | 'onEpochEvery' | 'onProgress'>

/** What `onEpoch` learns */
export interface EpochProgress {
  /** Number of the epoch that has just ended, counted from 0 over the network's life */
  epoch: number
  /** Loss of the epoch's batches as they were met, before each update */
  loss: number
  /** Loss of the validation rows after the epoch, where there are any */
  validationLoss?: number
  /** What `metrics` asked for, where it did */
  metrics?: Pick<Metrics, EpochMetricName>
  /** Of the epoch's last step */
  learningRate: number
  /** Sets the rate of all later steps, in place of the schedule. */
  setLearningRate: (rate: number) => void
  /** The network as bytes, as `network.snapshot()` gives them: what goes on from them begins with the next epoch. */
  snapshot: () => Uint8Array
}

/** What `onProgress` learns */
export interface TrainProgress {
  /** Number of the epoch that runs, counted from 0 over the network's life */
  epoch: number
  /** Share of the epoch's rows that are done, above 0 and up to 1 */
  fraction: number
  /** Loss of the batches so far, as they were met, before each update */
  loss: number
}

/** Why a call ended */
export type StopReason = 'epochs' | 'targetLoss' | 'earlyStopping' | 'converged' | 'callback' | 'aborted' | 'diverged'

/** What of the options concerns the end of an epoch; part of a snapshot */
export interface SessionOptions {
  readonly epochs: number
  readonly targetLoss: number
  /** None where it is left out */
  readonly metrics: readonly ResolvedMetric[] | undefined
  readonly earlyStopping: Required<EarlyStopping> | undefined
  readonly history: { readonly every: number } | { readonly bytes: number } | undefined
}

/** What calls into the host */
export interface HostOptions {
  readonly signal: Signal | undefined
  readonly onEpoch: ((progress: EpochProgress) => unknown) | undefined
  readonly onEpochEvery: number | undefined
  readonly onProgress: ((progress: TrainProgress) => unknown) | undefined
}

export interface ResolvedTrainOptions extends HostOptions, Division {
  /** Without the metrics, which are for a configuration */
  readonly session: SessionOptions
  readonly metrics: MetricChoices
  /** Undefined: as the optimizer likes it */
  readonly batchSize: number | 'full' | undefined
  readonly shuffle: boolean
  /** Rows of their own, not yet checked */
  readonly validation:
    | { readonly inputs: unknown; readonly targets: unknown; readonly sampleWeights: unknown }
    | undefined
}

/** Read, but not yet checked: what metrics they are depends on the network. */
export type MetricChoices = readonly unknown[] | undefined
