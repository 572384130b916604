// Columns of numbers or words, and how they are filled: from bytes of text, cell by cell, or from values of programs.
import { decimalIn, type NumberFormat, numberOf, PLAIN } from './numbers.ts'

/** Numbers, NaN where there is none, and what stands where there should be one */
export interface NumberColumn {
  readonly form: 'numbers'
  readonly values: Float64Array
  /** By row: cells that are neither finite numbers nor say that there is none */
  readonly odd: ReadonlyMap<number, string>
}

/** Words by number: rows × 1 numbers of `words` */
export interface WordColumn {
  readonly form: 'words'
  /** What the words were where they were not text; default: strings */
  readonly type?: 'number' | 'boolean'
  readonly codes: Uint32Array
  readonly words: readonly string[]
}

export type RawColumn = NumberColumn | WordColumn

export interface RawTable {
  readonly names: readonly string[]
  readonly rows: number
  /** Rows that there were, where `rows` is a sample of them */
  readonly of?: number
  readonly columns: readonly RawColumn[]
  /** The line of a row in its file, counted from 1; undefined where the rows are no file's */
  readonly lineOf?: (row: number) => number
  /** What messages say of where that is, and how their advice is spelt */
  readonly origin?: Origin
}

export interface Origin {
  /** `sales.csv, `, or nothing where the file has no name */
  readonly place: string
  /** Whether options are those of the command */
  readonly flags: boolean
  /** Words for no value that were given */
  readonly missing: readonly string[]
}

/** A column under construction. Rows come in order; a row may be written again as long as it is the last. */
export interface ColumnBuilder {
  /** Room for so many rows; what is there stays. */
  readonly grow: (rows: number) => void
  /** Takes the cell in the bytes from `from` to `to`. */
  readonly take: (row: number, bytes: Uint8Array, from: number, to: number) => void
  /** Keeps only these rows, ascending, which get numbers anew. */
  readonly keep: (rows: Uint32Array) => void
  readonly finish: (rows: number) => RawColumn
}

export class NumberBuilder implements ColumnBuilder {
  values: Float64Array = new Float64Array(0)
  odd = new Map<number, string>()
  readonly #format: NumberFormat
  readonly #missing: ReadonlySet<string>
  readonly #decoder = new TextDecoder()

  constructor(format: NumberFormat, missing: ReadonlySet<string>) {
    this.#format = format
    this.#missing = missing
  }

  grow(rows: number): void {
    this.values = grown(this.values, new Float64Array(rows))
  }

  take(row: number, bytes: Uint8Array, from: number, to: number): void {
    const value = decimalIn(bytes, from, to, this.#format.decimal)
    this.values[row] = Number.isNaN(value) ? this.#readText(row, this.#decoder.decode(bytes.subarray(from, to))) : value
  }

  #readText(row: number, cell: string): number {
    const value = numberIn(cell, this.#format)
    if (Number.isFinite(value)) return value
    if (!this.#missing.has(cell.trim())) this.odd.set(row, cell)
    return Number.NaN
  }

  keep(rows: Uint32Array): void {
    moveRows(this.values, rows)
    this.odd = oddOf(this.odd, rows)
  }

  finish(rows: number): NumberColumn {
    return { form: 'numbers', values: trimmed(this.values, rows), odd: this.odd }
  }
}

/** Plain numbers are numbers in every dialect that writes them otherwise, where it cannot mean another by them. */
export function numberIn(cell: string, format: NumberFormat): number {
  const value = numberOf(cell, format)
  return Number.isNaN(value) && format.thousands !== '.' ? numberOf(cell, PLAIN) : value
}

export function grown<T extends Float64Array | Uint32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old)
  return larger
}

function moveRows(values: Float64Array | Uint32Array, rows: Uint32Array): void {
  for (let place = 0; place < rows.length; place++) values[place] = values[rows[place]]
}

/** Stray cells of the rows that are kept, by their new numbers */
export function oddOf(odd: ReadonlyMap<number, string>, rows: Uint32Array): Map<number, string> {
  if (odd.size === 0) return new Map()
  const found = Array.from(rows, (row, place) => [place, odd.get(row)] as const)
  return new Map(found.filter((pair): pair is readonly [number, string] => pair[1] !== undefined))
}

