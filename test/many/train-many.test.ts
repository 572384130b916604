// trainMany: every network gets what it would get alone, to the bit, whoever trains beside it and whatever becomes of them.
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PROGRAM } from '../../assembly/program.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import { compileBuild } from '../../src/engines/modules.ts'
import {
  createNetwork,
  type MatrixInput,
  type NetworkConfig,
  type TrainManyOptions,
  trainMany,
} from '../../src/index.ts'
import { Lanes } from '../../src/many/lanes.ts'
import { planLanes } from '../../src/many/throughput.ts'
import { trainTogether } from '../../src/many/training.ts'
import { Network } from '../../src/network/network.ts'
import { activations } from '../../src/tables/activations.ts'
import { losses } from '../../src/tables/losses.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { loosely, variantsOf } from '../support/choices.ts'
import { bitsOf, dtypes, expectRefusal, HOURS, rowsOf, SCORES, TUTORIAL, trainedBits } from '../support/networks.ts'

const RUNS = 150

/** All that a training leaves, as a digest */
function traceOf(network: Network, { epochs, steps, loss, validationLoss, bestEpoch, stopReason, advice }: Result) {
  const told = `${epochs} epochs, ${steps} steps, best ${bestEpoch}, ${stopReason}, ${advice}`
  return [told, bitsOf(loss), bitsOf(validationLoss ?? []), network.weightsHash(), trainedBits(network)].join(' | ')
}
type Result = Awaited<ReturnType<Network['train']>>

/** Trains each alone, as `trainMany` is to train them together. */
async function alone(configs: readonly NetworkConfig[], x: MatrixInput, y: MatrixInput, options: TrainManyOptions) {
  const { rows, onEpoch, onProgress: _onProgress, seed = configs[0].seed, validation, ...others } = options
  const isSplit = validation !== undefined && 'split' in validation
  const traces: string[] = []
  for (const [index, config] of configs.entries()) {
    const network = await createNetwork(config)
    const numbers = rows?.[index]
    const take = (matrix: MatrixInput) => (numbers ? Array.from(numbers, (row) => (matrix as number[][])[row]) : matrix)
    const weights = others.sampleWeights && take(others.sampleWeights)
    const result = await network.train(take(x), take(y), {
      ...others,
      sampleWeights: weights,
      ...(isSplit ? { validation: { seed: seed as number, ...validation } } : validation ? { validation } : {}),
      ...(onEpoch ? { onEpoch: (progress) => onEpoch({ ...progress, network: index }) } : {}),
    })
    traces.push(traceOf(network, result))
    network.dispose()
  }
  return traces
}

async function together(configs: readonly NetworkConfig[], x: MatrixInput, y: MatrixInput, options: TrainManyOptions) {
  const trained = await trainMany(configs, x, y, options)
  const traces = trained.map(({ network, result }) => traceOf(network, result))
  for (const { network } of trained) network.dispose()
  return traces
}

async function expectSame(
  configs: readonly NetworkConfig[],
  x: MatrixInput,
  y: MatrixInput,
  options: TrainManyOptions,
) {
  expect(await together(configs, x, y, options)).toEqual(await alone(configs, x, y, options))
}

const many = (count: number, config: NetworkConfig, changes: (index: number) => Partial<NetworkConfig> = () => ({})) =>
  Array.from({ length: count }, (_, index) => ({ ...config, seed: index + 1, ...changes(index) }))

const tutorials = (count: number, dtype: 'float32' | 'float64') =>
  many(count, { ...TUTORIAL, dtype }, (index) => ({
    optimizer: { name: 'sgd', learningRate: 0.05 + 0.1 * (index % 7) },
  }))

it('networks whose epoch has no finite loss, though its batches have one, leave the others alone', async () => {
  const optimizer = { name: 'sgd', learningRate: 1e-170 } as const
  const linear: NetworkConfig = {
    inputs: 2,
    layers: [{ units: 1 }],
    loss: 'halfSquaredError',
    dtype: 'float64',
    optimizer,
  }
  const configs = many(9, linear)
  const isTooMuch = (index: number) => index % 4 === 1
  const rows = configs.map((_, index) => (isTooMuch(index) ? [0, 2] : [0, 1]))
  const targets = [[1.2e154], [1], [1.2e154]]
  const options = { epochs: 20, batchSize: 1, rows }
  const trained = await trainTogether(configs, HOURS, targets, options, () => ({ lanes: 4, least: 1 }))
  const traces = trained.map(({ network, result }) => traceOf(network, result))
  expect(traces).toEqual(await alone(configs, HOURS, targets, options))
  expect(traces.map((trace) => trace.includes('diverged'))).toEqual(configs.map((_, index) => isTooMuch(index)))
})

