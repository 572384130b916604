// Networks on several threads: the same bits as on one, whatever becomes of the workers, and never a hang. Of the built
// package, since workers load a file. In browsers: anywhere/threads.test.ts.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as P from '../../assembly/program.ts'
import type { Network, NetworkConfig, TrainOptions } from '../../src/index.ts'
import type { Network as InnerNetwork } from '../../src/network/network.ts'
import { activations } from '../../src/tables/activations.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { loosely, variantsOf } from '../support/choices.ts'
import { bitsOf, dtypes, numbersOf, rowsOf, SMALL } from '../support/networks.ts'

const dist = new URL('../../dist/', import.meta.url)
const library: typeof import('../../src/index.ts') = await import(new URL('index.js', dist).href)

const networks: Network[] = []
afterEach(() => {
  for (const network of networks.splice(0)) network.dispose()
})

const stateOf = (network: Network) => (network.constructor as typeof InnerNetwork).stateOf(network)

/** A network whose work is all split, however small; disposed of after the test */
async function create(config: NetworkConfig, threads: number): Promise<Network> {
  const network = await library.createNetwork({ ...config, threads })
  expect(network.engine).toEqual({ name: 'wasm', threads, relaxed: false })
  splitAll(network)
  networks.push(network)
  return network
}

function splitAll(network: Network): void {
  const { engine, layout } = stateOf(network)
  expect(layout.team !== 0).toBe(network.engine.threads > 1)
  if (!layout.team) return
  const view = new DataView(engine.buffer, layout.team)
  view.setFloat64(P.SPLIT_PRODUCT, 0, true)
  view.setUint32(P.SPLIT_BYTES, 0, true)
}

/** Works that were split so far */
function splitWorks(network: Network): number {
  const { engine, layout } = stateOf(network)
  return new DataView(engine.buffer).getUint32(layout.team + P.TICKET + 4, true)
}

interface Task {
  config: NetworkConfig
  rows: number
  options: TrainOptions
}

/** All that can be read of a network that trained: predictions, losses, gradients, the snapshot */
async function bitsAfter({ config, rows, options }: Task, threads: number): Promise<string> {
  const network = await create({ seed: 1, ...config }, threads)
  const outputs = network.layers[network.layers.length - 1].units
  const inputs = Float64Array.from(numbersOf(rows * config.inputs, 1))
  const targets = Float64Array.from(numbersOf(rows * outputs, 2), Math.abs)
  const before = network.predict(inputs)
  const { loss, stopReason } = network.trainSync(inputs, targets, options)
  const evaluated = network.evaluate(inputs, targets)
  const gradients = network.gradients(inputs, targets)
  const bits: unknown[] = [before, loss, stopReason, evaluated.loss, gradients.loss, gradients.norm]
  for (const { weights, biases } of gradients.layers) bits.push(weights, biases)
  bits.push(network.predict(inputs), network.weightsHash())
  if (threads > 1) expect(splitWorks(network)).toBeGreaterThan(0)
  return bitsOf(...bits)
}

async function expectSameBits(task: Task, counts = [2, 3, 4]): Promise<void> {
  const wanted = await bitsAfter(task, 1)
  for (const threads of counts) expect(await bitsAfter(task, threads), `${threads} threads`).toBe(wanted)
}

const task = (config: Partial<NetworkConfig>, rows = 70, options: TrainOptions = {}): Task => ({
  config: { ...SMALL, ...config },
  rows,
  options: { epochs: 3, batchSize: 32, ...options },
})

