// Rows of numbers that were handed in, as the rest of the library takes them: copied a piece at a time, and finite wherever
// they are copied to. What could run code of the caller was read before, once, and is kept.
import { describe, unexpected, type WasmpropError } from '../errors.ts'
import type { NumericArray } from '../numerics/typed.ts'
import type { Dtype, Values } from '../numerics/values.ts'
import { finish, type Steps } from './steps.ts'

/** `row` and `column` are a plain number[], `rows` an array of rows, `flat` everything else. */
export type Form = 'row' | 'column' | 'rows' | 'flat'

export interface Matrix {
  /** The argument, as messages name it */
  readonly name: string
  readonly rows: number
  readonly columns: number
  readonly form: Form
  /**
   * Copies rows `from` … `to` − 1 into `values`, a row every `stride` elements from `offset` on; gaps are left alone. Runs no
   * code of the caller. Throws NOT_FINITE for what is not finite where it lies then, INVALID_DATA for memory given away.
   */
  copyRows(from: number, to: number, values: Values, offset: number, stride: number): void
  /** A cell as a message names it: `inputs[3][1]` */
  place(row: number, column: number): string
  /** The class of every row, where targets came as class numbers */
  readonly classes: Uint32Array | undefined
  /** Whether the numbers lie in memory of the caller, who may change them between two looks */
  readonly isCallers: boolean
  /** `copyRows` without its check, for who checks what was copied; only where it has one */
  readonly copyUnchecked: Matrix['copyRows'] | undefined
  /**
   * Called before the caller, with whom the numbers lie, may change them. Few are copied; of many it is noted what they are,
   * and `copyRows` throws INVALID_DATA for those that have been changed.
   */
  readonly keep: (() => void) | undefined
  /** What is still to be done before the matrix is used. Runs code of the caller. */
  readonly preparation: Steps<void> | undefined
}

/** What lies with the caller and is still to be read: it is kept before the caller may change it. */
export interface Unread {
  matrices: readonly Matrix[]
}

/** What a matrix is besides its numbers */
export type Shape = Pick<Matrix, 'name' | 'rows' | 'columns' | 'form' | 'place'>

/** From the halfway point between float32's largest number and 2¹²⁸ on, numbers round to Infinity: 2¹²⁸ − 2¹⁰³. */
const FLOAT32_LIMIT = 3.4028235677973366e38
/** Numbers that are copied at a time: 64 KiB stay in the cache. */
export const BLOCK_VALUES = 8192
/** Up to here a loop copies faster than `set`, and an array is made faster than a typed one. */
export const FEW_VALUES = 64

/** Magnitudes below it are finite once they are stored in the type. */
export const LIMITS: Readonly<Record<Dtype, number>> = { float32: FLOAT32_LIMIT, float64: Infinity }

/** A matrix whose numbers are the library's own. A literal, since V8 takes ten times as long to spread objects into one. */
export function madeMatrix({ name, rows, columns, form, place }: Shape, copyRows: Matrix['copyRows']): Matrix {
  return {
    name,
    rows,
    columns,
    form,
    place,
    copyRows,
    classes: undefined,
    isCallers: false,
    copyUnchecked: undefined,
    keep: undefined,
    preparation: undefined,
  }
}

/** Rows without gaps that are the library's own, and checked */
export function keptMatrix(shape: Shape, data: NumericArray): Matrix {
  const { columns } = shape
  const copyRows: Matrix['copyRows'] = (from, to, values, offset, stride) => {
    copyNumbers(data, columns, from, to, values, offset, stride)
  }
  return madeMatrix(shape, copyRows)
}

/** The same of `FEW_VALUES` at most: a function of its own, since V8 is slow where one takes arrays of several kinds. */
export function keptFew(shape: Shape, data: readonly number[]): Matrix {
  const { columns } = shape
  const copyRows: Matrix['copyRows'] = (from, to, values, offset, stride) => {
    for (let row = from, at = offset; row < to; row++, at += stride) {
      for (let column = 0; column < columns; column++) values[at + column] = data[row * columns + column]
    }
  }
  return madeMatrix(shape, copyRows)
}

/** The matrix itself, or a copy of what the caller might change */
export function own(matrix: Matrix): Matrix {
  const { rows, columns } = matrix
  if (!matrix.isCallers) return matrix
  const values = roomFor(rows * columns, matrix.name)
  matrix.copyRows(0, rows, values, 0, columns)
  return keptMatrix(matrix, values)
}

/** Zeros, float64 as the numbers may be given, so that messages and metrics tell of those. A length that was only claimed may be any. */
export function roomFor(count: number, name: string): Float64Array {
  return inRoom(count, name, () => new Float64Array(count))
}

/** What is made, or OUT_OF_MEMORY */
export function inRoom<T>(count: number, name: string, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw unexpected('OUT_OF_MEMORY', name, 'rows that fit into memory', `${count} numbers`, { path: name, cause })
  }
}

/** Takes rows as float64 without gaps. `block` is used again for the next ones. */
export type Visit = (block: Float64Array, from: number, to: number) => void

/** Visits rows in order, some at a time. `copyRows`: how they are copied; `size`: numbers of a block */
export function* visitBlocks(
  matrix: Matrix,
  visit: Visit,
  first = 0,
  end = matrix.rows,
  copyRows = matrix.copyRows,
  size = BLOCK_VALUES,
): Steps<void> {
  const { columns } = matrix
  const blockRows = Math.min(end - first, Math.max(1, Math.floor(size / columns)))
  const block = new Float64Array(blockRows * columns)
  for (let from = first; from < end; from += blockRows) {
    if (from > first) yield
    const to = Math.min(end, from + blockRows)
    copyRows(from, to, block, 0, columns)
    visit(block, from, to)
  }
}

export function forEachBlock(matrix: Matrix, visit: Visit, first = 0, end = matrix.rows): void {
  finish(visitBlocks(matrix, visit, first, end))
}

/** Rows `from` … `to` − 1 of numbers without gaps, a row every `stride` elements from `offset` on */
export function copyNumbers(
  data: NumericArray,
  columns: number,
  from: number,
  to: number,
  values: Values,
  offset: number,
  stride: number,
): void {
  if (stride === columns && (to - from) * columns > FEW_VALUES) {
    values.set(data.subarray(from * columns, to * columns), offset)
    return
  }
  for (let row = from, at = offset; row < to; row++, at += stride) {
    for (let column = 0, cell = row * columns; column < columns; column++, cell++) values[at + column] = data[cell]
  }
}

/** The error for a cell that is no number, not finite, or beyond float32 */
export function unfit(value: unknown, index: number, { name, columns, place }: Shape): WasmpropError {
  const row = Math.floor(index / columns)
  const column = index % columns
  const at = { path: name, row, column }
  if (typeof value !== 'number') {
    return unexpected(
      'INVALID_DATA',
      place(row, column),
      'a finite number',
      `${describe(value)}${wordAdvice(value, name)}`,
      at,
    )
  }
  const what = Number.isFinite(value) ? `a number within float32's range (or dtype "float64")` : 'a finite number'
  return unexpected('NOT_FINITE', place(row, column), what, `${value}`, at)
}

/** Of words among numbers; digits in quotes need none. */
export function wordAdvice(value: unknown, name: string): string {
  if (typeof value !== 'string' || !Number.isNaN(Number(value))) return ''
  const instead = name.endsWith('targets')
    ? 'class numbers from 0, as in labels.map((label) => classes.indexOf(label))'
    : 'numbers, for words a column of 0 and 1 each'
  return `; write ${instead}, or use trainTable of wasmprop/table, which takes words`
}
