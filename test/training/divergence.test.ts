// Training that leaves the range of numbers: it ends as `diverged`, with weights and optimizer as before the first step that
// went wrong, which a replay step by step finds from outside.
import { describe, expect, it } from 'vitest'
import { createNetwork, type Network, type NetworkConfig, type TrainOptions } from '../../src/index.ts'
import { dtypes, engines, expectRefusal, rejection, rowsOf, trainedBits } from '../support/networks.ts'

const INPUTS = rowsOf(4, 2, 1)
const TARGETS = rowsOf(4, 1, 2)
const LAYERS: NetworkConfig['layers'] = [{ units: 3, activation: 'tanh' }, { units: 1 }]

const start = (config: Partial<NetworkConfig>) =>
  createNetwork({ inputs: 2, layers: LAYERS, loss: 'meanSquaredError', seed: 1, ...config })

/** Takes the batches one by one, in order, until one is refused; gives how many were taken. */
function replay(network: Network, batchSize: number, epochs: number): { steps: number; code?: string } {
  for (let step = 0; ; step++) {
    const first = (step * batchSize) % INPUTS.length
    if (step * batchSize >= epochs * INPUTS.length) return { steps: step }
    const rows = [first, first + batchSize]
    try {
      network.trainOnBatch(INPUTS.slice(...rows), TARGETS.slice(...rows))
    } catch (error) {
      return { steps: step, code: (error as { code: string }).code }
    }
  }
}

function expectFinite(network: Network) {
  for (const { weights, biases } of network.getWeights()) {
    expect([...weights.flat(), ...biases].every(Number.isFinite)).toBe(true)
  }
}

const OPTIMIZERS: [string, NetworkConfig['optimizer']][] = [
  ['sgd at 1e6', { name: 'sgd', learningRate: 1e6 }],
  ['sgd at 3, after many steps', { name: 'sgd', learningRate: 3 }],
  ['momentum', { name: 'sgd', learningRate: 1e3, momentum: 0.9 }],
  ['a rate that grows', { name: 'sgd', learningRate: { name: 'exponential', initial: 0.1, gamma: 1.5, unit: 'step' } }],
  ['a rate by function', { name: 'sgd', learningRate: (step: number) => (step === 37 ? 1e300 : 0.1) }],
  ['adam at 1e38', { name: 'adam', learningRate: 1e38 }],
]

