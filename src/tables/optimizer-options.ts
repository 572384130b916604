// What users write for an optimizer: the options of each, as optimizers.ts describes them.
import type { LearningRate } from './schedules.ts'

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
export type OptimizerOptions =
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
