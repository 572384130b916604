// Full batches that take longer than a slice: the host has its turn within them, and the bits are those of one piece.
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { NetworkConfig, TrainOptions } from '../../src/index.ts'
import { type EngineName, engines, numbersOf, small, trainedBits } from '../support/networks.ts'
import { actInTurns } from '../support/turns.ts'

const [ROWS, COLUMNS] = [1100, 250]
const INPUTS = Float32Array.from(numbersOf(ROWS * COLUMNS, 1))
const TARGETS = Float32Array.from(numbersOf(ROWS * 2, 2))
const WEIGHTS = Float64Array.from(numbersOf(ROWS, 3), Math.abs)
const EPOCHS = 2

const CONFIG: Partial<NetworkConfig> = {
  inputs: COLUMNS,
  layers: [{ units: 32, activation: 'tanh', dropout: 0.2 }, { units: 2 }],
  regularization: { l2: 0.01 },
  clipNorm: 1,
}
const OPTIONS: TrainOptions = { epochs: EPOCHS, batchSize: 'full', sampleWeights: WEIGHTS }

const make = (engine: EngineName) => small(engine, CONFIG)

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(engines)('a long batch of %s', (engine) => {
  it('leads to the bits of one piece, whatever else is computed in its turns', async () => {
    const [expected, network] = [await make(engine), await make(engine)]
    const { loss } = expected.trainSync(INPUTS, TARGETS, OPTIONS)
    const [few, fewTargets] = [INPUTS.subarray(0, 2 * COLUMNS), TARGETS.subarray(0, 4)]
    const turns = actInTurns(5, () => {
      network.gradients(few, fewTargets)
      network.evaluate(few, fewTargets)
      network.predict(few)
    })
    const result = await network.train(INPUTS, TARGETS, OPTIONS)
    expect(turns.count).toBeGreaterThan(3 * EPOCHS)
    expect(result.loss).toEqual(loss)
    expect(trainedBits(network)).toBe(trainedBits(expected))
  })

  it('is taken up again from its start after an abort', async () => {
    const [expected, network] = [await make(engine), await make(engine)]
    expected.trainSync(INPUTS, TARGETS, OPTIONS)
    const controller = new AbortController()
    const turns = actInTurns(5, () => turns.count === 4 && controller.abort())
    const aborted = await network.train(INPUTS, TARGETS, { ...OPTIONS, signal: controller.signal })
    expect(aborted.stopReason).toBe('aborted')
    expect(aborted.steps).toBeLessThan(EPOCHS)
    network.gradients(INPUTS, TARGETS)
    await network.resume(INPUTS, TARGETS)
    expect(trainedBits(network)).toBe(trainedBits(expected))
  })
})

it('is one of several, shuffled ones as well', async () => {
  const config = { ...CONFIG, layers: [{ units: 1000, activation: 'tanh', dropout: 0.2 }, { units: 2 }] } as const
  const options: TrainOptions = { ...OPTIONS, epochs: 1, batchSize: 700, validation: { split: 0.01 } }
  const [expected, network] = [await small('wasm', config), await small('wasm', config)]
  const { loss, validationLoss } = expected.trainSync(INPUTS, TARGETS, options)
  const turns = actInTurns(5, () => network.evaluate(INPUTS.subarray(0, COLUMNS), TARGETS.subarray(0, 2)))
  expect(await network.train(INPUTS, TARGETS, options)).toMatchObject({ loss, validationLoss })
  expect(turns.count).toBeGreaterThan(5)
  expect(trainedBits(network)).toBe(trainedBits(expected))
})

it('ends at the target with the weights that had it', async () => {
  const [expected, network] = [await make('wasm'), await make('wasm')]
  const options = { ...OPTIONS, epochs: 5, targetLoss: expected.evaluate(INPUTS, TARGETS).loss * 0.4 }
  const { stopReason, epochs } = expected.trainSync(INPUTS, TARGETS, options)
  const turns = actInTurns(5, () => {})
  expect(await network.train(INPUTS, TARGETS, options)).toMatchObject({ stopReason, epochs })
  expect(stopReason).toBe('targetLoss')
  expect(turns.count).toBeGreaterThan(3)
  expect(trainedBits(network)).toBe(trainedBits(expected))
})
