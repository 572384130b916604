// Networks in worker threads of Node: the same bits as in the caller's thread, within reach while they train, and every
// promise settled whatever becomes of the worker. Of the built package, since a worker loads files. In browsers:
// anywhere/worker.test.ts.
import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WasmEngine } from '../../src/engines/wasm.ts'
import { Network } from '../../src/network/network.ts'
import type { WorkerNetwork, WorkerOptions } from '../../src/worker/client.ts'
import { serve } from '../../src/worker/hosted-network.ts'
import { type EngineName, engines, HOURS, rowsOf, SCORES, SMALL, TUTORIAL } from '../support/networks.ts'

const dist = new URL('../../dist/', import.meta.url)
const inThread: typeof import('../../src/index.ts') = await import(new URL('index.js', dist).href)
const inWorker: typeof import('../../src/worker/client.ts') = await import(new URL('worker.js', dist).href)

const INPUTS = rowsOf(40, 3, 1)
const TARGETS = rowsOf(40, 2, 2)

interface ResizableBuffer extends ArrayBuffer {
  resize(bytes: number): void
}

const disposables: { dispose(): unknown }[] = []
afterEach(async () => {
  for (const each of disposables.splice(0)) await each.dispose()
})

/** Disposed after the test, as are the workers of `hostWorker` */
async function small(engine: EngineName = 'wasm', options: WorkerOptions = {}): Promise<WorkerNetwork> {
  const network = await inWorker.createNetwork({ ...SMALL, engine }, options)
  disposables.push(network)
  return network
}

function hostWorker(): Worker {
  const worker = new Worker(new URL('worker-host.js', dist))
  disposables.unshift({ dispose: () => worker.terminate() })
  return worker
}

async function large(engine: EngineName): Promise<[WorkerNetwork, Float32Array, Float32Array]> {
  const layers = [{ units: 512, activation: 'relu' }, { units: 512, activation: 'relu' }, { units: 10 }] as const
  const network = await inWorker.createNetwork({ inputs: 784, layers, seed: 1, engine })
  disposables.push(network)
  const [inputs, targets] = [rowsOf(256, 784, 1).flat(), rowsOf(256, 10, 2).flat()]
  return [network, Float32Array.from(inputs), Float32Array.from(targets)]
}

const codeOf = (action: Promise<unknown>): Promise<unknown> =>
  action.then(
    () => 'no error',
    (error) => error.code ?? error,
  )

describe.each(engines)('a network in a worker with the engine %s', (engine) => {
  it('trains to the same bits as one in the thread', async () => {
    const config = { ...TUTORIAL, engine }
    const [near, far] = [await inThread.createNetwork(config), await inWorker.createNetwork(config)]
    disposables.push(far)
    for (const network of [near, far]) {
      await network.fitScaling(HOURS, SCORES)
      await network.train(HOURS, SCORES, { epochs: 200, batchSize: 2 })
      await network.trainOnBatch(HOURS, SCORES)
    }
    expect(await far.weightsHash()).toBe(near.weightsHash())
    expect(await far.getWeights()).toEqual(near.getWeights())
    expect(await far.toJSON()).toEqual(near.toJSON())
    expect(await far.evaluate(HOURS, SCORES)).toEqual(near.evaluate(HOURS, SCORES))
    expect(await far.gradients(HOURS, SCORES)).toEqual(near.gradients(HOURS, SCORES))
    expect(await far.summary()).toBe(near.summary())
    const { inputs, layers, dtype, seed, engine: info, parameterCount } = near
    expect(far).toMatchObject({ inputs, layers, dtype, seed, engine: info, parameterCount })
  })

  it('asks onEpoch after each epoch, and obeys it as one in the thread does', async () => {
    const [near, far] = [await inThread.createNetwork({ ...SMALL, engine }), await small(engine)]
    const seen = await Promise.all(
      [near, far].map(async (network) => {
        const progress: number[][] = []
        const { epochs, steps, stopReason, loss } = await network.train(INPUTS, TARGETS, {
          epochs: 50,
          onEpoch: ({ epoch, loss, learningRate, setLearningRate }) => {
            progress.push([epoch, loss, learningRate])
            if (epoch === 5) setLearningRate(0.05)
            return epoch < 20
          },
        })
        return { progress, epochs, steps, stopReason, loss, hash: await network.weightsHash() }
      }),
    )
    expect(seen[1]).toEqual(seen[0])
    expect(seen[1]).toMatchObject({ stopReason: 'callback', epochs: 21 })
  })

  it('aborts a large network while it trains', async () => {
    const [network, inputs, targets] = await large(engine)
    const controller = new AbortController()
    const training = network.train(inputs, targets, { epochs: 1e6, signal: controller.signal })
    await network.predict(inputs.subarray(0, 784)) // its answer comes between two slices
    controller.abort()
    const { stopReason, epochs } = await training
    expect(stopReason).toBe('aborted')
    expect(epochs).toBeLessThan(1e6)
  })

  it('answers reads and refuses writes while it trains', async () => {
    const [network, inputs, targets] = await large(engine)
    const before = await network.weightsHash()
    const controller = new AbortController()
    const training = network.train(inputs, targets, { epochs: 1e6, signal: controller.signal })
    expect(await codeOf(network.train(inputs, targets))).toBe('BUSY')
    expect(await codeOf(network.setWeights([]))).toBe('BUSY')
    await vi.waitFor(async () => expect(await network.weightsHash()).not.toBe(before), { timeout: 20_000 })
    expect(await network.predict(inputs.subarray(0, 784))).toHaveLength(10)
    controller.abort()
    expect((await training).stopReason).toBe('aborted')
  })
})

