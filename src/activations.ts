// The table of activations: a new one needs an id, its class in assembly/activations.ts with the twin in
// engines/typescript, and a line here.
import { LINEAR, RELU, SIGMOID, SOFTMAX, TANH } from '../assembly/ids.ts'
import type { Choice, Chosen, Options } from './options.ts'

interface Activation {
  readonly id: number
  readonly options: Options
  /** Whether its derivative is taken from the net instead of the output */
  readonly readsNets: boolean
  /** The outputs lie in this closed interval. */
  readonly range: readonly [number, number]
  /** Weights before it start with `heUniform` instead of `glorotUniform`. */
  readonly isReluLike: boolean
  /** How `explain` writes it and its derivative, and the derivative itself; softmax has none of a single output */
  readonly formula: string
  readonly derivative: string
  readonly derivativeAt?: (output: number) => number
}

const everything = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const

export const activations = {
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
    derivativeAt: (output: number) => output * (1 - output),
  },
  tanh: {
    id: TANH,
    options: {},
    readsNets: false,
    range: [-1, 1],
    isReluLike: false,
    formula: 'tanh(net)',
    derivative: '1 − out²',
    derivativeAt: (output: number) => 1 - output * output,
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

export type ActivationName = keyof typeof activations
/** `'tanh'`, or `{ name: 'tanh', … }` where an activation has options */
export type ActivationChoice = Choice<typeof activations>
export type ChosenActivation = Chosen<ActivationName>

export function activationOf(chosen: ChosenActivation): Activation {
  return activations[chosen.name]
}
