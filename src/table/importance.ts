// What columns do for predictions: over many rows by permutation, for one record by Shapley values. Both are seeded.
import { TABLE_IMPORTANCE } from '../../assembly/ids.ts'
import { shuffle } from '../numerics/random.ts'
import { lossOf } from './blend.ts'
import { type ColumnEncoding, widthOf } from './encode.ts'
import { type BothInputs, type Ensemble, type Inputs, predictEnsemble } from './ensemble.ts'
import { withoutBins } from './inputs.ts'
import { meanOf, type Target, unscale } from './target.ts'

/** How much the loss grows where a column's cells are dealt out anew among the rows (Breiman 2001), and by how much that varies */
export interface ColumnImportance {
  readonly column: string
  readonly mean: number
  readonly deviation: number
}

/** What each column adds to a prediction, from the mean over training rows to this record's */
export interface TableExplanation {
  /** What is explained: the probability of the label that is predicted, or the number itself */
  readonly label?: string
  readonly prediction: number
  /** The mean over the training rows that stand for all; with all contributions it comes to the prediction */
  readonly base: number
  readonly columns: readonly {
    readonly column: string
    readonly contribution: number
    /** Standard error of the sampling */
    readonly error: number
  }[]
}

const REPEATS = 5
const ORDERS = 64

/** Where the columns of an encoding lie among the inputs */
interface Span {
  readonly name: string
  readonly withBins: readonly [number, number]
  readonly plain: readonly [number, number]
}

function spansOf(encodings: readonly ColumnEncoding[]): Span[] {
  let bins = 0
  let plain = 0
  return encodings.map((encoding) => {
    const span: Span = {
      name: encoding.name,
      withBins: [bins, bins + widthOf(encoding)],
      plain: [plain, plain + widthOf(withoutBins(encoding))],
    }
    bins = span.withBins[1]
    plain = span.plain[1]
    return span
  })
}

/** Copies a column's inputs of one row to another. */
function copySpan(from: BothInputs, row: number, to: BothInputs, target: number, { withBins, plain }: Span): void {
  copyPart(from.withBins, row, to.withBins, target, withBins)
  copyPart(from.plain, row, to.plain, target, plain)
}

function copyPart(
  from: Inputs,
  row: number,
  to: Inputs,
  target: number,
  [start, end]: readonly [number, number],
): void {
  const part = from.data.subarray(row * from.columns + start, row * from.columns + end)
  to.data.set(part, target * to.columns + start)
}

function copyOf({ data, rows, columns }: Inputs): Inputs {
  return { data: data.slice(), rows, columns }
}

/** Of rows whose targets are known: `values` as `lossOf` has them. The most important column first. */
export function importanceOf(
  encodings: readonly ColumnEncoding[],
  { target, ensemble }: { target: Target; ensemble: Ensemble },
  inputs: BothInputs,
  values: Float64Array,
  seed: number,
): ColumnImportance[] {
  const before = lossOf(target, predictEnsemble(ensemble, target, inputs), values)
  const order = new Uint32Array(values.length)
  const found = spansOf(encodings).map((span, place) => {
    const growth = Float64Array.from({ length: REPEATS }, (_, repeat) => {
      shuffle(order, order.length, seed, place * REPEATS + repeat, TABLE_IMPORTANCE)
      const mixed = { withBins: copyOf(inputs.withBins), plain: copyOf(inputs.plain) }
      order.forEach((from, row) => {
        copySpan(inputs, from, mixed, row, span)
      })
      return lossOf(target, predictEnsemble(ensemble, target, mixed), values) - before
    })
    const mean = meanOf(growth)
    const deviation = Math.sqrt(meanOf(growth.map((value) => (value - mean) * (value - mean))))
    return { column: span.name, mean, deviation }
  })
  return found.sort((a, b) => b.mean - a.mean)
}

/**
 * Shapley values by sampled orders (Štrumbelj, Kononenko 2014): a row of the background becomes the record column by column, in a
 * drawn order; what the output changes by with a column is its contribution, averaged over the orders.
 */
export function explainRecord(
  encodings: readonly ColumnEncoding[],
  { target, ensemble }: { target: Target; ensemble: Ensemble },
  record: BothInputs,
  background: BothInputs,
  seed: number,
): TableExplanation {
  const spans = spansOf(encodings)
  const steps = spans.length + 1
  const orders = Array.from({ length: ORDERS }, (_, index) => {
    const order = new Uint32Array(spans.length)
    shuffle(order, order.length, seed, index, TABLE_IMPORTANCE)
    return order
  })
  const path: BothInputs = {
    withBins: {
      data: new Float32Array(ORDERS * steps * record.withBins.columns),
      rows: ORDERS * steps,
      columns: record.withBins.columns,
    },
    plain: {
      data: new Float32Array(ORDERS * steps * record.plain.columns),
      rows: ORDERS * steps,
      columns: record.plain.columns,
    },
  }
  orders.forEach((order, index) => {
    for (let step = 0; step < steps; step++) {
      const row = index * steps + step
      for (const span of spans) copySpan(background, index % background.plain.rows, path, row, span)
      for (const place of order.subarray(0, step)) copySpan(record, 0, path, row, spans[place])
    }
  })
  const { outputs, label } = explained(target, ensemble, record, path)
  const contributions = spans.map(() => new Float64Array(ORDERS))
  orders.forEach((order, index) => {
    order.forEach((place, step) => {
      const row = index * steps + step
      contributions[place][index] = outputs[row + 1] - outputs[row]
    })
  })
  return {
    ...(label === undefined ? {} : { label }),
    prediction: outputs[steps - 1],
    base: meanOf(Float64Array.from(orders, (_, index) => outputs[index * steps])),
    columns: spans.map(({ name }, place) => summarize(name, contributions[place])),
  }
}

function summarize(column: string, values: Float64Array) {
  const contribution = meanOf(values)
  const variance = meanOf(values.map((value) => (value - contribution) * (value - contribution)))
  return { column, contribution, error: Math.sqrt(variance / values.length) }
}

/** The output that is explained, along the path */
function explained(target: Target, ensemble: Ensemble, record: BothInputs, path: BothInputs) {
  const outputs = predictEnsemble(ensemble, target, path)
  const { labels, scale, task } = target
  if (task === 'regression') return { outputs: outputs.map((value) => unscale(scale, value)) }
  const own = predictEnsemble(ensemble, target, record)
  const best = own.indexOf(Math.max(...own))
  const ofLabel = Float64Array.from({ length: path.plain.rows }, (_, row) => outputs[row * labels.length + best])
  return { outputs: ofLabel, label: String(labels[best]) }
}