describe('a network in a worker', () => {
  it('has the methods of Network but trainSync', async () => {
    const methods = Object.getOwnPropertyNames(Network.prototype)
    const others = ['constructor', 'trainSync', 'learningRate'] // the last is a setter that refuses
    const expected = methods.filter((name) => !others.includes(name))
    expect(Object.keys(await small())).toEqual(expect.arrayContaining(expected))
  })

  it('predicts in the form in which the inputs come', async () => {
    const network = await small()
    const row: number[] = await network.predict([1, 2, 3])
    const rows: number[][] = await network.predict([[1, 2, 3]])
    const flat = await network.predict(new Float32Array([1, 2, 3]))
    expect(rows).toEqual([row])
    expect(flat).toEqual(new Float32Array(row))
    expect(await network.predict({ data: new Float64Array([1, 2, 3]), rows: 1, columns: 3 })).toEqual(flat)
    const outputs = new Float64Array(2)
    expect(await network.predictInto([1, 2, 3], outputs)).toBeUndefined()
    expect([...outputs]).toEqual(row)
    expect(await network.predictClass([1, 2, 3])).toBe(row[1] > row[0] ? 1 : 0)
    expect(await codeOf(network.predictInto([1, 2, 3], new Float64Array(3)))).toBe('INVALID_SHAPE')
    expect(await codeOf(network.predictInto([1, 2, 3], [] as never))).toBe('INVALID_SHAPE')
  })

  it('changes and takes away nothing that is handed in', async () => {
    const network = await small()
    const data = Float32Array.from(INPUTS.flat())
    const bytes = Buffer.from([1, 2, 3]) // a part of a buffer that Node shares out
    for (const input of [data, data.subarray(3, 6), bytes, { data, rows: 40, columns: 3 }]) {
      await network.predict(input)
    }
    const validation = { inputs: data.subarray(0, 3), targets: [[1, 2]] }
    await network.train(data, TARGETS, { epochs: 1, validation, sampleWeights: data.subarray(0, 40).fill(1) })
    data.set(INPUTS.flat())
    expect([...data]).toEqual([...Float32Array.from(INPUTS.flat())])
    expect([...bytes]).toEqual([1, 2, 3])
  })

  it('sees data and configuration as they were when they were handed in', async () => {
    const config = { ...SMALL, layers: [{ units: 2 }] }
    const making = inWorker.createNetwork(config)
    config.layers[0].units = 9
    const network = await making
    disposables.push(network)
    expect(network.layers[0].units).toBe(2)
    const input = new Float32Array([1, 2, 3])
    const predicting = network.predict(input)
    input.fill(0)
    expect(await predicting).toEqual(await network.predict(new Float32Array([1, 2, 3])))
  })

  it('awaits what onEpoch promises, and reads for it', async () => {
    const network = await small()
    const hashes = new Set<string>()
    const { stopReason } = await network.train(INPUTS, TARGETS, {
      epochs: 10,
      onEpoch: async ({ epoch }) => {
        hashes.add(await network.weightsHash())
        return epoch < 3
      },
    })
    expect([stopReason, hashes.size]).toEqual(['callback', 4])
  })

  it('rejects train with what onEpoch throws', async () => {
    const network = await small()
    const thrown = new RangeError('on purpose')
    const onEpoch = () => {
      throw thrown
    }
    await expect(network.train(INPUTS, TARGETS, { onEpoch })).rejects.toBe(thrown)
    const wrongRate = network.train(INPUTS, TARGETS, { onEpoch: ({ setLearningRate }) => setLearningRate(-1) })
    await expect(wrongRate).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'setLearningRate' })
    const atOnce = network.train(INPUTS, TARGETS, { onEpoch: ({ snapshot }) => snapshot() })
    await expect(atOnce).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'snapshot' })
    expect((await network.train(INPUTS, TARGETS, { epochs: 1 })).stopReason).toBe('epochs')
  })

  it('trains nothing with an aborted signal', async () => {
    const network = await small()
    const result = await network.train(INPUTS, TARGETS, { signal: AbortSignal.abort() })
    expect(result).toMatchObject({ stopReason: 'aborted', steps: 0 })
  })

  it('throws WasmpropErrors as one in the thread does', async () => {
    const network = await small()
    const error = await network.train([[1, 2, Number.NaN]], [[1, 2]]).catch((reason) => reason)
    expect(error).toBeInstanceOf(inWorker.WasmpropError)
    expect(error).toBeInstanceOf(inThread.WasmpropError)
    expect(error).toMatchObject({ code: 'NOT_FINITE', path: 'inputs', row: 0, column: 2 })
    expect(error.message).toMatch(/^train: inputs\[0\]\[2\]: expected a finite number, got NaN/)
    const unknown = network.train(INPUTS, TARGETS, { epoch: 3 } as never)
    await expect(unknown).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'epoch' })
    const wrong = network.train(INPUTS, TARGETS, { onEpoch: 3, signal: 4 } as never)
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'signal' })
  })

  it('is refused where its configuration is wrong or has a function', async () => {
    const make = (changes: object) => inWorker.createNetwork({ ...SMALL, ...changes })
    await expect(make({ inputs: 0 })).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'inputs' })
    const error = await make({ optimizer: { name: 'sgd', learningRate: () => 0.1 } }).catch((reason) => reason)
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', path: 'optimizer.learningRate' })
    expect(error.message).toMatch(/no function can be posted.*setLearningRate/)
    const worker = 'worker.js' as never
    await expect(inWorker.createNetwork(SMALL, { worker })).rejects.toMatchObject({ path: 'worker' })
    await expect(inWorker.createNetwork(SMALL, { workers: 2 } as never)).rejects.toMatchObject({ path: 'workers' })
  })

  it('is refused with options that are wrong, as a rejection', async () => {
    for (const make of [inWorker.networkFromJSON, inWorker.restoreNetwork, inWorker.createNetwork]) {
      expect(await codeOf(make({} as never, null as never))).toBe('INVALID_CONFIG')
      const wrong = make({} as never, { threats: 2 } as never)
      await expect(wrong).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'threats' })
    }
  })

  it('names what cannot be posted', async () => {
    const network = await small()
    const misspelt = network.train(INPUTS, TARGETS, { onEpoc: () => {} } as never)
    await expect(misspelt).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'onEpoc' })
    const { proxy, revoke } = Proxy.revocable([1, 2, 3], {})
    revoke()
    const revoked = network.predict(proxy)
    await expect(revoked).rejects.toMatchObject({ code: 'INVALID_DATA', message: expect.stringMatching(/^predict: /) })
  })

  it('takes data that are reactive proxies', async () => {
    const reactive = <T extends object>(value: T): T =>
      new Proxy(value, {
        get(target, key) {
          const part = Reflect.get(target, key)
          return typeof part === 'object' && part !== null && Array.isArray(target) ? reactive(part) : part
        },
      })
    const network = await small()
    expect(await network.predict(reactive([1, 2, 3]))).toEqual(await network.predict([1, 2, 3]))
    const data = new Float32Array([1, 2, 3])
    expect(await network.predict(reactive({ data, rows: 1, columns: 3 }))).toEqual(await network.predict(data))
    const [near, far] = [await inThread.createNetwork(SMALL), await small()]
    await near.train(INPUTS, TARGETS, { epochs: 3 })
    await far.train(reactive(INPUTS), reactive(TARGETS), reactive({ epochs: 3 }))
    await near.trainStream([{ inputs: INPUTS, targets: TARGETS }])
    await far.trainStream([reactive({ inputs: reactive(INPUTS), targets: TARGETS })])
    expect(await far.weightsHash()).toBe(near.weightsHash())
  })

  it('refuses JSON.stringify, which cannot wait', async () => {
    const network = await small()
    for (const value of [network, { network }, [network]]) {
      const message = 'JSON.stringify: expected await network.toJSON() of a network in a worker, got the network'
      expect(() => JSON.stringify(value)).toThrow(message)
    }
    expect(JSON.stringify(await network.toJSON())).toMatch(/^{"format":"wasmprop/)
  })

  it('refuses outputs whose buffer is given away meanwhile', async () => {
    const network = await small()
    const outputs = new Float64Array(2)
    const predicting = network.predictInto([1, 2, 3], outputs)
    structuredClone(outputs.buffer, { transfer: [outputs.buffer] })
    await expect(predicting).rejects.toMatchObject({ code: 'INVALID_SHAPE', path: 'outputs' })
  })

  it('refuses outputs that grow meanwhile', async () => {
    const network = await small()
    const Resizable = ArrayBuffer as unknown as new (bytes: number, options: object) => ResizableBuffer
    const buffer = new Resizable(16, { maxByteLength: 64 })
    const predicting = network.predictInto([1, 2, 3], new Float64Array(buffer))
    buffer.resize(32)
    await expect(predicting).rejects.toMatchObject({ code: 'INVALID_SHAPE', path: 'outputs' })
  })

  it("leaves Node's buffers whole, whose slices are views of the same memory", async () => {
    const network = await small()
    const data = Buffer.from([1, 2, 3])
    expect(await network.predict({ data, rows: 1, columns: 3 })).toEqual(
      await network.predict({ data: new Uint8Array([1, 2, 3]), rows: 1, columns: 3 }),
    )
    expect([...data]).toEqual([1, 2, 3])
  })

  it('comes from a model', async () => {
    const near = await inThread.createNetwork(SMALL)
    const network = await inWorker.networkFromJSON(JSON.parse(JSON.stringify(near)))
    disposables.push(network)
    expect(await network.weightsHash()).toBe(near.weightsHash())
    expect(await codeOf(inWorker.networkFromJSON({}))).toBe('INVALID_MODEL')
  })

  it('goes on from a snapshot, of either side, as if it had never stopped', async () => {
    const whole = await inThread.createNetwork(SMALL)
    const options = { epochs: 30, batchSize: 7, validation: { split: 0.25 } }
    const result = await whole.train(INPUTS, TARGETS, options)
    const network = await small()
    const stopped = new AbortController()
    const onEpoch = ({ epoch }: { epoch: number }) => {
      if (epoch === 9) stopped.abort()
    }
    await network.train(INPUTS, TARGETS, { ...options, onEpoch, signal: stopped.signal })
    const bytes = await network.snapshot()
    const restored = await inWorker.restoreNetwork(bytes, { engine: 'typescript' })
    disposables.push(restored)
    const near = await inThread.restoreNetwork(bytes)
    for (const each of [network, restored, near]) {
      const { loss, validationLoss, epochs } = await each.resume(INPUTS, TARGETS)
      expect({ loss, validationLoss, epochs }).toEqual({
        loss: result.loss,
        validationLoss: result.validationLoss,
        epochs: 30,
      })
      expect(await each.weightsHash()).toBe(whole.weightsHash())
    }
    const rate = { learningRate: () => 0.1 } as never
    await expect(inWorker.restoreNetwork(bytes, rate)).rejects.toMatchObject({ path: 'learningRate' })
  })

  it('gives the timeline that history asks for', async () => {
    const [near, far] = [await inThread.createNetwork(SMALL), await small()]
    const history = { weights: { every: 2 } }
    const [expected, got] = [
      (await near.train(INPUTS, TARGETS, { epochs: 5, history })).timeline,
      (await far.train(INPUTS, TARGETS, { epochs: 5, history })).timeline,
    ]
    expect(got?.epochs).toEqual([0, 2, 4, 5])
    for (const epoch of [0, 1, 2, 5]) expect(got?.at(epoch)).toEqual(expected?.at(epoch))
  })

  it('has clones that outlive it', async () => {
    const network = await small()
    const clone = await network.clone()
    disposables.push(clone)
    const hash = await network.weightsHash()
    await network.train(INPUTS, TARGETS, { epochs: 1 })
    await network.dispose()
    expect(await clone.weightsHash()).toBe(hash)
  })

  it('aborts when it is disposed, and refuses all later calls', async () => {
    const network = await small()
    const training = network.train(INPUTS, TARGETS, { epochs: 1e9 })
    const waiting = await small()
    const asking = waiting.train(INPUTS, TARGETS, { onEpoch: () => new Promise(() => {}) })
    await Promise.all([network.dispose(), network.dispose(), waiting[Symbol.asyncDispose]()])
    expect((await training).stopReason).toBe('aborted')
    expect((await asking).stopReason).toBe('aborted')
    expect(await codeOf(network.predict([1, 2, 3]))).toBe('DISPOSED')
    expect(await codeOf(network.clone())).toBe('DISPOSED')
  })
})

