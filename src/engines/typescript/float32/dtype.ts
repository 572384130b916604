// What the two copies of this folder differ in. float64/ is made from float32/ by the build with ../float64.dtype.ts in
// this file's place: a copy per type, so that the JIT sees one kind of number and one kind of array in each.
//
// Short numbers come first and long ones stand in functions: esbuild writes those in place, where a variable of the module
// would be loaded and checked in every operation (the tutorial's epoch: 1.11 → 0.93 µs).

/** Byte address >>> SHIFT = index into Values */
export const SHIFT = 2

// e^x, see assembly/kernels/exponential.ts
export const LOWEST_EXPONENT = -104
export const HIGHEST_EXPONENT = 89
export const LOWEST_NORMAL_EXPONENT = -87
export const HIGHEST_NORMAL_EXPONENT = 88
/** Below it net · e^net rounds to 0. */
export const LOWEST_SILU = -112
export const EXPM1_LIMIT = 20
// What shrinks is taken for 0 below these, see assembly/kernels/vector.ts: derivatives, moments and decaying weights; means of
// squares; outputs, which may be any normal number
export const LEAST_VALUE = 7.888609052210118e-31
export const LEAST_SQUARE = 7.52316384526264e-37
export const LEAST_NORMAL = 1.1754943508222875e-38

/** Rounds the result of an operation to the type. */
export const round = Math.fround
export type Values = Float32Array
export const Values = Float32Array

/** x, or 0 where it is smaller than `least` */
export function flush(x: number, least: number): number {
  return Math.abs(x) < least ? 0 : x
}

/** x / ln 2 to the nearest integer: adding the constant rounds */
export function wholeQuotient(x: number): number {
  return round(round(round(x * 1.4426950216293335) + 12582912) - 12582912)
}

/** x − n · ln 2, in two parts */
export function remainder(x: number, n: number): number {
  return round(round(x + round(n * -0.693359375)) + round(n * 0.00021219444170128554))
}

/** (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2 */
export function expQuotient(r: number, r2: number): number {
  const q01 = round(0.4999999403953552 + round(0.1666652113199234 * r))
  const q23 = round(0.04166838899254799 + round(0.008368716575205326 * r))
  return round(round(round(round(0.001381459878757596 * r2) + q23) * r2) + q01)
}

const LOG1P = [0.3333320617675781, 0.20010849833488464, 0.13999570906162262, 0.14012229442596436]

/** (artanh s / s − 1) / s² by z = s² ≤ 1/9 */
export function log1pSeries(z: number): number {
  let series = LOG1P[LOG1P.length - 1]
  for (let i = LOG1P.length - 2; i >= 0; i--) series = round(round(series * z) + LOG1P[i])
  return series
}
