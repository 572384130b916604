// What `diagnose` measures: columns, columns that say the same, rows that contradict each other. Each takes a pass or two
// over the rows, and none compares all columns or all rows with each other.
import { forEachBlock, type Matrix } from '../../data/matrix.ts'
import { fillUniform } from '../../numerics/random.ts'

export interface Column {
  readonly least: number
  readonly greatest: number
  readonly mean: number
  /** Of the population */
  readonly deviation: number
  /** Values that are not 0 */
  readonly filled: number
  /** Their root mean square: rare ones are not smaller for being rare. */
  readonly size: number
}

export interface Outside {
  readonly row: number
  readonly column: number
  readonly value: number
  readonly count: number
}

/** Two columns, the lower one first, one of which is a · the other + b */
export interface Twins {
  readonly first: number
  readonly second: number
  readonly areEqual: boolean
}

/** Rows with equal inputs and other targets: the first pair, and how many rows there are like its second */
export interface Contradiction {
  readonly first: number
  readonly second: number
  readonly count: number
}

/** Sums of a row's or column's values, each column moved to 0 … 1, with random weights: equal for equal ones */
export interface Fingerprints {
  /** Columns that vary: the others have none, and are 0 in those of the rows. */
  readonly varying: readonly number[]
  readonly ofColumns: Float64Array
  readonly ofRows: Float64Array
  /** A column and the same one upside down lie equally far from it. */
  readonly middle: number
}

/** What rounding may part: so much, where columns go from 0 to 1 */
const TOLERANCE = 1e-9
/** Fewer rows are on a line too easily. */
const FEWEST_ROWS_OF_A_LINE = 10

/** Exact powers of two, for columns whose squares leave float64's range */
const SHRINK = 2 ** -600
const GROW = 2 ** 600
const LARGEST_SQUARED = 2 ** 500
const LEAST_SQUARED = 2 ** -450

export function measureColumns(matrix: Matrix): Column[] {
  const ranges = rangesOf(matrix)
  const factors = Float64Array.from(ranges, (range) => {
    const magnitude = magnitudeOf(range)
    if (magnitude > LARGEST_SQUARED) return SHRINK
    return magnitude > 0 && magnitude < LEAST_SQUARED ? GROW : 1
  })
  return momentsOf(matrix, ranges, factors)
}

type Range = Pick<Column, 'least' | 'greatest' | 'filled'>

function rangesOf(matrix: Matrix): Range[] {
  const { columns } = matrix
  const least = new Float64Array(columns).fill(Infinity)
  const greatest = new Float64Array(columns).fill(-Infinity)
  const filled = new Float64Array(columns)
  forEachBlock(matrix, (block, from, to) => {
    for (let row = from, index = 0; row < to; row++) {
      for (let column = 0; column < columns; column++, index++) {
        const value = block[index]
        if (value < least[column]) least[column] = value
        if (value > greatest[column]) greatest[column] = value
        if (value !== 0) filled[column]++
      }
    }
  })
  return Array.from(least, (_, column) => ({
    least: least[column],
    greatest: greatest[column],
    filled: filled[column],
  }))
}

/** Sums of the differences from the first row: far from 0, squares would lose the deviation. */
function momentsOf(matrix: Matrix, ranges: readonly Range[], factors: Float64Array): Column[] {
  const { rows, columns } = matrix
  const first = new Float64Array(columns)
  const sums = new Float64Array(columns)
  const squares = new Float64Array(columns)
  matrix.copyRows(0, 1, first, 0, columns)
  const starts = first.map((value, column) => value * factors[column])
  forEachBlock(matrix, (block, from, to) => {
    for (let row = from, index = 0; row < to; row++) {
      for (let column = 0; column < columns; column++, index++) {
        const difference = block[index] * factors[column] - starts[column]
        sums[column] += difference
        squares[column] += difference * difference
      }
    }
  })
  return ranges.map((range, column) => {
    const moments = momentsFrom(range, starts[column], sums[column] / rows, squares[column] / rows, rows)
    const unit = 1 / factors[column]
    return { ...range, mean: moments.mean * unit, deviation: moments.deviation * unit, size: moments.size * unit }
  })
}

function momentsFrom(
  { filled }: Range,
  start: number,
  shift: number,
  square: number,
  rows: number,
): Pick<Column, 'mean' | 'deviation' | 'size'> {
  const mean = start + shift
  const deviation = Math.sqrt(Math.max(0, square - shift * shift))
  const size = Math.sqrt((mean * mean + deviation * deviation) * (rows / Math.max(1, filled)))
  return { mean, deviation, size }
}

export function magnitudeOf({ least, greatest }: Pick<Column, 'least' | 'greatest'>): number {
  return Math.max(Math.abs(least), Math.abs(greatest))
}