describe('a stream to a network in a worker', () => {
  const batches = Array.from({ length: 5 }, (_, index) => ({
    inputs: Float32Array.from(INPUTS.slice(8 * index, 8 * index + 8).flat()),
    targets: TARGETS.slice(8 * index, 8 * index + 8),
  }))
  async function* later() {
    for (const batch of batches) yield batch
  }

  it.each([
    ['an array', batches, 1],
    ['an async generator', later(), 1],
    ['a function', () => later(), 3],
    ['a function that promises', async () => batches, 3],
  ])('trains from %s to the same bits as one in the thread', async (_, source, epochs) => {
    const [near, far] = [await inThread.createNetwork(SMALL), await small()]
    const { loss } = await far.trainStream(source, { epochs })
    const expected = await near.trainStream(epochs === 1 ? batches : () => batches, { epochs })
    expect(loss).toEqual(expected.loss)
    expect(await far.weightsHash()).toBe(near.weightsHash())
    expect(batches[0].inputs).toHaveLength(24)
  })

  it('asks for one batch at a time, and ends its source early', async () => {
    const network = await small()
    let [given, returned] = [0, 0]
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: batches[given++ % 5] }),
        return: () => ({ done: true, value: returned++ }),
      }),
    }
    const controller = new AbortController()
    const training = network.trainStream(source as never, { signal: controller.signal })
    await vi.waitFor(() => expect(given).toBeGreaterThan(20))
    controller.abort()
    const { stopReason, steps } = await training
    expect(stopReason).toBe('aborted')
    expect(given - steps).toBeLessThanOrEqual(2)
    await vi.waitFor(() => expect(returned).toBe(1))
  })

  it('aborts while its source keeps it waiting', async () => {
    const network = await small()
    const controller = new AbortController()
    const source = async function* () {
      yield batches[0]
      setTimeout(() => controller.abort())
      await new Promise(() => {})
    }
    const { signal } = controller
    expect(await network.trainStream(source, { signal, epochs: 2 })).toMatchObject({ stopReason: 'aborted', steps: 1 })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('rejects with what its source throws, and where it is none', async () => {
    const network = await small()
    const thrown = new Error('on purpose')
    const source = async function* () {
      yield batches[0]
      throw thrown
    }
    await expect(network.trainStream(source)).rejects.toBe(thrown)
    for (const wrong of [3, () => 3, () => undefined, 'text']) {
      await expect(network.trainStream(wrong as never)).rejects.toMatchObject({
        code: 'INVALID_CONFIG',
        path: 'source',
      })
    }
    await expect(network.trainStream([{ inputs: () => {} }] as never)).rejects.toMatchObject({ path: 'inputs' })
    await expect(network.trainStream([{ inputs: [[1]] }] as never)).rejects.toMatchObject({ code: 'INVALID_DATA' })
  })
})

