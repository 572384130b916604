// The forms in which data comes in and predictions go out. Everything about data is checked here, before any of it is
// copied; nothing handed in is ever changed.

import { describe, type ErrorPlace, unexpected, WasmpropError } from '../errors.ts'
import type { Dtype, Values } from '../numerics/values.ts'

type IntegerArray = Int8Array | Uint8Array | Uint8ClampedArray | Int16Array | Uint16Array | Int32Array | Uint32Array
export type NumericArray = IntegerArray | Float32Array | Float64Array

/** A matrix without gaps, row by row */
export interface FlatInput {
  readonly data: readonly number[] | NumericArray
  readonly rows: number
  readonly columns: number
}

/** Rows, one row (the whole column where the matrix has one column), or rows × columns without gaps */
export type MatrixInput = readonly (readonly number[] | NumericArray)[] | readonly number[] | NumericArray | FlatInput

/** What `predict` returns: in the form in which the inputs came */
export type Predictions = number[] | number[][] | Values

/** `row` and `column` are a plain number[], `rows` an array of rows, `flat` everything else. */
export type Form = 'row' | 'column' | 'rows' | 'flat'

/** Checked data of any form. The numbers stay where the user has them until they are copied. */
export interface Matrix {
  /** The argument, as messages name it */
  readonly name: string
  readonly rows: number
  readonly columns: number
  readonly form: Form
  /** Copies rows `from` … `to` − 1 into `values`, a row every `stride` elements from `offset` on; gaps are left alone. */
  copyRows(from: number, to: number, values: Values, offset: number, stride: number): void
  /** A cell as a message names it: `inputs[3][1]` */
  place(row: number, column: number): string
  /** The class of every row, where targets came as class numbers */
  readonly classes?: Uint32Array
}

/** What a loss needs of its targets: see `targets` in src/tables/losses.ts. */
export type TargetKind = 'number' | 'probability' | 'distribution'

/** From the halfway point between float32's largest number and 2¹²⁸ on, numbers round to Infinity: 2¹²⁸ − 2¹⁰³. */
const FLOAT32_LIMIT = 3.4028235677973366e38
/** A row of probabilities may miss 1 by this per class: six decimals are enough, and so is softmax in float32. */
const SUM_TOLERANCE = 1e-6
/** Numbers that `forEachBlock` copies at a time: 64 KiB stay in the cache. */
const BLOCK_VALUES = 8192

/** Magnitudes below it are finite once they are stored in the type. */
export function limitOf(dtype: Dtype): number {
  return dtype === 'float32' ? FLOAT32_LIMIT : Infinity
}

/** What a matrix has to be */
interface Expected {
  readonly name: string
  readonly columns: number
  readonly rows: number | undefined
  readonly limit: number
}

/**
 * Checks data of any form. `name` is `inputs`, `targets` or a path that ends so, `dtype` the type whose range the numbers
 * must keep to: float64 if they are scaled before they are stored.
 */
export function readMatrix(value: unknown, columns: number, name: string, dtype: Dtype, expectedRows?: number): Matrix {
  const expected = { name, columns, rows: expectedRows, limit: limitOf(dtype) }
  return guard(name, () => {
    if (Array.isArray(value)) return (typeof value[0] === 'number' ? readList : readRows)(value, expected)
    if (isNumericArray(value)) return readFlat(value, name, expected)
    if (isFlatInput(value)) return readFlatInput(value, expected)
    const what = 'an array of rows (matrix), a flat typed array or { data, rows, columns }'
    throw invalid(name, what, value, { path: name })
  })
}

/** Checks targets. A distribution is given as a row of probabilities, or as a class number, which becomes one-hot. */
export function readTargets(
  value: unknown,
  outputs: number,
  dtype: Dtype,
  kind: TargetKind,
  expectedRows: number,
  name = 'targets',
): Matrix {
  return guard(name, () => {
    const columns = kind === 'distribution' ? targetColumns(value, outputs, expectedRows, name) : outputs
    const targets = readMatrix(value, columns, name, dtype, expectedRows)
    if (kind === 'number') return targets
    if (columns < outputs) return readClasses(targets, outputs)
    if (kind === 'probability') refuseOtherThanProbabilities(targets)
    else refuseOtherSums(targets)
    return targets
  })
}

