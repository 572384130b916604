// What each column adds to the prediction of one record: Shapley values, exact of linear models, else sampled with a seed.
import { TABLE_IMPORTANCE } from '../../assembly/ids.ts'
import { shuffle } from '../numerics/random.ts'
import type { ColumnEncoding } from './encode.ts'
import { type BothInputs, type Ensemble, predictEnsemble, type TargetModel } from './ensemble.ts'
import { withoutPrototype } from './plain.ts'
import { copySpan, type Span, spansOf } from './spans.ts'
import { meanOf, type Target, unscale } from './target.ts'

/** What each column adds to a prediction, from the mean over training rows to this record's */
export interface TableExplanation {
  /** What is explained: the probability of the label that is predicted, or the number itself */
  readonly label?: string
  readonly prediction: number
  /** The mean over training rows (all of them, or those that stand for all); with all contributions it comes to the prediction */
  readonly base: number
  readonly columns: readonly {
    readonly column: string
    readonly contribution: number
    /** Standard error of the sampling; 0 where nothing is sampled */
    readonly error: number
  }[]
}

const ORDERS = 64

/** `background`: training rows that stand for all in sampling */
export function explainRecord(
  encodings: readonly ColumnEncoding[],
  one: TargetModel,
  record: BothInputs,
  background: BothInputs,
  seed: number,
): TableExplanation {
  const spans = spansOf(encodings)
  return explainLinear(spans, one, record) ?? explainBySampling(spans, one, record, background, seed)
}

/**
 * Of a sum of weights times inputs the Shapley value of a column is weights · (inputs − their means) (Štrumbelj, Kononenko 2014).
 * Undefined where the model is something else: classes, whose probabilities are no sums, logarithms, networks with hidden layers,
 * and a prediction that is held at the least or greatest value seen.
 */
function explainLinear(spans: readonly Span[], one: TargetModel, record: BothInputs): TableExplanation | undefined {
  const { target, ensemble, means } = one
  const { least, greatest, deviation } = target.scale
  const prediction = unscale(target.scale, predictEnsemble(ensemble, target, record)[0])
  if (!isLinear(one) || prediction <= least || prediction >= greatest) return undefined
  const weights = weightsOf(ensemble)
  const { data } = record.plain
  const columns = spans.map(({ name, plain: [start, end] }) => {
    let sum = 0
    for (let input = start; input < end; input++) sum += weights[input] * (data[input] - means[input])
    return { column: name, contribution: sum * deviation, error: 0 }
  })
  const base = columns.reduce((rest, { contribution }) => rest - contribution, prediction)
  return { prediction, base, columns }
}

function isLinear({ target, ensemble }: TargetModel): boolean {
  return (
    target.task === 'regression' &&
    ensemble.members.every(
      ({ recipe, networks }) =>
        !recipe.hasBins &&
        !recipe.isLogarithmic &&
        networks.every(({ layers }) => layers.length === 1 && layers[0].activation === 'linear'),
    )
  )
}

/** Of one sum that all networks come to together */
function weightsOf({ members }: Ensemble): Float64Array {
  const sums = new Float64Array(members[0].networks[0].inputs)
  for (const { networks, weight } of members) {
    for (const network of networks) {
      network.getWeights()[0].weights.forEach(([value], input) => {
        sums[input] += (weight / networks.length) * value
      })
    }
  }
  return sums
}

/**
 * Shapley values by sampled orders (Štrumbelj, Kononenko 2014): a row of the background becomes the record column by column, in a
 * drawn order; what the output changes by with a column is its contribution, averaged over the orders.
 */
function explainBySampling(
  spans: readonly Span[],
  { target, ensemble }: TargetModel,
  record: BothInputs,
  background: BothInputs,
  seed: number,
): TableExplanation {
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
  const { outputs, label } = withoutPrototype(explained(target, ensemble, record, path))
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