describe.each(dtypes)('tutorial networks in %s', (dtype) => {
  it.each([1, 2, 3, 5, 64])('%d of different seeds and rates', async (count) => {
    await expectSame(tutorials(count, dtype), HOURS, SCORES, { epochs: 300, batchSize: 'full' })
  })

  it('that reach their loss at different times leave the others alone', async () => {
    const options = { epochs: 4000, batchSize: 'full', targetLoss: 0.0012 } as const
    const traces = await together(tutorials(13, dtype), HOURS, SCORES, options)
    expect(traces).toEqual(await alone(tutorials(13, dtype), HOURS, SCORES, options))
    expect(new Set(traces.map((trace) => trace.split(',')[0])).size).toBeGreaterThan(5)
  })

  it('of which one diverges leave the others alone', async () => {
    const linear = { inputs: 2, layers: [{ units: 3 }, { units: 1 }], dtype } as const
    const configs = many(11, linear, (index) => ({
      optimizer: { name: 'sgd', learningRate: index % 4 === 1 ? 1e6 : 0.001 },
    }))
    const options = { epochs: 200, batchSize: 2 }
    const traces = await together(configs, HOURS, SCORES, options)
    expect(traces).toEqual(await alone(configs, HOURS, SCORES, options))
    expect(traces.map((trace) => trace.includes('diverged'))).toEqual(configs.map((_, index) => index % 4 === 1))
  })

  it.each([0, 1])('half of which have a rate that plateaus reduce, from number %d on', async (first) => {
    const plateau = { name: 'reduceOnPlateau', initial: 0.5, patience: 2, minDelta: 0.001, factor: 0.9 } as const
    const configs = many(12, { ...TUTORIAL, dtype }, (index) => ({
      optimizer: { name: 'sgd', learningRate: index % 2 === first ? plateau : 0.5 },
    }))
    await expectSame(configs, HOURS, SCORES, { epochs: 600, batchSize: 'full' })
  })

  it.each([0, 1])(
    'half of which have a rate that was set instead of their schedule, from number %d on',
    async (first) => {
      const learningRate = { name: 'exponential', initial: 0.5, gamma: 0.97 } as const
      const configs = many(12, { ...TUTORIAL, dtype, optimizer: { name: 'sgd', learningRate } })
      const onEpoch: TrainManyOptions['onEpoch'] = ({ network, epoch, setLearningRate }) => {
        if (network % 2 === first && epoch === 5) setLearningRate(0.3)
      }
      await expectSame(configs, HOURS, SCORES, { epochs: 40, batchSize: 'full', onEpoch })
    },
  )

  it('with early stopping, plateaus and timelines', async () => {
    const configs = many(9, { ...TUTORIAL, dtype }, (index) => ({
      optimizer: {
        name: 'adam',
        learningRate: { name: 'reduceOnPlateau', initial: 0.3 * (index + 1), patience: 1, factor: 0.5 },
      },
    }))
    const options = { epochs: 60, earlyStopping: { patience: 3 }, history: { weights: { every: 7 } } }
    await expectSame(configs, HOURS, SCORES, options)
  })

  it('whose callback stops some of them and sets rates', async () => {
    const seen: string[] = []
    const onEpoch: TrainManyOptions['onEpoch'] = async ({ network, epoch, loss, setLearningRate }) => {
      seen.push(`${network} ${epoch} ${loss}`)
      if (epoch === 3) setLearningRate(0.1 * network)
      await Promise.resolve()
      return !(network % 3 === 2 && epoch === 5 + network)
    }
    const options = { epochs: 20, batchSize: 'full', onEpoch } as const
    const traces = await together(tutorials(7, dtype), HOURS, SCORES, options)
    const told = seen.splice(0).sort()
    expect(traces).toEqual(await alone(tutorials(7, dtype), HOURS, SCORES, options))
    expect(told).toEqual(seen.sort())
    expect(traces.filter((trace) => trace.includes('callback'))).toHaveLength(2)
  })

  it('whose callback sets the rate of one alone, in place of a schedule', async () => {
    const learningRate = { name: 'exponential', initial: 0.5, gamma: 0.99, unit: 'step' } as const
    const configs = many(6, { ...TUTORIAL, dtype, optimizer: { name: 'sgd', learningRate } })
    for (const chosen of [0, 2]) {
      const onEpoch: TrainManyOptions['onEpoch'] = ({ network, epoch, setLearningRate }) => {
        if (network === chosen && epoch === 3) setLearningRate(0.05)
      }
      await expectSame(configs, HOURS, SCORES, { epochs: 20, batchSize: 'full', onEpoch })
    }
  })

  it('that each have rows of their own, with weights', async () => {
    const rows = [[0, 1], [2, 0], Uint32Array.of(1, 1), [0, 1], [2, 1]]
    await expectSame(tutorials(5, dtype), HOURS, SCORES, { epochs: 50, rows, batchSize: 1 })
    const sampleWeights = [1, 0.5, 2]
    await expectSame(tutorials(5, dtype), HOURS, SCORES, { epochs: 50, rows, sampleWeights })
    const uneven = [[0], [0, 1], [0, 1, 2], [2], [1, 2]]
    await expectSame(tutorials(5, dtype), HOURS, SCORES, { epochs: 50, rows: uneven, shuffle: false })
  })

  it('that are aborted keep their last finished batch, and go on from there', async () => {
    const rows = { x: rowsOf(50, 2, 1), y: rowsOf(50, 1, 2) }
    const configs = tutorials(20, dtype).map((config) => ({ ...config, scaling: {} }))
    const options = { epochs: 3000, batchSize: 7 } as const
    const expected = await together(configs, rows.x, rows.y, options)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 20)
    const trained = await trainMany(configs, rows.x, rows.y, { ...options, signal: controller.signal })
    expect(trained[19].result).toMatchObject({ stopReason: 'aborted', epochs: 0, steps: 0 })
    for (const [index, { network }] of trained.entries()) {
      if (index < 19) await network.resume(rows.x, rows.y)
    }
    const hashOf = (trace: string) => trace.split(' | ')[3]
    expect(trained.slice(0, 19).map(({ network }) => network.weightsHash())).toEqual(expected.slice(0, 19).map(hashOf))
  })

  it('that are aborted beforehand train nothing', async () => {
    const signal = AbortSignal.abort()
    for (const { network, result } of await trainMany(tutorials(3, dtype), HOURS, SCORES, { signal })) {
      expect(result).toMatchObject({ stopReason: 'aborted', steps: 0 })
      expect(network.predict(HOURS)).toHaveLength(3)
    }
  })
})

