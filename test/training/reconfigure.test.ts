// `reconfigure`: what changes, what stays, in both engines, with every optimizer, in snapshots, JSON and calls that are resumed.
import { describe, expect, it } from 'vitest'
import { createNetwork, type NetworkConfig, networkFromJSON, restoreNetwork } from '../../src/index.ts'
import { type OptimizerName, optimizers } from '../../src/tables/optimizers.ts'
import { engines, expectRefusal, rowsOf } from '../support/networks.ts'

const X = rowsOf(24, 3, 1)
const y = X.map(([a, b, c]) => [a * b + c, a - c])
const names = Object.keys(optimizers) as OptimizerName[]

const configWith = (optimizer: NetworkConfig['optimizer']): NetworkConfig => ({
  inputs: 3,
  layers: [{ units: 4, activation: 'tanh' }, { units: 3, activation: 'tanh', trainBias: false }, { units: 2 }],
  optimizer,
  dtype: 'float64',
  seed: 6,
})
const full = { epochs: 3, batchSize: 'full', shuffle: false } as const

describe.each(engines)('reconfigure in %s', (engine) => {
  const create = (config: NetworkConfig) => createNetwork({ ...config, engine })

  it('is named where a rate is assigned, which would change nothing', async () => {
    const network = await create(configWith('sgd'))
    const assign = () => Object.assign(network, { learningRate: 0.1 })
    await expectRefusal(assign, 'INVALID_CONFIG', 'learningRate: expected network.reconfigure({ learningRate })')
  })

  it.each(names)('leads %s to the bits of a network that was made so', async (name) => {
    const changed = await create(configWith({ name, learningRate: 0.002 }))
    changed.reconfigure({ learningRate: 0.01, weightDecay: 0.02, regularization: { l1: 0.001, l2: 0.01 } })
    const made = await create({
      ...configWith({ name, learningRate: 0.01, weightDecay: 0.02 }),
      regularization: { l1: 0.001, l2: 0.01 },
    })
    await changed.train(X, y, full)
    await made.train(X, y, full)
    expect(changed.weightsHash()).toBe(made.weightsHash())
    expect(changed.toJSON()).toEqual(made.toJSON())
    expect(changed.snapshot()).toEqual(made.snapshot())
  })

  it('clips, and no longer does', async () => {
    const network = await create(configWith('sgd'))
    network.reconfigure({ clipNorm: 1e-3, clipValue: 1 })
    const { norm } = network.gradients(X, y)
    expect(norm).toBeGreaterThan(1e-3)
    expect(network.gradients(X, y, { clipped: true }).norm).toBeCloseTo(1e-3, 12)
    network.reconfigure({ clipNorm: 0, clipValue: 0 })
    expect(network.gradients(X, y, { clipped: true }).norm).toBe(norm)
  })

  it.each(names)('freezes layers in the midst of %s, and goes on where they were', async (name) => {
    const network = await create(configWith({ name, weightDecay: 0.01 }))
    await network.train(X, y, full)
    const before = network.getWeights()
    network.reconfigure({ trainable: [true, false, true] })
    expect(
      network
        .gradients(X, y)
        .layers[1].weights.flat()
        .every((gradient) => gradient === 0),
    ).toBe(true)
    await network.train(X, y, { ...full, epochs: 5 })
    const [first, second, third] = network.getWeights()
    expect(second).toEqual(before[1])
    expect(first).not.toEqual(before[0])
    expect(third).not.toEqual(before[2])
    network.reconfigure({ trainable: [true, true, true] })
    await network.train(X, y, full)
    const after = network.getWeights()
    expect(after[1].weights).not.toEqual(before[1].weights)
    expect(after[1].biases).toEqual(before[1].biases) // trainBias: false
  })

  it.each(names)('keeps what %s remembers of layers that are frozen for no step', async (name) => {
    const [network, other] = [await create(configWith(name)), await create(configWith(name))]
    for (const each of [network, other]) await each.train(X, y, full)
    network.reconfigure({ trainable: [false, true, false] })
    if (name !== 'lbfgs') network.reconfigure({ trainable: [true, true, true] })
    else return
    for (const each of [network, other]) await each.train(X, y, full)
    expect(network.weightsHash()).toBe(other.weightsHash())
    expect(network.snapshot()).toEqual(other.snapshot())
  })

  it('is part of snapshots, JSON and clones', async () => {
    const network = await create(configWith('adam'))
    await network.train(X, y, full)
    network.reconfigure({ trainable: [false, true, true], learningRate: { name: 'cosine', total: 40 }, clipValue: 0.1 })
    await network.train(X, y, full)
    const restored = await restoreNetwork(network.snapshot(), { engine })
    const clone = network.clone()
    expect(restored.snapshot()).toEqual(network.snapshot())
    const model = await networkFromJSON(network.toJSON())
    expect(model.toJSON()).toEqual(network.toJSON())
    for (const each of [network, restored, clone]) {
      each.reconfigure({ trainable: [true, true, true] })
      await each.train(X, y, full)
    }
    expect(restored.snapshot()).toEqual(network.snapshot())
    expect(clone.snapshot()).toEqual(network.snapshot())
  })

  it('replaces the rate that setLearningRate has set, and says so in progress', async () => {
    const network = await create(configWith('adam'))
    const rates: number[] = []
    const log = ({ learningRate }: { learningRate: number }) => void rates.push(learningRate)
    await network.train(X, y, { epochs: 1, onEpoch: ({ setLearningRate }) => setLearningRate(0.5) })
    network.reconfigure({ learningRate: 0.005 })
    await network.train(X, y, { epochs: 1, onEpoch: log })
    network.reconfigure({ learningRate: (step) => 1 / (step + 1) })
    await network.train(X, y, { epochs: 1, onEpoch: log })
    expect(rates).toEqual([0.005, 1 / 3])
  })

  it('holds for a call that goes on after an abort', async () => {
    const [network, other] = [await create(configWith('adam')), await create(configWith('adam'))]
    const rate = (step: number) => (step < 6 ? 0.001 : 0.02)
    other.reconfigure({ learningRate: rate })
    const controller = new AbortController()
    const options = {
      epochs: 6,
      batchSize: 8,
      onEpoch: ({ epoch }: { epoch: number }) => epoch < 1 || controller.abort(),
    }
    const { stopReason } = await network.train(X, y, { ...options, signal: controller.signal })
    expect(stopReason).toBe('aborted')
    network.reconfigure({ learningRate: rate })
    const copy = await restoreNetwork(network.snapshot(), { engine, learningRate: rate })
    await network.resume(X, y)
    await copy.resume(X, y)
    await other.train(X, y, { epochs: 6, batchSize: 8 })
    expect(network.weightsHash()).toBe(other.weightsHash())
    expect(copy.weightsHash()).toBe(other.weightsHash())
  })

  it('refuses what is wrong, and all of it', async () => {
    const network = await create(configWith('adam'))
    const before = network.snapshot()
    const refused: [object, string][] = [
      [{ learningRate: 0 }, 'learningRate'],
      [{ learningRate: 0.1, weightDecay: -1 }, 'weightDecay'],
      [{ learningRate: 0.1, regularization: { l3: 1 } }, 'regularization.l3'],
      [{ learningRate: 0.1, clipNorm: -1 }, 'clipNorm'],
      [{ learningRate: 0.1, trainable: [true] }, 'trainable'],
      [{ learningRate: 0.1, trainable: [true, false, 1] }, 'trainable[2]'],
      [{ rate: 0.1 }, 'rate'],
    ]
    for (const [changes, path] of refused) {
      await expectRefusal(() => network.reconfigure(changes), 'INVALID_CONFIG', path)
    }
    expect(network.snapshot()).toEqual(before)
    const training = network.train(X, y, { epochs: 2 })
    await expectRefusal(() => network.reconfigure({ learningRate: 0.1 }), 'BUSY')
    await training
    const searching = await create(configWith('lbfgs'))
    await expectRefusal(() => searching.reconfigure({ clipNorm: 1 }), 'INVALID_CONFIG', 'clipNorm')
  })
})
