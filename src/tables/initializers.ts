// The table of initializers: the distributions of the numbers that parameters start with. What draws them: draw.ts, and the
// engines.
import { bare, type Chosen, type Options } from '../options/option.ts'

/** Numbers from `low` on over `width`, each as likely as any other: all `low` where it is 0. Or normal ones */
export type Distribution =
  | { readonly kind: 'uniform'; readonly low: number; readonly width: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly standardDeviation: number }

/** Which numbers of a layer: each part has its own. */
export const WEIGHTS = 0
export const BIASES = 1

interface Initializer {
  readonly options: Options
  /** Whether its distribution is normal: what draws it is loaded where it is named. */
  readonly isNormal?: true
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
    isNormal: true,
    distribution: (inputs, units) => normal(0, Math.sqrt(2 / (inputs + units))),
  },
  heUniform: {
    options: {},
    distribution: (inputs) => symmetric(Math.sqrt(6 / inputs)),
  },
  heNormal: {
    options: {},
    isNormal: true,
    distribution: (inputs) => normal(0, Math.sqrt(2 / inputs)),
  },
  lecunNormal: {
    options: {},
    isNormal: true,
    distribution: (inputs) => normal(0, Math.sqrt(1 / inputs)),
  },
  uniform: {
    options: { low: number(0), high: number(1) },
    distribution: (_inputs, _units, { low, high }) => uniform(Number(low), Number(high)),
  },
  normal: {
    options: { mean: number(0), standardDeviation: { kind: 'number', default: 0.05, min: 0 } },
    isNormal: true,
    distribution: (_inputs, _units, { mean, standardDeviation }) => normal(Number(mean), Number(standardDeviation)),
  },
  zeros: {
    options: {},
    distribution: () => constant(0),
  },
  constant: {
    options: { value: number(0) },
    distribution: (_inputs, _units, { value }) => constant(Number(value)),
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

/** Least and greatest of what is drawn uniformly from [0, 1), and of what normal numbers are made from */
const LARGEST_RANDOM = 1 - 2 ** -53
const LARGEST_QUANTILE = 8.292361075813595

/** The least and the greatest number that may be drawn, in whatever order */
export function extremesOf(chosen: ChosenInitializer, inputs: number, units: number): readonly number[] {
  const distribution = distributionOf(chosen, inputs, units)
  if (distribution.kind === 'uniform') return [0, LARGEST_RANDOM].map((x) => distribution.low + distribution.width * x)
  const { mean, standardDeviation } = distribution
  return [-LARGEST_QUANTILE, LARGEST_QUANTILE].map((z) => mean + standardDeviation * z)
}

/** Over −0, so that a value of −0 keeps its sign */
function constant(value: number): Distribution {
  return { kind: 'uniform', low: value, width: -0 }
}

function uniform(low: number, high: number): Distribution {
  return { kind: 'uniform', low, width: high - low }
}

/** Uniform between −limit and limit */
function symmetric(limit: number): Distribution {
  return uniform(-limit, limit)
}

function normal(mean: number, standardDeviation: number): Distribution {
  return { kind: 'normal', mean, standardDeviation }
}
