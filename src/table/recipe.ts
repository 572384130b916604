// What is trained for a table: how many folds, which members, of what shape, for how long. The one place of its numbers.
import type { NetworkConfig } from '../config/config.ts'
import type { TrainOptions } from '../training/options.ts'
import type { Fold } from './folds.ts'
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
  /** Where the folds are to choose more members; what they chose is among `members` of a model's choices */
  readonly search?: Search
}

/** Recipes of networks, of which the best are trained besides the others */
export interface Search {
  readonly recipes: readonly MemberRecipe[]
  readonly kept: number
}

/** What a recipe is made for */
export interface Problem {
  readonly target: Target
  readonly rows: number
  /** Of the inputs with the bins of numbers */
  readonly columns: number
  /** Whether numbers have bins at all: not in very large tables */
  readonly hasBins: boolean
}

const PENALTIES = {
  quick: [0.00003, 0.0003, 0.003, 0.1],
  standard: [0.00003, 0.0003, 0.003, 0.03, 0.1, 0.3, 1],
  thorough: [0.00003, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1],
}
const FOLDS = { quick: 3, standard: 5, thorough: 5 }
/** Below so many rows more folds and seeds are cheap, and steady what few rows leave to chance. */
const FEW_ROWS = 1000
const FOLDS_OF_FEW = { quick: 3, standard: 10, thorough: 10 }
/** Bins pay where there are at least so many rows for each of their columns. */
const ROWS_OF_A_COLUMN = 2
/** Rows that a network sees in training, all epochs together: with very many rows fewer epochs do. */
const MOST_ROWS_SEEN = 3e6
const FEWEST_EPOCHS = 3
/** Of a search */
const KEPT = 3

const FREE = 'no dropout'

/** What networks differ in */
interface Shape {
  readonly units: readonly number[]
  readonly activation: 'relu' | 'selu' | 'silu' | 'mish'
  readonly dropout: number
  readonly weightDecay: number
  readonly rate: number
  readonly hasBins: boolean
  readonly epochs: number
  readonly seeds: number
}

export function recipeFor(problem: Problem, { effort, only }: { effort: Effort; only?: 'linear' | 'network' }): Recipe {
  const { rows, target } = problem
  const folds = Math.min((rows < FEW_ROWS ? FOLDS_OF_FEW : FOLDS)[effort], rows)
  const scales = target.scale.logarithm === undefined ? [false] : [false, true]
  const shape = shapeFor(problem, effort)
  const onScales = (make: (isLogarithmic: boolean) => readonly MemberRecipe[]) => scales.flatMap(make)
  const linear = onScales((isLogarithmic) => PENALTIES[effort].map((l2) => linearRecipe(problem, l2, isLogarithmic)))
  const networks = onScales((isLogarithmic) =>
    usualShapes(problem, shape, effort).map(([what, own]) => networkRecipe(problem, own, what, isLogarithmic)),
  )
  return {
    folds,
    members: [...(only === 'network' ? [] : linear), ...(only === 'linear' ? [] : networks)],
    ...(effort === 'thorough' && only !== 'linear'
      ? { search: { recipes: onScales((isLogarithmic) => variationsOf(problem, shape, isLogarithmic)), kept: KEPT } }
      : {}),
  }
}

function shapeFor({ rows, columns, hasBins }: Problem, effort: Effort): Shape {
  const most = Math.max(FEWEST_EPOCHS, Math.round(MOST_ROWS_SEEN / rows))
  const common = {
    activation: 'relu',
    weightDecay: 0.01,
    rate: 0.002,
    hasBins: hasBins && rows >= ROWS_OF_A_COLUMN * columns,
  } as const
  if (effort === 'quick') return { ...common, units: [32, 32], dropout: 0, epochs: Math.min(30, most), seeds: 1 }
  if (rows < FEW_ROWS) {
    const seeds = effort === 'standard' && rows < 500 ? 8 : 4
    return { ...common, units: [64, 64], dropout: 0.2, epochs: 30, seeds }
  }
  return {
    ...common,
    units: [128, 128],
    dropout: 0.1,
    epochs: Math.min(60, most),
    seeds: effort === 'standard' ? 1 : 2,
  }
}

