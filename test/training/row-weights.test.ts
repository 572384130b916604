// `sampleWeights` and `classWeights`: PyTorch's numbers, scikit-learn's balance, what weights mean for rows, and refusals.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { LayerWeights, LossName, Network, NetworkConfig, TrainOptions } from '../../src/index.ts'
import { createNetwork } from '../../src/index.ts'
import { shuffle } from '../../src/numerics/random.ts'
import { losses } from '../../src/tables/losses.ts'
import {
  bitsOf,
  dtypes,
  type EngineName,
  engines,
  expectRefusal,
  listOf,
  numbersOf,
  rejection,
  relativeDifference,
  rowsOf,
  small,
  trainedBits,
} from '../support/networks.ts'
import { wordsOf } from '../support/refusal.ts'

interface Fixture {
  X: number[][]
  weights: number[]
  targets: Record<string, number[][]>
  initial: LayerWeights[]
  batchSize: number
  cases: {
    loss: LossName
    optimizer: 'adam' | 'momentum'
    targets: string
    losses: number[]
    trained: LayerWeights[]
    deviation: number
  }[]
  balanced: { classes: number[]; present: number[]; weights: number[] }[]
}
const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/row-weights.json', import.meta.url), 'utf8'))

const OPTIMIZERS = {
  adam: { name: 'adam', learningRate: 0.03 },
  momentum: { name: 'sgd', learningRate: 0.003, momentum: 0.9 },
} as const
const LOSS_OPTIONS: Partial<Record<LossName, object>> = { huber: { delta: 0.3 }, smoothL1: { beta: 0.3 } }

const pick = <Row>(list: readonly Row[], rows: Iterable<number>) => Array.from(rows, (row) => list[row])

function startOf({ loss, optimizer }: Fixture['cases'][number], changes: Partial<NetworkConfig>): Promise<Network> {
  const { activation = 'linear' } = losses[loss] as { activation?: 'sigmoid' | 'softmax' }
  const [hidden, output] = fixture.initial
  return createNetwork({
    inputs: 3,
    layers: [
      { units: 4, activation: 'tanh', weightInit: hidden.weights, biasInit: hidden.biases },
      { units: 3, activation, weightInit: output.weights, biasInit: output.biases },
    ],
    loss: { name: loss, ...LOSS_OPTIONS[loss] } as NetworkConfig['loss'],
    optimizer: OPTIMIZERS[optimizer],
    seed: 1,
    ...changes,
  })
}

const cases = fixture.cases.map((wanted) => [wanted.loss, wanted.optimizer, wanted] as const)

