// Cross-validation: what users see of it. The rest is loaded by the first call.
import type { NetworkConfig } from './config.ts'
import type { MatrixInput } from './matrix.ts'
import type { MetricChoice, Metrics } from './metrics.ts'
import type { TrainedNetwork, TrainManyOptions } from './train-many.ts'

/** What `crossValidate` takes: the options of `train` hold for every fold. */
export interface CrossValidateOptions extends Omit<TrainManyOptions, 'rows'> {
  /** Parts that the rows are divided into, each held out once: an integer of at least 2. Default 5 */
  folds?: number
  /** What to compute of the held-out rows beside their loss. Default: nothing */
  metrics?: readonly MetricChoice[]
  /** Of the division into folds. Default: that of the networks */
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

/**
 * Trains a network per fold on the rows of all other folds and scores it on its own, in the targets' own units. Folds are
 * drawn with the seed, from every class alike where targets are classes, and differ by one row at most. Scalings are fitted
 * to the training rows of each fold. Networks of equally many rows share the lanes of vectors, and `threads` are as in
 * `trainMany`.
 */
export async function crossValidate(
  config: NetworkConfig,
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: CrossValidateOptions,
): Promise<CrossValidation> {
  const { validateFolds } = await import('./many/validate.ts')
  return validateFolds(config, inputs, targets, options)
}
