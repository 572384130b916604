// What `train` does and tells: batches and their order, losses, ends, callbacks, and that it goes on from where it was.
import { describe, expect, it } from 'vitest'
import {
  createNetwork,
  type EpochProgress,
  type Network,
  type NetworkConfig,
  type TrainOptions,
} from '../../src/index.ts'
import { shuffle } from '../../src/numerics/random.ts'
import {
  bitsOf,
  dtypes,
  engines,
  expectRefusal,
  HOURS,
  manyBatches,
  relativeDifference,
  rowsOf,
  SCORES,
  small,
  trainedBits,
  tutorial,
} from '../support/networks.ts'

const ROWS = 23
const INPUTS = rowsOf(ROWS, 3, 1)
const TARGETS = rowsOf(ROWS, 2, 2)

/** The rows of each batch of an epoch: as they lie, or in the order of the seeded generator */
function batchesOf(batchSize: number, order?: { seed: number; epoch: number }): number[][] {
  const rows = Uint32Array.from({ length: ROWS }, (_, row) => row)
  if (order && batchSize < ROWS) shuffle(rows, ROWS, order.seed, order.epoch)
  const starts = Array.from({ length: Math.ceil(ROWS / batchSize) }, (_, batch) => batch * batchSize)
  return starts.map((start) => Array.from(rows.subarray(start, start + batchSize)))
}

/** The same epoch by `trainOnBatch`, with the epoch's loss as it is defined */
function replayEpoch(network: Network, batches: number[][], adds: boolean): number {
  const losses = batches.map((batch) => {
    const loss = network.trainOnBatch(
      batch.map((row) => INPUTS[row]),
      batch.map((row) => TARGETS[row]),
    )
    return adds ? loss : (loss * batch.length) / ROWS
  })
  return losses.reduce((sum, loss) => sum + loss)
}

