// trainMany and crossValidate over threads: each network with all that it has on one thread, to the bit, whatever becomes of
// the workers, and never a hang. Of the built package, since workers load a file. In browsers: anywhere/threads.test.ts.
import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PROTOCOL } from '../../src/hosts/messages.ts'
import type { MatrixInput, NetworkConfig, TrainedNetwork, TrainManyOptions } from '../../src/index.ts'
import { loosely } from '../support/choices.ts'
import { bitsOf, dtypes, HOURS, numbersOf, rowsOf, SCORES, TUTORIAL } from '../support/networks.ts'
import { wordsOf } from '../support/refusal.ts'

const dist = new URL('../../dist/', import.meta.url)
const library: typeof import('../../src/index.ts') = await import(new URL('index.js', dist).href)
const { trainMany } = library

// Workers that are watched

/** How a worker is started: another file takes the place of the library's own */
let file: URL | undefined
const started: Worker[] = []
/** Networks that came back from workers */
let away = 0
/** Called when tasks have been posted to a worker */
let onTasks: () => void = () => {}
/** Inputs that were posted */
const inputs: Float64Array[] = []

/** Sees what passes between the calling thread and its workers. */
class WatchedChannel extends MessageChannel {
  constructor() {
    super()
    const { port1 } = this
    port1.addEventListener('message', ({ data }) => {
      if (data.kind === 'trained') away += data.trained.length
    })
    const post = port1.postMessage.bind(port1)
    port1.postMessage = (message: { kind?: string; data?: { inputs: { data: Float64Array } } }, transfer?: unknown) => {
      if (message.data) inputs.push(message.data.inputs.data)
      post(message, transfer as never)
      if (message.kind === 'train') onTasks()
    }
  }
}

beforeEach(() => {
  file = undefined
  onTasks = () => {}
  vi.stubGlobal('MessageChannel', WatchedChannel)
  const real = process.getBuiltinModule
  const threads = real('node:worker_threads')
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) => {
    if (name !== 'node:worker_threads') return real(name as never)
    class Watched extends threads.Worker {
      constructor(...[url, options]: ConstructorParameters<typeof Worker>) {
        super(file ?? url, options)
        started.push(this)
      }
    }
    return { ...threads, Worker: Watched }
  }) as never)
})

afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  await Promise.all(started.splice(0).map((worker) => worker.terminate()))
})

/** All that a training leaves. Snapshots have the optimizer's state, counters, rates and scaling. */
function traceOf({ network, result }: TrainedNetwork) {
  const { milliseconds: _, samplesPerSecond: __, timeline, ...told } = result
  const { loss, validationLoss = [], ...rest } = told
  const weights = timeline?.epochs.map((epoch) => timeline.at(epoch)) ?? []
  const frames = [timeline?.epochs, timeline?.every, timeline?.bytes, weights.map((layers) => JSON.stringify(layers))]
  const bytes = result.stopReason === 'aborted' ? [] : network.snapshot()
  return { ...rest, bits: bitsOf(loss, validationLoss, bytes, network.weightsHash()), timeline: bitsOf(frames) }
}

function tracesOf(trained: readonly TrainedNetwork[]) {
  const traces = trained.map(traceOf)
  for (const { network } of trained) network.dispose()
  return traces
}

/** Trains on so many threads until workers have had a share, which those that start late have not. */
async function expectSame(
  configs: readonly NetworkConfig[],
  x: MatrixInput,
  y: MatrixInput,
  options: TrainManyOptions,
  threads: number | 'auto' = 2,
) {
  const wanted = tracesOf(await trainMany(configs, x, y, options))
  const before = away
  await vi.waitFor(
    async () => {
      const trained = await trainMany(configs, x, y, { ...options, threads })
      for (const { result } of trained) expect(result.milliseconds).toBeGreaterThan(0)
      expect(tracesOf(trained)).toEqual(wanted)
      if (away === before) throw new Error('no worker was ready in time')
    },
    { timeout: 30_000, interval: 50 },
  )
  return wanted
}

