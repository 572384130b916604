// What users ask of many networks at once, and what they get.

import type { WorkerFactory } from '../hosts/worker.ts'
import type { Network } from '../network/network.ts'
import type { NumericArray } from '../numerics/typed.ts'
import type { MetricChoice, Metrics } from '../prediction/metrics.ts'
import type { EpochProgress, TrainOptions, TrainProgress } from '../training/options.ts'
import type { TrainResult } from '../training/result.ts'

/** What `trainMany` takes: the options of `train` hold for every network. */
export interface TrainManyOptions extends Omit<TrainOptions, 'onEpoch' | 'onProgress'> {
  /** For each network the numbers of the rows that it trains on, counted from 0; may repeat. Default: all rows for all */
  rows?: readonly (readonly number[] | NumericArray)[]
  /**
   * Threads that the networks are divided over, with the same bits, the calling one included: an integer from 1 to 64, or
   * `'auto'` for what the host can run, at most 8, once training has taken 50 ms on one, which is about what starting a worker
   * takes. Workers share no memory, so that pages need no isolation; in them each network has one thread. The calling thread
   * does what workers cannot: all where the host starts none, networks whose learning rate is a function, and all with
   * `onEpoch`. Default 1
   */
  threads?: number | 'auto'
  /** Makes each worker, where the library's own do not start: one whose script imports `wasmprop/worker-host`. Default: none */
  worker?: WorkerFactory
  /**
   * Of the validation split, whose rows are the same for all networks: an unsigned 32-bit integer. `validation.seed` comes
   * first. Default: that of the first network
   */
  seed?: number
  /** As in `train`, for each network. Returning `false` ends the training of that one. */
  onEpoch?: (progress: EpochProgress & { network: number }) => unknown
  /** As in `train`, for each network */
  onProgress?: (progress: TrainProgress & { network: number }) => void
}

export interface TrainedNetwork {
  network: Network
  result: TrainResult
  /** Where fewer threads than asked for trained the networks of the call: why */
  reason?: string
}

/** What `crossValidate` takes: the options of `train` hold for every fold. */
export interface CrossValidateOptions extends Omit<TrainManyOptions, 'rows'> {
  /** Parts that the rows are divided into, each held out once: an integer from 2 to the number of rows. Default 5 */
  folds?: number
  /** What to compute of the held-out rows beside their loss. Default: nothing */
  metrics?: readonly MetricChoice[]
  /** Of the division into folds: an unsigned 32-bit integer. Default: that of the (first) configuration */
  seed?: number
}

/** One fold: the network that never saw its rows, and how it does on them */
export interface Fold extends TrainedNetwork {
  /** Numbers of the held-out rows, ascending */
  rows: Uint32Array
  /** Where one of them is not finite, as may be where training diverged: a loss of Infinity, and no metrics */
  scores: { loss: number } & Metrics
  /** In words, where there are no finite scores: what happened */
  failure?: string
}

/** A number for the loss, and for each metric that is one and that all folds have; Infinity where a fold's loss is. */
export type Scores = { loss: number } & { [Name in Exclude<keyof Metrics, 'confusion'>]?: number }

export interface CrossValidation {
  folds: Fold[]
  /** Over the folds */
  mean: Scores
  /** Over the folds: of n, not of n − 1 */
  standardDeviation: Scores
}

/** What a configuration of a list came to */
export interface RankedValidation extends CrossValidation {
  /** Its number in the list, counted from 0 */
  index: number
}
