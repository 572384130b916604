// The numbers that parameters start with: distributions, dependence on seed, layer, part and index, the normal quantile.
import { describe, expect, it } from 'vitest'
import type { Options } from '../../src/options/option.ts'
import { initialize, normalQuantile } from '../../src/tables/draw.ts'
import { BIASES, type InitializerName, initializers, WEIGHTS } from '../../src/tables/initializers.ts'

const names = Object.keys(initializers) as InitializerName[]

/** A checked choice with the table's defaults, as config.ts makes it */
function chosen(name: InitializerName, given: Record<string, number> = {}) {
  const options: Options = initializers[name].options
  const defaults = Object.fromEntries(Object.entries(options).map(([key, option]) => [key, option.default]))
  return { name, options: { ...defaults, ...given } }
}

function weights(name: InitializerName, inputs: number, units: number, seed = 1, layer = 0): Float64Array {
  return initialize(chosen(name), inputs, units, seed, layer, WEIGHTS)
}

function moments(values: Float64Array): { mean: number; deviation: number; lowest: number; highest: number } {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  let lowest = Number.POSITIVE_INFINITY
  let highest = Number.NEGATIVE_INFINITY
  for (const value of values) {
    squares += (value - mean) ** 2
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  }
  return { mean, deviation: Math.sqrt(squares / values.length), lowest, highest }
}

describe('initialize', () => {
  const inputs = 200
  const units = 300

  it.each([
    ['glorotUniform', Math.sqrt(6 / 500)],
    ['heUniform', Math.sqrt(6 / 200)],
  ] as const)('%s fills −limit … limit evenly, limit = %d for 200 × 300', (name, limit) => {
    const { mean, deviation, lowest, highest } = moments(weights(name, inputs, units))
    expect(lowest).toBeGreaterThanOrEqual(-limit)
    expect(highest).toBeLessThanOrEqual(limit)
    expect(highest - lowest).toBeGreaterThan(1.999 * limit)
    expect(Math.abs(mean) / limit).toBeLessThan(0.01)
    expect(deviation / (limit / Math.sqrt(3))).toBeCloseTo(1, 2)
  })

  it.each([
    ['glorotNormal', Math.sqrt(2 / 500)],
    ['heNormal', Math.sqrt(2 / 200)],
    ['lecunNormal', Math.sqrt(1 / 200)],
    ['normal', 0.05],
  ] as const)('%s is normal around 0 with standard deviation %d for 200 × 300', (name, standardDeviation) => {
    const values = weights(name, inputs, units)
    const { mean, deviation, lowest, highest } = moments(values)
    expect(Math.abs(mean) / standardDeviation).toBeLessThan(0.02)
    expect(deviation / standardDeviation).toBeCloseTo(1, 2)
    // Untruncated: among 60 000 numbers, some lie beyond 3.5 deviations and none beyond 6.
    expect(Math.max(-lowest, highest) / standardDeviation).toBeGreaterThan(3.5)
    expect(Math.max(-lowest, highest) / standardDeviation).toBeLessThan(6)
    const within = values.filter((value) => Math.abs(value) < standardDeviation).length
    expect(within / values.length).toBeCloseTo(0.6827, 2)
  })

  it('uniform fills low … high, 0 … 1 by default', () => {
    const standard = moments(weights('uniform', inputs, units))
    expect(standard.lowest).toBeGreaterThanOrEqual(0)
    expect(standard.highest).toBeLessThan(1)
    expect(standard.mean).toBeCloseTo(0.5, 2)
    const shifted = moments(initialize(chosen('uniform', { low: -3, high: 5 }), inputs, units, 1, 0, WEIGHTS))
    expect(shifted.lowest).toBeGreaterThanOrEqual(-3)
    expect(shifted.lowest).toBeLessThan(-2.99)
    expect(shifted.highest).toBeLessThanOrEqual(5)
    expect(shifted.highest).toBeGreaterThan(4.99)
    expect(initialize(chosen('uniform', { low: 2, high: 2 }), 1, 2, 1, 0, WEIGHTS)).toEqual(Float64Array.of(2, 2))
  })

  it('normal has the mean and standard deviation asked for', () => {
    const { mean, deviation } = moments(
      initialize(chosen('normal', { mean: 10, standardDeviation: 2 }), inputs, units, 1, 0, WEIGHTS),
    )
    expect(mean).toBeCloseTo(10, 1)
    expect(deviation).toBeCloseTo(2, 1)
    const fixed = initialize(chosen('normal', { mean: 3, standardDeviation: 0 }), 1, 2, 1, 0, WEIGHTS)
    expect(fixed).toEqual(Float64Array.of(3, 3))
  })

  it('zeros and constant are what they say', () => {
    expect(weights('zeros', 2, 2)).toEqual(new Float64Array(4))
    expect(weights('constant', 2, 2)).toEqual(new Float64Array(4))
    expect(initialize(chosen('constant', { value: -1.5 }), 3, 2, 1, 0, BIASES)).toEqual(Float64Array.of(-1.5, -1.5))
  })

  it.each(names)('%s gives finite numbers, inputs × units weights and units biases', (name) => {
    for (const part of [WEIGHTS, BIASES]) {
      for (const [rows, columns] of [
        [1, 1],
        [1, 7],
        [5, 3],
      ]) {
        const values = initialize(chosen(name), rows, columns, 9, 2, part)
        expect(values).toHaveLength(part === WEIGHTS ? rows * columns : columns)
        expect(values.every(Number.isFinite)).toBe(true)
      }
    }
  })

  it.each(names.filter((name) => name !== 'zeros' && name !== 'constant'))(
    '%s gives the same for the same seed, other numbers for another seed, layer or part',
    (name) => {
      expect(weights(name, 4, 5)).toEqual(weights(name, 4, 5))
      const firsts = [
        weights(name, 4, 5)[0],
        weights(name, 4, 5, 2)[0],
        weights(name, 4, 5, 0xffffffff)[0],
        weights(name, 4, 5, 1, 1)[0],
        initialize(chosen(name), 4, 5, 1, 0, BIASES)[0],
      ]
      expect(new Set(firsts).size).toBe(firsts.length)
    },
  )

  it('gives a layer the same first rows, however many units the layer below has', () => {
    const narrow = weights('uniform', 3, 4, 1, 1)
    expect(weights('uniform', 8, 4, 1, 1).subarray(0, 12)).toEqual(narrow)
  })

  it('gives biases the fans of their layer', () => {
    const [one] = initialize(chosen('heUniform'), 1, 1, 1, 0, BIASES)
    const [many] = initialize(chosen('heUniform'), 64, 1, 1, 0, BIASES)
    expect(many).toBe(one / 8)
  })

  it('gives these numbers, in this version and in every later one', () => {
    expect([...weights('uniform', 1, 3)]).toEqual([0.722370505832397, 0.12676330631444088, 0.47948279309457864])
    expect([...weights('glorotUniform', 2, 2)]).toEqual([
      0.5446942731339635, -0.9142394528130839, -0.05025668786538984, 0.9096697305662236,
    ])
    expect([...weights('heNormal', 2, 2, 7, 3)]).toEqual([
      0.041434086431790564, 1.1800431536849534, 1.2952299525139026, -0.6561525137509634,
    ])
  })
})

