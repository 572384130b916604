// The table of metrics: what `evaluate` says about outputs besides their loss, in scikit-learn's meaning. The option
// `metrics` is checked here as well.

import type { ResolvedConfig } from '../config/config.ts'
import type { Matrix } from '../data/matrix.ts'
import { reading, unexpected } from '../errors.ts'
import type { Values } from '../numerics/values.ts'
import { checkInteger, checkName, isOptionObject, readOptions, refuse } from '../options/check.ts'
import { losses } from '../tables/losses.ts'
import {
  type Average,
  accuracy,
  auc,
  averaged,
  averagesFor,
  confusion,
  type Denominator,
  topK,
} from './class-metrics.ts'
import {
  Comparison,
  classCountOf,
  requireClassOrLabels,
  requireEveryClass,
  requireFewClasses,
  requireTwoRows,
  Truth,
  takeAny,
} from './comparison.ts'
import { meanAbsoluteError, r2, rootMeanSquaredError } from './error-metrics.ts'

export type { Average } from './class-metrics.ts'

/**
 * The metrics that were asked for. Those of classes take as a row's class the output with the largest value (the first
 * of equal ones), or for a single output 1 where it is above ½, as `predictClass` does. Targets for them are class
 * numbers or rows with one largest entry, for a single output 0 or 1. Several sigmoid outputs with `binaryCrossEntropy` are
 * labels of which a row may have several: each is given where its output is above ½, targets are 0 or 1. Those of errors
 * are in the targets' own units, and compare with one-hot rows where targets are class numbers.
 */
export interface Metrics {
  /** Share of rows whose class is right, or all of whose labels are */
  accuracy?: number
  /** Share of rows whose class is among the `k` (2) largest outputs; of equal outputs the first counts as larger */
  topK?: number
  /** Of the rows that are taken for a class, the share that are of it; 0 where no row is taken for it */
  precision?: number
  /** Of a class's rows, the share that are taken for it; 0 where there are none */
  recall?: number
  /** Harmonic mean of precision and recall; 0 where both are */
  f1?: number
  /**
   * Area under the receiver operating characteristic: the probability that a row of class 1 has a larger output (two
   * units: output of class 1) than a row of class 0, equal ones counting ½. For more classes the mean over them of each
   * against the rest, for labels the mean over them. INVALID_DATA where a class, or a label with its contrary, has no rows.
   */
  auc?: number
  /** Rows by [class][class that they are taken for], 2 × 2 for a single output */
  confusion?: number[][]
  /** Mean over rows and outputs of |output − target| */
  meanAbsoluteError?: number
  /** Root of the mean over rows and outputs of (output − target)² */
  rootMeanSquaredError?: number
  /**
   * Coefficient of determination, 1 − Σ (output − target)² / Σ (target − mean)², the mean over the outputs. A constant
   * target counts 1 if its outputs are exact, else 0. INVALID_DATA for a single row.
   */
  r2?: number
}

export type MetricName = keyof Metrics

/** `'accuracy'`, or `{ name: 'topK', … }` where a metric has options. `k` goes from 1 to the number of classes. */
export type MetricChoice =
  | MetricName
  | { name: Exclude<MetricName, 'topK' | 'precision' | 'recall' | 'f1'> }
  | { name: 'topK'; k?: number }
  | { name: 'precision' | 'recall' | 'f1'; average?: Average }

type NameOf<Choice extends MetricChoice> = Choice extends { name: infer Name extends MetricName }
  ? Name
  : Choice & MetricName

/** What `evaluate` gives for these choices: each metric that is known to be among them is there. */
export type Evaluation<Choices extends readonly MetricChoice[]> = { loss: number } & (number extends Choices['length']
  ? Pick<Metrics, NameOf<Choices[number]>>
  : Required<Pick<Metrics, NameOf<Choices[number]>>>)

/** A checked choice. Options that the metric does not have are at their defaults. */
export interface ResolvedMetric {
  readonly name: MetricName
  readonly k: number
  readonly average: Average
  /** Whether the targets are labels, of which a row may have several */
  readonly areLabels: boolean
}

/** Those that are one number, so that they can be watched over epochs */
export type EpochMetricName = Exclude<MetricName, 'confusion'>

interface Metric {
  readonly options: readonly ('k' | 'average')[]
  /** Throws INVALID_DATA where targets do not suit it. */
  readonly check: (truth: Truth) => void
  readonly compute: (comparison: Comparison, options: ResolvedMetric) => number | number[][]
  /** Whether less is better */
  readonly falls?: boolean
  /** Whether it has no meaning for several labels */
  readonly needsClasses?: boolean
  /** Whether the class that each row is taken for, and the rank of its own, are enough */
  readonly readsClasses?: boolean
}

const averagedBy = (denominator: Denominator): Metric => ({
  options: ['average'],
  check: requireClassOrLabels,
  compute: (comparison, { average }) => averaged(comparison, average, denominator),
  readsClasses: true,
})

const table: Readonly<Record<MetricName, Metric>> = {
  accuracy: { options: [], check: requireClassOrLabels, compute: accuracy, readsClasses: true },
  topK: {
    options: ['k'],
    check: requireClassOrLabels,
    compute: (of, { k }) => topK(of, k),
    needsClasses: true,
    readsClasses: true,
  },
  precision: averagedBy((_actual, predicted) => predicted),
  recall: averagedBy((actual) => actual),
  f1: averagedBy((actual, predicted) => (actual + predicted) / 2),
  auc: { options: [], check: requireEveryClass, compute: auc },
  confusion: { options: [], check: requireFewClasses, compute: confusion, needsClasses: true, readsClasses: true },
  meanAbsoluteError: { options: [], check: takeAny, compute: meanAbsoluteError, falls: true },
  rootMeanSquaredError: { options: [], check: takeAny, compute: rootMeanSquaredError, falls: true },
  r2: { options: [], check: requireTwoRows, compute: r2 },
}

