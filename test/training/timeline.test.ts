// `history`: the weights over the epochs are those that a network has after so many epochs, within the bytes allowed.
import { describe, expect, it } from 'vitest'
import { describe as shown } from '../../src/errors.ts'
import type { EpochProgress, LayerWeights, Network, TrainOptions, TrainResult } from '../../src/index.ts'
import {
  bitsOf,
  dtypes,
  type EngineName,
  engines,
  expectRefusal,
  HOURS,
  rejection,
  rowsOf,
  SCORES,
  small,
  tutorial,
} from '../support/networks.ts'

const INPUTS = rowsOf(23, 3, 1)
const TARGETS = rowsOf(23, 2, 2)
const BATCHES: TrainOptions = { batchSize: 4 }
/** 3-5-2 has 32 parameters, of float32. */
const FRAME = 32 * 4

const every = (epochs: number) => ({ weights: { every: epochs } })
const within = (bytes: number) => ({ weights: { bytes } })
const bits = (layers: LayerWeights[]) => bitsOf(layers.map(({ weights, biases }) => [...weights, biases]))

function timelineOf({ timeline }: TrainResult) {
  if (timeline === undefined) throw new Error('expected a timeline')
  return timeline
}

/** The weights at the start and after each of so many epochs, trained one by one */
async function weightsAfter(engine: EngineName, epochs: number, start: () => Promise<Network> = () => small(engine)) {
  const network = await start()
  const found = [bits(network.getWeights())]
  for (let epoch = 0; epoch < epochs; epoch++) {
    network.trainSync(INPUTS, TARGETS, { ...BATCHES, epochs: 1 })
    found.push(bits(network.getWeights()))
  }
  return found
}

