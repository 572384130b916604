// The table of metrics: what `evaluate` says about outputs besides their loss, in scikit-learn's meaning. The option
// `metrics` is checked here as well.

import type { Matrix } from '../data/matrix.ts'
import { reading, unexpected } from '../errors.ts'
import type { Values } from '../numerics/values.ts'
import { checkInteger, checkName, isOptionObject, readOptions, refuse } from '../options/check.ts'
import { classesOf } from './outputs.ts'

/**
 * The metrics that were asked for. Those of classes take as a row's class the output with the largest value (the first
 * of equal ones), or for a single output 1 where it is above ½, as `predictClass` does. Targets for them are class
 * numbers or rows with one largest entry, for a single output 0 or 1. Those of errors are in the targets' own units, and
 * compare with one-hot rows where targets are class numbers.
 */
export interface Metrics {
  /** Share of rows whose class is right */
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
   * against the rest. INVALID_DATA where a class has no rows.
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

/**
 * How precision, recall and f1 of several classes become one number: that of class 1 (the default for two classes), the
 * mean over the classes that occur in targets or predictions (the default for more), that of all classes' rows counted
 * together, or the mean weighted by the classes' rows.
 */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted'

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
}

interface Metric {
  readonly options: readonly ('k' | 'average')[]
  /** Throws INVALID_DATA where targets do not suit it. */
  readonly check: (truth: Truth) => unknown
  readonly compute: (comparison: Comparison, options: ResolvedMetric) => number | number[][]
}

const table: Readonly<Record<MetricName, Metric>> = {
  accuracy: { options: [], check: classesOfRows, compute: accuracy },
  topK: { options: ['k'], check: classesOfRows, compute: topK },
  precision: averaged((_actual, predicted) => predicted),
  recall: averaged((actual) => actual),
  f1: averaged((actual, predicted) => (actual + predicted) / 2),
  auc: { options: [], check: requireEveryClass, compute: auc },
  confusion: { options: [], check: classesOfRows, compute: confusion },
  meanAbsoluteError: { options: [], check: takeAny, compute: meanAbsoluteError },
  rootMeanSquaredError: { options: [], check: takeAny, compute: rootMeanSquaredError },
  r2: { options: [], check: requireTwoRows, compute: r2 },
}

/** One number from the scores of all classes */
const averages: Readonly<Record<Average, (scores: readonly number[], comparison: Comparison) => number>> = {
  binary: (scores) => scores[1],
  macro: (scores, { counts: { actual, predicted } }) =>
    averageOf(scores.filter((_, c) => actual[c] + predicted[c] > 0)),
  // Every row is of one class and is taken for one, so all three metrics have the same denominator.
  micro: (_scores, comparison) => accuracy(comparison),
  weighted: (scores, { counts: { actual }, rows }) => sum(scores.map((score, c) => score * actual[c])) / rows,
}

/**
 * Checks the option `metrics`: names, or objects with a name and options, each metric once; none where it is left out.
 * `units` are those of the output layer, on which options and their defaults depend.
 */
export function resolveMetrics(value: unknown, units: number): ResolvedMetric[] {
  return reading('INVALID_CONFIG', 'metrics', 'an array of metrics', () => {
    if (value === undefined) return []
    if (!Array.isArray(value)) refuse('metrics', 'an array of metrics, as in ["accuracy"]', value)
    const metrics = Array.from(value, (choice: unknown, index) => resolveMetric(choice, `metrics[${index}]`, units))
    metrics.forEach(({ name }, index) => {
      if (metrics.findIndex((metric) => metric.name === name) === index) return
      refuse(`metrics[${index}]`, 'every metric once', name, ' again')
    })
    return metrics
  })
}

function resolveMetric(value: unknown, path: string, units: number): ResolvedMetric {
  const isObject = isOptionObject(value)
  const choice = isObject ? value : { name: value }
  const given = Object.hasOwn(choice, 'name') ? choice.name : undefined
  const name = checkName(given, isObject ? `${path}.name` : path, Object.keys(table) as MetricName[])
  const options = readOptions(choice, path, ['name', ...table[name].options])
  const classCount = classCountOf(units)
  const names = Object.keys(averages) as Average[]
  if (classCount > 2) names.splice(names.indexOf('binary'), 1)
  const { k = 2, average = names[0] } = options
  return {
    name,
    k: checkInteger(k, `${path}.k`, 1, classCount),
    average: checkName(average, `${path}.average`, names, classCount > 2 ? ` for ${classCount} classes` : ''),
  }
}

/** Throws INVALID_DATA where targets, as `readTargets` gives them, do not suit a metric. */
export function checkMetrics(metrics: readonly ResolvedMetric[], targets: Matrix): void {
  checkAll(metrics, new Truth(targets))
}

function checkAll(metrics: readonly ResolvedMetric[], truth: Truth): void {
  for (const { name } of metrics) table[name].check(truth)
}

