// What the two copies of this folder differ in: the build puts this file into float64/ as dtype.ts.

/** Rounds the result of an operation to the type: float64 is what JavaScript computes in. */
export const round = (x: number): number => x
export type Values = Float64Array
export const Values = Float64Array
/** Byte address >>> SHIFT = index into Values */
export const SHIFT = 3

// e^x, see assembly/kernels/exponential.ts
export const LOWEST_EXPONENT = -746
export const HIGHEST_EXPONENT = 710
export const LOWEST_NORMAL_EXPONENT = -708
export const HIGHEST_NORMAL_EXPONENT = 709
export const INVERSE_LN2 = 1.4426950408889634
export const ROUNDING = 6755399441055744
export const MINUS_LN2_HIGH = -0.6931471803691238
export const MINUS_LN2_LOW = -1.9082149292705877e-10
export const TANH_LIMIT = 44

/** (e^r − 1 − r) / r² for |r| ≤ ln 2 / 2 */
export function expQuotient(r: number, r2: number): number {
  const r4 = r2 * r2
  const q0123 = (0.041666666666530155 + 0.008333333333494465 * r) * r2 + (0.5000000000000011 + 0.16666666666666413 * r)
  const q45 = 0.0013888888943630203 + 0.00019841269506569952 * r
  const q67 = 2.4801493098806817e-5 + 2.755758638206904e-6 * r
  const q89 = 2.763024841530589e-7 + 2.5000058886465766e-8 * r
  return (q89 * r4 + (q67 * r2 + q45)) * r4 + q0123
}
