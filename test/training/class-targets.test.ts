// Many rows of many classes: class numbers stay numbers in memory, and every bit is that of one-hot rows.
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  createNetwork,
  diagnose,
  estimateMemory,
  type Network,
  type NetworkConfig,
  restoreNetwork,
  type TrainOptions,
} from '../../src/index.ts'
import { groupForLanes, type Member } from '../../src/many/lane-groups.ts'
import { pack } from '../../src/model/format.ts'
import { unpack } from '../../src/model/unpack.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import type { ClassBatches } from '../../src/prediction/state.ts'
import { bitsOf, dtypes, engines, expectRefusal, numbersOf, trainedBits } from '../support/networks.ts'
import { actInTurns } from '../support/turns.ts'

type Loose = Record<string, unknown>

const CLASSES = 64
const COLUMNS = 3
const ROWS = 50
const OWN = 20
const ROWS_HERE = 200

const inputsOf = (rows: number, seed: number) => Float32Array.from(numbersOf(rows * COLUMNS, seed))
const classesOf = (rows: number, seed: number, count = CLASSES) =>
  Uint16Array.from(numbersOf(rows, seed), (value) => Math.floor(((value + 1) / 2) * count))

const X = inputsOf(ROWS, 1)
const Y = classesOf(ROWS, 2)
const own = { inputs: inputsOf(OWN, 3), targets: classesOf(OWN, 4) }
const WEIGHTS = Float64Array.from(numbersOf(ROWS, 5), Math.abs)

const CONFIG = {
  inputs: COLUMNS,
  layers: [
    { units: 5, activation: 'tanh', dropout: 0.2 },
    { units: CLASSES, activation: 'softmax' },
  ],
  optimizer: { name: 'adam', learningRate: { name: 'exponential', initial: 0.05, gamma: 0.9, unit: 'step' } },
  clipNorm: 1,
  seed: 3,
} as const satisfies NetworkConfig

const smooth = { loss: { name: 'categoricalCrossEntropy', labelSmoothing: 0.1 } } as const

const search = {
  layers: [
    { units: 5, activation: 'tanh' },
    { units: CLASSES, activation: 'softmax' },
  ],
  optimizer: 'lbfgs',
  clipNorm: undefined,
  ...smooth,
} as const

/** A network that keeps class numbers however few rows there are */
async function keeping(config: NetworkConfig): Promise<Network> {
  const network = await createNetwork(config)
  const state = InnerNetwork.stateOf(network)
  Object.assign(state, { classBatches: { ...state.classBatches, leastBytes: 0 } })
  return network
}

/** Whether the targets that lie in memory are class numbers */
const keepsNumbers = (network: Network) => InnerNetwork.stateOf(network).engine.program.get('classTargets') === 1

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

type Case = [string, Partial<NetworkConfig>, TrainOptions]
const CASES: Case[] = [
  ['shuffled', {}, {}],
  ['as they lie', {}, { shuffle: false }],
  ['in one batch', {}, { batchSize: 'full' }],
  ['with smoothed labels', smooth, { validation: own }],
  ['with weights of rows and classes', {}, { sampleWeights: WEIGHTS, classWeights: 'balanced' }],
  ['with weights, as they lie', {}, { sampleWeights: WEIGHTS, shuffle: false, validation: { split: 0.2 } }],
  [
    'divided, until it gains no more',
    smooth,
    { validation: { split: 0.3 }, earlyStopping: { patience: 1 }, epochs: 40 },
  ],
  ['with metrics of other rows', {}, { validation: own, metrics: ['accuracy', { name: 'topK', k: 5 }, 'f1'] }],
  ['with metrics of all rows', {}, { metrics: ['accuracy', 'meanAbsoluteError'] }],
  ['until a loss is reached', {}, { targetLoss: 4, epochs: 40 }],
  ['by L-BFGS', search, { batchSize: 'full', sampleWeights: WEIGHTS, validation: own }],
]

