// Cross-validation: the division of the rows into folds, and the scores of the networks that are trained without them.
import { CROSS_VALIDATION } from '../../assembly/ids.ts'
import { LARGEST_SEED, type NetworkConfig, resolveConfig } from '../config/config.ts'
import { checkThreads } from '../config/threads.ts'
import type { Matrix, MatrixInput } from '../data/matrix.ts'
import { readRows } from '../data/rows.ts'
import { classesOfTargets } from '../data/targets.ts'
import { type Rows, selectBoth, selectRows } from '../data/training-set.ts'
import { WasmpropError } from '../errors.ts'
import { Network } from '../network/network.ts'
import { shuffle } from '../numerics/random.ts'
import { checkInteger, readOptions } from '../options/check.ts'
import { checkMetrics, type ResolvedMetric, resolveMetrics } from '../prediction/metrics.ts'
import { resolveTrainOptions, type TrainOptions, trainNames } from '../training/options.ts'
import type { CrossValidateOptions, CrossValidation, Fold, Scores } from './cross-validate.ts'
import type { TrainedNetwork } from './train-many.ts'
import { createAll, trainNetworks } from './training.ts'

const names = [
  ...trainNames,
  'threads',
  'folds',
  'metrics',
  'seed',
] as const satisfies readonly (keyof CrossValidateOptions)[]

export async function crossValidateFolds(
  config: NetworkConfig,
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: CrossValidateOptions,
): Promise<CrossValidation> {
  const given = readOptions(options === undefined ? {} : options, '', names, 'an object such as { folds: 5 }')
  const { folds: count = 5, metrics: choices, seed, threads: most, ...others } = given
  const resolved = resolveTrainOptions(others as TrainOptions)
  const threads = checkThreads(most)
  const network = resolveConfig(config)
  const metrics = resolveMetrics(choices, network.outputs)
  const rows = readRows({ config: network }, inputs, targets)
  const folds = checkInteger(count, 'folds', 2, rows.inputs.rows)
  const foldOf = drawFolds(
    rows.targets,
    folds,
    seed === undefined ? network.seed : checkInteger(seed, 'seed', 0, LARGEST_SEED),
  )
  const held = Array.from({ length: folds }, (_, fold) => numbersWhere(foldOf, (other) => other === fold))
  refuseUnsuited(metrics, rows.targets, held)
  const chosen = held.map((_, fold) => numbersWhere(foldOf, (other) => other !== fold))
  const networks = await createAll(held.map(() => Network.drawn(network)))
  const trained = await trainNetworks(networks, () => ({ options: resolved, threads, rowsFor: () => rows, chosen }))
  return scoreAll(trained, held, rows, metrics)
}

/**
 * The fold of every row. Rows are dealt out class by class, in an order drawn for all: so that folds differ by one row at
 * most in every class, and in all.
 */
export function drawFolds(targets: Matrix, folds: number, seed: number): Uint32Array {
  const { rows } = targets
  const classes = classesOfTargets(targets) ?? new Uint32Array(rows)
  const order = new Uint32Array(rows)
  shuffle(order, rows, seed, 0, CROSS_VALIDATION)
  const byClass = Array.from(order).sort((a, b) => classes[a] - classes[b]) // keeps the order within a class
  const foldOf = new Uint32Array(rows)
  byClass.forEach((row, place) => {
    foldOf[row] = place % folds
  })
  return foldOf
}

function numbersWhere(foldOf: Uint32Array, isWanted: (fold: number) => boolean): Uint32Array {
  return Uint32Array.from(foldOf, (_, row) => row).filter((row) => isWanted(foldOf[row]))
}

/** Throws INVALID_DATA, before anything is trained, where targets do not suit a metric: all of them, or those of a fold. */
function refuseUnsuited(metrics: readonly ResolvedMetric[], targets: Matrix, held: readonly Uint32Array[]): void {
  checkMetrics(metrics, targets)
  held.forEach((numbers, fold) => {
    try {
      checkMetrics(metrics, selectRows(targets, numbers))
    } catch (error) {
      if (!(error instanceof WasmpropError)) throw error
      const { code, message, path } = error
      throw new WasmpropError(code, `${message} in folds[${fold}]; take fewer folds`, { path, cause: error })
    }
  })
}

function scoreAll(
  trained: readonly TrainedNetwork[],
  held: readonly Uint32Array[],
  all: Rows,
  metrics: readonly ResolvedMetric[],
): CrossValidation {
  try {
    const folds = trained.map((one, fold): Fold => {
      const rows = held[fold]
      return { ...one, rows, ...score(one, selectBoth(all, rows), metrics, `folds[${fold}]`) }
    })
    return { folds, mean: summarize(folds, meanOf), standardDeviation: summarize(folds, deviationOf) }
  } catch (error) {
    for (const { network } of trained) network.dispose()
    throw error
  }
}

/** A fold whose scores are not finite does not take the others' with it. */
function score(
  { network, result }: TrainedNetwork,
  rows: Rows,
  metrics: readonly ResolvedMetric[],
  path: string,
): Pick<Fold, 'scores' | 'failure'> {
  try {
    return { scores: Network.evaluateRows(network, rows, metrics) }
  } catch (error) {
    if (!(error instanceof WasmpropError) || error.code !== 'NOT_FINITE') throw error
    const why = result.advice === undefined ? '' : `; training diverged: ${result.advice}`
    return { scores: { loss: Number.POSITIVE_INFINITY }, failure: `${path}: ${error.message}${why}` }
  }
}

function summarize(folds: readonly Fold[], reduce: (values: readonly number[]) => number): Scores {
  const summary: Partial<Scores> = {}
  for (const key of Object.keys(folds[0].scores)) {
    const name = key as keyof Scores
    const values = folds.map(({ scores }) => scores[name])
    if (values.every((value) => typeof value === 'number')) summary[name] = reduce(values)
  }
  return summary as Scores
}

function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values)
  if (mean === Number.POSITIVE_INFINITY) return mean
  return Math.sqrt(meanOf(values.map((value) => (value - mean) * (value - mean))))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