/**
 * Computes metrics of `outputs`, rows × units without gaps in the targets' own units, against targets as `readTargets`
 * gives them. Throws INVALID_DATA where the targets do not suit a metric, NOT_FINITE where a value leaves float64's range.
 */
export function computeMetrics(metrics: readonly ResolvedMetric[], outputs: Values, targets: Matrix): Metrics {
  const comparison = new Comparison(outputs, targets)
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

function classCountOf(units: number): number {
  return Math.max(2, units)
}

/** Targets, and what several metrics read of them: made when the first one does. */
class Truth {
  readonly targets: Matrix
  readonly units: number
  readonly rows: number
  /** Two for a single output */
  readonly classCount: number
  #values?: Float64Array
  #actual?: Uint32Array

  constructor(targets: Matrix) {
    this.targets = targets
    this.units = targets.columns
    this.rows = targets.rows
    this.classCount = classCountOf(this.units)
  }

  /** Rows × units */
  get values(): Float64Array {
    if (this.#values) return this.#values
    this.#values = new Float64Array(this.rows * this.units)
    this.targets.copyRows(0, this.rows, this.#values, 0, this.units)
    return this.#values
  }

  /** The class of every row. Throws INVALID_DATA where targets are no classes. */
  get actual(): Uint32Array {
    this.#actual ??= this.targets.classes ?? requireClasses(this.targets, this.values, this.units)
    return this.#actual
  }
}

/** Rows per class: that are of it, that are taken for it, and both */
interface Counts {
  readonly actual: Float64Array
  readonly predicted: Float64Array
  readonly both: Float64Array
}

/** The same with outputs beside the targets */
class Comparison extends Truth {
  readonly outputs: Values
  #predicted?: Uint32Array
  #counts?: Counts
  #errors?: Float64Array

  constructor(outputs: Values, targets: Matrix) {
    super(targets)
    this.outputs = outputs
  }

  /** The class that every row is taken for */
  get predicted(): Uint32Array {
    this.#predicted ??= classesOf(this.outputs, this.units)
    return this.#predicted
  }

  get counts(): Counts {
    this.#counts ??= countClasses(this)
    return this.#counts
  }

  /** ½ (output − target), rows × units: halved, because no difference of halves overflows */
  get errors(): Float64Array {
    const { outputs } = this
    this.#errors ??= this.values.map((target, index) => outputs[index] / 2 - target / 2)
    return this.#errors
  }
}

// What metrics ask of targets

function takeAny(): void {}

function classesOfRows({ actual }: Truth): Uint32Array {
  return actual
}

const ADVICE = '; metrics of classes need one class per row, while meanAbsoluteError and r2 take any targets'

function requireClasses(targets: Matrix, values: Float64Array, units: number): Uint32Array {
  const classes = classesOf(values, units)
  const path = targets.name
  for (let row = 0; row < classes.length; row++) {
    if (units === 1 && values[row] !== classes[row]) {
      const got = `${values[row]}${ADVICE}`
      throw unexpected('INVALID_DATA', targets.place(row, 0), "0 or 1, the row's class", got, { path, row, column: 0 })
    }
    const largest = values[row * units + classes[row]]
    for (let unit = classes[row] + 1; unit < units; unit++) {
      if (values[row * units + unit] !== largest) continue
      const expected = `one largest entry in row ${row}, the row's class`
      throw unexpected('INVALID_DATA', path, expected, `several of ${largest}${ADVICE}`, { path, row })
    }
  }
  return classes
}

function requireEveryClass({ targets, actual, classCount }: Truth): void {
  const present = new Set(actual)
  for (let absent = 0; absent < classCount; absent++) {
    if (present.has(absent)) continue
    throw unexpected('INVALID_DATA', targets.name, 'rows of every class for auc', `none of class ${absent}`)
  }
}

function requireTwoRows({ targets, rows }: Truth): void {
  if (rows >= 2) return
  throw unexpected('INVALID_DATA', targets.name, 'at least two rows for r2', 'one')
}

// The metrics

function countClasses({ actual, predicted, classCount, rows }: Comparison): Counts {
  const zeros = () => new Float64Array(classCount)
  const counts = { actual: zeros(), predicted: zeros(), both: zeros() }
  for (let row = 0; row < rows; row++) {
    counts.actual[actual[row]]++
    counts.predicted[predicted[row]]++
    if (actual[row] === predicted[row]) counts.both[actual[row]]++
  }
  return counts
}

function accuracy({ counts: { both }, rows }: Comparison): number {
  return sum(both) / rows
}

function topK({ outputs, actual, predicted, units, rows }: Comparison, { k }: ResolvedMetric): number {
  let hits = 0
  for (let row = 0; row < rows; row++) {
    const rank = units === 1 ? Number(actual[row] !== predicted[row]) : rankOf(outputs, row * units, units, actual[row])
    if (rank < k) hits++
  }
  return hits / rows
}

/** How many of a row's outputs come before that of a class: larger ones, and equal ones to the left */
function rankOf(outputs: Values, start: number, units: number, ofClass: number): number {
  const output = outputs[start + ofClass]
  let rank = 0
  for (let unit = 0; unit < units; unit++) {
    const other = outputs[start + unit]
    if (other > output || (other === output && unit < ofClass)) rank++
  }
  return rank
}

/** A metric that is, per class, the rows rightly taken for it over a denominator made of its rows, and averaged */
function averaged(denominator: (actual: number, predicted: number) => number): Metric {
  return {
    options: ['average'],
    check: classesOfRows,
    compute(comparison, { average }) {
      const { actual, predicted, both } = comparison.counts
      const scores = Array.from(both, (hits, c) => (hits === 0 ? 0 : hits / denominator(actual[c], predicted[c])))
      return averages[average](scores, comparison)
    },
  }
}

function auc(comparison: Comparison): number {
  const { units } = comparison
  if (units <= 2) return areaOf(comparison, 1)
  return averageOf(Array.from({ length: units }, (_, ofClass) => areaOf(comparison, ofClass)))
}

/** Of all pairs of a row of the class and another row, the share in which the former has the larger output (Mann, Whitney) */
function areaOf({ outputs, actual, counts, units, rows }: Comparison, ofClass: number): number {
  const positives = new Float64Array(counts.actual[ofClass])
  const negatives = new Float64Array(rows - positives.length)
  const unit = Math.min(ofClass, units - 1)
  for (let row = 0, positive = 0; row < rows; row++) {
    const output = outputs[row * units + unit]
    if (actual[row] === ofClass) positives[positive++] = output
    else negatives[row - positive] = output
  }
  negatives.sort()
  let below = 0
  let notAbove = 0
  let halves = 0
  for (const positive of positives.sort()) {
    while (below < negatives.length && negatives[below] < positive) below++
    while (notAbove < negatives.length && negatives[notAbove] <= positive) notAbove++
    halves += below + notAbove
  }
  return halves / (2 * positives.length * negatives.length)
}

function confusion({ actual, predicted, classCount, rows }: Comparison): number[][] {
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0))
  for (let row = 0; row < rows; row++) matrix[actual[row]][predicted[row]]++
  return matrix
}

function meanAbsoluteError({ errors }: Comparison): number {
  const { total, scale } = sumOf(errors, Math.abs)
  return (total / errors.length) * scale * 2
}

function rootMeanSquaredError({ errors }: Comparison): number {
  const { total, scale } = sumOf(errors, square)
  return Math.sqrt(total / errors.length) * scale * 2
}

function r2({ errors, values, units }: Comparison): number {
  const scores = Array.from({ length: units }, (_, unit) =>
    determination(columnOf(errors, unit, units), columnOf(values, unit, units)),
  )
  return averageOf(scores)
}

/** r2 of one output, from half its errors and its targets */
function determination(errors: Float64Array, targets: Float64Array): number {
  // From the first target, so that a constant column deviates by exactly 0 and a far-off one keeps its digits
  const shifted = targets.map((target) => target / 2 - targets[0] / 2)
  const { total, scale } = sumOf(shifted, (value) => value)
  const center = (total / shifted.length) * scale
  const deviations = shifted.map((value) => value - center)
  const residual = sumOf(errors, square)
  const whole = sumOf(deviations, square)
  if (residual.total === 0) return 1
  if (whole.total === 0) return 0
  const ratio = residual.scale / whole.scale
  return 1 - (residual.total / whole.total) * ratio * ratio
}

function columnOf(values: Float64Array, column: number, columns: number): Float64Array {
  return new Float64Array(values.length / columns).map((_, row) => values[row * columns + column])
}

const square = (value: number) => value * value

/**
 * Σ term(value / scale), with the digits that the additions lose (Neumaier 1974). `scale` is the power of two that brings
 * the largest magnitude to 1 … 2, so that no square overflows or vanishes.
 */
function sumOf(values: Float64Array, term: (value: number) => number): { total: number; scale: number } {
  const scale = scaleOf(values)
  let total = 0
  let lost = 0
  for (let index = 0; index < values.length; index++) {
    const next = term(values[index] / scale)
    const more = total + next
    lost += Math.abs(total) >= Math.abs(next) ? total - more + next : next - more + total
    total = more
  }
  return { total: total + lost, scale }
}

/** The largest power of two that is at most the largest magnitude; 1 if all values are 0 */
function scaleOf(values: Float64Array): number {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  let scale = 1
  while (scale * 2 <= largest && scale < largest) scale *= 2 // ends for an infinity too
  while (scale > largest && largest > 0) scale /= 2
  return scale
}

function averageOf(values: readonly number[]): number {
  return sum(values) / values.length
}

function sum(values: readonly number[] | Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
