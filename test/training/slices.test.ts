// Training in slices: clocks, readers and the way of waiting never change a result; calls into the engine are few; and
// what is allowed while `train` runs.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { PROGRAM, STEP } from '../../assembly/program.ts'
import { WasmEngine } from '../../src/engines/wasm.ts'
import type { Network, TrainOptions } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import {
  bitsOf,
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

const INPUTS = rowsOf(50, 3, 1)
const TARGETS = rowsOf(50, 2, 2)
const LARGE_INPUTS = rowsOf(3000, 3, 1)
const LARGE_TARGETS = rowsOf(3000, 2, 2)

afterEach(() => {
  vi.restoreAllMocks()
})

const nextTask = () => new Promise((resolve) => setImmediate(resolve))

/** Rows in order, so that `trainOnBatch` can repeat what was done */
const ORDERED: TrainOptions = { batchSize: 1, shuffle: false }

/** Takes the steps that an ordered run on the large data took. */
function repeatSteps(network: Network, steps: number): void {
  for (let step = 0; step < steps; step++) {
    const row = step % LARGE_INPUTS.length
    network.trainOnBatch([LARGE_INPUTS[row]], [LARGE_TARGETS[row]])
  }
}

/** Optimizer steps over the network's life */
function stepsOf(network: Network): number {
  return new Float64Array(InnerNetwork.stateOf(network).engine.buffer, PROGRAM + STEP, 1)[0]
}

/** Clocks by what they show at call number n */
const CLOCKS: [string, (call: number) => number][] = [
  ['stands still', () => 1000],
  ['is very slow', (call) => call * 1e-7],
  ['is very fast', (call) => call * 1e9],
  ['jumps to and fro', (call) => ((call * 7919) % 97) * 50],
  ['runs backwards', (call) => 1e9 - call * 20],
  ['shows NaN', () => Number.NaN],
]

describe.each(engines)('a clock never changes a result of %s', (engine) => {
  const options: TrainOptions = { epochs: 60, batchSize: 7 }
  const rate = { name: 'exponential', initial: 0.01, gamma: 0.999, unit: 'step' } as const
  const start = () => manyBatches(engine, { optimizer: { name: 'adam', learningRate: rate } })

  it.each(CLOCKS)('when it %s', async (_, clock) => {
    const expected = await start()
    const { loss } = expected.trainSync(INPUTS, TARGETS, options)
    const [network, waiting] = [await start(), await start()]
    let calls = 0
    vi.spyOn(performance, 'now').mockImplementation(() => clock(calls++))
    const result = network.trainSync(INPUTS, TARGETS, options)
    const waited = await waiting.train(INPUTS, TARGETS, options)
    vi.restoreAllMocks()
    expect(calls).toBeGreaterThan(4)
    for (const one of [result, waited]) expect([one.steps, bitsOf(one.loss)]).toEqual([480, bitsOf(loss)])
    for (const one of [network, waiting]) expect(trainedBits(one)).toBe(trainedBits(expected))
  })

  it('when it stands still, the host still gets its turn', async () => {
    const network = await tutorial(engine)
    vi.spyOn(performance, 'now').mockReturnValue(1000)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 1)
    const epochs = engine === 'wasm' ? 3e5 : 3e4
    const result = await network.train(HOURS, SCORES, { epochs, signal: controller.signal })
    expect(result.stopReason).toBe('aborted')
  })
})

