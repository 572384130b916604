// Names for 128-bit vectors of T = f32 (4 lanes) or f64 (2 lanes).

export const VECTOR: usize = 16

/** a · b + c, lane by lane: a multiply and then an add, fused only in the relaxed build. */
// @ts-ignore: decorator
@inline
export function multiplyAdd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c)
  return v128.add<T>(v128.mul<T>(a, b), c)
}

/** The float64 value rounded to T, in all lanes. */
// @ts-ignore: decorator
@inline
export function splat<T>(value: f64): v128 {
  return v128.splat<T>(<T>value)
}

/** The first two lanes of a float32 vector as float64 */
// @ts-ignore: decorator
@inline
export function lowHalf(values: v128): v128 {
  return f64x2.promote_low_f32x4(values)
}

/** The last two */
// @ts-ignore: decorator
@inline
export function highHalf(values: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 1))
}

/** Two float64 vectors as one of float32 */
// @ts-ignore: decorator
@inline
export function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2)
}

/**
 * net − largest, in float64 and never below its least number: the difference of finite nets is finite. Infinite nets give NaN.
 */
// @ts-ignore: decorator
@inline
export function distance(net: v128, largest: v128): v128 {
  return f64x2.add(f64x2.pmax(f64x2.sub(net, largest), f64x2.splat(-f64.MAX_VALUE)), f64x2.sub(net, net))
}

/** All bits of the lanes that hold real columns in the last vector of a row of `units`. */
// @ts-ignore: decorator
@inline
export function lastVectorMask<T>(units: usize): v128 {
  const lanes = VECTOR / sizeof<T>()
  const used = units % lanes
  return v128.load(MASKS + (VECTOR - (used ? used : lanes) * sizeof<T>()))
}

// What decays geometrically would end among the subnormal numbers and stay there (0.9 · 4 units rounds to 4 units), where processors
// take up to a hundred times as long. So what shrinks is taken for 0 far above them: what is left has normal products with
// rates, weights and inputs. Squares go on to the least normal numbers, since their roots are compared with ε.
//
//   float32:  2^−126 smallest normal   2^−120 least square   2^−100 least value
//   float64:  2^−1022                  2^−1016               2^−970
const LEAST_FLOAT32: usize = memory.data<f32>([7.888609052210118e-31, 7.52316384526264e-37, 1.1754943508222875e-38])
const LEAST_FLOAT64: usize = memory.data<f64>([1.0020841800044864e-292, 1.424047269444609e-306, 2.2250738585072014e-308])

/** The least size of derivatives, first moments, velocities and decaying weights. Loaded once before a loop, as all constants */
// @ts-ignore: decorator
@inline
export function leastValue<T>(): v128 {
  return v128.load_splat<T>(sizeof<T>() == 4 ? LEAST_FLOAT32 : LEAST_FLOAT64)
}

/** The least mean of squares */
// @ts-ignore: decorator
@inline
export function leastSquare<T>(): v128 {
  return v128.load_splat<T>(sizeof<T>() == 4 ? LEAST_FLOAT32 + 4 : LEAST_FLOAT64 + 8)
}

/** The smallest normal number */
// @ts-ignore: decorator
@inline
export function leastNormal<T>(): v128 {
  return v128.load_splat<T>(sizeof<T>() == 4 ? LEAST_FLOAT32 + 8 : LEAST_FLOAT64 + 16)
}

/** x, or 0 where it is smaller than `least` */
// @ts-ignore: decorator
@inline
export function flush<T>(x: v128, least: v128): v128 {
  return v128.andnot(x, v128.lt<T>(v128.abs<T>(x), least))
}

// 16 bytes of ones, then 16 of zeros: read from 16 − n, the first n bytes are ones.
const MASKS: usize = memory.data<u64>([0xffffffffffffffff, 0xffffffffffffffff, 0, 0])
