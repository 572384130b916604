// What comes before the first step of `train`: in steps, between which the host has its turn and the caller may do anything.
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MatrixInput, Network, NetworkConfig, TrainOptions } from '../../src/index.ts'
import { engines, expectRefusal, numbersOf, small, trainedBits, tutorial } from '../support/networks.ts'

const [ROWS, COLUMNS] = [600, 120] // more numbers than any block has
const INPUTS = Float32Array.from(numbersOf(ROWS * COLUMNS, 1))
const TARGETS = Float64Array.from(numbersOf(ROWS * 2, 2))
const WIDE = Float64Array.from(numbersOf(ROWS * COLUMNS, 3), Math.abs)
const CLASSES = Uint8Array.from({ length: ROWS }, (_, row) => row % 3)
const WEIGHTS = Float64Array.from(numbersOf(ROWS, 4), Math.abs)

afterEach(() => {
  vi.restoreAllMocks()
})

/** After every step there is a turn then. */
const stopClock = () => vi.spyOn(performance, 'now').mockReturnValue(1000)

const nextTask = () => new Promise((resolve) => setImmediate(resolve))

const make = (engine: (typeof engines)[number], changes: Partial<NetworkConfig> = {}) =>
  small(engine, { inputs: COLUMNS, ...changes })

const wide = { layers: [{ units: COLUMNS, activation: 'sigmoid' }], loss: 'binaryCrossEntropy' } as const
const classes = { layers: [{ units: 3, activation: 'softmax' }], loss: 'categoricalCrossEntropy' } as const

const CASES: [string, Partial<NetworkConfig>, typeof TARGETS | typeof CLASSES, TrainOptions][] = [
  ['as they are', {}, TARGETS, {}],
  ['scaled', { scaling: { inputs: 'standard', targets: 'minMax' } }, TARGETS, {}],
  ['scaled by medians', { scaling: { inputs: 'robust' } }, TARGETS, {}],
  ['divided', { scaling: { targets: 'maxAbs' } }, TARGETS, { validation: { split: 0.3 }, metrics: ['r2'] }],
  ['probabilities', wide, WIDE, { validation: { split: 0.3, order: 'last' } }],
  ['classes', classes, CLASSES, { classWeights: Float64Array.of(1, 2, 3), sampleWeights: WEIGHTS }],
]

type Copies = [Float32Array, typeof TARGETS | typeof CLASSES]

describe.each(engines)('rows of %s that are changed while train begins', (engine) => {
  it.each(CASES)('%s: are taken as they were at the call', async (_, config, targets, options) => {
    const [network, expected] = [await make(engine, config), await make(engine, config)]
    const [x, y]: Copies = [INPUTS.slice(), targets.slice()]
    const own = Object.fromEntries(
      Object.entries(options).map(([name, value]) => [name, value instanceof Float64Array ? value.slice() : value]),
    )
    const { loss } = expected.trainSync(INPUTS, targets, { epochs: 2, ...options })
    stopClock()
    const training = network.train(x, y, { epochs: 2, ...own })
    for (const list of [x, y, ...Object.values(own)]) if (ArrayBuffer.isView(list)) (list as Float64Array).fill(99)
    await nextTask()
    expectRefusal(() => network.trainSync(INPUTS, targets), 'BUSY', 'the network is training')
    expect((await training).loss).toEqual(loss)
    expect(trainedBits(network)).toBe(trainedBits(expected))
  })

  it('are named where one is not finite, whatever they are by then', async () => {
    for (const [scaling, row] of [
      ['none', ROWS - 1],
      ['standard', 3],
    ] as const) {
      const network = await make(engine, { scaling: { inputs: scaling } })
      const before = trainedBits(network)
      const x = INPUTS.slice()
      x[row * COLUMNS + 7] = Number.NEGATIVE_INFINITY
      stopClock()
      const training = network.train(x, TARGETS)
      x[row * COLUMNS + 7] = 1
      const at = `inputs[${row * COLUMNS + 7}] (row ${row}, column 7)`
      await expect(training).rejects.toMatchObject({
        code: 'NOT_FINITE',
        message: `train: ${at}: expected a finite number, got -Infinity`,
        row,
        column: 7,
      })
      vi.restoreAllMocks()
      expect(trainedBits(network)).toBe(before)
      expect((await network.train(x, TARGETS, { epochs: 1 })).epochs).toBe(1)
    }
  })
})

// More numbers than are copied at once
const MANY = 4400
const LARGE: [string, MatrixInput][] = [
  ['Float32Array', Float32Array.from(numbersOf(MANY * 60, 5))],
  ['Float64Array', Float64Array.from(numbersOf(MANY * 60, 5))],
  ['Uint8Array', Uint8Array.from({ length: MANY * 60 }, (_, index) => (index * 7) % 251)],
  ['nested', Array.from({ length: MANY }, (_, row) => numbersOf(60, row))],
]
const lastRow = (rows: MatrixInput) =>
  (Array.isArray(rows) ? rows[MANY - 1] : (rows as Float64Array).subarray(-60)) as number[]
const LABELS = Float32Array.from(numbersOf(MANY * 2, 6))