// Random configurations, all in lanes, whether they gain by it or not

type Entry = { readonly options: Readonly<Record<string, object>> }

/** Any entry of a table, with its defaults or with its options at other values */
const entryOf = (table: Readonly<Record<string, Entry>>, left: readonly string[] = []) =>
  fc.constantFrom(
    ...Object.keys(table)
      .filter((name) => !left.includes(name))
      .flatMap((name) => variantsOf(table, name)),
  )

const layer = fc.record({
  units: fc.integer({ min: 1, max: 9 }),
  activation: entryOf(activations),
  biases: fc.constantFrom({}, {}, { bias: false }, { trainBias: false }),
})
const schedule = fc.constantFrom<unknown>(
  { name: 'step', initial: 0.1, stepSize: 2, gamma: 0.5, unit: 'epoch' },
  { name: 'cosine', initial: 0.1, total: 5, minimum: 0.001, unit: 'step' },
  { name: 'linearWarmup', initial: 0.1, warmup: 3, unit: 'step' },
)
const plan = fc.record({
  inputs: fc.integer({ min: 1, max: 6 }),
  layers: fc.array(layer, { minLength: 1, maxLength: 3 }),
  loss: entryOf(losses),
  optimizer: entryOf(optimizers, ['lbfgs']),
  rates: fc.array(fc.oneof(fc.constantFrom<unknown>(0.001, 0.03, 0.3, 1e6, 1e30), schedule), {
    minLength: 2,
    maxLength: 11,
  }),
  extra: fc.constantFrom<object>(
    ...[{}, {}, { regularization: { l1: 0.001, l2: 0.01 } }, { clipNorm: 0.05 }, { clipValue: 0.01 }],
    { regularization: { l2: 0.1 }, clipNorm: 0.5, clipValue: 0.1 },
  ),
  dtype: fc.constantFrom(...dtypes),
  seed: fc.nat(1e6),
  rows: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(255, 256, 257, 300)),
  epochs: fc.integer({ min: 1, max: 5 }),
  batchSize: fc.constantFrom<number | 'full'>(1, 3, 8, 100, 'full'),
  shuffle: fc.boolean(),
  stops: fc.constantFrom<object>({}, {}, { targetLoss: 0.5 }, { earlyStopping: { patience: 1 } }),
  vectors: fc.constantFrom(1, 2, 4),
})
type Plan = typeof plan extends fc.Arbitrary<infer Value> ? Value : never