describe('calls into the engine', () => {
  function countCalls() {
    const { prototype } = WasmEngine
    const names = ['train', 'predict', 'evaluate', 'loss', 'step'] as const
    return Object.fromEntries(names.map((name) => [name, vi.spyOn(prototype, name)]))
  }

  it('are a few dozen for 7000 epochs of the tutorial', async () => {
    const network = await tutorial('wasm')
    const calls = countCalls()
    const { epochs } = await network.train(HOURS, SCORES, { epochs: 7000, batchSize: 'full' })
    expect(epochs).toBe(7000)
    expect(calls.train.mock.calls.length).toBeLessThan(60)
    for (const name of ['predict', 'evaluate', 'loss', 'step']) expect(calls[name]).not.toHaveBeenCalled()
  })

  it('are one per epoch with a callback', async () => {
    const network = await tutorial('wasm')
    const calls = countCalls()
    await network.train(HOURS, SCORES, { epochs: 7000, batchSize: 'full', onEpoch: () => undefined })
    expect(calls.train).toHaveBeenCalledTimes(7000)
  })

  it('are few for batches of one row, too', async () => {
    const network = await small('wasm')
    const calls = countCalls()
    await network.train(LARGE_INPUTS, LARGE_TARGETS, { epochs: 10, batchSize: 1 })
    expect(calls.train.mock.calls.length).toBeLessThan(120)
  })
})

describe.each(engines)('an abort in %s', (engine) => {
  it('before the start trains nothing', async () => {
    for (const run of ['train', 'trainSync'] as const) {
      const network = await small(engine)
      const before = trainedBits(network)
      const result = await network[run](INPUTS, TARGETS, { signal: AbortSignal.abort() })
      expect(result).toMatchObject({ epochs: 0, steps: 0, stopReason: 'aborted' })
      expect(result.loss).toHaveLength(0)
      expect(trainedBits(network)).toBe(before)
    }
  })

  it('before the start fits the scaling all the same, and leaves a call that can be resumed', async () => {
    const scaling = { inputs: 'standard', targets: 'minMax' } as const
    const [network, other] = [await small(engine, { scaling }), await small(engine, { scaling })]
    await network.train(INPUTS, TARGETS, { epochs: 3, signal: AbortSignal.abort() })
    other.fitScaling(INPUTS, TARGETS)
    expect(network.predict(INPUTS)).toEqual(other.predict(INPUTS))
    expect(await network.resume(INPUTS, TARGETS)).toMatchObject({ epochs: 3, stopReason: 'epochs' })
    other.trainSync(INPUTS, TARGETS, { epochs: 3 })
    expect(trainedBits(network)).toBe(trainedBits(other))
  })

  it('in a callback ends with that epoch', async () => {
    const network = await small(engine)
    const controller = new AbortController()
    const onEpoch = ({ epoch }: { epoch: number }) => {
      if (epoch === 2) controller.abort()
    }
    const result = await network.train(INPUTS, TARGETS, { onEpoch, signal: controller.signal })
    expect(result).toMatchObject({ epochs: 3, steps: 6, stopReason: 'aborted' })
    const other = await small(engine)
    other.trainSync(INPUTS, TARGETS, { epochs: 3 })
    expect(trainedBits(network)).toBe(trainedBits(other))
  })

  it('from outside keeps the last finished batch', async () => {
    const network = await small(engine)
    const controller = new AbortController()
    const { signal } = controller
    const training = network.train(LARGE_INPUTS, LARGE_TARGETS, { ...ORDERED, epochs: 1e6, signal })
    for (let turn = 0; turn < 3; turn++) await nextTask()
    controller.abort()
    const result = await training
    expect(result.stopReason).toBe('aborted')
    expect(result.steps).toBeGreaterThan(0)
    expect(result.loss).toHaveLength(result.epochs)
    expect(Math.floor(result.steps / 3000)).toBe(result.epochs)
    const other = await small(engine)
    repeatSteps(other, result.steps)
    expect(trainedBits(network)).toBe(trainedBits(other))
    expect(await network.train(INPUTS, TARGETS, { epochs: 1 })).toMatchObject({ stopReason: 'epochs', steps: 2 })
  })

  it('comes before the next slice, however many epochs were asked for', async () => {
    const network = await tutorial(engine)
    const slices = vi.spyOn(InnerNetwork.stateOf(network).engine, 'train')
    const controller = new AbortController()
    const training = network.train(HOURS, SCORES, { epochs: 2 ** 53, signal: controller.signal })
    await vi.waitFor(() => expect(slices.mock.calls.length).toBeGreaterThan(2), { timeout: 50_000 })
    controller.abort()
    const before = slices.mock.calls.length
    expect((await training).stopReason).toBe('aborted')
    expect(slices.mock.calls.length).toBe(before)
  })
})

