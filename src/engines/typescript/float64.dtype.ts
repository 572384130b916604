// What the two copies of this folder differ in: the build puts this file into float64/ as dtype.ts.

/** Byte address >>> SHIFT = index into Values */
export const SHIFT = 3

// e^x, see assembly/kernels/exponential.ts
export const LOWEST_EXPONENT = -746
export const HIGHEST_EXPONENT = 710
export const LOWEST_NORMAL_EXPONENT = -708
export const HIGHEST_NORMAL_EXPONENT = 709
/** Below it net · e^net rounds to 0. */
export const LOWEST_SILU = -752
export const EXPM1_LIMIT = 44
export const LEAST_VALUE = 1.0020841800044864e-292
export const LEAST_SQUARE = 1.424047269444609e-306
export const LEAST_NORMAL = 2.2250738585072014e-308

/**
 * Rounds the result of an operation to the type: float64 is what JavaScript computes in. A function statement: esbuild takes
 * its calls away.
 */
export function round(x: number): number {
  return x
}
export type Values = Float64Array
export const Values = Float64Array

/** x, or 0 where it is smaller than `least` */
export function flush(x: number, least: number): number {
  return Math.abs(x) < least ? 0 : x
}

/** x / ln 2 to the nearest integer: adding the constant rounds */
export function wholeQuotient(x: number): number {
  return x * 1.4426950408889634 + 6755399441055744 - 6755399441055744
}

/** x − n · ln 2, in two parts */
export function remainder(x: number, n: number): number {
  return x + n * -0.6931471803691238 + n * -1.9082149292705877e-10
}

/** (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2 */
export function expQuotient(r: number, r2: number): number {
  const r4 = r2 * r2
  const q0123 = (0.041666666666530155 + 0.008333333333494465 * r) * r2 + (0.5000000000000011 + 0.16666666666666413 * r)
  const q45 = 0.0013888888943630203 + 0.00019841269506569952 * r
  const q67 = 2.4801493098806817e-5 + 2.755758638206904e-6 * r
  const q89 = 2.763024841530589e-7 + 2.5000058886465766e-8 * r
  return (q89 * r4 + (q67 * r2 + q45)) * r4 + q0123
}

const LOG1P = [
  0.33333333333333126, 0.20000000000095602, 0.14285714271080385, 0.11111112196826438, 0.09090863507259703,
  0.07693476854008763, 0.06647726440150507, 0.060759814392574066, 0.040659999790842866, 0.08707749324907296,
]

/** (artanh s / s − 1) / s² by z = s² ≤ 1/9 */
export function log1pSeries(z: number): number {
  let series = LOG1P[LOG1P.length - 1]
  for (let i = LOG1P.length - 2; i >= 0; i--) series = round(round(series * z) + LOG1P[i])
  return series
}