describe.each(dtypes)('several threads give the bits of one in %s', (dtype) => {
  const sizes = [1, 3, 4, 5, 15, 16, 17, 33, 64, 65, 100, 127, 130, 257, 300]
  it.each(sizes)('for layers around %d wide', async (units) => {
    const layers = [{ units, activation: 'tanh' as const }, { units: units + 1 }, { units: 3 }]
    await expectSameBits(task({ dtype, inputs: units, layers }))
  })

  it.each([1, 2, 3, 4, 5, 11, 12, 13, 31, 33, 255, 257, 600])('for batches of %d rows', async (rows) => {
    const layers = [{ units: 70, activation: 'relu' as const }, { units: 20 }]
    await expectSameBits(task({ dtype, inputs: 300, layers }, rows, { batchSize: 'full' }))
    await expectSameBits(task({ dtype, inputs: 9, layers: [{ units: 2 }] }, rows, { batchSize: 'full' }))
  })

  it.each(Object.keys(activations))('with %s', async (activation) => {
    await expectSameBits(
      task(loosely({ dtype, layers: [{ units: 37, activation }, { units: 21 }, { units: 2 }] })),
      [2],
    )
  })

  it.each(Object.keys(optimizers).flatMap((name) => variantsOf(optimizers, name)))('with %o', async (optimizer) => {
    const options: TrainOptions = /rprop|lbfgs/.test(optimizer.name) ? { batchSize: 'full' } : {}
    await expectSameBits(task(loosely({ dtype, layers: [{ units: 37 }, { units: 2 }], optimizer }), 70, options), [3])
  })

  it.each([true, false])('for ragged batches of weighted rows, shuffled: %s', async (shuffle) => {
    const sampleWeights = numbersOf(301, 3).map(Math.abs)
    const layers = [{ units: 33, activation: 'relu' as const }, { units: 5 }]
    const learningRate = { name: 'step' as const, initial: 0.1, stepSize: 2, gamma: 0.5, unit: 'step' as const }
    const optimizer = { name: 'adam' as const, learningRate }
    const options = { sampleWeights, batchSize: 67, shuffle, validation: { split: 0.2 } }
    await expectSameBits(task({ dtype, inputs: 45, layers, optimizer }, 301, options))
  })

  it('with dropout, penalties, clipping and weights of rows', async () => {
    const layers = [{ units: 50, activation: 'relu' as const, dropout: 0.3 }, { units: 20, dropout: 0.5 }, { units: 2 }]
    const regularization = { l1: 0.001, l2: 0.01 }
    const sampleWeights = numbersOf(300, 3).map(Math.abs)
    await expectSameBits(
      task({ dtype, layers, regularization, clipNorm: 0.5, clipValue: 0.1 }, 300, { sampleWeights, batchSize: 290 }),
    )
  })

  it('for random networks', { timeout: 120_000 }, async () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 140 }))
    const random = fc.record({
      inputs: size,
      hidden: fc.array(size, { maxLength: 3 }),
      outputs: size,
      rows: fc.integer({ min: 1, max: 300 }),
      batchSize: fc.integer({ min: 1, max: 300 }),
      threads: fc.integer({ min: 2, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(random, async ({ inputs, hidden, outputs, rows, batchSize, threads }) => {
        const layers = [...hidden.map((units) => ({ units, activation: 'tanh' as const })), { units: outputs }]
        await expectSameBits(task({ dtype, inputs, layers }, rows, { epochs: 1, batchSize }), [threads])
        for (const network of networks.splice(0)) network.dispose()
      }),
      { numRuns: 60 },
    )
  })
})

const LARGE: NetworkConfig = {
  inputs: 200,
  layers: [{ units: 150, activation: 'relu' }, { units: 130, activation: 'relu' }, { units: 10 }],
  seed: 3,
}
const INPUTS = Float32Array.from(numbersOf(512 * 200, 1))
const TARGETS = Float32Array.from(numbersOf(512 * 10, 2))

