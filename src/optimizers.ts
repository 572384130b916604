// The table of optimizers: their options and defaults, the memory they need, and where their numbers lie in the program.
import { ADAM, SGD } from '../assembly/ids.ts'
import { BETA1, BETA1_POWER, BETA2, BETA2_POWER, EPSILON, MOMENTUM, NESTEROV } from '../assembly/program.ts'
import type { Choice, Chosen, NumberOption, Options } from './options.ts'

interface Optimizer {
  readonly id: number
  readonly options: { readonly learningRate: NumberOption } & Options
  /** Blocks of the size of the parameters, zero at the start */
  readonly stateBlocks: (options: Chosen<OptimizerName>['options']) => number
  /** Option → byte offset in the program */
  readonly slots: Readonly<Record<string, number>>
  /** Numbers that the steps move on: byte offset → value before the first step */
  readonly running: Readonly<Record<number, number>>
}

const learningRate = (rate: number) => ({ kind: 'number', default: rate, above: 0 }) as const
const fraction = (value: number) => ({ kind: 'number', default: value, min: 0, below: 1 }) as const

export const optimizers = {
  sgd: {
    id: SGD,
    options: {
      learningRate: learningRate(0.01),
      momentum: fraction(0),
      nesterov: { kind: 'boolean', default: false },
    },
    stateBlocks: (options) => (options.momentum === 0 ? 0 : 1),
    slots: { momentum: MOMENTUM, nesterov: NESTEROV },
    running: {},
  },
  adam: {
    id: ADAM,
    options: {
      learningRate: learningRate(0.001),
      beta1: fraction(0.9),
      beta2: fraction(0.999),
      epsilon: { kind: 'number', default: 1e-8, above: 0 },
    },
    stateBlocks: () => 2,
    slots: { beta1: BETA1, beta2: BETA2, epsilon: EPSILON },
    running: { [BETA1_POWER]: 1, [BETA2_POWER]: 1 },
  },
} as const satisfies Record<string, Optimizer>

export type OptimizerName = 'sgd' | 'adam'
/** `'adam'`, or `{ name: 'adam', learningRate: 0.01, … }` */
export type OptimizerChoice = Choice<typeof optimizers>
export type ChosenOptimizer = Chosen<OptimizerName>

export function optimizerOf(chosen: ChosenOptimizer): Optimizer {
  return optimizers[chosen.name]
}
