// What calls of `train` and `trainStream` read alike: rows of their own for the validation, and targets for metrics.
import { type Matrix, own } from '../data/matrix.ts'
import { takeWeightedRows } from '../data/rows.ts'
import type { TrainingSet } from '../data/training-set.ts'
import { refuse } from '../options/check.ts'
import { checkMetrics, type ResolvedMetric } from '../prediction/metrics.ts'
import type { ResolvedTrainOptions } from './options.ts'
import type { TrainingState } from './session.ts'

export function refuseMissing(): never {
  refuse('metrics', 'no missing targets in the rows that metrics are computed of', Number.NaN)
}

/** Rows of their own for the validation, whose targets are still to be checked for their loss */
export function takeOwn(
  state: TrainingState,
  { inputs, targets, sampleWeights }: NonNullable<ResolvedTrainOptions['validation']>,
  inSteps = false,
) {
  return takeWeightedRows(state, inputs, targets, sampleWeights, 'validation.', 'validation', inSteps)
}

/** The targets of the rows that metrics are computed of, checked for them, and kept */
export function metricTargetsOf({ validation, targets }: TrainingSet, metrics: readonly ResolvedMetric[]): Matrix {
  const measured = own(validation ? validation.targets : targets)
  checkMetrics(metrics, measured)
  return measured
}
