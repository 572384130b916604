// The table of optimizers: their options and defaults, the memory they need, and where their numbers lie in the program.
import { ADADELTA, ADAGRAD, ADAM, ADAMAX, LBFGS, NADAM, RMSPROP, RPROP, SGD } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import { bare, type Chosen, type NumberOption, type Options, type Where } from '../options/option.ts'
import { type LearningRate, resolveRate } from './schedules.ts'

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
  learningRate: { ...positive(rate), check: (value: unknown, where: Where) => resolveRate(value, rate, where) },
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

const table = {
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

export type OptimizerName = keyof typeof table
export const optimizers: Readonly<Record<OptimizerName, Optimizer>> = bare(table)

/** `'adam'`, or `{ name: 'adam', learningRate: 0.01, … }` */
export type OptimizerChoice = OptimizerName | OptimizerOptions

interface Decay {
  /** Adds weightDecay · w to the gradient, after clipping. At least 0. Default 0 */
  weightDecay?: number
  /** Whether biases decay as well. Default true */
  decayBiases?: boolean
}

interface Means {
  /** Share that the mean of g keeps at each step: from 0 to below 1. Default 0.9 */
  beta1?: number
  /** Share that the mean of g² (adamax: the largest |g|) keeps at each step: from 0 to below 1. Default 0.999 */
  beta2?: number
  /** Keeps the division from 0: above 0, added outside the root (adamax: to |g|). Default 1e-8 */
  epsilon?: number
}

/** w −= rate · v with v = momentum · v + g. Polyak 1964 */
export interface SgdChoice extends Decay {
  name: 'sgd'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 0.01 */
  learningRate?: LearningRate
  /** Share of v that each step keeps: from 0 to below 1. Default 0 */
  momentum?: number
  /** Takes g + momentum · v instead of v: Nesterov's momentum. Default false */
  nesterov?: boolean
}

/** w −= rate · g / (√s + epsilon), s the mean of g². Hinton 2012 */
export interface RmspropChoice extends Decay {
  name: 'rmsprop'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 0.01 */
  learningRate?: LearningRate
  /** Share that the mean of g² keeps at each step: from 0 to below 1. Default 0.99 */
  rho?: number
  /** Keeps the division from 0: above 0, added outside the root. Default 1e-8 */
  epsilon?: number
  /** Share of the last step that each step adds: from 0 to below 1. Default 0 */
  momentum?: number
  /** Takes the variance of g instead of the mean of g². Default false */
  centered?: boolean
}

/** w −= rate · g / (√Σg² + epsilon). Duchi and others 2011 */
export interface AdagradChoice extends Decay {
  name: 'adagrad'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 0.01 */
  learningRate?: LearningRate
  /** Keeps the division from 0: above 0, added outside the root. Default 1e-10 */
  epsilon?: number
}

/** w −= rate · d, d = g · √(u + epsilon) / √(s + epsilon), u and s the means of d² and g². Zeiler 2012 */
export interface AdadeltaChoice extends Decay {
  name: 'adadelta'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 1 */
  learningRate?: LearningRate
  /** Share that both means keep at each step: from 0 to below 1. Default 0.9 */
  rho?: number
  /** Keeps the division from 0, and sets the size of the first steps: above 0, inside both roots. Default 1e-6 */
  epsilon?: number
}

/** w −= rate · m / (√v + epsilon), m and v the means of g and g², corrected for their start. Kingma and Ba 2015 */
export interface AdamChoice extends Decay, Means {
  name: 'adam'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 0.001 */
  learningRate?: LearningRate
  /** Divides by the largest v so far. Reddi and others 2018. Default false */
  amsgrad?: boolean
}

/** Adam whose weight decay is decoupled from the gradient. Loshchilov and Hutter 2019 */
export interface AdamwChoice extends Decay, Means {
  name: 'adamw'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 0.001 */
  learningRate?: LearningRate
  /** Divides by the largest v so far. Reddi and others 2018. Default false */
  amsgrad?: boolean
  /** Shrinks w itself at each step by rate · weightDecay · w. At least 0. Default 0.01 */
  weightDecay?: number
}

/** w −= rate · m / u, u = max(beta2 · u, |g| + epsilon). Kingma and Ba 2015 */
export interface AdamaxChoice extends Decay, Means {
  name: 'adamax'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 0.001 */
  learningRate?: LearningRate
}

/** Adam with Nesterov's momentum, which warms up. Dozat 2016 */
export interface NadamChoice extends Decay, Means {
  name: 'nadam'
  /** Above 0: a number, a schedule, or a function of step and epoch. Default 0.002 */
  learningRate?: LearningRate
  /** How fast the momentum warms up: beta1 · (1 − ½ · 0.96^(step · momentumDecay)). At least 0. Default 0.004 */
  momentumDecay?: number
}

/** Steps by the sign of g alone, of a size that each weight has of its own; full batch. Riedmiller and Braun 1993 */
export interface RpropChoice extends Decay {
  name: 'rprop'
  /** Size of every weight's first step, above 0. Default 0.01 */
  learningRate?: LearningRate
  /** What a step is multiplied by where the sign of g turns: between 0 and 1. Default 0.5 */
  etaMinus?: number
  /** What a step is multiplied by while the sign of g stays: above 1. Default 1.2 */
  etaPlus?: number
  /** Smallest step, above 0. Default 1e-6 */
  minStep?: number
  /** Largest step, above 0. Default 50 */
  maxStep?: number
}

/** Quasi-Newton with a strong Wolfe line search; full batch, no clipping, no dropout. Nocedal 1980 */
export interface LbfgsChoice extends Decay {
  name: 'lbfgs'
  /** First length that a line search tries, above 0: a number, a schedule, or a function of step and epoch. Default 1 */
  learningRate?: LearningRate
  /** Steps that the curvature is taken from: an integer from 1 to 1000. Default 10 */
  historySize?: number
  /**
   * Training ends as `converged` where a step changes the objective or every weight by less than this, or no |g| is above
   * 100 times this. At least 0. Default 1e-9
   */
  tolerance?: number
}

/** With the gradient g and the weight w; formulas, defaults and the place of epsilon are PyTorch's. */
type OptimizerOptions =
  | SgdChoice
  | RmspropChoice
  | AdagradChoice
  | AdadeltaChoice
  | AdamChoice
  | AdamwChoice
  | AdamaxChoice
  | NadamChoice
  | RpropChoice
  | LbfgsChoice

export type ChosenOptimizer = Chosen<OptimizerName>
