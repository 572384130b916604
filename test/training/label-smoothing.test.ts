// Label smoothing of the categorical cross-entropy: PyTorch's numbers, true gradients, and where it shows.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  createNetwork,
  explain,
  type LayerWeights,
  type Network,
  type NetworkConfig,
  networkFromJSON,
} from '../../src/index.ts'
import {
  bitsOf,
  dtypes,
  engines,
  expectRefusal,
  listOf,
  relativeDifference,
  rowsOf,
  SMALL,
  trainedBits,
} from '../support/networks.ts'

interface Fixture {
  X: number[][]
  classes: number[]
  rows: number[][]
  initial: LayerWeights[]
  batchSize: number
  cases: {
    smoothing: number
    kind: 'classes' | 'rows'
    /** Of every step, before it */
    losses: number[]
    trained: LayerWeights[]
    lossAfter: number
    deviation: number
  }[]
}
const fixture: Fixture = JSON.parse(readFileSync(new URL('../fixtures/label-smoothing.json', import.meta.url), 'utf8'))

function smoothed(labelSmoothing: number, changes: Partial<NetworkConfig>): Promise<Network> {
  const [hidden, output] = fixture.initial
  return createNetwork({
    inputs: 3,
    layers: [
      { units: 4, activation: 'tanh', weightInit: hidden.weights, biasInit: hidden.biases },
      { units: 3, activation: 'softmax', weightInit: output.weights, biasInit: output.biases },
    ],
    loss: { name: 'categoricalCrossEntropy', labelSmoothing },
    optimizer: { name: 'adam', learningRate: 0.03 },
    seed: 1,
    ...changes,
  })
}

/** Any of the forms of targets */
const targetsOf = (kind: 'classes' | 'rows') => fixture[kind] as number[][]
const mix = (row: number[], share: number) => row.map((value) => (1 - share) * value + share / row.length)

const cases = fixture.cases.map((wanted) => [wanted.smoothing, wanted.kind, wanted] as const)

