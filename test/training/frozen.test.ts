// Layers that are not trained: their weights stay to the bit, whatever the optimizer does, and count nowhere.
import { describe, expect, it } from 'vitest'
import { type NetworkConfig, networkFromJSON, restoreNetwork, trainMany } from '../../src/index.ts'
import { loosely } from '../support/choices.ts'
import { dtypes, engines, expectRefusal, rowsOf, small } from '../support/networks.ts'

const INPUTS = rowsOf(20, 3, 1)
const TARGETS = rowsOf(20, 2, 2)

const frozen = (index: number): Partial<NetworkConfig> => ({
  layers: [
    { units: 5, activation: 'tanh', trainable: index !== 0, biasInit: { name: 'uniform' } },
    { units: 4, activation: 'mish', trainable: index !== 1, biasInit: { name: 'uniform' } },
    { units: 2, trainable: index !== 2 },
  ],
  regularization: { l1: 0.01, l2: 0.1 },
  clipNorm: 0.5,
})

describe.each(engines)('in %s', (engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    it.each([0, 1, 2])('layer %i stays as it is while the others train', async (index) => {
      for (const name of ['sgd', 'adam', 'adamw', 'rmsprop', 'rprop', 'lbfgs'] as const) {
        const clip = name === 'lbfgs' ? { clipNorm: undefined } : {}
        const optimizer = { name, weightDecay: 0.1 } as const
        const network = await small(engine, { dtype, ...frozen(index), optimizer, ...clip })
        const before = network.getWeights()
        network.trainSync(INPUTS, TARGETS, { epochs: 3, batchSize: 'full' })
        const after = network.getWeights()
        for (const layer of [0, 1, 2]) {
          if (layer === index) expect(after[layer], name).toEqual(before[layer])
          else expect(after[layer], name).not.toEqual(before[layer])
        }
      }
    })
  })

  it('has gradients of 0, and no part in penalty and norm', async () => {
    const network = await small(engine, { ...frozen(0), dtype: 'float64' })
    const all = await small(engine, { ...frozen(3), dtype: 'float64' })
    all.setWeights(network.getWeights())
    const { layers, penalty, norm } = network.gradients(INPUTS, TARGETS)
    const whole = all.gradients(INPUTS, TARGETS)
    expect([...layers[0].weights.flat(), ...layers[0].biases].every((g) => g === 0)).toBe(true)
    expect(layers.slice(1)).toEqual(whole.layers.slice(1))
    const weights = network.getWeights()[0].weights.flat()
    const ofFrozen = weights.reduce((sum, w) => sum + 0.01 * Math.abs(w) + 0.05 * w * w, 0)
    expect(penalty).toBeCloseTo(whole.penalty - ofFrozen, 12)
    const squares = [...whole.layers[0].weights.flat(), ...whole.layers[0].biases].reduce((sum, g) => sum + g * g, 0)
    expect(norm).toBeCloseTo(Math.sqrt(whole.norm ** 2 - squares), 12)
    expect(network.gradients(INPUTS, TARGETS, { clipped: true }).norm).toBeCloseTo(0.5, 12)
  })
})

it('stays frozen in JSON, in snapshots and beside others', async () => {
  const network = await small('wasm', frozen(1))
  for (const copy of [await networkFromJSON(network.toJSON()), await restoreNetwork(network.snapshot())]) {
    copy.trainSync(INPUTS, TARGETS, { epochs: 2 })
    expect(copy.getWeights()[1]).toEqual(network.getWeights()[1])
  }
  const configs = [1, 2, 1].map((index) => loosely({ inputs: 3, seed: 7, ...frozen(index) }))
  const results = await trainMany(configs, INPUTS, TARGETS, { epochs: 2 })
  for (const [index, { network: trained }] of results.entries()) {
    const alone = await small('wasm', loosely({ ...configs[index], optimizer: 'adam' }))
    alone.trainSync(INPUTS, TARGETS, { epochs: 2 })
    expect(trained?.weightsHash()).toBe(alone.weightsHash())
  }
})

it('refuses what is not true or false', async () => {
  const layers = [{ units: 2, trainable: 0 }]
  await expectRefusal(small('wasm', loosely({ inputs: 3, layers })), 'INVALID_CONFIG', 'layers[0].trainable')
})
