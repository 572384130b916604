// Moments at which snapshots are taken, and what a network restored from one lets be resumed. That a training ends with the
// same bits wherever it is cut is in snapshot.test.ts.
import { describe, expect, it } from 'vitest'
import { type Network, restoreNetwork, type TrainOptions, type TrainResult } from '../../src/index.ts'
import {
  bitsOf,
  dtypes,
  engines,
  expectRefusal,
  HOURS,
  rowsOf,
  SCORES,
  small,
  trainedBits,
  tutorial,
} from '../support/networks.ts'

const ROWS = 23
const INPUTS = rowsOf(ROWS, 3, 1)
const TARGETS = rowsOf(ROWS, 2, 2)
/** Everything that the end of an epoch can bring */
const OPTIONS: TrainOptions = {
  epochs: 6,
  batchSize: 5,
  validation: { inputs: rowsOf(7, 3, 3), targets: rowsOf(7, 2, 4) },
  earlyStopping: { patience: 50 },
  sampleWeights: INPUTS.map((_, row) => row % 3),
  history: { weights: { every: 2 } },
}

const outcomeOf = (network: Network, { epochs, steps, loss, validationLoss, bestEpoch, timeline }: TrainResult) => ({
  trained: trainedBits(network),
  losses: bitsOf(loss, validationLoss),
  moments: timeline?.epochs,
  bestEpoch,
  epochs,
  steps,
})

/** Stops after so many epochs of the call. */
const abortAfter = (epochs: number) => {
  const controller = new AbortController()
  let done = 0
  const onEpoch = () => {
    if (++done === epochs) controller.abort()
  }
  return { signal: controller.signal, onEpoch }
}

/** A network that was stopped after two of six epochs */
async function stopped(engine: (typeof engines)[number] = 'wasm'): Promise<Network> {
  const network = await small(engine)
  await network.train(INPUTS, TARGETS, { ...OPTIONS, ...abortAfter(2) })
  return network
}

describe.each(engines)('a snapshot that onEpoch takes in %s', (engine) => {
  it.each(['train', 'trainSync'] as const)('of %s goes on with the next epoch', async (train) => {
    const network = await small(engine)
    const snapshots: Uint8Array[] = []
    const onEpoch: TrainOptions['onEpoch'] = ({ snapshot }) => {
      snapshots.push(snapshot())
      expect(network.snapshot()).toEqual(snapshots.at(-1))
    }
    const result = await network[train](INPUTS, TARGETS, { ...OPTIONS, onEpoch })
    const expected = outcomeOf(network, result)
    expect(snapshots.length).toBe(6)
    for (const [index, bytes] of snapshots.entries()) {
      const restored = await restoreNetwork(bytes)
      const epochs: number[] = []
      const resumed = await restored.resume(INPUTS, TARGETS, { onEpoch: ({ epoch }) => epochs.push(epoch) })
      expect(epochs).toEqual([0, 1, 2, 3, 4, 5].slice(index + 1))
      expect(outcomeOf(restored, resumed)).toEqual(expected)
      expect(resumed.stopReason).toBe('epochs')
    }
  })
})

