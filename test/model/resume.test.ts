// `resume` after an abort: the rest of the call, with the same rows alone, whatever was asked of the network meanwhile.
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  type EpochProgress,
  type Network,
  type NetworkConfig,
  restoreNetwork,
  type TrainOptions,
} from '../../src/index.ts'
import { bitsOf, engines, expectRefusal, rejection, rowsOf, small, trainedBits } from '../support/networks.ts'

const INPUTS = rowsOf(40, 3, 1)
const TARGETS = rowsOf(40, 2, 2)
const OPTIONS: TrainOptions = {
  epochs: 8,
  batchSize: 4,
  sampleWeights: rowsOf(40, 1, 3).map(([value]) => 1 + value),
  validation: { split: 0.2 },
}
const CONFIG = {
  scaling: { inputs: 'standard' },
  layers: [{ units: 9, activation: 'tanh', dropout: 0.2 }, { units: 2 }],
  optimizer: { name: 'adam', learningRate: { name: 'exponential', initial: 0.01, gamma: 0.9, unit: 'step' } },
} as const

afterEach(() => {
  vi.restoreAllMocks()
})

/** Trains until the epoch is told of, and is aborted then. */
async function trainUntil(network: Network, last: number, options = OPTIONS) {
  const controller = new AbortController()
  const onEpoch = ({ epoch }: EpochProgress) => {
    if (epoch === last) controller.abort()
  }
  const result = await network.train(INPUTS, TARGETS, { ...options, signal: controller.signal, onEpoch })
  expect(result).toMatchObject({ stopReason: 'aborted', epochs: last + 1 })
}

