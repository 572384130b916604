// From UTF-8 in pieces to columns: rows and cells of one dialect, each byte looked at once. Papa Parse, which the tests compare
// with, makes strings of all text first, cannot take bytes, and names no line of a file; so cells are found here.
import { clip, WasmpropError } from '../errors.ts'
import { type ColumnBuilder, NumberBuilder, type RawTable, WordBuilder } from './columns.ts'
import type { Dialect } from './dialect.ts'
import { Lines } from './lines.ts'
import { decimalIn, EXACT_POWERS, isDecimal } from './numbers.ts'
import { Sample, type SampleOptions } from './sample.ts'

const LF = 10
const CR = 13
const SPACE = 32
const MINUS = 45
const ZERO = 48
const POINT = 46
const COMMA = 44
const BACKSLASH = 92
const NONE = -1
/** So many digits always fit into 31 bits, and so many always into the range of float64. */
const SHORT = 9
const LONG = 300

const FIRST_ROWS = 2 ** 10
/** Room grows by this factor at most, however long the text is said to be. */
const MOST_GROWTH = 8
/** Rows further on may be shorter. */
const SPARE = 1.02
const FIRST_BLOCK = 2 ** 14
const BLOCK = 2 ** 20
/** A row longer than that is a quote that nothing closes. */
const LONGEST_ROW = 2 ** 26

/** What a cell turned out to be: bytes of the block, bytes put together in `#scratch`, or cut by the end of the block */
type Cell = 'whole' | 'unescaped' | 'cut'

export interface CellReaderOptions {
  readonly dialect: Dialect
  /** Which columns are numbers; all others are words. Its length is the width of every row. */
  readonly isNumeric: readonly boolean[]
  readonly missing: ReadonlySet<string>
  /** Where a message says that it is: '' or a file's name with a comma */
  readonly place: string
  /** Bytes of the text, where that is known: a guess that decides about nothing but room */
  readonly size?: number | undefined
  /** Default: all rows */
  readonly sample?: SampleOptions | undefined
}

export class CellReader {
  /** Rows that there are columns of: those that are kept, since the last `drain` */
  rows = 0
  /** Rows of the file */
  #seen = 0
  readonly #sample: Sample | undefined
  readonly #makeBuilders: () => ColumnBuilder[]
  #builders: ColumnBuilder[] = []
  #numbers: (NumberBuilder | undefined)[] = []
  /** Where the columns that are numbers are written */
  #values: (Float64Array | undefined)[] = []
  #capacity = 0
  readonly #size: number | undefined
  /** Bytes that were read, of that size */
  #read = 0
  readonly #dialect: Dialect
  readonly #place: string
  readonly #separator: number
  readonly #quote: number
  readonly #escape: number
  readonly #comment: number
  readonly #point: number
  /** The block as text, a character a byte, where a number in it needs `Number` */
  #text: string | undefined
  readonly #latin = new TextDecoder('latin1')
  /** Bytes that are read, from the start of a row, with one more: a line end that stands in for the end of the text */
  #block: Uint8Array = new Uint8Array(FIRST_BLOCK)
  #end = 0
  #isLast = false
  #line = 1
  #lines = new Lines()
  #linesToSkip: number
  #isHeader: boolean
  #names: string[] = []
  #scratch = new Uint8Array(256)
  /** Of the cell that was read last: where it lies, and where the next byte after it is */
  #from = 0
  #to = 0
  #next = 0
  /** Line ends within the row's quoted cells */
  #breaks = 0

  constructor({ dialect, isNumeric, missing, place, size, sample }: CellReaderOptions) {
    const code = (text: string) => (text === '' ? NONE : text.charCodeAt(0))
    const format = { decimal: dialect.decimal, thousands: dialect.thousands }
    this.#dialect = dialect
    this.#place = place
    this.#size = size
    this.#separator = code(dialect.delimiter)
    this.#quote = code(dialect.quote)
    this.#escape = code(dialect.escape)
    this.#comment = code(dialect.comment)
    this.#point = dialect.decimal === ',' ? COMMA : POINT
    this.#linesToSkip = dialect.skip
    this.#isHeader = dialect.header
    this.#sample = sample && new Sample(sample, isNumeric.length)
    this.#makeBuilders = () =>
      isNumeric.map((numeric) => (numeric ? new NumberBuilder(format, missing) : new WordBuilder()))
    this.#begin()
  }