describe('a snapshot', () => {
  it.each(dtypes)('has the same bytes from either engine, in %s', async (dtype) => {
    const [wasm, typescript] = await Promise.all(
      engines.map(async (engine) => {
        const snapshots: Uint8Array[] = []
        const onEpoch: TrainOptions['onEpoch'] = ({ snapshot }) => snapshots.push(snapshot())
        const network = await small(engine, { dtype, optimizer: 'nadam' })
        await network.train(INPUTS, TARGETS, { ...OPTIONS, onEpoch })
        return snapshots
      }),
    )
    expect(wasm).toEqual(typescript)
  })

  it('has no times in it: its bytes do not depend on them, and what is resumed counts its own', async () => {
    const speedOf = (epochs: number, milliseconds: number) => (epochs * ROWS) / (milliseconds / 1000)
    const network = await stopped()
    await new Promise((resolve) => setTimeout(resolve, 5))
    const bytes = network.snapshot()
    expect((await stopped()).snapshot()).toEqual(bytes)
    const others = await (await restoreNetwork(bytes)).resume(INPUTS, TARGETS)
    expect(others.samplesPerSecond).toBeCloseTo(speedOf(4, others.milliseconds), 3)
    const own = await network.resume(INPUTS, TARGETS)
    expect(own.samplesPerSecond).toBeCloseTo(speedOf(6, own.milliseconds), 3)
  })

  it('may be taken from outside while training runs', async () => {
    const network = await small('typescript')
    const options = { epochs: 3000, batchSize: 5 }
    let isRunning = true
    const training = network.train(INPUTS, TARGETS, options).finally(() => {
      isRunning = false
    })
    const snapshots = []
    while (isRunning) {
      snapshots.push(network.snapshot())
      await new Promise(setImmediate)
    }
    const { loss } = await training
    expect(snapshots.length).toBeGreaterThan(2)
    for (const bytes of [snapshots[0], snapshots[snapshots.length >> 1], snapshots[snapshots.length - 1]]) {
      const restored = await restoreNetwork(bytes)
      expect(bitsOf((await restored.resume(INPUTS, TARGETS)).loss)).toBe(bitsOf(loss))
      expect(trainedBits(restored)).toBe(trainedBits(network))
    }
  })

  it('of a network that was never trained trains as that one does', async () => {
    const network = await small('wasm')
    const restored = await restoreNetwork(network.snapshot())
    await expectRefusal(restored.resume(INPUTS, TARGETS), 'INVALID_CONFIG', NOTHING)
    const results = [await network.train(INPUTS, TARGETS, OPTIONS), await restored.train(INPUTS, TARGETS, OPTIONS)]
    expect(outcomeOf(restored, results[1])).toEqual(outcomeOf(network, results[0]))
  })

  it('is fitted or not, as the network was', async () => {
    const network = await tutorial('wasm')
    const restored = await restoreNetwork(network.snapshot())
    await expectRefusal(() => restored.predict(HOURS), 'NOT_FITTED')
    network.fitScaling(HOURS, SCORES)
    expect((await restoreNetwork(network.snapshot())).predict(HOURS)).toEqual(network.predict(HOURS))
  })

  it('of a training that has ended has nothing to resume', async () => {
    for (const learningRate of [0.01, 1e30]) {
      const network = await small('wasm', { optimizer: { name: 'sgd', learningRate } })
      const { stopReason } = await network.train(INPUTS, TARGETS, OPTIONS)
      expect(stopReason).toBe(learningRate === 0.01 ? 'epochs' : 'diverged')
      const restored = await restoreNetwork(network.snapshot())
      expect(trainedBits(restored)).toBe(trainedBits(network))
      await expectRefusal(restored.resume(INPUTS, TARGETS), 'INVALID_CONFIG', NOTHING)
    }
  })

  it('of a stream goes on with another call', async () => {
    const stream = (network: Network, onEpoch?: TrainOptions['onEpoch']) =>
      network.trainStream(() => [{ inputs: INPUTS, targets: TARGETS }], { epochs: 2, onEpoch })
    const network = await small('wasm')
    const snapshots: Uint8Array[] = []
    await stream(network, ({ snapshot }) => snapshots.push(snapshot()))
    const restored = await restoreNetwork(snapshots[1])
    await expectRefusal(restored.resume(INPUTS, TARGETS), 'INVALID_CONFIG', NOTHING)
    for (const each of [network, restored]) await stream(each)
    expect(trainedBits(restored)).toBe(trainedBits(network))
  })

  it('keeps a rate that was set', async () => {
    const network = await small('wasm', { optimizer: { name: 'sgd', learningRate: () => 0.1 } })
    const rates: number[] = []
    const onEpoch: TrainOptions['onEpoch'] = ({ learningRate, setLearningRate }) => {
      rates.push(learningRate)
      setLearningRate(0.02)
    }
    await network.train(INPUTS, TARGETS, { epochs: 1, onEpoch })
    const restored = await restoreNetwork(network.snapshot(), { learningRate: () => 0.1 })
    await restored.train(INPUTS, TARGETS, { epochs: 1, onEpoch })
    expect(rates).toEqual([0.1, 0.02])
  })
})

const NOTHING =
  /^resume: expected a call of train that was aborted, or a snapshot taken in one, found none; call train$/

