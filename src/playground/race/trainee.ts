// Who races: a network of either engine, or a plain loop with `Math.exp`, all with the same first weights, rows and order of rows.
import { createNetwork, type LayerWeights, type Network } from 'wasmprop'
import { plainNetwork } from '../../workloads/plain-network.ts'
import { typedArrays } from '../../workloads/plain-tutorial.ts'
import type { Runner } from './messages.ts'
import { configFor, type Dtype, dataOf, type Size } from './sizes.ts'

export interface Trainee {
  readonly rows: number
  train(epochs: number): void
  /** Of all rows. Not timed: the plain loop has no loss of its own */
  loss(): number
  hash(): string
}

export async function createTrainee(runner: Runner, size: Size, dtype: Dtype): Promise<Trainee> {
  const engine = runner === 'wasm' ? 'wasm' : 'typescript'
  const data = dataOf(size)
  const network = await createNetwork(configFor(size, dtype, engine))
  const View = dtype === 'float32' ? Float32Array : Float64Array
  const [inputs, targets] = [View.from(data.inputs), View.from(data.targets)]
  const judged = {
    rows: data.rows,
    loss: () => network.evaluate(inputs, targets).loss,
    hash: () => network.weightsHash(),
  }
  if (runner !== 'plain') {
    const options = { batchSize: size.workload.batchRows, shuffle: false }
    return { ...judged, train: (epochs) => void network.trainSync(inputs, targets, { ...options, epochs }) }
  }
  const plain = plainOf(size, network)
  const judge = <T>(act: () => T) => {
    network.setWeights(layersOf(plain.weights(), network))
    return act()
  }
  return { ...judged, train: plain.train, loss: () => judge(judged.loss), hash: () => judge(judged.hash) }
}

/** Its numbers are float64 always, which is its fastest. */
function plainOf(size: Size, network: Network) {
  const { workload } = size
  const { learningRate: rate, name: optimizer } = workload.optimizer
  if ((optimizer !== 'sgd' && optimizer !== 'adam') || rate === undefined) {
    throw new Error(`plain JavaScript has no ${optimizer}`)
  }
  const data = dataOf(size)
  const layers = network.getWeights()
  if (workload.loss === 'halfSquaredError') return typedArrays(data, layers, rate)
  const isFixed = { shuffles: false, random: () => 0 }
  return plainNetwork(data, layers, { batchRows: workload.batchRows, optimizer, rate, ...isFixed })
}

/** Weights, then biases, layer by layer */
function layersOf(flat: readonly number[], { layers }: Network): LayerWeights[] {
  let at = 0
  const take = (count: number) => {
    at += count
    return flat.slice(at - count, at)
  }
  return layers.map(({ inputs, units }) => ({
    weights: Array.from({ length: inputs }, () => take(units)),
    biases: take(units),
  }))
}