describe.each(engines)('train in %s', (engine) => {
  it.each([
    ['meanSquaredError', 1, false],
    ['meanSquaredError', 5, false],
    ['meanSquaredError', ROWS, false],
    ['halfSquaredError', 5, false],
    ['halfSquaredError', 7, true],
    ['meanSquaredError', 1, true],
    ['meanSquaredError', 22, true],
    ['meanSquaredError', 100, true],
  ] as const)('is one optimizer step per batch: %s, batches of %d, shuffle %s', async (loss, batchSize, shuffles) => {
    for (const dtype of dtypes) {
      const [network, replayed] = [await small(engine, { loss, dtype }), await small(engine, { loss, dtype })]
      const result = await network.train(INPUTS, TARGETS, { epochs: 3, batchSize, shuffle: shuffles })
      const losses = [0, 1, 2].map((epoch) => {
        const batches = batchesOf(batchSize, shuffles ? { seed: replayed.seed, epoch } : undefined)
        return replayEpoch(replayed, batches, loss === 'halfSquaredError')
      })
      expect(trainedBits(network)).toBe(trainedBits(replayed))
      expect(relativeDifference(Array.from(result.loss), losses)).toBeLessThan(1e-14)
      expect(result).toMatchObject({ epochs: 3, steps: 3 * Math.ceil(ROWS / batchSize), stopReason: 'epochs', engine })
    }
  })

  it('tells what it did', async () => {
    const network = await small(engine)
    const result = await network.train(INPUTS, TARGETS)
    expect(Object.keys(result).sort()).toEqual(
      ['engine', 'epochs', 'loss', 'milliseconds', 'samplesPerSecond', 'steps', 'stopReason', 'warnings'].sort(),
    )
    expect(result).toMatchObject({ epochs: 100, steps: 100, stopReason: 'epochs', engine })
    expect(result.loss).toBeInstanceOf(Float64Array)
    expect(result.loss).toHaveLength(100)
    expect(result.loss[99]).toBeLessThan(result.loss[0])
    expect(result.milliseconds).toBeGreaterThan(0)
    expect(result.samplesPerSecond).toBeCloseTo((100 * ROWS) / (result.milliseconds / 1000), 3)
  })

  it('takes batches of 32, shuffled, unless told otherwise', async () => {
    const inputs = rowsOf(100, 3, 1)
    const targets = rowsOf(100, 2, 2)
    const trained = async (options: TrainOptions) => {
      const network = await small(engine)
      await network.train(inputs, targets, { epochs: 2, ...options })
      return network.weightsHash()
    }
    const usual = await trained({})
    expect(await trained({ batchSize: 32, shuffle: true })).toBe(usual)
    expect(await trained({ batchSize: undefined, shuffle: undefined })).toBe(usual)
    expect(await trained({ shuffle: false })).not.toBe(usual)
    expect(await trained({ batchSize: 33 })).not.toBe(usual)
  })

  it('never shuffles a full batch', async () => {
    const hashes = ['full', ROWS, 1000].flatMap((batchSize) =>
      [true, false].map(async (shuffles) => {
        const network = await small(engine)
        await network.train(INPUTS, TARGETS, { epochs: 3, batchSize: batchSize as 'full', shuffle: shuffles })
        return network.weightsHash()
      }),
    )
    expect(new Set(await Promise.all(hashes)).size).toBe(1)
  })

  it('shuffles every epoch anew, over the life of the network', async () => {
    const options = { batchSize: 4 }
    const [whole, parted, single] = [await small(engine), await small(engine), await small(engine)]
    const { loss } = await whole.train(INPUTS, TARGETS, { ...options, epochs: 6 })
    const parts = [1, 2, 3].map((epochs) => parted.trainSync(INPUTS, TARGETS, { ...options, epochs }).loss)
    expect(bitsOf(parts.flatMap((part) => Array.from(part)))).toBe(bitsOf(Array.from(loss)))
    expect(trainedBits(parted)).toBe(trainedBits(whole))
    for (let epoch = 0; epoch < 6; epoch++) single.trainSync(INPUTS, TARGETS, { ...options, epochs: 1 })
    expect(trainedBits(single)).toBe(trainedBits(whole))
  })

  it('is the same without yielding', async () => {
    const [first, second] = [await manyBatches(engine), await manyBatches(engine)]
    const options = { epochs: 20, batchSize: 4 }
    const results = [await first.train(INPUTS, TARGETS, options), second.trainSync(INPUTS, TARGETS, options)]
    expect(bitsOf(results[1].loss)).toBe(bitsOf(results[0].loss))
    expect(trainedBits(second)).toBe(trainedBits(first))
  })

  it('gives a loss that is that of the scaled targets, without penalties', async () => {
    const config: Partial<NetworkConfig> = { scaling: { targets: { divideBy: 10 } }, regularization: { l1: 1, l2: 1 } }
    const network = await small(engine, config)
    const { loss } = network.evaluate(INPUTS, TARGETS)
    const result = await network.train(INPUTS, TARGETS, { epochs: 1, batchSize: 'full' })
    expect(result.loss[0]).toBe(loss)
    expect(network.evaluate(INPUTS, TARGETS).loss).toBe(network.trainOnBatch(INPUTS, TARGETS))
  })

  it('moves nothing that is frozen or absent', async () => {
    const layers = [
      { units: 4, activation: 'tanh', trainBias: false, biasInit: { name: 'uniform' } },
      { units: 3, activation: 'relu', bias: false },
      { units: 2 },
    ] as const
    const optimizer = { name: 'adam', learningRate: 0.1, weightDecay: 0.1 } as const
    const network = await small(engine, { layers, optimizer, regularization: { l2: 0.1 } })
    const before = network.getWeights()
    await network.train(INPUTS, TARGETS, { epochs: 5 })
    const after = network.getWeights()
    expect(after[0].biases).toEqual(before[0].biases)
    expect(after[1].biases).toEqual([0, 0, 0])
    expect(after[2].biases).not.toEqual(before[2].biases)
    expect(after[0].weights).not.toEqual(before[0].weights)
  })

  it.each<[string, unknown, RegExp]>([
    ['no epochs', { epochs: 0 }, /^epochs: /],
    ['a batch of nothing', { batchSize: 0 }, /^batchSize: /],
    ['an unknown option', { epoch: 5 }, /^epoch: unknown option; did you mean "epochs"\?/],
    ['no object', 5, /^options: /],
    ['a callback that is none', { onEpoch: true }, /^onEpoch: /],
    ['a signal that is none', { signal: {} }, /^signal: /],
    ['a target of NaN', { targetLoss: Number.NaN }, /^targetLoss: /],
  ])('refuses %s before anything changes', async (_, options, words) => {
    const network = await tutorial(engine)
    const before = JSON.stringify(network)
    await expectRefusal(network.train(HOURS, SCORES, options as TrainOptions), 'INVALID_CONFIG', words)
    await expectRefusal(() => network.trainSync(HOURS, SCORES, options as TrainOptions), 'INVALID_CONFIG', words)
    expect(JSON.stringify(network)).toBe(before)
  })

  it('refuses batches where the optimizer needs all rows', async () => {
    const network = await small(engine, { optimizer: 'rprop' })
    await expectRefusal(network.train(INPUTS, TARGETS, { batchSize: 5 }), 'INVALID_CONFIG', /^batchSize: .*full.*rprop/)
    await network.train(INPUTS, TARGETS, { epochs: 2, batchSize: 'full' })
  })
})