describe('a network on several threads', () => {
  it('splits large products only', async () => {
    const network = await library.createNetwork({ ...LARGE, threads: 2 })
    networks.push(network)
    network.predict(INPUTS.subarray(0, 200 * 5))
    expect(splitWorks(network)).toBe(0)
    network.predict(INPUTS.subarray(0, 200 * 256))
    expect(splitWorks(network)).toBe(3)
  })

  it('splits what passes over much memory', async () => {
    const optimizer = { name: 'adam' as const }
    const network = await library.createNetwork({ ...LARGE, optimizer, threads: 2 })
    networks.push(network)
    const { engine, layout } = stateOf(network)
    new DataView(engine.buffer).setFloat64(layout.team + P.SPLIT_PRODUCT, Infinity, true)
    network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 256 })
    // In each of two steps: the gathering of inputs, 200 × 256 × 4 bytes, and the update of 51,000 parameters
    expect(splitWorks(network)).toBe(4)
    network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 256, shuffle: false })
    expect(splitWorks(network)).toBe(6)
  })

  it('has work done by its workers', async () => {
    const network = await create(LARGE, 2)
    const { engine, layout } = stateOf(network)
    // Scratch that only the worker writes
    const packed = new Uint32Array(engine.buffer, layout.packed + P.PACKED_BYTES, P.PACKED_BYTES / 4)
    await vi.waitFor(() => {
      network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 256 })
      expect(packed.some(Boolean)).toBe(true)
    }, 10_000)
  })

  it('trains on class numbers that stay numbers', async () => {
    const hashes = [1, 2].map(async (threads) => {
      const layers = [
        { units: 33, activation: 'relu' as const },
        { units: 70, activation: 'softmax' as const },
      ]
      const network = await create({ ...SMALL, layers }, threads)
      const state = stateOf(network)
      if (threads > 1) Object.assign(state, { classBatches: { ...state.classBatches, leastBytes: 0 } })
      const classes = numbersOf(300, 2).map((value) => Math.floor(35 * (value + 1)))
      network.trainSync(Float32Array.from(numbersOf(900, 1)), classes, { epochs: 2, batchSize: 100 })
      expect(new Uint32Array(state.engine.buffer, P.PROGRAM)[P.CLASS_TARGETS / 4]).toBe(threads - 1)
      return network.weightsHash()
    })
    expect(await hashes[1]).toBe(await hashes[0])
  })

  it('grows while it has workers', async () => {
    const [one, two] = [await create(SMALL, 1), await create(SMALL, 2)]
    for (const rows of [10, 5000, 40_000]) {
      for (const network of [one, two])
        network.trainSync(rowsOf(rows, 3, 1), rowsOf(rows, 2, 2), { epochs: 1, batchSize: 1000 })
      expect(two.weightsHash()).toBe(one.weightsHash())
    }
  })

  it('is cloned, restored and read from JSON onto threads', async () => {
    const one = await create(LARGE, 1)
    const two = await create(LARGE, 2)
    for (const network of [one, two]) network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 256 })
    const copy = two.clone()
    expect(copy.engine.threads).toBe(2)
    const restored = await library.restoreNetwork(one.snapshot(), { threads: 3 })
    expect(restored.engine.threads).toBe(3)
    const fresh = await library.networkFromJSON(one.toJSON(), { threads: 2 })
    expect(fresh.engine.threads).toBe(2)
    networks.push(copy, restored, fresh)
    expect(JSON.stringify(two)).toBe(JSON.stringify(one))
    expect(bitsOf(fresh.predict(INPUTS))).toBe(bitsOf(one.predict(INPUTS)))
    for (const network of [one, two, copy, restored]) {
      network.trainSync(INPUTS, TARGETS, { epochs: 2, batchSize: 128 })
      expect(network.weightsHash()).toBe(one.weightsHash())
    }
  })

  it('checks gradients', async () => {
    const network = await create(SMALL, 2)
    expect(library.checkGradients(network, rowsOf(10, 3, 1), rowsOf(10, 2, 2)).ok).toBe(true)
  })

  it('is one of twenty that train at once', async () => {
    const one = await create(SMALL, 1)
    const many = await Promise.all(Array.from({ length: 20 }, (_, index) => create(SMALL, 2 + (index % 3))))
    const train = (network: Network) => network.train(rowsOf(70, 3, 1), rowsOf(70, 2, 2), { epochs: 30, batchSize: 16 })
    await Promise.all([one, ...many].map(train))
    for (const network of many) expect(network.weightsHash()).toBe(one.weightsHash())
  })

  it('keeps its workers where another network of theirs is disposed of', async () => {
    const [other, network] = [await create(LARGE, 2), await create(LARGE, 2)]
    other.dispose()
    await new Promise((resolve) => setTimeout(resolve, 1200)) // they end a second after the last
    await network.train(INPUTS, TARGETS, { epochs: 1 })
    expect(network.engine).toEqual({ name: 'wasm', threads: 2, relaxed: false })
    expect(stateOf(network).engine.workingThreads).toBe(2)
  })

  it('is disposed of while it trains', async () => {
    const network = await create(LARGE, 3)
    const training = network.train(INPUTS, TARGETS, { epochs: 1e6 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    network.dispose()
    expect((await training).stopReason).toBe('aborted')
    expect(() => network.predict(INPUTS)).toThrow(/disposed/)
  })

  it('is aborted soon', async () => {
    const network = await create(LARGE, 2)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    expect((await network.train(INPUTS, TARGETS, { epochs: 1e6, signal: controller.signal })).stopReason).toBe(
      'aborted',
    )
  })

  it('keeps its scratch when a worker makes an instance on its memory', async () => {
    const network = await create({ ...LARGE, layers: [{ units: 150, dropout: 0.5 }, { units: 10 }] }, 2)
    network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 256 })
    const low = new Uint8Array(stateOf(network).engine.buffer, 0, P.PROGRAM)
    const [fresh, used] = [instantiateOn(new Uint8Array(P.PROGRAM)), instantiateOn(low)]
    expect(bitsOf(fresh)).not.toBe(bitsOf(used))
    expect(bitsOf(used)).toBe(bitsOf(low))
  })

  it('comes and goes many times', async () => {
    const hashes = new Set<string>()
    for (let turn = 0; turn < 200; turn++) {
      const network = await create(SMALL, 2)
      network.trainOnBatch(rowsOf(20, 3, 1), rowsOf(20, 2, 2))
      expect(network.engine.threads).toBe(2)
      hashes.add(network.weightsHash())
      network.dispose()
    }
    expect(hashes.size).toBe(1)
  })
})

