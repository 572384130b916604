// Scalings that are fitted as rows come, for online training: what is known of all rows so far, batch by batch.
import type { ResolvedScaling } from '../config/config.ts'
import { unexpected } from '../errors.ts'
import { fitKnown, measureColumns } from './fit-scaling.ts'
import type { Matrix } from './matrix.ts'
import type { RunningColumns, Scaling } from './scaling.ts'

/** With the rows of one more batch (Chan, Golub, LeVeque 1979) */
export function takeIn(before: RunningColumns | undefined, matrix: Matrix): RunningColumns {
  const { least, greatest, mean, deviation } = measureColumns(matrix)
  const { rows } = matrix
  const squares = deviation.map((value) => value * value * rows)
  if (before === undefined) return { count: rows, mean, squares, least, greatest }
  const count = before.count + rows
  const distance = mean.map((value, column) => value - before.mean[column])
  return {
    count,
    mean: distance.map((value, column) => before.mean[column] + value * (rows / count)),
    squares: squares.map(
      (value, column) => before.squares[column] + value + distance[column] ** 2 * ((before.count * rows) / count),
    ),
    least: least.map((value, column) => Math.min(value, before.least[column])),
    greatest: greatest.map((value, column) => Math.max(value, before.greatest[column])),
  }
}

/** The scaling of a rule for the rows so far. Throws NOT_FITTED for `robust`, and as `fitScaling` does. */
export function runningScaling(rule: ResolvedScaling, columns: RunningColumns, name: 'inputs' | 'targets'): Scaling {
  if (rule.name === 'robust') {
    const got = "'robust', whose medians need all rows; call fitScaling(inputs, targets) first, or take 'standard'"
    throw unexpected('NOT_FITTED', `scaling.${name}`, 'a scaling that can be fitted as rows come', got, {})
  }
  const { count, mean, squares, least, greatest } = columns
  const deviation = squares.map((sum, column) => (least[column] === greatest[column] ? 0 : Math.sqrt(sum / count)))
  return fitKnown(rule, { least, greatest, mean, deviation }, name)
}
