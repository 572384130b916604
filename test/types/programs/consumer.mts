// A user's program in strict TypeScript, with the types of the web. Compiled, never run.
import {
  createNetwork,
  explain,
  type Network,
  type NetworkConfig,
  type ScalingJSON,
  type TextOptions,
  type TrainResult,
  WasmpropError,
} from 'wasmprop'
import { checkpoint, loadSnapshot, saveSnapshot } from 'wasmprop/node'
import { createNetwork as createWorkerNetwork, type WorkerNetwork } from 'wasmprop/worker'

const config: NetworkConfig = {
  inputs: 2,
  layers: [{ units: 3, activation: 'sigmoid' }, { units: 1 }],
  optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
  dtype: 'float64',
  seed: 1,
}
const network: Network = await createNetwork(config)
await createNetwork({ ...config, threads: 'auto' })
const threads: number = network.engine.threads
const result: TrainResult = await network.train([[2, 9]], [[92]], {
  epochs: 10,
  onEpoch: ({ epoch, loss }) => epoch < 5 && loss > 0,
})
await network.resume([[2, 9]], [[92]], { onEpoch: checkpoint({ path: 'network.snapshot', everyEpochs: 10 }) })
await saveSnapshot(network, new URL('file:///network.snapshot'))
const loaded: Network = await loadSnapshot('network.snapshot', { engine: 'wasm' })
const losses: Float64Array = result.loss
const row: number[] = network.predict([2, 9])
const rows: number[][] = network.predict([[2, 9]])
const hash: string = network.weightsHash()
const scaling: ScalingJSON | null = network.toJSON().scaling.inputs
const chain: TextOptions = { weight: 'w5' }
const text: string = explain(network, [2, 9], [92]).toText(chain)

const farNetwork: WorkerNetwork = await createWorkerNetwork(config)
const farResult: TrainResult = await farNetwork.train([[2, 9]], [[92]], { epochs: 10 })
const farRow: number[] = await farNetwork.predict([2, 9])
const farUnits: number | undefined = farNetwork.layers[0]?.units
await saveSnapshot(farNetwork, 'network.snapshot')
const farCopy: WorkerNetwork = await farNetwork.clone()
await farCopy.dispose()
declare const pageWorker: Worker
await createWorkerNetwork(config, { worker: pageWorker })

export { farResult, farRow, farUnits, hash, loaded, losses, row, rows, scaling, text, threads }

// What is misspelt does not compile.
// @ts-expect-error
await createNetwork({ ...config, dtype: 'float16' })
// @ts-expect-error
await createNetwork({ inputs: 2, layers: [{ units: 3, activation: 'sigmoyd' }] })
// @ts-expect-error
farNetwork.trainSync([[2, 9]], [[92]])

export function codeOf(error: unknown): string | undefined {
  return error instanceof WasmpropError ? error.code : undefined
}
