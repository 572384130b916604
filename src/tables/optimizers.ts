// The table of optimizers: their options and defaults, the memory they need, and where their numbers lie in the program.
import { ADADELTA, ADAGRAD, ADAM, ADAMAX, LBFGS, NADAM, RMSPROP, RPROP, SGD } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { Chosen, NumberOption, Options } from '../options/option.ts'
import type { OptimizerOptions } from './optimizer-options.ts'

interface Optimizer {
  readonly id: number
  readonly options: { readonly learningRate: NumberOption } & Options
  /** Blocks of the size of the parameters, zero at the start */
  readonly stateBlocks: (options: Chosen<string>['options']) => number
  /** Option → byte offset in the program */
  readonly slots: Readonly<Record<string, number>>
  /** Numbers that the steps move on: byte offset → value before the first step */
  readonly running: Readonly<Record<number, number>>
  /** Whether weight decay shrinks the parameters themselves instead of adding to their gradients */
  readonly decouplesDecay?: boolean
  /** Whether it compares gradients of all rows from step to step, so that batches must be full */
  readonly needsFullBatch?: boolean
  /** Whether its running numbers, by byte offset, can be: a snapshot may bring any of at least 0. Default: they can */
  readonly accepts?: (valueAt: (offset: number) => number, options: Chosen<string>['options']) => boolean
  /** Whether it evaluates the loss several times a step, in src/training/full-batch.ts instead of the engine */
  readonly searches?: boolean
}

const number = (value: number, bounds: Omit<NumberOption, 'kind' | 'default'> = {}) =>
  ({ kind: 'number', default: value, ...bounds }) as const
const boolean = (value: boolean) => ({ kind: 'boolean', default: value }) as const
const fraction = (value: number) => number(value, { min: 0, below: 1 })
const positive = (value: number) => number(value, { above: 0 })

/** What all optimizers take */
const common = (rate: number, weightDecay = 0) => ({
  learningRate: positive(rate),
  weightDecay: number(weightDecay, { min: 0 }),
  decayBiases: boolean(true),
})

const betas = { beta1: fraction(0.9), beta2: fraction(0.999), epsilon: positive(1e-8) }
const betaSlots = { beta1: P.BETA1, beta2: P.BETA2, epsilon: P.EPSILON }

const adam = {
  id: ADAM,
  options: { ...common(0.001), ...betas, amsgrad: boolean(false) },
  stateBlocks: ({ amsgrad }: Chosen<string>['options']) => (amsgrad ? 3 : 2),
  slots: { ...betaSlots, amsgrad: P.AMSGRAD },
  running: { [P.BETA1_POWER]: 1, [P.BETA2_POWER]: 1 },
}

export const optimizers = {
  sgd: {
    id: SGD,
    options: { ...common(0.01), momentum: fraction(0), nesterov: boolean(false) },
    stateBlocks: ({ momentum }) => (momentum === 0 ? 0 : 1),
    slots: { momentum: P.MOMENTUM, nesterov: P.NESTEROV },
    running: {},
  },
  rmsprop: {
    id: RMSPROP,
    options: {
      ...common(0.01),
      rho: fraction(0.99),
      epsilon: positive(1e-8),
      momentum: fraction(0),
      centered: boolean(false),
    },
    stateBlocks: ({ momentum, centered }) => 1 + Number(momentum !== 0) + Number(centered),
    slots: { rho: P.RHO, epsilon: P.EPSILON, momentum: P.RMSPROP_MOMENTUM, centered: P.CENTERED },
    running: {},
  },
  adagrad: {
    id: ADAGRAD,
    options: { ...common(0.01), epsilon: positive(1e-10) },
    stateBlocks: () => 1,
    slots: { epsilon: P.EPSILON },
    running: {},
  },
  adadelta: {
    id: ADADELTA,
    options: { ...common(1), rho: fraction(0.9), epsilon: positive(1e-6) },
    stateBlocks: () => 2,
    slots: { rho: P.RHO, epsilon: P.EPSILON },
    running: {},
  },
  adam,
  adamw: { ...adam, options: { ...adam.options, ...common(0.001, 0.01) }, decouplesDecay: true },
  adamax: {
    id: ADAMAX,
    options: { ...common(0.001), ...betas },
    stateBlocks: () => 2,
    slots: betaSlots,
    running: { [P.BETA1_POWER]: 1 },
  },
  nadam: {
    id: NADAM,
    options: { ...common(0.002), ...betas, momentumDecay: number(0.004, { min: 0 }) },
    stateBlocks: () => 2,
    slots: { ...betaSlots, momentumDecay: P.MOMENTUM_DECAY },
    running: { [P.BETA2_POWER]: 1, [P.MOMENTUM_PRODUCT]: 1, [P.MOMENTUM_DECAY_POWER]: 1 },
  },
  rprop: {
    id: RPROP,
    options: {
      ...common(0.01),
      etaMinus: number(0.5, { above: 0, below: 1 }),
      etaPlus: number(1.2, { above: 1 }),
      minStep: positive(1e-6),
      maxStep: positive(50),
    },
    stateBlocks: () => 2,
    slots: { etaMinus: P.ETA_MINUS, etaPlus: P.ETA_PLUS, minStep: P.MIN_STEP, maxStep: P.MAX_STEP },
    running: {},
    needsFullBatch: true,
  },
  lbfgs: {
    id: LBFGS,
    options: {
      ...common(1),
      historySize: number(10, { min: 1, max: 1000, isInteger: true }),
      tolerance: number(1e-9, { min: 0 }),
    },
    stateBlocks: ({ historySize }) => 3 + 2 * Number(historySize), // drawn in src/training/lbfgs.ts
    slots: {},
    running: {},
    needsFullBatch: true,
    searches: true,
    accepts: (valueAt, { historySize }) => {
      const [pairs, next] = [valueAt(P.LBFGS_PAIRS), valueAt(P.LBFGS_NEXT_PAIR)]
      return (
        Number.isInteger(pairs) && Number.isInteger(next) && pairs <= Number(historySize) && next < Number(historySize)
      )
    },
  },
} as const satisfies Record<string, Optimizer>

export type OptimizerName = keyof typeof optimizers
/** `'adam'`, or `{ name: 'adam', learningRate: 0.01, … }` */
export type OptimizerChoice = OptimizerName | OptimizerOptions
export type ChosenOptimizer = Chosen<OptimizerName>

export function optimizerOf(chosen: ChosenOptimizer): Optimizer {
  return optimizers[chosen.name]
}
