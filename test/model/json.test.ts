// The model as JSON: exact to the bit there and back, and whatever else is handed in is refused as a model, not by accident.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import {
  createNetwork,
  type ModelOptions,
  type Network,
  type NetworkConfig,
  networkFromJSON,
  restoreNetwork,
} from '../../src/index.ts'
import { activations } from '../../src/tables/activations.ts'
import { losses } from '../../src/tables/losses.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { loosely, variantsOf } from '../support/choices.ts'
import { countReads } from '../support/counting.ts'
import {
  bitsOf,
  dtypes,
  engines,
  expectRefusal,
  HOURS,
  manyBatches,
  rowsOf,
  SCORES,
  small,
  trainedBits,
  tutorial,
} from '../support/networks.ts'

type Loose = Record<string, unknown>

const INPUTS = rowsOf(20, 3, 1)
const TARGETS = rowsOf(20, 2, 2)

async function trainedTutorial(): Promise<Network> {
  const network = await tutorial('wasm', { scaling: { inputs: 'standard', targets: { offset: 80, scale: 20 } } })
  await network.train(HOURS, SCORES, { epochs: 10 })
  return network
}

const copyOf = (network: Network) => networkFromJSON(JSON.parse(JSON.stringify(network)))

describe.each(engines)('a model of %s', (engine) => {
  it.each(dtypes)('comes back equal to the bit in %s', async (dtype) => {
    const scaling = { inputs: 'robust', targets: 'minMax' } as const
    const network = await manyBatches(engine, { dtype, scaling, regularization: { l2: 0.1 }, clipNorm: 2 })
    await network.train(INPUTS, TARGETS, { epochs: 5 })
    const layers = network.getWeights()
    layers[0].weights[0].splice(0, 3, -0, 2 ** -149, -(2 ** -126))
    layers[1].biases[0] = -0
    network.setWeights(layers)
    for (const copy of [await copyOf(network), await networkFromJSON(JSON.stringify(network))]) {
      expect(copy.getWeights()).toEqual(layers)
      expect(copy.weightsHash()).toBe(network.weightsHash())
      expect([copy.inputs, copy.layers, copy.dtype, copy.seed]).toEqual([
        network.inputs,
        network.layers,
        network.dtype,
        network.seed,
      ])
      expect(bitsOf(copy.predict(INPUTS))).toBe(bitsOf(network.predict(INPUTS)))
      expect(copy.evaluate(INPUTS, TARGETS)).toEqual(network.evaluate(INPUTS, TARGETS))
      expect(JSON.stringify(copy)).toBe(JSON.stringify(network))
    }
  })

  it('trains on as a new network with these weights does', async () => {
    const network = await manyBatches(engine)
    await network.train(INPUTS, TARGETS, { epochs: 5, batchSize: 3 })
    const [copy, other] = [await copyOf(network), await manyBatches(engine)]
    other.setWeights(network.getWeights())
    const options = { epochs: 5, batchSize: 3 }
    expect(bitsOf(copy.trainSync(INPUTS, TARGETS, options).loss)).toBe(
      bitsOf(other.trainSync(INPUTS, TARGETS, options).loss),
    )
    expect(trainedBits(copy)).toBe(trainedBits(other))
  })

  it('is fitted or not, as it was', async () => {
    const network = await tutorial(engine)
    await expectRefusal(async () => (await copyOf(network)).predict(HOURS), 'NOT_FITTED')
    network.fitScaling(HOURS, SCORES)
    expect((await copyOf(network)).predict(HOURS)).toEqual(network.predict(HOURS))
  })

  it('is the same in both engines', async () => {
    const other = engine === 'wasm' ? 'typescript' : 'wasm'
    const networks = [await small(engine), await small(other)]
    for (const network of networks) await network.train(INPUTS, TARGETS, { epochs: 3 })
    expect(JSON.stringify(networks[0])).toBe(JSON.stringify(networks[1]))
  })

  it('is a copy', async () => {
    const network = await trainedTutorial()
    const before = JSON.stringify(network)
    const model = network.toJSON()
    model.scaling.inputs?.offset.fill(5)
    Object.assign(model.config, { inputs: 99 })
    expect(JSON.stringify(network)).toBe(before)
  })
})

const withDefaults = <Table extends object>(table: Table) => Object.keys(table) as (keyof Table & string)[]

