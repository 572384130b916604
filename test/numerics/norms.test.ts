// Sums of squares whose squares leave float64's range, alone and in what a network says of its gradients.
import { expect, it } from 'vitest'
import { createNetwork } from '../../src/index.ts'
import { halfSquares, magnitudes, normOf } from '../../src/numerics/norms.ts'
import { expectRefusal } from '../support/networks.ts'

it.each([1e-300, 2e-200, 1e-155, 1, 1e155, 1e300])('norms keep their digits at %d', (size) => {
  expect(normOf([[3 * size, 0], [-4 * size]]) / size).toBeCloseTo(5, 12)
})

it('norms of nothing, infinities and NaN are what they are', () => {
  expect(normOf([[0, -0], []])).toBe(0)
  expect(normOf([[1, Infinity]])).toBe(Infinity)
  expect(normOf([[1, Number.NaN]])).toBeNaN()
})

it('sums times a small factor are finite where they can be, and 0 for a factor of 0', () => {
  expect(halfSquares(1e-20, [[1e160], [2e160]])).toBeCloseTo(2.5e300, -288)
  expect(halfSquares(1, [[1e160]])).toBe(Infinity)
  expect(halfSquares(0, [[1e160, Infinity]])).toBe(0)
  expect(halfSquares(0.5, [[1, 2], [3]])).toBe(3.5)
  expect(magnitudes(1e-3, [[1e308, -1e308]]) / 2e305).toBeCloseTo(1, 12)
  expect(magnitudes(0, [[Infinity]])).toBe(0)
  expect(magnitudes(2, [[1, -2], [3]])).toBe(12)
})

const withWeight = (regularization: { l1?: number; l2?: number }, weight: number, input = 1) =>
  createNetwork({
    inputs: 1,
    layers: [{ units: 1, weightInit: [[weight]], bias: false }],
    dtype: 'float64',
    loss: 'meanAbsoluteError',
    regularization,
    seed: 1,
  }).then((network) => network.gradients([[input]], [[0]]))

it('a penalty of large weights is the number that it is, or refused like the loss', async () => {
  expect((await withWeight({ l1: 0.01 }, 1e160)).penalty).toBe(0.01 * 1e160)
  expect((await withWeight({ l2: 1e-20 }, 1e160)).penalty / 5e299).toBeCloseTo(1, 12)
  await expectRefusal(withWeight({ l2: 0.01 }, 1e160), 'NOT_FINITE', /^gradients: expected the penalty to be finite/)
})

it('the norm of small gradients is not 0', async () => {
  expect((await withWeight({}, 1, 2e-200)).norm / 2e-200).toBeCloseTo(1, 12)
})
