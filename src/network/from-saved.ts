// Networks from what was saved of others. A room of its own, so that who only creates networks does not load what reads them.

import { unpackParameters } from '../memory/parameters.ts'
import type { ModelOptions, RestoreOptions } from '../model/json.ts'
import { readModel } from '../model/read-json.ts'
import { applySnapshot, readSnapshot, type Snapshot } from '../model/read-snapshot.ts'
import { valuesOf } from '../numerics/values.ts'
import { Network } from './network.ts'

export async function networkOfModel(value: unknown, options?: ModelOptions): Promise<Network> {
  const { config, parameters, inputScaling, targetScaling } = readModel(value, options)
  const network = await Network.blank(config)
  const state = Network.stateOf(network)
  unpackParameters(valuesOf(state.engine.buffer, config.dtype), state.layout, parameters)
  Object.assign(state, { inputScaling, targetScaling })
  return network
}

/** From the bytes that `snapshot` wrote */
export async function networkOfBytes(bytes: unknown, options?: RestoreOptions): Promise<Network> {
  return networkOfSnapshot(readSnapshot(bytes, options))
}

export async function networkOfSnapshot(snapshot: Snapshot): Promise<Network> {
  const network = await Network.blank(snapshot.config)
  try {
    applySnapshot(Network.stateOf(network), snapshot)
    return network
  } catch (cause) {
    network.dispose()
    throw cause
  }
}
