// Scalings that `trainOnBatch` fits as rows come: to all rows so far, as if they had been fitted at once.
import { describe, expect, it } from 'vitest'
import { createNetwork, type NetworkConfig, restoreNetwork } from '../../src/index.ts'
import { engines, expectRefusal, rowsOf } from '../support/networks.ts'

const X = rowsOf(40, 3, 1).map(([a, b]) => [100 + 10 * a, 5 + 3 * b, 7])
const y = X.map(([a, b]) => [1000 + a * b])
const config: NetworkConfig = { inputs: 3, layers: [{ units: 1 }], dtype: 'float64', seed: 2 }
const scalingOf = (network: { toJSON(): { scaling: { inputs: unknown; targets: unknown } } }) =>
  network.toJSON().scaling

describe.each(engines)('a scaling that is fitted as rows come, in %s', (engine) => {
  const create = (name: 'max' | 'maxAbs' | 'minMax' | 'standard' | 'robust') =>
    createNetwork({ ...config, engine, scaling: { inputs: name, targets: name } })

  it.each(['max', 'maxAbs', 'minMax', 'standard'] as const)('is %s of all rows so far', async (name) => {
    const network = await create(name)
    let from = 0
    for (const count of [1, 7, 12, 20]) {
      const loss = network.trainOnBatch(X.slice(from, from + count), y.slice(from, from + count))
      from += count
      expect(Number.isFinite(loss)).toBe(true)
      const whole = await create(name)
      whole.fitScaling(X.slice(0, from), y.slice(0, from))
      for (const of of ['inputs', 'targets'] as const) {
        const [got, wanted] = [scalingOf(network)[of], scalingOf(whole)[of]] as { offset: number[]; scale: number[] }[]
        for (const column of got.offset.keys()) {
          expect(got.offset[column]).toBeCloseTo(wanted.offset[column], 9)
          expect(got.scale[column]).toBeCloseTo(wanted.scale[column], 9)
        }
      }
    }
    expect(network.predict(X)).toHaveLength(40)
  })

  it('goes on from a snapshot and in a clone, and ends with fitScaling', async () => {
    const network = await create('standard')
    network.trainOnBatch(X.slice(0, 20), y.slice(0, 20))
    const others = [network.clone(), await restoreNetwork(network.snapshot(), { engine })]
    for (const each of [network, ...others]) each.trainOnBatch(X.slice(20), y.slice(20))
    for (const each of others) expect(each.snapshot()).toEqual(network.snapshot())
    network.fitScaling(X.slice(0, 5), y.slice(0, 5))
    const fitted = scalingOf(network)
    network.trainOnBatch(X, y)
    expect(scalingOf(network)).toEqual(fitted)
  })

  it('is as before where a step fails, and robust refuses', async () => {
    const network = await create('standard')
    const before = network.snapshot()
    await expectRefusal(
      () =>
        network.trainOnBatch(
          [
            [1, 2, 1e308],
            [1, 2, -1e308],
          ],
          [[1], [2]],
        ),
      'NOT_FINITE',
    )
    expect(network.snapshot()).toEqual(before)
    const robust = await create('robust')
    await expectRefusal(() => robust.trainOnBatch(X, y), 'NOT_FITTED', /call fitScaling\(inputs, targets\) first/)
    robust.fitScaling(X, y)
    expect(Number.isFinite(robust.trainOnBatch(X, y))).toBe(true)
  })
})