describe.each(engines)('resume in %s', (engine) => {
  const expected = async () => {
    const network = await small(engine)
    return outcomeOf(network, await network.train(INPUTS, TARGETS, OPTIONS))
  }

  it('refuses other rows, and then takes the right ones as if nothing had been', async () => {
    const network = await stopped(engine)
    const before = network.snapshot()
    const nudge = (rows: number[][]) => rows.map((row, index) => (index === 22 ? [...row.slice(0, -1), 0.125] : row))
    const others = /^inputs: expected the rows of the call that is resumed, got others \(or other targets\)$/
    const swapped = [INPUTS[1], INPUTS[0], ...INPUTS.slice(2)]
    await expectRefusal(network.resume(nudge(INPUTS), TARGETS), 'INVALID_DATA', others)
    await expectRefusal(network.resume(INPUTS, nudge(TARGETS)), 'INVALID_DATA', others)
    await expectRefusal(network.resume(swapped, TARGETS), 'INVALID_DATA', others)
    const count = /^inputs: expected the 23 rows of the call that is resumed, got 22$/
    await expectRefusal(network.resume(INPUTS.slice(1), TARGETS.slice(1)), 'INVALID_SHAPE', count)
    await expectRefusal(network.resume(INPUTS, TARGETS, { epochs: 3 } as object), 'INVALID_CONFIG', /^epochs: unknown/)
    await expectRefusal(network.resume([[Number.NaN, 0, 0]], TARGETS), 'NOT_FINITE')
    expect(network.snapshot()).toEqual(before)
    const result = await network.resume(INPUTS, TARGETS)
    expect(outcomeOf(network, result)).toEqual(await expected())
  })

  it('takes the rows in any form', async () => {
    const network = await stopped(engine)
    const flat = (rows: number[][]) => Float64Array.from(rows.flat())
    const result = await network.resume(flat(INPUTS), { data: flat(TARGETS), rows: ROWS, columns: 2 })
    expect(outcomeOf(network, result)).toEqual(await expected())
  })

  it.each<[string, (network: Network) => unknown]>([
    ['trainOnBatch', (network) => network.trainOnBatch(INPUTS, TARGETS)],
    ['setWeights', (network) => network.setWeights(network.getWeights())],
    ['fitScaling', (network) => network.fitScaling(INPUTS, TARGETS)],
  ])('finds nothing to resume after %s', async (_, change) => {
    const network = await stopped(engine)
    change(network)
    await expectRefusal(network.resume(INPUTS, TARGETS), 'INVALID_CONFIG', NOTHING)
    const restored = await restoreNetwork(network.snapshot())
    await expectRefusal(restored.resume(INPUTS, TARGETS), 'INVALID_CONFIG', NOTHING)
    expect(restored.weightsHash()).toBe(network.weightsHash())
  })

  it('finds nothing to resume in a new network, nor in a clone', async () => {
    await expectRefusal((await small(engine)).resume(INPUTS, TARGETS), 'INVALID_CONFIG', NOTHING)
    await expectRefusal((await stopped(engine)).clone().resume(INPUTS, TARGETS), 'INVALID_CONFIG', NOTHING)
  })

  it('is one call at a time', async () => {
    const network = await stopped(engine)
    const running = network.resume(INPUTS, TARGETS, { onEpoch: () => new Promise(setImmediate) })
    await expectRefusal(network.resume(INPUTS, TARGETS), 'BUSY', /^resume: the network is training/)
    await expectRefusal(network.train(INPUTS, TARGETS), 'BUSY')
    await expectRefusal(() => network.setWeights(network.getWeights()), 'BUSY')
    expect(outcomeOf(network, await running)).toEqual(await expected())
    network.dispose()
    await expectRefusal(network.resume(INPUTS, TARGETS), 'DISPOSED')
  })

  it('can be aborted and resumed again and again', async () => {
    const network = await stopped(engine)
    const aborted = await network.resume(INPUTS, TARGETS, { signal: AbortSignal.abort() })
    expect([aborted.stopReason, aborted.epochs]).toEqual(['aborted', 2])
    const epochs: number[] = []
    for (let done = 3; done <= 5; done++) {
      const { signal, onEpoch } = abortAfter(1)
      const count = (progress: { epoch: number }) => {
        epochs.push(progress.epoch)
        onEpoch()
      }
      const result = await network.resume(INPUTS, TARGETS, { signal, onEpoch: count })
      expect([result.stopReason, result.epochs, result.steps]).toEqual(['aborted', done, done * 5])
    }
    expect(epochs).toEqual([2, 3, 4])
    const restored = await restoreNetwork(network.snapshot())
    for (const each of [network, restored]) {
      const result = await each.resume(INPUTS, TARGETS)
      expect(outcomeOf(each, result)).toEqual(await expected())
    }
  })

  it('goes on after onEpoch has thrown', async () => {
    const network = await small(engine)
    const onEpoch: TrainOptions['onEpoch'] = ({ epoch }) => {
      if (epoch === 3) throw new RangeError('mine')
    }
    await expect(network.train(INPUTS, TARGETS, { ...OPTIONS, onEpoch })).rejects.toThrow(new RangeError('mine'))
    const result = await network.resume(INPUTS, TARGETS)
    expect(outcomeOf(network, result)).toEqual(await expected())
  })
})
