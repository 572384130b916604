// ln x and ln(1 + x) in float64 from + − · / alone, so that every JavaScript engine gives the same bits; the twin of those in
// assembly/kernels/exponential.ts.

const double = new Float64Array(1)
const doubleWords = new Uint32Array(double.buffer)

/** ln(1 + f) with √½ − 1 ≤ f ≤ √2 − 1 (fdlibm's e_log.c) */
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

/** ln x for a normal x > 0 */
export function log(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x
  const k = splitExponent(x)
  return logReduced(double[0] - 1, k, 0)
}

/** ln(1 + x) for 0 ≤ x ≤ 1 */
export function log1p(x: number): number {
  const u = 1 + x
  if (u === 1) return x
  const k = splitExponent(u)
  return logReduced(double[0] - 1, k, (x - (u - 1)) / u)
}