describe('a given worker', () => {
  it('holds several networks, and is left running when they are disposed', async () => {
    const worker = hostWorker()
    const networks = await Promise.all([small('wasm', { worker }), small('typescript', { worker })])
    await Promise.all(networks.map((network) => network.train(INPUTS, TARGETS, { epochs: 20 })))
    const [hash, other] = await Promise.all(networks.map((network) => network.weightsHash()))
    expect(other).toBe(hash)
    await networks[0].dispose()
    expect(await networks[1].weightsHash()).toBe(hash)
    await networks[1].dispose()
    const last = await small('wasm', { worker })
    expect(last.parameterCount).toBe(networks[0].parameterCount)
  })

  it('that ends rejects all calls', async () => {
    const worker = hostWorker()
    const network = await small('wasm', { worker })
    const training = network.train(INPUTS, TARGETS, { epochs: 1e9 })
    await Promise.all([worker.terminate(), expect(training).rejects.toMatchObject({ code: 'ENGINE_FAILED' })])
    expect(await codeOf(network.predict([1, 2, 3]))).toBe('ENGINE_FAILED')
    expect(await codeOf(small('wasm', { worker }))).toBe('ENGINE_FAILED')
    await network.dispose()
  })

  it('that had ended before is noticed', async () => {
    const worker = hostWorker()
    await worker.terminate()
    expect(await codeOf(small('wasm', { worker }))).toBe('ENGINE_FAILED')
  })

  it('that cannot be loaded is noticed', async () => {
    const worker = new Worker(new URL('no-such-file.js', dist))
    worker.on('error', () => {})
    await expect(small('wasm', { worker })).rejects.toThrow(
      /worker has ended with exit code 1; .*wasmprop\/worker-host/,
    )
  })

  it('that does not answer is noticed', async () => {
    const worker = new Worker('require("node:worker_threads").parentPort.on("message", () => {})', { eval: true })
    disposables.push({ dispose: () => worker.terminate() })
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const making = small('wasm', { worker })
    vi.advanceTimersByTime(30_000)
    vi.useRealTimers()
    await expect(making).rejects.toMatchObject({ code: 'ENGINE_FAILED', path: 'worker' })
  })
})

