// What restoreNetwork is handed: bytes that were cut, changed, or made to harm. It refuses them as a model, or makes a network
// that works; nothing else happens.
import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as P from '../../assembly/program.ts'
import { type ErrorCode, WasmpropError } from '../../src/errors.ts'
import { restoreNetwork, type TrainOptions } from '../../src/index.ts'
import { pack } from '../../src/model/format.ts'
import { unpack } from '../../src/model/unpack.ts'
import { Network } from '../../src/network/network.ts'
import { Fnv1a } from '../../src/numerics/hash.ts'
import type { Blocks } from '../../src/numerics/values.ts'
import { optimizerSlot } from '../../src/program.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { engines, expectRefusal, rejection, rowsOf, small, trainedBits } from '../support/networks.ts'

type Loose = Record<string, unknown>
/** Blocks that may be changed and removed */
type LooseBlocks = Record<string, Float32Array | Float64Array>

const ROWS = 11
const INPUTS = rowsOf(ROWS, 3, 1)
const TARGETS = rowsOf(ROWS, 2, 2)
const VERSION = 1
const CHECKSUM = 8

/** A network that was stopped in the middle of its fourth epoch */
async function stopped(options: TrainOptions, changes = {}): Promise<Network> {
  const network = await small('wasm', { scaling: { inputs: 'standard' }, ...changes })
  const controller = new AbortController()
  let epochs = 0
  const onEpoch = () => {
    if (++epochs === 3) controller.abort()
  }
  await network.train(INPUTS, TARGETS, { epochs: 6, batchSize: 4, ...options, signal: controller.signal, onEpoch })
  return network
}

let bytes: Uint8Array
let weighted: Uint8Array
let split: Uint8Array
let lbfgs: Uint8Array

beforeAll(async () => {
  bytes = (await stopped({})).snapshot()
  const own = { inputs: rowsOf(3, 3, 3), targets: rowsOf(3, 2, 4) }
  const everything = { sampleWeights: INPUTS.map((_, row) => row % 3), history: { weights: { every: 2 } } }
  weighted = (await stopped({ validation: own, earlyStopping: {}, ...everything })).snapshot()
  const learningRate = { name: 'exponential', gamma: 0.9 }
  lbfgs = (await stopped({ batchSize: 'full' }, { optimizer: { name: 'lbfgs', historySize: 2 } })).snapshot()
  split = (await stopped({ validation: { split: 0.3 } }, { optimizer: { name: 'rmsprop', learningRate } })).snapshot()
})

/** The bytes with other contents and the right checksum */
function remade(original: Uint8Array, change: (header: Loose, blocks: LooseBlocks) => void, version = VERSION) {
  const { header, blocks } = unpack(original, VERSION)
  const { blocks: _, ...rest } = header
  const copies: LooseBlocks = Object.fromEntries(Object.entries(blocks).map(([name, values]) => [name, values.slice()]))
  change(rest, copies)
  return pack(version, rest, copies as Blocks)
}

/** The bytes with the checksum that is theirs */
function signed(changed: Uint8Array): Uint8Array {
  const hash = new Fnv1a()
  hash.add(changed.subarray(0, -CHECKSUM))
  changed.set(hash.toBytes(), changed.length - CHECKSUM)
  return changed
}

const HOSTILE: readonly ErrorCode[] = ['INVALID_MODEL', 'OUT_OF_MEMORY']

/** Restores and resumes what may be wrong. Whatever goes on must be finite, whatever is refused must say so. */
async function provoke(changed: Uint8Array): Promise<'refused' | 'works'> {
  let network: Network
  try {
    network = await restoreNetwork(changed)
  } catch (error) {
    if (!(error instanceof WasmpropError) || !HOSTILE.includes(error.code)) throw error
    return 'refused'
  }
  const hasFiniteWeights = () => network.getWeights().every(({ weights }) => weights.flat().every(Number.isFinite))
  expect(hasFiniteWeights()).toBe(true)
  expect((await restoreNetwork(network.snapshot())).weightsHash()).toBe(network.weightsHash())
  let epochs = 0
  try {
    await network.resume(INPUTS, TARGETS, { onEpoch: () => ++epochs < 4 })
  } catch (error) {
    if (!(error instanceof WasmpropError)) throw error
  }
  expect(hasFiniteWeights()).toBe(true)
  network.dispose()
  return 'works'
}

