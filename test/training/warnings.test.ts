// What a result warns of: training that has hardly begun, data that does not suit the network, losses that exploded.
import { describe, expect, it, vi } from 'vitest'
import { createNetwork, type NetworkConfig, trainMany } from '../../src/index.ts'
import { NumberList } from '../../src/training/session.ts'
import { engines, expectRefusal, rowsOf, small } from '../support/networks.ts'

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const XOR = [[0], [1], [1], [0]]
const xor: NetworkConfig = {
  inputs: 2,
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ],
  seed: 1,
}

describe.each(engines)('warnings in %s', (engine) => {
  const create = (config: NetworkConfig) => createNetwork({ ...config, engine })

  it('tell of training that has hardly begun, and not of one that has settled', async () => {
    const network = await create(xor)
    const { warnings } = await network.train(X, XOR)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /^training ended after 100 steps, while the loss was still falling \(\d.* to \d.*\); take/,
    )
    const fast = await create({ ...xor, optimizer: { name: 'adam', learningRate: 0.1 } })
    expect((await fast.train(X, XOR, { epochs: 500 })).warnings).toEqual([])
    expect(network.trainSync(X, XOR, { epochs: 1 }).warnings).toEqual([])
  })

  it('name a column that is large, unless it is scaled', async () => {
    const inputs = rowsOf(40, 2, 1).map(([a, b]) => [a, 1000 + b])
    const options = { epochs: 1 }
    const config: NetworkConfig = { inputs: 2, layers: [{ units: 1 }], seed: 1 }
    const plain = await (await create(config)).train(inputs, rowsOf(40, 1, 2), options)
    expect(plain.warnings).toEqual([expect.stringMatching(/^inputs: column 1 is about 1000; .*inputs: 'standard'/)])
    const scaled = await create({ ...config, scaling: { inputs: 'standard' } })
    expect((await scaled.train(inputs, rowsOf(40, 1, 2), options)).warnings).toEqual([])
  })

  it.each([
    ['sigmoid', 1.5, 'minMax'],
    ['tanh', -2, 'maxAbs'],
    ['relu', -1, 'minMax'],
  ] as const)('name targets that %s never reaches', async (activation, target, scaling) => {
    const network = await create({ inputs: 2, layers: [{ units: 1, activation }], loss: 'meanSquaredError', seed: 1 })
    const { warnings } = await network.train(X, [[0], [target], [0.5], [0]], { epochs: 1 })
    expect(warnings).toEqual([
      expect.stringMatching(`^targets: column 0 has ${target}, which ${activation} .*targets: '${scaling}'`),
    ])
  })

  it('advise where the loss explodes but stays finite, and repeat the advice of a divergence', async () => {
    const config: NetworkConfig = { inputs: 3, layers: [{ units: 2 }], dtype: 'float64', seed: 1 }
    const network = await create({ ...config, optimizer: { name: 'sgd', learningRate: 20 } })
    const exploded = await network.train(rowsOf(40, 3, 1), rowsOf(40, 2, 2), { epochs: 12 })
    expect(exploded.stopReason).toBe('epochs')
    expect(exploded.advice).toMatch(/^the loss is finite, but far above what the targets account for; try a smaller/)
    expect(exploded.warnings[0]).toBe(exploded.advice)
    const diverged = await network.train(rowsOf(40, 3, 1), rowsOf(40, 2, 2), { epochs: 1000 })
    expect(diverged.stopReason).toBe('diverged')
    expect(diverged.warnings[0]).toBe(diverged.advice)
    const calm = await (await create(config)).train(rowsOf(40, 3, 1), rowsOf(40, 2, 2), { epochs: 12 })
    expect(calm.advice).toBeUndefined()
  })

  it('are there after a stream and with trainMany, too', async () => {
    const streamed = await (await create(xor)).trainStream([{ inputs: X, targets: XOR }])
    expect(streamed.warnings).toEqual([])
    const [{ result }] = await trainMany([{ ...xor, engine }], X, XOR)
    expect(result.warnings[0]).toMatch(/^training ended after 100 steps/)
  })

  it('onEpochEvery leaves epochs out, but never the last', async () => {
    const seen: number[] = []
    const network = await small(engine)
    const onEpoch = ({ epoch }: { epoch: number }) => {
      seen.push(epoch)
    }
    await network.train(rowsOf(9, 3, 1), rowsOf(9, 2, 2), { epochs: 10, onEpoch, onEpochEvery: 4 })
    await network.trainStream(() => [{ inputs: rowsOf(9, 3, 1), targets: rowsOf(9, 2, 2) }], {
      epochs: 5,
      onEpoch,
      onEpochEvery: 2,
    })
    expect(seen).toEqual([3, 7, 9, 11, 13, 14])
    const wrong = network.train(rowsOf(9, 3, 1), rowsOf(9, 2, 2), { onEpochEvery: 0 })
    await expectRefusal(wrong, 'INVALID_CONFIG', /^onEpochEvery: expected an integer of at least 1/)
  })
})

it('a list of losses that no memory is left for says so, and stays as it was', async () => {
  const list = new NumberList()
  list.add([1, 2])
  await expectRefusal(() => list.makeRoom(2 ** 40), 'OUT_OF_MEMORY', /^epochs: expected memory for /)
  class Refused {
    constructor() {
      throw new RangeError('Array buffer allocation failed')
    }
  }
  vi.stubGlobal('Float64Array', Refused)
  try {
    await expectRefusal(() => list.toArray(), 'OUT_OF_MEMORY', /^epochs: expected memory for /)
  } finally {
    vi.unstubAllGlobals()
  }
  list.add([3])
  expect(Array.from(list.toArray())).toEqual([1, 2, 3])
})