describe('a function that makes workers', () => {
  it('makes one for each network, which ends with it', async () => {
    const workers: Worker[] = []
    const worker = () => {
      workers.push(new Worker(new URL('worker-host.js', dist)))
      return workers[workers.length - 1]
    }
    const networks = await Promise.all([small('wasm', { worker }), small('typescript', { worker })])
    expect(workers).toHaveLength(2)
    const ended = Promise.all(workers.map((each) => new Promise((resolve) => each.on('exit', resolve))))
    for (const network of networks) await network.dispose()
    await ended
  })

  it('that makes none is refused, and what it throws is passed on', async () => {
    await expect(small('wasm', { worker: (() => 3) as never })).rejects.toMatchObject({ path: 'worker' })
    const thrown = new Error('on purpose')
    const worker = () => {
      throw thrown
    }
    await expect(small('wasm', { worker })).rejects.toBe(thrown)
  })

  it('is taken for threads and by trainMany', async () => {
    let made = 0
    const worker = () => {
      made++
      return new Worker(new URL('worker-host.js', dist))
    }
    const network = await inThread.createNetwork({ ...SMALL, threads: 2, worker })
    expect(made).toBe(1)
    expect(network.engine).toMatchObject({ threads: 2 })
    network.dispose()
    await inThread.trainMany([SMALL, SMALL], INPUTS, TARGETS, { epochs: 1, threads: 2, worker })
    expect(made).toBe(2)
    const wrong = inThread.trainMany([SMALL], INPUTS, TARGETS, { worker: hostWorker() as never })
    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_CONFIG', path: 'worker' })
  })
})