function configsOf({ inputs, layers, loss, optimizer, rates, extra, dtype, seed }: Plan): NetworkConfig[] {
  const { activation: needed, minimumOutputs } = losses[loss.name as keyof typeof losses] as {
    activation?: string
    minimumOutputs: number
  }
  const shaped = layers.map(({ units, activation, biases }, index) => {
    const isLast = index === layers.length - 1
    const chosen = isLast && needed ? { name: needed } : activation
    const least = Math.max(isLast ? minimumOutputs : 1, chosen.name === 'softmax' ? 2 : 1)
    return { units: Math.max(least, units), activation: chosen, ...biases }
  })
  return rates.map((learningRate, index) =>
    loosely({
      ...{ inputs, layers: shaped, loss, dtype, seed: seed + index },
      ...{ optimizer: { ...optimizer, learningRate }, ...extra },
    }),
  )
}

function targetsOf({ loss, rows, seed }: Plan, outputs: number): number[][] {
  const values = rowsOf(rows, outputs, seed + 1)
  const { targets } = losses[loss.name as keyof typeof losses]
  if (targets === 'number') return values
  const shares = values.map((row) => row.map((value) => (value + 1.001) / 2.001))
  if (targets === 'probability') return shares
  return shares.map((row) => row.map((value) => value / row.reduce((sum, share) => sum + share)))
}

// Networks that differ in all that one call allows: some share lanes, for a part of their training or for all of it

const mixedRate = fc.oneof(
  fc.constantFrom<unknown>(0.3, 1, 1e6),
  fc.constantFrom<unknown>(
    { name: 'reduceOnPlateau', initial: 0.3, patience: 0, minDelta: 0.01, factor: 0.5 },
    { name: 'reduceOnPlateau', initial: 1, patience: 2, minDelta: 0.01, factor: 0.9 },
  ),
  schedule,
  fc.constant<unknown>((step: number, epoch: number) => 0.3 / (1 + epoch + step / 8)),
)
const traits = fc.record({
  optimizer: fc.constantFrom<object>({ name: 'sgd' }, { name: 'sgd', momentum: 0.9 }, { name: 'adam' }),
  activation: fc.constantFrom('tanh', 'relu'),
  scaling: fc.constantFrom({}, { inputs: 'standard' }, { inputs: 'minMax', targets: 'standard' }),
  extra: fc.constantFrom<object>(
    {},
    {},
    { clipNorm: 0.05 },
    { regularization: { l2: 0.01 } },
    { engine: 'typescript' },
  ),
  dropout: fc.constantFrom(0, 0, 0, 0.2),
})
const mixture = fc.record({
  /** Of most */
  common: traits,
  configs: fc.array(fc.record({ learningRate: mixedRate, own: fc.option(traits, { freq: 4, nil: undefined }) }), {
    minLength: 2,
    maxLength: 12,
  }),
  dtype: fc.constantFrom(...dtypes),
  seed: fc.nat(1e6),
  rows: fc.integer({ min: 4, max: 20 }),
  ownRows: fc.boolean(),
  epochs: fc.constantFrom(1, 7, 60),
  batchSize: fc.constantFrom<number | 'full'>(3, 8, 'full'),
  shuffle: fc.boolean(),
  targetLoss: fc.constantFrom<object>({}, {}, { targetLoss: 0.15 }),
  watching: fc.constantFrom<object>(
    ...[{}, {}, {}, { earlyStopping: { patience: 2 } }, { history: { weights: { every: 2 } } }],
    ...[{ classWeights: [1, 2] }, { validation: { split: 0.3 }, earlyStopping: { patience: 1, restoreBest: false } }],
  ),
  callback: fc.constantFrom(...(['none', 'none', 'stops', 'sets', 'waits'] as const)),
  vectors: fc.constantFrom(1, 2, 4),
})

