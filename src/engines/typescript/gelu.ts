// The Gaussian error linear unit and its tanh form (Hendrycks, Gimpel, 2016) in float64, operation by operation what
// assembly/kernels/gelu.ts does, which says where P comes from: Φ(−a) = e^(−a²/2) · P(t) / (a + 4),  t = (a − 4) / (a + 4).
import { exp } from './float64/exponential.ts'

const P = [
  0.7552851304157515, -0.6078966419718917, 0.38713740074221936, -0.1865218579596934, 0.06039657489067665,
  -0.007540188965625017, -0.0034796923618040597, 0.0016308184424805887, 0.00013334424978358428, -0.00023109482414997105,
  -1.9078434059248706e-6, 3.51442149682578e-5, 7.149308325478401e-7, -5.919013186154044e-6, -6.249906995369785e-7,
  1.0200713392568465e-6, 2.6354310560684456e-7, -1.546196819122192e-7, -7.634712843441086e-8, 1.4842390072751344e-8,
  1.3976528155950821e-8, -1.015295717649618e-11, -9.990624160023276e-10,
]

function magnitude(x: number): number {
  const a = Math.abs(x)
  return a > 40 ? 40 : a
}

const double = new Float64Array(1)
const doubleWords = new Uint32Array(double.buffer)

/** e^(−a²/2), the square exact in two parts */
function gaussian(a: number): number {
  double[0] = a
  doubleWords[0] &= -134217728
  const high = double[0]
  const low = a - high
  const square = a * a
  const cross = (high + high) * low
  const rest = high * high - square + cross + low * low
  const power = exp(-(square * 0.5))
  return power - power * (rest * 0.5)
}

/** Φ(x), from a = |x| and e^(−a²/2) */
function distribution(x: number, a: number, gauss: number): number {
  const inverse = 1 / (a + 4)
  const t = (a - 4) * inverse
  let series = P[P.length - 1]
  for (let i = P.length - 2; i >= 0; i--) series = series * t + P[i]
  const tail = gauss * (series * inverse)
  return x > 0 ? 1 - tail : tail
}

/** x · Φ(x) */
export function gelu(x: number): number {
  const a = magnitude(x)
  return x * distribution(x, a, gaussian(a))
}

/** Φ(x) + x · φ(x) */
export function geluDerivative(x: number): number {
  const a = magnitude(x)
  const gauss = gaussian(a)
  return distribution(x, a, gauss) + x * (gauss * 0.3989422804014327)
}

const C1 = 1.5957691216057308 // 2 · √(2/π)
const C3 = 0.07135481627260025 // C1 · 0.044715

/** x / (1 + e^−v),  v = 2 · √(2/π) · (x + 0.044715 · x³) */
export function geluTanh(x: number): number {
  const v = x * (C1 + C3 * (x * x))
  const power = exp(-Math.abs(v))
  return (v > 0 ? x : x * power) / (1 + power)
}

/** s + x · s · (1 − s) · v′ with s = 1 / (1 + e^−v) */
export function geluTanhDerivative(value: number): number {
  const x = value > 40 ? 40 : value < -40 ? -40 : value
  const square = x * x
  const v = x * (C1 + C3 * square)
  const slope = C1 + 3 * C3 * square
  const power = exp(-Math.abs(v))
  const inverse = 1 / (1 + power)
  const s = (v > 0 ? 1 : power) * inverse
  const bell = power * inverse * inverse
  return s + x * slope * bell
}