describe('a host whose caller has gone', () => {
  afterEach(() => vi.restoreAllMocks())

  it.each([
    ['onEpoch', { name: 'train', args: [INPUTS, TARGETS, {}], hooks: { onEpoch: true } }],
    ['next', { name: 'trainStream', args: [undefined], hooks: { source: 'iterable' } }],
    ['open', { name: 'trainStream', args: [undefined, { epochs: 2 }], hooks: { source: 'function' } }],
  ])('ends what waits for the answer to %s', async (question, call) => {
    const ends = vi.spyOn(WasmEngine.prototype, 'dispose')
    const { port1, port2 } = new MessageChannel()
    const asked = new Promise<{ name: string }>((resolve) => {
      port2.onmessage = ({ data }) => {
        if (data.kind === 'result') port2.postMessage({ kind: 'call', id: 2, ...call })
        if (data.kind === 'question') resolve(data)
      }
    })
    serve(port1)
    port2.postMessage({ kind: 'call', id: 1, name: 'createNetwork', args: [SMALL] })
    expect((await asked).name).toBe(question)
    ends.mockClear()
    port2.close()
    await vi.waitFor(() => expect(ends).toHaveBeenCalled())
  })
})

describe('a process', () => {
  const run = async (program: string, ...flags: string[]) => {
    const args = [...flags, '--input-type=module', '--eval', program]
    return (await promisify(execFile)(process.execPath, args, { timeout: 50_000 })).stdout
  }

  it('frees networks that are dropped', async () => {
    const program = `
      import threads from 'node:worker_threads'
      import { createNetwork } from ${JSON.stringify(new URL('worker.js', dist).href)}
      let ended = 0
      const watched = class extends threads.Worker {
        constructor(...given) {
          super(...given)
          this.on('exit', () => ended++)
        }
      }
      const real = process.getBuiltinModule
      process.getBuiltinModule = (name) => name === 'node:worker_threads' ? { ...threads, Worker: watched } : real(name)
      const config = { inputs: 1, layers: [{ units: 1 }] }
      const training = (await createNetwork(config)).train([[1]], [[2]], { epochs: 20000 })
      for (let count = 0; count < 5; count++) await (await createNetwork(config)).weightsHash()
      while (ended < 5) {
        gc()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      console.log((await training).stopReason)
      while (ended < 6) {
        gc()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }`
    expect(await run(program, '--expose-gc')).toBe('epochs\n')
  })

  it('may have put anything on Object.prototype', async () => {
    const program = `
      const { createNetwork } = await import(${JSON.stringify(new URL('worker.js', dist).href)})
      const names = ['onEpoch', 'onProgress', 'timeline', 'hooks', 'worker', 'other', 'wasmprop']
      for (const name of names) Object.prototype[name] = 1
      const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], seed: 1 })
      const onEpoch = ({ epoch }) => epoch < 3
      const result = await network.train([[1], [2]], [[2], [4]], { epochs: 10, onEpoch })
      const wrong = await network.predict([[1, 2]]).catch(({ code }) => code)
      console.log(result.stopReason, Object.hasOwn(result, 'timeline'), wrong)`
    expect(await run(program)).toBe('callback false INVALID_SHAPE\n')
  })

  it('ends by itself while its workers are idle', async () => {
    const program = `
      import { createNetwork } from ${JSON.stringify(new URL('worker.js', dist).href)}
      const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], seed: 1 })
      const { stopReason } = await network.train([[1], [2]], [[2], [4]], { epochs: 10 })
      console.log(stopReason, await network.weightsHash())`
    const args = ['--input-type=module', '--eval', program]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
    expect(stdout).toMatch(/^epochs [0-9a-f]{16}\n$/)
  })
})
