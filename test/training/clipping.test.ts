// Gradient clipping: what `gradients` shows with and without it, by value before by norm, and what a step takes.
import { describe, expect, it } from 'vitest'
import { createNetwork, type LayerWeights, type Network, trainMany } from '../../src/index.ts'
import { dtypes, engines, rowsOf, small } from '../support/networks.ts'

const INPUTS = rowsOf(20, 3, 1)
const TARGETS = rowsOf(20, 2, 2).map((row) => row.map((value) => 10 * value))

const numbersIn = (layers: LayerWeights[]) => layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases])
const normOf = (numbers: number[]) => Math.sqrt(numbers.reduce((sum, value) => sum + value * value, 0))
const gradientsOf = (network: Network, clipped?: boolean) =>
  network.gradients(INPUTS, TARGETS, clipped === undefined ? {} : { clipped })

describe.each(engines)('clipping in %s', (engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    const digits = dtype === 'float32' ? 5 : 12

    it.each([
      [{ clipNorm: 0.5 }, Number.POSITIVE_INFINITY, 0.5],
      [{ clipValue: 0.3 }, 0.3, Number.POSITIVE_INFINITY],
      [{ clipValue: 0.3, clipNorm: 0.5 }, 0.3, 0.5],
      [{ clipNorm: 1e6, clipValue: 1e6 }, 1e6, 1e6],
    ])('%o is shown only where it is asked for', async (clips, most, norm) => {
      const plain = await small(engine, { dtype, regularization: { l2: 0.1 } })
      const network = await small(engine, { dtype, regularization: { l2: 0.1 }, ...clips })
      const all = numbersIn(gradientsOf(plain).layers)
      expect(numbersIn(gradientsOf(network).layers)).toEqual(all)
      expect(numbersIn(gradientsOf(network, false).layers)).toEqual(all)
      expect(gradientsOf(network).norm).toBeCloseTo(normOf(all), digits)
      const within = all.map((value) => Math.max(-most, Math.min(most, value)))
      const factor = Math.min(1, norm / normOf(within))
      const { layers, norm: clippedNorm } = gradientsOf(network, true)
      numbersIn(layers).forEach((value, index) => {
        expect(value).toBeCloseTo(within[index] * factor, digits)
      })
      expect(clippedNorm).toBeCloseTo(Math.min(norm, normOf(within)), digits)
    })

    it('is what a step takes, and leaves frozen biases out of the norm', async () => {
      const layers = [{ units: 5, activation: 'tanh', trainBias: false }, { units: 2 }] as const
      const optimizer = { name: 'sgd', learningRate: 0.5 } as const
      const network = await small(engine, { dtype, layers, optimizer, clipNorm: 0.25 })
      const before = numbersIn(network.getWeights())
      const clipped = numbersIn(gradientsOf(network, true).layers)
      expect(normOf(clipped)).toBeCloseTo(0.25, digits)
      network.trainOnBatch(INPUTS, TARGETS)
      numbersIn(network.getWeights()).forEach((value, index) => {
        expect(value).toBeCloseTo(before[index] - 0.5 * clipped[index], digits)
      })
    })
  })
})

describe('the norm of gradients whose squares leave the range', () => {
  // The gradient of the absolute error is the input itself.
  const config = {
    inputs: 1,
    layers: [{ units: 1, weightInit: [[1]], bias: false }],
    loss: 'meanAbsoluteError',
  } as const
  const sizes = [1e-200, 1e-160, 1, 1e160, 1e300]

  it.each(engines)('is held at clipNorm in %s', async (engine) => {
    for (const size of sizes) {
      const network = await small(engine, { ...config, dtype: 'float64', clipNorm: size / 4 })
      const [clipped] = network.gradients([[size]], [[-size]], { clipped: true }).layers[0].weights[0]
      expect(clipped / size).toBeCloseTo(0.25, 14)
    }
  })

  it('is each network’s own beside others', async () => {
    const configs = sizes.map((weight) => ({
      ...config,
      layers: [{ ...config.layers[0], weightInit: [[weight]] }],
      loss: 'halfSquaredError' as const,
      dtype: 'float64' as const,
      optimizer: { name: 'sgd', learningRate: 0.5 } as const,
      clipNorm: 1e-210,
      seed: 1,
    }))
    const rows: [number[][], number[][]] = [[[1]], [[0]]]
    const results = await trainMany(configs, ...rows, { epochs: 3 })
    for (const [index, { network }] of results.entries()) {
      const alone = await createNetwork(configs[index])
      alone.trainSync(...rows, { epochs: 3 })
      expect(network?.weightsHash()).toBe(alone.weightsHash())
    }
  })
})