const many = (count: number, config: NetworkConfig, changes: (index: number) => Partial<NetworkConfig> = () => ({})) =>
  Array.from({ length: count }, (_, index) => ({ ...config, seed: index + 1, ...changes(index) }))

const tutorials = (count: number, dtype: 'float32' | 'float64' = 'float32') =>
  many(count, { ...TUTORIAL, dtype }, (index) => ({
    optimizer: { name: 'sgd', learningRate: 0.05 + 0.1 * (index % 7) },
  }))

const X = rowsOf(60, 2, 1)
const Y = X.map(([a, b]) => [a * b])

describe.each(dtypes)('several threads give the bits of one in %s', (dtype) => {
  it.each([
    [2, 64],
    [3, 13],
    [5, 3],
  ])('%d threads, %d tutorial networks', async (threads, count) => {
    await expectSame(tutorials(count, dtype), HOURS, SCORES, { epochs: 700, batchSize: 'full' }, threads)
    expect(started.length).toBeLessThan(Math.min(threads, count))
  })

  it('of networks that reach their loss, stop early, diverge and go on', async () => {
    const configs = many(12, { inputs: 2, layers: [{ units: 3 }, { units: 1 }], dtype }, (index) => ({
      optimizer: { name: 'sgd', learningRate: [0.001, 0.02, 1e6, 0.1][index % 4] },
    }))
    const options = { epochs: 200, batchSize: 20, earlyStopping: { patience: 3 }, targetLoss: 0.08 }
    const reasons = (await expectSame(configs, X, Y, options)).map(({ stopReason }) => stopReason)
    for (const reason of ['diverged', 'earlyStopping'] as const) expect(reasons).toContain(reason)
    const plain = await expectSame(configs, X, Y, { epochs: 50, targetLoss: 0.16 })
    expect(new Set(plain.map(({ stopReason }) => stopReason))).toEqual(new Set(['targetLoss', 'diverged', 'epochs']))
    expect(plain.find(({ stopReason }) => stopReason === 'diverged')?.advice).toBeTypeOf('string')
  })

  it('with validation rows whose loss overflows', async () => {
    const layers: NetworkConfig['layers'] = [{ units: 1, weightInit: { name: 'constant', value: 2 } }]
    const configs = many(4, { inputs: 2, layers, dtype, optimizer: 'sgd' })
    const large = dtype === 'float32' ? 3e38 : 1e308
    const validation = { inputs: [[large, large]], targets: [[0]] }
    const reasons = (await expectSame(configs, X, Y, { epochs: 5, validation })).map(({ stopReason }) => stopReason)
    expect(new Set(reasons)).toEqual(new Set(['diverged']))
  })

  it.each<[string, Partial<NetworkConfig>, TrainManyOptions]>([
    ['a validation split and the best weights', {}, { validation: { split: 0.3 }, earlyStopping: { patience: 2 } }],
    ['rows of their own for it', {}, { validation: { inputs: X.slice(0, 7), targets: Y.slice(0, 7) } }],
    [
      'weights of rows and a timeline',
      {},
      { sampleWeights: X.map(([a]) => a * a), history: { weights: { every: 3 } } },
    ],
    ['a timeline of few bytes', {}, { history: { weights: { bytes: 500 } }, batchSize: 'full' }],
    ['fitted scalings', { scaling: { inputs: 'standard', targets: 'minMax' } }, { shuffle: false }],
    ['a schedule', { optimizer: { name: 'adam', learningRate: { name: 'cosine', initial: 0.1, total: 99 } } }, {}],
    ['plateaus', { optimizer: { name: 'sgd', learningRate: { name: 'reduceOnPlateau', patience: 0 } } }, {}],
    ['dropout', { layers: [{ units: 9, dropout: 0.5 }, { units: 1 }] }, {}],
    ['penalties and clipping', { regularization: { l1: 0.01, l2: 0.1 }, clipNorm: 0.1, clipValue: 0.01 }, {}],
    ['lbfgs', { optimizer: 'lbfgs' }, { batchSize: 'full', epochs: 9 }],
    ['the other engine', { engine: 'typescript' }, { epochs: 9 }],
    ['threads of their own', { threads: 2 }, {}],
  ])('with %s', async (_, changes, options) => {
    const config: NetworkConfig = {
      inputs: 2,
      layers: [{ units: 6, activation: 'tanh' }, { units: 1 }],
      dtype,
      ...changes,
    }
    await expectSame(many(5, config), X, Y, { epochs: 40, batchSize: 8, ...options })
  })

  it('of data in any form', async () => {
    const layers = [
      { units: 4, activation: 'tanh' as const },
      { units: 3, activation: 'softmax' as const },
    ]
    const configs = many(4, { inputs: 2, layers, dtype })
    const classes = X.map((_, row) => row % 3)
    const flat = { data: Uint8Array.from(numbersOf(120, 3), (number) => 100 + 99 * number), rows: 60, columns: 2 }
    const oneHot = classes.map((number) => [0, 1, 2].map((other) => Number(number === other)))
    await expectSame(configs, flat, classes, { epochs: 5, classWeights: 'balanced', validation: { split: 0.2 } })
    await expectSame(configs, flat, { data: Int8Array.from(classes), rows: 60, columns: 1 }, { epochs: 5 })
    await expectSame(configs, Float32Array.from(X.flat()), oneHot, { epochs: 5 })
  })

  it('with inputs no more precise than they are taken, once for all workers', async () => {
    const layers = [{ units: 1 }]
    for (const scaling of ['none', 'standard'] as const) {
      inputs.length = 0
      await expectSame(many(6, { inputs: 2, layers, dtype, scaling: { inputs: scaling } }), X, Y, { epochs: 9 }, 3)
      for (const sent of inputs) {
        expect(sent.BYTES_PER_ELEMENT).toBe(dtype === 'float32' && scaling === 'none' ? 4 : 8)
        expect(sent.buffer).toBeInstanceOf(SharedArrayBuffer)
      }
    }
  })

  it('of networks with rows of their own', async () => {
    const rows = Array.from({ length: 6 }, (_, index) => X.map((_, row) => row).filter((row) => row % 6 !== index))
    const sampleWeights = X.map(([a]) => Math.abs(a))
    await expectSame(many(6, { inputs: 2, layers: [{ units: 1 }], dtype }), X, Y, { epochs: 30, rows, sampleWeights })
  })

  it('of networks of different options', async () => {
    const changes = [{ optimizer: 'adam' }, { optimizer: 'sgd' }, { clipNorm: 1 }, { loss: 'huber' }] as const
    const configs = many(30, { ...TUTORIAL, dtype }, (index) => changes[index % 4])
    await expectSame(configs, HOURS, SCORES, { epochs: 100 })
  })

  it('where "auto" shares what was begun', { retry: 2 }, async () => {
    const slow: NetworkConfig = {
      inputs: 2,
      layers: [{ units: 40, activation: 'tanh' }, { units: 1 }],
      optimizer: { name: 'adam', learningRate: { name: 'reduceOnPlateau', initial: 0.01, patience: 1 } },
      dtype,
    }
    const options = {
      epochs: 1500,
      batchSize: 4,
      validation: { split: 0.3 },
      earlyStopping: { patience: 1500 },
      history: { weights: { every: 100 } },
    }
    await expectSame(many(6, slow), X, Y, options, 'auto')
    await expectSame(tutorials(12, dtype), HOURS, SCORES, { epochs: 100_000, batchSize: 2 }, 'auto')
  })
})

