// Rows that stay where the caller has them until they are taken, and what tells whether they are still what they were at the
// call: 32 bits for every row. Fresh memory for a copy of many rows costs more than all else, and cannot be had in parts; stamps
// are made of what is there.
import { reading, unexpected, type WasmpropError } from '../errors.ts'
import { copyOf, kindOf, type NumericArray } from '../numerics/typed.ts'
import { type Dtype, newValues, type Values } from '../numerics/values.ts'
import { copyNumbers, inRoom, keptMatrix, type Matrix, type Shape, unfit } from './matrix.ts'
import type { Steps } from './steps.ts'

/** Numbers up to which rows are copied at once: 2 MiB of float64 */
export const COPIED_AT_ONCE = 2 ** 18
/** Bytes of a row from which on stamps are small beside it */
export const LEAST_ROW_BYTES = 32
/** Numbers that are taken in a step */
const TAKEN_VALUES = 2 ** 15

/** Rows without gaps where the caller has them, in a view of our own. They are checked whenever they are copied. */
export function viewedMatrix(shape: Shape, data: NumericArray, limit: number): Matrix {
  const { name, columns } = shape
  const { length } = data
  const areIntegers = /^(Int|Uint)/.test(kindOf(data)!)
  let numbers = data
  let stamps: Stamps | undefined
  const copyUnchecked: Matrix['copyRows'] = (from, to, values, offset, stride) => {
    if (numbers.length !== length) throw gaveAway(name)
    stamps?.expectSame(from, to)
    copyNumbers(numbers, columns, from, to, values, offset, stride)
  }
  const matrix: Matrix = {
    ...shape,
    classes: undefined,
    isCallers: true,
    copyRows(from, to, values, offset, stride) {
      copyUnchecked(from, to, values, offset, stride)
      if (!areIntegers) refuseCopied(matrix, numbers, limit, from, to, values, offset, stride)
    },
    copyUnchecked,
    preparation: undefined,
    keep() {
      if (numbers !== data || stamps) return
      if (numbers.length !== length) throw gaveAway(name)
      stamps = Stamps.of(data, columns, name)
      if (!stamps) numbers = inRoom(length, name, () => copyOf(data))
    },
  }
  return matrix
}

/**
 * Many nested rows, which are looked through at once, as they are at the call, and taken in steps, in which fresh memory is had
 * for them. What is not finite or not below `limit` is refused at once. Nothing may be copied from the matrix before its
 * `preparation` has taken them: what was seen, or else it refuses, since a getter, a proxy or a caller who writes may say
 * something else.
 */
export function takenInSteps(
  shape: Shape,
  rowOf: (row: number) => ArrayLike<unknown>,
  limit: number,
  dtype: Dtype,
): Matrix {
  const { rows, columns, name } = shape
  const numbers = new Float64Array(columns)
  const words = new Int32Array(numbers.buffer)
  const stampsOfRow = (row: number) => {
    const cells = rowOf(row)
    const column = readNumbers(cells, 0, columns, numbers, 0, limit)
    if (column >= 0) throw unfit(cells[column], row * columns + column, shape)
    return stampOf(words, 0, words.length)
  }
  const stamps = new Int32Array(rows)
  for (let row = 0; row < rows; row++) stamps[row] = stampsOfRow(row)
  const values = inRoom(rows * columns, name, () => newValues(dtype, rows * columns))
  const take = (from: number, to: number) => {
    for (let row = from; row < to; row++) {
      if (stampsOfRow(row) !== stamps[row]) throw changed(name, row)
      values.set(numbers, row * columns)
    }
  }
  return { ...keptMatrix(shape, values), preparation: inBlocks(shape, take) }
}

function* inBlocks({ rows, columns, name }: Shape, take: (from: number, to: number) => void): Steps<void> {
  const blockRows = Math.max(1, Math.floor(TAKEN_VALUES / columns))
  for (let from = 0; from < rows; from += blockRows) {
    reading('INVALID_DATA', name, 'rows that can be read', () => take(from, Math.min(rows, from + blockRows)))
    yield
  }
}

/**
 * Reads cells `from` … `end` − 1 of anything to `at` on. Gives the first that is no number below `limit`, or −1: with an
 * error made in its midst the loop takes twice as long.
 */
export function readNumbers(
  cells: ArrayLike<unknown>,
  from: number,
  end: number,
  values: Values,
  at: number,
  limit: number,
): number {
  for (let index = from, to = at; index < end; index++, to++) {
    const value = cells[index]
    if (typeof value !== 'number' || !(Math.abs(value) < limit)) return index
    values[to] = value
  }
  return -1
}