/** Few rows may want networks to be held back or let free: half the seeds are for each, and the folds say what counts. */
function usualShapes({ rows }: Problem, shape: Shape, effort: Effort): readonly (readonly [string, Shape])[] {
  if (effort === 'quick' || rows >= FEW_ROWS) return [['', shape]]
  const half = { ...shape, seeds: shape.seeds / 2 }
  return [
    ['', half],
    [FREE, { ...half, dropout: 0 }],
  ]
}

/** A dozen networks, each of which differs from the usual one where tables are known to: in size, form, freedom and pace */
function variationsOf(problem: Problem, usual: Shape, isLogarithmic: boolean): MemberRecipe[] {
  const [width] = usual.units
  const { dropout, rate, hasBins } = usual
  const { rows } = problem
  const variations: readonly [string, Partial<Shape>][] = [
    ['', { units: [width] }],
    ['', { units: [2 * width] }],
    ['', { units: [width / 2, width / 2] }],
    ['', { units: [2 * width, 2 * width] }],
    ['', { units: [width, width, width] }],
    ['silu', { activation: 'silu' }],
    ['mish', { activation: 'mish', units: [2 * width, 2 * width, 2 * width] }],
    ['selu', { activation: 'selu', units: [width, width, width], dropout: dropout / 2 }],
    ...(rows < FEW_ROWS ? [] : ([[FREE, { dropout: 0 }]] as [string, Partial<Shape>][])), // else it is among the usual ones
    [FREE, { dropout: 0, units: [2 * width, 2 * width] }],
    ['more dropout', { dropout: 0.4, units: [2 * width, 2 * width] }],
    ['weights that decay', { weightDecay: 0.3 }],
    ['a higher rate', { rate: 3 * rate }],
    ['a lower rate', { rate: rate / 3 }],
    ...(problem.hasBins ? ([[hasBins ? 'no bins' : 'bins', { hasBins: !hasBins }]] as [string, Partial<Shape>][]) : []),
  ]
  return variations.map(([what, change]) => networkRecipe(problem, { ...usual, ...change }, what, isLogarithmic))
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
  { target, rows }: Problem,
  { units, activation, dropout, weightDecay, rate, hasBins, epochs, seeds }: Shape,
  what: string,
  isLogarithmic: boolean,
): MemberRecipe {
  return {
    name: `network ${units.join('-')}${what && ` with ${what}`}${onScale(isLogarithmic)}`,
    isLinear: false,
    hasBins,
    isLogarithmic,
    seeds,
    network: {
      layers: [...units.map((count) => ({ units: count, activation, dropout })), outputLayer(target)],
      optimizer: { name: 'adamw', weightDecay, beta2: 0.95, learningRate: cosine(rate, epochs) },
    },
    train: {
      epochs,
      batchSize: rows < 2000 ? 32 : rows < 50_000 ? 64 : 256,
      // A best epoch that is chosen by few rows flatters the network that is scored by them.
      ...(rows < FEW_ROWS ? {} : { earlyStopping: { patience: Math.ceil(epochs / 5) } }),
    },
  }
}

const cosine = (initial: number, total: number) => ({ name: 'cosine', initial, total }) as const

/** A share of its epochs, and one seed: the rate falls as in the full training, only sooner */
export function briefly(recipe: MemberRecipe, share: number): MemberRecipe {
  const { network, train } = recipe
  const { optimizer } = network as { optimizer: { learningRate: { initial: number } } }
  const epochs = Math.ceil(share * (train.epochs ?? 100))
  return {
    ...recipe,
    seeds: 1,
    network: {
      ...network,
      optimizer: { ...optimizer, learningRate: cosine(optimizer.learningRate.initial, epochs) },
    } as MemberRecipe['network'],
    train: { ...train, epochs },
  }
}

/** Multiply-adds of all networks of a member, all its epochs: forward, and twice as many backward */
export function workOf({ network, seeds, train }: MemberRecipe, folds: readonly Fold[], inputs: number): number {
  let weights = 0
  let width = inputs
  for (const { units } of network.layers) {
    weights += width * units
    width = units
  }
  const rows = folds.reduce((sum, { trained }) => sum + trained.length, 0)
  return 3 * weights * rows * seeds * (train.epochs ?? 100)
}
