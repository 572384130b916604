// The numbers that parameters start with. They are float64 whatever the network's dtype and come from + − · / and Math.sqrt
// alone, so that they are the same in every JavaScript engine. Loaded where normal ones are named: the engines draw uniform
// ones themselves, to the same bits.
import { INITIALIZATION } from '../../assembly/ids.ts'
import { log } from '../numerics/logarithms.ts'
import { fillUniform } from '../numerics/random.ts'
import { type ChosenInitializer, type Distribution, distributionOf, WEIGHTS } from './initializers.ts'

/**
 * The first weights (inputs × units, row by row) or biases of layer number `layer`. A number depends on the seed, the layer,
 * the part and its index; biases have the fans of their layer.
 */
export function initialize(
  initializer: ChosenInitializer,
  inputs: number,
  units: number,
  seed: number,
  layer: number,
  part: number,
): Float64Array {
  const values = new Float64Array(part === WEIGHTS ? inputs * units : units)
  const distribution = distributionOf(initializer, inputs, units)
  fillUniform(values, seed, INITIALIZATION, layer, part)
  for (let index = 0; index < values.length; index++) values[index] = numberOf(distribution, values[index])
  return values
}

/** The number of a distribution that a uniform one in [0, 1) leads to */
function numberOf(distribution: Distribution, random: number): number {
  if (distribution.kind === 'uniform') return distribution.low + distribution.width * random
  // Moved by 2⁻⁵⁴ to the middle of its step: symmetric about 0 and never at ±½. Exact, since ½ goes first.
  const quantile = normalQuantile(random - 0.5 + 5.551115123125783e-17)
  return distribution.mean + distribution.standardDeviation * quantile
}

// Coefficients from the constant up: A / B near the middle, C / D in the tails, E / F far out
const A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
]
const B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852854,
]
const C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
]
const D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
]
const E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
]
const F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
  1.421511758316446e-7, 2.0442631033899397e-15,
]

/**
 * The z with Φ(z) = ½ + q, for −½ < q < ½: Wichura's Algorithm AS 241 (PPND16, Applied Statistics 37, 1988), relative error
 * below 1e-15. From q instead of ½ + q, so that no digits are lost in either tail.
 */
export function normalQuantile(q: number): number {
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(A, r)) / polynomial(B, r)
  }
  const r = Math.sqrt(-log(0.5 - Math.abs(q)))
  const z = r <= 5 ? polynomial(C, r - 1.6) / polynomial(D, r - 1.6) : polynomial(E, r - 5) / polynomial(F, r - 5)
  return q < 0 ? -z : z
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[7]
  for (let power = 6; power >= 0; power--) sum = sum * x + coefficients[power]
  return sum
}
