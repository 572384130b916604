// Cross-validation: the division of the rows into folds, and the scores of the networks that are trained without them.
import { CROSS_VALIDATION } from '../../assembly/ids.ts'
import { checkInteger, readOptions } from '../checks.ts'
import { LARGEST_SEED, type NetworkConfig, resolveConfig } from '../config.ts'
import type { CrossValidateOptions, CrossValidation, Fold, Scores } from '../cross-validate.ts'
import type { Matrix, MatrixInput } from '../matrix.ts'
import { type ResolvedMetric, resolveMetrics } from '../metrics.ts'
import { Network } from '../network.ts'
import { shuffle } from '../random.ts'
import { readRows } from '../rows.ts'
import { classesOfTargets } from '../targets.ts'
import { checkThreads } from '../threads.ts'
import type { TrainedNetwork } from '../train-many.ts'
import { resolveTrainOptions, type TrainOptions, trainNames } from '../train-options.ts'
import { type Rows, selectBoth } from '../training-set.ts'
import { createAll, trainNetworks } from './train.ts'

const names = [
  ...trainNames,
  'threads',
  'folds',
  'metrics',
  'seed',
] as const satisfies readonly (keyof CrossValidateOptions)[]

export async function validateFolds(
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
  const chosen = held.map((_, fold) => numbersWhere(foldOf, (other) => other !== fold))
  const networks = await createAll(held.map(() => Network.drawn(network)))
  const trained = await trainNetworks(networks, () => ({ options: resolved, threads, rowsFor: () => rows, chosen }))
  return score(trained, held, rows, metrics)
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

function score(
  trained: readonly TrainedNetwork[],
  held: readonly Uint32Array[],
  rows: Rows,
  metrics: readonly ResolvedMetric[],
): CrossValidation {
  try {
    const folds = trained.map(({ network, result }, fold): Fold => {
      const scores = Network.evaluateRows(network, selectBoth(rows, held[fold]), metrics)
      return { network, result, rows: held[fold], scores }
    })
    return { folds, ...summarize(folds) }
  } catch (error) {
    for (const { network } of trained) network.dispose()
    throw error
  }
}

function summarize(folds: readonly Fold[]): Pick<CrossValidation, 'mean' | 'standardDeviation'> {
  const mean: Partial<Scores> = {}
  const standardDeviation: Partial<Scores> = {}
  for (const [key, value] of Object.entries(folds[0].scores)) {
    if (typeof value !== 'number') continue
    const name = key as keyof Scores
    const values = folds.map(({ scores }) => Number(scores[name]))
    const average = meanOf(values)
    mean[name] = average
    standardDeviation[name] = Math.sqrt(meanOf(values.map((score) => (score - average) * (score - average))))
  }
  return { mean: mean as Scores, standardDeviation: standardDeviation as Scores }
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
