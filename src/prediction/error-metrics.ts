// Metrics of errors: scikit-learn's, computed so that no square overflows or vanishes.
import { averageOf, type Comparison } from './comparison.ts'

export function meanAbsoluteError({ errors }: Comparison): number {
  const { total, scale } = sumOf(errors, Math.abs)
  return (total / errors.length) * scale * 2
}

export function rootMeanSquaredError({ errors }: Comparison): number {
  const { total, scale } = sumOf(errors, square)
  return Math.sqrt(total / errors.length) * scale * 2
}

export function r2({ errors, values, units }: Comparison): number {
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