/** Starts a training that only ends when it is told to. */
async function startEndless(network: Network) {
  const controller = new AbortController()
  const training = network.train(LARGE_INPUTS, LARGE_TARGETS, { ...ORDERED, epochs: 1e6, signal: controller.signal })
  await nextTask()
  const end = () => {
    controller.abort()
    return training
  }
  return { training, end }
}

describe.each(engines)('while `train` runs in %s', (engine) => {
  it('writes and a second `train` are BUSY, and do no harm', async () => {
    const network = await small(engine)
    const { end } = await startEndless(network)
    const weights = network.getWeights()
    const calls: (() => unknown)[] = [
      () => network.train(INPUTS, TARGETS),
      () => network.trainSync(INPUTS, TARGETS),
      () => network.trainOnBatch(INPUTS, TARGETS),
      () => network.setWeights(weights),
      () => network.fitScaling(INPUTS, TARGETS),
    ]
    for (const call of calls) await expectRefusal(call, 'BUSY', /training/)
    const { steps } = await end()
    const other = await small(engine)
    repeatSteps(other, steps)
    expect(trainedBits(network)).toBe(trainedBits(other))
    network.setWeights(weights)
  })

  it('writes are BUSY in a callback as well', async () => {
    const network = await small(engine)
    const codes: unknown[] = []
    await network.train(INPUTS, TARGETS, {
      epochs: 1,
      onEpoch: () => {
        try {
          network.trainOnBatch(INPUTS, TARGETS)
        } catch (error) {
          codes.push((error as { code: string }).code)
        }
      },
    })
    expect(codes).toEqual(['BUSY'])
  })

  it('is free again where `train` was refused', async () => {
    const network = await small(engine)
    await expectRefusal(network.train(INPUTS, TARGETS.slice(1)), 'INVALID_SHAPE')
    await expectRefusal(network.train(INPUTS, TARGETS, { epochs: -1 }), 'INVALID_CONFIG')
    network.trainOnBatch(INPUTS, TARGETS)
  })

  it('reads see the last finished batch', async () => {
    const network = await small(engine)
    const { end } = await startEndless(network)
    const copy = network.clone()
    const seen = [network.weightsHash(), bitsOf(network.predict(INPUTS)), network.evaluate(INPUTS, TARGETS).loss]
    await end()
    const other = await small(engine)
    const steps = stepsOf(copy)
    expect(steps).toBeGreaterThan(0)
    repeatSteps(other, steps)
    expect(trainedBits(copy)).toBe(trainedBits(other))
    expect([other.weightsHash(), bitsOf(other.predict(INPUTS)), other.evaluate(INPUTS, TARGETS).loss]).toEqual(seen)
  })

  it('reads at any moment change nothing', async () => {
    const options: TrainOptions = { epochs: 3, batchSize: 2 }
    const [quiet, disturbed] = [await manyBatches(engine), await manyBatches(engine)]
    const expected = await quiet.train(LARGE_INPUTS, LARGE_TARGETS, options)
    let reads = 0
    let isDone = false
    const read = () => {
      reads++
      disturbed.predict(INPUTS)
      disturbed.predictClass(INPUTS)
      disturbed.predictInto(INPUTS, new Float32Array(100))
      disturbed.evaluate(INPUTS, TARGETS)
      disturbed.gradients(INPUTS, TARGETS)
      disturbed.getWeights()
      disturbed.weightsHash()
      disturbed.toJSON()
      disturbed.summary()
      disturbed.clone().trainOnBatch(INPUTS, TARGETS)
    }
    // A clock that runs fast makes slices of one step, with a turn for others after each.
    let calls = 0
    vi.spyOn(performance, 'now').mockImplementation(() => 10 * calls++)
    const training = disturbed.train(LARGE_INPUTS, LARGE_TARGETS, { ...options, onEpoch: read }).finally(() => {
      isDone = true
    })
    for (let turn = 0; !isDone; turn++) {
      if (turn % 100 === 0) read()
      await nextTask()
    }
    const result = await training
    expect(reads).toBeGreaterThan(10)
    expect(bitsOf(result.loss)).toBe(bitsOf(expected.loss))
    expect(trainedBits(disturbed)).toBe(trainedBits(quiet))
  })

  it('dispose aborts it', async () => {
    const network = await small(engine)
    const { training } = await startEndless(network)
    network.dispose()
    await expectRefusal(() => network.predict(INPUTS), 'DISPOSED')
    const result = await training
    expect(result.stopReason).toBe('aborted')
    expect(result.steps).toBeGreaterThan(0)
    await expectRefusal(network.train(INPUTS, TARGETS), 'DISPOSED')
  })

  it('dispose in a callback aborts it', async () => {
    for (const run of ['train', 'trainSync'] as const) {
      const network = await small(engine)
      const result = await network[run](INPUTS, TARGETS, { onEpoch: () => network.dispose() })
      expect(result).toMatchObject({ epochs: 1, stopReason: 'aborted' })
    }
  })

  it('others train beside it', async () => {
    const networks = await Promise.all([1, 2, 3].map((seed) => manyBatches(engine, { seed })))
    const alone = networks.map((network) => network.clone())
    const options: TrainOptions = { epochs: 40, batchSize: 4 }
    const results = await Promise.all(networks.map((network) => network.train(INPUTS, TARGETS, options)))
    alone.forEach((network, index) => {
      expect(bitsOf(network.trainSync(INPUTS, TARGETS, options).loss)).toBe(bitsOf(results[index].loss))
      expect(trainedBits(network)).toBe(trainedBits(networks[index]))
    })
  })
})

