// How good predictions are: of classes accuracy, balanced accuracy and log loss, of numbers R², root mean square and mean absolute
// error; beside those of the baseline, which predicts the commonest class or the mean.
import { lossOf } from './blend.ts'
import { withoutPrototype } from './plain.ts'
import type { Table } from './read.ts'
import { type ColumnSchema, labelOf } from './schema.ts'
import { type Label, meanOf, type Target, unscale } from './target.ts'

export interface Metrics {
  readonly rows: number
  readonly accuracy?: number
  /** Mean over the classes that come of the share found */
  readonly balancedAccuracy?: number
  readonly logLoss?: number
  readonly r2?: number
  readonly rootMeanSquaredError?: number
  readonly meanAbsoluteError?: number
  /** What the commonest class, or the mean of the training rows, would come to */
  readonly baseline: number
}

/** Of rows × outputs against the truth; rows without it do not count. */
export function metricsOf(target: Target, outputs: Float64Array, truth: readonly (Label | undefined)[]): Metrics {
  const known = truth.flatMap((value, row) => (value === undefined ? [] : [row]))
  return target.task === 'classification'
    ? ofClasses(target, outputs, truth, known)
    : ofNumbers(target, outputs, truth, known)
}

/** Of what would be predicted without inputs: the shares of the classes, or the mean */
export function baselineMetrics(target: Target, truth: readonly (Label | undefined)[]): Metrics {
  const { task, shares } = target
  const outputs = task === 'classification' ? shares : [0]
  const length = truth.length * outputs.length
  return metricsOf(
    target,
    Float64Array.from({ length }, (_, index) => outputs[index % outputs.length]),
    truth,
  )
}

function ofClasses(
  target: Target,
  outputs: Float64Array,
  truth: readonly (Label | undefined)[],
  known: readonly number[],
): Metrics {
  const { labels, shares } = target
  const count = labels.length
  const places = new Map(labels.map((label, place) => [String(label), place]))
  const rows = known.filter((row) => places.has(String(truth[row])))
  const values = Float64Array.from(rows, (row) => places.get(String(truth[row])) ?? 0)
  const chosen = Float64Array.from(
    { length: rows.length * count },
    (_, index) => outputs[rows[Math.floor(index / count)] * count + (index % count)],
  )
  const found = new Float64Array(count)
  const total = new Float64Array(count)
  values.forEach((value, index) => {
    const row = chosen.subarray(index * count, (index + 1) * count)
    total[value]++
    if (row.indexOf(Math.max(...row)) === value) found[value]++
  })
  const hits = found.reduce((sum, n) => sum + n, 0)
  const recalls = Float64Array.from(
    [...found].map((n, place) => n / total[place]).filter((share) => !Number.isNaN(share)),
  )
  const commonest = shares.indexOf(Math.max(...shares))
  return {
    rows: known.length,
    accuracy: hits / known.length,
    balancedAccuracy: meanOf(recalls),
    logLoss: lossOf(target, chosen, values),
    baseline: total[commonest] / known.length,
  }
}

function ofNumbers(
  { scale }: Target,
  outputs: Float64Array,
  truth: readonly (Label | undefined)[],
  known: readonly number[],
): Metrics {
  const values = Float64Array.from(known, (row) => Number(truth[row]))
  const errors = Float64Array.from(known, (row, index) => unscale(scale, outputs[row]) - values[index])
  const mean = meanOf(values)
  const square = meanOf(errors.map((error) => error * error))
  const spread = meanOf(values.map((value) => (value - mean) * (value - mean)))
  return {
    rows: known.length,
    r2: 1 - square / spread,
    rootMeanSquaredError: Math.sqrt(square),
    meanAbsoluteError: meanOf(errors.map(Math.abs)),
    baseline: Math.sqrt(spread),
  }
}

/** A target's values as labels or numbers */
export function truthOf(table: Table, name: string): (Label | undefined)[] {
  const column = table.columns.get(name)
  const schema = withoutPrototype(table.schema.find((other) => other.name === name) ?? {}) as ColumnSchema
  return Array.from(column?.values ?? [], (value: number | string | undefined) => {
    if (value === undefined || Number.isNaN(value)) return undefined
    return schema.categories === undefined ? value : labelOf(schema, value as number)
  })
}
