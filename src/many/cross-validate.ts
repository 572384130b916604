// Cross-validation: what users see of it. The rest is loaded by the first call.

import type { NetworkConfig } from '../config/config.ts'
import type { MatrixInput } from '../data/forms.ts'
import { publicCall } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import type { CrossValidateOptions, CrossValidation, RankedValidation } from './options.ts'

/**
 * Trains a network per fold on the rows of all other folds and scores it on its own: the loss is that of the scaled targets
 * without penalties, as in `evaluate`, and metrics are in the targets' own units. By default 5 folds, no metrics, and 100
 * epochs in batches of 32, as in `train`.
 *
 * Folds are drawn with the seed, from every class alike where targets are classes, and differ by one row at most. Scalings
 * are fitted to the training rows of each fold. All networks have the same seed and begin with the same weights. Those of
 * equally many rows share the lanes of vectors, and `threads` are as in `trainMany`; so is `onEpoch`, whose `network` is the
 * number of the fold, and what becomes of the networks where it throws.
 *
 * A list of configurations, of any shapes with the same inputs, gets the same folds for all, drawn with the seed of the first
 * where none is given, and comes back ranked, the best first, by the mean of the first of the metrics (`confusion` does not
 * count), or by that of the loss where none is asked for: for that, losses and the scaling of targets have to be the same.
 * Those without a finite mean come last. `network` is then the number of the configuration × folds + that of the fold.
 *
 * Rejects before anything is trained where the configuration, an option or the data is wrong, and with INVALID_DATA where the
 * rows of a fold do not suit a metric: `auc` needs every class in each of them, `r2` two rows. A fold whose training diverged
 * is scored with the last finite weights, and counts. Where its scores are not finite, it has a loss of Infinity, no metrics,
 * and `failure` in words; then the mean of the losses and their deviation are Infinity as well, and there are none of metrics.
 * @example
 * ```js
 * import { crossValidate } from 'wasmprop'
 *
 * const points = Array.from({ length: 90 }, (_, i) => [(i % 9) / 4 - 1, (i % 10) / 4.5 - 1])
 * const products = points.map(([a, b]) => [a * b])
 * const config = {
 *   inputs: 2,
 *   layers: [{ units: 6, activation: 'tanh' }, { units: 1 }],
 *   optimizer: { name: 'adam', learningRate: 0.03 },
 *   seed: 1,
 * }
 * const { folds, mean, standardDeviation } = await crossValidate(config, points, products, {
 *   folds: 3,
 *   metrics: ['r2', 'meanAbsoluteError'],
 * })
 * for (const { rows, scores } of folds) console.log(rows.length, scores.r2.toFixed(4))
 * console.log(mean.meanAbsoluteError.toFixed(4), standardDeviation.meanAbsoluteError.toFixed(4))
 * ```
 *
 * ```text
 * 30 0.9835
 * 30 0.9922
 * 30 0.9978
 * 0.0259 0.0095
 * ```
 */
export function crossValidate(
  config: NetworkConfig,
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: CrossValidateOptions,
): Promise<CrossValidation>
export function crossValidate(
  configs: readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: CrossValidateOptions,
): Promise<RankedValidation[]>
export function crossValidate(
  config: NetworkConfig | readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: CrossValidateOptions,
): Promise<CrossValidation | RankedValidation[]> {
  return publicCall('crossValidate', crossValidate, async () => {
    const { crossValidateFolds } = await loadPart(import('./folds.ts'))
    return crossValidateFolds(config, inputs, targets, options)
  })
}