describe('an abort', () => {
  it('ends all, wherever they train, and each can go on', async () => {
    const configs = tutorials(20).map((config) => ({ ...config, scaling: {} }))
    const options = { epochs: 20_000, batchSize: 7 } as const
    const wanted = (await trainMany(configs, X, Y, options)).map(({ network }) => network.weightsHash())
    const before = away
    await vi.waitFor(
      async () => {
        const controller = new AbortController()
        onTasks = () => setTimeout(() => controller.abort(), 10)
        const trained = await trainMany(configs, X, Y, { ...options, signal: controller.signal, threads: 2 })
        if (away === before) throw new Error('no worker was ready in time')
        const reasons = trained.map(({ result }) => result.stopReason)
        expect(new Set(reasons)).toEqual(new Set(['aborted']))
        expect(getEventListeners(controller.signal, 'abort')).toEqual([])
        expect(trained.filter(({ result }) => result.steps > 0).length).toBeGreaterThan(5)
        for (const { network, result } of trained) {
          const whole = await network.resume(X, Y)
          expect(whole.epochs).toBe(20_000)
          expect(whole.loss.slice(0, result.epochs)).toEqual(result.loss)
          expect(whole.milliseconds).toBeGreaterThan(result.milliseconds)
        }
        expect(trained.map(({ network }) => network.weightsHash())).toEqual(wanted)
      },
      { timeout: 50_000, interval: 50 },
    )
  })

  it('beforehand trains nothing', async () => {
    for (const { result } of await trainMany(tutorials(5), HOURS, SCORES, { signal: AbortSignal.abort(), threads: 3 }))
      expect(result).toMatchObject({ stopReason: 'aborted', steps: 0 })
  })
})

