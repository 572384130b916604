// Networks from what was saved of others: the public functions. What reads is loaded when they are called.

import { publicCall } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import type { ModelOptions, RestoreOptions } from '../model/json.ts'
import type { Network } from './network.ts'

const loadReader = () => loadPart(import('./from-saved.ts'))

/**
 * The network that `toJSON` wrote, from the value or its JSON text, equal to the bit. Rejects with INVALID_MODEL what is not
 * such a model, with UNSUPPORTED_MODEL what a newer version wrote. `engine`, `arithmetic`, `threads` and `wasm` are as in
 * `createNetwork`. A network whose rate was a function is trained on with that function given again, as `learningRate`; without
 * it, training is refused.
 */
export function networkFromJSON(value: unknown, options?: ModelOptions): Promise<Network> {
  return publicCall('networkFromJSON', networkFromJSON, async () => (await loadReader()).networkOfModel(value, options))
}

/**
 * The network that `snapshot` wrote. Rejects with INVALID_MODEL what was cut or changed, with UNSUPPORTED_MODEL what a newer
 * version wrote. A rate given as a function must be
 * given again, as `learningRate`; `engine`, `arithmetic`, `threads` and `wasm` may be others than before.
 *
 * @example
 * ```js
 * import { createNetwork, restoreNetwork } from 'wasmprop'
 *
 * const X = Array.from({ length: 60 }, (_, i) => [(i % 7) / 7, (i % 11) / 11])
 * const y = X.map(([a, b]) => [a * b])
 * const config = {
 *   inputs: 2,
 *   layers: [{ units: 16, activation: 'tanh', dropout: 0.1 }, { units: 1 }],
 *   optimizer: { name: 'adam', learningRate: { name: 'cosine', initial: 0.01, total: 200 } },
 *   seed: 1,
 * }
 * const options = { epochs: 200, batchSize: 8, validation: { split: 0.2 }, earlyStopping: { patience: 20 } }
 *
 * const network = await createNetwork(config)
 * let bytes
 * await network.train(X, y, {
 *   ...options,
 *   onEpoch: ({ epoch }) => {
 *     if (epoch === 57) bytes = network.snapshot()
 *   },
 * })
 * const other = await restoreNetwork(bytes, { engine: 'typescript' })
 * const { epochs, stopReason } = await other.resume(X, y)
 * console.log(epochs, stopReason, other.weightsHash() === network.weightsHash())
 * ```
 *
 * ```text
 * 75 earlyStopping true
 * ```
 */
export function restoreNetwork(bytes: Uint8Array | ArrayBuffer, options?: RestoreOptions): Promise<Network> {
  return publicCall('restoreNetwork', restoreNetwork, async () => (await loadReader()).networkOfBytes(bytes, options))
}