describe.each(LARGE)('many rows (%s), which are taken in steps', (_, rows) => {
  const fullBatch = { epochs: 1, batchSize: 'full', validation: { split: 0.1 } } as const

  const large = (inputs: 'none' | 'standard') => make('wasm', { inputs: 60, scaling: { inputs } })

  it.each(['none', 'standard'] as const)('lead to the same bits, resumed as well (scaling %s)', async (scaling) => {
    const [network, resumed, expected] = [await large(scaling), await large(scaling), await large(scaling)]
    expected.trainSync(rows, LABELS, fullBatch)
    stopClock()
    await network.train(rows, LABELS, fullBatch)
    await resumed.train(rows, LABELS, { ...fullBatch, signal: AbortSignal.abort() })
    await resumed.resume(rows, LABELS)
    expect([trainedBits(network), trainedBits(resumed)]).toEqual([trainedBits(expected), trainedBits(expected)])
  })

  it('are refused where they have been changed meanwhile, with everything as it was', async () => {
    const network = await large('standard')
    const before = trainedBits(network)
    const own = structuredClone(rows)
    const last = lastRow(own)
    stopClock()
    const training = network.train(own, LABELS, fullBatch)
    last[59]++
    await expect(training).rejects.toMatchObject({
      code: 'INVALID_DATA',
      row: MANY - 1,
      message: expect.stringMatching(
        /^train: inputs: expected large rows that stay as they are .* got others in row 4399/,
      ),
    })
    expect(trainedBits(network)).toBe(before)
  })

  it('name what is not finite', async () => {
    const own = structuredClone(rows)
    if (own instanceof Uint8Array) return
    const last = lastRow(own)
    last[59] = Number.NaN
    for (const scaling of ['none', 'standard'] as const) {
      const refused = (await large(scaling)).train(own, LABELS, fullBatch)
      await expect(refused).rejects.toMatchObject({ code: 'NOT_FINITE', row: MANY - 1, column: 59 })
    }
  })
})

describe('many nested rows that run code at the second look', () => {
  it.each<[string, (network: Network) => unknown, object]>([
    ['another number', () => 2, { code: 'INVALID_DATA', row: 7 }],
    ['no number', () => Number.NaN, { code: 'NOT_FINITE', row: 7, column: 3 }],
    ['an error', () => fail(), { code: 'INVALID_DATA', message: expect.stringContaining('rows that can be read') }],
    ['a step', (network) => network.trainOnBatch([new Array(60).fill(1)], [[1, 1]]), { code: 'BUSY' }],
  ])('%s is refused', async (_, second, refused) => {
    const network = await make('wasm', { inputs: 60 })
    const before = trainedBits(network)
    await expect(network.train(fickleRows(network, second), LABELS)).rejects.toMatchObject(refused)
    expect(trainedBits(network)).toBe(before)
  })

  it('may dispose of the network, which ends it as aborted', async () => {
    const network = await make('wasm', { inputs: 60 })
    const rows = fickleRows(network, () => {
      network.dispose()
      return 1
    })
    expect(await network.train(rows, LABELS)).toMatchObject({ stopReason: 'aborted', steps: 0 })
  })

  function fail(): never {
    throw new Error('enough')
  }

  function fickleRows(network: Network, second: (network: Network) => unknown): number[][] {
    const rows = Array.from({ length: MANY }, () => new Array(60).fill(1))
    let looks = 0
    const get = () => (looks++ === 0 ? 1 : second(network))
    Object.defineProperty(rows[7], 3, { get })
    return rows
  }
})

describe('while train begins', () => {
  const config = { scaling: { inputs: 'standard' } } as const

  it('an abort is heard, after which it can be resumed', async () => {
    const [network, expected] = [await make('wasm', config), await make('wasm', config)]
    expected.trainSync(INPUTS, TARGETS, { epochs: 2 })
    stopClock()
    const controller = new AbortController()
    const training = network.train(INPUTS, TARGETS, { epochs: 2, signal: controller.signal })
    await nextTask()
    controller.abort()
    expect(await training).toMatchObject({ stopReason: 'aborted', steps: 0 })
    expect(await network.resume(INPUTS.slice(), TARGETS)).toMatchObject({ stopReason: 'epochs', epochs: 2 })
    expect(trainedBits(network)).toBe(trainedBits(expected))
  })

  it('the rows of a resumed call are its own as well', async () => {
    const [network, expected] = [await make('wasm', config), await make('wasm', config)]
    expected.trainSync(INPUTS, TARGETS, { epochs: 2 })
    await network.train(INPUTS, TARGETS, { epochs: 2, signal: AbortSignal.abort() })
    const x = INPUTS.slice()
    stopClock()
    const resumed = network.resume(x, TARGETS)
    x.fill(0)
    expect(await resumed).toMatchObject({ stopReason: 'epochs' })
    expect(trainedBits(network)).toBe(trainedBits(expected))
  })

  it('snapshots and predictions are those of the network as it was', async () => {
    const network = await make('wasm', config)
    network.trainSync(INPUTS, TARGETS, { epochs: 1 })
    const [bytes, outputs] = [network.snapshot(), network.predict(INPUTS)]
    stopClock()
    const training = network.train(WIDE, TARGETS, { epochs: 1 }) // rests once, here
    expect(network.snapshot()).toEqual(bytes)
    expect(network.predict(INPUTS)).toEqual(outputs)
    await training
    expect(network.snapshot()).not.toEqual(bytes)
  })

  it('dispose ends it as aborted', async () => {
    const network = await make('wasm', config)
    stopClock()
    const training = network.train(INPUTS, TARGETS)
    await nextTask()
    network.dispose()
    expect(await training).toMatchObject({ stopReason: 'aborted', steps: 0 })
  })

  it('few rows take no turn', async () => {
    const network: Network = await tutorial('wasm')
    stopClock()
    const turns = vi.spyOn(globalThis, 'setImmediate')
    const before: number[] = []
    const onEpoch = () => before.push(turns.mock.calls.length)
    await network.train([[2, 9]], [[92]], { epochs: 1, onEpoch })
    expect(before).toEqual([0])
  })
})
