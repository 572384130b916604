// Exact resume: a training that is stopped anywhere, put into bytes, and goes on in another network or engine ends with the
// bits of the one that never stopped. And what bytes are refused.
import { afterAll, describe, expect, it } from 'vitest'
import { PROGRAM, STEP } from '../../assembly/program.ts'
import { createNetwork, type Network, type NetworkConfig, restoreNetwork, type TrainOptions } from '../../src/index.ts'
import { buffersOf } from '../../src/many/messages.ts'
import { takeParts } from '../../src/model/snapshot.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { activations } from '../../src/tables/activations.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { isAccepted, loosely } from '../support/choices.ts'
import { bitsOf, engines, numbersOf, rowsOf, trainedBits } from '../support/networks.ts'

const RUNS = 100

/** A seeded choice */
class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = numbersOf(1, seed)[0] * 2 ** 23 + 2 ** 23
  }

  /** An integer from 0 to n − 1 */
  below(n: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 2 ** 32) * n)
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]
  }
}

interface Plan {
  config: NetworkConfig
  inputs: number[][]
  targets: number[][]
  options: TrainOptions
  /** Steps after which it is cut */
  cut: number
}

function planOf(seed: number): Plan {
  const dice = new Dice(seed)
  const inputs = 1 + dice.below(6)
  const outputs = 1 + dice.below(4)
  const rows = 4 + dice.below(40)
  const name = dice.of(Object.keys(optimizers))
  const learningRate = dice.of([
    undefined,
    0.01,
    { name: 'step', initial: 0.05, stepSize: 2, gamma: 0.5, unit: 'epoch' },
    { name: 'exponential', initial: 0.05, gamma: 0.97, unit: 'step' },
    { name: 'warmupCosine', initial: 0.05, warmup: 3, total: 30, unit: 'step' },
    { name: 'reduceOnPlateau', initial: 0.05, factor: 0.5, patience: 0 },
  ])
  const hidden = Array.from({ length: dice.below(3) }, () => ({
    units: 2 + dice.below(20),
    activation: dice.of(Object.keys(activations)),
    dropout: dice.of([0, 0, 0.2, 0.5]) * Number(name !== 'lbfgs'),
  }))
  const extra = [
    {},
    { momentum: 0.9 },
    { momentum: 0.9, nesterov: true },
    { amsgrad: true },
    { centered: true },
    { weightDecay: 0.01 },
  ].filter((options) => isAccepted({ inputs: 1, layers: [{ units: 1 }], optimizer: { name, ...options } }))
  const config = loosely({
    inputs,
    layers: [...hidden, { units: outputs }],
    optimizer: { name, ...(learningRate === undefined ? {} : { learningRate }), ...dice.of(extra) },
    ...dice.of([{}, { regularization: { l1: 0.001, l2: 0.01 } }, ...(name === 'lbfgs' ? [] : [{ clipNorm: 0.5 }])]),
    scaling: { inputs: dice.of(['none', 'standard']), targets: dice.of(['none', 'minMax']) },
    dtype: dice.of(['float32', 'float64']),
    seed,
  })
  const epochs = 2 + dice.below(8)
  const isFull = name === 'rprop' || name === 'lbfgs'
  const batchSize = isFull ? 'full' : dice.of([1, 3, 8, 'full'] as const)
  const [validation, monitor] = dice.of([
    [{}, 'loss'],
    [{ validation: { split: 0.25 } }, 'validationLoss'],
    [{ validation: { split: 0.25, order: 'last' } }, 'validationLoss'],
    [{ validation: { inputs: rowsOf(5, inputs, 3), targets: rowsOf(5, outputs, 4) } }, 'validationLoss'],
  ] as const)
  const options = {
    epochs,
    batchSize,
    shuffle: dice.below(4) > 0,
    ...validation,
    ...dice.of([
      {},
      { earlyStopping: { patience: 1, monitor } },
      { earlyStopping: { patience: 3, restoreBest: false } },
    ]),
    ...dice.of([{}, { sampleWeights: numbersOf(rows, 9).map(Math.abs) }]),
    ...dice.of([{}, {}, { history: { weights: { every: 2 } } }]),
  } as TrainOptions
  const batches = batchSize === 'full' ? 1 : Math.ceil(rows / batchSize)
  return {
    config,
    inputs: rowsOf(rows, inputs, seed + 1),
    targets: rowsOf(rows, outputs, seed + 2),
    options,
    cut: 1 + dice.below(epochs * batches),
  }
}

