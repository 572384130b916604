// Reads data of any form. Whatever the caller's arrays, getters and proxies give is asked for once, checked and kept; typed
// arrays, which run nothing when they are read, stay where they are until they are copied.

import { describe, type ErrorPlace, unexpected, unreadable, type WasmpropError } from '../errors.ts'
import { isNumericArray, lengthOf, type NumericArray, plainView } from '../numerics/typed.ts'
import { type Dtype, newValues, type Values } from '../numerics/values.ts'
import { COPIED_AT_ONCE, gaveAway, LEAST_ROW_BYTES, readNumbers, takenInSteps, viewedMatrix } from './callers-rows.ts'
import type { FlatInput } from './forms.ts'
import {
  FEW_VALUES,
  type Form,
  keptFew,
  keptMatrix,
  LIMITS,
  type Matrix,
  roomFor,
  type Shape,
  unfit,
  wordAdvice,
} from './matrix.ts'

/** What a matrix has to be */
export interface Expected {
  /** `inputs`, `targets` or a path that ends so */
  readonly name: string
  readonly columns: number
  /** Undefined: any number of at least `leastRows` */
  readonly rows: number | undefined
  readonly leastRows: 0 | 1
  /** The type whose range the numbers must keep to: float64 if they are scaled before they are stored */
  readonly dtype: Dtype
  /** Whether many nested rows may be looked through at once and taken in steps, `preparation` of the matrix; and the type to keep them in */
  readonly inSteps: Dtype | undefined
  /** Where numbers may be kept that are needed no longer than the call lasts */
  readonly room: Room | undefined
}

/** A matrix of any number of rows, which may be kept for long */
export const anyRows = { rows: undefined, leastRows: 1, inSteps: undefined, room: undefined } as const

/** Memory that one call after another keeps its rows in: fresh memory costs more than what is done in it. */
export interface Room {
  values: Values | undefined
}

/** What messages call data of any form */
export const A_MATRIX = 'an array of rows (matrix)'

export type Numbers = readonly number[] | NumericArray

/** Before so many numbers are there, no room is made for all that are claimed. */
const FIRST_VALUES = 2 ** 16
/** No more than so many numbers stay in a room: 4 MiB */
const MOST_IN_ROOM = 2 ** 19

/** Checks data of any form. Throws INVALID_SHAPE, INVALID_DATA or NOT_FINITE. */
export function readMatrix(value: unknown, expected: Expected): Matrix {
  const { name } = expected
  try {
    if (Array.isArray(value)) return (typeof value[0] === 'number' ? readList : readNested)(value, expected)
    if (isNumericArray(value)) return readFlat(value, name, expected)
    if (isFlatInput(value)) return readFlatInput(value, expected)
  } catch (cause) {
    throw unreadable('INVALID_DATA', name, A_MATRIX, cause)
  }
  throw invalid(name, 'an array of rows (matrix), a flat typed array or { data, rows, columns }', value)
}

/** Arrays and typed arrays of numbers; what an array holds is not checked. */
export function isRow(value: unknown): value is Numbers {
  return Array.isArray(value) || isNumericArray(value)
}

export function isFlatInput(value: unknown): value is FlatInput {
  return typeof value === 'object' && value !== null && 'data' in value
}

/** A plain number[]: one row, or the whole column */
function readList(list: readonly unknown[], expected: Expected): Matrix {
  const { name, columns } = expected
  const { length } = list
  if (columns > 1 && length !== columns) {
    const what = `got ${describe(length)} in a plain number[], which is one row; write [[…], …] for rows`
    throw misshapen(name, `${columnsOf(expected)}, ${what}`)
  }
  const rows = columns === 1 ? length : 1
  refuseRowCount(rows, expected)
  return keep(flatShape(columns === 1 ? 'column' : 'row', rows, name, expected), expected, 1, () => list, length)
}

function readNested(value: readonly unknown[], expected: Expected): Matrix {
  const { name, columns } = expected
  const rows = value.length
  refuseRowCount(rows, expected)
  const place = (row: number, column: number) => `${name}[${row}][${column}]`
  const shape: Shape = { name, rows, columns, form: 'rows', place }
  const rowOf = (row: number) => readRow(value[row], row, expected)
  if (expected.inSteps && rows * columns > COPIED_AT_ONCE && 8 * columns >= LEAST_ROW_BYTES) {
    return takenInSteps(shape, rowOf, LIMITS[expected.dtype], expected.inSteps)
  }
  return keep(shape, expected, rows, rowOf, columns)
}

function readRow(cells: unknown, row: number, expected: Expected): Numbers {
  if (!isRow(cells)) throw noRow(cells, row, expected)
  const length = Array.isArray(cells) ? cells.length : lengthOf(cells as NumericArray)
  if (length !== expected.columns) throw wrongWidth(cells, length, row, expected)
  return cells
}

function readFlatInput(value: FlatInput, expected: Expected): Matrix {
  // Read once: a getter may say something else the next time.
  const { data, rows, columns }: { [K in keyof FlatInput]: unknown } = value
  const path = `${expected.name}.data`
  if (Array.isArray(columns)) {
    const advice =
      'rows of numbers; hand in data itself where it is an array of rows, or use trainTable of wasmprop/table'
    throw invalid(expected.name, advice, columns)
  }
  refuseNoCount(rows, `${expected.name}.rows`, expected.leastRows)
  refuseNoCount(columns, `${expected.name}.columns`)
  if (columns !== expected.columns) throw misshapen(expected.name, `${columnsOf(expected)}, got ${columns}`)
  if (!isRow(data)) throw invalid(path, 'an array or typed array of numbers', data)
  const length = Array.isArray(data) ? data.length : lengthOf(data as NumericArray)
  if (length !== Number(rows) * columns) {
    throw misshapen(path, `rows × columns = ${rows} × ${columns} numbers, got ${describe(length)}`)
  }
  if (!Array.isArray(data)) return readFlat(data as NumericArray, path, expected)
  refuseRowCount(Number(rows), expected)
  return keep(flatShape('flat', Number(rows), path, expected), expected, 1, () => data, length)
}