describe.each(engines)('resume in %s', (engine) => {
  const start = () => small(engine, CONFIG)

  it('is as if training had never stopped, in any epoch, twice, and told to onEpoch', async () => {
    const whole = await start()
    const wanted = await whole.train(INPUTS, TARGETS, OPTIONS)
    for (let last = 0; last < 7; last++) {
      const network = await start()
      await trainUntil(network, last)
      const stopped = await network.resume(INPUTS, TARGETS, { signal: AbortSignal.abort() })
      expect(stopped).toMatchObject({ stopReason: 'aborted', epochs: last + 1 })
      const seen: number[] = []
      const result = await network.resume(INPUTS, TARGETS, { onEpoch: ({ epoch }) => seen.push(epoch) })
      expect(result).toMatchObject({ epochs: 8, steps: 64, stopReason: 'epochs' })
      expect(bitsOf(result.loss, result.validationLoss)).toBe(bitsOf(wanted.loss, wanted.validationLoss))
      expect(trainedBits(network)).toBe(trainedBits(whole))
      expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7].filter((epoch) => epoch > last))
    }
  })

  it('goes on in the middle of an epoch', async () => {
    const rows = 3000
    const [inputs, targets] = [rowsOf(rows, 3, 1), rowsOf(rows, 2, 2)]
    const sampleWeights = rowsOf(rows, 1, 3).map(([value]) => 1 + value)
    const options: TrainOptions = { epochs: 2, batchSize: 1, sampleWeights }
    const whole = await start()
    const wanted = await whole.train(inputs, targets, options)
    const network = await start()
    // A clock that runs fast makes slices short, with a turn for others after each.
    let calls = 0
    vi.spyOn(performance, 'now').mockImplementation(() => 10 * calls++)
    const soon = () => {
      const controller = new AbortController()
      const count = (turns: number) => (turns === 0 ? controller.abort() : setImmediate(count, turns - 1))
      count(5)
      return { signal: controller.signal }
    }
    const steps = new Set<number>()
    let result = await network.train(inputs, targets, { ...options, ...soon() })
    for (; result.stopReason === 'aborted'; result = await network.resume(inputs, targets, soon())) {
      steps.add(result.steps % rows)
      expect(result.loss).toHaveLength(Math.floor(result.steps / rows))
    }
    // Stopped at more than one place within an epoch
    expect(steps.size).toBeGreaterThan(2)
    expect(result).toMatchObject({ epochs: 2, steps: 2 * rows })
    expect(bitsOf(result.loss)).toBe(bitsOf(wanted.loss))
    expect(trainedBits(network)).toBe(trainedBits(whole))
  })

  it('refuses other rows, and takes the right ones after that and after reads', async () => {
    const whole = await start()
    await whole.train(INPUTS, TARGETS, OPTIONS)
    const network = await start()
    await trainUntil(network, 3)
    const other = (rows: number[][], at: number) =>
      rows.map((row, index) => (index === at ? row.map((x) => x + 1) : row))
    for (let row = 0; row < 40; row++) {
      await expectRefusal(network.resume(other(INPUTS, row), TARGETS), 'INVALID_DATA', /^inputs: .*got others/)
      await expectRefusal(network.resume(INPUTS, other(TARGETS, row)), 'INVALID_DATA', /^inputs: .*got others/)
    }
    await expectRefusal(
      network.resume(INPUTS.slice(1), TARGETS.slice(1)),
      'INVALID_SHAPE',
      /^inputs: .*40 rows.*got 39$/,
    )
    await expectRefusal(network.train(INPUTS, TARGETS, { sampleWeights: [1] }), 'INVALID_SHAPE')
    await expectRefusal(network.train(INPUTS, TARGETS, { history: { weights: { bytes: 1 } } }), 'INVALID_CONFIG')
    network.predict(rowsOf(3000, 3, 9))
    network.evaluate(rowsOf(3000, 3, 9), rowsOf(3000, 2, 9))
    network.gradients(INPUTS, TARGETS)
    await network.resume(INPUTS, TARGETS)
    expect(trainedBits(network)).toBe(trainedBits(whole))
  })

  it.each<[string, Partial<NetworkConfig>, TrainOptions]>([
    ['adam', CONFIG, OPTIONS],
    [
      'lbfgs',
      { ...CONFIG, layers: [{ units: 9, activation: 'tanh' }, { units: 2 }], optimizer: 'lbfgs' },
      { ...OPTIONS, batchSize: 'full' },
    ],
  ])('is possible after any call that was refused, with %s', async (_, config, options) => {
    const own = { ...options, validation: { inputs: rowsOf(9, 3, 5), targets: rowsOf(9, 2, 6) } }
    // Within float64, but beyond float32 even when it is scaled; and what overflows in the network
    const [beyond, vast] = [
      INPUTS.map((row) => row.map((x) => x * 1e300)),
      TARGETS.map((row) => row.map((x) => x * 1e30)),
    ]
    const wrongOptions = [{ history: { weights: { bytes: 1 } } }, { validation: { inputs: beyond, targets: TARGETS } }]
    const refused: ((network: Network) => unknown)[] = [
      (network) => network.trainOnBatch(INPUTS, vast, { sampleWeights: INPUTS.map(() => 1e38) }),
      (network) => network.trainOnBatch(beyond, TARGETS),
      (network) => network.train(beyond, TARGETS),
      (network) => network.trainSync(beyond, TARGETS),
      (network) => network.resume(beyond, TARGETS),
      (network) =>
        network.resume(
          TARGETS.map((row) => [...row, 1]),
          TARGETS,
        ),
      (network) => network.setWeights([]),
      (network) => network.fitScaling(INPUTS, [[1]]),
      (network) => network.trainStream([]),
      (network) => network.trainStream(5 as never),
      (network) => network.trainStream([{ inputs: beyond, targets: TARGETS }]),
      ...wrongOptions.flatMap((wrong): typeof refused => [
        (network) => network.train(INPUTS, TARGETS, wrong),
        (network) => network.trainStream([{ inputs: INPUTS, targets: TARGETS }], wrong),
      ]),
    ]
    for (const choice of [options, own]) {
      const whole = await small(engine, config)
      const wanted = await whole.train(INPUTS, TARGETS, choice)
      const [network, snapped] = [await small(engine, config), await small(engine, config)]
      await trainUntil(network, 3, choice)
      await trainUntil(snapped, 3, choice)
      for (const call of refused) for (const one of [network, snapped]) await rejection(async () => call(one))
      await network.trainStream([], { signal: AbortSignal.abort() }).catch(() => {}) // lbfgs takes none
      const restored = await restoreNetwork(snapped.snapshot())
      for (const one of [network, snapped, restored]) {
        const result = await one.resume(INPUTS, TARGETS)
        expect(bitsOf(result.loss, result.validationLoss)).toBe(bitsOf(wanted.loss, wanted.validationLoss))
        expect(trainedBits(one)).toBe(trainedBits(whole))
      }
    }
  })

  it('finds nothing to resume in a new network, and none after a write', async () => {
    const words = /^resume: .*call train$/
    await expectRefusal((await start()).resume(INPUTS, TARGETS), 'INVALID_CONFIG', words)
    const writes: ((network: Network) => unknown)[] = [
      (network) => network.trainOnBatch(INPUTS, TARGETS),
      (network) => network.setWeights(network.getWeights()),
      (network) => network.fitScaling(INPUTS, TARGETS),
      (network) => network.trainStream([{ inputs: INPUTS, targets: TARGETS }]),
    ]
    for (const write of writes) {
      const network = await start()
      await trainUntil(network, 1)
      await write(network)
      await expectRefusal(network.resume(INPUTS, TARGETS), 'INVALID_CONFIG', words)
    }
  })

  it('finds nothing after a call that came to its end, by whatever reason', async () => {
    for (const options of [{ epochs: 2 }, { onEpoch: () => false }, { targetLoss: 1e9 }]) {
      const network = await start()
      await network.train(INPUTS, TARGETS, { ...OPTIONS, ...options })
      await expectRefusal(network.resume(INPUTS, TARGETS), 'INVALID_CONFIG', /^resume: .*found none; call train/)
    }
  })

  it('keeps rows of its own for the validation, which are not asked for again', async () => {
    const options = { ...OPTIONS, validation: { inputs: rowsOf(600, 3, 5), targets: rowsOf(600, 2, 6) } }
    const [whole, network] = [await start(), await start()]
    const wanted = await whole.train(INPUTS, TARGETS, options)
    await trainUntil(network, 2, options)
    const result = await network.resume(INPUTS, TARGETS)
    expect(bitsOf(result.loss, result.validationLoss)).toBe(bitsOf(wanted.loss, wanted.validationLoss))
  })
})