/** What a callback does depends on network and epoch alone. */
const callbacks: Record<'stops' | 'sets' | 'waits', NonNullable<TrainManyOptions['onEpoch']>> = {
  stops: ({ network, epoch }) => !(network % 3 === 1 && epoch === 2 + network),
  sets: ({ network, epoch, setLearningRate }) => {
    if (network % 2 === 0 && epoch === 1 + (network % 4)) setLearningRate(0.05 * network)
  },
  waits: async ({ network, epoch, setLearningRate }) => {
    await Promise.resolve()
    if (network % 3 === 2 && epoch === 3) setLearningRate(0.2)
    return !(network % 3 === 0 && epoch === 4)
  },
}

describe('mixtures', () => {
  it(`${RUNS} of any configurations and options get the bits that each gets alone`, async () => {
    const property = fc.asyncProperty(mixture, async (drawn) => {
      const { dtype, seed, rows, epochs, batchSize, shuffle, callback, vectors } = drawn
      const configs = drawn.configs.map(({ learningRate, own = drawn.common }, index) => {
        const { optimizer, activation, scaling, extra, dropout } = own
        const layers = [{ units: 3, activation, dropout }, { units: 1 }]
        const varying = { seed: seed + index, optimizer: { ...optimizer, learningRate } }
        return loosely({ inputs: 2, layers, scaling, dtype, ...varying, ...extra })
      })
      const x = rowsOf(rows, 2, seed)
      const y = x.map(([a, b]) => [Number(a * b > 0)])
      const chosen = configs.map((_, index) => x.map((_, row) => row).filter((row) => row % 4 !== index % 2))
      const options: TrainManyOptions = {
        ...{ epochs, batchSize, shuffle, ...drawn.targetLoss, ...drawn.watching },
        ...(drawn.ownRows ? { rows: chosen } : {}),
        ...(callback === 'none' ? {} : { onEpoch: callbacks[callback] }),
      }
      const lanes = vectors * (dtype === 'float32' ? 4 : 2)
      const found = await trainTogether(configs, x, y, options, () => ({ lanes, least: 1 }))
      const traces = found.map(({ network, result }) => traceOf(network, result))
      for (const { network } of found) network.dispose()
      expect(traces).toEqual(await alone(configs, x, y, options))
    })
    await fc.assert(property, { numRuns: RUNS, seed: 20240608 })
  })
})

describe('in lanes', () => {
  it(`${RUNS} random networks, with all that the tables offer, get the bits that they get alone`, async () => {
    let trainedInLanes = 0
    const property = fc.asyncProperty(plan, async (drawn) => {
      const configs = configsOf(drawn)
      const { optimizer, dtype, vectors, epochs, shuffle, stops } = drawn
      const batchSize = optimizer.name === 'rprop' ? 'full' : drawn.batchSize
      const options = { epochs, batchSize, shuffle, ...stops } as const
      const x = rowsOf(drawn.rows, drawn.inputs, drawn.seed)
      const y = targetsOf(drawn, configs[0].layers[configs[0].layers.length - 1].units)
      const lanes = vectors * (dtype === 'float32' ? 4 : 2)
      const chooseLanes = () => {
        trainedInLanes++
        return { lanes, least: 1 }
      }
      const found = await trainTogether(configs, x, y, options, chooseLanes)
      const traces = found.map(({ network, result }) => traceOf(network, result))
      for (const { network } of found) network.dispose()
      expect(traces).toEqual(await alone(configs, x, y, options))
    })
    await fc.assert(property, { numRuns: RUNS, seed: 20240607 })
    expect(trainedInLanes).toBeGreaterThan(RUNS / 2)
  })
})

describe('a validation split', () => {
  const x = rowsOf(40, 2, 5)
  const y = rowsOf(40, 1, 6)
  const heldBy = async (options: TrainManyOptions) => {
    const trained = await trainMany(many(4, { inputs: 2, layers: [{ units: 1 }] }), x, y, { epochs: 1, ...options })
    return trained.map(({ result }) => Array.from(result.validationRows ?? []))
  }

  it('holds the same rows out for all, drawn with the seed of the call', async () => {
    const validation = { split: 0.25 }
    const [first, ...others] = await heldBy({ validation, seed: 8 })
    expect(first).toHaveLength(10)
    expect(others).toEqual([first, first, first])
    expect(await heldBy({ validation: { split: 0.25, seed: 8 }, seed: 9 })).toEqual([first, ...others])
    expect((await heldBy({ validation, seed: 9 }))[0]).not.toEqual(first)
    expect(await heldBy({ validation })).toEqual(await heldBy({ validation, seed: 1 }))
    await expectRefusal(heldBy({ validation, seed: -1 }), 'INVALID_CONFIG', /seed/)
  })
})