/** Dense outputs, rows × columns, as `predict` returns them for inputs of this form */
export function toForm(values: Values, rows: number, columns: number, { form }: Pick<Matrix, 'form'>): Predictions {
  if (form === 'flat') return values
  if (form === 'row' || (form === 'column' && (rows === 1 || columns === 1))) return toList(values, 0, rows * columns)
  const result: number[][] = []
  for (let row = 0; row < rows; row++) result.push(toList(values, row * columns, (row + 1) * columns))
  return result
}

/** A plain loop: five times as fast as `Array.from` on a subarray */
export function toList(values: Values, from: number, to: number): number[] {
  const list: number[] = []
  for (let index = from; index < to; index++) list.push(values[index])
  return list
}

/** Visits rows in order, some at a time, as float64 without gaps. `block` is used again for the next ones. */
export function forEachBlock(
  matrix: Matrix,
  visit: (block: Float64Array, from: number, to: number) => void,
  first = 0,
  end = matrix.rows,
): void {
  const { columns } = matrix
  const blockRows = Math.min(end - first, Math.max(1, Math.floor(BLOCK_VALUES / columns)))
  const block = new Float64Array(blockRows * columns)
  for (let from = first; from < end; from += blockRows) {
    const to = Math.min(end, from + blockRows)
    matrix.copyRows(from, to, block, 0, columns)
    visit(block, from, to)
  }
}

type Numbers = readonly number[] | NumericArray

/** Rows without gaps in one array of any kind. `path` is how a message writes the array. */
function flatMatrix(data: Numbers, form: Form, rows: number, path: string, { name, columns }: Expected): Matrix {
  return {
    name,
    rows,
    columns,
    form,
    copyRows(from, to, values, offset, stride) {
      if (stride === columns && !Array.isArray(data)) {
        values.set((data as NumericArray).subarray(from * columns, to * columns), offset)
        return
      }
      for (let row = from, at = offset; row < to; row++, at += stride) {
        for (let column = 0; column < columns; column++) values[at + column] = data[row * columns + column]
      }
    },
    place(row, column) {
      const cell = `${path}[${row * columns + column}]`
      return columns === 1 || rows === 1 ? cell : `${cell} (row ${row}, column ${column})`
    },
  }
}

function rowsMatrix(data: readonly Numbers[], rows: number, { name, columns }: Expected): Matrix {
  return {
    name,
    rows,
    columns,
    form: 'rows',
    copyRows(from, to, values, offset, stride) {
      for (let row = from, at = offset; row < to; row++, at += stride) {
        const cells = data[row]
        for (let column = 0; column < columns; column++) values[at + column] = cells[column]
      }
    },
    place: (row, column) => `${name}[${row}][${column}]`,
  }
}

/** One-hot rows, made of class numbers while they are copied */
function classMatrix(classes: Uint32Array, columns: number, { name, form, place }: Matrix): Matrix {
  return {
    name,
    rows: classes.length,
    columns,
    form,
    classes,
    copyRows(from, to, values, offset, stride) {
      for (let row = from, at = offset; row < to; row++, at += stride) {
        values.fill(0, at, at + columns)
        values[at + classes[row]] = 1
      }
    },
    place: (row) => place(row, 0),
  }
}

/** A plain number[]: one row, or the whole column */
function readList(list: readonly number[], expected: Expected): Matrix {
  const { name, columns, limit } = expected
  const { length } = list
  if (columns > 1 && length !== columns) {
    const what = `got ${length} in a plain number[], which is one row; write [[…], …] for rows`
    throw misshapen(name, `${columnsOf(expected)}, ${what}`)
  }
  const rows = columns === 1 ? length : 1
  refuseRowCount(rows, expected)
  const matrix = flatMatrix(list, columns === 1 ? 'column' : 'row', rows, name, expected)
  refuseCells(list, length, limit, matrix)
  return matrix
}

function readRows(value: readonly unknown[], expected: Expected): Matrix {
  const { columns, limit } = expected
  const rows = value.length
  refuseRowCount(rows, expected)
  const matrix = rowsMatrix(value as readonly Numbers[], rows, expected)
  for (let row = 0; row < rows; row++) {
    const cells = value[row]
    if (!isRow(cells)) throw noRow(cells, row, expected)
    if (cells.length !== columns) throw wrongWidth(cells, row, expected, matrix)
    refuseCells(cells, columns, limit, matrix, row)
  }
  return matrix
}

