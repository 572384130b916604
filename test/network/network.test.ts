// What a network is before and besides training: its readable members, seeds, weights in and out, fingerprint, clones, and
// its end.
import { describe, expect, it } from 'vitest'
import {
  createNetwork,
  type EpochProgress,
  explain,
  type LayerWeights,
  type Network,
  type NetworkConfig,
} from '../../src/index.ts'
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
  TUTORIAL,
  trainedBits,
  tutorial,
} from '../support/networks.ts'

const INPUTS = rowsOf(20, 3, 1)
const TARGETS = rowsOf(20, 2, 2)

function freezeDeeply<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const inner of Object.values(value)) freezeDeeply(inner)
  return Object.freeze(value)
}

describe.each(engines)('createNetwork in %s', (engine) => {
  it('makes a network that says what it is', async () => {
    const layers: NetworkConfig['layers'] = [
      { units: 4, activation: 'tanh', trainBias: false },
      { units: 5, activation: 'relu', bias: false },
      { units: 2 },
    ]
    const network = await createNetwork({ inputs: 3, layers, dtype: 'float64', seed: 9, engine })
    expect(network).toMatchObject({ inputs: 3, dtype: 'float64', seed: 9 })
    expect(network.layers).toEqual([
      { inputs: 3, units: 4, activation: 'tanh', bias: true, trainBias: false },
      { inputs: 4, units: 5, activation: 'relu', bias: false, trainBias: false },
      { inputs: 5, units: 2, activation: 'linear', bias: true, trainBias: true },
    ])
    expect(network.engine).toEqual({ name: engine, threads: 1, relaxed: false })
    expect(network.parameterCount).toBe((3 + 1) * 4 + 4 * 5 + (5 + 1) * 2)
  })

  it('says it in facts that nobody can change', async () => {
    const network = await small(engine)
    const [first] = network.layers
    expect(() => Object.assign(first, { units: 9 })).toThrow(TypeError)
    expect(() => Object.assign(network.layers, { length: 1 })).toThrow(TypeError)
    expect(() => Object.assign(network.engine, { threads: 9 })).toThrow(TypeError)
    Object.assign(network, { inputs: 1, dtype: 'float64' })
    expect(network.predict(new Float32Array(6))).toBeInstanceOf(Float32Array)
    expect(network.predict(INPUTS)[0]).toHaveLength(2)
  })

  it('takes frozen configurations and keeps nothing of them', async () => {
    const weightInit = [[1], [2]]
    const config: NetworkConfig = { inputs: 2, layers: [{ units: 1, weightInit }], seed: 1, engine }
    const text = JSON.stringify(config)
    const first = await createNetwork(config)
    weightInit[0][0] = 5
    expect(first.getWeights()[0].weights).toEqual([[1], [2]])
    weightInit[0][0] = 1
    expect((await createNetwork(freezeDeeply(config))).weightsHash()).toBe(first.weightsHash())
    expect(JSON.stringify(config)).toBe(text)
  })

  it('rejects instead of throwing', async () => {
    await expectRefusal(createNetwork({ inputs: 0, layers: [{ units: 1 }], engine }), 'INVALID_CONFIG', /^inputs: /)
    await expectRefusal(createNetwork(undefined as never), 'INVALID_CONFIG', /^config: /)
  })

  it.each([{ inputs: 2 ** 31 }, { layers: [{ units: 1e9 }] }, { inputs: 60000, layers: [{ units: 60000 }] }])(
    'refuses what 4 GiB cannot hold before it is tried: %o',
    (changes) => expectRefusal(small(engine, changes), 'OUT_OF_MEMORY', /^layers: .*4 GiB.*needs .* GiB/),
  )

  it('sums itself up', async () => {
    const network = await tutorial(engine)
    const summary = network.summary()
    expect(summary).toContain('2-3-1 network, float64, seed 1')
    expect(summary).toMatch(/2 → 3 +sigmoid +9 parameters/)
    expect(summary).toMatch(/3 → 1 +sigmoid +4 parameters/)
    expect(summary).toContain('loss halfSquaredError, optimizer sgd, 13 parameters')
    expect(summary).toContain(`engine ${engine}`)
    expect(String(summary.match(/NaN|undefined|\[object/))).toBe('null')
  })
})

describe.each(engines)('seeds in %s', (engine) => {
  it('give the same network from beginning to end', async () => {
    const trained = async (seed?: number) => {
      const network = await manyBatches(engine, { seed })
      const start = network.weightsHash()
      await network.train(INPUTS, TARGETS, { epochs: 3, batchSize: 4 })
      return [network.seed, start, network.weightsHash()]
    }
    const first = await trained(5)
    expect(await trained(5)).toEqual(first)
    const [drawn, start, end] = await trained(undefined)
    expect(await trained(drawn as number)).toEqual([drawn, start, end])
    for (const other of [await trained(6), await trained(0), await trained(2 ** 32 - 1)]) {
      expect([other[1], other[2]]).not.toEqual([first[1], first[2]])
    }
  })

  it('are drawn anew for every network', async () => {
    const seeds = await Promise.all(
      Array.from({ length: 8 }, async () => (await small(engine, { seed: undefined })).seed),
    )
    expect(new Set(seeds).size).toBe(8)
  })
})

it('the same seed gives the same first weights in both engines', async () => {
  for (const dtype of dtypes) {
    const [wasm, typescript] = await Promise.all(engines.map((engine) => manyBatches(engine, { dtype })))
    expect(wasm.weightsHash()).toBe(typescript.weightsHash())
  }
})

describe.each(engines)('weights in %s', (engine) => {
  it('come out as a copy', async () => {
    const network = await small(engine)
    const hash = network.weightsHash()
    const copy = network.getWeights()
    expect(copy.map(({ weights, biases }) => [weights.length, weights[0].length, biases.length])).toEqual([
      [3, 5, 5],
      [5, 2, 2],
    ])
    copy[0].weights[0][0] = 7
    copy[1].biases.fill(7)
    expect(network.weightsHash()).toBe(hash)
    expect(network.getWeights()).not.toEqual(copy)
  })

  it.each(dtypes)('go in and out to the bit in %s', async (dtype) => {
    const network = await small(engine, { dtype })
    const layers = network.getWeights()
    layers[0].weights[0].splice(0, 4, -0, 0, dtype === 'float32' ? 2 ** -149 : 5e-324, -1e38)
    layers[1].biases.splice(0, 2, -0, 2 ** -126)
    if (dtype === 'float32') layers[0].weights[0][3] = Math.fround(-1e38)
    network.setWeights(freezeDeeply(layers))
    expect(network.getWeights()).toEqual(layers)
    expect(Object.is(network.getWeights()[0].weights[0][0], -0)).toBe(true)
  })

  it('go in as typed arrays too', async () => {
    const network = await small(engine)
    const other = (await small(engine, { seed: 8 })).getWeights()
    const typed = other.map(({ weights, biases }) => ({
      weights: Float64Array.from(weights.flat()),
      biases: Float32Array.from(biases),
    }))
    network.setWeights(typed as unknown as LayerWeights[])
    expect(network.getWeights()).toEqual(other)
  })

  it.each<[string, (layers: LayerWeights[]) => unknown, string, RegExp]>([
    ['too few layers', (layers) => layers.slice(1), 'INVALID_SHAPE', /layers: expected an array of 2 layers/],
    ['no layers', () => undefined, 'INVALID_SHAPE', /layers/],
    ['a layer of nothing', ([first]) => [first, null], 'INVALID_SHAPE', /layers\[1\]/],
    [
      'transposed weights',
      ([first, second]) => [first, { ...second, weights: rowsOf(2, 5, 1) }],
      'INVALID_SHAPE',
      /layers\[1\]\.weights/,
    ],
    [
      'missing rows',
      ([first, second]) => [first, { ...second, weights: rowsOf(4, 2, 1) }],
      'INVALID_SHAPE',
      /layers\[1\]\.weights/,
    ],
    ['missing biases', ([first, { weights }]) => [first, { weights }], 'INVALID_DATA', /layers\[1\]\.biases/],
    [
      'too many biases',
      ([first, second]) => [first, { ...second, biases: [1, 2, 3] }],
      'INVALID_SHAPE',
      /layers\[1\]\.biases/,
    ],
    [
      'NaN',
      ([first, second]) => [first, { ...second, biases: [1, Number.NaN] }],
      'NOT_FINITE',
      /^layers\[1\]\.biases\[1\]: /,
    ],
    [
      'what float32 cannot hold',
      ([first, second]) => [first, { ...second, biases: [1, 1e39] }],
      'NOT_FINITE',
      /layers\[1\]\.biases/,
    ],
  ])('are refused with %s, and none is changed', async (_, change, code, words) => {
    const network = await small(engine)
    const hash = network.weightsHash()
    const wrong = change((await small(engine, { seed: 8 })).getWeights())
    await expectRefusal(() => network.setWeights(wrong as LayerWeights[]), code as 'INVALID_SHAPE', words)
    expect(network.weightsHash()).toBe(hash)
  })

  it('of a single unit are lists as well', async () => {
    const network = await small(engine, { layers: [{ units: 1 }] })
    network.setWeights([{ weights: [[1], [2], [3]], biases: [4] }])
    expect(network.getWeights()).toEqual([{ weights: [[1], [2], [3]], biases: [4] }])
    const wrong = [{ weights: [[1], [2], [3]], biases: 7 }] as unknown as LayerWeights[]
    await expectRefusal(() => network.setWeights(wrong), 'INVALID_DATA', /^layers\[0\]\.biases: .*array of 1 .*got 7/)
  })

  it('of a layer without biases have zeros there, and take nothing else', async () => {
    const network = await small(engine, { layers: [{ units: 5, bias: false }, { units: 2 }] })
    const layers = network.getWeights()
    expect(layers[0].biases).toEqual([0, 0, 0, 0, 0])
    network.setWeights(layers)
    layers[0].biases[2] = 1
    await expectRefusal(() => network.setWeights(layers), 'INVALID_DATA', /layers\[0\]\.biases/)
  })
})

/** 64-bit FNV-1a as its authors write it */
function fnv1a(bytes: Uint8Array): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash.toString(16).padStart(16, '0')
}