describe('networks that come back', () => {
  it('train on, predict and are resumed from snapshots as any', async () => {
    const options = { epochs: 300, batchSize: 'full' } as const
    const single = await trainMany(tutorials(9), HOURS, SCORES, options)
    const shared = await trainMany(tutorials(9), HOURS, SCORES, { ...options, threads: 2 })
    for (const [index, { network }] of shared.entries()) {
      const other = single[index].network
      expect(network.predict(HOURS)).toEqual(other.predict(HOURS))
      expect(network.engine).toEqual(other.engine)
      for (const each of [network, other]) await each.train(HOURS, SCORES, { epochs: 10, batchSize: 1 })
      expect(network.snapshot()).toEqual(other.snapshot())
    }
  })
})

describe('what stays in the calling thread', () => {
  const rate = (step: number) => 0.5 / (1 + step)

  it('are networks whose rate is a function, while the others are shared', async () => {
    const configs = many(8, TUTORIAL, (index) => (index % 3 ? {} : { optimizer: { name: 'sgd', learningRate: rate } }))
    await expectSame(configs, HOURS, SCORES, { epochs: 2000, batchSize: 1 })
  })

  it('are all with onEpoch', async () => {
    const seen: number[] = []
    const onEpoch: TrainManyOptions['onEpoch'] = ({ network, epoch, setLearningRate, snapshot }) => {
      seen.push(network)
      if (epoch === 2) setLearningRate(0.01 * network)
      expect(snapshot().length).toBeGreaterThan(100)
      return epoch < 3 + network
    }
    const single = tracesOf(await trainMany(tutorials(5), HOURS, SCORES, { epochs: 20, onEpoch }))
    const told = seen.splice(0)
    const trained = await trainMany(tutorials(5), HOURS, SCORES, { epochs: 20, onEpoch, threads: 4 })
    for (const { reason } of trained)
      expect(reason).toBe('one thread: onEpoch and onProgress are called in the calling one')
    expect(tracesOf(trained)).toEqual(single)
    expect(seen).toEqual(told)
    expect(started).toHaveLength(0)
  })

  it('is what "auto" has done within 50 ms', async () => {
    await trainMany(tutorials(4), HOURS, SCORES, { epochs: 3, threads: 'auto' })
    expect(started).toHaveLength(0)
  })
})

