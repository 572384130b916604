// Who races in `wasmprop bench`: both engines in both dtypes, and a loop written by hand. Proves that they come to the same
// weights.
import { createNetwork, type LayerWeights, type Network } from 'wasmprop'
import type { BenchNetwork } from './bench-networks.ts'
import { type PlainNetwork, trainPlain } from './plain-loop.ts'

export const DTYPES = ['float32', 'float64'] as const
export const ENGINES = ['wasm', 'typescript'] as const
export type Dtype = (typeof DTYPES)[number]
export type Contestant = (typeof ENGINES)[number] | 'plain JavaScript'

/** One network with the weights that every run starts from */
export interface Prepared {
  readonly engine: Contestant
  readonly dtype: Dtype
  readonly network?: Network
  readonly restart: () => void
  readonly run: () => void
}

export async function prepare(
  { config, inputs, targets, batchSize, epochs }: BenchNetwork,
  engine: (typeof ENGINES)[number],
  dtype: Dtype,
): Promise<Prepared> {
  const network = await createNetwork({ ...config, engine, dtype })
  const start = network.getWeights()
  const restart = () => network.setWeights(start)
  const run = () => void network.trainSync(inputs, targets, { epochs, batchSize, shuffle: false })
  return { engine, dtype, network, restart, run }
}

/** Both engines' hash after one run, which must be equal */
export function prove({ name }: BenchNetwork, prepared: readonly Prepared[]): Record<Dtype, string> {
  const hashOf = (dtype: Dtype) => {
    const [wasm, typescript] = prepared
      .filter((each) => each.dtype === dtype)
      .map(({ network, run }) => {
        run()
        return network?.weightsHash() ?? ''
      })
    if (wasm === typescript) return wasm
    throw new Error(`${name}, ${dtype}: the engines differ (wasm ${wasm}, typescript ${typescript}); nothing was timed`)
  }
  return { float32: hashOf('float32'), float64: hashOf('float64') }
}

/** The hand-written loop; its weights after one run must be close to the float64 engines'. */
export function preparePlain(
  { config, inputs, targets, epochs }: BenchNetwork,
  prepared: readonly Prepared[],
): Prepared {
  const reference = prepared.find(({ dtype }) => dtype === 'float64') as Required<Prepared>
  const trained = reference.network.getWeights()
  reference.restart()
  const [hidden, output] = reference.network.getWeights()
  const plain: PlainNetwork = {
    x: Float64Array.from(inputs.flat()),
    y: Float64Array.from(targets.flat()),
    hiddenWeights: new Float64Array(hidden.weights.flat().length),
    hiddenBiases: new Float64Array(hidden.biases.length),
    outputWeights: new Float64Array(hidden.biases.length),
    outputBias: new Float64Array(1),
  }
  const restart = () => {
    plain.hiddenWeights.set(hidden.weights.flat())
    plain.hiddenBiases.set(hidden.biases)
    plain.outputWeights.set(output.weights.flat())
    plain.outputBias.set(output.biases)
  }
  const { learningRate = 0.1 } = config.optimizer as { learningRate?: number }
  const run = () => trainPlain(plain, epochs, learningRate)
  restart()
  run()
  mustBeClose(plain, trained)
  return { engine: 'plain JavaScript', dtype: 'float64', restart, run }
}

function mustBeClose(plain: PlainNetwork, [hidden]: readonly LayerWeights[]): void {
  const isClose = hidden.weights.flat().every((weight, i) => Math.abs(weight - plain.hiddenWeights[i]) < 1e-10)
  if (!isClose) throw new Error('the plain JavaScript loop comes to other weights; nothing was timed')
}