describe('bytes that were damaged', () => {
  it('are refused wherever they are cut', async () => {
    for (let length = 0; length < bytes.length; length++) {
      await expectRefusal(restoreNetwork(bytes.subarray(0, length)), 'INVALID_MODEL', /^snapshot: expected bytes /)
    }
    for (const start of [1, 8, 16, 64]) await expectRefusal(restoreNetwork(bytes.subarray(start)), 'INVALID_MODEL')
    await expectRefusal(restoreNetwork(Uint8Array.of(...bytes, 0)), 'INVALID_MODEL')
  })

  it('are refused for every bit that is another', async () => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice()
      changed[bit >>> 3] ^= 1 << (bit & 7)
      await expectRefusal(restoreNetwork(changed), 'INVALID_MODEL', /^snapshot: expected bytes /)
    }
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'wasmprop'],
    ['an array', [119, 97, 115]],
    ['other numbers', new Float64Array(100)],
    ['no bytes', new Uint8Array(0)],
    ['zeros', new Uint8Array(1000)],
    ['the name alone', new TextEncoder().encode('wasmprop')],
    ['a model', JSON.stringify({ format: 'wasmprop/model', version: 1 })],
    ['a promise', Promise.resolve(new Uint8Array(0))],
  ])('are refused where they are %s', async (_, value) => {
    await expectRefusal(restoreNetwork(value as Uint8Array), 'INVALID_MODEL', /^snapshot: expected /)
  })

  it('of a newer version are told from those', async () => {
    const newer = remade(bytes, () => {}, VERSION + 1)
    await expectRefusal(restoreNetwork(newer), 'UNSUPPORTED_MODEL', /at most 1, got 2; a newer wasmprop wrote it$/)
    await expectRefusal(restoreNetwork(remade(bytes, () => {}, 2 ** 32 - 1)), 'UNSUPPORTED_MODEL')
    await expectRefusal(restoreNetwork(remade(bytes, () => {}, 0)), 'INVALID_MODEL')
    newer[100] ^= 1
    await expectRefusal(restoreNetwork(newer), 'INVALID_MODEL')
  })
})

describe('bytes in other clothes', () => {
  it.each<[string, (bytes: Uint8Array) => unknown]>([
    ['an ArrayBuffer', (given) => given.slice().buffer],
    ['a Buffer of Node', (given) => Buffer.from(given)],
    ['a part of a larger buffer', (given) => new Uint8Array([1, 2, 3, ...given, 4]).subarray(3, 3 + given.length)],
    ['shared memory', (given) => copyInto(new Uint8Array(new SharedArrayBuffer(given.length)), given)],
  ])('are restored: %s', async (_, clothe) => {
    const restored = await restoreNetwork(clothe(bytes) as Uint8Array)
    expect(trainedBits(restored)).toBe(trainedBits(await restoreNetwork(bytes)))
  })

  it('are not kept', async () => {
    const given = bytes.slice()
    const restored = await restoreNetwork(given)
    given.fill(255)
    expect(restored.snapshot()).toEqual(bytes)
  })

  it('are read from no shared memory, which others may change and browsers do not decode', async () => {
    const decode = vi.spyOn(TextDecoder.prototype, 'decode')
    await restoreNetwork(copyInto(new Uint8Array(new SharedArrayBuffer(bytes.length)), bytes))
    const buffers = decode.mock.calls.map(([part]) => (part as Uint8Array).buffer)
    decode.mockRestore()
    expect(buffers.length).toBeGreaterThan(0)
    for (const buffer of buffers) expect(buffer).toBeInstanceOf(ArrayBuffer)
  })
})