/** Refuses the first number that is not finite where it was copied to: what lies with the caller may be another by now. */
function refuseCopied(
  matrix: Matrix,
  data: NumericArray,
  limit: number,
  from: number,
  to: number,
  values: Values,
  offset: number,
  stride: number,
): void {
  const { columns } = matrix
  const hasLimit = limit !== Infinity && values.BYTES_PER_ELEMENT === 8
  const [pieces, length] = stride === columns ? [1, (to - from) * columns] : [to - from, columns]
  for (let piece = 0, at = offset; piece < pieces; piece++, at += stride) {
    if (!hasLimit && areFinite(values, at, at + length)) continue
    for (let index = 0; index < length; index++) {
      if (Math.abs(values[at + index]) < limit) continue
      const cell = (from + piece) * columns + index
      throw unfit(data[cell], cell, matrix)
    }
  }
}

/** Products with 0 are 0, or else NaN. Four sums, since each waits for itself: 7.8 million numbers in 8 ms instead of 16. */
function areFinite(numbers: Values, start: number, end: number): boolean {
  const ofFour = end - ((end - start) % 4)
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let index = start; index < ofFour; index += 4) {
    a += numbers[index] * 0
    b += numbers[index + 1] * 0
    c += numbers[index + 2] * 0
    d += numbers[index + 3] * 0
  }
  for (let index = ofFour; index < end; index++) a += numbers[index] * 0
  return a + b + c + d === 0
}

class Stamps {
  readonly #name: string
  readonly #words: Int32Array
  readonly #wordsPerRow: number
  readonly #stamps: Int32Array

  private constructor(name: string, words: Int32Array, wordsPerRow: number) {
    this.#name = name
    this.#words = words
    this.#wordsPerRow = wordsPerRow
    this.#stamps = new Int32Array(words.length / wordsPerRow)
    for (let row = 0; row < this.#stamps.length; row++) this.#stamps[row] = this.#stampOf(row)
  }

  /** Undefined where a copy costs little, or rows do not consist of whole words */
  static of(data: NumericArray, columns: number, name: string): Stamps | undefined {
    const { buffer, byteOffset, byteLength, length, BYTES_PER_ELEMENT: size } = data
    const rowBytes = columns * size
    if (length <= COPIED_AT_ONCE || rowBytes < LEAST_ROW_BYTES || rowBytes % 4 !== 0 || byteOffset % 4 !== 0) return
    return new Stamps(name, new Int32Array(buffer, byteOffset, byteLength / 4), rowBytes / 4)
  }

  /** Throws INVALID_DATA for rows that have been changed. */
  expectSame(from: number, to: number): void {
    for (let row = from; row < to; row++) if (this.#stampOf(row) !== this.#stamps[row]) throw changed(this.#name, row)
  }

  #stampOf(row: number): number {
    return stampOf(this.#words, row * this.#wordsPerRow, (row + 1) * this.#wordsPerRow)
  }
}

/** 32 bits of the words `start` … `end` − 1. Four hashes that do not wait for each other, and in the end for all. */
function stampOf(words: Int32Array, start: number, end: number): number {
  let a = 1
  let b = 2
  let c = 3
  let d = 4
  let at = start
  for (; at + 15 < end; at += 16) {
    a = mix(a, words[at], words[at + 1], words[at + 2], words[at + 3])
    b = mix(b, words[at + 4], words[at + 5], words[at + 6], words[at + 7])
    c = mix(c, words[at + 8], words[at + 9], words[at + 10], words[at + 11])
    d = mix(d, words[at + 12], words[at + 13], words[at + 14], words[at + 15])
  }
  for (; at < end; at++) a = mix(a, words[at], 0, 0, 0)
  return mix(a, b, c, d, 0)
}

/**
 * Of each of the five a bijection, so that a change of one word always shows. One multiplication for four words: two thirds of
 * the time of one for two. High bits reach low ones, or rows of other signs would be the same.
 */
function mix(hash: number, w: number, x: number, y: number, z: number): number {
  const sum = (hash ^ w) + ((x << 7) | (x >>> 25)) + ((y << 15) | (y >>> 17)) + ((z << 22) | (z >>> 10))
  const product = Math.imul(sum, 0xcc9e2d51)
  return product ^ (product >>> 15)
}

function changed(name: string, row: number): WasmpropError {
  const what = 'large rows that stay as they are until train has taken them (the first epoch says so)'
  const advice = `others in row ${row}; hand in a copy of what you go on writing to`
  return unexpected('INVALID_DATA', name, what, advice, { path: name, row })
}

/** The error for a typed array whose memory was transferred, or shrank */
export function gaveAway(name: string): WasmpropError {
  return unexpected('INVALID_DATA', name, 'numbers that stay where they are', 'memory that was given away')
}