describe.each(engines)('sampleWeights in %s', (engine) => {
  it.each(cases)('are PyTorch’s over 51 steps: %s, %s', async (_loss, _optimizer, wanted) => {
    const { X, weights, targets, batchSize } = fixture
    for (const dtype of dtypes) {
      const bound = dtype === 'float64' ? 1e-9 : Math.max(5e-6, 20 * wanted.deviation)
      const network = await startOf(wanted, { engine, dtype })
      const options: TrainOptions = { epochs: 17, batchSize, shuffle: false, sampleWeights: weights }
      const result = await network.train(X, targets[wanted.targets], options)
      expect(relativeDifference(Array.from(result.loss), wanted.losses)).toBeLessThan(bound)
      expect(relativeDifference(listOf(network.getWeights()), listOf(wanted.trained))).toBeLessThan(bound)
    }
  })

  it.each(dtypes)('go with their rows through shuffled batches, as trainOnBatch takes them, in %s', async (dtype) => {
    const [rows, batchSize] = [23, 5]
    const [inputs, targets] = [rowsOf(rows, 3, 1), rowsOf(rows, 2, 2)]
    const weights = numbersOf(rows, 3).map((value) => 1 + value)
    const [network, replayed] = [await small(engine, { dtype }), await small(engine, { dtype })]
    const result = await network.train(inputs, targets, { epochs: 3, batchSize, sampleWeights: weights })
    for (let epoch = 0; epoch < 3; epoch++) {
      const order = new Uint32Array(rows)
      shuffle(order, rows, replayed.seed, epoch)
      let loss = 0
      for (let start = 0; start < rows; start += batchSize) {
        const batch = order.subarray(start, start + batchSize)
        const sampleWeights = pick(weights, batch)
        loss += replayed.trainOnBatch(pick(inputs, batch), pick(targets, batch), { sampleWeights }) * batch.length
      }
      expect(relativeDifference(result.loss[epoch], loss / rows)).toBeLessThan(1e-14)
    }
    expect(trainedBits(network)).toBe(trainedBits(replayed))
  })

  it('of 1 are none, to the bit, for every loss and over several blocks', async () => {
    const [inputs, numbers] = [rowsOf(600, 3, 1), rowsOf(600, 3, 2)]
    const classes = numbers.map(([value]) => Math.floor((value + 1) * 1.5))
    for (const wanted of fixture.cases) {
      const isNumber = wanted.targets === 'number'
      const targets =
        wanted.targets === 'distribution' ? classes : numbers.map((row) => row.map(isNumber ? Number : share))
      for (const dtype of dtypes) {
        const runs = [{}, { sampleWeights: new Uint8Array(600).fill(1) }].map(async (weights) => {
          const network = await startOf(wanted, { engine, dtype })
          const { loss } = await network.train(inputs, targets as number[][], { epochs: 2, batchSize: 300, ...weights })
          return [trainedBits(network), bitsOf(loss)]
        })
        const [plain, weighted] = await Promise.all(runs)
        expect(weighted, `${wanted.loss} ${dtype}`).toEqual(plain)
      }
    }
  })

  it('of 2 are the row twice, and of 0 the row left out, where the loss is a sum', async () => {
    const config = { loss: 'halfSquaredError', dtype: 'float64', optimizer: OPTIMIZERS.momentum } as const
    const [inputs, targets] = [rowsOf(6, 3, 1), rowsOf(6, 2, 2)]
    const [weighted, repeated] = [await small(engine, config), await small(engine, config)]
    const options: TrainOptions = { epochs: 20, batchSize: 'full' }
    const twice = [0, 1, 1, 2, 4, 4, 4, 5]
    const first = await weighted.train(inputs, targets, { ...options, sampleWeights: [1, 2, 1, 0, 3, 1] })
    const second = await repeated.train(pick(inputs, twice), pick(targets, twice), options)
    expect(relativeDifference(listOf(weighted.getWeights()), listOf(repeated.getWeights()))).toBeLessThan(1e-13)
    expect(relativeDifference(Array.from(first.loss), Array.from(second.loss))).toBeLessThan(1e-13)
  })

  it('of 2 for all rows double loss and step of a mean, which is not divided by the weights’ sum', async () => {
    const optimizer = { name: 'sgd', learningRate: 0.25 } as const
    const [inputs, targets] = [rowsOf(7, 3, 1), rowsOf(7, 2, 2)]
    const [plain, doubled] = [await small(engine, { optimizer }), await small(engine, { optimizer })]
    const before = plain.getWeights()
    const loss = plain.trainOnBatch(inputs, targets)
    expect(doubled.trainOnBatch(inputs, targets, { sampleWeights: new Array(7).fill(2) })).toBe(2 * loss)
    const stepsOf = (network: Network) => {
      const [after, start] = [network, before].map((of) => listOf('getWeights' in of ? of.getWeights() : of).flat(2))
      return after.map((value, index) => value - start[index])
    }
    const wanted = stepsOf(plain).map((step) => 2 * step)
    expect(relativeDifference(stepsOf(doubled), wanted)).toBeLessThan(1e-6)
  })

  it('take any form of a column', async () => {
    const [inputs, targets] = [rowsOf(4, 3, 1), rowsOf(4, 2, 2)]
    const weights = [0.5, 1, 0, 4]
    const forms = [weights, Float32Array.from(weights), Float64Array.from(weights), weights.map((weight) => [weight])]
    const hashes = forms.map(async (sampleWeights) => {
      const network = await small(engine)
      await network.train(inputs, targets, { epochs: 3, sampleWeights: sampleWeights as number[] })
      return network.weightsHash()
    })
    expect(new Set(await Promise.all(hashes)).size).toBe(1)
  })

  it('are not kept for the next call', async () => {
    const [inputs, targets] = [rowsOf(9, 3, 1), rowsOf(9, 2, 2)]
    const sampleWeights = numbersOf(9, 3).map(Math.abs)
    const network = await small(engine, { optimizer: 'sgd' })
    network.trainSync(inputs, targets, { epochs: 1, sampleWeights })
    const other = await small(engine, { optimizer: 'sgd' })
    other.setWeights(network.getWeights())
    network.trainOnBatch(inputs, targets, { sampleWeights })
    other.trainOnBatch(inputs, targets, { sampleWeights })
    expect(network.weightsHash()).toBe(other.weightsHash())
    const losses = [network, other].map((one) => one.trainSync(inputs, targets, { epochs: 2, batchSize: 'full' }).loss)
    expect(bitsOf(losses[0])).toBe(bitsOf(losses[1]))
    expect(network.evaluate(inputs, targets).loss).toBe(other.evaluate(inputs, targets).loss)
  })
})

