// What predictions for rows that no network had seen say about a model: counted here, drawn elsewhere.

/** Predictions for rows that no network had seen, and what was true */
export interface Unseen {
  /** Places of classes among the labels, or numbers in the target's units */
  readonly truth: ArrayLike<number>
  /** Rows × classes probabilities, or numbers in the target's units */
  readonly outputs: ArrayLike<number>
}

/** The rows of numbers in which both are finite */
export function finiteRows({ truth, outputs }: Unseen): Unseen {
  const rows = Array.from(truth, (_, row) => row).filter(
    (row) => Number.isFinite(truth[row]) && Number.isFinite(outputs[row]),
  )
  return { truth: rows.map((row) => truth[row]), outputs: rows.map((row) => outputs[row]) }
}

/** Counts of rows: [true class][predicted class] */
export function confusionOf({ truth, outputs }: Unseen, classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (let row = 0; row < truth.length; row++) {
    const own = counts[truth[row]]
    if (own !== undefined) own[bestOf(outputs, row, classes)]++
  }
  return counts
}

function bestOf(outputs: ArrayLike<number>, row: number, classes: number): number {
  let best = 0
  for (let place = 1; place < classes; place++) {
    if (outputs[row * classes + place] > outputs[row * classes + best]) best = place
  }
  return best
}

/** Keeps the classes with the most rows, and makes one of all others; `names` are those of the classes that are kept. */
export function mergeRare(counts: readonly (readonly number[])[], labels: readonly string[], most: number) {
  if (labels.length <= most) return { counts, names: [...labels] }
  const totals = counts.map((row) => row.reduce((sum, n) => sum + n, 0))
  const order = totals.map((_, place) => place).sort((a, b) => totals[b] - totals[a] || a - b)
  const kept = order.slice(0, most - 1).sort((a, b) => a - b)
  const group = labels.map((_, place) => (kept.includes(place) ? kept.indexOf(place) : kept.length))
  const merged = Array.from({ length: most }, () => new Array<number>(most).fill(0))
  counts.forEach((row, truth) => {
    row.forEach((n, predicted) => {
      merged[group[truth]][group[predicted]] += n
    })
  })
  return { counts: merged, names: [...kept.map((place) => labels[place]), `${labels.length - kept.length} others`] }
}

/** A bin of rows whose predictions are alike: what was predicted on average, what was true, of how many rows */
export interface CalibrationBin {
  readonly predicted: number
  readonly observed: number
  readonly rows: number
}

const BINS = 10

/** Of classes: by the probability of the predicted class, in tenths, and the share that was right. Empty bins are left out. */
export function calibrationOfClasses({ truth, outputs }: Unseen, classes: number): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ sum: 0, right: 0, rows: 0 }))
  for (let row = 0; row < truth.length; row++) {
    const best = bestOf(outputs, row, classes)
    const probability = outputs[row * classes + best]
    const bin = bins[Math.min(BINS - 1, Math.floor(probability * BINS))]
    if (bin === undefined) continue
    bin.sum += probability
    bin.rows++
    if (truth[row] === best) bin.right++
  }
  return bins.flatMap(({ sum, right, rows }) =>
    rows === 0 ? [] : [{ predicted: sum / rows, observed: right / rows, rows }],
  )
}

/** Of numbers: rows in the order of their predictions, in tenths, and the mean of what was true */
export function calibrationOfNumbers({ truth, outputs }: Unseen): CalibrationBin[] {
  const order = Array.from({ length: truth.length }, (_, row) => row).sort((a, b) => outputs[a] - outputs[b] || a - b)
  const bins = Math.min(BINS, order.length)
  return Array.from({ length: bins }, (_, bin) => {
    const rows = order.slice(Math.round((bin * order.length) / bins), Math.round(((bin + 1) * order.length) / bins))
    const mean = (values: ArrayLike<number>) => rows.reduce((sum, row) => sum + values[row], 0) / rows.length
    return { predicted: mean(outputs), observed: mean(truth), rows: rows.length }
  })
}

/** Where a list of values lies: in so many bins of equal width between round bounds */
export function histogram(values: readonly number[], bounds: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length - 1).fill(0)
  for (const value of values) {
    const bin = bounds.findIndex((bound, index) => index > 0 && value <= bound) - 1
    counts[bin < 0 ? counts.length - 1 : bin]++
  }
  return counts
}

/** At most so many of the rows, evenly over all of them */
export function thin(rows: number, most: number): number[] {
  const shown = Math.min(rows, most)
  return Array.from({ length: shown }, (_, place) => Math.floor((place * rows) / shown))
}