function readFlatInput(value: FlatInput, expected: Expected): Matrix {
  // Read once: a getter may say something else the next time.
  const { data, rows, columns }: { [K in keyof FlatInput]: unknown } = value
  const path = `${expected.name}.data`
  refuseNoCount(rows, `${expected.name}.rows`)
  refuseNoCount(columns, `${expected.name}.columns`)
  if (columns !== expected.columns) throw misshapen(expected.name, `${columnsOf(expected)}, got ${columns}`)
  if (!isRow(data)) throw invalid(path, 'an array or typed array of numbers', data, { path })
  if (data.length !== Number(rows) * columns) {
    throw misshapen(path, `rows × columns = ${rows} × ${columns} numbers, got ${data.length}`)
  }
  return readFlat(data, path, expected)
}

function readFlat(data: Numbers, path: string, expected: Expected): Matrix {
  const { name, columns, limit } = expected
  const { length } = data
  if (length % columns !== 0) throw misshapen(name, `rows of ${columnsOf(expected)}, got ${count(length, 'number')}`)
  const rows = length / columns
  refuseRowCount(rows, expected)
  const matrix = flatMatrix(data, 'flat', rows, path, expected)
  if (Array.isArray(data)) refuseCells(data, length, limit, matrix)
  else refuseNumbers(data as NumericArray, limit, matrix)
  return matrix
}

function refuseNoCount(value: unknown, path: string): void {
  if (!Number.isSafeInteger(value) || Number(value) < 1) {
    throw misshapen(path, `an integer of at least 1, got ${describe(value)}`)
  }
}

function refuseRowCount(rows: number, { name, rows: expected }: Expected): void {
  // A proxy may say any length.
  if (!Number.isSafeInteger(rows) || rows < 1) throw misshapen(name, `at least one row, got ${describe(rows)}`)
  if (expected === undefined || rows === expected) return
  throw misshapen(name, `${count(expected, 'row')}, as many as the inputs, got ${rows}`)
}

/** Refuses what is no finite number in cells of anything, the first of which stands at the start of `firstRow`. */
function refuseCells(cells: ArrayLike<unknown>, length: number, limit: number, matrix: Matrix, firstRow = 0): void {
  for (let index = 0; index < length; index++) {
    const value = cells[index]
    if (typeof value !== 'number' || !(Math.abs(value) < limit)) throw unfit(value, index, matrix, firstRow)
  }
}

/** The same for typed arrays. Integers are always finite. */
function refuseNumbers(data: NumericArray, limit: number, matrix: Matrix): void {
  const kind = data[Symbol.toStringTag]
  if (/^(Int|Uint)/.test(kind)) return
  if ((limit === Infinity || kind === 'Float32Array') && areFinite(data)) return
  const { length } = data
  for (let index = 0; index < length; index++) {
    if (!(Math.abs(data[index]) < limit)) throw unfit(data[index], index, matrix)
  }
}

/** Products with 0 are 0, or else NaN. Four sums, since each waits for itself: 7.8 million numbers in 8 ms instead of 16. */
function areFinite(numbers: NumericArray): boolean {
  const { length } = numbers
  const ofFour = length - (length % 4)
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let index = 0; index < ofFour; index += 4) {
    a += numbers[index] * 0
    b += numbers[index + 1] * 0
    c += numbers[index + 2] * 0
    d += numbers[index + 3] * 0
  }
  for (let index = ofFour; index < length; index++) a += numbers[index] * 0
  return a + b + c + d === 0
}

/** How many columns targets for a distribution have as they are given: 1 for class numbers, else the outputs */
function targetColumns(value: unknown, outputs: number, rows: number, name: string): number {
  const first: unknown = Array.isArray(value) ? value[0] : undefined
  if (typeof first === 'number' || isNumericArray(value)) {
    const { length } = value as Numbers
    if (length === rows) return 1
    // A plain number[] is one row.
    if (length === rows * outputs && (rows === 1 || isNumericArray(value))) return outputs
    const what = `${count(rows, 'class number')}, or ${count(rows, 'row')} of ${outputs} probabilities`
    throw misshapen(name, `${what} ([[…], …] or a typed array), got ${count(length, 'number')}`)
  }
  // Labels that are no numbers are refused as classes.
  if (Array.isArray(value)) return isRow(first) && first.length !== 1 ? outputs : 1
  return isFlatInput(value) && value.columns === 1 ? 1 : outputs
}

