// exp, tanh and logarithms of one number, operation by operation what assembly/kernels/exponential.ts does in a lane.
import {
  expQuotient,
  HIGHEST_EXPONENT,
  INVERSE_LN2,
  LOWEST_EXPONENT,
  MINUS_LN2_HIGH,
  MINUS_LN2_LOW,
  ROUNDING,
  round,
  TANH_LIMIT,
} from './dtype.ts'

/** 2^n at n + 1074, exact */
const powersOfTwo = new Float64Array(1074 + 1024)
for (let n = 0, power = 1; n < 1024; n++, power *= 2) powersOfTwo[1074 + n] = power
for (let n = 1, power = 0.5; n <= 1074; n++, power /= 2) powersOfTwo[1074 - n] = power

/** e^r − 1 with r = x − n · ln 2 */
function reducedExpm1(x: number, n: number): number {
  const r = round(round(x + round(n * MINUS_LN2_HIGH)) + round(n * MINUS_LN2_LOW))
  const r2 = round(r * r)
  return round(round(expQuotient(r, r2) * r2) + r)
}

/** e^x */
export function exp(value: number): number {
  const below = HIGHEST_EXPONENT < value ? HIGHEST_EXPONENT : value
  const x = below < LOWEST_EXPONENT ? LOWEST_EXPONENT : below
  const n = round(round(round(x * INVERSE_LN2) + ROUNDING) - ROUNDING)
  const half = n >> 1
  const power = round(1 + reducedExpm1(x, n))
  return round(round(power * powersOfTwo[1074 + half]) * powersOfTwo[1074 + (n | 0) - half])
}

/** tanh x = t / (t + 2) with t = e^(2|x|) − 1, and the sign of x */
export function tanh(value: number): number {
  const magnitude = value < 0 ? -value : value
  const double = round(magnitude + magnitude)
  const x = TANH_LIMIT < double ? TANH_LIMIT : double
  const n = round(round(round(x * INVERSE_LN2) + ROUNDING) - ROUNDING)
  const power = powersOfTwo[1074 + (n | 0)]
  const t = round(round(reducedExpm1(x, n) * power) + round(power - 1))
  const result = round(t / round(t + 2))
  if (value === 0) return value // keeps −0
  return value < 0 ? -result : result
}

const double = new Float64Array(1)
const doubleWords = new Uint32Array(double.buffer)

/** ln(1 + f) with √½ − 1 ≤ f ≤ √2 − 1 (fdlibm's e_log.c); float64 in both copies */
function logReduced(f: number, k: number, correction: number): number {
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const half = 0.5 * f * f
  return k * 0.6931471803691238 - (half - (s * (half + (even + odd)) + (k * 1.9082149292705877e-10 + correction)) - f)
}

/** The exponent of x as a multiple of √½ … √2; leaves x / 2^k in `double`. */
function splitExponent(x: number): number {
  double[0] = x
  const k = ((doubleWords[1] + 0x00095f64) >>> 20) - 1023
  doubleWords[1] -= k << 20
  return k
}

/** ln x for a normal x > 0, in float64 */
export function log(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x
  const k = splitExponent(x)
  return logReduced(double[0] - 1, k, 0)
}

/** ln(1 + x) for x ≥ 0, in float64 */
export function log1p(x: number): number {
  const u = 1 + x
  if (u === 1) return x
  if (u === Number.POSITIVE_INFINITY) return u
  const k = splitExponent(u)
  const lost = (k > 0 ? 1 - (u - x) : x - (u - 1)) / u
  return logReduced(double[0] - 1, k, lost)
}
