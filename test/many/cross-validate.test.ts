// crossValidate: the folds, and that each network is the one that training by hand on the other folds gives, to the bit.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type CrossValidateOptions,
  type CrossValidation,
  createNetwork,
  crossValidate,
  type NetworkConfig,
} from '../../src/index.ts'
import { dtypes, expectRefusal, rowsOf } from '../support/networks.ts'

const iris = readFileSync(new URL('../fixtures/iris.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map(Number))
const INPUTS = iris.map((row) => row.slice(0, 4))
const SPECIES = iris.map((row) => row[4])

const IRIS: NetworkConfig = {
  inputs: 4,
  layers: [
    { units: 3, activation: 'tanh' },
    { units: 3, activation: 'softmax' },
  ],
  optimizer: { name: 'adam', learningRate: 0.02 },
  scaling: { inputs: 'standard' },
  seed: 11,
}
const LINE: NetworkConfig = {
  inputs: 3,
  layers: [{ units: 3, activation: 'tanh' }, { units: 1 }],
  optimizer: { name: 'sgd', learningRate: 0.05 },
  scaling: { inputs: 'minMax', targets: 'standard' },
  seed: 5,
}

/** Trains on all rows but those of a fold, and scores on these, with `train` and `evaluate` alone. */
async function byHand(
  config: NetworkConfig,
  inputs: number[][],
  targets: readonly unknown[],
  held: Uint32Array,
  { folds: _folds, seed: _seed, onEpoch: _onEpoch, onProgress: _onProgress, metrics, ...options }: CrossValidateOptions,
) {
  const isHeld = (row: number) => held.includes(row)
  const rowsWhere = (wanted: boolean) => inputs.filter((_, row) => isHeld(row) === wanted)
  const targetsWhere = (wanted: boolean) => targets.filter((_, row) => isHeld(row) === wanted) as number[]
  const network = await createNetwork(config)
  const { loss, stopReason } = await network.train(rowsWhere(false), targetsWhere(false), options)
  const scores = network.evaluate(rowsWhere(true), targetsWhere(true), metrics ? { metrics } : {})
  return { hash: network.weightsHash(), loss, stopReason, scores }
}

async function expectByHand(
  config: NetworkConfig,
  inputs: number[][],
  targets: readonly unknown[],
  options: CrossValidateOptions,
): Promise<CrossValidation> {
  const found = await crossValidate(config, inputs, targets as number[], options)
  for (const { network, result, rows, scores } of found.folds) {
    const { loss, stopReason } = result
    const got = { hash: network.weightsHash(), loss, stopReason, scores }
    expect(got).toEqual(await byHand(config, inputs, targets, rows, options))
  }
  return found
}

describe.each(dtypes)('each fold is trained as by hand in %s', (dtype) => {
  it('on classes', async () => {
    const options = { epochs: 30, batchSize: 16, metrics: ['accuracy', 'f1', 'confusion'] } as const
    const { folds, mean, standardDeviation } = await expectByHand({ ...IRIS, dtype }, INPUTS, SPECIES, options)
    expect(folds).toHaveLength(5)
    expect(mean.accuracy).toBeGreaterThan(0.8)
    expect(Object.keys(mean).sort()).toEqual(['accuracy', 'f1', 'loss'])
    expect(Object.keys(standardDeviation)).toEqual(Object.keys(mean))
    expect(folds[0].scores.confusion?.flat().reduce((sum, count) => sum + count)).toBe(30)
  })

  it('on numbers, with folds of different sizes', async () => {
    const inputs = rowsOf(53, 3, 1)
    const targets = inputs.map(([a, b, c]) => [100 * a - 20 * b * c])
    const options = { folds: 7, epochs: 20, batchSize: 'full', metrics: ['r2', 'rootMeanSquaredError'] } as const
    const { folds } = await expectByHand({ ...LINE, dtype }, inputs, targets, options)
    expect(folds.map(({ rows }) => rows.length).sort()).toEqual([7, 7, 7, 8, 8, 8, 8])
  })

  it('with early stopping on rows held out of the training rows', async () => {
    const options = { folds: 3, epochs: 60, validation: { split: 0.2 }, earlyStopping: { patience: 2 } }
    await expectByHand({ ...IRIS, dtype }, INPUTS, SPECIES, options)
  })
})

describe('folds', () => {
  const rowsOfFolds = ({ folds }: CrossValidation) => folds.map(({ rows }) => Array.from(rows))

  it.each([2, 5, 9, 150])('%d part the rows, with every class alike', async (count) => {
    const parts = rowsOfFolds(
      await crossValidate(IRIS, INPUTS, SPECIES, { folds: count, epochs: 1, batchSize: 'full' }),
    )
    expect(parts).toHaveLength(count)
    expect(parts.flat().sort((a, b) => a - b)).toEqual(SPECIES.map((_, row) => row))
    const spread = (sizes: number[]) => Math.max(...sizes) - Math.min(...sizes)
    expect(spread(parts.map(({ length }) => length))).toBeLessThan(2)
    for (const species of [0, 1, 2]) {
      expect(spread(parts.map((rows) => rows.filter((row) => SPECIES[row] === species).length))).toBeLessThan(2)
    }
    for (const rows of parts) expect(rows).toEqual([...rows].sort((a, b) => a - b))
  })

  it('are those of every version, by the seed', async () => {
    const species = [0, 1, 2, 0, 1, 2, 0, 1, 1]
    const config: NetworkConfig = { inputs: 1, layers: [{ units: 3, activation: 'softmax' }], seed: 1 }
    const inputs = species.map((_, row) => [row])
    expect(rowsOfFolds(await crossValidate(config, inputs, species, { folds: 3, epochs: 1 }))).toEqual([
      [3, 4, 8],
      [1, 2, 6],
      [0, 5, 7],
    ])
  })

  it('are the same for the same seed, and others for another', async () => {
    const of = async (options: CrossValidateOptions, config = IRIS) =>
      rowsOfFolds(await crossValidate(config, INPUTS, SPECIES, { epochs: 1, ...options }))
    expect(await of({})).toEqual(await of({ seed: 11 }))
    expect(await of({ seed: 12 })).not.toEqual(await of({}))
    expect(await of({ seed: 12 })).toEqual(await of({ seed: 12 }, { ...IRIS, seed: 99 }))
  })

  it('share a seed where none is given', async () => {
    const { folds } = await crossValidate({ ...IRIS, seed: undefined }, INPUTS, SPECIES, { folds: 3, epochs: 1 })
    expect(new Set(folds.map(({ network }) => network.seed)).size).toBe(1)
  })
})

describe('scores', () => {
  it('have the mean and the deviation of the folds', async () => {
    const { folds, mean, standardDeviation } = await crossValidate(IRIS, INPUTS, SPECIES, { folds: 4, epochs: 3 })
    const losses = folds.map(({ scores }) => scores.loss)
    const average = losses.reduce((sum, loss) => sum + loss) / 4
    expect(mean.loss).toBeCloseTo(average, 12)
    const variance = losses.reduce((sum, loss) => sum + (loss - average) ** 2, 0) / 4
    expect(standardDeviation.loss).toBeCloseTo(Math.sqrt(variance), 12)
  })
})

describe('a list of configurations', () => {
  const SHAPES = [[], [3], [4, 4]].map((widths): NetworkConfig => {
    const hidden = widths.map((units) => ({ units, activation: 'tanh' as const }))
    return { ...IRIS, layers: [...hidden, { units: 3, activation: 'softmax' }] }
  })
  const lists = ({ folds }: CrossValidation) => folds.map(({ rows }) => Array.from(rows))

  it('gets the same folds and bits as each alone', async () => {
    const options = { folds: 3, epochs: 5, metrics: ['accuracy'] } as const
    const ranked = await crossValidate(SHAPES, INPUTS, SPECIES, options)
    expect(ranked.map(({ index }) => index).sort()).toEqual([0, 1, 2])
    for (const found of ranked) {
      const one = await crossValidate(SHAPES[found.index], INPUTS, SPECIES, options)
      expect(lists(found)).toEqual(lists(one))
      expect(found.folds.map(({ network }) => network.weightsHash())).toEqual(
        one.folds.map(({ network }) => network.weightsHash()),
      )
      expect(found.mean).toEqual(one.mean)
      expect(found.standardDeviation).toEqual(one.standardDeviation)
    }
    expect(lists(ranked[0])).toEqual(lists(ranked[2]))
  })

  it.each([
    ['accuracy', 1],
    ['meanAbsoluteError', -1],
    ['loss', -1],
  ] as const)('comes back ranked by %s', async (name, sign) => {
    const metrics = name === 'loss' ? {} : { metrics: ['confusion', name, 'f1'] as const }
    const ranked = await crossValidate([...SHAPES].reverse(), INPUTS, SPECIES, { epochs: 20, ...metrics })
    const means = ranked.map(({ mean }) => sign * (mean[name] as number))
    expect(means).toEqual([...means].sort((a, b) => b - a))
    expect(new Set(means).size).toBeGreaterThan(1)
  })

  it('has those that diverged last, and equal ones in their order', async () => {
    const inputs = rowsOf(20, 2, 3)
    const targets = inputs.map(([a, b]) => [a - b])
    const configs = [1e30, 0.1, 0.01, 0.1].map((learningRate): NetworkConfig => {
      const optimizer = { name: 'sgd', learningRate } as const
      return { inputs: 2, layers: [{ units: 1 }], optimizer, dtype: 'float64', seed: 1 }
    })
    const far = inputs.map((row, index) => (index === 7 ? [1e300, 0] : row))
    const ranked = await crossValidate(configs.slice(1), inputs, targets, { epochs: 20 })
    expect(ranked.map(({ index }) => index)).toEqual([0, 2, 1])
    const scaled = { ...configs[1], scaling: { inputs: 'standard' } } as const
    const all = await crossValidate([scaled, { ...configs[2], scaling: { inputs: { divideBy: 1e300 } } }], far, targets)
    expect(all.map(({ index }) => index)).toEqual([1, 0])
    expect(all[1].mean.loss).toBe(Number.POSITIVE_INFINITY)
  })

  it.each([
    ['another loss', { loss: 'meanSquaredError' }],
    ['other scaled targets', { loss: 'meanSquaredError', scaling: { targets: 'standard' } }],
  ] as const)('is not ranked by losses with %s', async (_, changes) => {
    const first = 'scaling' in changes ? { ...IRIS, loss: 'meanSquaredError' as const } : IRIS
    const configs: NetworkConfig[] = [first, { ...IRIS, ...changes }]
    const validating = crossValidate(
      configs,
      INPUTS,
      SPECIES.map((s) => [0, 1, 2].map((c) => Number(c === s))),
    )
    await expectRefusal(
      validating,
      'INVALID_CONFIG',
      /^metrics: expected at least one metric to rank by, .*configs\[1\]/,
    )
  })

  it.each([
    ['no configuration', [], /^configs: expected an array of at least one/],
    ['a wrong one', [IRIS, { ...IRIS, seed: -1 }], /^configs\[1\]\.seed/],
    ['other inputs', [IRIS, { ...IRIS, inputs: 3 }], /^configs\[1\]\.inputs: expected 4/],
    ['millions of holes', new Array(3e7), /^configs\[0\]: expected/],
  ])('is refused with %s', async (_, configs, message) => {
    await expectRefusal(crossValidate(configs as NetworkConfig[], INPUTS, SPECIES), 'INVALID_CONFIG', message)
  })
})

describe('folds that cannot be scored', () => {
  const inputs = rowsOf(20, 2, 3)
  const targets = inputs.map(([a, b]) => [a - b])
  const linear: NetworkConfig = {
    inputs: 2,
    layers: [{ units: 1 }],
    optimizer: { name: 'sgd', learningRate: 0.1 },
    seed: 1,
  }
  const outlier = inputs.map((row, index) => (index === 7 ? [1e4, -1e4] : row))

  it('since they diverged leave the others as they are, and say so', async () => {
    const options = { epochs: 100, batchSize: 1, metrics: ['r2', 'meanAbsoluteError'] } as const
    const config = { ...linear, dtype: 'float64' } as const
    const { folds, mean, standardDeviation } = await crossValidate(config, outlier, targets, options)
    const unscored = folds.filter(({ failure }) => failure !== undefined)
    expect(unscored.length).toBeGreaterThan(0)
    for (const { network, result, scores, failure } of unscored) {
      expect(network.weightsHash()).toBeTypeOf('string')
      expect(result.stopReason).toBe('diverged')
      expect(scores).toEqual({ loss: Number.POSITIVE_INFINITY })
      expect(failure).toMatch(/^folds\[\d\]: evaluate: expected /)
      expect(failure).toContain(`; training diverged: ${result.advice}`)
    }
    const left = folds.find(({ rows }) => rows.includes(7))
    expect(left?.result.stopReason).toBe('epochs')
    expect(Object.keys(left?.scores ?? {})).toEqual(['loss', 'r2', 'meanAbsoluteError'])
    const all = { loss: Number.POSITIVE_INFINITY }
    expect({ mean, standardDeviation }).toEqual({ mean: all, standardDeviation: all })
  })

  it.each(dtypes)('are not those that diverged where their weights have scores, in %s', async (dtype) => {
    const { folds, mean } = await crossValidate({ ...linear, dtype }, outlier, targets, { epochs: 100 })
    expect(folds.filter(({ result }) => result.stopReason === 'diverged')).toHaveLength(4)
    for (const { scores, failure } of folds) {
      expect(scores.loss).toBeLessThan(Number.POSITIVE_INFINITY)
      expect(failure).toBeUndefined()
    }
    expect(mean.loss).toBeGreaterThan(1e60)
  })

  it('are none whose finite losses have squares, or a sum, that float64 does not hold', async () => {
    const given = { ...linear.layers[0], weightInit: [[0], [0]] }
    const config = { ...linear, layers: [given], loss: 'meanAbsoluteError', dtype: 'float64' } as const
    const frozen = { ...config, optimizer: { name: 'sgd', learningRate: 1e-300 } } as const
    const large = targets.map((_, row) => [row % 2 ? 1.6e308 : 1.7e308])
    const { folds, mean, standardDeviation } = await crossValidate(frozen, inputs, large, { folds: 20, epochs: 1 })
    expect(folds.every(({ failure }) => failure === undefined)).toBe(true)
    expect(mean.loss / 1.65e308).toBeCloseTo(1, 12)
    expect(standardDeviation.loss / 5e306).toBeCloseTo(1, 10)
  })

  it('since their rows are too far out say so', async () => {
    const far = inputs.map((row, index) => (index === 7 ? [1e300, 0] : row))
    const scaled = { ...linear, scaling: { inputs: 'standard' } } as const
    const { folds, mean } = await crossValidate(scaled, far, targets, { epochs: 2 })
    const index = folds.findIndex(({ rows }) => rows.includes(7))
    expect(folds[index].result.stopReason).toBe('epochs')
    expect(folds[index].failure).toMatch(new RegExp(`^folds\\[${index}\\]: inputs\\[7\\]\\[0\\]: expected`))
    expect(folds.filter(({ failure }) => failure !== undefined)).toHaveLength(1)
    expect(mean.loss).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('what is handed in', () => {
  it('is read and checked once for all folds', async () => {
    let reads = 0
    const inputs = {
      get data() {
        reads++
        return Float64Array.from(INPUTS.flat())
      },
      rows: 150,
      columns: 4,
    }
    await crossValidate(IRIS, inputs, SPECIES, { epochs: 1 })
    expect(reads).toBe(1)
  })
})

describe('what is refused', () => {
  it.each([
    ['one fold', { folds: 1 }, 'INVALID_CONFIG', /^folds: expected an integer of at least 2/],
    ['more folds than rows', { folds: 151 }, 'INVALID_CONFIG', /^folds: expected an integer of at most 150/],
    ['an unknown metric', { metrics: ['precise'] }, 'INVALID_CONFIG', /^metrics\[0\]/],
    ['a wrong option', { epochs: 0 }, 'INVALID_CONFIG', /^epochs/],
    ['a misspelled option', { fold: 3 }, 'INVALID_CONFIG', /^fold: unknown option; did you mean "folds"\?$/],
    ['rows of its own', { rows: [[1]] }, 'INVALID_CONFIG', /^rows: unknown option/],
    ['a wrong seed', { seed: 0.5 }, 'INVALID_CONFIG', /^seed/],
    ['no options', null, 'INVALID_CONFIG', /^options/],
  ] as const)('%s', async (_, options, code, message) => {
    await expectRefusal(crossValidate(IRIS, INPUTS, SPECIES, options as CrossValidateOptions), code, message)
  })

  it.each([
    [
      'auc where a fold has no row of a class',
      'auc',
      60,
      /^targets: expected rows of every class for auc, got none of class/,
    ],
    [
      'r2 of single rows',
      'r2',
      150,
      /^targets: expected at least two rows for r2, got one in folds\[0\]; take fewer folds$/,
    ],
  ] as const)('%s, before anything is trained', async (_, metric, folds, message) => {
    let epochs = 0
    const options = { folds, epochs: 1, metrics: [metric], onEpoch: () => epochs++ }
    await expectRefusal(crossValidate(IRIS, INPUTS, SPECIES, options), 'INVALID_DATA', message)
    expect(epochs).toBe(0)
  })

  it('metrics of classes for other targets, naming the row', async () => {
    const targets = INPUTS.map(([a]) => [a > 5 ? 1 : 0])
    targets[77] = [0.5]
    let epochs = 0
    const options = { metrics: ['accuracy'], epochs: 1, onEpoch: () => epochs++ } as const
    const config = { ...IRIS, layers: [{ units: 1, activation: 'sigmoid' }] } as const
    await expectRefusal(
      crossValidate(config, INPUTS, targets, options),
      'INVALID_DATA',
      /^targets\[77\]\[0\]: expected 0 or 1/,
    )
    expect(epochs).toBe(0)
  })

  it('nothing that an object inherits, and no option that is read a second time', async () => {
    const reads: string[] = []
    const noted = <T extends object>(value: T): T =>
      new Proxy(value, {
        get(target, key) {
          if (typeof key === 'string') reads.push(key)
          return Reflect.get(target, key)
        },
      })
    const earlyStopping = noted({ patience: 2, restoreBest: false })
    const options = noted(
      Object.assign(Object.create({ folds: 1 }), { epochs: 1, seed: 3, earlyStopping, metrics: ['f1'] }),
    )
    const { folds } = await crossValidate(noted({ ...IRIS }), INPUTS, SPECIES, options)
    expect(folds).toHaveLength(5)
    const named = [...Object.keys(IRIS), ...Object.keys(options), ...Object.keys(earlyStopping)]
    expect(reads.filter((key) => named.includes(key)).sort()).toEqual(named.sort())
  })

  it('a wrong configuration, and wrong data', async () => {
    await expectRefusal(crossValidate({ ...IRIS, inputs: 0 }, INPUTS, SPECIES), 'INVALID_CONFIG', /^inputs/)
    await expectRefusal(crossValidate(IRIS, INPUTS, [1]), 'INVALID_SHAPE', /^targets/)
    await expectRefusal(crossValidate(IRIS, INPUTS, [...SPECIES.slice(1), 3]), 'INVALID_DATA', /^targets\[149\]/)
  })
})