/** Values outside a range: the first of every column that has some, and how many they are */
export function findOutside(matrix: Matrix, low: number, high: number): Outside[] {
  const { columns } = matrix
  const counts = new Float64Array(columns)
  const firsts: Omit<Outside, 'count'>[] = []
  forEachBlock(matrix, (block, from, to) => {
    for (let row = from, index = 0; row < to; row++) {
      for (let column = 0; column < columns; column++, index++) {
        const value = block[index]
        if (value >= low && value <= high) continue
        if (counts[column]++ === 0) firsts.push({ row, column, value })
      }
    }
  })
  return firsts.sort((a, b) => a.column - b.column).map((first) => ({ ...first, count: counts[first.column] }))
}

export function fingerprintsOf(matrix: Matrix, measured: readonly Column[]): Fingerprints {
  const { rows, columns } = matrix
  const least = Float64Array.from(measured, (column) => column.least)
  const range = Float64Array.from(measured, (column) => column.greatest - column.least)
  const varying = [...range.keys()].filter((column) => range[column] > 0 && range[column] < Infinity)
  const rowWeights = uniform(rows, 0)
  const columnWeights = uniform(columns, 1)
  const ofRows = new Float64Array(rows)
  const ofColumns = new Float64Array(columns)
  forEachBlock(matrix, (block, from, to) => {
    for (let row = from, start = 0; row < to; row++, start += columns) {
      for (const column of varying) {
        const value = (block[start + column] - least[column]) / range[column]
        ofRows[row] += value * columnWeights[column]
        ofColumns[column] += value * rowWeights[row]
      }
    }
  })
  return { varying, ofColumns, ofRows, middle: rowWeights.reduce((sum, weight) => sum + weight, 0) / 2 }
}

function uniform(count: number, part: number): Float64Array {
  const values = new Float64Array(count)
  fillUniform(values, 0, 0, 0, part)
  return values
}

/** Columns that equal another, or are another in other units. Of several that are alike, each is paired with one. */
export function twinColumns(matrix: Matrix, measured: readonly Column[], fingerprints: Fingerprints): Twins[] {
  const { varying, ofColumns, middle } = fingerprints
  const distance = ofColumns.map((print) => Math.abs(print - middle))
  const order = [...varying].sort((a, b) => distance[a] - distance[b] || a - b)
  const candidates: Candidate[] = []
  for (let place = 1; place < order.length; place++) {
    const [first, second] = [order[place - 1], order[place]].sort((a, b) => a - b)
    if (Math.abs(distance[first] - distance[second]) > TOLERANCE * matrix.rows) continue
    const isMirrored = ofColumns[first] < middle !== ofColumns[second] < middle
    candidates.push({ first, second, areEqual: !isMirrored, isMirrored, gap: 0 })
  }
  compareCandidates(matrix, measured, candidates)
  const hasLines = matrix.rows >= FEWEST_ROWS_OF_A_LINE
  return candidates
    .filter(({ areEqual, gap }) => areEqual || (hasLines && gap <= TOLERANCE))
    .sort((a, b) => a.second - b.second)
}

interface Candidate {
  readonly first: number
  readonly second: number
  readonly isMirrored: boolean
  areEqual: boolean
  /** The most by which they differ, moved to 0 … 1 */
  gap: number
}

function compareCandidates(matrix: Matrix, measured: readonly Column[], candidates: Candidate[]): void {
  if (candidates.length === 0) return
  const least = Float64Array.from(measured, (column) => column.least)
  const range = Float64Array.from(measured, (column) => column.greatest - column.least)
  const gaps = new Float64Array(candidates.length)
  const { columns } = matrix
  forEachBlock(matrix, (block, from, to) => {
    const end = (to - from) * columns
    candidates.forEach((candidate, index) => {
      const { first, second, isMirrored } = candidate
      let gap = gaps[index]
      for (let start = 0; start < end; start += columns) {
        const a = block[start + first]
        const b = block[start + second]
        if (a !== b) candidate.areEqual = false
        const other = (b - least[second]) / range[second]
        gap = Math.max(gap, Math.abs((a - least[first]) / range[first] - (isMirrored ? 1 - other : other)))
      }
      gaps[index] = gap
    })
  })
  candidates.forEach((candidate, index) => {
    candidate.gap = gaps[index]
  })
}

export function findContradiction(inputs: Matrix, targets: Matrix, ofRows: Float64Array): Contradiction | undefined {
  const haveEqualInputs = rowComparison(inputs)
  const haveEqualTargets = rowComparison(targets)
  const rows = new Map<number, number>()
  let pair: Omit<Contradiction, 'count'> | undefined
  let count = 0
  for (let row = 0; row < ofRows.length; row++) {
    const first = rows.get(ofRows[row])
    if (first === undefined) rows.set(ofRows[row], row)
    else if (haveEqualInputs(first, row) && !haveEqualTargets(first, row)) {
      pair ??= { first, second: row }
      count++
    }
  }
  return pair && { ...pair, count }
}

function rowComparison(matrix: Matrix): (first: number, second: number) => boolean {
  const { columns } = matrix
  const pair = new Float64Array(2 * columns)
  return (first, second) => {
    matrix.copyRows(first, first + 1, pair, 0, columns)
    matrix.copyRows(second, second + 1, pair, columns, columns)
    for (let column = 0; column < columns; column++) if (pair[column] !== pair[columns + column]) return false
    return true
  }
}