describe('networks of any shapes', () => {
  it.each(dtypes)('share lanes with their like, %s among them', async (dtype) => {
    const shapes = [[3], [5], [3, 2], [40, 30]]
    const configs = Array.from({ length: 24 }, (_, index): NetworkConfig => {
      const hidden = shapes[index % 4].map((units) => ({ units, activation: 'tanh' as const }))
      const type = index % 8 < 4 ? dtype : dtype === 'float32' ? 'float64' : 'float32'
      return { inputs: 2, layers: [...hidden, { units: 1 }], scaling: TUTORIAL.scaling, dtype: type, seed: index }
    })
    const options = { epochs: 30, batchSize: 2 } as const
    const sizes: number[] = []
    const trained = await trainTogether(configs, HOURS, SCORES, options, (work, count) => {
      sizes.push(count)
      return planLanes(work, count)
    })
    expect(trained.map(({ network, result }) => traceOf(network, result))).toEqual(
      await alone(configs, HOURS, SCORES, options),
    )
    expect(sizes).toEqual(Array(8).fill(3))
  })

  it('have outputs of their own for the same targets', async () => {
    const x = rowsOf(30, 2, 4)
    const classes = x.map(([a, b]) => Number(a > b))
    const output = (units: number, activation: 'sigmoid' | 'softmax' | 'linear'): NetworkConfig => {
      return { inputs: 2, layers: [{ units: 3 }, { units, activation }], seed: 3 }
    }
    const configs = [output(1, 'sigmoid'), output(2, 'softmax'), output(1, 'linear'), output(3, 'softmax')]
    await expectSame(configs, x, classes, { epochs: 5 })
  })

  it('end at once where the host gives no more instances, and name the one', async () => {
    const { Instance } = WebAssembly
    let made = 0
    let refused = 0
    const refusing = new Proxy(Instance, {
      construct(target, args) {
        if (++made > 40) {
          refused++
          throw new RangeError('WebAssembly.Instance(): Out of memory: Cannot allocate Wasm memory for new instance')
        }
        return Reflect.construct(target, args)
      },
    })
    WebAssembly.Instance = refusing
    const disposed = vi.spyOn(Network.prototype, 'dispose')
    try {
      const training = trainMany(many(200, TUTORIAL), HOURS, SCORES)
      await expectRefusal(training, 'ENGINE_FAILED', /^configs\[\d+\]: expected another WebAssembly instance, the host/)
      expect(refused).toBe(1)
      const { path } = await training.catch((error) => error)
      expect(`configs[${disposed.mock.calls.length}]`).toBe(path)
    } finally {
      disposed.mockRestore()
      WebAssembly.Instance = Instance
    }
  })
})

describe('the build of lanes', () => {
  it('leaves the place of the program free', async () => {
    const { freeAddress } = new WebAssembly.Instance(await compileBuild('lanes')).exports as { freeAddress(): number }
    expect(freeAddress()).toBeLessThanOrEqual(PROGRAM)
  })
})

describe('who shares lanes', () => {
  const configOf = (config: object) => resolveConfig(loosely(config))

  it('are small networks of units that leave vectors empty', () => {
    const tutorial = { config: configOf({ ...TUTORIAL, dtype: 'float32' }), batchRows: 3, isShuffled: false }
    expect(planLanes(tutorial, 64)).toEqual({ lanes: 16, least: 5 })
    expect(planLanes(tutorial, 2)).toEqual({ lanes: 4, least: 2 })
    expect(planLanes({ ...tutorial, batchRows: 60 }, 64)?.lanes).toBe(8) // so that a block stays in the cache
    const wide = configOf({ inputs: 64, layers: [{ units: 64 }, { units: 10 }] })
    expect(planLanes({ config: wide, batchRows: 64, isShuffled: true }, 64)).toBeUndefined()
  })

  it.each([
    ['dropout', { layers: [{ units: 3, dropout: 0.5 }, { units: 1 }] }, {}],
    ['a rate that is a function', { optimizer: { name: 'sgd', learningRate: (step: number) => 0.1 / (1 + step) } }, {}],
    ['lbfgs', { optimizer: 'lbfgs' }, {}],
    ['weights of rows', {}, { sampleWeights: [1, 2, 0.5] }],
    ['the other engine', { engine: 'typescript' }, {}],
    ['validation', {}, { validation: { split: 0.4 }, earlyStopping: { patience: 2 }, batchSize: 1 }],
  ])('with %s networks get the same bits', async (_, config, options) => {
    const changed = many(3, loosely({ ...TUTORIAL, ...config }))
    await expectSame(changed, HOURS, SCORES, { epochs: 5, ...options })
  })

  it('networks of different options may be trained in one call', async () => {
    const changes = [{ optimizer: 'adam' }, { optimizer: 'sgd' }, { clipNorm: 1 }, { loss: 'huber' }] as const
    const configs = many(12, TUTORIAL, (index) => changes[index % 4])
    await expectSame(configs, HOURS, SCORES, { epochs: 30 })
  })
})