/**
 * Checks the option `metrics`: names, or objects with a name and options, each metric once; none where it is left out.
 * `units` are those of the output layer, on which options and their defaults depend; `areLabels`: whether each is one of its
 * own, as with a cross-entropy of several sigmoid outputs.
 */
export function resolveMetrics(value: unknown, units: number, areLabels = false): ResolvedMetric[] {
  return reading('INVALID_CONFIG', 'metrics', 'an array of metrics', () => {
    if (value === undefined) return []
    if (!Array.isArray(value)) refuse('metrics', 'an array of metrics, as in ["accuracy"]', value)
    const metrics = Array.from(value, (choice: unknown, index) =>
      resolveMetric(choice, `metrics[${index}]`, units, areLabels),
    )
    metrics.forEach(({ name }, index) => {
      if (metrics.findIndex((metric) => metric.name === name) === index) return
      refuse(`metrics[${index}]`, 'every metric once', name, ' again')
    })
    return metrics
  })
}

/** The same for a network of this configuration */
export function metricsFor(
  value: unknown,
  { outputs, loss }: Pick<ResolvedConfig, 'outputs' | 'loss'>,
): ResolvedMetric[] {
  return resolveMetrics(value, outputs, outputs > 1 && losses[loss.name].targets === 'probability')
}

function resolveMetric(value: unknown, path: string, units: number, areLabels: boolean): ResolvedMetric {
  const isObject = isOptionObject(value)
  const choice = isObject ? value : { name: value }
  const given = Object.hasOwn(choice, 'name') ? choice.name : undefined
  const name = checkName(given, isObject ? `${path}.name` : path, Object.keys(table) as MetricName[])
  if (areLabels && table[name].needsClasses) {
    refuse(path, 'a metric of labels with several sigmoid outputs (a row may have several), such as f1', name)
  }
  const options = readOptions(choice, path, ['name', ...table[name].options])
  const classCount = classCountOf(units)
  const averages = averagesFor(classCount, areLabels)
  const { k = Math.min(2, classCount), average = averages[0] } = options
  const what = areLabels ? 'labels' : 'classes'
  const of = areLabels || classCount > 2 ? ` for ${classCount} ${what}` : ''
  return {
    name,
    k: checkInteger(k, `${path}.k`, 1, classCount),
    average: checkName(average, `${path}.average`, averages, of),
    areLabels,
  }
}

/** Whether a metric of class numbers needs more than the class of each row and the rank of its own */
export function readsOutputs({ name }: ResolvedMetric): boolean {
  return !table[name].readsClasses
}

export const epochMetrics = (Object.keys(table) as MetricName[]).filter((name) => name !== 'confusion')

export function isEpochMetric(value: unknown): value is EpochMetricName {
  return (epochMetrics as unknown[]).includes(value)
}

/** −1 where less is better */
export function directionOf(name: EpochMetricName): 1 | -1 {
  return table[name].falls ? -1 : 1
}

/** `metricsFor`, of those that are computed after every epoch */
export function epochMetricsFor(value: unknown, config: Pick<ResolvedConfig, 'outputs' | 'loss'>): ResolvedMetric[] {
  const metrics = metricsFor(value, config)
  metrics.forEach(({ name }, index) => {
    if (name === 'confusion') refuse(`metrics[${index}]`, 'a metric that is one number; evaluate gives all', name)
  })
  return metrics
}

/** What leads to these metrics again */
export function choicesOf(metrics: readonly ResolvedMetric[]): object[] {
  return metrics.map(({ name, k, average }) => {
    const { options } = table[name]
    return { name, ...(options.includes('k') ? { k } : {}), ...(options.includes('average') ? { average } : {}) }
  })
}

/** Throws INVALID_DATA where targets, as `readTargets` gives them, do not suit a metric. */
export function checkMetrics(metrics: readonly ResolvedMetric[], targets: Matrix): void {
  checkAll(metrics, new Truth(targets, haveLabels(metrics)))
}

const haveLabels = (metrics: readonly ResolvedMetric[]) => metrics.some(({ areLabels }) => areLabels)

function checkAll(metrics: readonly ResolvedMetric[], truth: Truth): void {
  for (const { name } of metrics) table[name].check(truth)
}

/**
 * Computes metrics of `outputs`, rows × units without gaps in the targets' own units, against targets as `readTargets`
 * gives them. Throws INVALID_DATA where the targets do not suit a metric, NOT_FINITE where a value leaves float64's range.
 */
export function computeMetrics(
  metrics: readonly ResolvedMetric[],
  outputs: Values,
  targets: Matrix,
  predicted?: Uint32Array,
  ranks?: Uint32Array,
): Metrics {
  const comparison = new Comparison(outputs, targets, haveLabels(metrics), predicted, ranks)
  checkAll(metrics, comparison)
  const values: Partial<Record<MetricName, number | number[][]>> = {}
  for (const metric of metrics) {
    const { name } = metric
    const value = table[name].compute(comparison, metric)
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw unexpected('NOT_FINITE', name, 'a finite value', `${value}; outputs and targets are too far apart`)
    }
    values[name] = value
  }
  return values as Metrics
}
