// exp, expm1's parts, tanh and logarithms, from + − · / alone, so that every engine gives the same bits.
// The twins are src/engines/typescript/float32/exponential.ts and src/numerics/logarithms.ts; test/assembly/exponential.test.ts judges both.
//
//   e^x = 2^n · e^r,  n = round(x / ln 2),  r = x − n · ln 2 (in two parts),  |r| ≤ 0.3466
//   e^r = 1 + (r + r² · q(r)),  q minimax of degree 9 (float64, relative error 3.7e-18) or 4 (float32, 3.1e-9)
//
// Largest errors measured: exp 1.05 ulp in float64, 0.99 in float32 (all arguments), subnormal results and overflow to
// infinity included; tanh 2.7 ulp; log, log1p 0.9 ulp.
import { multiplyAdd } from './vector'

// The constants are loaded, not written in place: V8 builds a v128.const anew in every turn of a loop.
// Offsets in elements: 0 lowest, 1 highest argument, 2 1/ln 2, 3 rounding constant, 4, 5 −ln 2 in two parts, 6 … q,
// 16 lowest, 17 highest argument whose result and its factor 2^n are normal numbers, 18 the least magnitude of the two
const FLOAT64_TABLE: usize = memory.data<f64>([
  -746, 710, 1.4426950408889634, 6755399441055744,
  -0.6931471803691238, -1.9082149292705877e-10,
  0.5000000000000011, 0.16666666666666413, 0.041666666666530155, 0.008333333333494465, 0.0013888888943630203,
  0.00019841269506569952, 2.4801493098806817e-5, 2.755758638206904e-6, 2.763024841530589e-7, 2.5000058886465766e-8,
  -708, 709, 708,
])
const FLOAT32_TABLE: usize = memory.data<f32>([
  -104, 89, 1.4426950216293335, 12582912,
  -0.693359375, 0.00021219444170128554,
  0.4999999403953552, 0.1666652113199234, 0.04166838899254799, 0.008368716575205326, 0.001381459878757596,
  0, 0, 0, 0, 0, -87, 88, 87,
])

// @ts-ignore: decorator
@inline
function constant<T>(index: usize): v128 {
  return v128.load_splat<T>((sizeof<T>() == 4 ? FLOAT32_TABLE : FLOAT64_TABLE) + index * sizeof<T>())
}

/** x / ln 2 + rounding constant: the integer n in the low bits, and as a number after taking the constant off. */
// @ts-ignore: decorator
@inline
function shiftedQuotient<T>(x: v128): v128 {
  return v128.add<T>(v128.mul<T>(x, constant<T>(2)), constant<T>(3))
}

/** e^r − 1 = r + r² · q(r) */
// @ts-ignore: decorator
@inline
function reducedExpm1<T>(x: v128, shifted: v128): v128 {
  const n = v128.sub<T>(shifted, constant<T>(3))
  const r = v128.add<T>(v128.add<T>(x, v128.mul<T>(n, constant<T>(4))), v128.mul<T>(n, constant<T>(5)))
  const r2 = v128.mul<T>(r, r)
  const q01 = multiplyAdd<T>(constant<T>(7), r, constant<T>(6))
  const q23 = multiplyAdd<T>(constant<T>(9), r, constant<T>(8))
  if (sizeof<T>() == 4) {
    const q = multiplyAdd<T>(multiplyAdd<T>(constant<T>(10), r2, q23), r2, q01)
    return multiplyAdd<T>(q, r2, r)
  }
  // Pairs instead of one chain: the latency of 6 operations instead of 10.
  const r4 = v128.mul<T>(r2, r2)
  const q45 = multiplyAdd<T>(constant<T>(11), r, constant<T>(10))
  const q67 = multiplyAdd<T>(constant<T>(13), r, constant<T>(12))
  const q89 = multiplyAdd<T>(constant<T>(15), r, constant<T>(14))
  const q0123 = multiplyAdd<T>(q23, r2, q01)
  const q4567 = multiplyAdd<T>(q67, r2, q45)
  const q = multiplyAdd<T>(multiplyAdd<T>(q89, r4, q4567), r4, q0123)
  return multiplyAdd<T>(q, r2, r)
}

/** 2^n for the n in the low bits of each lane, −1022 ≤ n ≤ 1023 (float32: −126 ≤ n ≤ 127) */
// @ts-ignore: decorator
@inline
function powerOfTwo<T>(n: v128): v128 {
  if (sizeof<T>() == 4) return v128.shl<i32>(v128.add<i32>(n, v128.splat<i32>(127)), 23)
  return v128.shl<i64>(v128.add<i64>(n, v128.splat<i64>(1023)), 52)
}

