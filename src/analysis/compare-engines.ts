// The same training in both engines: times, their ratio, and whether the bits agree.

import type { NetworkConfig } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { MatrixInput } from '../data/forms.ts'
import { publicCall } from '../errors.ts'
import { Network } from '../network/network.ts'
import type { TrainOptions } from '../training/options.ts'
import type { TrainResult } from '../training/result.ts'

export interface EngineComparison {
  wasm: TrainResult
  typescript: TrainResult
  /** Time of the TypeScript engine divided by that of the WebAssembly engine */
  ratio: number
  /** Whether weights and losses are equal to the last bit */
  identical: boolean
  /** `weightsHash` after training, by engine */
  hashes: { wasm: string; typescript: string }
}

/**
 * Trains one network per engine from the same seed. Rejects with INVALID_CONFIG as `createNetwork` does, and with ENGINE_UNAVAILABLE where the host does not run
 * WebAssembly.
 */
export function compareEngines(
  config: NetworkConfig,
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainOptions,
): Promise<EngineComparison> {
  return publicCall('compareEngines', compareEngines, () => trainInBoth(config, inputs, targets, options))
}

async function trainInBoth(
  config: NetworkConfig,
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainOptions,
): Promise<EngineComparison> {
  const resolved = resolveConfig(config)
  const networks: Network[] = []
  try {
    for (const engine of ['wasm', 'typescript'] as const) {
      networks.push(await Network.drawn({ ...resolved, engine }))
    }
    const [wasm, typescript] = networks
    return await compare(wasm, typescript, inputs, targets, options)
  } finally {
    for (const network of networks) network.dispose()
  }
}

async function compare(
  wasm: Network,
  typescript: Network,
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainOptions,
): Promise<EngineComparison> {
  const results = {
    wasm: await wasm.train(inputs, targets, options),
    typescript: await typescript.train(inputs, targets, options),
  }
  const hashes = { wasm: wasm.weightsHash(), typescript: typescript.weightsHash() }
  const losses = results.typescript.loss
  const sameLosses =
    results.wasm.loss.length === losses.length && results.wasm.loss.every((loss, i) => loss === losses[i])
  return {
    ...results,
    ratio: results.typescript.milliseconds / results.wasm.milliseconds,
    identical: hashes.wasm === hashes.typescript && sameLosses,
    hashes,
  }
}
