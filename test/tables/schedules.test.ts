// Learning rates over time: the formulas of the schedules against Math's own functions, functions, plateaus, checks.
import { describe, expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import { createNetwork } from '../../src/network/network.ts'
import { outermost } from '../../src/options/check.ts'
import { afterEpoch, isConstant, newRateState, rateAt, resolveRate } from '../../src/tables/schedules.ts'

const steps = Array.from({ length: 130 }, (_, k) => k)

/** The rates of steps 0 … 129, ten to an epoch */
function rates(schedule: unknown): number[] {
  const rate = resolveRate(schedule, 0.01, outermost.at('learningRate'))
  return steps.map((step) => rateAt(rate, newRateState(), step, Math.floor(step / 10)))
}

function expectRates(schedule: unknown, formula: (k: number) => number): void {
  rates(schedule).forEach((rate, step) => {
    expect(Math.abs(rate - formula(step))).toBeLessThanOrEqual(4e-16 * Math.max(0.1, formula(step)))
  })
}

describe('schedules', () => {
  it('step: initial · gamma^floor(k / stepSize)', () => {
    expectRates(
      { name: 'step', stepSize: 7, gamma: 0.5, initial: 0.2, unit: 'step' },
      (k) => 0.2 * 0.5 ** Math.floor(k / 7),
    )
    expectRates({ name: 'step', stepSize: 3 }, (k) => 0.01 * 0.1 ** Math.floor(k / 30))
  })

  it('exponential: initial · gamma^k', () => {
    expectRates({ name: 'exponential', gamma: 0.97, unit: 'step' }, (k) => 0.01 * 0.97 ** k)
  })

  it('cosine: from initial to minimum, and there it stays', () => {
    expectRates({ name: 'cosine', initial: 0.1, total: 100, minimum: 0.02, unit: 'step' }, (k) =>
      k >= 100 ? 0.02 : 0.02 + (0.08 * (1 + Math.cos((Math.PI * k) / 100))) / 2,
    )
  })

  it('linearWarmup: initial · min(1, (k + 1) / warmup)', () => {
    expectRates({ name: 'linearWarmup', warmup: 20, unit: 'step' }, (k) => 0.01 * Math.min(1, (k + 1) / 20))
  })

  it('warmupCosine: the total has the warm-up in it', () => {
    expectRates({ name: 'warmupCosine', initial: 0.1, warmup: 10, total: 90, unit: 'step' }, (k) => {
      if (k < 10) return (0.1 * (k + 1)) / 10
      return k >= 90 ? 0 : (0.1 * (1 + Math.cos((Math.PI * (k - 10)) / 80))) / 2
    })
  })

  it('reduceOnPlateau: factor after more than patience epochs without gain, not below minimum', () => {
    const rate = resolveRate(
      { name: 'reduceOnPlateau', initial: 0.1, patience: 1, minimum: 0.002 },
      0.01,
      outermost.at('learningRate'),
    )
    const state = newRateState()
    const seen = [5, 4, 4, 4, 4, 4, 3, 3, 3].map((loss) => {
      afterEpoch(rate, state, loss)
      return rateAt(rate, state, 0, 0)
    })
    expect(seen.map((value) => Number(value.toPrecision(12)))).toEqual([
      0.1, 0.1, 0.1, 0.01, 0.01, 0.002, 0.002, 0.002, 0.002,
    ])
  })

  it('are counted over the network’s life: two calls of train see what one sees', async () => {
    const X = [
      [0, 1],
      [1, 0],
      [1, 1],
      [0, 0],
    ]
    const y = [[1], [1], [0], [0]]
    const hashes = []
    for (const parts of [[12], [5, 7]]) {
      const learningRate = { name: 'cosine', initial: 0.1, total: 12 } as const
      const optimizer = { name: 'sgd', learningRate } as const
      const network = await createNetwork({
        inputs: 2,
        layers: [{ units: 3, activation: 'tanh' }, { units: 1 }],
        optimizer,
        seed: 3,
      })
      for (const epochs of parts) network.trainSync(X, y, { epochs, batchSize: 2 })
      hashes.push(network.weightsHash())
    }
    expect(hashes[0]).toBe(hashes[1])
  })

  it('a function is given step and epoch, and must give a finite number of at least 0', async () => {
    const seen: number[][] = []
    const learningRate = (step: number, epoch: number) => {
      seen.push([step, epoch])
      return epoch < 2 ? 0.1 : Number.NaN
    }
    const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], optimizer: { name: 'sgd', learningRate } })
    const before = network.weightsHash()
    await network.train([[0], [1], [2]], [[0], [1], [2]], { epochs: 2, batchSize: 2, onEpoch: () => {} })
    expect(network.weightsHash()).not.toBe(before)
    expect(seen.slice(0, 2)).toEqual([
      [0, 0],
      [1, 0],
    ])
    await expect(network.train([[0]], [[0]])).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      path: 'optimizer.learningRate',
    })
    expect(network.predict([1])).toHaveLength(1)
  })

  it('setLearningRate replaces them for all later steps', async () => {
    const network = await createNetwork({
      inputs: 1,
      layers: [{ units: 1 }],
      optimizer: { name: 'sgd', learningRate: 0.1 },
    })
    const seen: number[] = []
    await network.train([[0], [1]], [[0], [1]], {
      epochs: 4,
      onEpoch: ({ epoch, learningRate, setLearningRate }) => {
        seen.push(learningRate)
        if (epoch === 1) setLearningRate(0.025)
      },
    })
    expect(seen).toEqual([0.1, 0.1, 0.025, 0.025])
  })

  it.each([
    [{ name: 'steps', stepSize: 1 }, 'learningRate.name'],
    [{ name: 'step' }, 'learningRate.stepSize'],
    [{ name: 'step', stepSize: 1.5 }, 'learningRate.stepSize'],
    [{ name: 'exponential', gamma: 0 }, 'learningRate.gamma'],
    [{ name: 'cosine', total: -3 }, 'learningRate.total'],
    [{ name: 'linearWarmup', warmup: -3 }, 'learningRate.warmup'],
    [{ name: 'warmupCosine', warmup: 10, total: 10 }, 'learningRate.total'],
    [{ name: 'reduceOnPlateau', factor: 1 }, 'learningRate.factor'],
    [{ name: 'reduceOnPlateau', unit: 'step' }, 'learningRate.unit'],
    [{ name: 'cosine', total: 5, unit: 'batch' }, 'learningRate.unit'],
    [{ name: 'cosine', total: 5, initial: 0 }, 'learningRate.initial'],
  ])('%o is refused, naming %s', (schedule, path) => {
    expect(() => resolveRate(schedule, 0.01, outermost.at('learningRate'))).toThrow(WasmpropError)
    expect(() => resolveRate(schedule, 0.01, outermost.at('learningRate'))).toThrow(path)
  })

  it('only what changes by itself is not constant', () => {
    const constant = (value: unknown) =>
      isConstant(resolveRate(value, 0.01, outermost.at('learningRate')), newRateState())
    expect([0.1, { name: 'reduceOnPlateau' }, { name: 'cosine', total: 5 }, () => 1].map(constant)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
