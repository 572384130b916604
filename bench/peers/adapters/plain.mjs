// Plain JavaScript, the code that the other benches compare with as well. Trains on with one model: a second closure would
// make V8 give up what it compiled for the first.
import { createNetwork } from 'wasmprop'
import { generator, plainNetwork, typedArrays } from '../../bench-kit.js'

export const keepsModel = true

export async function create({ sizes, activations, loss, optimizer, rate, batchRows, shuffles }, data) {
  const isTutorial = loss === 'halfSquaredError'
  const start = { name: 'uniform', low: 0, high: 1 }
  const network = await createNetwork({
    inputs: sizes[0],
    layers: activations.map((activation, index) => ({
      units: sizes[index + 1],
      activation,
      ...(isTutorial ? { weightInit: start, biasInit: start } : {}),
    })),
    loss,
    dtype: 'float64',
    // Without a WebAssembly memory, whose growth would slow typed arrays
    engine: 'typescript',
    seed: 1,
  })
  const layers = network.getWeights()
  const plain = isTutorial
    ? typedArrays(data, layers, rate)
    : plainNetwork(data, layers, { batchRows, optimizer, rate, shuffles, random: generator(1) })
  return {
    run: plain.train,
    prepare: (flat) => flat,
    // Its weights in the engine, since the loop has no prediction of its own
    predict(flat) {
      network.setWeights(toLayers(plain.weights(), sizes))
      return network.predict(flat)
    },
    values: (outputs) => outputs,
  }
}

function toLayers(flat, sizes) {
  let next = 0
  const take = (count) => {
    next += count
    return flat.slice(next - count, next)
  }
  return sizes.slice(1).map((units, index) => ({
    weights: Array.from({ length: sizes[index] }, () => take(units)),
    biases: take(units),
  }))
}
