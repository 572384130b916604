// Values of the caller that call back into the library while it reads them: nothing is written to memory that was given
// back meanwhile, and so no bit of another network is changed.
import { describe, expect, it } from 'vitest'
import { createNetwork, type LayerWeights, type Network, type WasmpropError } from '../../src/index.ts'
import { engines, expectRefusal, small, trainedBits } from '../support/networks.ts'

/** A list whose first cell runs something each time it is read */
const trap = (list: number[], spring: () => void): number[] =>
  Object.defineProperty([...list], 0, {
    get() {
      spring()
      return list[0]
    },
  })

const MARK = 12345
const targets = [
  [1, 2],
  [3, 4],
]

/** Every method that reads rows or weights, of rows that spring a trap */
const calls: Record<string, (network: Network, row: number[]) => unknown> = {
  predict: (network, row) => network.predict([row, [MARK, MARK, MARK]]),
  'predict one row': (network, row) => network.predict(row),
  predictClass: (network, row) => network.predictClass([row, [MARK, MARK, MARK]]),
  predictInto: (network, row) => network.predictInto([row, [MARK, MARK, MARK]], new Float32Array(4)),
  evaluate: (network, row) => network.evaluate([row, [MARK, MARK, MARK]], targets),
  gradients: (network, row) => network.gradients([row, [MARK, MARK, MARK]], targets),
  trainOnBatch: (network, row) => network.trainOnBatch([row, [MARK, MARK, MARK]], targets),
  trainSync: (network, row) => network.trainSync([row, [MARK, MARK, MARK]], targets, { epochs: 1 }),
  fitScaling: (network, row) => network.fitScaling([row, [MARK, MARK, MARK]], targets),
  setWeights(network, row) {
    const [first, last] = network.getWeights()
    first.weights[0] = trap([MARK, MARK, MARK, MARK, MARK], () => row[0])
    network.setWeights([first, last])
  },
}

describe.each(engines)('a getter that disposes of the network, in %s', (engine) => {
  it.each(Object.keys(calls))('%s', async (name) => {
    const other = await small(engine, { seed: 2 })
    const network = await small(engine)
    let victim: Network | undefined
    const row = trap([MARK, MARK, MARK], () => {
      network.dispose()
      victim ??= other.clone() // takes the memory that was given back
    })
    await expectRefusal(async () => {
      await calls[name](network, row)
      network.getWeights()
    }, 'DISPOSED')
    expect(victim?.weightsHash()).toBe(other.weightsHash())
    expect(trainedBits(victim as Network)).toBe(trainedBits(other))
    expect(victim?.predict([1, 2, 3])).toEqual(other.predict([1, 2, 3]))
  })
})

describe.each(engines)('what changes while it is read, in %s', (engine) => {
  const given = () => ({ numbers: new Float32Array([1, 2, 3, 4, 5, 6]), network: small(engine) })

  it('typed inputs that the targets fill with NaN', async () => {
    const { numbers, network: made } = given()
    const network = await made
    const before = network.weightsHash()
    const spoil = () => {
      numbers[4] = Number.NaN
    }
    for (const call of ['evaluate', 'gradients', 'trainOnBatch', 'trainSync'] as const) {
      numbers[4] = 5
      const words = /^inputs\[4\] \(row 1, column 1\): expected a finite number, got NaN/
      await expectRefusal(() => network[call](numbers, [trap([1, 2], spoil), [3, 4]]), 'NOT_FINITE', words)
    }
    expect(network.weightsHash()).toBe(before)
  })

  it('typed inputs that the targets give away', async () => {
    const network = await small(engine)
    for (const call of ['evaluate', 'gradients', 'trainOnBatch', 'trainSync'] as const) {
      const { numbers } = given()
      const steal = () => structuredClone(numbers.buffer, { transfer: [numbers.buffer] })
      const once = trap([1, 2], () => numbers.length > 0 && steal())
      await expectRefusal(() => network[call](numbers, [once, [3, 4]]), 'INVALID_DATA', 'given away')
    }
    const { numbers } = given()
    structuredClone(numbers.buffer, { transfer: [numbers.buffer] })
    for (const call of ['predict', 'predictClass'] as const) {
      await expectRefusal(() => network[call](numbers), 'INVALID_DATA', 'given away')
    }
    await expectRefusal(() => network.predictInto(new Float32Array(3), numbers), 'INVALID_SHAPE', 'got one of 0')
  })

  it('weights: none is written where a later one is refused', async () => {
    const network = await small(engine)
    const before = network.weightsHash()
    const [first, last] = network.getWeights()
    const spoiled = { weights: new Float64Array(15).fill(1), biases: first.biases }
    const late = { weights: [trap(last.weights[0], () => spoiled.weights.fill(Number.NaN)), ...last.weights.slice(1)] }
    network.setWeights([spoiled, { ...last, ...late }] as unknown as LayerWeights[])
    expect(network.getWeights()[0].weights.flat()).toEqual(Array(15).fill(1))
    network.setWeights([first, last])
    expect(network.weightsHash()).toBe(before)
  })

  it('a row that calls predict, evaluate and gradients of the same network', async () => {
    const network = await small(engine)
    const expected = network.predict([[1, 2, 3]])
    const again = () => {
      network.predict([[7, 8, 9]])
      network.evaluate([[7, 8, 9]], [[1, 1]])
      network.gradients([[7, 8, 9]], [[1, 1]])
    }
    expect(network.predict([trap([1, 2, 3], again)])).toEqual(expected)
    const loss = network.evaluate([[1, 2, 3]], [[1, 2]]).loss
    expect(network.evaluate([trap([1, 2, 3], again)], [trap([1, 2], again)]).loss).toBe(loss)
  })

  it('a row that trains, which is refused where the call itself writes', async () => {
    const network = await small(engine)
    const refusals: string[] = []
    const train = () => {
      try {
        network.trainOnBatch([[1, 2, 3]], [[1, 2]])
      } catch (error) {
        refusals.push((error as WasmpropError).code)
      }
    }
    network.trainOnBatch([trap([1, 2, 3], train)], [[1, 2]])
    expect(refusals).toEqual(['BUSY'])
    expect(network.predict([trap([1, 2, 3], train)])).toEqual(network.predict([[1, 2, 3]]))
  })
})

it('typed arrays whose properties lie are predicted as they are', async () => {
  const network = await createNetwork({ inputs: 2, layers: [{ units: 1 }], seed: 1 })
  const numbers = Float32Array.from({ length: 20 }, (_, index) => index / 20)
  const expected = network.predict(numbers)
  const fail = () => {
    throw new Error('asked')
  }
  for (const key of ['length', 'subarray', 'buffer', 'byteOffset', Symbol.toStringTag, Symbol.iterator]) {
    Object.defineProperty(numbers, key, { get: fail })
  }
  expect(network.predict(numbers)).toEqual(expected)
  const outputs = Object.defineProperty(new Float32Array(10), 'set', { get: fail })
  network.predictInto(
    [...Array(10).keys()].map((row) => [row / 10, row / 10 + 1 / 20]),
    outputs,
  )
  expect(Array.from(outputs)).toHaveLength(10)
  network.predictInto(numbers, outputs)
  expect(Float32Array.from(outputs.values())).toEqual(expected)
})