describe('the option threads', () => {
  it.each([0, -1, 1.5, 65, Number.NaN, '2', null, true, 'automatic'])('refuses %o', async (threads) => {
    const message = /^threads: expected an integer from 1 to 64, or "auto", got /
    await expectRefused(trainMany(tutorials(2), HOURS, SCORES, loosely({ threads })), message)
    await expectRefused(library.crossValidate(tutorials(1)[0], HOURS, SCORES, loosely({ threads })), message)
  })

  it('leaves the other errors as they are', async () => {
    const options = { threads: 2 }
    await expectRefused(trainMany([], HOURS, SCORES, options), /^configs: expected an array/)
    await expectRefused(trainMany(tutorials(2), HOURS, SCORES, { ...options, epochs: 0 }), /^epochs/)
    await expectRefused(trainMany(tutorials(2), HOURS, [[1]], options), /^targets/)
    expect(started).toHaveLength(0)
  })

  /** Errors of the built package are of its own class. */
  async function expectRefused(action: Promise<unknown>, message: RegExp) {
    const error = await action.then(
      () => undefined,
      (error) => error,
    )
    expect(error).toBeInstanceOf(library.WasmpropError)
    expect(wordsOf(error)).toMatch(message)
  }
})

describe('crossValidate', () => {
  it('on threads gives the same folds', async () => {
    const config: NetworkConfig = {
      inputs: 2,
      layers: [
        { units: 5, activation: 'tanh' },
        { units: 1, activation: 'sigmoid' },
      ],
      scaling: { inputs: 'standard' },
      seed: 3,
    }
    const classes = Y.map(([product]) => Number(product > 0))
    const options = { folds: 7, epochs: 150, metrics: ['accuracy'] as const }
    const wanted = await library.crossValidate(config, X, classes, options)
    const before = away
    await vi.waitFor(
      async () => {
        const { folds, mean, standardDeviation } = await library.crossValidate(config, X, classes, {
          ...options,
          threads: 3,
        })
        expect({ mean, standardDeviation }).toEqual({ mean: wanted.mean, standardDeviation: wanted.standardDeviation })
        expect(folds.map(({ rows, scores }) => [rows, scores])).toEqual(
          wanted.folds.map(({ rows, scores }) => [rows, scores]),
        )
        expect(folds.map(traceOf)).toEqual(wanted.folds.map(traceOf))
        if (away === before) throw new Error('no worker was ready in time')
      },
      { timeout: 30_000, interval: 50 },
    )
  })
})