/** Trains, and aborts after so many steps; slices of one step, so that any can be the last. */
async function trainUntil(steps: number, network: Network, { inputs, targets, options }: Plan) {
  const state = InnerNetwork.stateOf(network)
  const { engine, fullBatch } = state
  const train = engine.train.bind(engine)
  engine.train = (program) => train(program, 1)
  if (fullBatch) {
    const trainOnData = () => fullBatch.trainOnData(state, 1)
    Object.assign(state, { fullBatch: { ...fullBatch, trainOnData } })
  }
  const signal = {
    get aborted() {
      return stepsOf(network) >= steps
    },
    addEventListener() {},
  } as unknown as AbortSignal
  const result = await network.train(inputs, targets, { ...options, signal })
  engine.train = train
  return result
}

function stepsOf(network: Network): number {
  return new Float64Array(InnerNetwork.stateOf(network).engine.buffer, PROGRAM + STEP, 1)[0]
}

const outcomeOf = (
  network: Network,
  { loss, validationLoss, bestEpoch, steps, stopReason, timeline }: Awaited<ReturnType<Network['train']>>,
) => ({
  trained: trainedBits(network),
  hash: network.weightsHash(),
  losses: bitsOf(loss, validationLoss ?? []),
  moments: bitsOf(
    timeline?.epochs.map((epoch) =>
      bitsOf(timeline.at(epoch).flatMap(({ weights, biases }) => [...weights, biases])),
    ) ?? [],
  ),
  bestEpoch,
  epochs: loss.length,
  steps,
  stopReason,
})

describe('a training that is cut and resumed ends as the one that never stopped', () => {
  let cuts = 0
  let midEpoch = 0
  const used = new Set<string>()

  it.each(Array.from({ length: RUNS }, (_, seed) => seed + 1))('configuration %i', async (seed) => {
    const plan = planOf(seed)
    const { config, inputs, targets, options, cut } = plan
    const [engine, other] = seed % 2 ? engines : [...engines].reverse()
    const whole = await createNetwork({ ...config, engine })
    const expected = outcomeOf(whole, await whole.train(inputs, targets, options))

    const network = await createNetwork({ ...config, engine })
    const { stopReason, steps, epochs } = await trainUntil(Math.min(cut, expected.steps - 1), network, plan)
    expect(stopReason).toBe('aborted')
    cuts++
    used.add((config.optimizer as { name: string }).name)
    midEpoch += Number(steps !== (epochs * expected.steps) / expected.epochs)
    const bytes = network.snapshot()
    const restored = await restoreNetwork(bytes, { engine: other })
    expect(restored.weightsHash()).toBe(network.weightsHash())
    expect(restored.snapshot()).toEqual(bytes)
    const { session, engine: restoredEngine } = InnerNetwork.stateOf(restored)
    const rowsOfEpoch = session?.data?.rows ?? 0
    const rowsBefore = epochs * rowsOfEpoch + restoredEngine.program.get('position')
    const result = await restored.resume(inputs, targets)
    expect(outcomeOf(restored, result)).toEqual(expected)
    const rows = result.epochs * rowsOfEpoch + restoredEngine.program.get('position')
    expect((result.samplesPerSecond * result.milliseconds) / 1000).toBeCloseTo(rows - rowsBefore, 3)
    expect(outcomeOf(network, await network.resume(inputs, targets))).toEqual(expected)
  })

  afterAll(() => {
    expect(cuts).toBe(RUNS)
    expect(used).toEqual(new Set(Object.keys(optimizers)))
    expect(midEpoch).toBeGreaterThan(RUNS / 4)
  })
})

it('parts of a snapshot share no number with the network that they are taken of', async () => {
  const network = (await createNetwork({ inputs: 2, layers: [{ units: 3 }, { units: 1 }], seed: 1 })) as InnerNetwork
  const [inputs, targets] = [rowsOf(12, 2, 1), rowsOf(12, 1, 2)]
  const controller = new AbortController()
  const options: TrainOptions = {
    validation: { inputs, targets },
    sampleWeights: targets.map(() => 1),
    earlyStopping: { patience: 9 },
    history: { weights: { every: 1 } },
  }
  await network.train(inputs, targets, {
    ...options,
    signal: controller.signal,
    onEpoch: ({ epoch }) => epoch < 2 || controller.abort(),
  })
  const before = network.snapshot()
  const parts = takeParts(InnerNetwork.stateOf(network))
  expect(Object.keys(parts.blocks)).toEqual(expect.arrayContaining(['bestWeights', 'weights', 'validationInputs']))
  structuredClone(parts, { transfer: buffersOf([{ parts }]) })
  expect(network.snapshot()).toEqual(before)
})
