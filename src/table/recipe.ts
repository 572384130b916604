// What is trained for a table: how many folds, which members, of what shape, for how long. The one place of its numbers.
import type { NetworkConfig } from '../config/config.ts'
import type { TrainOptions } from '../training/options.ts'
import type { Target } from './target.ts'

export type Effort = 'quick' | 'standard' | 'thorough'
export const efforts = ['quick', 'standard', 'thorough'] as const

/** One kind of member of the average; each is trained once a fold and a seed. Plain data, part of a model's choices */
export interface MemberRecipe {
  readonly name: string
  readonly isLinear: boolean
  /** Whether its inputs have the bins of numbers */
  readonly hasBins: boolean
  /** Whether it learns the logarithm of the target */
  readonly isLogarithmic: boolean
  readonly seeds: number
  readonly network: Omit<NetworkConfig, 'inputs' | 'seed'>
  readonly train: Pick<TrainOptions, 'epochs' | 'batchSize' | 'earlyStopping'>
}

export interface Recipe {
  readonly folds: number
  /** In the order in which they are trained; of linear ones on the same scale the best is taken */
  readonly members: readonly MemberRecipe[]
}

/** What a recipe is made for */
export interface Problem {
  readonly target: Target
  readonly rows: number
  /** Of the inputs with the bins of numbers */
  readonly columns: number
}

const PENALTIES = {
  quick: [0.003],
  standard: [0.0003, 0.003, 0.03, 0.1, 0.3, 1],
  thorough: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
}
const FOLDS = { quick: 3, standard: 5, thorough: 5 }
/** Below so many rows more folds and seeds are cheap, and steady what few rows leave to chance. */
const FEW_ROWS = 1000
const FOLDS_OF_FEW = { quick: 3, standard: 10, thorough: 10 }
/** Bins pay where there are at least so many rows for each of their columns. */
const ROWS_OF_A_COLUMN = 2

export function recipeFor(problem: Problem, { effort, only }: { effort: Effort; only?: 'linear' | 'network' }): Recipe {
  const { rows, target } = problem
  const folds = Math.min((rows < FEW_ROWS ? FOLDS_OF_FEW : FOLDS)[effort], rows)
  const scales = target.scale.logarithm === undefined ? [false] : [false, true]
  const linear = scales.flatMap((isLogarithmic) =>
    PENALTIES[effort].map((l2) => linearRecipe(problem, l2, isLogarithmic)),
  )
  const networks = scales.flatMap((isLogarithmic) => {
    const network = (units: number, dropout: number, epochs: number, seeds: number) =>
      networkRecipe(problem, units, dropout, epochs, seeds, isLogarithmic)
    if (effort === 'quick') return [network(32, 0, 30, 1)]
    if (effort === 'standard')
      return [rows < FEW_ROWS ? network(64, 0.2, 30, rows < 500 ? 8 : 4) : network(128, 0.1, 60, 1)]
    return [network(128, 0.1, 100, 3), network(256, 0.2, 100, 2)]
  })
  return { folds, members: [...(only === 'network' ? [] : linear), ...(only === 'linear' ? [] : networks)] }
}

function outputLayer({ task, labels }: Target) {
  return task === 'classification' ? ({ units: labels.length, activation: 'softmax' } as const) : { units: 1 }
}

const onScale = (isLogarithmic: boolean): string => (isLogarithmic ? ' of logarithms' : '')

function linearRecipe({ target }: Problem, l2: number, isLogarithmic: boolean): MemberRecipe {
  return {
    name: `linear, l2 ${l2}${onScale(isLogarithmic)}`,
    isLinear: true,
    hasBins: false,
    isLogarithmic,
    seeds: 1,
    network: { layers: [outputLayer(target)], optimizer: 'lbfgs', regularization: { l2 } },
    train: { epochs: 60, batchSize: 'full' },
  }
}

function networkRecipe(
  { target, rows, columns }: Problem,
  units: number,
  dropout: number,
  epochs: number,
  seeds: number,
  isLogarithmic: boolean,
): MemberRecipe {
  return {
    name: `network ${units}-${units}${onScale(isLogarithmic)}`,
    isLinear: false,
    hasBins: rows >= ROWS_OF_A_COLUMN * columns,
    isLogarithmic,
    seeds,
    network: {
      layers: [{ units, activation: 'relu', dropout }, { units, activation: 'relu', dropout }, outputLayer(target)],
      optimizer: {
        name: 'adamw',
        weightDecay: 0.01,
        beta2: 0.95,
        learningRate: { name: 'cosine', initial: 0.002, total: epochs },
      },
    },
    train: {
      epochs,
      batchSize: rows < 2000 ? 32 : 64,
      // A best epoch that is chosen by few rows flatters the network that is scored by them.
      ...(rows < FEW_ROWS ? {} : { earlyStopping: { patience: Math.ceil(epochs / 5) } }),
    },
  }
}

/** Multiply-adds of all networks of a member, all its epochs: forward, and twice as many backward */
export function workOf({ network, seeds, train }: MemberRecipe, folds: number, rows: number, inputs: number): number {
  let weights = 0
  let width = inputs
  for (const { units } of network.layers) {
    weights += width * units
    width = units
  }
  return 3 * weights * rows * (folds - 1) * seeds * (train.epochs ?? 100)
}