describe('what is handed in', () => {
  it('is read and checked once for all networks that ask the same of it', async () => {
    let reads = 0
    const counted = (data: Float64Array, columns: number): MatrixInput => ({
      get data() {
        reads++
        return data
      },
      rows: 3,
      columns,
    })
    const x = counted(Float64Array.from(HOURS.flat()), 2)
    const y = counted(Float64Array.of(0.9, 0.8, 0.85), 1)
    const configs = many(6, TUTORIAL, (index) => ({
      loss: index % 2 === 0 ? 'halfSquaredError' : 'binaryCrossEntropy',
      scaling: {},
    }))
    await trainMany(configs, x, y, { epochs: 1, rows: configs.map((_, index) => [index % 3]) })
    expect(reads).toBe(4) // inputs and targets, for each of two kinds of targets
  })
})

describe('what is refused', () => {
  const two = (changes: object) => [TUTORIAL, loosely({ ...TUTORIAL, ...changes })]

  it.each([
    ['no configurations', [], /^configs: expected an array of at least one/],
    ['other inputs', two({ inputs: 3 }), /^configs\[1\]\.inputs: expected 2, as in configs\[0\]/],
    ['a wrong option', two({ seed: -1 }), /^configs\[1\]\.seed: expected an integer/],
    ['an unknown option', two({ seeds: 1 }), /^configs\[1\]\.seeds: unknown option/],
    ['holes', new Array(2), /^configs\[0\]: expected/],
    ['millions of holes, at the first of them', new Array(3e7), /^configs\[0\]: expected/],
  ])('%s', async (_, configs, message) => {
    await expectRefusal(trainMany(configs as NetworkConfig[], HOURS, SCORES), 'INVALID_CONFIG', message)
  })

  it.each([
    ['wrong options', { epochs: 0 }, 'INVALID_CONFIG', /^epochs/],
    ['options that are none', 7, 'INVALID_CONFIG', /^options/],
    ['lists for other networks', { rows: [[1]] }, 'INVALID_SHAPE', /^rows: expected 2 lists/],
    ['an empty list', { rows: [[1], []] }, 'INVALID_SHAPE', /^rows\[1\]: expected at least one row number/],
    [
      'a row that is not there',
      { rows: [[1], [0, 3]] },
      'INVALID_DATA',
      /^rows\[1\]\[1\]: expected a row number from 0 to 2, got 3/,
    ],
    [
      'no list',
      { rows: [[1], 0] },
      'INVALID_SHAPE',
      /^rows\[1\]: expected an array or typed array of row numbers, got 0/,
    ],
    [
      'a view that is no list',
      { rows: [[1], new DataView(new ArrayBuffer(4))] },
      'INVALID_SHAPE',
      /^rows\[1\]: .*DataView/,
    ],
    ['big integers', { rows: [[1], BigInt64Array.of(1n)] }, 'INVALID_SHAPE', /^rows\[1\]: .*BigInt64Array/],
    ['holes among the lists', { rows: new Array(2) }, 'INVALID_SHAPE', /^rows\[0\]/],
    ['as many holes as a list can have', { rows: [[1], new Array(2 ** 32 - 1)] }, 'INVALID_DATA', /^rows\[1\]\[0\]/],
    ['half a row', { rows: [[0.5], [0]] }, 'INVALID_DATA', /^rows\[0\]\[0\]/],
  ] as const)('%s', async (_, options, code, message) => {
    const configs = many(2, TUTORIAL)
    await expectRefusal(trainMany(configs, HOURS, SCORES, options as TrainManyOptions), code, message)
  })

  it('an unknown option, naming the nearest one that there is here', async () => {
    const misspelled = { row: [[1], [0]] } as TrainManyOptions
    const expected = /^row: unknown option; did you mean "rows"\?$/
    await expectRefusal(trainMany(many(2, TUTORIAL), HOURS, SCORES, misspelled), 'INVALID_CONFIG', expected)
    await expectRefusal(trainMany(many(2, TUTORIAL), HOURS, SCORES, null as never), 'INVALID_CONFIG', /^options/)
  })

  it('nothing that an object inherits, since only its own keys are options', async () => {
    const options = Object.assign(Object.create({ rows: [[7], [7]], threads: 0, epochs: 0 }), { epochs: 2 })
    await expectSame(many(2, TUTORIAL), HOURS, SCORES, { epochs: 2 })
    const trained = await trainMany(many(2, TUTORIAL), HOURS, SCORES, options)
    expect(trained.map(({ result }) => result.epochs)).toEqual([2, 2])
  })

  it('no option that is read a second time', async () => {
    const reads: string[] = []
    const options = new Proxy({ epochs: 2, threads: 1, rows: [[0], [1]], shuffle: false } as object, {
      get(target, key) {
        reads.push(String(key))
        return Reflect.get(target, key)
      },
    })
    await trainMany(many(2, TUTORIAL), HOURS, SCORES, options)
    expect(reads.filter((key) => key in options).sort()).toEqual(['epochs', 'rows', 'shuffle', 'threads'])
  })

  it('weights of more classes than a list may be copied for', async () => {
    const classWeights = new Array(2 ** 32 - 1)
    const options = { classWeights: classWeights as number[] }
    const classes = many(2, { ...TUTORIAL, scaling: {}, loss: 'binaryCrossEntropy' })
    await expectRefusal(
      trainMany(classes, HOURS, [[0], [1], [1]], options),
      'INVALID_CONFIG',
      /classWeights: expected an array of 2/,
    )
  })

  it('wrong data, by its own name', async () => {
    await expectRefusal(trainMany(many(2, TUTORIAL), [[1, Number.NaN]], [[1]]), 'NOT_FINITE', /^inputs\[0\]\[1\]/)
    await expectRefusal(trainMany(many(2, TUTORIAL), HOURS, [[1]]), 'INVALID_SHAPE', /^targets/)
  })

  it('what a callback throws, and it ends all', async () => {
    const onEpoch = () => {
      throw new Error('enough')
    }
    await expect(trainMany(many(5, TUTORIAL), HOURS, SCORES, { onEpoch })).rejects.toThrow('enough')
  })

  it.each([
    ['all of them', 5],
    ['all until one throws at once', 3],
  ])('what callbacks promise and do not keep, %s, and nobody hears of more than one', async (_, promising) => {
    const unhandled: unknown[] = []
    const hear = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', hear)
    let answered = 0
    const breakPromise = async (network: number) => {
      await new Promise((resolve) => setTimeout(resolve, 5 * (network + 1)))
      answered++
      throw new Error(`enough of ${network}`)
    }
    const onEpoch: TrainManyOptions['onEpoch'] = ({ network }) => {
      if (network < promising) return breakPromise(network)
      throw new Error('enough of all')
    }
    const training = trainTogether(many(5, TUTORIAL), HOURS, SCORES, { onEpoch }, () => ({ lanes: 8, least: 1 }))
    await expect(training).rejects.toThrow(promising === 5 ? 'enough of 0' : 'enough of all')
    if (promising === 5) expect(answered).toBe(5)
    await new Promise((resolve) => setTimeout(resolve, 50))
    process.off('unhandledRejection', hear)
    expect(unhandled).toEqual([])
  })
})

describe('lanes that cannot be had', () => {
  afterEach(() => vi.restoreAllMocks())
  const configs = [1, 2, 3, 4, 5].map((seed) => ({ ...TUTORIAL, seed }))
  const train = async () =>
    (await trainMany(configs, HOURS, SCORES, { epochs: 5 })).map(({ network }) => network.weightsHash())

  it('since the host refuses them, are done without', async () => {
    const wanted = await train()
    const refuses = vi.spyOn(Lanes, 'of').mockRejectedValue(new WebAssembly.CompileError('on purpose'))
    expect(await train()).toEqual(wanted)
    expect(refuses).toHaveBeenCalled()
  })

  it('by a mistake of the library, are an error', async () => {
    vi.spyOn(Lanes, 'of').mockRejectedValue(new TypeError('on purpose'))
    await expect(train()).rejects.toThrow('on purpose')
  })
})
