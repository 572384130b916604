// In full batches the loss of an epoch is known before its step: the best weights and those that reach a target are the ones
// that had the loss, and L-BFGS ends where a step changes nothing any more.
import { describe, expect, it } from 'vitest'
import { createNetwork, type NetworkConfig, restoreNetwork, type TrainOptions, trainMany } from '../../src/index.ts'
import { dtypes, engines, expectRefusal, rowsOf, trainedBits } from '../support/networks.ts'

const X = rowsOf(40, 2, 11)
const y = X.map(([a, b]) => [a * b])
const optimizers = [
  { name: 'adam', learningRate: 0.35 },
  { name: 'rprop' },
  { name: 'sgd', learningRate: 0.3, momentum: 0.9 },
  { name: 'lbfgs' },
] as const

const config = (optimizer: NetworkConfig['optimizer'], changes: Partial<NetworkConfig> = {}): NetworkConfig => ({
  inputs: 2,
  layers: [{ units: 12, activation: 'tanh' }, { units: 1 }],
  optimizer,
  dtype: 'float64',
  seed: 1,
  ...changes,
})

describe.each(engines)('full batches in %s', (engine) => {
  it.each(optimizers)('give back the weights that had the best loss with $name', async (optimizer) => {
    for (let seed = 1; seed <= 8; seed++) {
      const network = await createNetwork(config(optimizer, { engine, seed }))
      const options: TrainOptions = { epochs: 60, batchSize: 'full', earlyStopping: { patience: 10 } }
      const { loss, bestEpoch = -1 } = await network.train(X, y, options)
      expect(loss[bestEpoch]).toBe(Math.min(...loss))
      expect(network.evaluate(X, y).loss).toBe(loss[bestEpoch])
    }
  })

  it.each(optimizers)('take no step after the loss that reaches the target with $name', async (optimizer) => {
    for (let seed = 1; seed <= 4; seed++) {
      // Slices of many epochs, of one, and resumed in its last epoch
      for (const onEpoch of [undefined, () => {}]) {
        const network = await createNetwork(config(optimizer, { engine, seed }))
        const result = await network.train(X, y, { epochs: 500, batchSize: 'full', targetLoss: 0.02, onEpoch })
        expect(result).toMatchObject({ stopReason: 'targetLoss', steps: result.epochs - 1 })
        expect(result.loss[result.epochs - 1]).toBeLessThanOrEqual(0.02)
        expect(network.evaluate(X, y).loss).toBe(result.loss[result.epochs - 1])
        const other = await createNetwork(config(optimizer, { engine, seed }))
        if (result.epochs > 1) await other.train(X, y, { epochs: result.epochs - 1, batchSize: 'full' })
        expect(trainedBits(network)).toBe(trainedBits(other))
      }
    }
  })

  it('count the epoch that reached the target, and take the rate of the next one from there', async () => {
    const learningRate = { name: 'exponential', initial: 0.3, gamma: 0.9, unit: 'epoch' } as const
    const network = await createNetwork(config({ name: 'sgd', learningRate }, { engine }))
    const epochs: number[] = []
    const rates: number[] = []
    const onEpoch: TrainOptions['onEpoch'] = ({ epoch, learningRate: rate }) => {
      epochs.push(epoch)
      rates.push(rate)
    }
    await network.train(X, y, { epochs: 3, batchSize: 'full', targetLoss: 1e9, onEpoch })
    await network.train(X, y, { epochs: 2, batchSize: 'full', onEpoch })
    expect(epochs).toEqual([0, 1, 2])
    rates.forEach((rate, epoch) => {
      expect(rate).toBeCloseTo(0.3 * 0.9 ** epoch, 12)
    })
  })

  it('validate the weights that reached the target, and go on from a snapshot of that epoch as they ended', async () => {
    const network = await createNetwork(config({ name: 'adam', learningRate: 0.1 }, { engine }))
    let bytes: Uint8Array = new Uint8Array()
    const onEpoch: TrainOptions['onEpoch'] = ({ snapshot }) => {
      bytes = snapshot()
    }
    const validation = { inputs: X, targets: y }
    const result = await network.train(X, y, { batchSize: 'full', targetLoss: 0.02, validation, onEpoch })
    expect(result.validationLoss?.[result.epochs - 1]).toBe(result.loss[result.epochs - 1])
    const other = await restoreNetwork(bytes, { engine })
    const { milliseconds: _, samplesPerSecond: __, ...resumed } = await other.resume(X, y)
    expect(result).toMatchObject(resumed)
    expect(trainedBits(other)).toBe(trainedBits(network))
  })
})