describe('every choice of the tables survives', () => {
  const configs: [string, Loose][] = [
    ...withDefaults(activations).flatMap((name) =>
      variantsOf(activations, name).map((activation): [string, Loose] => [
        JSON.stringify(activation),
        { layers: [{ units: 3, activation }, { units: 2 }] },
      ]),
    ),
    ...withDefaults(losses).flatMap((name) =>
      variantsOf(losses, name).map((loss): [string, Loose] => {
        const { activation = 'linear' } = losses[name] as { activation?: string }
        return [JSON.stringify(loss), { layers: [{ units: 2, activation }], loss }]
      }),
    ),
    ...withDefaults(optimizers).flatMap((name) =>
      variantsOf(optimizers, name).map((optimizer): [string, Loose] => [JSON.stringify(optimizer), { optimizer }]),
    ),
    ...[
      { name: 'step', initial: 0.1, stepSize: 2, gamma: 0.5, unit: 'step' },
      { name: 'exponential', gamma: 0.9 },
      { name: 'cosine', total: 5, minimum: 0.001 },
      { name: 'linearWarmup', warmup: 3, unit: 'epoch' },
      { name: 'warmupCosine', warmup: 2, total: 7, unit: 'step' },
      { name: 'reduceOnPlateau', factor: 0.5, patience: 1 },
    ].map((learningRate): [string, Loose] => [
      JSON.stringify(learningRate),
      { optimizer: { name: 'sgd', learningRate } },
    ]),
    ['penalties and clipping', { regularization: { l1: 0.1, l2: 0.2 }, clipNorm: 1, clipValue: 0.5 }],
  ]

  it.each(configs)('%s', async (_, changes) => {
    const network = await createNetwork(loosely({ inputs: 3, layers: [{ units: 2 }], seed: 1, ...changes }))
    const copy = await copyOf(network)
    expect(copy.toJSON()).toEqual(network.toJSON())
    const isDistribution = 'loss' in changes && copy.toJSON().config.loss === 'categoricalCrossEntropy'
    const targets = isDistribution || 'loss' in changes ? INPUTS.map((row) => (row[0] > 0 ? [1, 0] : [0, 1])) : TARGETS
    const hashes = [network, copy].map((one) => {
      one.trainSync(INPUTS, targets, { epochs: 3, batchSize: 'full' })
      return trainedBits(one)
    })
    expect(hashes[1]).toBe(hashes[0])
  })
})

/** Every path of an object, from the top */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])])
}

function changeAt(model: unknown, path: string[], change: (holder: Loose, key: string) => void): unknown {
  const copy = structuredClone(model)
  let holder = copy as Loose
  for (const key of path.slice(0, -1)) holder = holder[key] as Loose
  change(holder, path[path.length - 1])
  return copy
}

/** Loads what may be a model: a usable network, or a refusal that says so. */
async function loadOrRefuse(value: unknown): Promise<'loaded' | WasmpropError> {
  try {
    const network = await networkFromJSON(value)
    const numbers = network.getWeights().flatMap(({ weights, biases }) => [...weights.flat(), ...biases])
    expect(numbers.every(Number.isFinite)).toBe(true)
    network.dispose()
    return 'loaded'
  } catch (error) {
    if (!(error instanceof WasmpropError)) throw error
    expect(['INVALID_MODEL', 'UNSUPPORTED_MODEL'], error.message).toContain(error.code)
    expect(error.message.length).toBeLessThan(400)
    return error
  }
}