function copyInto(target: Uint8Array, source: Uint8Array): Uint8Array {
  target.set(source)
  return target
}

const courseOf = (header: Loose) => header.course as Record<string, Loose>

describe('contents with the right checksum', () => {
  it.each<[string, (header: Loose, blocks: LooseBlocks) => void, string]>([
    ['no configuration', (header) => delete header.config, 'config.options'],
    ['an unknown entry', (header) => Object.assign(header, { extra: 1 }), 'extra'],
    ['no word on a function', (header) => delete header.hasRateFunction, 'hasRateFunction'],
    ['no scaling', (header) => delete header.scaling, 'scaling'],
    ['another dtype', (header) => Object.assign(header.config as Loose, { dtype: 'float64' }), 'parameters'],
    [
      'more units',
      (header) => Object.assign((header.config as { layers: Loose[] }).layers[0], { units: 6 }),
      'parameters',
    ],
    ['10¹⁵ inputs', (header) => Object.assign(header.config as Loose, { inputs: 1e15 }), 'config.inputs'],
    [
      'an engine of its own',
      (header) => Object.assign(header.config as Loose, { engine: 'typescript' }),
      'config.engine',
    ],
    ['no options', (header) => delete courseOf(header).options, 'course.options'],
    ['no epochs', (header) => delete courseOf(header).options.epochs, 'course.options'],
    ['other epochs', (header) => Object.assign(courseOf(header).options, { epochs: 7 }), 'progress.epochsLeft'],
    ['an endless loss', (header) => Object.assign(courseOf(header).options, { targetLoss: '-Infinity' }), 'targetLoss'],
    ['no data', (header) => delete courseOf(header).data, 'course.data'],
    ['no rows', (header) => Object.assign(courseOf(header).data, { rows: 0 }), 'course.data.rows'],
    ['rows beyond 32 bits', (header) => Object.assign(courseOf(header).data, { rows: 2 ** 32 }), 'course.data.rows'],
    [
      'batches beyond the rows',
      (header) => Object.assign(courseOf(header).data, { batchRows: 12 }),
      'course.data.batchRows',
    ],
    ['a course without losses', (_, blocks) => delete blocks.losses, 'losses'],
    ['a loss too few', (_, blocks) => shorten(blocks, 'losses'), 'validationLosses'],
    ['a loss that is NaN', (_, blocks) => blocks.losses.fill(Number.NaN), 'losses'],
    ['no validation losses', (_, blocks) => delete blocks.validationLosses, 'validationLosses'],
    ['no parameters', (_, blocks) => delete blocks.parameters, 'parameters'],
    ['a parameter too few', (_, blocks) => shorten(blocks, 'parameters'), 'parameters'],
    ['a weight that is NaN', (_, blocks) => blocks.parameters.fill(Number.NaN, 3, 4), 'parameters'],
    ['a moment that is infinite', (_, blocks) => blocks.parameters.fill(Infinity, -1), 'parameters'],
    ['parameters of twice the size', (_, blocks) => widen(blocks, 'parameters'), 'parameters'],
    ['no progress', (_, blocks) => delete blocks.progress, 'progress'],
    ['a best loss too few', (_, blocks) => shorten(blocks, 'best'), 'best'],
    ['best weights that are NaN', (_, blocks) => blocks.bestWeights.fill(Number.NaN), 'bestWeights'],
    ['no row weights', (_, blocks) => delete blocks.weights, 'weights'],
    ['a row weight below 0', (_, blocks) => blocks.weights.fill(-1, 2, 3), 'weights'],
    ['no validation rows', (_, blocks) => delete blocks.validationInputs, 'validationInputs'],
    ['targets that are infinite', (_, blocks) => blocks.validationTargets.fill(Infinity), 'validationTargets'],
    ['a timeline that falls', (_, blocks) => blocks.timelineEpochs.reverse(), 'timelineEpochs'],
    ['a timeline that stands still', (_, blocks) => blocks.timelineEpochs.fill(0), 'timelineEpochs'],
    [
      'an empty timeline',
      (_, blocks) => Object.assign(blocks, { timelineEpochs: new Float64Array(0) }),
      'timelineEpochs',
    ],
    ['a loss of minus infinity', (_, blocks) => blocks.losses.fill(Number.NEGATIVE_INFINITY, 0, 1), 'losses'],
    ['a validation loss that is infinite', (_, blocks) => blocks.validationLosses.fill(Infinity, 0, 1), 'losses'],
    ['a best loss of minus infinity', (_, blocks) => blocks.best.fill(Number.NEGATIVE_INFINITY, 0, 1), 'losses'],
    ['an epoch that no training reaches', (_, blocks) => blocks.progress.fill(2 ** 53 - 1, 0, 1), 'progress.epoch'],
    ['a step that no training reaches', (_, blocks) => blocks.progress.fill(2 ** 53 - 1, 1, 2), 'progress.step'],
    ['a sum of minus infinity', (_, blocks) => blocks.progress.fill(Number.NEGATIVE_INFINITY, 3, 4), 'progress'],
    ['a timeline without weights', (_, blocks) => delete blocks.timeline, 'timeline'],
  ])('%s', async (_, change, path) => {
    const { code, path: got, message } = await rejection(restoreNetwork(remade(weighted, change)))
    expect(code, message).toBe('INVALID_MODEL')
    expect(got).toBe(path)
  })

  it('keys of prototypes are options that do not exist', async () => {
    const polluted = (part: 'config' | 'course') =>
      remade(weighted, (header) => {
        header[part] = JSON.parse(`{ "__proto__": {}, ${JSON.stringify(header[part]).slice(1)}`)
      })
    for (const part of ['config', 'course'] as const) {
      await expectRefusal(restoreNetwork(polluted(part)), 'INVALID_MODEL', /__proto__: unknown option/)
    }
  })

  it('blocks that nothing asks for are not taken', async () => {
    const names = ['weights', 'validationInputs', 'validationTargets', 'timelineEpochs', 'timeline', 'constructor']
    for (const original of [bytes, split]) {
      const changed = remade(original, (_, blocks) => {
        for (const name of names) blocks[name] = new Float64Array(1000).fill(Number.NaN)
      })
      const [restored, expected] = [await restoreNetwork(changed), await restoreNetwork(original)]
      expect(restored.snapshot()).toEqual(original)
      for (const network of [restored, expected]) await network.resume(INPUTS, TARGETS)
      expect(trainedBits(restored)).toBe(trainedBits(expected))
    }
  })

  it('rows that would fill the memory take none of it, or are refused', async () => {
    const claiming = (rows: number) => remade(bytes, (header) => Object.assign(courseOf(header).data, { rows }))
    const network = await restoreNetwork(claiming(50_000_000))
    await expectRefusal(network.resume(INPUTS, TARGETS), 'INVALID_SHAPE', /the 50000000 rows of the call/)
    const validating = remade(weighted, (header, blocks) => {
      Object.assign(courseOf(header).data, { rows: 2 ** 32 - 1, isWeighted: false })
      delete blocks.weights
    })
    const disposed = vi.spyOn(Network.prototype, 'dispose')
    await expectRefusal(restoreNetwork(validating), 'OUT_OF_MEMORY')
    expect(disposed).toHaveBeenCalledTimes(1)
    disposed.mockRestore()
  })

  it('a rate per step without room for it', async () => {
    const changed = remade(split, (header) => Object.assign(courseOf(header).data, { hasRates: false }))
    await expectRefusal(restoreNetwork(changed), 'INVALID_MODEL', /course.data.hasRates: expected true/)
  })

  it.each([
    ['more pairs than the history holds', 2, 3],
    ['a part of a pair', 2, 0.5],
    ['a next pair beyond the history', 3, 2],
  ])('%s', async (_, slot, value) => {
    const index = unpack(lbfgs, VERSION).blocks.progress.length - 4 - P.OPTIMIZER_VALUES_COUNT + slot
    const changed = remade(lbfgs, (_, blocks) => blocks.progress.fill(value, index, index + 1))
    await expectRefusal(
      restoreNetwork(changed),
      'INVALID_MODEL',
      /progress.optimizer: expected numbers that the optimizer can have/,
    )
  })

  it('a split into other numbers of rows', async () => {
    const changed = remade(split, (header) => Object.assign(courseOf(header).data, { rows: 10, validationRows: 1 }))
    await expectRefusal(restoreNetwork(changed), 'INVALID_MODEL', /course.data.validationRows: expected 3/)
  })

  it('a timeline without room for two moments', async () => {
    const changed = remade(weighted, (header) => Object.assign(courseOf(header).options, { history: { bytes: 1 } }))
    await expectRefusal(restoreNetwork(changed), 'INVALID_MODEL', /history.weights.bytes/)
  })

  it.each([
    ['a header that is longer than all', (view: DataView) => view.setUint32(12, 2 ** 32 - 1, true)],
    ['a header that ends too soon', (view: DataView) => view.setUint32(12, 8, true)],
    ['a header that goes into the blocks', (view: DataView) => view.setUint32(12, view.getUint32(12, true) + 8, true)],
    ['a header that is no JSON', (view: DataView) => view.setUint8(16, 0)],
  ])('%s', async (_, change) => {
    const changed = bytes.slice()
    change(new DataView(changed.buffer))
    await expectRefusal(restoreNetwork(signed(changed)), 'INVALID_MODEL', /^snapshot: expected /)
  })

  it.each([
    ['no list', undefined],
    ['an object', {}],
    ['no entry', [null]],
    ['an unknown type', [{ name: 'progress', dtype: 'float16', length: 1 }]],
    ['a length of −1', [{ name: 'progress', dtype: 'float64', length: -1 }]],
    ['a length of 2⁵³', [{ name: 'progress', dtype: 'float64', length: 2 ** 53 }]],
    ['a length of text', [{ name: 'progress', dtype: 'float64', length: '16' }]],
    ['one name twice', Array(2).fill({ name: 'progress', dtype: 'float64', length: 0 }), 'blocks of different names'],
    ['fewer than there are', [{ name: 'progress', dtype: 'float64', length: 0 }]],
  ])('blocks of which %s is given', async (_, blocks, expected = '') => {
    const json = new TextEncoder().encode(JSON.stringify({ config: {}, blocks }).padEnd(400))
    const changed = new Uint8Array(16 + json.length + 8 + CHECKSUM)
    changed.set(bytes.subarray(0, 12))
    new DataView(changed.buffer).setUint32(12, json.length, true)
    changed.set(json, 16)
    await expectRefusal(restoreNetwork(signed(changed)), 'INVALID_MODEL', new RegExp(`^snapshot: expected ${expected}`))
  })
})

