// A user's program in strict TypeScript; compiled against the installed package, never run.
import { createNetwork, type Network, type NetworkConfig, type TrainResult, WasmpropError } from 'wasmprop'

const config: NetworkConfig = {
  inputs: 2,
  layers: [{ units: 3, activation: 'sigmoid' }, { units: 1 }],
  optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
  dtype: 'float64',
  seed: 1,
}
const network: Network = await createNetwork(config)
const result: TrainResult = await network.train([[2, 9]], [[92]], {
  epochs: 10,
  onEpoch: ({ epoch, loss }) => epoch < 5 && loss > 0,
})
const losses: Float64Array = result.loss
const row: number[] = network.predict([2, 9])
const rows: number[][] = network.predict([[2, 9]])
const hash: string = network.weightsHash()

export { hash, losses, row, rows }

// What is misspelt does not compile.
// @ts-expect-error
await createNetwork({ ...config, dtype: 'float16' })
// @ts-expect-error
await createNetwork({ inputs: 2, layers: [{ units: 3, activation: 'sigmoyd' }] })

export function codeOf(error: unknown): string | undefined {
  return error instanceof WasmpropError ? error.code : undefined
}
