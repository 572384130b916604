// What is trained for a table: how many folds, which members, of what shape, for how long. The one place of its numbers.
import type { NetworkConfig } from '../config/config.ts'
import type { TrainOptions } from '../training/options.ts'
import type { Target } from './target.ts'

export type Effort = 'quick' | 'standard' | 'thorough'
export const efforts = ['quick', 'standard', 'thorough'] as const

/** One kind of member of the average; each is trained once a fold and a seed. */
export interface MemberRecipe {
  readonly name: string
  /** Whether its inputs have the bins of numbers */
  readonly hasBins: boolean
  readonly seeds: number
  readonly network: Omit<NetworkConfig, 'inputs' | 'seed'>
  readonly train: TrainOptions
}

export interface Recipe {
  readonly folds: number
  /** Of these one is taken: the best over the folds */
  readonly linear: readonly MemberRecipe[]
  readonly networks: readonly MemberRecipe[]
}

const PENALTIES = {
  quick: [0.003],
  standard: [0.0003, 0.003, 0.03, 0.1, 0.3],
  thorough: [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
}
const FOLDS = { quick: 3, standard: 5, thorough: 5 }
/** Below so many rows more folds and seeds are cheap, and steady what few rows leave to chance. */
const FEW_ROWS = 1000
const FOLDS_OF_FEW = { quick: 3, standard: 10, thorough: 10 }
/** Bins pay where there are at least so many rows for each of their columns. */
const ROWS_OF_A_COLUMN = 2

/** `columns`: of the inputs with the bins of numbers */
export function recipeFor({ task, labels }: Target, rows: number, columns: number, effort: Effort): Recipe {
  const output = task === 'classification' ? ({ units: labels.length, activation: 'softmax' } as const) : { units: 1 }
  const linear = PENALTIES[effort].map(
    (l2): MemberRecipe => ({
      name: `linear, l2 ${l2}`,
      hasBins: false,
      seeds: 1,
      network: { layers: [output], optimizer: 'lbfgs', regularization: { l2 } },
      train: { epochs: 60, batchSize: 'full' },
    }),
  )
  const network = (units: number, dropout: number, epochs: number, seeds: number): MemberRecipe => ({
    name: `network ${units}-${units}`,
    hasBins: rows >= ROWS_OF_A_COLUMN * columns,
    seeds,
    network: {
      layers: [{ units, activation: 'relu', dropout }, { units, activation: 'relu', dropout }, output],
      optimizer: {
        name: 'adamw',
        weightDecay: 0.01,
        beta2: 0.95,
        learningRate: { name: 'cosine', initial: 0.002, total: epochs },
      },
    },
    train: { epochs, batchSize: rows < 2000 ? 32 : 64, earlyStopping: { patience: Math.ceil(epochs / 5) } },
  })
  const networks = {
    quick: () => [network(32, 0, 30, 1)],
    standard: () => [network(128, 0.1, 60, rows < FEW_ROWS ? 2 : 1)],
    thorough: () => [network(128, 0.1, 100, 3), network(256, 0.2, 100, 2)],
  }
  return {
    folds: Math.min((rows < FEW_ROWS ? FOLDS_OF_FEW : FOLDS)[effort], rows),
    linear,
    networks: networks[effort](),
  }
}