function readClasses(targets: Matrix, outputs: number): Matrix {
  const classes = new Uint32Array(targets.rows)
  forEachBlock(targets, (block, from, to) => {
    for (let row = from; row < to; row++) {
      const value = block[row - from]
      if (!Number.isInteger(value) || value < 0 || value >= outputs) {
        throw refused(targets, row, 0, `a class number, an integer from 0 to ${outputs - 1}`, value)
      }
      classes[row] = value
    }
  })
  return classMatrix(classes, outputs, targets)
}

function refuseOtherThanProbabilities(targets: Matrix, greatest = 1): void {
  const { columns } = targets
  forEachBlock(targets, (block, from, to) => {
    const end = (to - from) * columns
    for (let index = 0; index < end; index++) {
      const value = block[index]
      if (value >= 0 && value <= greatest) continue
      const row = from + Math.floor(index / columns)
      throw refused(targets, row, index % columns, 'a probability from 0 to 1', value)
    }
  })
}

function refuseOtherSums(targets: Matrix): void {
  const { columns, name } = targets
  refuseOtherThanProbabilities(targets, 1 + columns * SUM_TOLERANCE)
  forEachBlock(targets, (block, from, to) => {
    for (let row = from; row < to; row++) {
      let sum = 0
      for (let column = 0; column < columns; column++) sum += block[(row - from) * columns + column]
      if (Math.abs(sum - 1) <= columns * SUM_TOLERANCE) continue
      const expected = `probabilities that sum to 1 in row ${row}`
      throw unexpected('INVALID_DATA', name, expected, `a sum of ${sum}`, { path: name, row })
    }
  })
}

function isNumericArray(value: unknown): value is NumericArray {
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return false
  return !(value instanceof BigInt64Array || value instanceof BigUint64Array)
}

/** Arrays and typed arrays of numbers; what an array holds is not checked. */
export function isRow(value: unknown): value is Numbers {
  return Array.isArray(value) || isNumericArray(value)
}

function isFlatInput(value: unknown): value is FlatInput {
  return typeof value === 'object' && value !== null && 'data' in value
}

/** Runs `read`; what a getter or a proxy of the user throws becomes an error of the library. */
function guard(name: string, read: () => Matrix): Matrix {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof WasmpropError) throw cause
    const got = 'something that throws an error when it is read'
    throw unexpected('INVALID_DATA', name, 'an array of rows (matrix)', got, { path: name, cause })
  }
}

/** A cell that is no number, not finite, or beyond float32 */
function unfit(value: unknown, index: number, matrix: Matrix, firstRow = 0): WasmpropError {
  const row = firstRow + Math.floor(index / matrix.columns)
  const column = index % matrix.columns
  if (typeof value !== 'number') return refused(matrix, row, column, 'a finite number', value)
  const what = Number.isFinite(value) ? `a number within float32's range (or dtype "float64")` : 'a finite number'
  return unexpected('NOT_FINITE', matrix.place(row, column), what, `${value}`, { path: matrix.name, row, column })
}

function refused(matrix: Matrix, row: number, column: number, what: string, got: unknown): WasmpropError {
  return invalid(matrix.place(row, column), what, got, { path: matrix.name, row, column })
}

function invalid(where: string, what: string, got: unknown, place: ErrorPlace): WasmpropError {
  return unexpected('INVALID_DATA', where, what, describe(got), place)
}

function misshapen(where: string, what: string, place?: ErrorPlace): WasmpropError {
  return unexpected('INVALID_SHAPE', where, what, '', place)
}

function wrongWidth(cells: Numbers, row: number, expected: Expected, { name, place }: Matrix): WasmpropError {
  // Rows that are nested too deep
  if (isRow(cells[0])) return invalid(place(row, 0), 'a finite number', cells[0], { path: name, row, column: 0 })
  return misshapen(name, `${columnsOf(expected)}, got ${describe(cells.length)} in row ${row}`, { path: name, row })
}

function noRow(value: unknown, row: number, { name, columns }: Expected): WasmpropError {
  const what = columns === 1 ? 'a number, or a row of one' : `a row of ${columns} numbers`
  return invalid(`${name}[${row}]`, what, value, { path: name, row })
}

function columnsOf({ name, columns }: Expected): string {
  const [part] = /(?:inputs|targets)$/.exec(name) ?? []
  const whose = part && ` (the network's ${part === 'inputs' ? part : 'outputs'})`
  return count(columns, 'column') + (whose ?? '')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