function share(value: number): number {
  return (value + 1) / 2
}

const CLASSES = 3
const softmax = (engine: EngineName, changes: Partial<NetworkConfig> = {}) =>
  small(engine, {
    layers: [
      { units: 4, activation: 'tanh' },
      { units: CLASSES, activation: 'softmax' },
    ],
    ...changes,
  })

const oneHot = (numbers: readonly number[], classes = CLASSES) =>
  numbers.map((number) => Array.from({ length: classes }, (_, index) => Number(index === number)))

describe.each(engines)('classWeights in %s', (engine) => {
  const classes = [2, 0, 1, 2, 2, 0, 2, 2, 1, 2, 0]
  const inputs = rowsOf(classes.length, 3, 1)
  const options: TrainOptions = { epochs: 5, batchSize: 4 }
  const trained = async (targets: unknown, weights: TrainOptions, changes?: Partial<NetworkConfig>) => {
    const network = await softmax(engine, changes)
    const { loss } = await network.train(inputs, targets as number[][], { ...options, ...weights })
    return [trainedBits(network), bitsOf(loss)]
  }

  it('are the rows’ weights by class, for class numbers and one-hot rows, times sampleWeights', async () => {
    const classWeights = [0.5, 3, 1.25]
    const byRow = classes.map((number) => classWeights[number])
    const wanted = await trained(classes, { sampleWeights: byRow })
    expect(await trained(classes, { classWeights })).toEqual(wanted)
    expect(await trained(classes, { classWeights: Float64Array.from(classWeights) })).toEqual(wanted)
    expect(await trained(oneHot(classes), { classWeights })).toEqual(wanted)
    const sampleWeights = numbersOf(classes.length, 4).map(Math.abs)
    const both = await trained(classes, { sampleWeights: byRow.map((weight, row) => weight * sampleWeights[row]) })
    expect(await trained(classes, { classWeights, sampleWeights })).toEqual(both)
    expect(await trained(classes, { classWeights: [1, 1, 1] })).toEqual(await trained(classes, {}))
  })

  it('are two for a single output of 0 and 1', async () => {
    const layers = [
      { units: 4, activation: 'tanh' },
      { units: 1, activation: 'sigmoid' },
    ] as const
    const targets = classes.map((number) => Number(number === 2))
    const wanted = await trained(targets, { sampleWeights: targets.map((target) => [0.25, 4][target]) }, { layers })
    expect(await trained(targets, { classWeights: [0.25, 4] }, { layers })).toEqual(wanted)
    const column = targets.map((target) => [target])
    expect(await trained(column, { classWeights: [0.25, 4] }, { layers })).toEqual(wanted)
  })

  it.each(fixture.balanced.map((wanted) => [wanted.classes.join(' '), wanted] as const))(
    '"balanced" are scikit-learn’s: %s',
    async (_, { classes: given, present, weights }) => {
      const layers = [{ units: 4, activation: 'softmax' }] as const
      const rows = rowsOf(given.length, 3, 1)
      const sampleWeights = given.map((number) => weights[present.indexOf(number)])
      const runs = [{ classWeights: 'balanced' as const }, { sampleWeights }].map(async (choice) => {
        const network = await small(engine, { layers, dtype: 'float64' })
        await network.train(rows, given, { epochs: 3, ...choice })
        return listOf(network.getWeights())
      })
      const [balanced, wanted] = await Promise.all(runs)
      expect(relativeDifference(balanced, wanted)).toBeLessThan(1e-14)
    },
  )

  it('"balanced" counts the rows that are trained on, not those held out', async () => {
    // The last five rows have three of class 2, one of 0 and one of 1; the first six have three of 2, two of 0, one of 1.
    const validation = { split: 5 / 11, order: 'last' } as const
    const network = await softmax(engine, { dtype: 'float64' })
    const { loss } = await network.train(inputs, classes, { ...options, validation, classWeights: 'balanced' })
    const other = await softmax(engine, { dtype: 'float64' })
    const classWeights = [6 / (3 * 2), 6 / 3, 6 / (3 * 3)]
    const wanted = await other.train(inputs.slice(0, 6), classes.slice(0, 6), { ...options, classWeights })
    expect(relativeDifference(Array.from(loss), Array.from(wanted.loss))).toBeLessThan(1e-14)
    expect(relativeDifference(listOf(network.getWeights()), listOf(other.getWeights()))).toBeLessThan(1e-13)
  })
})

