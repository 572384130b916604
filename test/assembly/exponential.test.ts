// exp, tanh, log and log1p against results with 40 digits (fixtures/make/exponential.py), in wasm and in TypeScript, and the two
// against each other. The bounds are the largest errors of sweeps, rounded up: over all float32 arguments (exp 0.991, tanh
// 2.653) and 72 million of float64 (exp 1.048, tanh 2.670, log 0.859, log1p 0.846). One ulp is the spacing of the type at
// the exact result.
import { describe, expect, it } from 'vitest'
import * as float32 from '../../src/engines/typescript/float32/exponential.ts'
import * as float64 from '../../src/engines/typescript/float64/exponential.ts'
import { log, log1p } from '../../src/numerics/logarithms.ts'
import fixtures from '../fixtures/exponential.json' with { type: 'json' }
import { dtypes, eachDtype, firstDifference, randomNumbers, testingModule } from './testing-module.ts'

const module = testingModule()
const twins = { Float32: float32, Float64: float64 }
const logarithms = { log, log1p }

type Dtype = (typeof dtypes)[number]
type Values = Float32Array | Float64Array
type Kernel = (values: Values) => ArrayLike<number>

/** The vector kernel on any number of values of the dtype. */
function inWasm(name: 'exp' | 'tanh', dtype: Dtype): Kernel {
  return (values) => {
    module.reset()
    const bytes = Math.ceil((values.length * dtype.bytes) / 16) * 16
    const address = module.allocate(bytes)
    new dtype.View(module.kernels.memory.buffer, address).set(values)
    module.kernels[`${name}${dtype.name}`](address, bytes)
    return new dtype.View(module.kernels.memory.buffer, address, values.length).slice()
  }
}

const inTypeScript =
  (name: 'exp' | 'tanh', dtype: Dtype): Kernel =>
  (values) =>
    values.map(twins[dtype.name][name])

const [single, double] = dtypes
const logarithm =
  (of: (x: number) => number): Kernel =>
  (values) =>
    values.map(of)

/** The spacing of a type at a number that is not 0 */
function unitInLastPlace(value: number, dtype: Dtype): number {
  const [digits, least] = dtype === single ? [24, 2 ** -149] : [53, 2 ** -1074]
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  // Math.log2 may round up to the next integer.
  const power = 2 ** exponent > Math.abs(value) ? 2 ** (exponent - 1) : 2 ** exponent
  return Math.max(power * 2 ** (1 - digits), least)
}

/** The largest error over a fixture, in ulp */
function largestError(kernel: Kernel, fixture: keyof typeof fixtures, dtype: Dtype): number {
  const { arguments: values, results, residuals } = fixtures[fixture]
  const actual = kernel(new dtype.View(values))
  const expected = new dtype.View(results)
  let largest = 0
  for (let i = 0; i < expected.length; i++) {
    const distance = (actual[i] - expected[i]) / unitInLastPlace(expected[i], dtype)
    const error = Math.abs(distance - residuals[i] / 100)
    if (!(error <= largest)) largest = error
  }
  return largest
}

