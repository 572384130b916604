// The table of initializers, and the numbers that parameters start with. They are float64 whatever the network's dtype and
// come from + − · / and Math.sqrt alone, so that they are the same in every JavaScript engine.
import { INITIALIZATION } from '../../assembly/ids.ts'
import { log } from '../numerics/logarithms.ts'
import { fillUniform } from '../numerics/random.ts'
import { bare, type Chosen, type Options } from '../options/option.ts'

/** Numbers from `low` on over `width`, each as likely as any other */
interface Uniform {
  readonly low: number
  readonly width: number
}

/** A number that all are, uniform numbers, or what turns a uniform number in [0, 1) into one of the distribution */
type Distribution = number | Uniform | ((random: number) => number)

/** Which numbers of a layer: each part has its own. */
export const WEIGHTS = 0
export const BIASES = 1

interface Initializer {
  readonly options: Options
  readonly distribution: (inputs: number, units: number, options: ChosenInitializer['options']) => Distribution
}

const number = (value: number) => ({ kind: 'number', default: value }) as const

const table = {
  glorotUniform: {
    options: {},
    distribution: (inputs, units) => symmetric(Math.sqrt(6 / (inputs + units))),
  },
  glorotNormal: {
    options: {},
    distribution: (inputs, units) => normal(0, Math.sqrt(2 / (inputs + units))),
  },
  heUniform: {
    options: {},
    distribution: (inputs) => symmetric(Math.sqrt(6 / inputs)),
  },
  heNormal: {
    options: {},
    distribution: (inputs) => normal(0, Math.sqrt(2 / inputs)),
  },
  lecunNormal: {
    options: {},
    distribution: (inputs) => normal(0, Math.sqrt(1 / inputs)),
  },
  uniform: {
    options: { low: number(0), high: number(1) },
    distribution: (_inputs, _units, { low, high }) => uniform(Number(low), Number(high)),
  },
  normal: {
    options: { mean: number(0), standardDeviation: { kind: 'number', default: 0.05, min: 0 } },
    distribution: (_inputs, _units, { mean, standardDeviation }) => normal(Number(mean), Number(standardDeviation)),
  },
  zeros: {
    options: {},
    distribution: () => 0,
  },
  constant: {
    options: { value: number(0) },
    distribution: (_inputs, _units, { value }) => Number(value),
  },
} as const satisfies Record<string, Initializer>

export type InitializerName =
  | 'glorotUniform'
  | 'glorotNormal'
  | 'heUniform'
  | 'heNormal'
  | 'lecunNormal'
  | 'uniform'
  | 'normal'
  | 'zeros'
  | 'constant'
export const initializers: Readonly<Record<InitializerName, Initializer>> = bare(table)

/** `'heNormal'`, or `{ name: 'uniform', low: 0, high: 1 }` where an initializer has options */
export type InitializerChoice =
  | InitializerName
  | { name: Exclude<InitializerName, InitializerOptions['name']> }
  | InitializerOptions

type InitializerOptions = UniformChoice | NormalChoice | ConstantChoice

/** Each number as likely as any other between low and high */
export interface UniformChoice {
  name: 'uniform'
  /** Least number. Default 0 */
  low?: number
  /** No number is above. Default 1 */
  high?: number
}

/** The normal distribution */
export interface NormalChoice {
  name: 'normal'
  /** Default 0 */
  mean?: number
  /** At least 0. Default 0.05 */
  standardDeviation?: number
}

/** The same number everywhere */
export interface ConstantChoice {
  name: 'constant'
  /** Default 0 */
  value?: number
}

export type ChosenInitializer = Chosen<InitializerName>

/** The distribution for a layer of `units` on `inputs` */
export function distributionOf({ name, options }: ChosenInitializer, inputs: number, units: number): Distribution {
  return initializers[name].distribution(inputs, units, options)
}

/** What initializers draw from lies between 0 and this. */
const LARGEST_RANDOM = 1 - 2 ** -53

/** The least and the greatest number that may be drawn, in whatever order */
export function extremesOf(chosen: ChosenInitializer, inputs: number, units: number): number[] {
  const distribution = distributionOf(chosen, inputs, units)
  return [0, LARGEST_RANDOM].map((random) => numberOf(distribution, random))
}

/** The number of a distribution that a uniform one in [0, 1) leads to */
function numberOf(distribution: Distribution, random: number): number {
  if (typeof distribution === 'number') return distribution
  return typeof distribution === 'function' ? distribution(random) : distribution.low + distribution.width * random
}

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
  if (typeof distribution === 'number') return values.fill(distribution)
  fillUniform(values, seed, INITIALIZATION, layer, part)
  for (let index = 0; index < values.length; index++) values[index] = numberOf(distribution, values[index])
  return values
}

function uniform(low: number, high: number): Uniform {
  return { low, width: high - low }
}

/** Uniform between −limit and limit */
function symmetric(limit: number): Uniform {
  return uniform(-limit, limit)
}

function normal(mean: number, standardDeviation: number): Distribution {
  // Moved by 2⁻⁵⁴ to the middle of its step: symmetric about 0 and never at ±½. Exact, since ½ goes first.
  return (random) => mean + standardDeviation * normalQuantile(random - 0.5 + 5.551115123125783e-17)
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
