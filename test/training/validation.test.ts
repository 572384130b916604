// Validation: which rows are held out, that nothing of them reaches the training, and that their loss is what `evaluate`
// says after each epoch.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { readTargets } from '../../src/data/read-targets.ts'
import { divideRows } from '../../src/data/training-set.ts'
import type { Network, NetworkConfig, TrainOptions, TrainResult } from '../../src/index.ts'
import { createNetwork } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import {
  bitsOf,
  dtypes,
  type EngineName,
  engines,
  expectRefusal,
  manyBatches,
  rejection,
  relativeDifference,
  rowsOf,
  small,
  trainedBits,
} from '../support/networks.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

type Kind = 'number' | 'probability' | 'distribution'
type Split = { share: number; order: 'random' | 'last' }

/** Numbers of the rows that `divideRows` trains on and holds out: the inputs carry them. */
function divide(targets: unknown, split: Split, seed = 1, kind: Kind = 'distribution', outputs = 3) {
  const rows = (targets as number[][]).length
  const numbers = Array.from({ length: rows }, (_, row) => [row])
  const set = divideRows(
    {
      inputs: readTargets(numbers, 1, 'float64', 'number', rows),
      targets: readTargets(targets, outputs, 'float64', kind, rows),
    },
    { split: { seed: undefined, ...split }, sampleWeights: undefined, classWeights: undefined, validation: undefined },
    seed,
    undefined,
  )
  const read = ({ inputs }: { inputs: ReturnType<typeof readTargets> }) => {
    const values = new Float64Array(inputs.rows)
    inputs.copyRows(0, inputs.rows, values, 0, 1)
    return Array.from(values)
  }
  return { trained: read(set), held: read(set.validation ?? set) }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const pick = <Row>(list: readonly Row[], rows: readonly number[]) => rows.map((row) => list[row])
const numbers = (rows: number) => rowsOf(rows, 3, 5)
const count = (classes: number[], rows: number[], wanted: number) =>
  rows.filter((row) => classes[row] === wanted).length

describe('a split', () => {
  it.each([
    [10, 0.2, 2],
    [10, 0.25, 3],
    [10, 0.01, 1],
    [10, 0.999, 9],
    [2, 0.5, 1],
    [2, 0.001, 1],
    [2, 0.9, 1],
    [3, 0.5, 2],
    [1000, 0.137, 137],
  ])('of %d rows by %d holds out %d, all rows once and in order', (rows, share, wanted) => {
    for (const order of ['random', 'last'] as const) {
      for (const seed of [0, 1, 4294967295]) {
        const { trained, held } = divide(numbers(rows), { share, order }, seed, 'number')
        expect(held).toHaveLength(wanted)
        for (const list of [trained, held]) expect(list).toEqual([...list].sort((a, b) => a - b))
        expect([...trained, ...held].sort((a, b) => a - b)).toEqual(range(0, rows))
        if (order === 'last') expect(held).toEqual(range(rows - wanted, rows))
      }
    }
  })

  it('is drawn evenly: every row is held out by its share of the seeds within 5 σ', () => {
    const [rows, seeds, share] = [20, 2000, 0.25]
    const times = new Array<number>(rows).fill(0)
    for (const seed of range(0, seeds)) {
      for (const row of divide(numbers(rows), { share, order: 'random' }, seed, 'number').held) times[row]++
    }
    const sigma = Math.sqrt(seeds * share * (1 - share))
    for (const time of times) expect(Math.abs(time - seeds * share)).toBeLessThan(5 * sigma)
  })

  it('depends on the seed and on nothing else', () => {
    const drawn = range(0, 20).map(
      (seed) => `${divide(numbers(40), { share: 0.5, order: 'random' }, seed, 'number').held}`,
    )
    expect(new Set(drawn).size).toBe(20)
    const again = divide(numbers(40), { share: 0.5, order: 'random' }, 3, 'number').held
    expect(`${again}`).toBe(drawn[3])
  })

  const uneven = range(0, 211).map((row) => (row % 23 === 0 ? 2 : row % 5 === 0 ? 1 : 0))
  const oneHot = uneven.map((number) => [0, 1, 2].map((index) => Number(index === number)))
  const binary = uneven.map((number) => Number(number > 0))

  it.each<[string, unknown, number[], Kind, number]>([
    ['class numbers', uneven, uneven, 'distribution', 3],
    ['one-hot rows', oneHot, uneven, 'distribution', 3],
    ['0 and 1', binary, binary, 'probability', 1],
    ['0 and 1 under a squared error', binary, binary, 'number', 1],
  ])('takes from every class its share, within one row: %s', (_, targets, classes, kind, outputs) => {
    for (const share of [0.05, 0.1, 0.2, 1 / 3, 0.5, 0.8, 0.99]) {
      for (const seed of range(0, 5)) {
        const { trained, held } = divide(targets, { share, order: 'random' }, seed, kind, outputs)
        expect(held).toHaveLength(Math.round(211 * share))
        expect(trained).toHaveLength(211 - held.length)
        for (const number of new Set(classes)) {
          const size = count(classes, range(0, 211), number)
          expect(Math.abs(count(classes, held, number) - (size * held.length) / 211)).toBeLessThan(1)
        }
      }
    }
  })

  it('gives single rows of classes to the largest remainders, and never more than there are', () => {
    expect(divide([0, 1, 2, 2, 2, 2], { share: 0.5, order: 'random' }).held).toHaveLength(3)
    const { held } = divide([2, 2, 2, 2, 0, 2, 2, 2], { share: 0.25, order: 'random' })
    expect(held).not.toContain(4)
    for (const seed of range(0, 20)) {
      const classes = [0, 1, 2, 0, 1, 2]
      const drawn = divide(classes, { share: 0.5, order: 'random' }, seed).held
      expect(pick(classes, drawn).sort()).toEqual([0, 1, 2])
    }
  })

  it('is not stratified where it takes the last rows, or targets are probabilities', () => {
    const sorted = [...uneven].sort((a, b) => a - b)
    const { held } = divide(sorted, { share: 0.1, order: 'last' })
    expect(held).toEqual(range(190, 211))
    const soft = oneHot.map((row, index) => (index === 0 ? [0.5, 0.25, 0.25] : row))
    const plain = divide(numbers(211), { share: 0.1, order: 'random' }, 4, 'number')
    expect(divide(soft, { share: 0.1, order: 'random' }, 4).held).toEqual(plain.held)
  })
})

const INPUTS = rowsOf(41, 3, 1).map(([a, b, c], row) => [a * (1 + row), b + 5, c * 0.1])
const TARGETS = rowsOf(41, 2, 2)
const SCALED: Partial<NetworkConfig> = { scaling: { inputs: 'standard', targets: 'minMax' } }
const EPOCHS: TrainOptions = { epochs: 5, batchSize: 8 }

const told = ({ loss, validationLoss }: TrainResult) => bitsOf(loss, validationLoss)
const model = (network: Network) => `${trainedBits(network)} ${JSON.stringify(network.toJSON())}`

describe.each(engines)('validation in %s', (engine) => {
  it.each(dtypes.flatMap((dtype) => (['random', 'last'] as const).map((order) => [order, dtype] as const)))(
    'by a split is as by rows of their own, scaling included: %s, %s',
    async (order, dtype) => {
      const sampleWeights = rowsOf(41, 1, 9).map(([value]) => 1 + value)
      const { trained, held } = divide(TARGETS, { share: 0.3, order }, 7, 'number', 2)
      const [network, other] = [await small(engine, { ...SCALED, dtype }), await small(engine, { ...SCALED, dtype })]
      const validation = { split: 0.3, order }
      const result = await network.train(INPUTS, TARGETS, { ...EPOCHS, sampleWeights, validation })
      const wanted = await other.train(pick(INPUTS, trained), pick(TARGETS, trained), {
        ...EPOCHS,
        sampleWeights: pick(sampleWeights, trained),
        validation: {
          inputs: pick(INPUTS, held),
          targets: pick(TARGETS, held),
          sampleWeights: pick(sampleWeights, held),
        },
      })
      expect(model(network)).toBe(model(other))
      expect(told(result)).toBe(told(wanted))
      expect(result.validationLoss).toHaveLength(5)
    },
  )

  it('changes nothing of the training: held rows may hold anything', async () => {
    const { held } = divide(TARGETS, { share: 0.3, order: 'random' }, 7, 'number', 2)
    const without = await small(engine, SCALED)
    const { trained } = divide(TARGETS, { share: 0.3, order: 'random' }, 7, 'number', 2)
    const plain = await without.train(pick(INPUTS, trained), pick(TARGETS, trained), EPOCHS)
    expect(plain.validationLoss).toBeUndefined()
    for (const factor of [1, -1000]) {
      const far = (rows: number[][]) =>
        rows.map((row, index) => (held.includes(index) ? row.map((value) => factor * value) : row))
      const network = await small(engine, SCALED)
      const result = await network.train(far(INPUTS), far(TARGETS), { ...EPOCHS, validation: { split: 0.3 } })
      expect(model(network)).toBe(model(without))
      expect(bitsOf(result.loss)).toBe(bitsOf(plain.loss))
      expect([result.steps, result.epochs]).toEqual([plain.steps, 5])
    }
  })

  it.each(dtypes)('loss is that of `evaluate` with the weights of the epoch, to the bit, in %s', async (dtype) => {
    const sets = [1, 2, 255, 256, 257, 900].map((rows) => ({ inputs: rowsOf(rows, 3, 3), targets: rowsOf(rows, 2, 4) }))
    for (const validation of sets) {
      const network = await small(engine, { ...SCALED, dtype })
      const history = { weights: { every: 1 } }
      const { timeline, validationLoss } = await network.train(INPUTS, TARGETS, { ...EPOCHS, validation, history })
      const other = await small(engine, { ...SCALED, dtype })
      other.fitScaling(INPUTS, TARGETS)
      const losses = [1, 2, 3, 4, 5].map((epoch) => {
        other.setWeights(timeline?.at(epoch) ?? [])
        return other.evaluate(validation.inputs, validation.targets).loss
      })
      expect(Array.from(validationLoss ?? [])).toEqual(losses)
    }
  })

  it('loss is told to onEpoch, by train and trainSync alike', async () => {
    const seen: unknown[] = []
    const results = ['train', 'trainSync'].map(async (call) => {
      const network = await small(engine)
      const onEpoch = ({ validationLoss }: { validationLoss?: number }) => {
        seen.push([validationLoss, network.evaluate(INPUTS, TARGETS).loss])
      }
      const options = { ...EPOCHS, onEpoch, validation: { inputs: INPUTS, targets: TARGETS } }
      return network[call as 'train'](INPUTS, TARGETS, options)
    })
    const [first, second] = await Promise.all(results)
    expect(told(first)).toBe(told(second))
    for (const pair of seen as [number, number][]) expect(pair[0]).toBe(pair[1])
    expect(seen).toHaveLength(10)
    const unseen: unknown[] = []
    const onEpoch = (progress: object) => unseen.push('validationLoss' in progress)
    await (await small(engine)).train(INPUTS, TARGETS, { ...EPOCHS, onEpoch })
    expect(unseen).toEqual([false, false, false, false, false])
  })

  it('weighs every row of its own by the weights of classes', async () => {
    const layers = [
      { units: 4, activation: 'tanh' },
      { units: 3, activation: 'softmax' },
    ] as const
    const classes = range(0, 41).map((row) => (row * 7) % 3)
    const network = await small(engine, { layers })
    const options = { ...EPOCHS, validation: { split: 0.25 }, classWeights: [5, 1, 0.1] }
    const { validationLoss } = await network.train(INPUTS, classes, options)
    const { held } = divide(classes, { share: 0.25, order: 'random' }, 7)
    const { classWeights } = options
    expect(validationLoss?.[4]).toBe(network.evaluate(pick(INPUTS, held), pick(classes, held), { classWeights }).loss)
  })

  it('of many rows goes on undisturbed by predictions and evaluations between its slices', async () => {
    const validation = { inputs: rowsOf(3000, 3, 3), targets: rowsOf(3000, 2, 4) }
    const [quiet, disturbed] = [await manyBatches(engine), await manyBatches(engine)]
    const wanted = await quiet.train(INPUTS, TARGETS, { ...EPOCHS, validation })
    const evaluate = vi.spyOn(InnerNetwork.stateOf(disturbed).engine, 'evaluate')
    let calls = 0
    vi.spyOn(performance, 'now').mockImplementation(() => 10 * calls++)
    let isDone = false
    let reads = 0
    const training = disturbed.train(INPUTS, TARGETS, { ...EPOCHS, validation }).finally(() => {
      isDone = true
    })
    while (!isDone) {
      reads++
      disturbed.predict(INPUTS)
      disturbed.evaluate(
        TARGETS.map(([a, b]) => [a, b, 1]),
        TARGETS,
      )
      disturbed.gradients(INPUTS, TARGETS)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const result = await training
    // 12 blocks of rows an epoch, a slice each
    expect(reads).toBeGreaterThan(5 * 12)
    expect(evaluate.mock.calls.length).toBeGreaterThan(5 * 12 + reads)
    expect(told(result)).toBe(told(wanted))
    expect(trainedBits(disturbed)).toBe(trainedBits(quiet))
  })

  it('may be aborted between its slices; then the epoch has no validation loss until it is resumed', async () => {
    const validation = { inputs: rowsOf(3000, 3, 3), targets: rowsOf(3000, 2, 4) }
    const [quiet, network] = [await manyBatches(engine), await manyBatches(engine)]
    const wanted = await quiet.train(INPUTS, TARGETS, { ...EPOCHS, validation })
    const controller = new AbortController()
    const { engine: inner } = InnerNetwork.stateOf(network)
    const evaluate = inner.evaluate.bind(inner)
    let blocks = 0
    vi.spyOn(inner, 'evaluate').mockImplementation((...call) => {
      // In the middle of the third epoch's
      if (++blocks === 30) controller.abort()
      evaluate(...call)
    })
    let calls = 0
    vi.spyOn(performance, 'now').mockImplementation(() => 10 * calls++)
    const first = await network.train(INPUTS, TARGETS, { ...EPOCHS, validation, signal: controller.signal })
    vi.restoreAllMocks()
    expect(first).toMatchObject({ stopReason: 'aborted', epochs: 3, steps: 18 })
    expect(first.loss).toHaveLength(3)
    expect(first.validationLoss).toHaveLength(2)
    network.predict(INPUTS)
    const seen: number[] = []
    const result = await network.resume(INPUTS, TARGETS, { onEpoch: ({ epoch }) => seen.push(epoch) })
    expect(seen).toEqual([2, 3, 4])
    expect(told(result)).toBe(told(wanted))
    expect(trainedBits(network)).toBe(trainedBits(quiet))
  })

  it('of one row, trained on one row', async () => {
    const network = await small(engine, SCALED)
    const result = await network.train(INPUTS.slice(0, 2), TARGETS.slice(0, 2), {
      epochs: 3,
      validation: { split: 0.5 },
    })
    expect(result).toMatchObject({ epochs: 3, steps: 3 })
    expect(result.validationLoss?.every(Number.isFinite)).toBe(true)
  })

  it('of targets in their own units is the loss of the scaled ones', async () => {
    const scaling = { targets: { divideBy: 10 } } as const
    const network = await small(engine, { scaling, dtype: 'float64' })
    const { validationLoss } = await network.train(INPUTS, TARGETS, {
      epochs: 1,
      validation: { split: 0.25, order: 'last' },
    })
    const predictions = network.predict(INPUTS.slice(31)) as number[][]
    const squares = predictions.flatMap((row, index) => row.map((value, at) => (value - TARGETS[31 + index][at]) ** 2))
    const mean = squares.reduce((sum, square) => sum + square) / squares.length
    expect(relativeDifference(validationLoss?.[0], mean / 100)).toBeLessThan(1e-13)
  })

  it('has no losses where no epoch ends', async () => {
    const network = await small(engine, SCALED)
    const aborted = { ...EPOCHS, validation: { split: 0.3 }, signal: AbortSignal.abort() }
    expect((await network.train(INPUTS, TARGETS, aborted)).validationLoss).toHaveLength(0)
  })

  it('that overflows ends training after the epoch, and says so', async () => {
    const far = { inputs: [[3e38, 3e38, 3e38]], targets: [[0, 0]] }
    const layers = [{ units: 2, weightInit: rowsOf(3, 2, 1).map((row) => row.map((value) => 9 + value)) }]
    const steep = await createNetwork({ inputs: 3, layers, engine, seed: 1 })
    const told = vi.fn()
    const ended = await steep.train(INPUTS, TARGETS, { ...EPOCHS, validation: far, onEpoch: told })
    expect(ended).toMatchObject({ stopReason: 'diverged', epochs: 1, steps: 6 })
    expect(ended.advice).toMatch(
      /^the loss of the validation rows is not finite; the weights are those after the epoch\. /,
    )
    expect(ended.validationLoss).toHaveLength(0)
    expect(told).not.toHaveBeenCalled()
    const alone = await createNetwork({ inputs: 3, layers, engine, seed: 1 })
    alone.trainSync(INPUTS, TARGETS, { ...EPOCHS, epochs: 1 })
    expect(trainedBits(steep)).toBe(trainedBits(alone))
    const batches = [{ inputs: INPUTS, targets: TARGETS }]
    const streaming = await createNetwork({ inputs: 3, layers, engine, seed: 1 })
    const streamed = await streaming.trainStream(() => batches, { epochs: 3, validation: far, onEpoch: told })
    expect(streamed).toMatchObject({ stopReason: 'diverged', epochs: 1, steps: 1 })
    expect(streamed.advice).toMatch(
      /^the loss of the validation rows is not finite; the weights are those after the epoch\. /,
    )
    expect(streamed.validationLoss).toHaveLength(0)
    expect(told).not.toHaveBeenCalled()
  })

  it.each<[string, object, object]>([
    ['one row to split', { validation: { split: 0.5 } }, { code: 'INVALID_CONFIG', path: 'validation.split' }],
    [
      'other columns',
      { validation: { inputs: [[1, 2]], targets: [[1, 2]] } },
      { code: 'INVALID_SHAPE', path: 'validation.inputs' },
    ],
    [
      'fewer targets than inputs',
      { validation: { inputs: INPUTS, targets: TARGETS.slice(1) } },
      { code: 'INVALID_SHAPE', path: 'validation.targets' },
    ],
    [
      'NaN in a row',
      { validation: { inputs: [[1, 2, Number.NaN]], targets: [[1, 2]] } },
      { code: 'NOT_FINITE', path: 'validation.inputs', row: 0, column: 2 },
    ],
    ['no rows', { validation: { inputs: [], targets: [] } }, { code: 'INVALID_SHAPE', path: 'validation.inputs' }],
    ['a share of 1', { validation: { split: 1 } }, { code: 'INVALID_CONFIG', path: 'validation.split' }],
  ])('is refused with %s, and nothing changes', async (_, options, wanted) => {
    const network = await small(engine, SCALED)
    const before = trainedBits(network)
    const error = await rejection(network.train([[1, 2, 3]], [[1, 2]], options as TrainOptions))
    expect(error).toMatchObject(wanted)
    expect(error.message).toContain(`${error.path}`)
    expect(trainedBits(network)).toBe(before)
    await expectRefusal(() => network.predict(INPUTS), 'NOT_FITTED')
  })
})

it('both engines hold out the same rows and give the same losses', async () => {
  const classes = range(0, 41).map((row) => (row % 7 === 0 ? 2 : row % 2))
  const layers = [
    { units: 4, activation: 'tanh' },
    { units: 3, activation: 'softmax' },
  ] as const
  for (const dtype of dtypes) {
    const runs = engines.map(async (engine: EngineName) => {
      const network = await small(engine, { layers, dtype, scaling: { inputs: 'robust' } })
      const result = await network.train(INPUTS, classes, { ...EPOCHS, validation: { split: 0.2 } })
      return [told(result), model(network)]
    })
    const [wasm, typescript] = await Promise.all(runs)
    expect(wasm).toEqual(typescript)
  }
})

describe.each(engines)('reduceOnPlateau in %s', (engine) => {
  it('watches the validation loss where there is one', async () => {
    const learningRate = { name: 'reduceOnPlateau', initial: 0.1, factor: 0.5, patience: 0 } as const
    const start = () => small(engine, { optimizer: { name: 'sgd', learningRate } })
    // Rows with the opposite targets: their loss rises while that of training falls.
    const validation = { inputs: INPUTS, targets: TARGETS.map((row) => row.map((value) => -50 * value)) }
    const rates: number[][] = []
    for (const options of [{}, { validation }]) {
      const seen: number[] = []
      const network = await start()
      const run = {
        ...EPOCHS,
        epochs: 8,
        ...options,
        onEpoch: (told: { learningRate: number }) => seen.push(told.learningRate),
      }
      const { loss, validationLoss } = await network.train(rowsOf(41, 3, 1), TARGETS, run)
      let [best, rate] = [Number.POSITIVE_INFINITY, 0.1]
      const wanted = Array.from(validationLoss ?? loss, (value) => {
        const used = rate
        if (value < best) best = value
        else rate *= 0.5
        return used
      })
      expect(seen).toEqual(wanted)
      rates.push(seen)
    }
    expect(rates[1]).not.toEqual(rates[0])
    expect(rates[1][7]).toBeLessThan(0.1)
  })
})