/** The memory below programs after an instance was made on it */
function instantiateOn(low: Uint8Array): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true })
  const bytes = new Uint8Array(memory.buffer, 0, P.PROGRAM)
  bytes.set(low)
  const module = new WebAssembly.Module(readFileSync(new URL('../../build/wasmprop-threads.wasm', import.meta.url)))
  new WebAssembly.Instance(module, { env: { memory, ring() {}, linger() {} } })
  return bytes
}

describe('the option threads', () => {
  it.each([0, -1, 1.5, 65, Number.NaN, '2', null, true])('refuses %o', async (threads) => {
    const error = await library.createNetwork(loosely({ ...SMALL, threads })).catch((error) => error)
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', path: 'threads' })
    expect(error.message).toMatch(/^createNetwork: threads: expected an integer from 1 to 64, or "auto", got /)
  })

  it('is 1 by default, and "auto" is 1 for networks that it cannot help', async () => {
    for (const threads of [undefined, 'auto', 1] as const) {
      const network = await library.createNetwork({ ...SMALL, threads })
      expect(network.engine).toEqual({ name: 'wasm', threads: 1, relaxed: false })
      expect(stateOf(network).engine.buffer).toBeInstanceOf(ArrayBuffer)
    }
  })

  it('"auto" is at most what the host runs at once', async () => {
    const { availableParallelism } = await import('node:os')
    const network = await library.createNetwork({ ...LARGE, threads: 'auto' })
    networks.push(network)
    expect(network.engine.threads).toBe(Math.min(8, availableParallelism()))
  })

  it('counts in estimateMemory', async () => {
    const taken = async (threads: number) => stateOf(await create(LARGE, threads)).engine.buffer.byteLength
    for (const threads of [1, 2, 5]) expect(await taken(threads)).toBe(library.estimateMemory({ ...LARGE, threads }, 0))
    expect(library.estimateMemory({ ...LARGE, threads: 64 }, 0)).toBeGreaterThan(library.estimateMemory(LARGE, 0) + 1e6)
  })

  it.each<[string, Partial<NetworkConfig>, RegExp]>([
    ['TypeScript', { engine: 'typescript' }, /^one thread: TypeScript/],
    [
      'a given module',
      { wasm: new WebAssembly.Module(readFileSync(new URL('wasmprop.wasm', dist))) },
      /^one thread: the module/,
    ],
  ])('leads to one thread with %s, and says why', async (_, changes, reason) => {
    const { engine } = await library.createNetwork({ ...SMALL, threads: 2, ...changes })
    expect(engine.threads).toBe(1)
    expect(engine.reason).toMatch(reason)
  })

  it('is one with relaxed arithmetic, and as given where the host has none', async () => {
    const network = await library.createNetwork({ ...SMALL, threads: 2, arithmetic: 'relaxed' })
    networks.push(network)
    const { threads, relaxed, reason } = network.engine
    expect(threads).toBe(relaxed ? 1 : 2)
    expect(reason).toMatch(relaxed ? /^one thread: relaxed/ : /^no relaxed SIMD: /)
  })

  it('leads to one thread where memory cannot be shared', async () => {
    // A process of its own, where no team is there yet
    const script = `
      globalThis.crossOriginIsolated = false
      const { createNetwork } = await import(${JSON.stringify(new URL('index.js', dist).href)})
      console.log(JSON.stringify((await createNetwork({ inputs: 2, layers: [{ units: 1 }], threads: 2 })).engine))`
    const engine = JSON.parse(await runNode(script))
    expect(engine).toMatchObject({ name: 'wasm', threads: 1 })
    expect(engine.reason).toMatch(/^one thread: .*Cross-Origin-Opener-Policy/)
  })
})