function shorten(blocks: LooseBlocks, name: string): void {
  blocks[name] = blocks[name].slice(1)
}

function widen(blocks: LooseBlocks, name: string): void {
  blocks[name] = Float64Array.from(blocks[name])
}

const VALUES = [
  null,
  true,
  -1,
  0,
  0.5,
  1,
  3,
  2 ** 31,
  2 ** 53,
  1e308,
  '',
  'adam',
  [],
  [1],
  {},
  { name: 'adam' },
  undefined,
]
/** The list of blocks is made anew, and a function that is missing is an error of the options. */
const UNTOUCHED = ['blocks', 'hasRateFunction']
const NUMBERS = [Number.NaN, Infinity, -Infinity, -1, -0, 0, 0.5, 1, 3, 2 ** 32, 2 ** 53, 1e308, -1e308]

/** Paths of all that an object holds, itself excluded */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => [[...path, key], ...pathsOf(item, [...path, key])])
}

function put(object: Loose, [key, ...rest]: string[], value: unknown): void {
  if (rest.length > 0) put(object[key] as Loose, rest, value)
  else if (value === undefined) delete object[key]
  else object[key] = value
}

describe.each(['plain', 'weighted', 'split', 'lbfgs'] as const)('a %s snapshot works, or is refused', (name) => {
  const original = () => ({ plain: bytes, weighted, split, lbfgs })[name]

  it('with anything else anywhere in its header', async () => {
    const paths = pathsOf(unpack(original(), VERSION).header).filter(([key]) => !UNTOUCHED.includes(key))
    expect(paths.length).toBeGreaterThan(40)
    for (const path of paths) {
      for (const value of VALUES) await provoke(remade(original(), (header) => put(header, path, value)))
    }
  })

  it('with any other number in its blocks', async () => {
    const { blocks } = unpack(original(), VERSION)
    const outcomes = new Set<string>()
    for (const block of Object.keys(blocks)) {
      for (let index = 0; index < Math.min(blocks[block].length, P.OPTIMIZER_VALUES_COUNT + 8); index++) {
        for (const value of NUMBERS) {
          outcomes.add(await provoke(remade(original(), (_, all) => all[block].fill(value, index, index + 1))))
        }
      }
      outcomes.add(await provoke(remade(original(), (_, all) => delete all[block])))
    }
    expect([...outcomes].sort()).toEqual(['refused', 'works'])
  })
})

