// Several networks at once: what users see of it. The rest is loaded by the first call.
import type { NetworkConfig } from './config.ts'
import type { MatrixInput, NumericArray } from './matrix.ts'
import type { Network } from './network.ts'
import type { EpochProgress, TrainOptions } from './train-options.ts'
import type { TrainResult } from './training.ts'

/** What `trainMany` takes: the options of `train` hold for every network. */
export interface TrainManyOptions extends Omit<TrainOptions, 'onEpoch'> {
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
  /** As in `train`, for each network. Returning `false` ends the training of that one. */
  onEpoch?: (progress: EpochProgress & { network: number }) => unknown
}

export interface TrainedNetwork {
  network: Network
  result: TrainResult
}

/**
 * Creates a network per configuration and trains it, with the same bits as if alone. Those of one shape and with the same
 * options but for seeds, initial weights and learning rates share the lanes of vectors, if they are small enough to gain by
 * it; the others take turns. With `threads` all are divided over threads before. A network that ends early or diverges does
 * not disturb the others. Rejects before anything is trained where a configuration, an option or the data is wrong.
 */
export async function trainMany(
  configs: readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainManyOptions,
): Promise<TrainedNetwork[]> {
  const { trainTogether } = await import('./many/train.ts')
  return trainTogether(configs, inputs, targets, options)
}
