// The table of activations: a new one needs an id, its class in assembly/activations.ts with the twin in
// engines/typescript, and a line here.
import {
  ELU,
  GELU,
  GELU_TANH,
  LEAKY_RELU,
  LINEAR,
  MISH,
  RELU,
  SELU,
  SIGMOID,
  SILU,
  SOFTMAX,
  SOFTPLUS,
  TANH,
} from '../../assembly/ids.ts'
import { bare, type Chosen, type Options } from '../options/option.ts'

interface Activation {
  readonly id: number
  readonly options: Options
  /** The option that goes into the program as its parameter */
  readonly parameter?: string
  /** Whether its derivative is taken from the net instead of the output */
  readonly readsNets: boolean
  /** The outputs lie in this closed interval. */
  readonly range: readonly [number, number]
  /** Weights before it start with `heUniform` instead of `glorotUniform`. */
  readonly isReluLike: boolean
  /** How `explain` writes it and its derivative, and the derivative itself, rounded as the engines round, where
   * it takes nothing but the output */
  readonly formula: string
  readonly derivative: string
  readonly derivativeAt?: (output: number, round: (x: number) => number) => number
}

const everything = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

const table = {
  linear: {
    id: LINEAR,
    options: {},
    readsNets: false,
    range: everything,
    isReluLike: false,
    formula: 'net',
    derivative: '1',
    derivativeAt: () => 1,
  },
  sigmoid: {
    id: SIGMOID,
    options: {},
    readsNets: false,
    range: [0, 1],
    isReluLike: false,
    formula: '1 / (1 + e^−net)',
    derivative: 'out · (1 − out)',
    derivativeAt: (output: number, round: (x: number) => number) => round(output * round(1 - output)),
  },
  tanh: {
    id: TANH,
    options: {},
    readsNets: false,
    range: [-1, 1],
    isReluLike: false,
    formula: 'tanh(net)',
    derivative: '1 − out²',
    derivativeAt: (output: number, round: (x: number) => number) => round(1 - round(output * output)),
  },
  relu: {
    id: RELU,
    options: {},
    readsNets: false,
    range: [0, Number.POSITIVE_INFINITY],
    isReluLike: true,
    formula: 'max(0, net)',
    derivative: '1 if out > 0, else 0',
    derivativeAt: (output: number) => Number(output > 0),
  },
  leakyRelu: {
    id: LEAKY_RELU,
    options: { slope: { kind: 'number', default: 0.01, min: 0 } },
    parameter: 'slope',
    readsNets: false,
    range: everything,
    isReluLike: true,
    formula: 'net, or slope · net below 0',
    derivative: '1 if net > 0, else slope',
  },
  elu: {
    id: ELU,
    options: { alpha: { kind: 'number', default: 1, min: 0 } },
    parameter: 'alpha',
    readsNets: true,
    range: everything,
    isReluLike: true,
    formula: 'net, or alpha · (e^net − 1) below 0',
    derivative: '1 if net > 0, else alpha · e^net',
  },
  selu: {
    id: SELU,
    options: {},
    readsNets: true,
    range: everything,
    isReluLike: false,
    formula: '1.0507 · net, or 1.7581 · (e^net − 1) below 0',
    derivative: '1.0507 if net > 0, else 1.7581 · e^net',
  },
  gelu: {
    id: GELU,
    options: {},
    readsNets: true,
    range: everything,
    isReluLike: true,
    formula: 'net · Φ(net)',
    derivative: 'Φ(net) + net · φ(net)',
  },
  geluTanh: {
    id: GELU_TANH,
    options: {},
    readsNets: true,
    range: everything,
    isReluLike: true,
    formula: '½ net · (1 + tanh(√(2/π) · (net + 0.044715 · net³)))',
    derivative: 'by the product rule',
  },
  softplus: {
    id: SOFTPLUS,
    options: {},
    readsNets: true,
    range: [0, Number.POSITIVE_INFINITY],
    isReluLike: true,
    formula: 'ln(1 + e^net)',
    derivative: '1 / (1 + e^−net)',
  },
  silu: {
    id: SILU,
    options: {},
    readsNets: true,
    range: everything,
    isReluLike: true,
    formula: 'net / (1 + e^−net)',
    derivative: 's + net · s · (1 − s), s = 1 / (1 + e^−net)',
  },
  mish: {
    id: MISH,
    options: {},
    readsNets: true,
    range: everything,
    isReluLike: true,
    formula: 'net · tanh(ln(1 + e^net))',
    derivative: 't + net · (1 − t²) / (1 + e^−net), t = tanh(ln(1 + e^net))',
  },
  softmax: {
    id: SOFTMAX,
    options: {},
    readsNets: false,
    range: [0, 1],
    isReluLike: false,
    formula: 'e^net / Σ e^net',
    derivative: 'out · (1 − out), −out · out′ between units',
  },
} as const satisfies Record<string, Activation>

export type ActivationName = keyof typeof table
export const activations: Readonly<Record<ActivationName, Activation>> = bare(table)

/**
 * `'tanh'`, or `{ name: 'elu', alpha: 0.5 }` where an activation has options:
 * - `linear`: net
 * - `sigmoid`: 1 / (1 + e^−net)
 * - `tanh`: tanh(net)
 * - `relu`: max(0, net)
 * - `leakyRelu`, `elu`: see their options
 * - `selu`: 1.0507 · net, or 1.7581 · (e^net − 1) below 0. Klambauer and others 2017
 * - `gelu`: net · Φ(net), exact; `geluTanh`: ½ net · (1 + tanh(√(2/π) · (net + 0.044715 · net³))). Hendrycks and Gimpel 2016
 * - `softplus`: ln(1 + e^net)
 * - `silu`: net / (1 + e^−net). Elfwing and others 2018
 * - `mish`: net · tanh(ln(1 + e^net)). Misra 2019
 * - `softmax`: e^net / Σ e^net over the layer
 */
export type ActivationChoice =
  | ActivationName
  | { name: Exclude<ActivationName, ActivationOptions['name']> }
  | ActivationOptions

type ActivationOptions = LeakyReluChoice | EluChoice

/** net, or slope · net below 0. Maas and others 2013 */
export interface LeakyReluChoice {
  name: 'leakyRelu'
  /** At least 0. Default 0.01 */
  slope?: number
}

/** net, or alpha · (e^net − 1) below 0. Clevert and others 2016 */
export interface EluChoice {
  name: 'elu'
  /** What it falls to, but for the sign. Default 1 */
  alpha?: number
}

export type ChosenActivation = Chosen<ActivationName>
