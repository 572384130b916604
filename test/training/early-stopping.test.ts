// Early stopping: at which epoch it ends training, by Keras' rule, and with which weights. One weight and one row let the
// losses be chosen: see `course`.
import { describe, expect, it } from 'vitest'
import type {
  EarlyStopping,
  EpochProgress,
  Network,
  NetworkConfig,
  TrainOptions,
  TrainResult,
} from '../../src/index.ts'
import { createNetwork, restoreNetwork } from '../../src/index.ts'
import {
  bitsOf,
  dtypes,
  type EngineName,
  engines,
  manyBatches,
  numbersOf,
  rowsOf,
  small,
  trainedBits,
} from '../support/networks.ts'

/**
 * A network of one weight w for the row 1 → 0, whose loss is ½ w². The rate of epoch e turns w into −w · to[e + 1] / to[e],
 * exactly where the ratios are powers of two: |w| is to[e] before epoch e and to[e + 1] after it.
 */
async function course(engine: EngineName, to: number[], changes: Partial<NetworkConfig> = {}): Promise<Network> {
  const learningRate = rateOf(to)
  const layers = [{ units: 1, bias: false, weightInit: [[to[0]]] }]
  const optimizer = { name: 'sgd', learningRate } as const
  return createNetwork({ inputs: 1, layers, optimizer, loss: 'halfSquaredError', dtype: 'float64', engine, ...changes })
}

const rateOf = (to: number[]) => (_: number, epoch: number) => 1 + to[epoch + 1] / to[epoch]

const ROW = { inputs: [[1]], targets: [[0]] }
const weightOf = (network: Network) => network.getWeights()[0].weights[0][0]
/** The weight after `epochs` epochs of a course */
const signed = (to: number[], epochs: number) => (epochs % 2 === 0 ? 1 : -1) * to[epochs]

/** Trains the course, with the row itself for validation unless told otherwise. */
async function stop(
  engine: EngineName,
  to: number[],
  earlyStopping: EarlyStopping,
  options: TrainOptions = {},
  validation: TrainOptions['validation'] | null = ROW,
): Promise<{ network: Network; result: TrainResult; weight: number }> {
  const network = await course(engine, to)
  const result = await network.train([[1]], [[0]], {
    epochs: to.length - 1,
    earlyStopping,
    ...(validation ? { validation } : {}),
    ...options,
  })
  return { network, result, weight: weightOf(network) }
}

/** EarlyStopping of Keras 3, without a baseline: epochs done when it stops, and the best one counted from 0 */
function keras(losses: number[], patience: number, minDelta: number): { epochs: number; best: number; stops: boolean } {
  let [best, bestEpoch, wait] = [Number.POSITIVE_INFINITY, 0, 0]
  for (const [epoch, loss] of losses.entries()) {
    wait += 1
    if (loss + minDelta < best) {
      best = loss
      bestEpoch = epoch
      wait = 0
    } else if (wait >= patience && epoch > 0) return { epochs: epoch + 1, best: bestEpoch, stops: true }
  }
  return { epochs: losses.length, best: bestEpoch, stops: false }
}

