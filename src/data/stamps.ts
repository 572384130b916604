// Tells whether rows of the caller are still what they were at the call: 32 bits for every row. Fresh memory for a copy of
// many rows costs more than all else, and cannot be had in parts; stamps are made of what is there.
import { unexpected, type WasmpropError } from '../errors.ts'
import type { NumericArray } from '../numerics/typed.ts'

/** Numbers up to which rows are copied at once: 2 MiB of float64 */
export const COPIED_AT_ONCE = 2 ** 18
/** Bytes of a row from which on stamps are small beside it */
export const LEAST_ROW_BYTES = 32

export class Stamps {
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
export function stampOf(words: Int32Array, start: number, end: number): number {
  let a = 1
  let b = 2
  let c = 3
  let d = 4
  let index = start
  for (; index + 7 < end; index += 8) {
    a = mix(a, words[index], words[index + 1])
    b = mix(b, words[index + 2], words[index + 3])
    c = mix(c, words[index + 4], words[index + 5])
    d = mix(d, words[index + 6], words[index + 7])
  }
  for (; index < end; index++) a = mix(a, words[index], 0)
  return mix(mix(a, b, c), d, 0)
}

/**
 * Of each of the three a bijection, so that a change of one word always shows. High bits reach low ones, or rows of other signs
 * would be the same.
 */
function mix(hash: number, word: number, other: number): number {
  const product = Math.imul((hash ^ word) + ((other << 7) | (other >>> 25)), 0xcc9e2d51)
  return product ^ (product >>> 15)
}

export function changed(name: string, row: number): WasmpropError {
  const what = 'large rows that stay as they are until train has taken them (the first epoch says so)'
  const advice = `others in row ${row}; hand in a copy of what you go on writing to`
  return unexpected('INVALID_DATA', name, what, advice, { path: name, row })
}
