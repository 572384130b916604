// Networks from what was saved of others. A room of its own, so that who only creates networks does not load what reads them.
import { type ModelOptions, readModel } from './json.ts'
import { Network } from './network.ts'
import { unpackParameters, valuesOf } from './parameters.ts'
import { applySnapshot, type RestoreOptions, readSnapshot, type Snapshot } from './snapshot.ts'

/**
 * The network that `toJSON` wrote, equal to the bit. Rejects with INVALID_MODEL what is not such a model. `engine`,
 * `arithmetic`, `threads` and `wasm` are as in `createNetwork`.
 */
export async function networkFromJSON(value: unknown, options?: ModelOptions): Promise<Network> {
  const { config, parameters, inputScaling, targetScaling } = readModel(value, options)
  const network = await Network.blank(config)
  const state = Network.stateOf(network)
  unpackParameters(valuesOf(state.engine.buffer, config.dtype), state.layout, parameters)
  Object.assign(state, { inputScaling, targetScaling })
  return network
}

/**
 * The network that `snapshot` wrote. Rejects with INVALID_MODEL what was cut or changed. A rate given as a function must be
 * given again, as `learningRate`; `engine`, `arithmetic`, `threads` and `wasm` may be others than before.
 */
export async function restoreNetwork(bytes: Uint8Array | ArrayBuffer, options?: RestoreOptions): Promise<Network> {
  return networkOfSnapshot(readSnapshot(bytes, options))
}

export async function networkOfSnapshot(snapshot: Snapshot): Promise<Network> {
  const network = await Network.blank(snapshot.config)
  applySnapshot(Network.stateOf(network), snapshot)
  return network
}
