// Cross-validation: the division of the rows into folds, which networks are trained without each, and how they do on it.
import { CROSS_VALIDATION } from '../../assembly/ids.ts'
import { LARGEST_SEED, type NetworkConfig } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import { checkThreads } from '../config/threads.ts'
import type { MatrixInput } from '../data/forms.ts'
import type { Matrix } from '../data/matrix.ts'
import { rowsReader } from '../data/rows.ts'
import { classesOfTargets } from '../data/targets.ts'
import { selectRows } from '../data/training-set.ts'
import { isArray, WasmpropError } from '../errors.ts'
import { checkFactory } from '../hosts/worker.ts'
import { shuffle } from '../numerics/random.ts'
import { checkInteger, readOptions } from '../options/check.ts'
import { checkMetrics, metricsFor } from '../prediction/metrics.ts'
import type { TrainOptions } from '../training/options.ts'
import { resolveTrainOptions, trainNames } from '../training/resolve-options.ts'
import type { CrossValidateOptions, CrossValidation, RankedValidation } from './options.ts'
import { type Candidate, rank, refuseIncomparable, scoreFolds } from './scores.ts'
import { createAll, inConfigs, resolveConfigs, sharedPlan, trainNetworks } from './training.ts'

const names = [
  ...trainNames,
  'threads',
  'worker',
  'folds',
  'seed',
] as const satisfies readonly (keyof CrossValidateOptions)[]

/** One for a configuration, ranked ones for a list of them */
export async function crossValidateFolds(
  config: NetworkConfig | readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: CrossValidateOptions,
): Promise<CrossValidation | RankedValidation[]> {
  const given = readOptions(options === undefined ? {} : options, '', names, 'an object such as { folds: 5 }')
  const { folds, metrics: choices, seed, threads: most, worker, ...others } = given
  const resolved = resolveTrainOptions(others as TrainOptions)
  const threads = checkThreads(most)
  const create = checkFactory(worker)
  const isList = isArray(config)
  const configs = isList ? resolveConfigs(config) : [resolveConfig(config as NetworkConfig)]
  const metrics = configs.map((each) => metricsFor(choices, each))
  refuseIncomparable(configs, metrics[0])
  const rowsFor = rowsReader(inputs, targets)
  const candidates = configs.map((each, index): Candidate => {
    return { config: each, metrics: metrics[index], rows: rowsFor({ config: each }) }
  })
  const held = divideIntoFolds(candidates[0], folds, seed)
  for (const candidate of candidates) refuseUnsuited(candidate, held)
  const chosen = held.map((numbers) => complementOf(numbers, candidates[0].rows.inputs.rows))
  // All folds of a configuration, then all of the next
  const networks = await createAll(
    configs.flatMap((each) => held.map(() => each)),
    (error, index) => (isList ? inConfigs(error, Math.floor(index / held.length)) : error),
  )
  const plan = { ...sharedPlan, options: resolved, threads, create, rowsFor, chosen: configs.flatMap(() => chosen) }
  const trained = await trainNetworks(networks, () => plan)
  const validations = scoreFolds(trained, candidates, held)
  return isList ? rank(validations, metrics[0]) : validations[0]
}

/** Numbers of the rows of each fold, ascending */
function divideIntoFolds({ config, rows }: Candidate, folds: unknown, seed: unknown): Uint32Array[] {
  const count = checkInteger(folds === undefined ? 5 : folds, 'folds', 2, rows.inputs.rows)
  const drawnWith = seed === undefined ? config.seed : checkInteger(seed, 'seed', 0, LARGEST_SEED)
  const foldOf = drawFolds(rows.targets, count, drawnWith)
  const numbers = foldOf.map((_, row) => row)
  return Array.from({ length: count }, (_, fold) => numbers.filter((row) => foldOf[row] === fold))
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

/** The numbers of all other rows, ascending */
function complementOf(numbers: Uint32Array, rows: number): Uint32Array {
  const isOne = new Uint8Array(rows)
  for (const row of numbers) isOne[row] = 1
  return Uint32Array.from(isOne, (_, row) => row).filter((row) => isOne[row] === 0)
}

/** Throws INVALID_DATA, before anything is trained, where targets do not suit a metric: all of them, or those of a fold. */
function refuseUnsuited({ metrics, rows: { targets } }: Candidate, held: readonly Uint32Array[]): void {
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