describe.each(engines)('weights that are refused in %s', (engine) => {
  const classes = [0, 1, 2, 0]
  const inputs = rowsOf(4, 3, 1)
  const numbers = rowsOf(4, 2, 2)
  const own = (values: unknown) => ({ sampleWeights: values })

  it.each<[string, object, object]>([
    [
      'too few',
      own([1, 2, 3]),
      { code: 'INVALID_SHAPE', path: 'sampleWeights', message: /^sampleWeights: expected 4 rows, .*got 3$/ },
    ],
    [
      'too many',
      own(new Float64Array(5)),
      { code: 'INVALID_SHAPE', path: 'sampleWeights', message: /^sampleWeights: expected 4 rows, .*got 5$/ },
    ],
    [
      'negative ones',
      own([1, 1, -0.5, -1]),
      {
        code: 'INVALID_DATA',
        path: 'sampleWeights',
        row: 2,
        message: /^sampleWeights\[2\]: expected a number of at least 0, got -0.5$/,
      },
    ],
    [
      'NaN',
      own([1, Number.NaN, 1, 1]),
      {
        code: 'NOT_FINITE',
        path: 'sampleWeights',
        row: 1,
        message: /^sampleWeights\[1\]: expected a finite number, got NaN$/,
      },
    ],
    ['an infinity', own(Float32Array.of(1, 1, 1, Infinity)), { code: 'NOT_FINITE', path: 'sampleWeights', row: 3 }],
    ['text', own([1, '1', 1, 1]), { code: 'INVALID_DATA', path: 'sampleWeights', row: 1 }],
    ['no list', own(2), { code: 'INVALID_DATA', path: 'sampleWeights', message: /^sampleWeights: expected an array/ }],
    ['null', own(null), { code: 'INVALID_DATA', path: 'sampleWeights' }],
    [
      'zeros',
      own([0, 0, 0, 0]),
      { code: 'INVALID_DATA', path: 'sampleWeights', message: /^sampleWeights: .*above 0, got zeros$/ },
    ],
    [
      'zeros where rows are trained',
      { ...own([0, 0, 0, 1]), validation: { split: 0.25, order: 'last' } },
      { code: 'INVALID_DATA', path: 'sampleWeights' },
    ],
    [
      'too few classes',
      { classWeights: [1, 2] },
      {
        code: 'INVALID_CONFIG',
        path: 'classWeights',
        message: /^classWeights: expected an array of 3 numbers, got an array of 2/,
      },
    ],
    [
      'negative classes',
      { classWeights: [1, -2, 1] },
      {
        code: 'INVALID_CONFIG',
        path: 'classWeights[1]',
        message: /^classWeights\[1\]: expected a number of at least 0, got -2$/,
      },
    ],
    ['a class of NaN', { classWeights: [Number.NaN, 1, 1] }, { code: 'INVALID_CONFIG', path: 'classWeights[0]' }],
    [
      'another word',
      { classWeights: 'balance' },
      {
        code: 'INVALID_CONFIG',
        path: 'classWeights',
        message: /^classWeights: expected "balanced", or an array of 3 .*, got "balance"; did you mean "balanced"\?$/,
      },
    ],
    ['classes of zeros', { classWeights: [0, 0, 0] }, { code: 'INVALID_DATA', path: 'classWeights' }],
    [
      'zeros for all classes that occur',
      { classWeights: [0, 0, 1], validation: { split: 0.5, order: 'last' } },
      { code: 'INVALID_DATA', path: 'classWeights' },
    ],
  ])('%s', async (_, options, wanted) => {
    const network = await softmax(engine)
    const before = [JSON.stringify(network), trainedBits(network)]
    const { message, ...rest } = wanted as { message?: RegExp }
    const error = await rejection(network.train(inputs, classes, options as TrainOptions))
    expect(error).toMatchObject(rest)
    if (message) expect(wordsOf(error)).toMatch(message)
    expect(await rejection(() => network.trainSync(inputs, classes, options as TrainOptions))).toMatchObject(rest)
    expect([JSON.stringify(network), trainedBits(network)]).toEqual(before)
  })

  it('fit no scaling either', async () => {
    const network = await small(engine, { scaling: { inputs: 'standard' } })
    await expectRefusal(network.train(inputs, numbers, { sampleWeights: [1] }), 'INVALID_SHAPE')
    await expectRefusal(() => network.predict(inputs), 'NOT_FITTED')
  })

  it('class weights for numbers and probabilities, which name sampleWeights', async () => {
    const network = await small(engine)
    const words = /^classWeights: expected targets that are classes .*use sampleWeights$/
    for (const classWeights of [[1, 1], 'balanced' as const]) {
      await expectRefusal(network.train(inputs, numbers, { classWeights }), 'INVALID_DATA', words)
      const soft = [0.5, 0.25, 0.25]
      const mixed = [...oneHot([0, 1, 2]), soft]
      await expectRefusal((await softmax(engine)).train(inputs, mixed, { classWeights }), 'INVALID_DATA', words)
    }
  })

  it('in trainOnBatch, which changes nothing', async () => {
    const network = await small(engine)
    const before = trainedBits(network)
    const call = (options: object) => () => network.trainOnBatch(inputs, numbers, options)
    await expectRefusal(call(own([0, 0, 0, 0])), 'INVALID_DATA', /^sampleWeights: .*above 0, got zeros$/)
    await expectRefusal(call(own([1, 2, 3])), 'INVALID_SHAPE', /^sampleWeights: expected 4 rows/)
    await expectRefusal(call(own([1, 2, 3, -1])), 'INVALID_DATA', /^sampleWeights\[3\]: /)
    await expectRefusal(call(own([1, Number.NaN, 3, 1])), 'NOT_FINITE', /^sampleWeights\[1\]: /)
    await expectRefusal(call({ classWeights: [1, 1] }), 'INVALID_CONFIG', /^classWeights: unknown option/)
    expect(trainedBits(network)).toBe(before)
  })
})