describe.each(engines)('early stopping in %s', (engine) => {
  // |w| at the start and after each epoch; epochs done when it stops, and the best epoch
  it.each<[string, number[], EarlyStopping, number, number]>([
    ['after three in a row without gain', [8, 4, 2, 4, 4, 8, 1, 1], { patience: 3 }, 5, 1],
    ['not while a gain comes in time', [8, 4, 2, 4, 4, 1, 2, 2, 2, 1], { patience: 3 }, 8, 4],
    ['after the first one with a patience of 1', [8, 4, 2, 4, 1, 1], { patience: 1 }, 3, 1],
    ['after the first one with a patience of 0', [8, 4, 2, 4, 1, 1], { patience: 0 }, 3, 1],
    ['never while it falls, with a patience of 0', [8, 4, 2, 1, 0.5], { patience: 0 }, 4, 3],
    ['where it stays the same: that is no gain', [8, 4, 4, 4, 1], { patience: 2 }, 3, 0],
    ['where the first epoch is the best', [1, 2, 4, 8, 16, 1], { patience: 2 }, 3, 0],
    ['with gains of minDelta, which are none', [8, 4, 2, 2, 2], { patience: 2, minDelta: 6 }, 3, 0],
    ['with gains above minDelta', [8, 4, 2, 2, 2, 2], { patience: 2, minDelta: 5.9 }, 4, 1],
    [
      'with small gains that add up to more than minDelta',
      [4, 2, 1, 0.5, 0.5, 0.5, 0.5],
      { patience: 2, minDelta: 1.6 },
      5,
      2,
    ],
    ['after ten without being told', [8, 4, ...new Array(20).fill(4)], {}, 11, 0],
  ])('stops %s', async (_, to, earlyStopping, epochs, bestEpoch) => {
    const { result, weight } = await stop(engine, to, earlyStopping)
    const stopReason = epochs === to.length - 1 ? 'epochs' : 'earlyStopping'
    expect(result).toMatchObject({ epochs, steps: epochs, bestEpoch, stopReason })
    expect(Array.from(result.loss)).toEqual(to.slice(0, epochs).map((value) => 0.5 * value ** 2))
    expect(Array.from(result.validationLoss ?? [])).toEqual(to.slice(1, epochs + 1).map((value) => 0.5 * value ** 2))
    expect(weight).toBe(signed(to, bestEpoch + 1))
  })

  it('stops where Keras does, on losses of all kinds', async () => {
    const outcomes = new Set<string>()
    for (let seed = 1; seed <= 120; seed++) {
      const to = [16, ...numbersOf(14, seed).map((value) => 2 ** Math.floor(2.5 * value - (seed % 3) * 0.5))]
      const patience = seed % 9
      const minDelta = [0, 0, 0.25, 2][seed % 4]
      const monitor = seed % 2 === 0 ? 'loss' : 'validationLoss'
      const losses = to.map((value) => 0.5 * value ** 2)
      const monitored = monitor === 'loss' ? losses.slice(0, -1) : losses.slice(1)
      const { epochs, best, stops } = keras(monitored, patience, minDelta)
      const { result, weight } = await stop(engine, to, { patience, minDelta, monitor })
      expect(result).toMatchObject({ epochs, bestEpoch: best, stopReason: stops ? 'earlyStopping' : 'epochs' })
      expect(weight).toBe(signed(to, monitor === 'loss' ? best : best + 1))
      outcomes.add(result.stopReason)
    }
    expect(outcomes.size).toBe(2)
  })

  it('watches the validation loss where there is one, the loss where there is none or it is told to', async () => {
    // The loss of an epoch is the validation loss of the epoch before.
    const to = [8, 4, 1, 2, 4, 4, 4, 4]
    expect((await stop(engine, to, { patience: 2 })).result).toMatchObject({ epochs: 4, bestEpoch: 1 })
    const byLoss = await stop(engine, to, { patience: 2, monitor: 'loss' })
    expect(byLoss.result).toMatchObject({ epochs: 5, bestEpoch: 2 })
    const alone = await stop(engine, to, { patience: 2 }, {}, null)
    expect(alone.result).toMatchObject({ epochs: 5, bestEpoch: 2 })
    // The weights are those that had the loss: those before the full batch's step.
    for (const { weight } of [byLoss, alone]) expect(weight).toBe(signed(to, 2))
  })

  it('keeps the last weights with restoreBest false', async () => {
    const to = [8, 4, 1, 2, 4, 4]
    const { result, weight } = await stop(engine, to, { patience: 2, restoreBest: false })
    expect(result).toMatchObject({ epochs: 4, bestEpoch: 1, stopReason: 'earlyStopping' })
    expect(weight).toBe(signed(to, 4))
  })

  it('gives the best weights back however training ends', async () => {
    const to = [8, 4, 1, 2, 4, 4]
    const best = signed(to, 2)
    const ended = await stop(engine, to, { patience: 9 })
    expect([ended.result.stopReason, ended.weight]).toEqual(['epochs', best])
    const onEpoch = ({ epoch }: EpochProgress) => epoch < 3
    const called = await stop(engine, to, { patience: 9 }, { onEpoch })
    expect([called.result.stopReason, called.result.epochs, called.weight]).toEqual(['callback', 4, best])
    const reached = await stop(engine, [4, 1, 4, 2, 1], { patience: 9 }, { targetLoss: 2 })
    expect([reached.result.stopReason, reached.result.epochs, reached.weight]).toEqual(['targetLoss', 2, -1])
    const both = await stop(engine, [8, 4, 8, 0.5, 8], { patience: 1 }, { targetLoss: 1e3 })
    expect(both.result).toMatchObject({ stopReason: 'targetLoss', epochs: 1, bestEpoch: 0 })
  })

  it('gives the best weights back after an abort, and goes on from the last ones when it is resumed', async () => {
    const to = [8, 4, 1, 2, 4, 4, 8]
    const controller = new AbortController()
    const { signal } = controller
    const onEpoch = ({ epoch }: EpochProgress) => {
      if (epoch === 2) controller.abort()
    }
    const { network, result, weight } = await stop(engine, to, { patience: 3 }, { signal, onEpoch })
    expect(result).toMatchObject({ stopReason: 'aborted', epochs: 3, bestEpoch: 1 })
    expect(weight).toBe(signed(to, 2))
    const restored = await restoreNetwork(network.snapshot(), { learningRate: rateOf(to) })
    expect(weightOf(restored)).toBe(signed(to, 2))
    expect(await restored.resume([[1]], [[0]])).toMatchObject({ stopReason: 'earlyStopping', epochs: 5, bestEpoch: 1 })
    const resumed = await network.resume([[1]], [[0]])
    expect(resumed).toMatchObject({ stopReason: 'earlyStopping', epochs: 5, bestEpoch: 1 })
    expect(weightOf(network)).toBe(signed(to, 2))
  })

  it('gives the best weights back after divergence, or keeps those before the step that went wrong', async () => {
    const to = [8, 4, 1, 2, 4, 1e300, 4]
    const network = await course(engine, to, { dtype: 'float32' })
    const result = await network.train([[1]], [[0]], { epochs: 6, validation: ROW, earlyStopping: {} })
    expect(result).toMatchObject({ stopReason: 'diverged', epochs: 4, bestEpoch: 1 })
    expect(result.advice).toMatch(/; the weights are those of epoch 1, the best one\. try/)
    expect(weightOf(network)).toBe(signed(to, 2))
    const other = await course(engine, to, { dtype: 'float32' })
    const last = await other.train([[1]], [[0]], { epochs: 6, validation: ROW, earlyStopping: { restoreBest: false } })
    expect(last.advice).toMatch(/; weights and optimizer are as before that step\. try/)
    expect(weightOf(other)).toBe(signed(to, 4))
  })

  it('begins anew with every call, and counts its best epoch in it', async () => {
    const to = [8, 4, 1, 2, 4, 4, 2, 4, 4, 4]
    const network = await course(engine, to)
    const options = { validation: ROW, earlyStopping: { patience: 2, restoreBest: false } }
    const first = await network.train([[1]], [[0]], { ...options, epochs: 9 })
    expect(first).toMatchObject({ epochs: 4, bestEpoch: 1 })
    const second = await network.train([[1]], [[0]], { ...options, epochs: 5 })
    expect(second).toMatchObject({ epochs: 4, bestEpoch: 1, stopReason: 'earlyStopping' })
    expect((await network.train([[1]], [[0]], { epochs: 1 })).bestEpoch).toBeUndefined()
  })

  it('is told by onEpoch of its last epoch, while the weights are still those of that epoch', async () => {
    const to = [8, 4, 1, 2, 4, 4]
    const network = await course(engine, to)
    const seen: number[] = []
    const options = { epochs: 5, validation: ROW, earlyStopping: { patience: 2 } }
    await network.train([[1]], [[0]], { ...options, onEpoch: () => seen.push(weightOf(network)) })
    expect(seen).toEqual([1, 2, 3, 4].map((epochs) => signed(to, epochs)))
  })

  it('obeys rates that are set on the way', async () => {
    // A rate of 0 keeps the weight, and with it the loss.
    const network = await course(engine, [8, 4, 2, 1, 0.5, 0.25, 0.125, 0.125])
    const options = { epochs: 7, validation: ROW, earlyStopping: { patience: 2 } }
    const onEpoch = ({ epoch, setLearningRate }: EpochProgress) => {
      if (epoch === 1) setLearningRate(0)
    }
    const result = await network.train([[1]], [[0]], { ...options, onEpoch })
    expect(result).toMatchObject({ epochs: 4, bestEpoch: 1, stopReason: 'earlyStopping' })
  })

  const INPUTS = rowsOf(50, 3, 1)
  const TARGETS = rowsOf(50, 2, 2)
  const options: TrainOptions = { epochs: 60, batchSize: 4, validation: { split: 0.3 }, earlyStopping: { patience: 3 } }
  const optimizer = { name: 'adam', learningRate: 0.05 } as const

  it.each(dtypes)(
    'gives back a network’s best weights to the bit, and the optimizer of the last epoch, in %s',
    async (dtype) => {
      const network = await manyBatches(engine, { dtype, optimizer })
      const { epochs, bestEpoch = -1, validationLoss = [], stopReason } = await network.train(INPUTS, TARGETS, options)
      expect(stopReason).toBe('earlyStopping')
      expect(epochs).toBe(bestEpoch + 1 + 3)
      expect(validationLoss[bestEpoch]).toBe(Math.min(...validationLoss))
      const plain = { ...options, earlyStopping: undefined }
      const other = await manyBatches(engine, { dtype, optimizer })
      await other.train(INPUTS, TARGETS, { ...plain, epochs: bestEpoch + 1 })
      expect(network.getWeights()).toEqual(other.getWeights())
      const last = await manyBatches(engine, { dtype, optimizer })
      await last.train(INPUTS, TARGETS, { ...plain, epochs })
      last.setWeights(other.getWeights())
      expect(trainedBits(network)).toBe(trainedBits(last))
    },
  )

  it('is the same without yielding, and when it is resumed', async () => {
    const runs = [await manyBatches(engine, { optimizer }), await manyBatches(engine, { optimizer })]
    const wanted = await runs[0].train(INPUTS, TARGETS, options)
    const results = [runs[1].trainSync(INPUTS, TARGETS, options)]
    for (const epochs of [1, 2, wanted.epochs - 2]) {
      const network = await manyBatches(engine, { optimizer })
      const controller = new AbortController()
      const onEpoch = ({ epoch }: EpochProgress) => {
        if (epoch === epochs - 1) controller.abort()
      }
      await network.train(INPUTS, TARGETS, { ...options, signal: controller.signal, onEpoch })
      results.push(await network.resume(INPUTS, TARGETS))
      runs.push(network)
    }
    for (const result of results) {
      expect(result).toMatchObject({ epochs: wanted.epochs, bestEpoch: wanted.bestEpoch, stopReason: 'earlyStopping' })
      expect(bitsOf(result.loss, result.validationLoss)).toBe(bitsOf(wanted.loss, wanted.validationLoss))
    }
    for (const network of runs) expect(trainedBits(network)).toBe(trainedBits(runs[0]))
  })

  it('changes nothing where it does not come to it', async () => {
    const [network, other] = [await small(engine), await small(engine)]
    const last = { patience: 1000, restoreBest: false }
    const first = await network.train(INPUTS, TARGETS, { epochs: 20, earlyStopping: last })
    const second = await other.train(INPUTS, TARGETS, { epochs: 20 })
    expect(bitsOf(first.loss)).toBe(bitsOf(second.loss))
    expect(trainedBits(network)).toBe(trainedBits(other))
  })
})

it('both engines stop at the same epoch with the same weights', async () => {
  const optimizer = { name: 'adam', learningRate: 0.05 } as const
  for (const dtype of dtypes) {
    const runs = engines.map(async (engine) => {
      const network = await manyBatches(engine, { dtype, optimizer })
      const options = { batchSize: 4, validation: { split: 0.3 }, earlyStopping: { patience: 3, minDelta: 1e-3 } }
      const { epochs, bestEpoch } = await network.train(rowsOf(50, 3, 1), rowsOf(50, 2, 2), options)
      return [epochs, bestEpoch, trainedBits(network)]
    })
    const [wasm, typescript] = await Promise.all(runs)
    expect(wasm).toEqual(typescript)
  }
})