describe('normalQuantile', () => {
  // q, z with Φ(z) = ½ + q for exactly this q: from erfc with 60 digits (mpmath), rounded once; every branch and its edges
  const quantiles = [
    [1e-300, 2.5066282746310005e-300],
    [1e-9, 2.506628274631001e-9],
    [0.001, 0.002506630899571764],
    [-0.1, -0.25334710313579983],
    [0.25, 0.6744897501960817],
    [0.4, 1.2815515655446006],
    [-0.425, -1.439531470938456],
    [0.42500000000000004, 1.4395314709384561],
    [0.45, 1.6448536269514729],
    [0.475, 1.9599639845400538],
    [-0.49, -2.3263478740408408],
    [0.4999, 3.7190164854557084],
    [-0.49999999, -5.612001244265849],
    [0.499999999985, 6.646570875293065],
    [0.49999999999, 6.706023143414748],
    [0.4999999999999, 7.348828748202311],
    [-0.49999999999999994, -8.292361075813595],
  ]

  it.each(quantiles)('of %d is %d within 1e-15 of it', (q, z) => {
    expect(Math.abs(normalQuantile(q) / z - 1)).toBeLessThan(1e-15)
  })

  it('is 0 at 0, odd, and rises', () => {
    expect(normalQuantile(0)).toBe(0)
    let previous = Number.NEGATIVE_INFINITY
    for (let step = 1; step < 2000; step++) {
      const q = step / 2000 - 0.5
      expect(normalQuantile(-q)).toBe(-normalQuantile(q))
      expect(normalQuantile(q)).toBeGreaterThan(previous)
      previous = normalQuantile(q)
    }
  })
})