describe.each(engines)('class numbers in %s', (engine) => {
  describe.each(dtypes)('with %s', (dtype) => {
    it.each(CASES)('%s: lead to the bits of one-hot rows', async (_, config, options) => {
      const whole = { ...CONFIG, ...config, engine, dtype } as NetworkConfig
      const [rows, numbers] = [await createNetwork(whole), await keeping(whole)]
      const all = { epochs: 3, batchSize: 8, ...options }
      const validation = all.validation === own ? { ...own, targets: oneHot(own.targets) } : all.validation
      const ofRows = { ...all, ...(validation ? { validation } : {}) }
      const [wanted, got] = [rows.trainSync(X, oneHot(Y), ofRows), numbers.trainSync(X, Y, all)]
      expect([keepsNumbers(rows), keepsNumbers(numbers)]).toEqual([false, true])
      expect({ ...got, milliseconds: 0 }).toEqual({
        ...wanted,
        milliseconds: 0,
        samplesPerSecond: got.samplesPerSecond,
      })
      expect(trainedBits(numbers)).toBe(trainedBits(rows))
    })
  })

  const make = (config: Partial<NetworkConfig> = {}) => keeping({ ...CONFIG, ...config, engine } as NetworkConfig)
  const expected = (config: Partial<NetworkConfig> = {}) =>
    createNetwork({ ...CONFIG, ...config, engine } as NetworkConfig)

  it('go on from a snapshot or an abort after every step, in either engine', async () => {
    const options: TrainOptions = {
      epochs: 2,
      batchSize: 16,
      validation: own,
      metrics: ['accuracy'],
      sampleWeights: WEIGHTS,
    }
    const layers = [{ units: 400, activation: 'tanh', dropout: 0.2 }, CONFIG.layers[1]] as const
    const config = { ...smooth, layers }
    const whole = await expected(config)
    const wanted = await whole.train(X, Y, options)
    for (let step = 1; step < 8; step += engine === 'wasm' ? 1 : 2) {
      const network = await make(config)
      let bytes: Uint8Array | undefined
      const controller = new AbortController()
      actInTurns(10, () => {
        const { engine: ran } = InnerNetwork.stateOf(network)
        if (bytes || ran.program.get('stepsDone') !== step) return
        bytes = network.snapshot()
        controller.abort()
      })
      const aborted = await network.train(X, Y, { ...options, signal: controller.signal })
      vi.restoreAllMocks()
      expect(aborted).toMatchObject({ stopReason: 'aborted', steps: step })
      const [other] = engines.filter((name) => name !== engine)
      for (const heir of [network, await restoreNetwork(bytes as Uint8Array, { engine: other })]) {
        const result = await heir.resume(X, Y)
        expect(keepsNumbers(heir)).toBe(true)
        expect(bitsOf(result.loss, result.validationLoss, result.metrics?.accuracy), `after step ${step}`).toBe(
          bitsOf(wanted.loss, wanted.validationLoss, wanted.metrics?.accuracy),
        )
        expect(trainedBits(heir)).toBe(trainedBits(whole))
      }
    }
  })

  it.each([{}, { validation: { split: 0.2 } }])(
    'that are others are refused by resume, and one-hot rows: %o',
    async (held) => {
      const network = await make()
      await network.train(X, Y, { epochs: 2, ...held, signal: AbortSignal.abort() })
      const others = Y.map((number) => (number + 1) % CLASSES)
      await expectRefusal(network.resume(X, others), 'INVALID_DATA', /the rows of the call that is resumed, got others/)
      await expectRefusal(network.resume(X, oneHot(Y)), 'INVALID_DATA', /got others/)
      expect((await network.resume(X, Y)).epochs).toBe(2)
    },
  )

  it('are validated on in a stream, and searched on in a batch', async () => {
    const batches = () =>
      [0, 16, 32].map((row) => ({ inputs: X.subarray(row * 3, (row + 16) * 3), targets: Y.subarray(row, row + 16) }))
    const options = { epochs: 2, validation: own, metrics: ['accuracy' as const] }
    const [rows, numbers] = [await expected(smooth), await make(smooth)]
    const expanded = vi.spyOn(InnerNetwork.stateOf(numbers).classBatches as ClassBatches, 'targetsAt')
    const [wanted, got] = [await rows.trainStream(batches, options), await numbers.trainStream(batches, options)]
    expect(expanded).toHaveBeenCalledTimes(2)
    expect(bitsOf(got.loss, got.validationLoss, got.metrics?.accuracy)).toBe(
      bitsOf(wanted.loss, wanted.validationLoss, wanted.metrics?.accuracy),
    )
    const [one, other] = [await expected(search), await make(search)]
    expect(other.trainOnBatch(X, Y)).toBe(one.trainOnBatch(X, Y))
    expect(keepsNumbers(other)).toBe(true)
    expect(trainedBits(other)).toBe(trainedBits(one))
  })

  it('of long batches give the host its turn', async () => {
    const [count, columns] = [200, 250]
    const config = { inputs: columns, layers: [{ units: 200, activation: 'relu' }, CONFIG.layers[1]] } as const
    const [inputs, targets] = [Float32Array.from(numbersOf(count * columns, 1)), classesOf(count, 2)]
    const options: TrainOptions = { epochs: 1, batchSize: 'full' }
    const [rows, numbers] = [await expected(config), await make(config)]
    const { loss } = rows.trainSync(inputs, targets, options)
    const turns = actInTurns(10, () => numbers.evaluate(inputs.subarray(0, columns), targets.subarray(0, 1)))
    expect((await numbers.train(inputs, targets, options)).loss).toEqual(loss)
    expect(turns.count).toBeGreaterThan(6)
    expect(trainedBits(numbers)).toBe(trainedBits(rows))
  })
})

