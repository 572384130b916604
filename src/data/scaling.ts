// Scaling of columns, x' = (x − offset) / scale: fitted on a matrix, applied while rows are copied, undone on predictions.
// All of it in float64, whatever the network's dtype.
import type { ResolvedScaling, ScalingName } from '../config/config.ts'
import { unexpected, type WasmpropError } from '../errors.ts'
import type { Values } from '../numerics/values.ts'
import { forEachBlock, limitOf, type Matrix } from './matrix.ts'

type FittedName = Exclude<ScalingName, 'none'>

/** A scaling as JSON holds it: a number per column, x′ = (x − offset) / scale */
export interface ScalingJSON {
  offset: number[]
  scale: number[]
}

/** Numbers that `robust` copies at a time to sort them: 32 MiB */
const SORTED_VALUES = 2 ** 22
/** Beyond these magnitudes, squares and their sums might leave float64's range: values are multiplied by … */
const LARGE = 2.582249878086909e120 // 2⁴⁰⁰
const SMALL = 3.872591914849318e-121 // 2⁻⁴⁰⁰
const SHRINK = 2.409919865102884e-181 // 2⁻⁶⁰⁰
const GROW = 4.149515568880993e180 // 2⁶⁰⁰

/** The scaling of every column of a matrix */
export class Scaling {
  readonly offset: Float64Array
  /** Never 0: a scale of 0 counts as 1, so that a constant column becomes 0. */
  readonly scale: Float64Array
  readonly isIdentity: boolean
  readonly #isNone: boolean

  /** `isNone`: matrices pass as they are, since their numbers were checked for the network's type already. */
  constructor(offset: ArrayLike<number>, scale: ArrayLike<number>, isNone = false) {
    this.#isNone = isNone
    this.offset = Float64Array.from(offset, (value) => value + 0) // −0 would not survive JSON
    this.scale = Float64Array.from(scale, (value) => (value === 0 ? 1 : value))
    this.isIdentity = this.offset.every((value) => value === 0) && this.scale.every((value) => value === 1)
  }

  /**
   * The matrix as it is copied with this scaling: itself if there is none. Copying throws NOT_FINITE for what is not
   * finite in the type that it is copied to.
   */
  apply(matrix: Matrix): Matrix {
    return this.#isNone ? matrix : scaledMatrix(matrix, this)
  }

  toJSON(): ScalingJSON {
    return { offset: Array.from(this.offset), scale: Array.from(this.scale) }
  }

  /** Scales back in place: y · scale + offset for rows without gaps. */
  undo(values: Values): void {
    if (this.isIdentity) return
    const { offset, scale } = this
    const columns = offset.length
    for (let start = 0; start < values.length; start += columns) {
      for (let column = 0; column < columns; column++) {
        values[start + column] = values[start + column] * scale[column] + offset[column]
      }
    }
  }
}

/** The scaling of a rule that needs no fit; undefined for the others */
export function givenScaling(rule: ResolvedScaling, columns: number): Scaling | undefined {
  if (rule.name === 'none') return new Scaling(new Float64Array(columns), new Float64Array(columns), true)
  if (rule.name !== 'given') return undefined
  return new Scaling(rule.offset, rule.scale)
}

/**
 * Fits a rule to the columns of a matrix. Throws INVALID_DATA where `max` has nothing to divide by, NOT_FINITE where a
 * scaled value would leave float64's range.
 */
export function fitScaling(rule: ResolvedScaling, matrix: Matrix, name: 'inputs' | 'targets'): Scaling {
  const given = givenScaling(rule, matrix.columns)
  if (given !== undefined) return given
  const ranges = rangesOf(matrix)
  const scaling = fits[rule.name as FittedName](ranges, matrix, name)
  refuseOverflow(scaling, ranges, name)
  return scaling
}

/** The same where columns have been measured: not for `robust` */
export function fitKnown(rule: ResolvedScaling, columns: Measured, name: 'inputs' | 'targets'): Scaling {
  const { mean, deviation } = columns
  const fit = fits[rule.name as Exclude<FittedName, 'standard' | 'robust'>]
  const scaling = rule.name === 'standard' ? new Scaling(mean, deviation) : fit(columns, undefined as never, name)
  refuseOverflow(scaling, columns, name)
  return scaling
}

/** Per column of all rows so far. Never changed: what takes in more rows is another one. */
export interface RunningColumns {
  readonly count: number
  readonly mean: Float64Array
  /** Σ (x − mean)² */
  readonly squares: Float64Array
  readonly least: Float64Array
  readonly greatest: Float64Array
}

/** Of scalings that are fitted as rows come: of the rows so far */
export interface RunningRows {
  readonly inputs?: RunningColumns | undefined
  readonly targets?: RunningColumns | undefined
}

/** What rules but `robust` need to know of every column; the deviation is the population's. */
export interface Measured extends Ranges {
  readonly mean: Float64Array
  readonly deviation: Float64Array
}

export function measureColumns(matrix: Matrix): Measured {
  const ranges = rangesOf(matrix)
  const { offset, scale } = fitStandard(ranges, matrix)
  const deviation = scale.map((value, column) => (ranges.least[column] === ranges.greatest[column] ? 0 : value))
  return { ...ranges, mean: offset.slice(), deviation }
}

/** Least and greatest value of every column */
interface Ranges {
  readonly least: Float64Array
  readonly greatest: Float64Array
}

