// Fits scalings to the columns of a matrix, in float64.
import type { ResolvedScaling, ScalingName } from '../config/config.ts'
import { unexpected } from '../errors.ts'
import { type Matrix, visitBlocks } from './matrix.ts'
import { givenScaling, Scaling } from './scaling.ts'
import { finish, type Steps } from './steps.ts'

type FittedName = Exclude<ScalingName, 'none'>

/** Numbers that `robust` copies at a time to sort them: 32 MiB */
const SORTED_VALUES = 2 ** 22
/** Beyond these magnitudes, squares and their sums might leave float64's range: values are multiplied by … */
const LARGE = 2.582249878086909e120 // 2⁴⁰⁰
const SMALL = 3.872591914849318e-121 // 2⁻⁴⁰⁰
const SHRINK = 2.409919865102884e-181 // 2⁻⁶⁰⁰
const GROW = 4.149515568880993e180 // 2⁶⁰⁰
/** Numbers of a block that is passed over column by column: half a MiB, for many rows of each */
const PASSED_VALUES = 2 ** 16

/**
 * Fits a rule to the columns of a matrix. Throws INVALID_DATA where `max` has nothing to divide by, NOT_FINITE where a
 * scaled value would leave float64's range.
 */
export function fitScaling(rule: ResolvedScaling, matrix: Matrix, name: 'inputs' | 'targets'): Scaling {
  return givenScaling(rule, matrix.columns) ?? finish(fitScalingInSteps(rule, matrix, name))
}

/** The same of a rule that needs rows */
export function* fitScalingInSteps(rule: ResolvedScaling, matrix: Matrix, name: 'inputs' | 'targets'): Steps<Scaling> {
  const totals = yield* totalsOf(matrix)
  const scaling = yield* fit(rule.name as FittedName, totals, matrix, name)
  refuseOverflow(scaling, totals, name)
  return scaling
}

function* fit(rule: FittedName, totals: Totals, matrix: Matrix, name: string): Steps<Scaling> {
  if (rule === 'standard') return yield* fitStandard(totals, matrix)
  if (rule === 'robust') return yield* fitRobust(matrix)
  return fits[rule](totals, name)
}

/** The same where columns have been measured: not for `robust` */
export function fitKnown(rule: ResolvedScaling, columns: Measured, name: 'inputs' | 'targets'): Scaling {
  const { mean, deviation } = columns
  const scaling =
    rule.name === 'standard' ? new Scaling(mean, deviation) : fits[rule.name as keyof typeof fits](columns, name)
  refuseOverflow(scaling, columns, name)
  return scaling
}

/** What rules but `robust` need to know of every column; the deviation is the population's. */
export interface Measured extends Ranges {
  readonly mean: Float64Array
  readonly deviation: Float64Array
}

export function measureColumns(matrix: Matrix): Measured {
  const { least, greatest, ...totals } = finish(totalsOf(matrix))
  const { offset, scale } = finish(fitStandard({ least, greatest, ...totals }, matrix))
  const deviation = scale.map((value, column) => (least[column] === greatest[column] ? 0 : value))
  return { least, greatest, mean: offset.slice(), deviation }
}

/** Least and greatest value of every column */
interface Ranges {
  readonly least: Float64Array
  readonly greatest: Float64Array
}

interface Totals extends Ranges {
  readonly sums: CarefulSums
}

/** Refuses what is not finite. */
function* totalsOf(matrix: Matrix): Steps<Totals> {
  const { columns, copyUnchecked, copyRows } = matrix
  const sums = new CarefulSums(columns)
  const least = new Float64Array(columns).fill(Infinity)
  const greatest = new Float64Array(columns).fill(-Infinity)
  const visit = (block: Float64Array, from: number, to: number) => {
    widen(least, greatest, block, (to - from) * columns)
    sums.add(block, (to - from) * columns)
  }
  yield* visitBlocks(matrix, visit, 0, matrix.rows, copyUnchecked ?? copyRows, PASSED_VALUES)
  const areFinite = [least, greatest, sums.values].every((list) => list.every(Number.isFinite))
  if (!areFinite) yield* visitBlocks(matrix, () => {}) // says which is not, unless only their sum overflows
  return { least, greatest, sums }
}

/** Takes `count` numbers into the ranges. NaN is passed over. */
function widen(least: Float64Array, greatest: Float64Array, block: Float64Array, count: number): void {
  const columns = least.length
  for (let column = 0; column < columns; column++) {
    let low = least[column]
    let high = greatest[column]
    for (let index = column; index < count; index += columns) {
      const value = block[index]
      if (value < low) low = value
      if (value > high) high = value
    }
    least[column] = low
    greatest[column] = high
  }
}

/**
 * Sums of columns with the digits that the additions lose (Neumaier 1974, their error as Knuth has it, without a branch), so
 * that neither many rows nor outliers cost accuracy.
 */
class CarefulSums {
  readonly #sums: Float64Array
  readonly #lost: Float64Array

  constructor(columns: number) {
    this.#sums = new Float64Array(columns)
    this.#lost = new Float64Array(columns)
  }

  get values(): Float64Array {
    return this.#sums.map((sum, column) => sum + this.#lost[column])
  }