function readFlat(data: NumericArray, path: string, expected: Expected): Matrix {
  const { name, columns, dtype } = expected
  const view = viewOf(data, path)
  const rows = view.length / columns
  if (!Number.isInteger(rows)) {
    throw misshapen(name, `rows of ${columnsOf(expected)}, got ${count(view.length, 'number')}`)
  }
  refuseRowCount(rows, expected)
  return viewedMatrix(flatShape('flat', rows, path, expected), view, LIMITS[dtype])
}

function viewOf(data: NumericArray, path: string): NumericArray {
  try {
    return plainView(data)
  } catch {
    throw gaveAway(path)
  }
}

/** Rows without gaps. `path` is how a message writes the array. */
function flatShape(form: Form, rows: number, path: string, { name, columns }: Expected) {
  const place = (row: number, column: number) => {
    const cell = `${path}[${row * columns + column}]`
    return columns === 1 || rows === 1 ? cell : `${cell} (row ${row}, column ${column})`
  }
  return { name, rows, columns, form, place }
}

/** Reads numbers of the caller once, in order, checks and keeps them: `count` lists of `length` each. */
function keep(
  shape: Shape,
  expected: Expected,
  count: number,
  listAt: (index: number) => ArrayLike<unknown>,
  length: number,
): Matrix {
  const limit = LIMITS[expected.dtype]
  if (count * length > FEW_VALUES) return keepMany(shape, expected, count, listAt, length, limit)
  const numbers: number[] = []
  for (let index = 0; index < count; index++) addFew(numbers, listAt(index), length, limit, shape)
  return keptFew(shape, numbers)
}

function addFew(numbers: number[], list: ArrayLike<unknown>, length: number, limit: number, shape: Shape): void {
  for (let index = 0; index < length; index++) {
    const value = list[index]
    if (typeof value !== 'number' || !(Math.abs(value) < limit)) throw unfit(value, numbers.length, shape)
    numbers.push(value)
  }
}

function keepMany(
  shape: Shape,
  { dtype, room }: Expected,
  count: number,
  listAt: (index: number) => ArrayLike<unknown>,
  length: number,
  limit: number,
): Matrix {
  const { name } = shape
  const all = count * length
  let values = room && all <= MOST_IN_ROOM ? valuesIn(room, all, dtype) : roomFor(Math.min(FIRST_VALUES, all), name)
  for (let index = 0, at = 0; index < count; index++) {
    const list = listAt(index)
    for (let from = 0; from < length; ) {
      if (at === values.length) values = copyInto(roomFor(all, name), values)
      const end = Math.min(length, from + values.length - at)
      const wrong = readNumbers(list, from, end, values, at, limit)
      if (wrong >= 0) throw unfit(list[wrong], at + wrong - from, shape)
      at += end - from
      from = end
    }
  }
  return keptMatrix(shape, values)
}

/** In the type in which the numbers are stored: to convert them costs as much as to read them. */
function valuesIn(room: Room, count: number, dtype: Dtype): Values {
  if (room.values === undefined || room.values.length < count) room.values = newValues(dtype, count)
  return room.values
}

function copyInto(larger: Values, values: Values): Values {
  larger.set(values)
  return larger
}

function refuseNoCount(value: unknown, path: string, least = 1): void {
  if (!Number.isSafeInteger(value) || Number(value) < least) {
    throw misshapen(path, `an integer of at least ${least}, got ${describe(value)}`)
  }
}

function refuseRowCount(rows: number, { name, rows: expected, leastRows }: Expected): void {
  // A proxy may say any length.
  if (!Number.isSafeInteger(rows) || rows < leastRows) {
    throw misshapen(name, `at least one row, got ${describe(rows)}`)
  }
  if (expected === undefined || rows === expected) return
  throw misshapen(name, `${count(expected, 'row')}, as many as the inputs, got ${rows}`)
}

export function invalid(where: string, what: string, got: unknown, place?: ErrorPlace): WasmpropError {
  return unexpected('INVALID_DATA', where, what, describe(got), place)
}

export function misshapen(where: string, what: string, place?: ErrorPlace): WasmpropError {
  return unexpected('INVALID_SHAPE', where, what, '', place)
}

function wrongWidth(cells: Numbers, length: unknown, row: number, expected: Expected): WasmpropError {
  const { name } = expected
  const first: unknown = cells[0]
  // Rows that are nested too deep
  if (isRow(first)) return invalid(`${name}[${row}][0]`, 'a finite number', first, { path: name, row, column: 0 })
  return misshapen(name, `${columnsOf(expected)}, got ${describe(length)} in row ${row}`, { path: name, row })
}

function noRow(value: unknown, row: number, { name, columns }: Expected): WasmpropError {
  const what = columns === 1 ? 'a number, or a row of one' : `a row of ${columns} numbers`
  const got = `${describe(value)}${wordAdvice(value, name)}`
  return unexpected('INVALID_DATA', `${name}[${row}]`, what, got, { path: name, row })
}

function columnsOf({ name, columns }: Expected): string {
  const [part] = /(?:inputs|targets)$/.exec(name) ?? []
  const whose = part && ` (the network's ${part === 'inputs' ? part : 'outputs'})`
  return count(columns, 'column') + (whose ?? '')
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
