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

// 16 bytes of ones, then 16 of zeros: read from 16 − n, the first n bytes are ones.
const MASKS: usize = memory.data<u64>([0xffffffffffffffff, 0xffffffffffffffff, 0, 0])
