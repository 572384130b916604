// Weights per row and output: what they multiply, and targets that are missing where they are 0.
import { describe, expect, it } from 'vitest'
import { restoreNetwork, type TrainOptions } from '../../src/index.ts'
import { loosely } from '../support/choices.ts'
import { bitsOf, dtypes, engines, expectRefusal, numbersOf, rowsOf, small, trainedBits } from '../support/networks.ts'

const ROWS = 23
const INPUTS = rowsOf(ROWS, 3, 1)
const TARGETS = rowsOf(ROWS, 2, 2)
const WEIGHTS = rowsOf(ROWS, 2, 3).map((row) => row.map((value) => (value > 0.2 ? value : 0)))
const holed = TARGETS.map((row, m) => row.map((value, n) => (WEIGHTS[m][n] === 0 ? Number.NaN : value)))
const OPTIONS: TrainOptions = { epochs: 4, batchSize: 5 }

const LOSSES = ['meanSquaredError', 'halfSquaredError', 'meanAbsoluteError', 'huber', 'quantile'] as const

describe.each(engines)('in %s', (engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    it.each(LOSSES)('equal weights in a row are the weight of the row, to the bit, with %s', async (loss) => {
      const perRow = numbersOf(ROWS, 5).map(Math.abs)
      const networks = [await small(engine, { dtype, loss }), await small(engine, { dtype, loss })]
      const results = [perRow, perRow.map((weight) => [weight, weight])].map((sampleWeights, index) =>
        networks[index].trainSync(INPUTS, TARGETS, { ...OPTIONS, sampleWeights }),
      )
      expect(trainedBits(networks[0])).toBe(trainedBits(networks[1]))
      expect(results[0].loss).toEqual(results[1].loss)
    })

    it('a target that weighs 0 may be missing or anything', async () => {
      const bits: string[] = []
      for (const targets of [
        TARGETS,
        holed,
        holed.map((row) => Float64Array.from(row)),
        { data: holed.flat(), rows: ROWS, columns: 2 },
      ]) {
        const network = await small(engine, { dtype })
        network.trainOnBatch(INPUTS, targets, { sampleWeights: WEIGHTS })
        const { loss } = network.trainSync(INPUTS, targets, {
          ...OPTIONS,
          sampleWeights: Float64Array.from(WEIGHTS.flat()),
        })
        bits.push(bitsOf(loss), trainedBits(network))
      }
      expect(new Set(bits).size).toBe(2)
    })
  })

  it('the loss is the weighted sum over what is there', async () => {
    const network = await small(engine, { dtype: 'float64' })
    const outputs = network.predict(INPUTS)
    const terms = outputs.flatMap((row, m) => row.map((o, n) => WEIGHTS[m][n] * (o - TARGETS[m][n]) ** 2))
    const loss = network.trainOnBatch(INPUTS, holed, { sampleWeights: WEIGHTS })
    expect(loss).toBeCloseTo(terms.reduce((sum, term) => sum + term, 0) / (2 * ROWS), 12)
  })

  it('one step in full batches of L-BFGS sees them too', async () => {
    const [a, b] = [await small(engine, { optimizer: 'lbfgs' }), await small(engine, { optimizer: 'lbfgs' })]
    a.trainSync(INPUTS, holed, { epochs: 3, sampleWeights: WEIGHTS })
    b.trainSync(INPUTS, TARGETS, { epochs: 3, sampleWeights: WEIGHTS })
    expect(a.weightsHash()).toBe(b.weightsHash())
    expect(a.weightsHash()).not.toBe((await small(engine, { optimizer: 'lbfgs' })).weightsHash())
  })
})

it('leaves the same bits in both engines, with validation rows by the same weights', async () => {
  const bits = await Promise.all(
    engines.map(async (engine) => {
      const network = await small(engine, { optimizer: 'nadam' })
      const validation = { inputs: INPUTS, targets: holed, sampleWeights: WEIGHTS }
      const { loss, validationLoss } = network.trainSync(INPUTS, holed, {
        ...OPTIONS,
        sampleWeights: WEIGHTS,
        validation,
      })
      return bitsOf(loss, validationLoss, trainedBits(network))
    }),
  )
  expect(bits[0]).toBe(bits[1])
})

it('survive a snapshot in the midst of training, with a split that holds rows out', async () => {
  const options = { ...OPTIONS, sampleWeights: WEIGHTS, validation: { split: 0.3 } }
  const whole = await small('wasm')
  const snapshots: Uint8Array[] = []
  const { loss, validationLoss } = await whole.train(INPUTS, holed, {
    ...options,
    onEpoch: ({ snapshot }) => void snapshots.push(snapshot()),
  })
  const restored = await restoreNetwork(snapshots[1])
  const resumed = await restored.resume(
    INPUTS,
    TARGETS.map((row, m) => row.map((value, n) => (WEIGHTS[m][n] === 0 ? 0 : value))),
  )
  expect(bitsOf(resumed.loss, resumed.validationLoss)).toBe(bitsOf(loss, validationLoss))
  expect(restored.weightsHash()).toBe(whole.weightsHash())
})

it('are refused where they cannot be', async () => {
  const network = await small('wasm')
  const step = (targets: unknown, sampleWeights: unknown) => () =>
    network.trainOnBatch(INPUTS, targets as number[][], loosely({ sampleWeights }) as never)
  await expectRefusal(
    step(
      holed,
      WEIGHTS.map(() => [1, 1]),
    ),
    'NOT_FINITE',
    'targets[',
  )
  await expectRefusal(
    step(
      TARGETS,
      WEIGHTS.map(() => [1, -1]),
    ),
    'INVALID_DATA',
    'sampleWeights[0][1]',
  )
  await expectRefusal(
    step(
      TARGETS,
      WEIGHTS.map(() => [0, 0]),
    ),
    'INVALID_DATA',
    'sampleWeights',
  )
  await expectRefusal(
    step(
      TARGETS,
      WEIGHTS.map(() => [1, 1, 1]),
    ),
    'INVALID_SHAPE',
    'sampleWeights',
  )
  const classes = await small('wasm', { layers: [{ units: 2, activation: 'softmax' }] })
  await expectRefusal(
    () =>
      classes.trainOnBatch(
        INPUTS,
        TARGETS.map(() => 1),
        { sampleWeights: WEIGHTS },
      ),
    'INVALID_CONFIG',
    'sampleWeights',
  )
  const scaled = await small('wasm', { scaling: { targets: 'standard' } })
  await expectRefusal(() => scaled.trainSync(INPUTS, holed, { sampleWeights: WEIGHTS }), 'INVALID_CONFIG', 'fitScaling')
  scaled.fitScaling(INPUTS, TARGETS)
  expect(scaled.trainSync(INPUTS, holed, { epochs: 1, sampleWeights: WEIGHTS }).stopReason).toBe('epochs')
})