it('lanes and a network alone end with the same weights', async () => {
  const configs = Array.from({ length: 8 }, (_, index) =>
    config({ name: 'adam', learningRate: 0.1 }, { seed: index + 1 }),
  )
  for (const options of [{ targetLoss: 0.02 }, { earlyStopping: { patience: 3 } }] as TrainOptions[]) {
    const trained = await trainMany(configs, X, y, { batchSize: 'full', epochs: 200, ...options })
    for (const [index, { network, result }] of trained.entries()) {
      const alone = await createNetwork(configs[index])
      const { epochs, steps, stopReason } = await alone.train(X, y, { batchSize: 'full', epochs: 200, ...options })
      expect(result).toMatchObject({ epochs, steps, stopReason })
      expect(trainedBits(network)).toBe(trainedBits(alone))
    }
  }
})

describe.each(engines)('L-BFGS in %s', (engine) => {
  const line = X.map(([a, b]) => [3 * a - b + 0.5])
  const straight = (optimizer: NetworkConfig['optimizer'], dtype: NetworkConfig['dtype'] = 'float64') =>
    createNetwork({ inputs: 2, layers: [{ units: 1 }], optimizer, dtype, seed: 1, engine })

  it.each(dtypes)('ends as converged where nothing changes any more, in %s', async (dtype) => {
    const network = await straight('lbfgs', dtype)
    let bytes: Uint8Array = new Uint8Array()
    const result = await network.train(X, line, {
      epochs: 1000,
      onEpoch: ({ snapshot }) => {
        bytes = snapshot()
      },
    })
    expect(result.stopReason).toBe('converged')
    expect(result.epochs).toBeLessThan(60)
    expect(network.evaluate(X, line).loss).toBeLessThan(1e-9)
    const other = await restoreNetwork(bytes, { engine })
    expect(await other.resume(X, line)).toMatchObject({ stopReason: 'converged', epochs: result.epochs })
    expect(trainedBits(other)).toBe(trainedBits(network))
  })

  it('takes a tolerance: the larger, the sooner; none at 0', async () => {
    const epochs: number[] = []
    for (const tolerance of [1e-3, 1e-12]) {
      const network = await straight({ name: 'lbfgs', tolerance, learningRate: 0.1 })
      epochs.push((await network.train(X, line, { epochs: 1000 })).epochs)
    }
    expect(epochs[0]).toBeLessThan(epochs[1])
    expect(epochs[1]).toBeLessThan(1000)
    await expectRefusal(straight({ name: 'lbfgs', tolerance: -1 }), 'INVALID_CONFIG', /^optimizer\.tolerance: /)
  })

  it('does not call finite numbers diverged whose squares overflow', async () => {
    for (const regularization of [{}, { l1: 1e-10 }]) {
      const network = await createNetwork({
        inputs: 1,
        layers: [{ units: 1, weightInit: [[1e160]] }],
        dtype: 'float64',
        loss: 'meanAbsoluteError',
        optimizer: 'lbfgs',
        regularization,
        engine,
      })
      const { stopReason } = await network.train([[1]], [[0]], { epochs: 5 })
      expect(stopReason).toBe('converged')
    }
  })
})

it('L-BFGS is refused beside dropout: its line search needs one function', async () => {
  const layers = [{ units: 3, activation: 'tanh', dropout: 0.2 }, { units: 1 }] as const
  await expectRefusal(
    createNetwork({ inputs: 2, layers: [...layers], optimizer: 'lbfgs' }),
    'INVALID_CONFIG',
    /^layers\[0\]\.dropout: expected 0 or no such option with the optimizer lbfgs, got 0\.2/,
  )
})