function rangesOf(matrix: Matrix): Ranges {
  const { columns } = matrix
  const least = new Float64Array(columns).fill(Infinity)
  const greatest = new Float64Array(columns).fill(-Infinity)
  forEachBlock(matrix, (block, from, to) => {
    for (let row = 0, index = 0; row < to - from; row++) {
      for (let column = 0; column < columns; column++, index++) {
        const value = block[index]
        if (value < least[column]) least[column] = value
        if (value > greatest[column]) greatest[column] = value
      }
    }
  })
  return { least, greatest }
}

function magnitudesOf({ least, greatest }: Ranges): Float64Array {
  return greatest.map((value, column) => Math.max(Math.abs(value), Math.abs(least[column])))
}

const fits: Record<FittedName, (ranges: Ranges, matrix: Matrix, name: string) => Scaling> = {
  max: ({ least, greatest }, _matrix, name) => {
    refuseNothingAboveZero(least, greatest, name)
    return new Scaling(new Float64Array(greatest.length), greatest)
  },
  maxAbs: (ranges) => new Scaling(new Float64Array(ranges.least.length), magnitudesOf(ranges)),
  minMax: ({ least, greatest }) =>
    new Scaling(
      least,
      greatest.map((value, column) => value - least[column]),
    ),
  standard: fitStandard,
  robust: (_ranges, matrix) => fitRobust(matrix),
}

function refuseNothingAboveZero(least: Float64Array, greatest: Float64Array, name: string): void {
  const column = greatest.findIndex((value, index) => value < 0 || (value === 0 && least[index] < 0))
  if (column < 0) return
  const what = `a largest value above 0 in column ${column} to divide by (scaling 'max')`
  throw unexpected('INVALID_DATA', name, what, `${greatest[column]}; use 'maxAbs'`, { path: name, column })
}

/** Mean and population deviation */
function fitStandard(ranges: Ranges, matrix: Matrix): Scaling {
  const { least, greatest } = ranges
  const { rows, columns } = matrix
  const factor = magnitudesOf(ranges).map((size) => (size > LARGE ? SHRINK : size < SMALL ? GROW : 1))
  // Rounded, the mean of a constant column might miss it.
  const mean = sumPowers(matrix, factor, new Float64Array(columns), 1).map((sum, column) =>
    least[column] === greatest[column] ? least[column] * factor[column] : sum / rows,
  )
  const squares = sumPowers(matrix, factor, mean, 2)
  return new Scaling(
    mean.map((value, column) => value / factor[column]),
    squares.map((sum, column) => Math.sqrt(sum / rows) / factor[column]),
  )
}

/**
 * Σ (x · factor − mean), or the sum of the squares, of every column: with the digits that the additions lose (Neumaier
 * 1974), so that neither many rows nor outliers cost accuracy.
 */
function sumPowers(matrix: Matrix, factor: Float64Array, mean: Float64Array, power: 1 | 2): Float64Array {
  const sums = new Float64Array(mean.length)
  const lost = new Float64Array(mean.length)
  forEachBlock(matrix, (block, from, to) => {
    for (let row = from, index = 0; row < to; row++) {
      for (let column = 0; column < sums.length; column++, index++) {
        const difference = block[index] * factor[column] - mean[column]
        const term = power === 1 ? difference : difference * difference
        const sum = sums[column]
        const total = sum + term
        lost[column] += Math.abs(sum) >= Math.abs(term) ? sum - total + term : term - total + sum
        sums[column] = total
      }
    }
  })
  return sums.map((sum, column) => sum + lost[column])
}

/** Median and interquartile range. Sorts some columns at a time, so that the copy of the data stays small. */
function fitRobust(matrix: Matrix): Scaling {
  const { rows, columns } = matrix
  const median = new Float64Array(columns)
  const range = new Float64Array(columns)
  const width = Math.min(columns, Math.max(1, Math.floor(SORTED_VALUES / rows)))
  const sorted = new Float64Array(width * rows)
  for (let first = 0; first < columns; first += width) {
    const end = Math.min(columns, first + width)
    forEachBlock(matrix, (block, from, to) => {
      for (let column = first; column < end; column++) {
        const start = (column - first) * rows
        for (let row = from; row < to; row++) sorted[start + row] = block[(row - from) * columns + column]
      }
    })
    for (let column = first; column < end; column++) {
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

/** A matrix that is scaled while it is copied, a block at a time through float64 */
function scaledMatrix(matrix: Matrix, { offset, scale }: Scaling): Matrix {
  const { columns } = matrix
  const copyRows: Matrix['copyRows'] = (first, end, values, start, stride) => {
    const limit = limitOf(values.BYTES_PER_ELEMENT === 4 ? 'float32' : 'float64')
    const copyBlock = (block: Float64Array, from: number, to: number) => {
      for (let row = from, index = 0; row < to; row++) {
        const at = start + (row - first) * stride
        for (let column = 0; column < columns; column++, index++) {
          const scaled = (block[index] - offset[column]) / scale[column]
          if (!(Math.abs(scaled) < limit)) throw overflow(matrix, row, column, block[index], scaled)
          values[at + column] = scaled
        }
      }
    }
    forEachBlock(matrix, copyBlock, first, end)
  }
  return { ...matrix, copyRows }
}

function overflow(matrix: Matrix, row: number, column: number, value: number, scaled: number): WasmpropError {
  const what = `${Number.isFinite(scaled) ? "a number within float32's range" : 'a finite number'} after scaling`
  const place = { path: matrix.name, row, column }
  return unexpected('NOT_FINITE', matrix.place(row, column), what, `${scaled} from ${value}`, place)
}