describe.each(engines)('a call that runs what the user wrote in %s', (engine) => {
  it('is as one that trains: in the rate function of `trainOnBatch` writes are BUSY, and `dispose` waits for the step', async () => {
    const codes: unknown[] = []
    const attempt = (write: () => unknown) => {
      try {
        write()
      } catch (error) {
        codes.push((error as { code: string }).code)
      }
    }
    const learningRate = () => {
      attempt(() => network.trainOnBatch(INPUTS, TARGETS))
      attempt(() => network.trainSync(INPUTS, TARGETS))
      attempt(() => network.setWeights(weights))
      attempt(() => network.fitScaling(INPUTS, TARGETS))
      network.dispose()
      attempt(() => network.predict(INPUTS))
      return 0.1
    }
    const network = await small(engine, { optimizer: { name: 'sgd', learningRate } })
    const weights = network.getWeights()
    const expected = network.evaluate(INPUTS, TARGETS).loss
    expect(network.trainOnBatch(INPUTS, TARGETS)).toBe(expected)
    expect(codes).toEqual(['BUSY', 'BUSY', 'BUSY', 'BUSY', 'DISPOSED'])
    await expectRefusal(() => network.trainOnBatch(INPUTS, TARGETS), 'DISPOSED')
  })

  it('ends as aborted where its network is disposed of while its options are read', async () => {
    for (const call of ['train', 'trainSync', 'trainStream'] as const) {
      const network = await small(engine)
      const options = {
        get epochs() {
          network.dispose()
          return 1
        },
      }
      const batches = [{ inputs: INPUTS, targets: TARGETS }]
      const args = call === 'trainStream' ? [batches, options] : [INPUTS, TARGETS, options]
      const result = await (network[call] as (...args: unknown[]) => unknown)(...args)
      expect(result).toMatchObject({ stopReason: 'aborted', steps: 0 })
    }
  })
})
