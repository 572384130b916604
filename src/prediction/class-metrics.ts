// Metrics of classes, and of labels, of which a row may have several: scikit-learn's.
import { averageOf, type Comparison, isGiven, sum } from './comparison.ts'

/**
 * How precision, recall and f1 of several classes become one number: that of class 1 (the default for two classes), the
 * mean over the classes that occur in targets or predictions (the default for more), that of all classes' rows counted
 * together, or the mean weighted by the classes' rows. Of labels: the mean over all of them (the default), of all counted
 * together, weighted by the labels' rows, or the mean over rows of what each row's labels come to (`'samples'`).
 */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted' | 'samples'

/** Of so many rows that are of a class, and that are taken for it, what their hits are divided by */
export type Denominator = (actual: number, predicted: number) => number

/** The averages that there are: the default comes first. */
export function averagesFor(classCount: number, areLabels: boolean): readonly Average[] {
  if (areLabels) return ['macro', 'micro', 'weighted', 'samples']
  return classCount > 2 ? ['macro', 'micro', 'weighted'] : ['binary', 'macro', 'micro', 'weighted']
}

/** Hits over a denominator made of rows, per class, and averaged; 0 where there are none of either. */
export function averaged(comparison: Comparison, average: Average, denominator: Denominator): number {
  const { actual, predicted, both } = comparison.counts
  const ratio = (hits: number, ofClass: number, takenForIt: number) =>
    hits === 0 ? 0 : hits / denominator(ofClass, takenForIt)
  if (average === 'samples') return averageOf(scoresOfRows(comparison, ratio))
  if (average === 'micro') return ratio(sum(both), sum(actual), sum(predicted))
  const scores = Array.from(both, (hits, index) => ratio(hits, actual[index], predicted[index]))
  if (average === 'binary') return scores[1]
  if (average === 'weighted') return sum(scores.map((score, index) => score * actual[index])) / (sum(actual) || 1)
  return averageOf(comparison.areLabels ? scores : scores.filter((_, index) => actual[index] + predicted[index] > 0))
}

function scoresOfRows(
  { values, outputs, units, rows }: Comparison,
  ratio: (hits: number, ofClass: number, takenForIt: number) => number,
): number[] {
  return Array.from({ length: rows }, (_, row) => {
    let hits = 0
    let actual = 0
    let predicted = 0
    for (let index = row * units; index < (row + 1) * units; index++) {
      const taken = Number(isGiven(outputs[index]))
      actual += values[index]
      predicted += taken
      hits += taken * values[index]
    }
    return ratio(hits, actual, predicted)
  })
}

/** Share of rows whose class, or whose every label, is right */
export function accuracy(comparison: Comparison): number {
  const { rows, areLabels } = comparison
  if (!areLabels) return sum(comparison.counts.both) / rows
  const { values, outputs, units } = comparison
  let right = 0
  for (let row = 0; row < rows; row++) {
    let index = row * units
    while (index < (row + 1) * units && isGiven(outputs[index]) === (values[index] === 1)) index++
    if (index === (row + 1) * units) right++
  }
  return right / rows
}

export function topK({ ranks, rows }: Comparison, k: number): number {
  return ranks.filter((rank) => rank < k).length / rows
}

export function auc(comparison: Comparison): number {
  const { units, areLabels } = comparison
  if (units <= 2 && !areLabels) return areaOf(comparison, 1)
  return averageOf(Array.from({ length: units }, (_, index) => areaOf(comparison, index)))
}

/** Of all pairs of a row of the class and another row, the share in which the former has the larger output (Mann, Whitney) */
function areaOf(comparison: Comparison, ofClass: number): number {
  const { outputs, areLabels, counts, units, rows } = comparison
  const unit = Math.min(ofClass, units - 1)
  const positives = new Float64Array(counts.actual[ofClass])
  const negatives = new Float64Array(rows - positives.length)
  const isOf = areLabels
    ? (row: number) => comparison.values[row * units + unit] === 1
    : (row: number) => comparison.actual[row] === ofClass
  for (let row = 0, positive = 0; row < rows; row++) {
    const output = outputs[row * units + unit]
    if (isOf(row)) positives[positive++] = output
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

export function confusion({ actual, predicted, classCount, rows }: Comparison): number[][] {
  const matrix = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0))
  for (let row = 0; row < rows; row++) matrix[actual[row]][predicted[row]]++
  return matrix
}