describe('what is no model is refused', () => {
  it.each([
    undefined,
    null,
    5,
    true,
    '',
    'wasmprop',
    '[]',
    'null',
    '{}',
    '{"format":"wasmprop/model"',
    [],
    {},
    () => 1,
    Symbol('model'),
    5n,
  ])('%o', async (value) => {
    expect(await loadOrRefuse(value)).toMatchObject({ code: 'INVALID_MODEL' })
  })

  it('of a later version, with the advice to update', async () => {
    const model = { ...(await trainedTutorial()).toJSON(), version: 2 }
    await expectRefusal(networkFromJSON(model), 'UNSUPPORTED_MODEL', /version.*newer/)
    const changed = { ...model, config: 'elsewhere', quantization: 'int8' }
    await expectRefusal(networkFromJSON(changed), 'UNSUPPORTED_MODEL', /version.*newer/)
  })

  it.each([
    [{ engine: 'foo' }, 'engine'],
    [{ threads: 0 }, 'threads'],
    [{ arithmetic: 1 }, 'arithmetic'],
    [{ wasm: {} }, 'wasm'],
    [{ seed: 1 }, 'seed'],
    [null, 'options'],
  ])('not with options that are wrong, which is not its fault: %o', async (options, path) => {
    const refused = networkFromJSON((await trainedTutorial()).toJSON(), options as ModelOptions)
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_CONFIG', path })
  })

  it.each(['offset', 'scale'] as const)('whose %s is another than the one that was given', async (name) => {
    const scaling = { inputs: { offset: [1, 2], scale: [3, 4] } }
    const model = (await small('wasm', { inputs: 2, scaling })).toJSON()
    expect(await loadOrRefuse(structuredClone(model))).toBe('loaded')
    ;(model.scaling.inputs as unknown as Record<string, number[]>)[name][1] += 1
    const refused = await loadOrRefuse(model)
    expect(refused).toMatchObject({ code: 'INVALID_MODEL', message: expect.stringContaining('config.scaling') })
  })

  it('without any one of its parts, unless it has a default', async () => {
    const model = (await trainedTutorial()).toJSON()
    // Options of an activation, a loss or an optimizer, and of the rules for scaling
    const hasDefault = ([first, second, ...rest]: string[]) =>
      (first === 'config' && ['loss', 'optimizer', 'scaling'].includes(second) && rest.length > 0) ||
      (second === 'layers' && rest[1] === 'trainBias')
    const missing = pathsOf(model).filter((path) => !hasDefault(path))
    expect(missing.length).toBeGreaterThan(20)
    const loaded = await Promise.all(
      missing.map(async (path) => [
        path.join('.'),
        (await loadOrRefuse(changeAt(model, path, (holder, key) => delete holder[key]))) === 'loaded',
      ]),
    )
    expect(loaded.filter(([, isLoaded]) => isLoaded)).toEqual([])
  })

  it('with something else in any place', async () => {
    const model = (await trainedTutorial()).toJSON()
    const others = [null, -1, 1e300, Number.NaN, '', 'x', [], {}, true, [[]], { name: '__proto__' }]
    for (const path of pathsOf(model)) {
      for (const other of others) await loadOrRefuse(changeAt(model, path, (holder, key) => (holder[key] = other)))
    }
  })

  it('with weights that are not finite, changed, too few or no base64', async () => {
    const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], dtype: 'float64' })
    const model = network.toJSON()
    const encode = (...numbers: number[]) => Buffer.from(Float64Array.from(numbers).buffer).toString('base64')
    for (const weights of [
      encode(Number.NaN, 0),
      encode(1, Number.POSITIVE_INFINITY),
      encode(1, 2),
      encode(1),
      encode(1, 2, 3),
      '*'.repeat(model.weights.length),
      model.weights.replaceAll(/./g, ' '),
    ]) {
      await expectRefusal(networkFromJSON({ ...model, weights }), 'INVALID_MODEL', /^weights/)
    }
  })

  it('with a claim of size that its weights do not bear out, before anything of that size is made', async () => {
    const model = (await trainedTutorial()).toJSON()
    const [layer] = model.config.layers
    const claiming = (changes: Partial<NetworkConfig>) =>
      loadOrRefuse({ ...model, config: { ...model.config, scaling: {}, ...changes } })
    // 2⁵⁰ numbers: no host has room for them.
    const wide = await claiming({ inputs: 2 ** 30, layers: [{ ...layer, units: 2 ** 20 }] })
    expect(wide).toMatchObject({ path: 'weights' })
    const layers = countReads(new Array(1e5).fill(layer))
    expect(await claiming({ layers: layers.counted })).toMatchObject({ path: 'weights' })
    expect(layers.reads()).toBeLessThan(10 * 1e5)
  })

  it('with keys of prototypes at any level, and nothing leaks from them', async () => {
    const text = JSON.stringify(await trainedTutorial())
    const places = [...text.matchAll(/\{/g)].map(({ index }) => index + 1)
    const keys = Object.getOwnPropertyNames(Object.prototype)
    for (const place of places) {
      for (const key of ['__proto__', 'constructor', 'prototype']) {
        const hostile = `${text.slice(0, place)}"${key}":{"polluted":1,"units":7,"inputs":9,"scale":[1]},${text.slice(place)}`
        await loadOrRefuse(hostile)
        await loadOrRefuse(JSON.parse(hostile))
      }
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(keys)
    expect(({} as Loose).polluted).toBeUndefined()
  })

  it('nested a hundred thousand deep', async () => {
    const model = (await trainedTutorial()).toJSON() as unknown as Loose
    const open = '['.repeat(1e5)
    for (const text of [
      open,
      open + ']'.repeat(1e5),
      '{"a":'.repeat(1e5),
      `${'{"config":'.repeat(1e5)}1${'}'.repeat(1e5)}`,
    ]) {
      await loadOrRefuse(text)
    }
    let deep: unknown = 1
    for (let level = 0; level < 1e5; level++) deep = level % 2 === 0 ? [deep] : { config: deep }
    await loadOrRefuse(deep)
    for (const key of Object.keys(model)) {
      expect(await loadOrRefuse({ ...model, [key]: deep })).toMatchObject({ code: 'INVALID_MODEL' })
    }
  })

  it('with any one character changed, unless it is a model still', async () => {
    const text = JSON.stringify(await trainedTutorial())
    const changed = fc.asyncProperty(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), async (at, code) => {
      await loadOrRefuse(text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1))
    })
    await fc.assert(changed, { numRuns: 400, seed: 3 })
  })

  it('cut off anywhere', async () => {
    const text = JSON.stringify(await trainedTutorial())
    for (let length = 0; length < text.length; length += 7) {
      expect(await loadOrRefuse(text.slice(0, length))).toMatchObject({ code: 'INVALID_MODEL' })
    }
  })

  it('with getters that throw', async () => {
    const model = (await trainedTutorial()).toJSON()
    for (const key of Object.keys(model)) {
      const hostile = Object.defineProperty({ ...model }, key, {
        enumerable: true,
        get: () => {
          throw new RangeError('mine')
        },
      })
      await expect(networkFromJSON(hostile)).rejects.toThrow()
    }
  })
})