/** The fingerprint from what getWeights gives */
function hashOf(network: Network): string {
  const numbers = network.getWeights().flatMap(({ weights, biases }) => [...weights.flat(), ...biases])
  const isSingle = network.dtype === 'float32'
  const view = new DataView(new ArrayBuffer(numbers.length * (isSingle ? 4 : 8)))
  numbers.forEach((number, index) => {
    if (isSingle) view.setFloat32(4 * index, number, true)
    else view.setFloat64(8 * index, number, true)
  })
  const widths = [network.inputs, ...network.layers.map(({ units }) => units)].join('-')
  const head = new TextEncoder().encode(`${network.dtype}:${widths};`)
  return fnv1a(Uint8Array.from([...head, ...new Uint8Array(view.buffer)]))
}

describe.each(engines)('weightsHash in %s', (engine) => {
  it('is FNV-1a', () => {
    expect(fnv1a(new TextEncoder().encode('foobar'))).toBe('85944171f73967e8')
  })

  it.each(dtypes)('is that of the weights in %s', async (dtype) => {
    for (const layers of [[{ units: 1 }], [{ units: 7, bias: false }, { units: 4 }, { units: 3 }]]) {
      const network = await small(engine, { dtype, layers })
      expect(network.weightsHash()).toBe(hashOf(network))
    }
  })

  it('tells the sign of zero, dtypes and shapes apart', async () => {
    const hashes = await Promise.all(
      [
        { inputs: 2, layers: [{ units: 3, weightInit: { name: 'zeros' } }] },
        { inputs: 2, layers: [{ units: 3, weightInit: { name: 'constant', value: -0 } }] },
        { inputs: 2, layers: [{ units: 3, weightInit: { name: 'zeros' } }], dtype: 'float64' },
        { inputs: 3, layers: [{ units: 2, weightInit: { name: 'zeros' } }] },
      ].map(async (config) => (await createNetwork({ ...config, engine } as NetworkConfig)).weightsHash()),
    )
    expect(new Set(hashes).size).toBe(4)
  })
})