describe.each(engines)('a network that diverges in %s', (engine) => {
  it.each(OPTIMIZERS)('stops before the first bad step with %s', async (_, optimizer) => {
    const layers: NetworkConfig['layers'] = [{ units: 3, activation: 'relu' }, { units: 1 }]
    for (const dtype of dtypes) {
      for (const batchSize of [1, 2, 4]) {
        const config: Partial<NetworkConfig> = { optimizer, dtype, engine, layers }
        const [network, replayed] = [await start(config), await start(config)]
        const options: TrainOptions = { epochs: 3000, batchSize, shuffle: false }
        const result = await network.train(INPUTS, TARGETS, options)
        const { steps, code } = replay(replayed, batchSize, 3000)
        expect(result.steps).toBe(steps)
        expect(trainedBits(network)).toBe(trainedBits(replayed))
        expect(result.stopReason).toBe(code === 'NOT_FINITE' ? 'diverged' : 'epochs')
        expect(result.epochs).toBe(Math.floor((steps * batchSize) / 4))
        expect(result.loss).toHaveLength(result.epochs)
        expect(result.loss.every(Number.isFinite)).toBe(true)
        expectFinite(network)
      }
    }
  })

  it('says so in words, and is as usable as before', async () => {
    const network = await start({ optimizer: { name: 'sgd', learningRate: 1e6 }, engine })
    const { stopReason, advice } = await network.train(INPUTS, TARGETS, { epochs: 1000 })
    expect(stopReason).toBe('diverged')
    expect(advice).toMatch(/not finite/)
    expect(advice).toMatch(/before that step/)
    expect(advice).toMatch(/smaller learningRate \(it was 1000000\), such as 0.01, the default of sgd/)
    network.setWeights((await start({ engine })).getWeights())
    expect(network.predict(INPUTS).flat().every(Number.isFinite)).toBe(true)
    const again = await network.train(INPUTS, TARGETS, { epochs: 1 })
    expect(again.epochs + again.steps).toBeGreaterThan(0)
  })

  it('advises what fits: no scaling where there is one, a mean instead of a sum', async () => {
    const optimizer = { name: 'sgd', learningRate: 1e6 } as const
    const config: Partial<NetworkConfig> = {
      optimizer,
      loss: 'halfSquaredError',
      scaling: { inputs: 'standard' },
      engine,
    }
    const { advice } = await (await start(config)).train(INPUTS, TARGETS)
    expect(advice).toMatch(/meanSquaredError/)
    expect(advice).not.toMatch(/scale the inputs/)
  })

  it('names the column that is not scaled', async () => {
    const inputs = INPUTS.map(([first, second]) => [first, 5000 * second])
    const network = await start({ optimizer: { name: 'sgd', learningRate: 0.1 }, engine, layers: [{ units: 1 }] })
    const { advice } = await network.train(inputs, TARGETS, { epochs: 1000 })
    expect(advice).toMatch(/scale the inputs, whose column 1 reaches \d{4},/)
    await expectRefusal(() => network.trainOnBatch([[1, 1e30]], [[1]]), 'NOT_FINITE', /whose column 1 reaches 1e\+30,/)
  })

  it('has no advice where all went well', async () => {
    const result = await (await start({ engine })).train(INPUTS, TARGETS, { epochs: 1 })
    expect(result).not.toHaveProperty('advice')
  })

  it('does not tell the callback of the epoch that went wrong', async () => {
    const network = await start({ optimizer: { name: 'sgd', learningRate: 1e6 }, engine })
    const told: number[] = []
    const result = await network.train(INPUTS, TARGETS, {
      epochs: 1000,
      batchSize: 1,
      onEpoch: ({ loss }) => void told.push(loss),
    })
    expect(result.stopReason).toBe('diverged')
    expect(told).toEqual(Array.from(result.loss))
  })

  it('is the same when it is shuffled, sliced otherwise or done without yielding', async () => {
    const config: Partial<NetworkConfig> = {
      optimizer: { name: 'sgd', learningRate: 3 },
      layers: [{ units: 1 }],
      engine,
    }
    const options: TrainOptions = { epochs: 3000, batchSize: 1 }
    const networks = [await start(config), await start(config), await start(config)]
    const results = [
      await networks[0].train(INPUTS, TARGETS, options),
      networks[1].trainSync(INPUTS, TARGETS, options),
      await networks[2].train(INPUTS, TARGETS, { ...options, onEpoch: () => undefined }),
    ]
    expect(results[0].stopReason).toBe('diverged')
    for (const index of [1, 2]) {
      expect(results[index]).toMatchObject({ steps: results[0].steps, loss: results[0].loss, stopReason: 'diverged' })
      expect(trainedBits(networks[index])).toBe(trainedBits(networks[0]))
    }
  })

  it('with huge gradients in float32 keeps adam from dividing by infinity', async () => {
    const network = await start({ optimizer: 'adam', engine })
    const before = trainedBits(network)
    const targets = TARGETS.map(() => [1e30])
    const result = await network.train(INPUTS, targets, { epochs: 10 })
    expect(result).toMatchObject({ epochs: 0, steps: 0, stopReason: 'diverged' })
    expect(trainedBits(network)).toBe(before)
    await expectRefusal(() => network.trainOnBatch(INPUTS, targets), 'NOT_FINITE', /the network is as before/)
    expect(trainedBits(network)).toBe(before)
  })

  it('whose outputs overflow at once takes no step', async () => {
    const network = await start({ engine, layers: [{ units: 1, weightInit: { name: 'constant', value: 3e38 } }] })
    const before = trainedBits(network)
    const inputs = [
      [3, 3],
      [1, 1],
    ]
    const result = await network.train(inputs, [[0], [0]], { epochs: 5 })
    expect(result).toMatchObject({ epochs: 0, steps: 0, stopReason: 'diverged' })
    expect(result.advice).toMatch(/loss of a batch or of its epoch is not finite/)
    const { code, message } = await rejection(() => network.trainOnBatch(inputs, [[0], [0]]))
    expect([code, message]).toEqual(['NOT_FINITE', expect.stringMatching(/loss .* finite/)])
    expect(trainedBits(network)).toBe(before)
  })

  it('whose epoch has no finite loss, though each of its batches has one, stops before the batch that is too many', async () => {
    // The squares are 1.44e308: two of them are more than float64 holds.
    const targets = [[1.2e154], [1.2e154], [0], [0]]
    const config: Partial<NetworkConfig> = {
      engine,
      dtype: 'float64',
      loss: 'halfSquaredError',
      layers: [{ units: 1 }],
      optimizer: { name: 'sgd', learningRate: 1e-170 },
    }
    const options: TrainOptions = { epochs: 5, batchSize: 1, shuffle: false }
    const [network, replayed] = [await start(config), await start(config)]
    replayed.trainOnBatch([INPUTS[0]], [targets[0]])
    const result = await network.train(INPUTS, targets, options)
    expect(result).toMatchObject({ stopReason: 'diverged', epochs: 0, steps: 1 })
    expect(result.advice).toMatch(/of its epoch is not finite; weights and optimizer are as before that step/)
    expect(trainedBits(network)).toBe(trainedBits(replayed))

    const streamed = await start(config)
    const batches = INPUTS.map((row, index) => ({ inputs: [row], targets: [targets[index]] }))
    const ofStream = await streamed.trainStream(batches)
    expect(ofStream).toMatchObject({ stopReason: 'diverged', epochs: 0, steps: 1 })
    expect(ofStream.advice).toMatch(/^the loss of the epoch is not finite; weights and optimizer are as before/)
    expect(trainedBits(streamed)).toBe(trainedBits(replayed))
  })

  it('ends as diverged, not at the target, when both happen in one slice', async () => {
    const network = await start({ optimizer: { name: 'sgd', learningRate: 1e6 }, engine })
    const result = await network.train(INPUTS, TARGETS, { epochs: 1000, targetLoss: -1 })
    expect(result.stopReason).toBe('diverged')
  })
})

describe.each(engines)('what divides by what may be zero, in %s', (engine) => {
  it.each(['adam', 'adamw', 'adamax', 'nadam', 'rmsprop', 'adagrad', 'adadelta', 'sgd'] as const)(
    'stays as it is with %s where all gradients are 0',
    async (name) => {
      const network = await start({ optimizer: { name, weightDecay: 0 }, engine, dtype: 'float64' })
      const hash = network.weightsHash()
      const outputs = network.predict(INPUTS)
      const result = await network.train(INPUTS, outputs, { epochs: 20 })
      expect(result).toMatchObject({ epochs: 20, stopReason: 'epochs' })
      expect(Array.from(result.loss)).toEqual(new Array(20).fill(0))
      expect(network.weightsHash()).toBe(hash)
    },
  )
})