describe.each(engines)('label smoothing in %s', (engine) => {
  it.each(cases)('of %d is PyTorch’s over 51 steps, targets as %s', async (labelSmoothing, kind, wanted) => {
    const { X, batchSize } = fixture
    for (const dtype of dtypes) {
      const bound = dtype === 'float64' ? 1e-9 : Math.max(5e-6, 20 * wanted.deviation)
      const network = await smoothed(labelSmoothing, { engine, dtype })
      const stepwise = await smoothed(labelSmoothing, { engine, dtype })
      await network.train(X, targetsOf(kind), { epochs: 17, batchSize, shuffle: false })
      const losses = wanted.losses.map((_, step) => {
        const start = (step % 3) * batchSize
        const batch = [X, targetsOf(kind)].map((list) => list.slice(start, start + batchSize))
        return stepwise.trainOnBatch(batch[0], batch[1])
      })
      expect(relativeDifference(losses, wanted.losses)).toBeLessThan(bound)
      expect(relativeDifference(listOf(network.getWeights()), listOf(wanted.trained))).toBeLessThan(bound)
      expect(relativeDifference(network.evaluate(X, targetsOf(kind)).loss, wanted.lossAfter)).toBeLessThan(bound)
      expect(trainedBits(stepwise)).toBe(trainedBits(network))
    }
  })

  it('has the gradients of its loss: central differences to 1e-9', async () => {
    const h = 2 ** -10
    for (const kind of ['classes', 'rows'] as const) {
      const network = await smoothed(0.2, { engine, dtype: 'float64' })
      const layers = network.getWeights()
      const found = network.gradients(fixture.X, targetsOf(kind))
      const half = (row: number[], index: number, steps: number) => {
        const value = row[index]
        const lossAt = (moved: number) => {
          row[index] = moved
          network.setWeights(layers)
          return network.evaluate(fixture.X, targetsOf(kind)).loss
        }
        const difference = (lossAt(value + steps * h) - lossAt(value - steps * h)) / 2
        row[index] = value
        return difference
      }
      const derivative = (row: number[]) =>
        row.map((_, index) => (8 * half(row, index, 1) - half(row, index, 2)) / (6 * h))
      const wanted = layers.map(({ weights, biases }) => [...weights.map(derivative), derivative(biases)])
      expect(relativeDifference(listOf(found.layers), wanted)).toBeLessThan(1e-9)
    }
  })

  it.each(dtypes)('is in every loss that the network gives, as if the targets were smooth, in %s', async (dtype) => {
    const share = 0.25
    const { X, rows } = fixture
    const smooth = rows.map((row) => mix(row, share))
    const bound = dtype === 'float64' ? 1e-14 : 1e-6
    const [network, plain] = [await smoothed(share, { engine, dtype }), await smoothed(0, { engine, dtype })]
    const wanted = plain.evaluate(X, smooth).loss
    expect(relativeDifference(network.evaluate(X, rows).loss, wanted)).toBeLessThan(bound)
    expect(network.evaluate(X, rows).loss).not.toBe(plain.evaluate(X, rows).loss)
    const gradients = [network.gradients(X, rows), plain.gradients(X, smooth)]
    expect(relativeDifference(gradients[0].loss, gradients[1].loss)).toBeLessThan(bound)
    expect(relativeDifference(listOf(gradients[0].layers), listOf(gradients[1].layers))).toBeLessThan(2 * bound)
    const explained = explain(network, [X[0]], [rows[0]])
    expect(relativeDifference(explained.totalError, plain.evaluate([X[0]], [smooth[0]]).loss)).toBeLessThan(bound)
    const validation = { inputs: X, targets: rows }
    const result = await network.train(X, rows, { epochs: 2, batchSize: 'full', validation })
    expect(relativeDifference(result.loss[0], wanted)).toBeLessThan(bound)
    expect(result.validationLoss?.[1]).toBe(network.evaluate(X, rows).loss)
  })

  it('takes class numbers for the one-hot rows that they are, over several blocks', async () => {
    const classes = rowsOf(600, 1, 3).map(([value]) => Math.floor((value + 1) * 1.5))
    const rows = classes.map((number) => [0, 1, 2].map((index) => Number(index === number)))
    const inputs = rowsOf(600, 3, 4)
    const bits = [
      classes,
      rows,
      Uint8Array.from(classes),
      { data: Float64Array.from(rows.flat()), rows: 600, columns: 3 },
    ]
    const trained = bits.map(async (targets) => {
      const network = await smoothed(0.1, { engine })
      await network.train(inputs, targets, { epochs: 2, batchSize: 50 })
      return trainedBits(network)
    })
    expect(new Set(await Promise.all(trained)).size).toBe(1)
  })

  it.each(dtypes)('is done to any number of rows as by hand, to the bit, in %s', async (dtype) => {
    const rows = 3000
    const classes = rowsOf(rows, 1, 3).map(([value]) => Math.floor((value + 1) * 1.5))
    const byHand = classes.map((number) =>
      mix(
        [0, 1, 2].map((index) => Number(index === number)),
        0.1,
      ),
    )
    const runs = [
      [0.1, classes],
      [0, byHand],
    ].map(async ([share, targets]) => {
      const network = await smoothed(share as number, { engine, dtype })
      const { loss } = await network.train(rowsOf(rows, 3, 4), targets as number[], { epochs: 1, batchSize: 500 })
      return [trainedBits(network), bitsOf(loss)]
    })
    const [network, plain] = await Promise.all(runs)
    expect(network).toEqual(plain)
  })

  it('leaves room for class weights and stratification, which see the classes as they were given', async () => {
    const { X, classes } = fixture
    const classWeights = [0.5, 2, 1]
    const options = { epochs: 4, batchSize: 4, validation: { split: 0.3 } } as const
    const [network, other] = [await smoothed(0.3, { engine }), await smoothed(0.3, { engine })]
    const first = await network.train(X, classes, { ...options, classWeights })
    const sampleWeights = classes.map((number) => classWeights[number])
    const second = await other.train(X, classes, { ...options, sampleWeights })
    expect(trainedBits(network)).toBe(trainedBits(other))
    expect(first.validationLoss).toEqual(second.validationLoss)
  })

  it('is part of the model as JSON', async () => {
    const { X, classes } = fixture
    const network = await smoothed(0.3, { engine })
    const read = await networkFromJSON(JSON.parse(JSON.stringify(network)))
    expect(read.evaluate(X, classes)).toEqual(network.evaluate(X, classes))
    for (const one of [network, read]) one.trainSync(X, classes, { epochs: 3, batchSize: 4 })
    expect(read.weightsHash()).toBe(network.weightsHash())
  })

  it('of 0 is none, to the bit', async () => {
    const { X, classes } = fixture
    const [zero, plain] = [
      await smoothed(0, { engine }),
      await smoothed(0, { engine, loss: 'categoricalCrossEntropy' }),
    ]
    for (const network of [zero, plain]) network.trainSync(X, classes, { epochs: 5, batchSize: 4 })
    expect(trainedBits(zero)).toBe(trainedBits(plain))
  })

  it.each([-0.1, 1.1, Number.NaN, '0.1', null])('of %s is refused', async (labelSmoothing) => {
    const action = smoothed(labelSmoothing as number, { engine })
    await expectRefusal(action, 'INVALID_CONFIG', /^loss.labelSmoothing: expected a finite number/)
  })

  it('is no option of other losses', async () => {
    const loss = { name: 'binaryCrossEntropy', labelSmoothing: 0.1 } as unknown as NetworkConfig['loss']
    const layers = [{ units: 1, activation: 'sigmoid' }] as const
    await expectRefusal(createNetwork({ ...SMALL, layers, loss, engine }), 'INVALID_CONFIG', /^loss.labelSmoothing: /)
  })
})