describe.each(engines)('onEpoch in %s', (engine) => {
  it('is told of every epoch as it ends', async () => {
    const network = await small(engine)
    network.trainSync(INPUTS, TARGETS, { epochs: 2 })
    const told: unknown[] = []
    const hashes: string[] = []
    const result = await network.train(INPUTS, TARGETS, {
      epochs: 5,
      batchSize: 4,
      onEpoch: ({ epoch, loss, learningRate }) => {
        told.push({ epoch, loss, learningRate })
        hashes.push(network.weightsHash())
      },
    })
    expect(told).toEqual(Array.from(result.loss, (loss, index) => ({ epoch: 2 + index, loss, learningRate: 0.01 })))
    expect(hashes[4]).toBe(network.weightsHash())
    const other = await small(engine)
    other.trainSync(INPUTS, TARGETS, { epochs: 2 })
    for (const hash of hashes) {
      other.trainSync(INPUTS, TARGETS, { epochs: 1, batchSize: 4 })
      expect(hash).toBe(other.weightsHash())
    }
  })

  it('ends training with false, and with nothing else', async () => {
    const network = await small(engine)
    const answers = [undefined, null, 0, '', true, Promise.resolve(0), Promise.resolve(false), true]
    const result = await network.train(INPUTS, TARGETS, { epochs: 8, onEpoch: ({ epoch }) => answers[epoch] })
    expect(result).toMatchObject({ epochs: 7, steps: 7, stopReason: 'callback' })
    expect(result.loss).toHaveLength(7)
    const other = await small(engine)
    other.trainSync(INPUTS, TARGETS, { epochs: 7 })
    expect(trainedBits(network)).toBe(trainedBits(other))
  })

  it('is waited for where it promises, also after the last epoch, and refused where nobody can wait', async () => {
    const network = await small(engine)
    const seen: string[] = []
    const onEpoch = async ({ epoch }: { epoch: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      seen.push(`${epoch} after ${network.weightsHash()}`)
    }
    await network.train(INPUTS, TARGETS, { epochs: 3, onEpoch })
    const other = await small(engine)
    const expected: string[] = []
    const note = ({ epoch }: { epoch: number }) => expected.push(`${epoch} after ${other.weightsHash()}`)
    await other.train(INPUTS, TARGETS, { epochs: 3, onEpoch: note })
    expect(seen).toEqual(expected)
    const failing = () => Promise.reject(new Error('no disk'))
    await expect(other.train(INPUTS, TARGETS, { epochs: 3, onEpoch: failing })).rejects.toThrow('no disk')
    await expectRefusal(() => other.trainSync(INPUTS, TARGETS, { onEpoch }), 'INVALID_CONFIG', /^onEpoch: .*use train$/)
  })

  it('keeps the network busy while it is waited for, and may set the rate, abort or dispose', async () => {
    const nextTask = () => new Promise((resolve) => setImmediate(resolve))
    const rates: number[] = []
    const network = await small(engine)
    const controller = new AbortController()
    const { signal } = controller
    const onEpoch = async ({ epoch, learningRate, setLearningRate }: EpochProgress) => {
      rates.push(learningRate)
      await nextTask()
      await expectRefusal(() => network.trainOnBatch(INPUTS, TARGETS), 'BUSY')
      if (epoch === 0) setLearningRate(0.5)
      if (epoch === 2) controller.abort()
      await nextTask()
    }
    expect(await network.train(INPUTS, TARGETS, { signal, onEpoch })).toMatchObject({
      stopReason: 'aborted',
      epochs: 3,
    })
    expect(rates).toEqual([0.01, 0.5, 0.5])
    const disposing = async () => {
      await nextTask()
      network.dispose()
      await nextTask()
    }
    const last = await network.train(INPUTS, TARGETS, { onEpoch: disposing })
    expect(last).toMatchObject({ stopReason: 'aborted', epochs: 1 })
    await expectRefusal(() => network.predict(INPUTS), 'DISPOSED')
  })

  it('is not waited for where it aborts or disposes before it promises', async () => {
    const network = await small(engine)
    const controller = new AbortController()
    const never = (act: () => void) => () => {
      act()
      return new Promise(() => {})
    }
    const { signal } = controller
    const aborted = network.train(INPUTS, TARGETS, { signal, onEpoch: never(() => controller.abort()) })
    expect(await aborted).toMatchObject({ stopReason: 'aborted', epochs: 1 })
    const disposed = network.train(INPUTS, TARGETS, { onEpoch: never(() => network.dispose()) })
    expect(await disposed).toMatchObject({ stopReason: 'aborted', epochs: 1 })
  })

  it('is not waited for after an abort or dispose, whatever comes of it', async () => {
    const late = () =>
      new Promise((_, reject) => {
        setTimeout(() => reject(new Error('too late')), 40)
      })
    const controller = new AbortController()
    const { signal } = controller
    const network = await small(engine)
    const onEpoch = (abort: () => void) => () => {
      setImmediate(abort)
      return late()
    }
    const aborted = await network.train(INPUTS, TARGETS, { signal, onEpoch: onEpoch(() => controller.abort()) })
    expect(aborted).toMatchObject({ stopReason: 'aborted', epochs: 1 })
    const resumed = await network.resume(INPUTS, TARGETS, { onEpoch: onEpoch(() => network.dispose()) })
    expect(resumed).toMatchObject({ stopReason: 'aborted', epochs: 2 })
    await new Promise((resolve) => setTimeout(resolve, 60))
  })

  it('that promises is refused by trainSync, also where it rejects later', async () => {
    const network = await small(engine)
    const onEpoch = async () => {
      await undefined
      throw new Error('no disk')
    }
    await expectRefusal(() => network.trainSync(INPUTS, TARGETS, { onEpoch }), 'INVALID_CONFIG', /^onEpoch: /)
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('changes the rate from the next step on', async () => {
    const config: Partial<NetworkConfig> = { optimizer: { name: 'sgd', learningRate: 0.1 } }
    const network = await small(engine, config)
    const rates: number[] = []
    await network.train(INPUTS, TARGETS, {
      epochs: 4,
      onEpoch: ({ epoch, learningRate, setLearningRate }) => {
        rates.push(learningRate)
        if (epoch === 1) setLearningRate(0.025)
      },
    })
    expect(rates).toEqual([0.1, 0.1, 0.025, 0.025])
    const other = await small(engine, {
      optimizer: { name: 'sgd', learningRate: (_, epoch) => (epoch < 2 ? 0.1 : 0.025) },
    })
    other.trainSync(INPUTS, TARGETS, { epochs: 4 })
    expect(network.weightsHash()).toBe(other.weightsHash())
  })

  it('refuses a rate that is none, and passes on what the callback throws', async () => {
    const network = await small(engine)
    const setWrong = (rate: unknown) =>
      network.train(INPUTS, TARGETS, { onEpoch: ({ setLearningRate }) => setLearningRate(rate as number) })
    for (const rate of [-1, Number.NaN, Number.POSITIVE_INFINITY, '0.1']) {
      await expectRefusal(setWrong(rate), 'INVALID_CONFIG', /setLearningRate/)
    }
    const failing = network.train(INPUTS, TARGETS, {
      onEpoch: () => {
        throw new RangeError('mine')
      },
    })
    await expect(failing).rejects.toThrow(new RangeError('mine'))
    expect((await network.train(INPUTS, TARGETS, { epochs: 1 })).stopReason).toBe('epochs')
  })
})

describe('targetLoss', () => {
  it('ends training at the same epoch with the same weights in both engines', async () => {
    const results = engines.map(async (engine) => {
      const network = await small(engine, { dtype: 'float64' })
      const { loss } = await (await small(engine, { dtype: 'float64' })).train(INPUTS, TARGETS, { epochs: 60 })
      const targetLoss = loss[40]
      const result = await network.train(INPUTS, TARGETS, { epochs: 60, targetLoss })
      expect(result.stopReason).toBe('targetLoss')
      expect(result.loss[result.epochs - 1]).toBeLessThanOrEqual(targetLoss)
      expect(result.loss.subarray(0, -1).every((value) => value > targetLoss)).toBe(true)
      return [result.epochs, bitsOf(result.loss), network.weightsHash()]
    })
    const [wasm, typescript] = await Promise.all(results)
    expect(wasm).toEqual(typescript)
  })

  it.each(engines)('is compared at the end of the epoch alone, in %s', async (engine) => {
    const network = await small(engine)
    const result = await network.train(INPUTS, TARGETS, { epochs: 9, batchSize: 4, targetLoss: 1e9 })
    expect(result).toMatchObject({ epochs: 1, steps: 6, stopReason: 'targetLoss' })
    const next = await network.train(INPUTS, TARGETS, { epochs: 2, batchSize: 4, targetLoss: 0 })
    expect(next).toMatchObject({ epochs: 2, steps: 12, stopReason: 'epochs' })
  })

  it.each(engines)('goes before the callback, which still learns of the epoch, in %s', async (engine) => {
    const epochs: number[] = []
    const onEpoch = ({ epoch }: { epoch: number }) => epochs.push(epoch) < 0
    const result = await (await small(engine)).train(INPUTS, TARGETS, { epochs: 9, targetLoss: 1e9, onEpoch })
    expect([result.stopReason, epochs]).toEqual(['targetLoss', [0]])
  })
})

describe.each(engines)('trainOnBatch in %s', (engine) => {
  it('is one full-batch epoch, whatever the number of rows', async () => {
    for (const rows of [1, 2, 255, 256, 257, 700]) {
      const [inputs, targets] = [rowsOf(rows, 3, 3), rowsOf(rows, 2, 4)]
      const [first, second] = [await small(engine), await small(engine)]
      const loss = first.trainOnBatch(inputs, targets)
      const result = second.trainSync(inputs, targets, { epochs: 1, batchSize: 'full' })
      expect(loss).toBe(result.loss[0])
      expect(trainedBits(first)).toBe(trainedBits(second))
    }
  })

  it('returns the loss before the step', async () => {
    const network = await small(engine)
    const { loss } = network.evaluate(INPUTS, TARGETS)
    expect(network.trainOnBatch(INPUTS, TARGETS)).toBe(loss)
    expect(network.trainOnBatch(INPUTS, TARGETS)).toBeLessThan(loss)
  })
})

describe.each(engines)('networks that could not be smaller or odder, in %s', (engine) => {
  it('train with one row, one input and one unit', async () => {
    const layers = [{ units: 1, activation: 'sigmoid' }, { units: 1 }] as const
    const network = await createNetwork({
      inputs: 1,
      layers,
      engine,
      seed: 1,
      optimizer: { name: 'adam', learningRate: 0.1 },
    })
    const { loss } = await network.train([1], [0.5], { epochs: 200 })
    expect(loss[199]).toBeLessThan(1e-4)
  })

  it('train through many layers', async () => {
    const layers = [...Array.from({ length: 300 }, () => ({ units: 2, activation: 'tanh' as const })), { units: 1 }]
    const network = await createNetwork({ inputs: 2, layers, engine, seed: 1 })
    const result = await network.train(rowsOf(4, 2, 1), rowsOf(4, 1, 2), { epochs: 3 })
    expect(result.loss.every(Number.isFinite)).toBe(true)
  })
})