async function runNode(script: string, ...flags: string[]): Promise<string> {
  const args = [...flags, '--input-type=module', '--eval', script]
  return (await promisify(execFile)(process.execPath, args, { timeout: 55_000 })).stdout
}

/** The script of a process that makes a network on two threads and trains it, then goes on with `then` */
const scriptOf = (then: string) => `
  const { createNetwork } = await import(${JSON.stringify(new URL('index.js', dist).href)})
  const network = await createNetwork({ inputs: 200, layers: [{ units: 150 }, { units: 10 }], seed: 1, threads: 2 })
  const [inputs, targets] = [new Float32Array(512 * 200).fill(0.5), new Float32Array(512 * 10).fill(1)]
  await network.train(inputs, targets, { epochs: 5, batchSize: 256 })
  console.log(network.engine.threads)
  ${then}`

describe('a process with workers', () => {
  it('ends by itself', async () => {
    expect(await runNode(scriptOf(''))).toBe('2\n')
  })

  it('ends by process.exit', async () => {
    expect(await runNode(scriptOf('process.exit(0)'))).toBe('2\n')
  })

  it('ends after the network is disposed of', async () => {
    expect(await runNode(scriptOf('network.dispose()'))).toBe('2\n')
  })
})

describe('memory', () => {
  it.each(['network.dispose()', ''])('of many networks is given back, where each ends with "%s"', async (end) => {
    // The worker lives on, and knows of a memory between these two messages.
    const script = `
      const attached = new Set()
      const { postMessage } = MessagePort.prototype
      MessagePort.prototype.postMessage = function (message, ...rest) {
        if (message.kind === 'attach') attached.add(message.network)
        if (message.kind === 'detach') attached.delete(message.network)
        return postMessage.call(this, message, ...rest)
      }
      const memories = []
      WebAssembly.Memory = class extends WebAssembly.Memory {
        constructor(description) {
          super(description)
          memories.push(new WeakRef(this))
        }
      }
      const { createNetwork } = await import(${JSON.stringify(new URL('index.js', dist).href)})
      const kept = await createNetwork({ inputs: 200, layers: [{ units: 150 }], threads: 2 })
      const useOne = async () => {
        const network = await createNetwork({ inputs: 200, layers: [{ units: 150 }], threads: 2 })
        network.predict(new Float32Array(200 * 256))
        ${end}
      }
      for (let turn = 0; turn < 20; turn++) await useOne()
      const living = () => memories.filter((memory) => memory.deref()).length
      const made = memories.length
      do {
        await new Promise((resolve) => setTimeout(resolve, 1))
        gc() // before the look, which keeps what it sees until this turn ends
      } while (attached.size > 1 || living() > 1)
      console.log(made > 20, kept.engine.threads)`
    expect(await runNode(script, '--expose-gc')).toBe('true 2\n')
  })
})

// Deaths

/** The workers that a test starts by way of the library */
function watchWorkers(): Worker[] {
  const started: Worker[] = []
  const threads = process.getBuiltinModule('node:worker_threads')
  vi.spyOn(process, 'getBuiltinModule').mockImplementation(((name: string) => {
    if (name !== 'node:worker_threads') throw new Error(`unexpected ${name}`)
    class Watched extends threads.Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args)
        started.push(this)
      }
    }
    return { ...threads, Worker: Watched }
  }) as never)
  return started
}