describe('in little room', () => {
  it('metrics of classes are computed without rows × outputs', async () => {
    const network = await createNetwork(CONFIG)
    const metrics = ['accuracy', 'topK', 'precision', 'recall', 'f1', 'confusion'] as const
    const [inputs, targets] = [inputsOf(ROWS_HERE, 1), classesOf(ROWS_HERE, 2)]
    const wanted = network.evaluate(inputs, oneHot(targets), { metrics: [...metrics] })
    const largest = watchArrays()
    expect(network.evaluate(inputs, targets, { metrics: [...metrics] })).toEqual(wanted)
    network.trainSync(X, Y, { epochs: 1, metrics: ['accuracy', 'topK'], validation: { inputs, targets } })
    expect(largest.length).toBeLessThan(ROWS_HERE * CLASSES)
    network.evaluate(inputs, targets, { metrics: ['meanAbsoluteError'] })
    expect(largest.length).toBe(ROWS_HERE * CLASSES)
  })

  it('metrics of what is not finite end training, as of rows', async () => {
    // The loss of the step is finite, its weights are, and what they lead to is not.
    const results = await Promise.all(
      [Y, oneHot(Y)].map(async (targets) => {
        const network = await createNetwork({
          ...CONFIG,
          clipNorm: undefined,
          layers: [{ units: 5, activation: 'relu' }, CONFIG.layers[1]],
          optimizer: { name: 'sgd', learningRate: 1e38 },
        })
        return network.trainSync(X, targets, { epochs: 1, batchSize: 'full', metrics: ['accuracy'] })
      }),
    )
    expect(results[0].warnings[0]).toMatch(/a metric of the trained rows is not finite/)
    expect({ ...results[0], milliseconds: 0, samplesPerSecond: 0 }).toEqual({
      ...results[1],
      milliseconds: 0,
      samplesPerSecond: 0,
    })
  })
})

describe('of a snapshot', () => {
  let bytes: Uint8Array
  beforeAll(async () => {
    const network = await keeping(CONFIG)
    await network.train(X, Y, { epochs: 2, validation: own, signal: AbortSignal.abort() })
    bytes = network.snapshot()
  })

  it.each<[string, (data: Loose, blocks: Record<string, Float32Array>) => void, RegExp]>([
    [
      'that are none',
      (_, { validationTargets }) => validationTargets.fill(0.5, 3, 4),
      /validationTargets: expected class/,
    ],
    ['below 0', (_, { validationTargets }) => validationTargets.fill(-1, 3, 4), /validationTargets: expected class/],
    [
      'of more classes',
      (_, { validationTargets }) => validationTargets.fill(64, 3, 4),
      /validationTargets: expected class/,
    ],
    ['as rows', (data) => delete data.classTargets, /validationTargets: expected 1280 numbers/],
    ['neither nor', (data) => Object.assign(data, { classTargets: false }), /course.data.classTargets: expected true/],
  ])('%s, are refused', async (_, change, words) => {
    const { header, blocks } = unpack(bytes, 1)
    const { blocks: __, ...rest } = header
    change((rest.course as Record<string, Loose>).data, blocks as Record<string, Float32Array>)
    await expectRefusal(restoreNetwork(pack(1, rest, blocks)), 'INVALID_MODEL', words)
  })

  it('are refused where there are few classes', async () => {
    const layers = [{ units: 3 }, { units: 63, activation: 'softmax' }] as const
    const network = await createNetwork({ ...CONFIG, layers })
    await network.train(
      X,
      Y.map((number) => number % 63),
      { epochs: 2, signal: AbortSignal.abort() },
    )
    const { header, blocks } = unpack(network.snapshot(), 1)
    const { blocks: _, ...rest } = header
    Object.assign((rest.course as Record<string, Loose>).data, { classTargets: true })
    await expectRefusal(restoreNetwork(pack(1, rest, blocks)), 'INVALID_MODEL', /course.data.classTargets: expected/)
  })

  it('below the bound are rows, as they were before', async () => {
    const network = await createNetwork(CONFIG)
    await network.train(X, Y, { epochs: 2, validation: own, signal: AbortSignal.abort() })
    const { header, blocks } = unpack(network.snapshot(), 1)
    expect((header.course as Record<string, Loose>).data).not.toHaveProperty('classTargets')
    expect(blocks.validationTargets).toHaveLength(OWN * CLASSES)
    // Of a library that knew no others
    const heir = await restoreNetwork(network.snapshot())
    const { classBatches } = InnerNetwork.stateOf(await keeping(CONFIG))
    Object.assign(InnerNetwork.stateOf(heir), { classBatches })
    await heir.resume(X, Y)
    expect(keepsNumbers(heir)).toBe(false)
  })
})