describe.each([
  ['wasm', inWasm, module.kernels],
  ['TypeScript', inTypeScript, logarithms],
] as const)('in %s', (_, kernelOf, { log, log1p }) => {
  it('exp is within 1 ulp in float32', () => {
    expect(largestError(kernelOf('exp', single), 'expFloat32', single)).toBeLessThanOrEqual(1)
  })

  it('exp is within 1.1 ulp in float64', () => {
    expect(largestError(kernelOf('exp', double), 'expFloat64', double)).toBeLessThanOrEqual(1.1)
  })

  it('tanh is within 2.7 ulp in float32', () => {
    expect(largestError(kernelOf('tanh', single), 'tanhFloat32', single)).toBeLessThanOrEqual(2.7)
  })

  it('tanh is within 2.8 ulp in float64', () => {
    expect(largestError(kernelOf('tanh', double), 'tanhFloat64', double)).toBeLessThanOrEqual(2.8)
  })

  it('log is within 0.9 ulp', () => {
    expect(largestError(logarithm(log), 'log', double)).toBeLessThanOrEqual(0.9)
  })

  it('log1p is within 0.9 ulp', () => {
    expect(largestError(logarithm(log1p), 'log1p', double)).toBeLessThanOrEqual(0.9)
  })

  describe.each(eachDtype)('with %s', (_, dtype) => {
    const of = (name: 'exp' | 'tanh', ...values: number[]) => [
      ...Array.from(kernelOf(name, dtype)(new dtype.View(values))),
    ]
    const [least, lastFinite, firstInfinite] =
      dtype === single ? [-104, 88.72283172607422, 88.72283935546875] : [-746, 709.782712893384, 709.7827128933841]

    it('exp goes from 0 to infinity, and keeps NaN', () => {
      expect(of('exp', Number.NEGATIVE_INFINITY, -1e30, least, 0, -0)).toEqual([0, 0, 0, 1, 1])
      expect(of('exp', firstInfinite, 1e30, Number.POSITIVE_INFINITY)).toEqual(
        new Array(3).fill(Number.POSITIVE_INFINITY),
      )
      expect(of('exp', lastFinite)[0]).toBeLessThan(Number.POSITIVE_INFINITY)
      expect(of('exp', Number.NaN)).toEqual([Number.NaN])
    })

    it('exp reaches the smallest subnormal', () => {
      expect(of('exp', dtype === single ? -103.5 : -745)).toEqual([dtype === single ? 2 ** -149 : 2 ** -1074])
    })

    it('tanh is ±1 far out, keeps ±0 and NaN, and is odd', () => {
      expect(of('tanh', Number.POSITIVE_INFINITY, 1e30, 22, Number.NEGATIVE_INFINITY, -22)).toEqual([1, 1, 1, -1, -1])
      expect(of('tanh', 0, -0)).toEqual([0, -0])
      expect(of('tanh', Number.NaN)).toEqual([Number.NaN])
      const values = randomNumbers(1000, 4, 0, 12)
      expect(of('tanh', ...values.map((value) => -value))).toEqual(of('tanh', ...values).map((value) => -value))
    })

    it('tanh stays within −1 … 1 and keeps the smallest numbers', () => {
      expect(of('tanh', ...randomNumbers(10_000, 5, -25, 25)).filter((value) => Math.abs(value) > 1)).toEqual([])
      const smallest = dtype === single ? 2 ** -149 : 2 ** -1074
      expect(of('tanh', smallest, -smallest)).toEqual([smallest, -smallest])
    })
  })

  it('log and log1p have their special values', () => {
    expect(log(1)).toBe(0)
    expect(log(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY)
    expect(log1p(0)).toBe(0)
    expect(log1p(Number.MIN_VALUE)).toBe(Number.MIN_VALUE)
  })
})

describe('wasm and TypeScript', () => {
  /** 40 000 numbers of any bits, NaN and infinities among them, and 60 000 where results are neither 0 nor 1 */
  function anyNumbers(dtype: Dtype): Values {
    const words = Uint32Array.from(randomNumbers(80_000, 6, 0, 2 ** 32))
    const bits = new dtype.View(words.buffer, 0, 40_000)
    return new dtype.View([...bits, ...randomNumbers(20_000, 7, -750, 750), ...randomNumbers(40_000, 8, -20, 20)])
  }

  describe.each(eachDtype)('agree to the bit with %s', (_, dtype) => {
    it.each(['exp', 'tanh'] as const)('on %s, for all fixtures and 100 000 other arguments', (name) => {
      for (const values of [new dtype.View(fixtures[`${name}${dtype.name}`].arguments), anyNumbers(dtype)]) {
        const wasm = inWasm(name, dtype)(values)
        const place = firstDifference(inTypeScript(name, dtype)(values), wasm)
        expect(place, `at ${values[place]}`).toBe(-1)
      }
    })
  })

  it.each(['log', 'log1p'] as const)('agree to the bit on %s, for all fixtures and 100 000 other arguments', (name) => {
    const others = anyNumbers(double).map(Math.abs)
    for (const values of [new Float64Array(fixtures[name].arguments), others]) {
      // log is for normal numbers, log1p for those from 0 to 1; NaN is for neither.
      const valid = values.filter((value) => (name === 'log' ? value >= 2 ** -1022 : value >= 0 && value <= 1))
      const place = firstDifference(valid.map(logarithms[name]), valid.map(module.kernels[name]))
      expect(place, `at ${valid[place]}`).toBe(-1)
    }
  })
})
