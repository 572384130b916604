// Steps from derivatives that the caller computed.
import { describe, expect, it } from 'vitest'
import type { NetworkConfig } from '../../src/index.ts'
import { dtypes, engines, expectRefusal, relativeDifference, rowsOf, small, trainedBits } from '../support/networks.ts'

const INPUTS = rowsOf(20, 3, 1)
const TARGETS = rowsOf(20, 2, 2)

describe.each(engines)('trainOnGradients in %s', (engine) => {
  it.each(dtypes)('takes the step of trainOnBatch for the derivatives of its loss, in %s', async (dtype) => {
    const changes: Partial<NetworkConfig> = {
      dtype,
      loss: 'halfSquaredError',
      regularization: { l2: 0.1 },
      clipNorm: 1,
      scaling: { targets: { offset: 3, scale: [2, 0.5] } },
    }
    const [batch, given] = [await small(engine, changes), await small(engine, changes)]
    for (let step = 0; step < 5; step++) {
      const outputs = given.predict(INPUTS)
      // ∂/∂output of ½ ((output − target) / scale)²
      const gradients = outputs.map((row, m) => row.map((output, n) => (output - TARGETS[m][n]) / [4, 0.25][n]))
      given.trainOnGradients(INPUTS, gradients)
      batch.trainOnBatch(INPUTS, TARGETS)
    }
    const weights = (network: typeof given) => network.getWeights().map(({ weights }) => weights)
    const difference = Math.max(...weights(given).map((w, i) => relativeDifference(w, weights(batch)[i])))
    expect(difference).toBeLessThan(dtype === 'float32' ? 1e-4 : 1e-12)
  })

  it.each([
    ['sigmoid', 'binaryCrossEntropy'],
    ['softmax', 'categoricalCrossEntropy'],
  ] as const)('goes through %s though %s contains it', async (activation, loss) => {
    const layers = [
      { units: 4, activation: 'tanh' },
      { units: 2, activation },
    ] as const
    const changes = { layers, loss, dtype: 'float64' } as const
    const [batch, given] = [await small(engine, changes), await small(engine, changes)]
    const targets = TARGETS.map(([a]) => (a > 0 ? [1, 0] : [0, 1]))
    const gradients = given.predict(INPUTS).map((row, m) =>
      row.map((o, n) => {
        const t = targets[m][n]
        return loss === 'binaryCrossEntropy' ? (o - t) / (o * (1 - o)) / 40 : -t / o / 20
      }),
    )
    given.trainOnGradients(INPUTS, gradients)
    batch.trainOnBatch(INPUTS, targets)
    const [a, b] = [given.getWeights()[0].weights, batch.getWeights()[0].weights]
    expect(relativeDifference(a, b)).toBeLessThan(1e-9)
  })

  it('drops nothing, and changes nothing where a step is refused', async () => {
    const layers = [{ units: 5, activation: 'tanh', dropout: 0.9 }, { units: 2 }] as const
    const network = await small(engine, { layers, optimizer: 'sgd' })
    const other = await small(engine, { layers: [{ ...layers[0], dropout: 0 }, layers[1]], optimizer: 'sgd' })
    for (const each of [network, other]) each.trainOnGradients(INPUTS, TARGETS)
    expect(network.weightsHash()).toBe(other.weightsHash())
    const before = trainedBits(network)
    const step = (gradients: unknown) => () => network.trainOnGradients(INPUTS, gradients as number[][])
    await expectRefusal(step(TARGETS.slice(1)), 'INVALID_SHAPE', 'outputGradients')
    await expectRefusal(step(TARGETS.map(() => [Number.NaN, 0])), 'NOT_FINITE', 'outputGradients')
    await expectRefusal(step(TARGETS.map(() => [1e39, 0])), 'NOT_FINITE', 'outputGradients')
    await expectRefusal(step(TARGETS.map(() => [3e38, 3e38])), 'NOT_FINITE', 'step')
    expect(trainedBits(network)).toBe(before)
  })

  it('is refused with L-BFGS', async () => {
    const network = await small(engine, { optimizer: 'lbfgs' })
    await expectRefusal(() => network.trainOnGradients(INPUTS, TARGETS), 'INVALID_CONFIG', 'lbfgs')
  })
})