describe('where workers fail', () => {
  const configs = tutorials(12)
  const options = { epochs: 20_000, batchSize: 2 } as const

  async function expectSameBits(threads = 3) {
    const wanted = tracesOf(await trainMany(configs, HOURS, SCORES, options))
    expect(tracesOf(await trainMany(configs, HOURS, SCORES, { ...options, threads }))).toEqual(wanted)
  }

  it('at their work, the others do it', async () => {
    await vi.waitFor(
      async () => {
        let died = 0
        onTasks = () => {
          died++
          for (const worker of started) setTimeout(() => worker.terminate(), 5)
        }
        await expectSameBits()
        if (died === 0) throw new Error('no worker was ready in time')
      },
      { timeout: 50_000, interval: 50 },
    )
  })

  /** The script of a worker that answers the library, and serves a port by this code */
  const servesBy = (code: string) => {
    const script = `import { parentPort } from "node:worker_threads"
      parentPort.on("message", ({ port }) => {
        port.postMessage({ protocol: ${PROTOCOL} })
        port.on("message", ({ port }) => port.on("message", (message) => { ${code} }))
      })`
    return `data:text/javascript,${encodeURIComponent(script)}`
  }

  it.each([
    ['cannot be loaded', 'no-such-file.js', /no worker could be started from .*no-such-file\.js/],
    ['end at once', 'data:text/javascript,process.exit(7)', /ended with exit code 7/],
    ['throw', 'data:text/javascript,throw new Error("on purpose")', /on purpose/],
    ['answer that they cannot', servesBy('port.postMessage({ kind: "failed", reason: "on purpose" })'), /on purpose/],
    ['answer what is none', servesBy('port.postMessage({ kind: "trained", trained: [] })'), /not asked/],
    ['die at their work', servesBy('process.exit(9)'), /ended with exit code 9/],
  ])('since they %s, and say so', async (_, url, reason) => {
    await new Promise((resolve) => setTimeout(resolve, 1500)) // idle ones are taken first
    file = new URL(url, dist)
    const wanted = tracesOf(await trainMany(configs, HOURS, SCORES, options))
    await vi.waitFor(
      async () => {
        const trained = await trainMany(configs, HOURS, SCORES, { ...options, threads: 3 })
        const [{ reason: given }] = trained
        expect(tracesOf(trained)).toEqual(wanted)
        expect(given).toMatch(/^fewer threads: /)
        expect(given).toMatch(reason)
      },
      { timeout: 50_000, interval: 50 },
    )
  })

  it('since they never answer', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    file = new URL('data:text/javascript,setInterval(() => {}, 1000)')
    await expectSameBits()
    expect(started.length).toBeGreaterThan(0)
  })

  it('since the host has none, and says so', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    vi.spyOn(process, 'getBuiltinModule').mockImplementation((() => undefined) as never)
    await expectSameBits()
    const rate = (step: number) => 0.5 / (1 + step)
    const mixed = [
      ...configs,
      ...many(1, { ...TUTORIAL, dtype: 'float32', optimizer: { name: 'sgd', learningRate: rate } }),
    ]
    const [{ reason }] = await trainMany(mixed, HOURS, SCORES, { ...options, threads: 3 })
    expect(reason).toMatch(/^fewer threads: no worker could be started.*this host starts no workers/)
    expect(started).toHaveLength(0)
  })

  it('since the data was changed meanwhile', async () => {
    const inputs = HOURS.map((row) => [...row])
    const wanted = tracesOf(await trainMany(configs, HOURS, SCORES, options))
    const training = trainMany(configs, inputs, SCORES, { ...options, threads: 2 })
    await new Promise((resolve) => setTimeout(resolve, 1))
    inputs[0][0] = 99
    expect(tracesOf(await training)).toEqual(wanted)
  })

  it('in the calling thread, the call rejects and workers end', async () => {
    const rate = (step: number) => (step < 3000 ? 0.1 : Number.NaN)
    const mixed = [
      ...configs,
      ...many(1, { ...TUTORIAL, dtype: 'float32', optimizer: { name: 'sgd', learningRate: rate } }),
    ]
    await expect(trainMany(mixed, HOURS, SCORES, { epochs: 1e6, threads: 2 })).rejects.toThrow(/learningRate/)
    await expectSameBits(2)
  })
})

describe('a process', () => {
  const run = async (script: string) => {
    const source = `
      const { trainMany } = await import(${JSON.stringify(new URL('index.js', dist).href)})
      const config = { inputs: 2, layers: [{ units: 30, activation: 'tanh' }, { units: 1 }] }
      const configs = Array.from({ length: 16 }, (_, seed) => ({ ...config, seed }))
      const [x, y] = [new Float32Array(200).map((_, i) => i % 7), new Float32Array(100).map((_, i) => i % 3)]
      ${script}`
    const args = ['--input-type=module', '--eval', source]
    return (await promisify(execFile)(process.execPath, args, { timeout: 30_000 })).stdout
  }

  it('ends by itself', async () => {
    const script = `
      const trained = await trainMany(configs, x, y, { epochs: 200, threads: 3 })
      console.log(trained.map(({ result }) => result.stopReason).join(''))`
    expect(await run(script)).toBe(`${'epochs'.repeat(16)}\n`)
  })

  it('waits for its workers, and ends after an error', async () => {
    const script = `
      const signal = AbortSignal.timeout(1500)
      await trainMany([...configs, { ...config, optimizer: { name: 'sgd', learningRate: () => 1 } }], x, y,
        { epochs: 1e7, threads: 2, signal }).then((trained) => console.log(trained[3].result.stopReason))
      await trainMany(configs, x, y, { threads: 0 }).catch(({ code }) => console.log(code))`
    expect(await run(script)).toBe('aborted\nINVALID_CONFIG\n')
  })
})