/** Whether any lane of a comparison is true */
// @ts-ignore: decorator
@inline
function anyLane<T>(mask: v128): i32 {
  return sizeof<T>() == 4 ? i32x4.bitmask(mask) : i64x2.bitmask(mask)
}

// @ts-ignore: decorator
@inline
function clamp<T>(x: v128, lowest: usize): v128 {
  return v128.pmax<T>(v128.pmin<T>(x, constant<T>(lowest + 1)), constant<T>(lowest)) // keeps NaN
}

/** e^x */
// @ts-ignore: decorator
@inline
export function exp<T>(value: v128): v128 {
  return scaledExp<T>(v128.splat<T>(<T>1), clamp<T>(value, 0), false)
}

/**
 * factor · e^x for x from −112 to 89 (float64: −752 to 710), rounded as if e^x could not leave the type: x · e^x is right
 * where e^x alone is subnormal or 0. Without `scales` the factor is 1.
 */
// @ts-ignore: decorator
@inline
export function scaledExp<T>(factor: v128, x: v128, scales: bool = true): v128 {
  const shifted = shiftedQuotient<T>(x)
  const expm1 = reducedExpm1<T>(x, shifted)
  // 2^n in two halves: one factor alone would overflow before the result does, and could not reach the subnormals.
  // The shift needs n as an integer: that of float64 sits in the low 32 bits of its lane.
  const n = sizeof<T>() == 4 ? v128.sub<i32>(shifted, constant<T>(3)) : shifted
  const half = v128.shr<i32>(n, 1)
  const rest = v128.sub<i32>(n, half)
  const power = v128.mul<T>(v128.add<T>(v128.splat<T>(<T>1), expm1), powerOfTwo<T>(half))
  return v128.mul<T>(scales ? v128.mul<T>(factor, power) : power, powerOfTwo<T>(rest))
}

/** e^x where that is a normal number, elsewhere about the smallest or largest one: shorter, for 1 + e^x and the like */
// @ts-ignore: decorator
@inline
export function expNormal<T>(value: v128): v128 {
  let x = value
  // Hardly ever: the processor foretells the branch, where the clamp's two operations would hold up all that follow.
  if (anyLane<T>(v128.gt<T>(v128.abs<T>(value), constant<T>(18)))) x = clamp<T>(value, 16)
  const shifted = shiftedQuotient<T>(x)
  const n = sizeof<T>() == 4 ? v128.sub<i32>(shifted, constant<T>(3)) : shifted
  return v128.mul<T>(v128.add<T>(v128.splat<T>(<T>1), reducedExpm1<T>(x, shifted)), powerOfTwo<T>(n))
}

/** The same for x ≤ 0, but 0 where e^x is not a normal number */
// @ts-ignore: decorator
@inline
export function expOrZero<T>(x: v128): v128 {
  return v128.andnot(expNormal<T>(x), v128.lt<T>(x, constant<T>(16)))
}

/** Beyond it, and below its negative, e^x − 1 is not told from e^x, or from −1. */
// @ts-ignore: decorator
@inline
function expm1Limit<T>(): i32 {
  return sizeof<T>() == 4 ? 20 : 44
}

/** e^x − 1 = 2^n · (e^r − 1) + (2^n − 1) for |x| ≤ expm1Limit */
// @ts-ignore: decorator
@inline
function expm1Within<T>(x: v128): v128 {
  const shifted = shiftedQuotient<T>(x)
  const n = sizeof<T>() == 4 ? v128.sub<i32>(shifted, constant<T>(3)) : shifted
  const power = powerOfTwo<T>(n)
  return v128.add<T>(v128.mul<T>(reducedExpm1<T>(x, shifted), power), v128.sub<T>(power, v128.splat<T>(<T>1)))
}

/** e^x − 1 for x ≤ 0; 0 for positive x */
// @ts-ignore: decorator
@inline
export function expm1Negative<T>(value: v128): v128 {
  const x = v128.pmin<T>(value, v128.splat<T>(<T>0))
  return expm1Within<T>(v128.pmax<T>(x, v128.splat<T>(<T>-expm1Limit<T>())))
}

/** tanh x = t / (t + 2) with t = e^(2|x|) − 1, and the sign of x */
// @ts-ignore: decorator
@inline
export function tanh<T>(value: v128): v128 {
  const sign = v128.splat<T>(<T>-0.0)
  const magnitude = v128.andnot(value, sign)
  // Beyond 22 (float32: 10) the result is 1.
  const t = expm1Within<T>(v128.pmin<T>(v128.add<T>(magnitude, magnitude), v128.splat<T>(<T>expm1Limit<T>())))
  const result = v128.div<T>(t, v128.add<T>(t, v128.splat<T>(<T>2)))
  return v128.or(result, v128.and(value, sign))
}

