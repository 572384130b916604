// From UTF-8 in pieces to columns: rows and cells of one dialect, each byte looked at once. Papa Parse, which the tests compare
// with, makes strings of all text first, cannot take bytes, and names no line of a file; so cells are found here.
import { clip, WasmpropError } from '../errors.ts'
import { type ColumnBuilder, NumberBuilder, type RawTable, WordBuilder } from './columns.ts'
import type { Dialect } from './dialect.ts'
import { EXACT_POWERS, LARGEST_EXACT } from './numbers.ts'

const LF = 10
const CR = 13
const SPACE = 32
const MINUS = 45
const ZERO = 48
const NINE = 57
const POINT = 46
const COMMA = 44
const BACKSLASH = 92
const NONE = -1

const FIRST_BLOCK = 2 ** 14
const BLOCK = 2 ** 20
/** A row longer than that is a quote that nothing closes. */
const LONGEST_ROW = 2 ** 26

/** What a cell turned out to be: bytes of the block, bytes put together in `#scratch`, or cut by the end of the block */
type Cell = 'whole' | 'unescaped' | 'cut'

/** Where rows lie in the file: lines that are blank, or within a quoted cell, shift those after them. */
class Lines {
  readonly #rows: number[] = []
  readonly #shifts: number[] = []

  add(row: number, line: number): void {
    if (line - row === this.#shifts.at(-1)) return
    this.#rows.push(row)
    this.#shifts.push(line - row)
  }

  of = (row: number): number => {
    let place = this.#rows.length - 1
    while (place > 0 && this.#rows[place] > row) place--
    return row + this.#shifts[place]
  }
}

export interface CellReaderOptions {
  readonly dialect: Dialect
  /** Which columns are numbers; all others are words. Its length is the width of every row. */
  readonly isNumeric: readonly boolean[]
  readonly missing: ReadonlySet<string>
  /** Where a message says that it is: '' or a file's name with a comma */
  readonly place: string
}

export class CellReader {
  rows = 0
  readonly #builders: ColumnBuilder[]
  readonly #numbers: (NumberBuilder | undefined)[]
  readonly #dialect: Dialect
  readonly #place: string
  readonly #separator: number
  readonly #quote: number
  readonly #escape: number
  readonly #comment: number
  readonly #point: number
  /** Bytes that are read, from the start of a row, with one more: a line end that stands in for the end of the text */
  #block: Uint8Array = new Uint8Array(FIRST_BLOCK)
  #end = 0
  #isLast = false
  #line = 1
  #capacity = 0
  readonly #lines = new Lines()
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

  constructor({ dialect, isNumeric, missing, place }: CellReaderOptions) {
    const code = (text: string) => (text === '' ? NONE : text.charCodeAt(0))
    const format = { decimal: dialect.decimal, thousands: dialect.thousands }
    this.#dialect = dialect
    this.#place = place
    this.#separator = code(dialect.delimiter)
    this.#quote = code(dialect.quote)
    this.#escape = code(dialect.escape)
    this.#comment = code(dialect.comment)
    this.#point = dialect.decimal === ',' ? COMMA : POINT
    this.#linesToSkip = dialect.skip
    this.#isHeader = dialect.header
    this.#builders = isNumeric.map((numeric) => (numeric ? new NumberBuilder(format, missing) : new WordBuilder()))
    this.#numbers = this.#builders.map((builder) => (builder instanceof NumberBuilder ? builder : undefined))
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
    const columns = this.#builders.map((builder) => builder.finish(this.rows))
    return { names: this.#names, rows: this.rows, columns, lineOf: this.#lines.of }
  }

  /** Reads the whole rows of the block, and moves what is left to its start. */
  #readBlock(): void {
    this.#block[this.#end] = LF
    const read = this.#readRows()
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
   * digit, with the bytes in registers: a call per cell cost a third of the speed.
   */
  #readRow(start: number): number {
    const block = this.#block
    const numbers = this.#numbers
    const separator = this.#separator
    const point = this.#point
    const row = this.rows
    if (row === this.#capacity) this.#grow()
    this.#breaks = 0
    let column = 0
    for (let at = start; ; ) {
      const builder = numbers[column]
      if (builder !== undefined) {
        const from = at
        let byte = block[at]
        const isNegative = byte === MINUS
        if (isNegative) byte = block[++at]
        let mantissa = 0
        let start = at
        while (byte >= ZERO && byte <= NINE) {
          mantissa = mantissa * 10 + (byte - ZERO)
          byte = block[++at]
        }
        let digits = at - start
        let places = 0
        if (byte === point && point !== separator) {
          start = at + 1
          byte = block[++at]
          while (byte >= ZERO && byte <= NINE) {
            mantissa = mantissa * 10 + (byte - ZERO)
            byte = block[++at]
          }
          places = at - start
          digits += places
        }
        const isEnd = byte === LF || byte === CR
        if ((byte === separator || isEnd) && digits > 0 && mantissa <= LARGEST_EXACT && places < EXACT_POWERS.length) {
          if (isEnd && this.#isCut(at)) return NONE
          const value = places === 0 ? mantissa : mantissa / EXACT_POWERS[places]
          builder.values[row] = isNegative ? -value : value
          column++
          if (isEnd) {
            this.#next = at
            break
          }
          at++
          continue
        }
        at = from
      }
      const cell = this.#readCell(at)
      if (cell === 'cut') return NONE
      if (column < this.#builders.length) this.#take(column, row, cell)
      column++
      at = this.#next + 1
      if (block[this.#next] !== separator) break
    }
    if (column !== this.#builders.length && this.#isBlank(start)) return this.#skipLine(start)
    this.#checkWidth(column)
    this.#lines.add(row, this.#line)
    this.rows++
    this.#line += 1 + this.#breaks
    return this.#afterLine(this.#next)
  }

  #take(column: number, row: number, cell: Cell): void {
    const bytes = cell === 'whole' ? this.#block : this.#scratch
    this.#builders[column].take(row, bytes, this.#from, this.#to)
  }

  #grow(): void {
    this.#capacity = Math.max(1024, 2 * this.#capacity)
    for (const builder of this.#builders) builder.grow(this.#capacity)
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
    return new WasmpropError(code, `${this.#place}line ${this.#line}: ${words}`, { row: this.rows })
  }
}
