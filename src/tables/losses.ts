// The table of losses. The engine adds up the terms; factors and means are applied here and in the program.
import {
  ABSOLUTE_ERROR,
  BINARY_CROSS_ENTROPY,
  CATEGORICAL_CROSS_ENTROPY,
  HUBER,
  QUANTILE,
  SQUARED_ERROR,
} from '../../assembly/ids.ts'
import { bare, type Chosen, type Options } from '../options/option.ts'
import type { ActivationName } from './activations.ts'

interface Loss {
  readonly id: number
  readonly options: Options
  /** The option that goes into the program as its parameter */
  readonly parameter?: string
  /** Loss = factor · Σ terms, over the rows if `isMeanOverRows`; the same for the derivatives of the terms. */
  readonly lossFactor: (outputs: number, options: Chosen<string>['options']) => number
  readonly gradientFactor: (outputs: number, options: Chosen<string>['options']) => number
  readonly isMeanOverRows: boolean
  /** Computed from the output layer's nets, so that it is finite for any finite net */
  readonly readsNets: boolean
  /** The only output activation that it goes with, and whose derivative it contains */
  readonly activation?: ActivationName
  readonly minimumOutputs: number
  /** What a target may be: any number, a probability, or a row that is a distribution over classes */
  readonly targets: 'number' | 'probability' | 'distribution'
  /** Outputs from which on class numbers take so much less room than rows that they may stay numbers in memory. Default: none */
  readonly manyClasses?: number
  readonly formula: string
}

const one = () => 1
const overOutputs = (outputs: number) => 1 / outputs
/** Huber's loss over beta */
const overBeta = (outputs: number, { beta }: Chosen<string>['options']) => 1 / (outputs * Number(beta))

const table = {
  halfSquaredError: {
    id: SQUARED_ERROR,
    options: {},
    lossFactor: () => 0.5,
    gradientFactor: one,
    isMeanOverRows: false,
    readsNets: false,
    minimumOutputs: 1,
    targets: 'number',
    formula: '½ Σ (target − out)²',
  },
  meanSquaredError: {
    id: SQUARED_ERROR,
    options: {},
    lossFactor: overOutputs,
    gradientFactor: (outputs: number) => 2 / outputs,
    isMeanOverRows: true,
    readsNets: false,
    minimumOutputs: 1,
    targets: 'number',
    formula: 'mean of (target − out)²',
  },
  meanAbsoluteError: {
    id: ABSOLUTE_ERROR,
    options: {},
    lossFactor: overOutputs,
    gradientFactor: overOutputs,
    isMeanOverRows: true,
    readsNets: false,
    minimumOutputs: 1,
    targets: 'number',
    formula: 'mean of |target − out|',
  },
  huber: {
    id: HUBER,
    options: { delta: { kind: 'number', default: 1, above: 0 } },
    parameter: 'delta',
    lossFactor: overOutputs,
    gradientFactor: overOutputs,
    isMeanOverRows: true,
    readsNets: false,
    minimumOutputs: 1,
    targets: 'number',
    formula: 'mean of ½ (target − out)², or delta · (|target − out| − ½ delta) beyond delta',
  },
  smoothL1: {
    id: HUBER,
    options: { beta: { kind: 'number', default: 1, above: 0 } },
    parameter: 'beta',
    lossFactor: overBeta,
    gradientFactor: overBeta,
    isMeanOverRows: true,
    readsNets: false,
    minimumOutputs: 1,
    targets: 'number',
    formula: 'mean of ½ (target − out)² / beta, or |target − out| − ½ beta beyond beta',
  },
  quantile: {
    id: QUANTILE,
    options: { quantile: { kind: 'number', default: 0.5, above: 0, below: 1 } },
    parameter: 'quantile',
    lossFactor: overOutputs,
    gradientFactor: overOutputs,
    isMeanOverRows: true,
    readsNets: false,
    minimumOutputs: 1,
    targets: 'number',
    formula: 'mean of quantile · (target − out), or (1 − quantile) · (out − target) where out is above',
  },
  binaryCrossEntropy: {
    id: BINARY_CROSS_ENTROPY,
    options: {},
    lossFactor: overOutputs,
    gradientFactor: overOutputs,
    isMeanOverRows: true,
    readsNets: true,
    activation: 'sigmoid',
    minimumOutputs: 1,
    targets: 'probability',
    formula: 'mean of −target · ln(out) − (1 − target) · ln(1 − out)',
  },
  categoricalCrossEntropy: {
    id: CATEGORICAL_CROSS_ENTROPY,
    // Part of the targets, not of the loss' terms: see smoothRows in src/data/targets.ts
    options: { labelSmoothing: { kind: 'number', default: 0, min: 0, max: 1 } },
    lossFactor: one,
    gradientFactor: one,
    isMeanOverRows: true,
    readsNets: true,
    activation: 'softmax',
    minimumOutputs: 2,
    targets: 'distribution',
    manyClasses: 64,
    formula: 'mean over rows of −Σ target · ln(out)',
  },
} as const satisfies Record<string, Loss>

export type LossName = keyof typeof table
export const losses: Readonly<Record<LossName, Loss>> = bare(table)

/** Whether class numbers may stay numbers in memory where a network of this loss has so many outputs */
export function hasManyClasses({ loss, outputs }: { loss: { name: LossName }; outputs: number }): boolean {
  return outputs >= (losses[loss.name].manyClasses ?? Infinity)
}

/**
 * `'meanSquaredError'`, or `{ name: 'huber', delta: 2 }` where a loss has options. Means are over rows and outputs:
 * - `halfSquaredError`: ½ Σ (target − out)², over rows and outputs
 * - `meanSquaredError`: mean of (target − out)²
 * - `meanAbsoluteError`: mean of |target − out|
 * - `huber`, `smoothL1`, `quantile`: see their options
 * - `binaryCrossEntropy`, of sigmoid outputs: mean of −target · ln(out) − (1 − target) · ln(1 − out)
 * - `categoricalCrossEntropy`, of softmax outputs: mean over rows of −Σ target · ln(out)
 */
export type LossChoice = LossName | { name: Exclude<LossName, LossOptions['name']> } | LossOptions

type LossOptions = HuberChoice | SmoothL1Choice | QuantileChoice | CategoricalCrossEntropyChoice

/** Mean of ½ (target − out)², or delta · (|target − out| − ½ delta) beyond delta. Huber 1964 */
export interface HuberChoice {
  name: 'huber'
  /** Error from which on the loss grows linearly: above 0. Default 1 */
  delta?: number
}

/** Mean of ½ (target − out)² / beta, or |target − out| − ½ beta beyond beta. Girshick 2015 */
export interface SmoothL1Choice {
  name: 'smoothL1'
  /** Error from which on the loss grows linearly: above 0. Default 1 */
  beta?: number
}

/** The pinball loss: mean of quantile · (target − out), or (1 − quantile) · (out − target) where out is above. Koenker 1978 */
export interface QuantileChoice {
  name: 'quantile'
  /** Share of the targets that come to lie below the output: between 0 and 1. Default 0.5, the median */
  quantile?: number
}

/** Mean over rows of −Σ target · ln(out), of softmax outputs */
export interface CategoricalCrossEntropyChoice {
  name: 'categoricalCrossEntropy'
  /** Share of every target that is spread evenly over the classes: from 0 to 1. Szegedy and others 2016. Default 0 */
  labelSmoothing?: number
}

export type ChosenLoss = Chosen<LossName>
