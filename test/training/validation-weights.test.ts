// What is watched is what is trained: validation rows weigh as in training. And which rows a split holds out.
import { describe, expect, it } from 'vitest'
import { createNetwork, restoreNetwork, type TrainOptions } from '../../src/index.ts'
import { type EngineName, engines, expectRefusal, numbersOf, rowsOf, small, trainedBits } from '../support/networks.ts'

const INPUTS = rowsOf(300, 3, 1)
const TARGETS = rowsOf(300, 2, 2)
const WEIGHTS = numbersOf(300, 3).map((number) => 1 + number)
const at = <T>(list: readonly T[], rows: ArrayLike<number>): T[] => Array.from(rows, (row) => list[row])

const classifier = (engine: EngineName) =>
  createNetwork({ inputs: 3, layers: [{ units: 3, activation: 'softmax' }], optimizer: 'adam', seed: 3, engine })
/** Class 2 is rare. */
const CLASSES = INPUTS.map((_, row) => (row % 20 === 0 ? 2 : row % 2))

describe.each(engines)('the validation loss in %s', (engine) => {
  it('weighs rows that a split holds out by their own weights', async () => {
    const network = await small(engine)
    const options: TrainOptions = { epochs: 3, sampleWeights: WEIGHTS, validation: { split: 0.9 } }
    const { validationLoss = [], validationRows = [] } = await network.train(INPUTS, TARGETS, options)
    expect(validationRows).toHaveLength(270)
    const [inputs, targets, sampleWeights] = [INPUTS, TARGETS, WEIGHTS].map((list) => at<unknown>(list, validationRows))
    const { loss } = network.evaluate(inputs as number[][], targets as number[][], {
      sampleWeights: sampleWeights as number[],
    })
    expect(validationLoss[2]).toBe(loss)
    expect(loss).not.toBe(network.evaluate(inputs as number[][], targets as number[][]).loss)
  })

  it('weighs rows of their own by weights of their own', async () => {
    const network = await small(engine)
    const validation = { inputs: INPUTS, targets: TARGETS, sampleWeights: WEIGHTS }
    const { validationLoss = [] } = await network.train(INPUTS, TARGETS, { epochs: 2, validation })
    expect(validationLoss[1]).toBe(network.evaluate(INPUTS, TARGETS, { sampleWeights: WEIGHTS }).loss)
    const streamed = await network.trainStream([{ inputs: INPUTS, targets: TARGETS }], { validation })
    expect(streamed.validationLoss?.[0]).toBe(network.evaluate(INPUTS, TARGETS, { sampleWeights: WEIGHTS }).loss)
  })

  it('weighs classes by the trained rows', async () => {
    const network = await classifier(engine)
    const rare = CLASSES.map((number) => (number === 2 ? 1 : 0))
    const counts = [0, 1, 2].map((number) => CLASSES.filter((other) => other === number).length)
    const validation = { inputs: INPUTS, targets: CLASSES, sampleWeights: WEIGHTS }
    const options: TrainOptions = { epochs: 1, classWeights: 'balanced', validation }
    const { validationLoss = [] } = await network.train(INPUTS, CLASSES, options)
    const byClass = counts.map((count) => 300 / (3 * count))
    const sampleWeights = CLASSES.map((number, row) => byClass[number] * WEIGHTS[row])
    expect(validationLoss[0]).toBe(network.evaluate(INPUTS, CLASSES, { sampleWeights }).loss)
    const { loss } = network.evaluate(INPUTS, CLASSES, { sampleWeights: WEIGHTS, classWeights: 'balanced' })
    expect(validationLoss[0]).toBe(loss)
    const rareOnly = network.evaluate(INPUTS, CLASSES, { classWeights: [0, 0, 1] }).loss
    expect(rareOnly).toBe(network.evaluate(INPUTS, CLASSES, { sampleWeights: rare }).loss)
  })

  it('counts a class that no trained row has once', async () => {
    const network = await classifier(engine)
    const known = INPUTS.map((_, row) => row % 2)
    const validation = { inputs: INPUTS.slice(0, 4), targets: [0, 1, 2, 2] }
    const options: TrainOptions = { epochs: 1, classWeights: 'balanced', validation }
    const { validationLoss = [] } = await network.train(INPUTS, known, options)
    expect(validationLoss[0]).toBe(network.evaluate(validation.inputs, validation.targets).loss)
  })

  it.each<[string, TrainOptions['validation']]>([
    ['a split', { split: 0.5, seed: 9 }],
    ['rows of their own', { inputs: INPUTS, targets: TARGETS, sampleWeights: WEIGHTS }],
  ])('is the same when resumed from a snapshot, of %s', async (_, validation) => {
    const network = await small(engine)
    let bytes: Uint8Array = new Uint8Array()
    const result = await network.train(INPUTS, TARGETS, {
      epochs: 4,
      sampleWeights: WEIGHTS,
      validation,
      onEpoch: ({ epoch, snapshot }) => {
        if (epoch === 1) bytes = snapshot()
      },
    })
    const other = await restoreNetwork(bytes, { engine })
    const resumed = await other.resume(INPUTS, TARGETS)
    expect(resumed.validationLoss).toEqual(result.validationLoss)
    expect(resumed.validationRows).toEqual(result.validationRows)
    expect(trainedBits(other)).toBe(trainedBits(network))
  })
})

it('a split goes by its own seed, whatever the network’s', async () => {
  const held = async (seed: number, own?: number) => {
    const network = await small('wasm', { seed })
    const validation = { split: 0.2, ...(own === undefined ? {} : { seed: own }) }
    return (await network.train(INPUTS, TARGETS, { epochs: 1, validation })).validationRows
  }
  expect(await held(1, 5)).toEqual(await held(2, 5))
  expect(await held(1, 2)).toEqual(await held(2))
  expect(await held(1)).not.toEqual(await held(2))
})

it('weights that say nothing, or of nothing, are refused', async () => {
  const network = await small('wasm')
  const train = (options: object) => network.train(INPUTS, TARGETS, { epochs: 1, ...options })
  const rows = { inputs: INPUTS, targets: TARGETS }
  await expectRefusal(
    train({ validation: { ...rows, sampleWeights: WEIGHTS.map(() => 0) } }),
    'INVALID_DATA',
    /^validation\.sampleWeights: expected at least one validation row above 0, got zeros/,
  )
  await expectRefusal(
    train({ validation: { ...rows, sampleWeights: [1] } }),
    'INVALID_SHAPE',
    /^validation\.sampleWeights: /,
  )
  const first = WEIGHTS.map((_, row) => Number(row < 150))
  await expectRefusal(
    train({ validation: { split: 0.5, order: 'last' }, sampleWeights: first }),
    'INVALID_DATA',
    /^sampleWeights: expected at least one validation row above 0/,
  )
  await expectRefusal(
    train({ validation: { split: 0.5, sampleWeights: WEIGHTS } }),
    'INVALID_CONFIG',
    /^validation\.sampleWeights: expected no such option beside split/,
  )
  await expectRefusal(
    train({ validation: { ...rows, seed: 1 } }),
    'INVALID_CONFIG',
    /^validation\.seed: expected no such option beside inputs and targets/,
  )
  await expectRefusal(train({ validation: { split: 0.5, seed: -1 } }), 'INVALID_CONFIG', /^validation\.seed: /)
  expect(() => network.evaluate(INPUTS, TARGETS, { classWeights: 'balanced' })).toThrow(
    /^evaluate: classWeights: expected targets/,
  )
})
