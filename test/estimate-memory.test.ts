// The estimate of memory against the memory that networks really take, and its limit.
import { describe, expect, it } from 'vitest'
import { type NetworkConfig as Config, createNetwork, estimateMemory, type NetworkConfig } from '../src/index.ts'
import { Network } from '../src/network.ts'
import { optimizers } from '../src/optimizers.ts'
import { loosely } from './choices.ts'
import { engines, expectRefusal, SMALL, TUTORIAL } from './networks.ts'

const WIDE: Config = { inputs: 301, layers: [{ units: 257, activation: 'gelu' }, { units: 12 }] }
const CONFIGS: [string, Config][] = [
  ['the tutorial', TUTORIAL],
  ['a small one', SMALL],
  ['a wide one', WIDE],
  ['a wide one in float64', { ...WIDE, dtype: 'float64' }],
  ['one with a schedule', { ...SMALL, optimizer: { name: 'sgd', learningRate: { name: 'exponential', gamma: 0.9 } } }],
  [
    'a deep one',
    { inputs: 3, layers: Array.from({ length: 200 }, () => ({ units: 20, activation: 'tanh' as const })) },
  ],
  ['one with very many inputs', { inputs: 100_000, layers: [{ units: 3 }] }],
  ...Object.keys(optimizers).map((name): [string, Config] => [name, loosely({ ...WIDE, optimizer: { name } })]),
]

const takenBy = (network: Network) => Network.stateOf(network).engine.buffer.byteLength

describe.each(engines)('estimateMemory is what %s takes', (engine) => {
  it.each(CONFIGS)('for %s', async (_, config) => {
    const { inputs, layers } = config
    const outputs = layers[layers.length - 1].units
    for (const rows of inputs > 1000 ? [1, 30] : [1, 100, 3001]) {
      // Not disposed of: an instance from the pool might have more.
      const network = await createNetwork({ ...config, engine })
      expect(takenBy(network)).toBe(estimateMemory(config, 0))
      network.fitScaling(new Float64Array(inputs).fill(1), new Float64Array(outputs).fill(1))
      network.predict(new Float32Array(inputs * rows))
      expect(takenBy(network)).toBe(estimateMemory(config, 0))
      const batchSize = config.optimizer && JSON.stringify(config.optimizer).includes('rprop') ? 'full' : 1000
      await network.train(new Float32Array(inputs * rows), new Float32Array(outputs * rows), { epochs: 1, batchSize })
      const whole = estimateMemory(config, rows)
      // Rows that are not shuffled need no order.
      const unshuffled = whole - 65536 * Math.ceil((4 * rows) / 65536)
      expect(takenBy(network)).toBeLessThanOrEqual(whole)
      expect(takenBy(network)).toBeGreaterThanOrEqual(unshuffled)
      if (rows > 1000 && batchSize !== 'full') expect(takenBy(network)).toBe(whole)
    }
  })
})

describe('estimateMemory', () => {
  it('grows with rows and width, by what they need', () => {
    const bytes = (rows: number, changes: Partial<NetworkConfig> = {}) => estimateMemory({ ...WIDE, ...changes }, rows)
    expect(bytes(0) % 65536).toBe(0)
    // A row is 301 + 12 numbers, padded, and its place in the order.
    expect((bytes(2e6) - bytes(1e6)) / 1e6).toBeCloseTo(304 * 4 + 12 * 4 + 4, 0)
    expect(bytes(1e5, { dtype: 'float64' })).toBeGreaterThan(1.9 * bytes(1e5))
  })

  it('takes nothing itself, and the time of no allocation', () => {
    const { external, arrayBuffers } = process.memoryUsage()
    expect(estimateMemory({ inputs: 10_000, layers: [{ units: 20_000 }] }, 10_000)).toBeGreaterThan(2 ** 30)
    const after = process.memoryUsage()
    expect(after.external + after.arrayBuffers - external - arrayBuffers).toBeLessThan(2 ** 20)
  })

  it.each<[string, Config, number, string]>([
    ['a layer', { inputs: 1e6, layers: [{ units: 1e6 }] }, 0, 'layers'],
    ['rows', WIDE, 2 ** 31, 'inputs'],
    ['rows of a small network', TUTORIAL, 2 ** 32 - 1, 'inputs'],
  ])('refuses what 4 GiB cannot hold: %s', async (_, config, rows, path) => {
    await expectRefusal(
      () => estimateMemory(config, rows),
      'OUT_OF_MEMORY',
      new RegExp(`^${path}: .*4 GiB.*needs .* GiB`),
    )
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 32, '5', undefined])('refuses %o rows', async (rows) => {
    await expectRefusal(() => estimateMemory(TUTORIAL, rows as number), 'INVALID_CONFIG', /^rows: /)
  })

  it('refuses wrong configurations as createNetwork does', async () => {
    await expectRefusal(() => estimateMemory({ inputs: 2, layers: [] }, 1), 'INVALID_CONFIG', /^layers: /)
  })
})

it.each(engines)('training data that 4 GiB cannot hold are refused before anything changes, in %s', async (engine) => {
  const network = await createNetwork({
    inputs: 1,
    layers: [{ units: 4000, weightInit: 'zeros' }],
    engine,
    scaling: { inputs: 'max' },
  })
  const before = JSON.stringify(network)
  // 300,000 rows of 4000 targets are 4.8 GB, from one row that is handed in again and again.
  const row = new Float32Array(4000)
  const inputs = Array.from({ length: 300_000 }, () => [1])
  const targets = new Array<Float32Array>(300_000).fill(row)
  await expectRefusal(network.train(inputs, targets), 'OUT_OF_MEMORY', /^inputs: .*300000 rows/)
  expect(JSON.stringify(network)).toBe(before)
  network.trainOnBatch([[1]], [row])
})