  /** Two columns at a time, in registers: half the time of row by row. An odd last one is done twice, with one outcome. */
  add(block: Float64Array, count: number): void {
    const sums = this.#sums
    const lost = this.#lost
    const columns = sums.length
    for (let column = 0; column < columns; column += 2) {
      const step = Math.min(1, columns - 1 - column)
      let sumA = sums[column]
      let lostA = lost[column]
      let sumB = sums[column + step]
      let lostB = lost[column + step]
      for (let index = column; index < count; index += columns) {
        const a = block[index]
        const b = block[index + step]
        const totalA = sumA + a
        const totalB = sumB + b
        const addedA = totalA - sumA
        const addedB = totalB - sumB
        lostA += sumA - (totalA - addedA) + (a - addedA)
        lostB += sumB - (totalB - addedB) + (b - addedB)
        sumA = totalA
        sumB = totalB
      }
      sums[column] = sumA
      lost[column] = lostA
      sums[column + step] = sumB
      lost[column + step] = lostB
    }
  }
}

function magnitudesOf({ least, greatest }: Ranges): Float64Array {
  return greatest.map((value, column) => Math.max(Math.abs(value), Math.abs(least[column])))
}

const fits: Record<Exclude<FittedName, 'standard' | 'robust'>, (ranges: Ranges, name: string) => Scaling> = {
  max: ({ least, greatest }, name) => {
    refuseNothingAboveZero(least, greatest, name)
    return new Scaling(new Float64Array(greatest.length), greatest)
  },
  maxAbs: (ranges) => new Scaling(new Float64Array(ranges.least.length), magnitudesOf(ranges)),
  minMax: ({ least, greatest }) =>
    new Scaling(
      least,
      greatest.map((value, column) => value - least[column]),
    ),
}

function refuseNothingAboveZero(least: Float64Array, greatest: Float64Array, name: string): void {
  const column = greatest.findIndex((value, index) => value < 0 || (value === 0 && least[index] < 0))
  if (column < 0) return
  const what = `a largest value above 0 in column ${column} to divide by (scaling 'max')`
  throw unexpected('INVALID_DATA', name, what, `${greatest[column]}; use 'maxAbs'`, { path: name, column })
}

/** Mean and population deviation */
function* fitStandard(totals: Totals, matrix: Matrix): Steps<Scaling> {
  const { least, greatest } = totals
  const { rows, columns } = matrix
  const factor = magnitudesOf(totals).map((size) => (size > LARGE ? SHRINK : size < SMALL && size > 0 ? GROW : 1))
  const areUsual = factor.every((value) => value === 1)
  const sums = areUsual ? totals.sums : yield* sumPowers(matrix, factor, new Float64Array(columns), 1)
  // Rounded, the mean of a constant column might miss it.
  const mean = sums.values.map((sum, column) =>
    least[column] === greatest[column] ? least[column] * factor[column] : sum / rows,
  )
  const squares = yield* sumPowers(matrix, factor, mean, 2)
  return new Scaling(
    mean.map((value, column) => value / factor[column]),
    squares.values.map((sum, column) => Math.sqrt(sum / rows) / factor[column]),
  )
}

/** Σ (x · factor − mean), or the sum of the squares, of every column */
function* sumPowers(matrix: Matrix, factor: Float64Array, mean: Float64Array, power: 1 | 2): Steps<CarefulSums> {
  const { columns, copyUnchecked, copyRows } = matrix
  const sums = new CarefulSums(columns)
  const visit = (block: Float64Array, from: number, to: number) => {
    for (let row = from, index = 0; row < to; row++) {
      for (let column = 0; column < columns; column++, index++) {
        const difference = block[index] * factor[column] - mean[column]
        block[index] = power === 1 ? difference : difference * difference
      }
    }
    sums.add(block, (to - from) * columns)
  }
  yield* visitBlocks(matrix, visit, 0, matrix.rows, copyUnchecked ?? copyRows, PASSED_VALUES)
  return sums
}

/** Median and interquartile range. Sorts some columns at a time, so that the copy of the data stays small. */
function* fitRobust(matrix: Matrix): Steps<Scaling> {
  const { rows, columns } = matrix
  const median = new Float64Array(columns)
  const range = new Float64Array(columns)
  const width = Math.min(columns, Math.max(1, Math.floor(SORTED_VALUES / rows)))
  const sorted = new Float64Array(width * rows)
  for (let first = 0; first < columns; first += width) {
    const end = Math.min(columns, first + width)
    yield* visitBlocks(matrix, (block, from, to) => {
      for (let column = first; column < end; column++) {
        const start = (column - first) * rows
        for (let row = from; row < to; row++) sorted[start + row] = block[(row - from) * columns + column]
      }
    })
    for (let column = first; column < end; column++) {
      if (column > 0) yield
      const values = sorted.subarray((column - first) * rows, (column - first + 1) * rows).sort()
      median[column] = quantile(values, 0.5)
      range[column] = quantile(values, 0.75) - quantile(values, 0.25)
    }
  }
  return new Scaling(median, range)
}

/** Linear interpolation between the neighbours of position (n − 1) · share, as NumPy's `percentile` does by default */
function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const weight = position - below
  const low = sorted[below]
  const high = sorted[Math.min(below + 1, sorted.length - 1)]
  // From the nearer neighbour, and half the difference: neither can overflow.
  const half = high / 2 - low / 2
  return weight < 0.5 ? low + half * (2 * weight) : high - half * (2 * (1 - weight))
}

/** Scaled values grow with x: if the ends of a column's range are finite, all are. */
function refuseOverflow({ offset, scale }: Scaling, { least, greatest }: Ranges, name: string): void {
  for (let column = 0; column < offset.length; column++) {
    const ends = [least[column], greatest[column]].map((value) => (value - offset[column]) / scale[column])
    if (ends.every(Number.isFinite) && Number.isFinite(scale[column])) continue
    const what = `values whose scaling stays within float64's range in column ${column}`
    throw unexpected('NOT_FINITE', name, what, `${least[column]} to ${greatest[column]}`, { path: name, column })
  }
}