describe.each(engines)('a rate that was a function, in %s', (engine) => {
  const learningRate = (step: number) => 0.05 / Math.sqrt(step + 1)
  const optimizer = { name: 'sgd', learningRate } as const

  it('is given again, and training goes on as before', async () => {
    const network = await tutorial(engine, { optimizer })
    await network.train(HOURS, SCORES, { epochs: 5 })
    const text = JSON.stringify(network)
    const copy = await networkFromJSON(text, { engine, learningRate: () => 0.01 })
    const fresh = await networkFromJSON(text, { engine, learningRate })
    const rates: number[] = []
    const onEpoch = ({ learningRate: rate }: { learningRate: number }) => void rates.push(rate)
    await copy.train(HOURS, SCORES, { epochs: 2, onEpoch })
    await fresh.train(HOURS, SCORES, { epochs: 2, onEpoch })
    expect(rates).toEqual([0.01, 0.01, learningRate(0), learningRate(1)])
  })

  it('is asked for where training would need it, and for nothing else', async () => {
    const network = await tutorial(engine, { optimizer })
    await network.train(HOURS, SCORES, { epochs: 5 })
    const copy = await networkFromJSON(JSON.stringify(network), { engine })
    expect(copy.predict(HOURS)).toEqual(network.predict(HOURS))
    const words = /learningRate: expected the function that the network was made with, which JSON cannot hold/
    for (const act of [
      () => copy.train(HOURS, SCORES, { epochs: 1 }),
      () => copy.trainSync(HOURS, SCORES, { epochs: 1 }),
      () => copy.trainOnBatch(HOURS, SCORES),
    ]) {
      await expectRefusal(act, 'INVALID_CONFIG', words)
    }
    expect(copy.weightsHash()).toBe(network.weightsHash())
    expect(copy.toJSON()).toEqual(network.toJSON())
    await expectRefusal(networkFromJSON(network.toJSON(), { learningRate: 0.1 as never }), 'INVALID_CONFIG', words)
  })

  it('is refused where there was none', async () => {
    const plain = (await tutorial(engine)).toJSON()
    const words = /learningRate: expected no such option: the rate of the model is no function/
    await expectRefusal(networkFromJSON(plain, { learningRate }), 'INVALID_CONFIG', words)
  })
})

it('what a page has put on Object.prototype is no part of a model', async () => {
  const network = await tutorial('wasm')
  const prototype = Object.prototype as { learningRate?: unknown; regularization?: unknown; clipNorm?: unknown }
  const model = JSON.stringify(network)
  try {
    Object.assign(prototype, { learningRate: 7, regularization: { l2: 5 }, clipNorm: 1e-9 })
    const copy = await networkFromJSON(model)
    expect(JSON.stringify(copy)).toBe(model)
    const restored = await restoreNetwork(network.snapshot())
    expect(JSON.stringify(restored)).toBe(model)
  } finally {
    for (const name of ['learningRate', 'regularization', 'clipNorm'] as const) delete prototype[name]
  }
})
