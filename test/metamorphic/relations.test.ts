// What must not matter, or must matter in a known way: relations between two trainings, in both engines.
import { describe, expect, it } from 'vitest'
import { type LayerWeights, restoreNetwork } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { bitsOf, dtypes, engines, relativeDifference, rowsOf, small, trainedBits } from '../support/networks.ts'

const X = rowsOf(12, 3, 1)
const Y = rowsOf(12, 2, 2)
const BOUND = { float32: 1e-5, float64: 1e-13 }

describe.each(engines)('in %s', (engine) => {
  describe.each(dtypes)('%s', (dtype) => {
    const make = (changes = {}) => small(engine, { dtype, optimizer: { name: 'sgd', learningRate: 0.05 }, ...changes })

    it('a doubled row has the gradients of weight 2, but for the order of the sums', async () => {
      const loss = 'halfSquaredError' // a sum, so that the count of rows does not matter
      const [doubled, weighted] = [await make({ loss }), await make({ loss })]
      for (let step = 0; step < 5; step++) {
        doubled.trainOnBatch([...X, X[4]], [...Y, Y[4]])
        weighted.trainOnBatch(X, Y, { sampleWeights: X.map((_, row) => (row === 4 ? 2 : 1)) })
      }
      const weightsOf = (network: typeof doubled) => network.getWeights().map(({ weights }) => weights)
      expect(relativeDifference(weightsOf(doubled), weightsOf(weighted))).toBeLessThan(BOUND[dtype])
    })

    it('a last row of weight 0 is an absent one, to the bit', async () => {
      const loss = 'halfSquaredError'
      const [without, zero] = [await make({ loss }), await make({ loss })]
      for (let step = 0; step < 5; step++) {
        without.trainOnBatch(X.slice(0, -1), Y.slice(0, -1))
        zero.trainOnBatch(X, Y, { sampleWeights: X.map((_, row) => Number(row < X.length - 1)) })
      }
      expect(zero.weightsHash()).toBe(without.weightsHash())
    })

    it('hidden units in another order compute the same, but for the order of the sums', async () => {
      const [network, permuted] = [await make(), await make()]
      const order = [3, 0, 4, 1, 2]
      const [hidden, output] = network.getWeights()
      permuted.setWeights([
        {
          weights: hidden.weights.map((row) => order.map((unit) => row[unit])),
          biases: order.map((unit) => hidden.biases[unit]),
        },
        { weights: order.map((unit) => output.weights[unit]), biases: output.biases },
      ])
      for (const one of [network, permuted]) await one.train(X, Y, { epochs: 5, batchSize: 4, shuffle: false })
      expect(relativeDifference(permuted.predict(X), network.predict(X))).toBeLessThan(BOUND[dtype])
    })

    it('a dead unit at the end of a layer changes no bit of the others', async () => {
      const changes = { optimizer: { name: 'adam', learningRate: 0.01 } } as const
      const layers = (units: number) => [{ units, activation: 'relu' as const }, { units: 2 }]
      const [network, wider] = [
        await make({ ...changes, layers: layers(5) }),
        await make({ ...changes, layers: layers(6) }),
      ]
      const [hidden, output] = network.getWeights()
      wider.setWeights([
        { weights: hidden.weights.map((row, input) => [...row, input - 1]), biases: [...hidden.biases, -1e6] },
        { weights: [...output.weights, [0.5, -0.5]], biases: output.biases },
      ])
      for (const one of [network, wider]) await one.train(X, Y, { epochs: 5, batchSize: 4 })
      const living = ({ weights, biases }: LayerWeights) => [weights.map((row) => row.slice(0, 5)), biases.slice(0, 5)]
      const [widerHidden, widerOutput] = wider.getWeights()
      expect(living(widerHidden)).toEqual(living(network.getWeights()[0]))
      expect(widerOutput.weights.slice(0, 5)).toEqual(network.getWeights()[1].weights)
      expect(widerOutput.weights[5]).toEqual([0.5, -0.5])
      expect(bitsOf(wider.predict(X))).toBe(bitsOf(network.predict(X)))
    })

    it('columns in another order, with their weights, compute the same, but for the order of the sums', async () => {
      const [network, permuted] = [await make(), await make()]
      const order = [2, 0, 1]
      const [hidden, output] = network.getWeights()
      permuted.setWeights([{ weights: order.map((column) => hidden.weights[column]), biases: hidden.biases }, output])
      const moved = X.map((row) => order.map((column) => row[column]))
      await network.train(X, Y, { epochs: 5, batchSize: 4 })
      await permuted.train(moved, Y, { epochs: 5, batchSize: 4 })
      expect(relativeDifference(permuted.predict(moved), network.predict(X))).toBeLessThan(BOUND[dtype])
    })

    it('training that is resumed at any step ends at the same bits', async () => {
      const changes = {
        layers: [{ units: 5, activation: 'tanh' as const, dropout: 0.2 }, { units: 2 }],
        optimizer: {
          name: 'adam' as const,
          learningRate: { name: 'cosine' as const, initial: 0.01, total: 9, unit: 'step' as const },
        },
      }
      const whole = await make(changes)
      const { engine: running } = InnerNetwork.stateOf(whole)
      const train = running.train.bind(running)
      const taken: Uint8Array[] = []
      running.train = (program) => {
        taken.push(whole.snapshot())
        return train(program, 1)
      }
      const { loss, steps } = await whole.train(X, Y, { epochs: 4, batchSize: 5 })
      expect(taken).toHaveLength(steps)
      for (const bytes of taken) {
        const restored = await restoreNetwork(bytes, { engine })
        expect(bitsOf((await restored.resume(X, Y)).loss)).toBe(bitsOf(loss))
        expect(trainedBits(restored)).toBe(trainedBits(whole))
      }
    })

    it('training that is resumed after every epoch ends at the same bits', async () => {
      const changes = { optimizer: { name: 'adam', learningRate: 0.01 } }
      const options = { epochs: 6, batchSize: 5 }
      const whole = await make(changes)
      const taken: Uint8Array[] = []
      const result = await whole.train(X, Y, { ...options, onEpoch: ({ snapshot }) => void taken.push(snapshot()) })
      for (const bytes of taken) {
        const restored = await restoreNetwork(bytes, { engine })
        expect(bitsOf((await restored.resume(X, Y)).loss)).toBe(bitsOf(result.loss))
        expect(trainedBits(restored)).toBe(trainedBits(whole))
      }
      expect(taken).toHaveLength(6)
    })
  })
})
