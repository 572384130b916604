// The Gaussian error linear unit and its tanh form, x · Φ(x) with Φ the normal distribution function (Hendrycks, Gimpel, 2016).
// In float64 for both dtypes: float32 rounds the result once. At most 4 ulp, or 1e-15 absolute.
//
//   Φ(−a) = e^(−a²/2) · R(a),  (a + 4) · R(a) = P(t),  t = (a − 4) / (a + 4),  0 ≤ a ≤ 40
//
// P of degree 22 interpolates at Chebyshev nodes: relative error 3.8e-17.
import { exp } from './exponential'

const LAST: usize = 22
const P_TABLE: usize = memory.data<f64>([
  0.7552851304157515, -0.6078966419718917, 0.38713740074221936, -0.1865218579596934, 0.06039657489067665,
  -0.007540188965625017, -0.0034796923618040597, 0.0016308184424805887, 0.00013334424978358428,
  -0.00023109482414997105, -1.9078434059248706e-6, 3.51442149682578e-5, 7.149308325478401e-7, -5.919013186154044e-6,
  -6.249906995369785e-7, 1.0200713392568465e-6, 2.6354310560684456e-7, -1.546196819122192e-7, -7.634712843441086e-8,
  1.4842390072751344e-8, 1.3976528155950821e-8, -1.015295717649618e-11, -9.990624160023276e-10,
])

// @ts-ignore: decorator
@inline
function magnitude(x: v128): v128 {
  return f64x2.pmin(f64x2.abs(x), f64x2.splat(40))
}

/** e^(−a²/2); the square is exact, in two parts: its rounding error would be multiplied by a²/2. */
// @ts-ignore: decorator
@inline
function gaussian(a: v128): v128 {
  const high = v128.and(a, i64x2.splat(-134217728)) // the upper 26 bits of the significand
  const low = f64x2.sub(a, high)
  const square = f64x2.mul(a, a)
  const cross = f64x2.mul(f64x2.add(high, high), low)
  const rest = f64x2.add(f64x2.add(f64x2.sub(f64x2.mul(high, high), square), cross), f64x2.mul(low, low))
  const half = f64x2.splat(0.5)
  const power = exp<f64>(f64x2.neg(f64x2.mul(square, half)))
  return f64x2.sub(power, f64x2.mul(power, f64x2.mul(rest, half)))
}

/** Φ(x), from a = |x| and e^(−a²/2) */
// @ts-ignore: decorator
@inline
function distribution(x: v128, a: v128, gauss: v128): v128 {
  const four = f64x2.splat(4)
  const one = f64x2.splat(1)
  const inverse = f64x2.div(one, f64x2.add(a, four))
  const t = f64x2.mul(f64x2.sub(a, four), inverse)
  let series = v128.load64_splat(P_TABLE + (LAST << 3))
  for (let i = LAST; i > 0; i--) series = f64x2.add(f64x2.mul(series, t), v128.load64_splat(P_TABLE + ((i - 1) << 3)))
  const tail = f64x2.mul(gauss, f64x2.mul(series, inverse))
  return v128.bitselect(f64x2.sub(one, tail), tail, f64x2.gt(x, f64x2.splat(0)))
}

export function gelu(x: v128): v128 {
  const a = magnitude(x)
  return f64x2.mul(x, distribution(x, a, gaussian(a)))
}

/** Φ(x) + x · φ(x) */
export function geluDerivative(x: v128): v128 {
  const a = magnitude(x)
  const gauss = gaussian(a)
  const density = f64x2.mul(gauss, f64x2.splat(0.3989422804014327))
  return f64x2.add(distribution(x, a, gauss), f64x2.mul(x, density))
}

const C1: f64 = 1.5957691216057308 // 2 · √(2/π)
const C3: f64 = 0.07135481627260025 // C1 · 0.044715

/** x / (1 + e^−v),  v = 2 · √(2/π) · (x + 0.044715 · x³): ½ x (1 + tanh(v/2)) without its cancellation */
export function geluTanh(x: v128): v128 {
  const v = f64x2.mul(x, f64x2.add(f64x2.splat(C1), f64x2.mul(f64x2.splat(C3), f64x2.mul(x, x))))
  const power = exp<f64>(f64x2.neg(f64x2.abs(v)))
  const numerator = v128.bitselect(x, f64x2.mul(x, power), f64x2.gt(v, f64x2.splat(0)))
  return f64x2.div(numerator, f64x2.add(f64x2.splat(1), power))
}

/** s + x · s · (1 − s) · v′ with s = 1 / (1 + e^−v); beyond ±40 the second term is 0. */
export function geluTanhDerivative(value: v128): v128 {
  const x = f64x2.pmax(f64x2.pmin(value, f64x2.splat(40)), f64x2.splat(-40))
  const square = f64x2.mul(x, x)
  const v = f64x2.mul(x, f64x2.add(f64x2.splat(C1), f64x2.mul(f64x2.splat(C3), square)))
  const slope = f64x2.add(f64x2.splat(C1), f64x2.mul(f64x2.splat(3 * C3), square))
  const one = f64x2.splat(1)
  const power = exp<f64>(f64x2.neg(f64x2.abs(v)))
  const inverse = f64x2.div(one, f64x2.add(one, power))
  const s = f64x2.mul(v128.bitselect(one, power, f64x2.gt(v, f64x2.splat(0))), inverse)
  const bell = f64x2.mul(f64x2.mul(power, inverse), inverse)
  return f64x2.add(s, f64x2.mul(f64x2.mul(x, slope), bell))
}