describe.each(engines)('restoreNetwork with %s', (engine) => {
  it.each<[Loose, RegExp]>([
    [{ dtype: 'float64' }, /^dtype: unknown option/],
    [{ seed: 1 }, /^seed: unknown option/],
    [{ learningRate: 0.1 }, /^learningRate: expected no such option: the rate of the snapshot is no function/],
    [{ learningRate: () => 0.1 }, /^learningRate: expected no such option/],
    [{ engine: 'gpu' }, /^engine: expected one of/],
    [{ arithmetic: 'fast' }, /^arithmetic: expected one of/],
  ])('refuses the options %o', async (options, message) => {
    await expectRefusal(restoreNetwork(bytes, { engine, ...options }), 'INVALID_CONFIG', message)
  })

  it('takes the function that was the rate, and nothing in place of it', async () => {
    const learningRate = (step: number) => 0.1 / (1 + step)
    const optimizer = { name: 'sgd', learningRate } as const
    const network = await stopped({}, { optimizer })
    const restore = (options: object) => restoreNetwork(network.snapshot(), { engine, ...options })
    const missing = /^learningRate: expected the function that the network was made with/
    for (const wrong of [{}, { learningRate: undefined }, { learningRate: 0.1 }, { learningRate: 'cosine' }]) {
      await expectRefusal(restore(wrong), 'INVALID_CONFIG', missing)
    }
    const restored = await restore({ learningRate })
    await restored.resume(INPUTS, TARGETS)
    await network.resume(INPUTS, TARGETS)
    expect(restored.weightsHash()).toBe(network.weightsHash())
  })
})

it.each(['adam', 'adamw', 'adamax', 'nadam'] as const)(
  'the running powers of %s are those of its steps',
  async (name) => {
    const optimizer = { name, beta1: 0.8, beta2: 0.9 } as const
    const network = await small('wasm', { optimizer })
    const offsets = Object.keys(optimizers[name].running).map(Number)
    for (const epochs of [0, 1, 40, 3000]) {
      if (epochs > 0) await network.train(INPUTS, TARGETS, { epochs, batchSize: 'full' })
      const written = network.snapshot()
      expect((await restoreNetwork(written)).snapshot()).toEqual(written)
      for (const offset of offsets) {
        for (const value of [0, 1, 2, 0.95, 1e300]) {
          const changed = remade(written, (_, blocks) => {
            const place = 4 + optimizerSlot(offset)
            // A power that is about 0 may be 0.
            const isSame = Math.abs(blocks.progress[place] - value) < 1e-200
            blocks.progress[place] = isSame ? 3 : value
          })
          await expectRefusal(restoreNetwork(changed), 'INVALID_MODEL', /progress\.optimizer/)
        }
      }
    }
  },
)
