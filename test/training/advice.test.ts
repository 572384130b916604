// What is advised after divergence: the rate, the column, and nothing that does not fit.
import { expect, it } from 'vitest'
import { anyRows, readMatrix } from '../../src/data/read-matrix.ts'
import { createNetwork, type NetworkConfig } from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import { adviceFor } from '../../src/training/divergence.ts'

async function advise(rate: number, inputs: number[][], changes: Partial<NetworkConfig> = {}): Promise<string> {
  const network = await createNetwork({ inputs: 2, layers: [{ units: 1 }], optimizer: 'sgd', seed: 1, ...changes })
  const state = Network.stateOf(network)
  if (changes.scaling) network.fitScaling(inputs, [[1], [2]])
  const matrix = readMatrix(inputs, { ...anyRows, name: 'inputs', columns: 2, dtype: 'float64' })
  return adviceFor(state, rate, state.inputScaling?.apply(matrix) ?? matrix)
}

const SMALL = [
  [1, -2],
  [-3, 4],
]
const LARGE = [
  [1, -2],
  [-3, -4321],
]

it('names the rate, and another one: the default, or a tenth where the rate is not above that', async () => {
  expect(await advise(1, SMALL)).toMatch(/^try a smaller learningRate \(it was 1\), such as 0.01, the default of sgd/)
  expect(await advise(0.01, SMALL)).toMatch(/\(it was 0.01\), such as 0.001,/)
  expect(await advise(0.003, SMALL, { optimizer: 'adam' })).toMatch(/such as 0.001, the default of adam/)
})

it('names the column that is not scaled, by magnitude', async () => {
  expect(await advise(1, LARGE)).toMatch(/scale the inputs, whose column 1 reaches 4320, .*inputs: 'standard'/)
  expect(await advise(1, LARGE, { scaling: { inputs: 'standard' } })).not.toMatch(/inputs/)
  expect(await advise(1, SMALL)).not.toMatch(/inputs/)
})

it('does not advise a scaling that is there, but to look at what it leaves', async () => {
  const scaling = { inputs: { divideBy: 100 } }
  expect(await advise(1, LARGE, { scaling })).toMatch(/outliers in the inputs, whose column 1 reaches 43.2 even after/)
})

it('speaks of targets where they may be scaled and are not', async () => {
  const words = /scale the targets if they are large/
  expect(await advise(1, SMALL)).toMatch(words)
  expect(await advise(1, SMALL, { scaling: { targets: 'standard' } })).not.toMatch(words)
  expect(await advise(1, SMALL, { layers: [{ units: 1, activation: 'sigmoid' }] })).not.toMatch(words)
})

it('advises a mean where the loss is a sum', async () => {
  expect(await advise(1, SMALL)).not.toMatch(/meanSquaredError/)
  expect(await advise(1, SMALL, { loss: 'halfSquaredError' })).toMatch(/use meanSquaredError, .*\.$/)
})

it('looks for outliers where they are among the validation rows alone', async () => {
  const X = [
    [1, -2],
    [-3, 4],
    [2, 1],
  ]
  const y = [[1], [2], [3]]
  const held = { inputs: [[1e200, 1]], targets: [[1]] }
  for (const validation of [held, { inputs: [[1, 1]], targets: [[1e200]] }]) {
    const network = await createNetwork({
      inputs: 2,
      layers: [{ units: 1 }],
      optimizer: 'sgd',
      dtype: 'float64',
      seed: 1,
    })
    const of = validation === held ? 'inputs' : 'targets'
    const words = new RegExp(
      `validation rows is not finite; .* outliers in the validation ${of}, whose column 0 reaches 1e\\+200`,
    )
    const trained = await network.train(X, y, { epochs: 3, validation })
    const streamed = await network.trainStream([{ inputs: X, targets: y }], { validation })
    for (const { stopReason, advice } of [trained, streamed]) {
      expect(stopReason).toBe('diverged')
      expect(advice).toMatch(words)
      expect(advice).not.toMatch(/learningRate/)
    }
  }
})

it('says that the weights are the best ones where they are, after outliers among the validation rows as well', async () => {
  const network = await createNetwork({
    inputs: 1,
    layers: [{ units: 1, weightInit: 'zeros' }],
    optimizer: { name: 'sgd', learningRate: 0.05 },
    dtype: 'float64',
  })
  // (w · 10¹⁵⁴)², of which the second is beyond float64: w becomes 1 and then 1.8
  const validation = { inputs: [[1e154]], targets: [[0]] }
  const { stopReason, bestEpoch, advice } = await network.train([[1]], [[10]], {
    epochs: 3,
    batchSize: 'full',
    validation,
    earlyStopping: {},
  })
  expect([stopReason, bestEpoch]).toEqual(['diverged', 0])
  expect(advice).toMatch(
    /; the weights are those of epoch 0, the best one\. Look for outliers in the validation inputs/,
  )
  expect(network.getWeights()[0].weights[0][0]).toBe(1)
})
