// The variants of the tutorial that run in threads. A call trains as many epochs as the tutorial does.
import { createNetwork } from '../dist/index.js'
import { tutorialData as data } from './data.mjs'
import { typedArrays, unrolled } from './tutorial-loops.mjs'

export const EPOCHS = 7000
export const RATE = 0.1

const start = { name: 'uniform', low: 0, high: 1 }
const loops = { typedArrays, unrolled }

export function createTutorial(engine) {
  return createNetwork({
    inputs: 2,
    layers: [
      { units: 3, activation: 'sigmoid', weightInit: start, biasInit: start },
      { units: 1, activation: 'sigmoid', weightInit: start, biasInit: start },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: RATE },
    dtype: 'float64',
    engine,
    seed: 1,
  })
}

export async function create({ engine, loop, layers }) {
  if (loop !== undefined) {
    const { train, weights } = loops[loop](data, layers, RATE)
    return { work: EPOCHS, run: () => train(EPOCHS), result: () => ({ weights: weights() }) }
  }
  const network = await createTutorial(engine)
  const options = { epochs: EPOCHS, batchSize: 'full' }
  return {
    work: EPOCHS,
    run: () => network.trainSync(data.inputs, data.targets, options),
    result: () => ({
      hash: network.weightsHash(),
      weights: network.getWeights().flatMap(({ weights, biases }) => [...weights.flat(), ...biases]),
    }),
  }
}