  /** Columns without rows */
  #begin(): void {
    this.rows = 0
    this.#capacity = 0
    this.#lines = new Lines()
    this.#builders = this.#makeBuilders()
    this.#numbers = this.#builders.map((builder) => (builder instanceof NumberBuilder ? builder : undefined))
    this.#values = []
  }

  /** How many cells of each column are no numbers though they should be */
  get odd(): number[] {
    return this.#numbers.map((builder) => builder?.odd.size ?? 0)
  }

  push(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      const room = this.#block.length - 1 - this.#end
      const part = piece.subarray(at, at + room)
      this.#block.set(part, this.#end)
      this.#end += part.length
      at += part.length
      if (this.#end === this.#block.length - 1) this.#readBlock()
    }
  }

  /** Reads what there is of whole rows. */
  flush(): void {
    this.#readBlock()
  }

  finish(): RawTable {
    this.#isLast = true
    this.#readBlock()
    return this.drain()
  }

  /** The rows that were read so far, which are forgotten here */
  drain(): RawTable {
    const { rows } = this
    const columns = this.#builders.map((builder) => builder.finish(rows))
    const table = { names: this.#names, rows, columns, lineOf: this.#lines.of }
    const isSampled = this.#sample !== undefined && this.#seen > rows
    this.#begin()
    return isSampled ? { ...table, of: this.#seen } : table
  }

  /** Reads the whole rows of the block, and moves what is left to its start. */
  #readBlock(): void {
    this.#block[this.#end] = LF
    this.#text = undefined
    this.#read += this.#end
    const read = this.#readRows()
    this.#read -= this.#end - read
    this.#block.copyWithin(0, read, this.#end)
    this.#end -= read
    const isRoomy = this.#block.length >= BLOCK && this.#end < this.#block.length / 2
    if (this.#isLast || isRoomy) return
    if (this.#block.length > LONGEST_ROW)
      throw this.#error(`expected rows of at most ${LONGEST_ROW} bytes, got a longer one; a quote may not be closed`)
    const larger = new Uint8Array(2 * this.#block.length)
    larger.set(this.#block)
    this.#block = larger
  }

  #readRows(): number {
    let at = 0
    while (at < this.#end) {
      const byte = this.#block[at]
      const isSkipped = this.#linesToSkip > 0 || byte === this.#comment || byte === LF || byte === CR
      const next = isSkipped ? this.#skipLine(at) : this.#isHeader ? this.#readHeader(at) : this.#readRow(at)
      if (next === NONE) break
      at = next
    }
    return at
  }

  /** A line that is blank, a comment, or above the table */
  #skipLine(start: number): number {
    const block = this.#block
    let at = start
    while (block[at] !== LF && block[at] !== CR) at++
    if (this.#isCut(at)) return NONE
    if (this.#linesToSkip > 0) this.#linesToSkip--
    this.#line++
    return this.#afterLine(at)
  }

  /** Whether the block ends here though more of the row may follow: also between CR and LF */
  #isCut(at: number): boolean {
    if (this.#isLast) return false
    return at >= this.#end || (this.#block[at] === CR && at + 1 >= this.#end)
  }

  #afterLine(at: number): number {
    return this.#block[at] === CR && this.#block[at + 1] === LF ? at + 2 : at + 1
  }

  #readHeader(start: number): number {
    const decoder = new TextDecoder()
    const names: string[] = []
    this.#breaks = 0
    for (let at = start; ; at = this.#next + 1) {
      const cell = this.#readCell(at)
      if (cell === 'cut') return NONE
      names.push(decoder.decode((cell === 'whole' ? this.#block : this.#scratch).subarray(this.#from, this.#to)))
      if (this.#block[this.#next] !== this.#separator) break
    }
    this.#names = names
    this.#isHeader = false
    this.#line += 1 + this.#breaks
    return this.#afterLine(this.#next)
  }

  /**
   * One row into the columns; the place after it, or NONE where the block ends within it. Plain numbers are read here, digit by
   * digit, with the bytes in registers: a call per cell cost a third of the speed. Their value is a quotient of two exact numbers,
   * rounded once, as `Number` rounds; what is longer takes more care.
   */
  #readRow(start: number): number {
    const block = this.#block
    const separator = this.#separator
    const point = this.#point === separator ? NONE : this.#point
    const row = this.rows
    if (row === this.#capacity) this.#grow()
    const targets = this.#values
    const isKept = this.#sample?.takes(this.#seen) ?? true
    this.#breaks = 0
    let column = 0
    for (let at = start; ; at++) {
      const values = targets[column]
      if (values !== undefined) {
        const from = at
        const isNegative = block[at] === MINUS
        if (isNegative) at++
        let mantissa = 0
        let first = at
        for (let digit = block[at] - ZERO; digit >= 0 && digit <= 9; digit = block[++at] - ZERO)
          mantissa = (Math.imul(mantissa, 10) + digit) | 0
        let digits = at - first
        let decimals = 0
        if (block[at] === point) {
          first = ++at
          for (let digit = block[at] - ZERO; digit >= 0 && digit <= 9; digit = block[++at] - ZERO)
            mantissa = (Math.imul(mantissa, 10) + digit) | 0
          decimals = at - first
          digits += decimals
        }
        const byte = block[at]
        const isEnd = byte === LF || byte === CR
        if (digits > 0 && digits <= LONG && (byte === separator || isEnd)) {
          if (isEnd && this.#isCut(at)) return NONE
          if (digits > SHORT) values[row] = this.#longNumber(from, at)
          else values[row] = (isNegative ? -mantissa : mantissa) / EXACT_POWERS[decimals]
          column++
          if (!isEnd) continue
          this.#next = at
          break
        }
        at = from
      }
      const cell = this.#readCell(at)
      if (cell === 'cut') return NONE
      if (isKept && column < this.#builders.length) this.#take(column, row, cell)
      column++
      at = this.#next
      if (block[at] !== separator) break
    }
    if (column !== this.#builders.length && this.#isBlank(start)) return this.#skipLine(start)
    this.#checkWidth(column)
    if (isKept) this.#keepRow()
    this.#seen++
    this.#line += 1 + this.#breaks
    return this.#afterLine(this.#next)
  }

  /** The row that was written last is one of the table. */
  #keepRow(): void {
    this.#lines.add(this.rows, this.#line)
    this.rows++
    const places = this.#sample?.add(this.#seen)
    if (places === undefined) return
    for (const builder of this.#builders) builder.keep(places)
    this.#lines.keep(places)
    this.rows = places.length
  }

  #take(column: number, row: number, cell: Cell): void {
    const values = this.#values[column]
    const value = values === undefined || cell !== 'whole' ? Number.NaN : this.#numberIn(this.#from, this.#to)
    if (values !== undefined && Number.isFinite(value)) values[row] = value
    else {
      const bytes = cell === 'whole' ? this.#block : this.#scratch
      this.#builders[column].take(row, bytes, this.#from, this.#to)
    }
  }

  #numberIn(from: number, to: number): number {
    return isDecimal(this.#block, from, to, this.#dialect.decimal) ? this.#longNumber(from, to) : Number.NaN
  }

  /** Where it takes `Number`, of a slice of the block's text: to decode each number alone takes three times as long. */
  #longNumber(from: number, to: number): number {
    const { decimal } = this.#dialect
    const value = decimalIn(this.#block, from, to, decimal)
    if (!Number.isNaN(value)) return value
    this.#text ??= this.#latin.decode(this.#block.subarray(0, this.#end))
    const text = this.#text.slice(from, to)
    return Number(decimal === ',' ? text.replace(',', '.') : text)
  }

  /** Room for all rows, as those so far let expect; twice as many where the size of the text is not known */
  #grow(): void {
    const rows = this.rows
    const expected = this.#size === undefined || this.#sample ? 2 * rows : (SPARE * rows * this.#size) / this.#read
    this.#capacity = Math.max(FIRST_ROWS, Math.ceil(Math.min(MOST_GROWTH * rows, Math.max(1.25 * rows, expected))))
    for (const builder of this.#builders) builder.grow(this.#capacity)
    this.#values = this.#numbers.map((builder) => builder?.values)
  }

  /** Finds the cell that begins at `at`: `#from`, `#to`, and in `#next` the delimiter or line end after it. */
  #readCell(at: number): Cell {
    const block = this.#block
    const separator = this.#separator
    let start = at
    while (block[start] === SPACE && separator !== SPACE) start++
    if (block[start] === this.#quote) return this.#readQuoted(start + 1)
    let end = start
    while (block[end] !== separator && block[end] !== LF && block[end] !== CR) end++
    if (block[end] !== separator && this.#isCut(end)) return 'cut'
    this.#from = at
    this.#to = end
    this.#next = end
    return 'whole'
  }

  #readQuoted(start: number): Cell {
    const block = this.#block
    const isDoubled = this.#escape === this.#quote
    const breaks = this.#breaks
    let scratched = NONE
    let from = start
    for (let at = start; ; at++) {
      const byte = block[at]
      if (at >= this.#end) return this.#unclosed(start, breaks)
      if (byte === LF || (byte === CR && block[at + 1] !== LF)) this.#breaks++
      const isEscape = byte === this.#escape && (!isDoubled || block[at + 1] === this.#quote)
      if (isEscape && at + 1 < this.#end) {
        scratched = this.#scratchOn(
          scratched,
          from,
          isDoubled || block[at + 1] === this.#quote || block[at + 1] === BACKSLASH ? at : at + 1,
        )
        from = at + 1
        at++
        if (block[at] === LF) this.#breaks++
      } else if (byte === this.#quote) {
        if (scratched !== NONE) scratched = this.#scratchOn(scratched, from, at)
        return this.#endQuoted(scratched, from, at)
      }
    }
  }

  /** Adds bytes of the block to what the cell is put together from. */
  #scratchOn(length: number, from: number, to: number): number {
    const start = Math.max(0, length)
    const end = start + to - from
    if (end > this.#scratch.length) {
      const larger = new Uint8Array(2 * end)
      larger.set(this.#scratch)
      this.#scratch = larger
    }
    this.#scratch.set(this.#block.subarray(from, to), start)
    return end
  }

  #endQuoted(scratched: number, from: number, end: number): Cell {
    const block = this.#block
    let at = end + 1
    while (block[at] === SPACE && this.#separator !== SPACE) at++
    if (block[at] !== this.#separator) {
      if (this.#isCut(at)) return 'cut'
      if (block[at] !== LF && block[at] !== CR) throw this.#malformed(from, at)
    }
    this.#from = scratched === NONE ? from : 0
    this.#to = scratched === NONE ? end : scratched
    this.#next = at
    return scratched === NONE ? 'whole' : 'unescaped'
  }

  #unclosed(start: number, breaks: number): Cell {
    if (!this.#isLast) return 'cut'
    const cell = new TextDecoder().decode(this.#block.subarray(start, Math.min(this.#end, start + 60)))
    this.#line += breaks
    throw this.#error(`expected a quote at the end of the cell that one opens, got "${clip(cell)}"`)
  }

  #malformed(start: number, at: number): WasmpropError {
    const cell = new TextDecoder().decode(this.#block.subarray(start - 1, Math.min(this.#end, at + 20)))
    const advice = '; a quote within a quoted cell is written twice'
    return this.#error(
      `expected the end of a cell after its closing quote, got "${clip(cell.split(/[\r\n]/)[0])}"${advice}`,
    )
  }

  /** A line of nothing but spaces */
  #isBlank(start: number): boolean {
    let at = start
    while (this.#block[at] === SPACE) at++
    return at === this.#next
  }

  #checkWidth(got: number): void {
    const expected = this.#builders.length
    if (got === expected) return
    const advice = got > expected ? '; a cell with the delimiter in it needs quotes' : ''
    throw this.#error(
      `expected ${expected} cells, as in the ${this.#dialect.header ? 'header' : 'first row'}, got ${got}${advice}`,
      'INVALID_SHAPE',
    )
  }

  #error(words: string, code: 'INVALID_DATA' | 'INVALID_SHAPE' = 'INVALID_DATA'): WasmpropError {
    return new WasmpropError(code, `${this.#place}line ${this.#line}: ${words}`, { row: this.#seen })
  }
}
