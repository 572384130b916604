// exp and tanh of one number, operation by operation what assembly/kernels/exponential.ts does in a lane.
import {
  EXPM1_LIMIT,
  expQuotient,
  HIGHEST_EXPONENT,
  HIGHEST_NORMAL_EXPONENT,
  LOWEST_EXPONENT,
  LOWEST_NORMAL_EXPONENT,
  log1pSeries,
  remainder,
  round,
  wholeQuotient,
} from './dtype.ts'

/** 2^n at n + 1074, exact */
const powersOfTwo = new Float64Array(1074 + 1024)
for (let n = 0, power = 1; n < 1024; n++, power *= 2) powersOfTwo[1074 + n] = power
for (let n = 1, power = 0.5; n <= 1074; n++, power /= 2) powersOfTwo[1074 - n] = power

/** e^r − 1 with r = x − n · ln 2 */
function reducedExpm1(x: number, n: number): number {
  const r = remainder(x, n)
  const r2 = round(r * r)
  return round(round(expQuotient(r, r2) * r2) + r)
}

/** e^x */
export function exp(value: number): number {
  const below = HIGHEST_EXPONENT < value ? HIGHEST_EXPONENT : value
  return scaledExp(1, below < LOWEST_EXPONENT ? LOWEST_EXPONENT : below)
}

/** factor · e^x, rounded as if e^x could not leave the type */
export function scaledExp(factor: number, x: number): number {
  const n = wholeQuotient(x)
  const half = n >> 1
  const power = round(round(1 + reducedExpm1(x, n)) * powersOfTwo[1074 + half])
  return round(round(factor * power) * powersOfTwo[1074 + (n | 0) - half])
}

/** e^x where that is a normal number, elsewhere about the smallest or largest one: shorter, for 1 + e^x and the like */
export function expNormal(value: number): number {
  const below = HIGHEST_NORMAL_EXPONENT < value ? HIGHEST_NORMAL_EXPONENT : value
  const x = below < LOWEST_NORMAL_EXPONENT ? LOWEST_NORMAL_EXPONENT : below
  const n = wholeQuotient(x)
  return round(round(1 + reducedExpm1(x, n)) * powersOfTwo[1074 + (n | 0)])
}

/** The same for x ≤ 0, but 0 where e^x is not a normal number */
export function expOrZero(x: number): number {
  return x < LOWEST_NORMAL_EXPONENT ? 0 : expNormal(x)
}

/** e^x − 1 = 2^n · (e^r − 1) + (2^n − 1) for |x| ≤ EXPM1_LIMIT */
function expm1Within(x: number): number {
  const n = wholeQuotient(x)
  const power = powersOfTwo[1074 + (n | 0)]
  return round(round(reducedExpm1(x, n) * power) + round(power - 1))
}

/** e^x − 1 for x ≤ 0; 0 for positive x */
export function expm1Negative(value: number): number {
  const x = value > 0 ? 0 : value
  return expm1Within(x < -EXPM1_LIMIT ? -EXPM1_LIMIT : x)
}

/** tanh x = t / (t + 2) with t = e^(2|x|) − 1, and the sign of x */
export function tanh(value: number): number {
  const magnitude = value < 0 ? -value : value
  const double = round(magnitude + magnitude)
  const t = expm1Within(EXPM1_LIMIT < double ? EXPM1_LIMIT : double)
  const result = round(t / round(t + 2))
  if (value === 0) return value // keeps −0
  return value < 0 ? -result : result
}

/** ln(1 + x) for 0 ≤ x ≤ 1: 2 artanh s with s = x / (2 + x) */
export function log1pUnit(x: number): number {
  const s = round(x / round(2 + x))
  const z = round(s * s)
  const double = round(2 * s)
  return round(round(round(double * z) * log1pSeries(z)) + double)
}