describe.each(engines)('clones in %s', (engine) => {
  it('go on exactly as the original does', async () => {
    const optimizer = { name: 'adam', learningRate: { name: 'exponential', initial: 0.1, gamma: 0.9 } } as const
    const network = await manyBatches(engine, { optimizer, scaling: { inputs: 'standard', targets: 'minMax' } })
    await network.train(INPUTS, TARGETS, { epochs: 3, batchSize: 4 })
    const copy = network.clone()
    expect(trainedBits(copy)).toBe(trainedBits(network))
    expect([copy.seed, copy.engine, copy.layers]).toEqual([network.seed, network.engine, network.layers])
    const results = [network, copy].map((one) => one.trainSync(INPUTS, TARGETS, { epochs: 4, batchSize: 3 }))
    expect(bitsOf(results[1].loss)).toBe(bitsOf(results[0].loss))
    expect(trainedBits(copy)).toBe(trainedBits(network))
    expect(copy.predict(INPUTS)).toEqual(network.predict(INPUTS))
  })

  it('have a memory of their own', async () => {
    const network = await small(engine)
    const hash = network.weightsHash()
    const copy = network.clone()
    copy.trainOnBatch(INPUTS, TARGETS)
    expect(copy.weightsHash()).not.toBe(hash)
    expect(network.weightsHash()).toBe(hash)
    const copied = copy.weightsHash()
    network.dispose()
    expect(copy.clone().weightsHash()).toBe(copied)
  })

  it('are fitted or not, as the original is', async () => {
    const network = await tutorial(engine)
    await expectRefusal(() => network.clone().predict(HOURS), 'NOT_FITTED')
    network.fitScaling(HOURS, SCORES)
    expect(network.clone().predict(HOURS)).toEqual(network.predict(HOURS))
  })
})