describe('of 50 000 classes', () => {
  const [count, rows, hidden] = [50_000, 340, 2]
  const config = {
    ...CONFIG,
    layers: [
      { units: hidden, activation: 'tanh' },
      { units: count, activation: 'softmax' },
    ],
  } as const

  it('are numbers from 64 MiB of rows on, with the bits of rows', async () => {
    const [inputs, targets] = [inputsOf(rows, 1), classesOf(rows, 2, count)]
    const options: TrainOptions = { epochs: 1, batchSize: 170 }
    const [asRows, numbers] = [await createNetwork(config), await createNetwork(config)]
    const wanted = asRows.trainSync(inputs, oneHot(targets, count), options)
    expect(numbers.trainSync(inputs, targets, options).loss).toEqual(wanted.loss)
    expect([keepsNumbers(asRows), keepsNumbers(numbers)]).toEqual([false, true])
    expect(numbers.weightsHash()).toBe(asRows.weightsHash())
    const few = targets.subarray(0, 330)
    numbers.trainSync(inputs.subarray(0, 330 * COLUMNS), few, { ...options, signal: AbortSignal.abort() })
    expect(keepsNumbers(numbers)).toBe(false)
  })

  it('fit into memory where rows of them would not', () => {
    expect(estimateMemory(config, 30_000)).toBeLessThan(2 ** 26)
    expect(estimateMemory(config, 30_000, { validation: { split: 0.2 }, shuffle: false })).toBeLessThan(2 ** 26)
    expect(estimateMemory(config, 300)).toBeGreaterThan(300 * 4 * count)
    expect(
      diagnose(inputsOf(rows, 1), classesOf(rows, 2, count), config).filter(({ severity }) => severity === 'error'),
    ).toEqual([])
  })

  it('are too many for a table of what is taken for what', async () => {
    const network = await createNetwork(config)
    const [x, y] = [inputsOf(4, 1), classesOf(4, 2, count)]
    await expectRefusal(
      () => network.evaluate(x, y, { metrics: ['confusion'] }),
      'OUT_OF_MEMORY',
      /confusion: expected at most 8192 classes/,
    )
    expect(network.evaluate(x, y, { metrics: ['accuracy'] }).accuracy).toBe(0)
  })
})

it('networks that keep class numbers share no lanes with others', async () => {
  const members = await Promise.all(
    [keeping, createNetwork, createNetwork].map(async (make) => {
      const network = await make({ ...CONFIG, layers: [CONFIG.layers[1]], optimizer: 'adam' })
      await network.train(X, Y, { epochs: 2, signal: AbortSignal.abort() })
      return { network, state: InnerNetwork.stateOf(network) } as unknown as Member
    }),
  )
  expect(groupForLanes(members).map(({ length }) => length)).toEqual([1, 2])
})

/** The same classes as rows */
function oneHot(classes: Uint16Array, count = CLASSES): Float32Array {
  const rows = new Float32Array(classes.length * count)
  classes.forEach((number, row) => {
    rows[row * count + number] = 1
  })
  return rows
}

/** The most numbers that an array of floats was made for */
function watchArrays(): { length: number } {
  const largest = { length: 0 }
  for (const name of ['Float32Array', 'Float64Array'] as const) {
    vi.stubGlobal(
      name,
      new Proxy(globalThis[name], {
        construct(target, given, made) {
          if (typeof given[0] === 'number') largest.length = Math.max(largest.length, given[0])
          return Reflect.construct(target, given, made)
        },
      }),
    )
  }
  return largest
}
