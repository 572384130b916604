// The estimate of memory against the memory that networks really take, and its limit.
import { beforeAll, describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/resolve.ts'
import { createNetwork, estimateMemory, type NetworkConfig, type TrainOptions } from '../../src/index.ts'
import { layOut, layOutData } from '../../src/memory/layout.ts'
import { Network } from '../../src/network/network.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { loosely } from '../support/choices.ts'
import { countBytes } from '../support/counting.ts'
import { engines, expectRefusal, SMALL, small, TUTORIAL, trainedBits, tutorial } from '../support/networks.ts'

const WIDE: NetworkConfig = { inputs: 301, layers: [{ units: 65, activation: 'gelu' }, { units: 12 }] }
const CONFIGS: [string, NetworkConfig][] = [
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
  ...Object.keys(optimizers).map((name): [string, NetworkConfig] => [name, loosely({ ...WIDE, optimizer: { name } })]),
]

const takenBy = (network: Network) => Network.stateOf(network).engine.buffer.byteLength
const needsFullBatch = ({ optimizer }: NetworkConfig) => /rprop|lbfgs/.test(JSON.stringify(optimizer) ?? '')

// Networks are not disposed of here: an instance from the pool might have more. Those of the load tests lie there, one for each dtype.
beforeAll(() => Promise.all([tutorial('wasm'), small('wasm')]))

describe.each(engines)('estimateMemory is what %s takes', (engine) => {
  it.each(CONFIGS)('for %s', async (_, config) => {
    const { inputs, layers } = config
    const outputs = layers[layers.length - 1].units
    for (const rows of engine === 'wasm' && inputs < 1000 ? [1, 100, 3001] : [1, 20]) {
      const network = await createNetwork({ ...config, engine })
      const data = new Float32Array(inputs * rows)
      network.fitScaling(new Float64Array(inputs).fill(1), new Float64Array(outputs).fill(1))
      network.predict(data)
      expect(takenBy(network)).toBe(estimateMemory(config, 0))
      // The estimate has the order of shuffled rows, 4 bytes each; a full batch has none.
      const batchSize = needsFullBatch(config) ? 'full' : 1000
      await network.train(data, new Float32Array(outputs * rows), { epochs: 1, batchSize })
      const missing = rows > 1000 && batchSize !== 'full' ? 0 : 65536
      expect(takenBy(network)).toBeLessThanOrEqual(estimateMemory(config, rows))
      expect(takenBy(network)).toBeGreaterThanOrEqual(estimateMemory(config, rows) - missing)
    }
  })
})

describe.each(engines)('estimateMemory with the options of train is to the page what %s takes', (engine) => {
  const ROWS = engine === 'wasm' ? 40_000 : 4000
  const inputs = new Float32Array(3 * ROWS)
  const targets = new Float32Array(2 * ROWS)
  const own = { inputs: inputs.subarray(0, 1.5 * ROWS), targets: targets.subarray(0, ROWS) }

  it.each<[string, TrainOptions, Partial<NetworkConfig>]>([
    ['none', {}, {}],
    ['a full batch', { batchSize: 'full' }, {}],
    ['rows in their order', { shuffle: false }, {}],
    ['a validation split', { validation: { split: 0.25 } }, {}],
    ['rows of their own', { validation: own }, {}],
    ['weights of rows', { sampleWeights: new Float32Array(ROWS).fill(1) }, {}],
    ['weights and a split', { sampleWeights: new Float32Array(ROWS).fill(1), validation: { split: 0.1 } }, {}],
    ['weights of classes', { classWeights: [1, 2] }, { layers: [{ units: 2, activation: 'softmax' }] }],
    ['a schedule', { batchSize: 1000 }, { optimizer: { name: 'sgd', learningRate: { name: 'cosine', total: 9 } } }],
    ['lbfgs', {}, { optimizer: 'lbfgs' }],
    ['both in float64', { validation: own, sampleWeights: new Float32Array(ROWS).fill(1) }, { dtype: 'float64' }],
  ])('%s', async (_, options, changes) => {
    const config = { ...SMALL, ...changes }
    const network = await createNetwork({ ...config, engine })
    const y = options.classWeights ? { data: new Uint8Array(ROWS), rows: ROWS, columns: 1 } : targets
    await network.train(inputs, y, { epochs: 1, batchSize: changes.optimizer === 'lbfgs' ? 'full' : 1000, ...options })
    const asked = { batchSize: changes.optimizer === 'lbfgs' ? ('full' as const) : 1000, ...options }
    expect(takenBy(network)).toBe(estimateMemory(config, ROWS, asked))
  })
})

describe('estimateMemory', () => {
  it('takes options as train does', async () => {
    expect(estimateMemory(SMALL, 0, { validation: { split: 0.5 } })).toBe(estimateMemory(SMALL, 0))
    await expectRefusal(() => estimateMemory(SMALL, 9, { epochs: 0 }), 'INVALID_CONFIG', /epochs: /)
    await expectRefusal(() => estimateMemory(SMALL, 9, null as never), 'INVALID_CONFIG', /options: /)
    const few = { validation: { inputs: [[1]], targets: [[1, 2]] } }
    await expectRefusal(() => estimateMemory(SMALL, 9, few), 'INVALID_SHAPE', /validation\.inputs/)
    const rows = 2 ** 27
    await expectRefusal(() => estimateMemory(SMALL, rows, { sampleWeights: [] }), 'OUT_OF_MEMORY', /rows of data needs/)
  })

  it('grows with rows and width, by what they need', () => {
    const bytes = (rows: number, changes: Partial<NetworkConfig> = {}) => estimateMemory({ ...WIDE, ...changes }, rows)
    expect(bytes(0) % 65536).toBe(0)
    // A row is 301 + 12 numbers, padded, and its place in the order.
    expect((bytes(2e6) - bytes(1e6)) / 1e6).toBeCloseTo(304 * 4 + 12 * 4 + 4, 0)
    expect(bytes(1e5, { dtype: 'float64' })).toBeGreaterThan(1.9 * bytes(1e5))
  })

  it('takes nothing itself', () => {
    const bytes = countBytes(() => {
      expect(estimateMemory({ inputs: 10_000, layers: [{ units: 10_000 }] }, 10_000)).toBeGreaterThan(2 ** 30)
    })
    expect(bytes).toBeLessThan(1000)
  })

  it.each<[string, NetworkConfig, number, string]>([
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

  it('names class numbers where one-hot rows of many classes are too large, and only there', () => {
    const refusal = (units: number, classTargets?: true) => {
      const config = resolveConfig({ inputs: 4, layers: [{ units, activation: 'softmax' }] })
      const shape = { rows: 2 ** 28, validationRows: 0, isShuffled: true, isWeighted: false, hasRates: false }
      try {
        layOutData(layOut(config), { ...shape, weightColumns: undefined, classTargets })
      } catch (error) {
        return (error as Error).message
      }
      return ''
    }
    expect(refusal(1000)).toContain('use class numbers instead of one-hot rows, trainStream, which')
    expect(refusal(1000, true)).toContain('GiB; use trainStream, which')
    expect(refusal(3)).toContain('GiB; use trainStream, which')
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 32, '5', undefined])('refuses %o rows', async (rows) => {
    await expectRefusal(() => estimateMemory(TUTORIAL, rows as number), 'INVALID_CONFIG', /^rows: /)
  })

  it('refuses wrong configurations as createNetwork does', async () => {
    await expectRefusal(() => estimateMemory({ inputs: 2, layers: [] }, 1), 'INVALID_CONFIG', /^layers: /)
  })
})

it.each(engines)('training data that 4 GiB cannot hold are refused before anything changes, in %s', async (engine) => {
  const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], engine, seed: 1 })
  const before = trainedBits(network)
  // 2²⁷ rows of one byte each become rows of 16 bytes.
  const data = new Uint8Array(2 ** 27)
  await expectRefusal(network.train(data, data), 'OUT_OF_MEMORY', /^inputs: .*134217728 rows of data needs/)
  expect(trainedBits(network)).toBe(before)
  expect(network.trainOnBatch([[1]], [[1]])).toBeGreaterThan(0)
})
