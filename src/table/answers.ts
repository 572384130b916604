// What outputs mean in the words of the data: labels, numbers in the target's units, probabilities by label, and how far the
// networks disagree. Where there are several targets, a record of them for every row.
import { clip, unexpected } from '../errors.ts'
import type { Spread } from './ensemble.ts'
import { type Label, type Target, unscale } from './target.ts'

export type TablePrediction = Label | Record<string, Label>
/** A prediction with what its networks disagree by */
export interface SpreadPrediction {
  readonly prediction: Label
  /** Standard deviation over the networks: of a number in the target's units, of a class of the probability of the label */
  readonly spread: number
  /** Of a class: the probability of the label */
  readonly probability?: number
}
export type TableSpread = SpreadPrediction | Record<string, SpreadPrediction>
export type TableProbabilities = Record<string, number> | Record<string, Record<string, number>>

/** What there is of one target, a value a row */
export interface Answers<Value> {
  readonly name: string
  readonly values: readonly Value[]
}

/** A value a row, or where there are several targets a record of them */
export function toRecords<Value>(targets: readonly Answers<Value>[], rows: number): (Value | Record<string, Value>)[] {
  return Array.from({ length: rows }, (_, row) =>
    targets.length === 1
      ? targets[0].values[row]
      : Object.fromEntries(targets.map(({ name, values }) => [name, values[row]])),
  )
}

/** Of outputs, rows × classes or one a row: the likeliest label, or the number */
export function labelsOf({ task, labels, scale }: Target, outputs: Float64Array, rows: number): Label[] {
  return Array.from({ length: rows }, (_, row) => {
    if (task === 'regression') return unscale(scale, outputs[row])
    let best = 0
    for (let place = 1; place < labels.length; place++) {
      if (outputs[row * labels.length + place] > outputs[row * labels.length + best]) best = place
    }
    return labels[best]
  })
}

/** Of rows × classes. Throws INVALID_DATA for a target that is numbers. */
export function probabilitiesOf({ name, task, labels }: Target, outputs: Float64Array, rows: number) {
  if (task === 'regression') {
    throw unexpected('INVALID_DATA', `target "${clip(name)}"`, 'classes, which have probabilities', 'numbers')
  }
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(labels.map((label, place) => [String(label), outputs[row * labels.length + place]])),
  )
}

export function spreadsOf(target: Target, { outputs, deviations }: Spread, rows: number): SpreadPrediction[] {
  const { task, labels, scale } = target
  return labelsOf(target, outputs, rows).map((prediction, row) => {
    if (task === 'regression') return { prediction, spread: deviations[row] * scale.deviation }
    const at = row * labels.length + labels.indexOf(prediction)
    return { prediction, spread: deviations[at], probability: outputs[at] }
  })
}

/** Predictions of a target, by row */
export interface TargetAnswers {
  readonly name: string
  readonly labels: readonly Label[]
  readonly values: readonly Label[]
  /** Of classes: rows × classes, in the order of `labels` */
  readonly probabilities?: Float64Array
}

/** What is said of words that are new to a column, in so many cells */
export function unknownWarning(name: string, count: number): string {
  return `column "${clip(name)}": ${count} cells with words that the training rows did not have; they count as others`
}
