// Several networks at once: what users see of it. The rest is loaded by the first call.

import type { NetworkConfig } from '../config/config.ts'
import type { MatrixInput } from '../data/forms.ts'
import { publicCall } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import type { TrainedNetwork, TrainManyOptions } from './options.ts'

/**
 * Creates a network per configuration and trains it, with the same bits as if alone. Those of one shape and with the same
 * options but for seeds, initial weights and learning rates share the lanes of vectors, if they are small enough to gain by
 * it; the others take turns. With `threads` all are divided over threads before. A network that ends early or diverges does
 * not disturb the others.
 *
 * Resolves with the networks and their results in the order of `configs`. Rejects before anything is trained where a
 * configuration, an option or the data is wrong: errors name the configuration, as in `configs[2].layers[0].units`. What
 * `onEpoch` or a rate that is a function throws ends the training of all networks: they are disposed of, and the call rejects
 * with it. So it is with a promise of `onEpoch` that is rejected, once none of the other networks is left waiting for theirs.
 * To end all and keep the networks, abort `signal`; to end one, return `false`.
 * @example
 * ```js
 * import { trainMany } from 'wasmprop'
 *
 * const config = {
 *   inputs: 2,
 *   layers: [{ units: 3, activation: 'tanh' }, { units: 1, activation: 'sigmoid' }],
 *   optimizer: { name: 'adam', learningRate: 0.05 },
 * }
 * const configs = [1, 2, 3, 4].map((seed) => ({ ...config, seed }))
 * const X = [[0, 0], [0, 1], [1, 0], [1, 1]]
 * const trained = await trainMany(configs, X, [[0], [1], [1], [0]], { epochs: 500, targetLoss: 0.05 })
 * for (const { network, result } of trained) {
 *   console.log(network.seed, result.stopReason, result.epochs, network.predictClass(X).join(' '))
 * }
 * ```
 *
 * ```text
 * 1 targetLoss 79 0 1 1 0
 * 2 targetLoss 63 0 1 1 0
 * 3 targetLoss 97 0 1 1 0
 * 4 targetLoss 63 0 1 1 0
 * ```
 */
export function trainMany(
  configs: readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainManyOptions,
): Promise<TrainedNetwork[]> {
  return publicCall('trainMany', trainMany, async () => {
    const { trainTogether } = await loadPart(import('./training.ts'))
    return trainTogether(configs, inputs, targets, options)
  })
}