describe('workers that die', () => {
  afterEach(() => vi.restoreAllMocks())

  /** Ends the team of earlier tests, which outlives them by a second */
  const rested = () => new Promise((resolve) => setTimeout(resolve, 1500))

  it('between products are not missed', async () => {
    await rested()
    const workers = watchWorkers()
    const [one, three] = [await create(LARGE, 1), await create(LARGE, 3)]
    expect(workers).toHaveLength(2)
    const trainings = [one, three].map((network) => network.train(INPUTS, TARGETS, { epochs: 30, batchSize: 256 }))
    await workers[0].terminate()
    const reason = 'fewer threads: the worker has ended with exit code 1'
    expect(three.engine).toEqual({ name: 'wasm', threads: 2, relaxed: false, reason })
    await workers[1].terminate()
    expect(three.engine).toEqual({ name: 'wasm', threads: 1, relaxed: false, reason })
    await Promise.all(trainings)
    expect(three.weightsHash()).toBe(one.weightsHash())
    // The next network starts others.
    await create(LARGE, 2)
    expect(workers).toHaveLength(3)
  })

  it('before they have started lead to one thread', async () => {
    await rested()
    vi.spyOn(process, 'getBuiltinModule').mockImplementation((() => {
      throw new Error('no workers today')
    }) as never)
    const { engine } = await library.createNetwork({ ...LARGE, threads: 2 })
    expect(engine).toMatchObject({ name: 'wasm', threads: 1, relaxed: false })
    expect(engine.reason).toMatch(/^one thread: no worker could be started from .*worker-host\.js \(no workers today\)/)
  })

  /** A worker that takes a piece and never does it */
  function startThief(network: Network): Worker {
    const { engine, layout } = stateOf(network)
    return new Worker(
      `const { workerData: { buffer, ticket } } = require('node:worker_threads')
       const words = new BigUint64Array(buffer)
       for (;;) {
         const taken = Atomics.load(words, ticket)
         if ((taken & 0xffffffffn) === 0n) continue
         if (Atomics.compareExchange(words, ticket, taken, taken - 1n) === taken) break
       }`,
      { eval: true, workerData: { buffer: engine.buffer, ticket: (layout.team + P.TICKET) / 8 } },
    )
  }

  it('with a piece of a product are an error, and the weights stay', { timeout: 120_000 }, async () => {
    const network = await create(LARGE, 2)
    network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 256 })
    const before = network.weightsHash()
    const thief = startThief(network)
    const error = await network.train(INPUTS, TARGETS, { epochs: 1e6, batchSize: 256 }).catch((error) => error)
    await thief.terminate()
    expect(error).toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringMatching(/worker has ended.*snapshot/) })
    expect(() => network.predict(INPUTS)).toThrow(/worker has ended/)
    expect(() => network.trainSync(INPUTS, TARGETS)).toThrow(/worker has ended/)
    expect(network.engine.threads).toBe(1)
    const restored = await library.restoreNetwork(network.snapshot())
    expect(restored.weightsHash()).toBe(network.weightsHash())
    const { stopReason } = await restored.resume(INPUTS, TARGETS, { signal: AbortSignal.timeout(50) })
    expect(stopReason).toBe('aborted')
    expect(before).not.toBe(restored.weightsHash())
  })

  it('with a piece of an update are an error, and the weights stay', { timeout: 120_000 }, async () => {
    const network = await create({ ...LARGE, optimizer: { name: 'adam' } }, 2)
    const { engine, layout } = stateOf(network)
    // Nothing but the update is split.
    const view = new DataView(engine.buffer, layout.team)
    view.setFloat64(P.SPLIT_PRODUCT, Infinity, true)
    view.setUint32(P.SPLIT_BYTES, layout.parameterBytes, true)
    network.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 512 })
    const [before, shared] = [network.snapshot(), new Float32Array(engine.buffer)]
    const thief = startThief(network)
    let steps = 0
    expect(() => {
      for (; ; steps++) network.trainOnBatch(INPUTS, TARGETS)
    }).toThrow(/worker has ended.*snapshot/)
    await thief.terminate()
    const hash = network.weightsHash()
    // What a late worker writes goes elsewhere.
    shared.fill(7, layout.parameters / 4, (layout.parameters + layout.parameterBytes) / 4)
    expect(network.weightsHash()).toBe(hash)
    const again = await library.restoreNetwork(before)
    const restored = await library.restoreNetwork(network.snapshot())
    while (steps-- > 0) again.trainOnBatch(INPUTS, TARGETS)
    expect(restored.weightsHash()).toBe(again.weightsHash())
    for (const one of [again, restored]) one.trainOnBatch(INPUTS, TARGETS)
    expect(restored.weightsHash()).toBe(again.weightsHash())
  })
})