/** Room beyond this share of the rows is given back, by a copy; memory that was never written is none yet. */
const SLACK = 1.25

function trimmed<T extends Float64Array | Uint32Array>(values: T, rows: number): T {
  return (values.length > SLACK * rows ? values.slice(0, rows) : values.subarray(0, rows)) as T
}

const SPACE = 32
const TAB = 9
const FREE = 0

/** Words get numbers as they first appear. Their bytes lie one after another in `#arena`, found by their hash. */
export class WordBuilder implements ColumnBuilder {
  #codes = new Uint32Array(0)
  #arena = new Uint8Array(256)
  /** Where each word ends in the arena */
  #ends = new Uint32Array(64)
  #count = 0
  /** Open addressing: the code of a word and 1 */
  #table = new Uint32Array(256)

  grow(rows: number): void {
    this.#codes = grown(this.#codes, new Uint32Array(rows))
  }

  take(row: number, bytes: Uint8Array, start: number, end: number): void {
    let from = start
    let to = end
    while (from < to && (bytes[from] === SPACE || bytes[from] === TAB)) from++
    while (from < to && (bytes[to - 1] === SPACE || bytes[to - 1] === TAB)) to--
    this.#codes[row] = this.#codeOf(bytes, from, to)
  }

  #codeOf(bytes: Uint8Array, from: number, to: number): number {
    const mask = this.#table.length - 1
    for (let place = hashOf(bytes, from, to) & mask; ; place = (place + 1) & mask) {
      const entry = this.#table[place]
      if (entry === FREE) {
        this.#table[place] = this.#count + 1
        return this.#add(bytes, from, to)
      }
      if (this.#isAt(entry - 1, bytes, from, to)) return entry - 1
    }
  }

  #start(code: number): number {
    return code === 0 ? 0 : this.#ends[code - 1]
  }

  #isAt(code: number, bytes: Uint8Array, from: number, to: number): boolean {
    let at = this.#start(code)
    if (this.#ends[code] - at !== to - from) return false
    for (let other = from; other < to; other++, at++) if (this.#arena[at] !== bytes[other]) return false
    return true
  }

  #add(bytes: Uint8Array, from: number, to: number): number {
    const start = this.#start(this.#count)
    const end = start + to - from
    if (end > this.#arena.length) this.#arena = grown(this.#arena, new Uint8Array(2 * end))
    this.#arena.set(bytes.subarray(from, to), start)
    if (this.#count === this.#ends.length) this.#ends = grown(this.#ends, new Uint32Array(2 * this.#count))
    this.#ends[this.#count] = end
    const code = this.#count++
    if (this.#count * 2 > this.#table.length) this.#rehash()
    return code
  }

  #rehash(): void {
    const table = new Uint32Array(this.#table.length * 2)
    const mask = table.length - 1
    for (let code = 0; code < this.#count; code++) {
      let place = hashOf(this.#arena, this.#start(code), this.#ends[code]) & mask
      while (table[place] !== FREE) place = (place + 1) & mask
      table[place] = code + 1
    }
    this.#table = table
  }

  keep(rows: Uint32Array): void {
    moveRows(this.#codes, rows)
  }

  finish(rows: number): WordColumn {
    const decoder = new TextDecoder()
    const decode = (code: number) => decoder.decode(this.#arena.subarray(this.#start(code), this.#ends[code])).trim()
    return wordColumn(
      trimmed(this.#codes, rows),
      Array.from({ length: this.#count }, (_, code) => decode(code)),
    )
  }
}

/** Words that trimming made equal, or that no row has any more, are put right. */
export function wordColumn(codes: Uint32Array, words: readonly string[]): WordColumn {
  const known = new Map<string, number>()
  const places = new Int32Array(words.length).fill(-1)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]
    if (places[code] < 0) {
      const place = known.get(words[code]) ?? known.size
      known.set(words[code], place)
      places[code] = place
    }
    codes[row] = places[code]
  }
  return { form: 'words', codes, words: [...known.keys()] }
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193)
  return hash ^ (hash >>> 15)
}