// (artanh s / s − 1) / s² for s² ≤ 1/9, minimax: relative error 1.0e-18 in float64, 4.6e-9 in float32
const LOG1P_FLOAT64: usize = memory.data<f64>([
  0.33333333333333126, 0.20000000000095602, 0.14285714271080385, 0.11111112196826438, 0.09090863507259703,
  0.07693476854008763, 0.06647726440150507, 0.060759814392574066, 0.040659999790842866, 0.08707749324907296,
])
const LOG1P_FLOAT32: usize = memory.data<f32>([
  0.3333320617675781, 0.20010849833488464, 0.13999570906162262, 0.14012229442596436,
])

/** ln(1 + x) for 0 ≤ x ≤ 1: 2 artanh s with s = x / (2 + x); at most 2 ulp */
// @ts-ignore: decorator
@inline
export function log1pUnit<T>(x: v128): v128 {
  const two = v128.splat<T>(<T>2)
  const s = v128.div<T>(x, v128.add<T>(two, x))
  const z = v128.mul<T>(s, s)
  const table = sizeof<T>() == 4 ? LOG1P_FLOAT32 : LOG1P_FLOAT64
  const last: usize = sizeof<T>() == 4 ? 3 : 9
  let series = v128.load_splat<T>(table + last * sizeof<T>())
  for (let i = last; i > 0; i--) series = multiplyAdd<T>(series, z, v128.load_splat<T>(table + (i - 1) * sizeof<T>()))
  const double = v128.mul<T>(two, s)
  return multiplyAdd<T>(v128.mul<T>(double, z), series, double)
}

// 0, 1 ln 2 in two parts, 2 … 4 and 5 … 8 the series of 2 artanh s, its even and its odd terms (fdlibm's e_log.c)
const LOG_TABLE: usize = memory.data<f64>([
  0.6931471803691238, 1.9082149292705877e-10, 0.3999999999940942, 0.22222198432149784, 0.15313837699209373,
  0.6666666666666735, 0.2857142874366239, 0.1818357216161805, 0.14798198605116586,
])

// @ts-ignore: decorator
@inline
function logConstant(index: usize): v128 {
  return v128.load64_splat(LOG_TABLE + (index << 3))
}

/** a · b + c, also in the relaxed build */
// @ts-ignore: decorator
@inline
function multiplyThenAdd(a: v128, b: v128, c: v128): v128 {
  return f64x2.add(f64x2.mul(a, b), c)
}

/** ln(2^k · (1 + f)) with √½ − 1 ≤ f ≤ √2 − 1, from x = 2^k · (1 + f): s = f / (2 + f), 2 artanh s */
// @ts-ignore: decorator
@inline
function logReduced(x: v128, correction: v128): v128 {
  // Shifts the mantissa so that the exponent steps at √2.
  const exponent = i64x2.shr_u(i64x2.add(x, i64x2.splat(0x00095f6400000000)), 52)
  // An integer in the low bits of 2^52 is a number already.
  const k = f64x2.sub(v128.or(exponent, f64x2.splat(4503599627370496)), f64x2.splat(4503599627370496 + 1023))
  const reduced = i64x2.sub(x, i64x2.shl(i64x2.sub(exponent, i64x2.splat(1023)), 52))
  const f = f64x2.sub(reduced, f64x2.splat(1))
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f))
  const z = f64x2.mul(s, s)
  const w = f64x2.mul(z, z)
  const even = f64x2.mul(w, multiplyThenAdd(multiplyThenAdd(logConstant(4), w, logConstant(3)), w, logConstant(2)))
  const odd = f64x2.mul(z, multiplyThenAdd(
    multiplyThenAdd(multiplyThenAdd(logConstant(8), w, logConstant(7)), w, logConstant(6)), w, logConstant(5),
  ))
  const half = f64x2.mul(f64x2.mul(f64x2.splat(0.5), f), f)
  const tail = multiplyThenAdd(s, f64x2.add(half, f64x2.add(even, odd)), multiplyThenAdd(k, logConstant(1), correction))
  return f64x2.sub(f64x2.mul(k, logConstant(0)), f64x2.sub(f64x2.sub(half, tail), f))
}

/** ln x of two float64, for normal x > 0; infinity for infinity */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  return v128.bitselect(x, logReduced(x, f64x2.splat(0)), f64x2.eq(x, f64x2.splat(Infinity)))
}

/** ln(1 + x) of two float64, for 0 ≤ x ≤ 1 */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const one = f64x2.splat(1)
  const u = f64x2.add(one, x)
  // What rounding lost of x, relative to u: all of it where u is 1.
  const lost = f64x2.div(f64x2.sub(x, f64x2.sub(u, one)), u)
  return logReduced(u, lost)
}