describe.each(engines)('dispose in %s', (engine) => {
  it('ends a network: all later calls are refused, and it may be called again', async () => {
    const network = await small(engine)
    const weights = network.getWeights()
    network.dispose()
    network.dispose()
    network[Symbol.dispose]()
    const calls: Record<string, () => unknown> = {
      train: () => network.train(INPUTS, TARGETS),
      trainSync: () => network.trainSync(INPUTS, TARGETS),
      trainOnBatch: () => network.trainOnBatch(INPUTS, TARGETS),
      predict: () => network.predict(INPUTS),
      predictInto: () => network.predictInto(INPUTS, new Float32Array(40)),
      predictClass: () => network.predictClass(INPUTS),
      fitScaling: () => network.fitScaling(INPUTS, TARGETS),
      evaluate: () => network.evaluate(INPUTS, TARGETS),
      gradients: () => network.gradients(INPUTS, TARGETS),
      getWeights: () => network.getWeights(),
      setWeights: () => network.setWeights(weights),
      weightsHash: () => network.weightsHash(),
      toJSON: () => network.toJSON(),
      clone: () => network.clone(),
      resume: () => network.resume(INPUTS, TARGETS),
      trainStream: () => network.trainStream([{ inputs: INPUTS, targets: TARGETS }]),
      snapshot: () => network.snapshot(),
      summary: () => network.summary(),
      explain: () => explain(network, INPUTS[0], TARGETS[0]),
    }
    for (const call of Object.values(calls)) await expectRefusal(call, 'DISPOSED', /disposed/)
    expect(network.inputs).toBe(3)
  })

  it('refuses what was handed to onEpoch, instead of reading the memory of another network', async () => {
    const network = await small(engine)
    let late: () => unknown = () => undefined
    const onEpoch = ({ snapshot }: EpochProgress) => {
      late = snapshot
    }
    await network.train(INPUTS, TARGETS, { epochs: 1, onEpoch })
    network.dispose()
    await small(engine)
    await expectRefusal(late, 'DISPOSED')
  })

  it('leaves nothing behind for the next network', async () => {
    const fresh = await small(engine)
    const expected = trainedBits(fresh)
    const dirty = await manyBatches(engine, { optimizer: 'adam', dtype: 'float64' })
    await dirty.train(rowsOf(300, 3, 1), rowsOf(300, 2, 2), { epochs: 2 })
    dirty.dispose()
    const next = await small(engine)
    expect(trainedBits(next)).toBe(expected)
    const results = [fresh, next].map((network) => network.trainSync(INPUTS, TARGETS, { epochs: 5, batchSize: 7 }))
    expect(bitsOf(results[1].loss)).toBe(bitsOf(results[0].loss))
    expect(trainedBits(next)).toBe(trainedBits(fresh))
  })
})

it('two networks of one configuration do not share anything', async () => {
  for (const engine of engines) {
    const [first, second] = [await createNetwork({ ...TUTORIAL, engine }), await createNetwork({ ...TUTORIAL, engine })]
    const hash = second.weightsHash()
    await first.train(HOURS, SCORES, { epochs: 10 })
    expect(second.weightsHash()).toBe(hash)
    await expectRefusal(() => second.predict(HOURS), 'NOT_FITTED')
  }
})
