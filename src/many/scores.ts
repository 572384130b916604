// How networks do on the folds that they never saw, their means and deviations, and which configuration comes first.
import type { ResolvedConfig } from '../config/config.ts'
import { type Rows, selectBoth } from '../data/training-set.ts'
import { WasmpropError } from '../errors.ts'
import { Network } from '../network/network.ts'
import { normOf } from '../numerics/norms.ts'
import { refuse } from '../options/check.ts'
import type { ResolvedMetric } from '../prediction/metrics.ts'
import type { CrossValidation, Fold, RankedValidation, Scores, TrainedNetwork } from './options.ts'

/** A configuration that is validated */
export interface Candidate {
  readonly config: ResolvedConfig
  readonly metrics: readonly ResolvedMetric[]
  /** All rows, as its networks take them */
  readonly rows: Rows
}

/** Of which less is better */
const ERRORS: readonly (keyof Scores)[] = ['loss', 'meanAbsoluteError', 'rootMeanSquaredError']

/** `trained`: for each candidate the networks of all folds. Where it fails, they are disposed of. */
export function scoreFolds(
  trained: readonly TrainedNetwork[],
  candidates: readonly Candidate[],
  held: readonly Uint32Array[],
): CrossValidation[] {
  try {
    return candidates.map((candidate, index) => {
      const first = index * held.length
      const folds = held.map((rows, fold): Fold => {
        const one = trained[first + fold]
        return { ...one, rows, ...score(one, candidate, rows, `folds[${fold}]`) }
      })
      return { folds, mean: summarize(folds, meanOf), standardDeviation: summarize(folds, deviationOf) }
    })
  } catch (error) {
    for (const { network } of trained) network.dispose()
    throw error
  }
}

/** A fold whose scores are not finite does not take the others' with it. */
function score(
  { network, result }: TrainedNetwork,
  { rows, metrics }: Candidate,
  numbers: Uint32Array,
  path: string,
): Pick<Fold, 'scores' | 'failure'> {
  try {
    return { scores: Network.evaluateRows(network, selectBoth(rows, numbers), metrics) }
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
  return normOf([values.map((value) => value - mean)]) / Math.sqrt(values.length)
}

/** Finite where all of them are: then their sum may be more than float64 holds. */
function meanOf(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0)
  if (Number.isFinite(sum) || !values.every(Number.isFinite)) return sum / values.length
  return values.reduce((mean, value, index) => mean + (value - mean) / (index + 1), 0)
}

/** By the first metric that is a number, or else by the loss */
function criterionOf(metrics: readonly ResolvedMetric[]): keyof Scores {
  for (const { name } of metrics) if (name !== 'confusion') return name
  return 'loss'
}

/** Losses of other kinds, or of targets that are scaled otherwise, say nothing of each other. */
export function refuseIncomparable(
  [first, ...others]: readonly ResolvedConfig[],
  metrics: readonly ResolvedMetric[],
): void {
  if (criterionOf(metrics) !== 'loss') return
  const kindOf = ({ loss, scaling }: ResolvedConfig) => JSON.stringify([loss, scaling.targets])
  const index = others.findIndex((config) => kindOf(config) !== kindOf(first)) + 1
  if (index === 0) return
  const why = `configs[0] and configs[${index}] have losses that cannot be compared (another loss, or other scaled targets)`
  refuse('metrics', `at least one metric to rank by, since ${why}`, undefined)
}

/** The best first; what has no finite mean comes last, and equal ones stay in their order. */
export function rank(validations: readonly CrossValidation[], metrics: readonly ResolvedMetric[]): RankedValidation[] {
  const name = criterionOf(metrics)
  const sign = ERRORS.includes(name) ? 1 : -1
  const penaltyOf = ({ mean }: CrossValidation) => {
    const value = mean[name]
    return value === undefined || Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value
  }
  const ranked = validations.map((validation, index) => ({ ...validation, index }))
  return ranked.sort((a, b) => (penaltyOf(a) === penaltyOf(b) ? a.index - b.index : penaltyOf(a) - penaltyOf(b)))
}