describe.each(engines)('a timeline in %s', (engine) => {
  it.each(dtypes)('has the weights after every epoch, to the bit, in %s', async (dtype) => {
    const start = () => small(engine, { dtype })
    const wanted = await weightsAfter(engine, 12, start)
    for (const call of ['train', 'trainSync'] as const) {
      const network = await start()
      const timeline = timelineOf(await network[call](INPUTS, TARGETS, { ...BATCHES, epochs: 12, history: every(1) }))
      expect(timeline.epochs).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
      expect(timeline.every).toBe(1)
      expect(timeline.bytes).toBe(13 * 32 * (dtype === 'float32' ? 4 : 8))
      expect(timeline.epochs.map((epoch) => bits(timeline.at(epoch)))).toEqual(wanted)
      expect(new Set(wanted).size).toBe(13)
      expect(timeline.at(12)).toEqual(network.getWeights())
    }
  })

  it('keeps every n-th epoch, the start and the end, and gives the kept one before', async () => {
    const wanted = await weightsAfter(engine, 10)
    for (const [step, kept] of [
      [2, [0, 2, 4, 6, 8, 10]],
      [3, [0, 3, 6, 9, 10]],
      [7, [0, 7, 10]],
      [10, [0, 10]],
      [1000, [0, 10]],
    ] as const) {
      const network = await small(engine)
      const timeline = timelineOf(
        await network.train(INPUTS, TARGETS, { ...BATCHES, epochs: 10, history: every(step) }),
      )
      expect(timeline.epochs).toEqual(kept)
      for (let epoch = 0; epoch <= 10; epoch++) {
        const last = Math.max(...kept.filter((one) => one <= epoch))
        expect(bits(timeline.at(epoch)), `every ${step}, epoch ${epoch}`).toBe(wanted[last])
      }
    }
  })

  it.each(dtypes)('never takes more bytes than allowed, and has start and end, in %s', async (dtype) => {
    const start = () => small(engine, { dtype })
    const frame = dtype === 'float32' ? FRAME : 2 * FRAME
    const wanted = await weightsAfter(engine, 23, start)
    for (const epochs of [1, 2, 3, 10, 23]) {
      for (const frames of [2, 2.9, 3, 4, 5, 7, 11, 24, 1000]) {
        const bytes = frames * frame
        const network = await start()
        const timeline = timelineOf(
          await network.train(INPUTS, TARGETS, { ...BATCHES, epochs, history: within(bytes) }),
        )
        expect(timeline.bytes).toBeLessThanOrEqual(bytes)
        expect(timeline.bytes).toBe(timeline.epochs.length * frame)
        expect([timeline.epochs[0], timeline.epochs.at(-1)]).toEqual([0, epochs])
        for (const epoch of timeline.epochs) expect(bits(timeline.at(epoch))).toBe(wanted[epoch])
        // All of them where they fit, and at least half of what would fit
        const most = Math.min(epochs + 1, Math.floor(frames))
        expect(timeline.epochs.length).toBeGreaterThan(most / 2)
        if (Math.floor(frames) > epochs) expect(timeline.epochs).toHaveLength(epochs + 1)
      }
    }
  })

  it('stays within its bytes where training ends early', async () => {
    for (let last = 0; last < 10; last++) {
      const network = await small(engine)
      const onEpoch = ({ epoch }: EpochProgress) => epoch < last
      const options = { ...BATCHES, epochs: 10, history: within(4 * FRAME), onEpoch }
      const timeline = timelineOf(await network.train(INPUTS, TARGETS, options))
      expect(timeline.bytes).toBeLessThanOrEqual(4 * FRAME)
      expect(timeline.epochs.at(-1)).toBe(last + 1)
      expect(timeline.at(last + 1)).toEqual(network.getWeights())
    }
  })

  it('changes nothing of the training, and is not there without being asked for', async () => {
    const [network, other] = [await small(engine), await small(engine)]
    const first = await network.train(INPUTS, TARGETS, { ...BATCHES, epochs: 8, history: every(3) })
    const second = await other.train(INPUTS, TARGETS, { ...BATCHES, epochs: 8 })
    expect(bitsOf(first.loss)).toBe(bitsOf(second.loss))
    expect(network.weightsHash()).toBe(other.weightsHash())
    expect('timeline' in second).toBe(false)
  })

  it('counts from the start of its call, and stays as it is when training goes on', async () => {
    const wanted = await weightsAfter(engine, 9)
    const network = await small(engine)
    network.trainSync(INPUTS, TARGETS, { ...BATCHES, epochs: 4 })
    const timeline = timelineOf(network.trainSync(INPUTS, TARGETS, { ...BATCHES, epochs: 5, history: every(1) }))
    network.trainSync(INPUTS, TARGETS, { ...BATCHES, epochs: 5 })
    const copy = timeline.at(3)
    copy[0].weights[0][0] = 99
    copy[1].biases.fill(99)
    network.dispose()
    expect(timeline.epochs.map((epoch) => bits(timeline.at(epoch)))).toEqual(wanted.slice(4))
  })

  it('gives weights that a network takes', async () => {
    const network = await tutorial(engine)
    const untrained = network.getWeights()
    const timeline = timelineOf(await network.train(HOURS, SCORES, { epochs: 50, history: every(10) }))
    expect(timeline.at(0)).toEqual(untrained)
    const other = await tutorial(engine)
    other.fitScaling(HOURS, SCORES)
    other.setWeights(timeline.at(50))
    expect(other.predict(HOURS)).toEqual(network.predict(HOURS))
  })

  it('has no biases where a layer has none', async () => {
    const network = await small(engine, {
      layers: [
        { units: 5, bias: false },
        { units: 2, trainBias: false },
      ],
    })
    const timeline = timelineOf(await network.train(INPUTS, TARGETS, { epochs: 2, history: every(1) }))
    expect(timeline.at(1)[0].biases).toEqual([0, 0, 0, 0, 0])
    expect(timeline.at(2)).toEqual(network.getWeights())
  })

  it('has the best weights and the last ones with early stopping', async () => {
    const network = await small(engine, { optimizer: { name: 'adam', learningRate: 0.05 } })
    const earlyStopping = { patience: 3 }
    const options = { ...BATCHES, earlyStopping, validation: { split: 0.3 }, history: every(1) }
    const result = await network.train(INPUTS, TARGETS, options)
    const timeline = timelineOf(result)
    expect(result.stopReason).toBe('earlyStopping')
    expect(timeline.epochs.at(-1)).toBe(result.epochs)
    expect(timeline.at((result.bestEpoch ?? 0) + 1)).toEqual(network.getWeights())
    expect(timeline.at(result.epochs)).not.toEqual(network.getWeights())
  })

  it('goes on when training is resumed', async () => {
    const wanted = await weightsAfter(engine, 10)
    const network = await small(engine)
    const controller = new AbortController()
    const onEpoch = ({ epoch }: EpochProgress) => {
      if (epoch === 4) controller.abort()
    }
    const options = { ...BATCHES, epochs: 10, history: every(3), signal: controller.signal, onEpoch }
    const first = await network.train(INPUTS, TARGETS, options)
    expect(first).toMatchObject({ stopReason: 'aborted', epochs: 5 })
    const result = await network.resume(INPUTS, TARGETS)
    const timeline = timelineOf(result)
    expect(timeline.epochs).toEqual([0, 3, 6, 9, 10])
    expect(timeline.epochs.map((epoch) => bits(timeline.at(epoch)))).toEqual(
      [0, 3, 6, 9, 10].map((epoch) => wanted[epoch]),
    )
  })

  it('knows the epochs that were trained before an abort', async () => {
    const wanted = await weightsAfter(engine, 5)
    const network = await small(engine)
    const controller = new AbortController()
    const onEpoch = ({ epoch }: EpochProgress) => {
      if (epoch === 4) controller.abort()
    }
    const options = { ...BATCHES, epochs: 10, history: every(3), signal: controller.signal, onEpoch }
    const timeline = timelineOf(await network.train(INPUTS, TARGETS, options))
    expect(bits(timeline.at(5))).toBe(wanted[3])
    await expectRefusal(() => timeline.at(6), 'INVALID_DATA', /from 0 to 5, got 6$/)
  })

  it('has the start alone where nothing was trained', async () => {
    const network = await small(engine)
    const options = { history: every(1), signal: AbortSignal.abort() }
    const timeline = timelineOf(await network.train(INPUTS, TARGETS, options))
    expect(timeline.epochs).toEqual([0])
    expect(timeline.at(0)).toEqual(network.getWeights())
    await expectRefusal(() => timeline.at(1), 'INVALID_DATA')
  })

  it('has whole epochs alone where training diverged within one', async () => {
    // Six steps an epoch; the 15th goes wrong, in the third epoch.
    const learningRate = (step: number) => (step === 14 ? 1e300 : 0.01)
    const start = () => small(engine, { optimizer: { name: 'sgd', learningRate } })
    const wanted = await weightsAfter(engine, 2, start)
    for (const step of [1, 3]) {
      const network = await start()
      const result = await network.train(INPUTS, TARGETS, { ...BATCHES, epochs: 5, history: every(step) })
      expect(result).toMatchObject({ stopReason: 'diverged', epochs: 2, steps: 14 })
      const timeline = timelineOf(result)
      expect(bits(timeline.at(2))).toBe(wanted[step === 1 ? 2 : 0])
      await expectRefusal(() => timeline.at(3), 'INVALID_DATA')
    }
  })

  it.each([-1, 0.5, 4, Number.NaN, Number.POSITIVE_INFINITY, '1', null, undefined, Symbol('1')])(
    'refuses epoch %s',
    async (epoch) => {
      const network = await small(engine)
      const timeline = timelineOf(await network.train(INPUTS, TARGETS, { epochs: 3, history: every(1) }))
      const error = await rejection(() => timeline.at(epoch as number))
      expect(error).toMatchObject({ code: 'INVALID_DATA', path: 'epoch' })
      expect(error.message).toBe(`timeline.at: expected epochs done, an integer from 0 to 3, got ${shown(epoch)}`)
    },
  )

  it('refuses bytes that hold no two epochs, before anything changes', async () => {
    const network = await small(engine, { scaling: { inputs: 'standard' } })
    for (const bytes of [1, FRAME, 2 * FRAME - 1]) {
      const error = await rejection(network.train(INPUTS, TARGETS, { history: within(bytes) }))
      expect(error).toMatchObject({ code: 'INVALID_CONFIG', path: 'history.weights.bytes' })
      expect(error.message).toMatch(`history.weights.bytes: expected at least ${2 * FRAME}, the weights of two epochs`)
    }
    await expectRefusal(() => network.predict(INPUTS), 'NOT_FITTED')
    await network.train(INPUTS, TARGETS, { epochs: 1, history: within(2 * FRAME) })
  })
})
