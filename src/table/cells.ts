// From text to columns of numbers or words. Plain text, without a quote in it, is read byte by byte; where there are quotes,
// Papa Parse takes it apart. Both fill the same columns.
import Papa from 'papaparse'
import { clip, describe, WasmpropError } from '../errors.ts'
import { type Dialect, MISSING_NUMBER_WORDS } from './dialect.ts'
import { decimalIn, numberOf, PLAIN } from './numbers.ts'

/** Numbers, NaN where there is none, and what stands where there should be one */
export interface NumberColumn {
  readonly form: 'numbers'
  readonly values: Float64Array
  /** By row: cells that are neither numbers nor say that there is none */
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
  readonly columns: readonly RawColumn[]
  /** The line of a row in its file, counted from 1; undefined where the rows are no file's */
  readonly lineOf?: (row: number) => number
}

const LF = 10
const CR = 13
const QUOTE = 34

/** A column under construction, for at most so many rows */
interface Builder {
  /** Takes the cell in the bytes from `from` to `to`. */
  readonly bytes: (row: number, from: number, to: number) => void
  readonly text: (row: number, cell: string) => void
  readonly finish: (rows: number) => RawColumn
}

/** `isNumeric`: which columns are mostly numbers, as far as a sample shows */
export function readCells(bytes: Uint8Array, dialect: Dialect, isNumeric: readonly boolean[]): RawTable {
  const columns = isNumeric.map((numeric) => (numeric ? numberBuilder(bytes, dialect) : wordBuilder(bytes)))
  const isQuoted = dialect.quote === '"' ? bytes.includes(QUOTE) : bytes.includes(dialect.quote.charCodeAt(0))
  return isQuoted ? readQuoted(bytes, dialect, columns) : readPlain(bytes, dialect, columns)
}

function mostRows(bytes: Uint8Array): number {
  let count = 1
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LF || bytes[at] === CR) count++
  return count
}

function numberBuilder(bytes: Uint8Array, { decimal, thousands }: Dialect): Builder {
  let values: Float64Array | undefined
  const odd = new Map<number, string>()
  const missing = new Set(MISSING_NUMBER_WORDS)
  const format = { decimal, thousands }
  const decoder = new TextDecoder()
  const text = (row: number, cell: string) => {
    values ??= new Float64Array(mostRows(bytes))
    const plain = numberOf(cell, PLAIN)
    values[row] = Number.isNaN(plain) ? numberOf(cell, format) : plain
    if (Number.isNaN(values[row]) && !missing.has(cell.trim())) odd.set(row, cell)
  }
  return {
    text,
    bytes: (row, from, to) => {
      values ??= new Float64Array(mostRows(bytes))
      values[row] = decimalIn(bytes, from, to, decimal)
      if (Number.isNaN(values[row])) text(row, decoder.decode(bytes.subarray(from, to)))
    },
    finish: (rows) => ({ form: 'numbers', values: (values ?? new Float64Array(0)).slice(0, rows), odd }),
  }
}

/** Words get numbers as they first appear. A word in bytes is looked up by its hash, and decoded once. */
function wordBuilder(bytes: Uint8Array): Builder {
  let codes: Uint32Array | undefined
  const words: string[] = []
  const known = new Map<string, number>()
  const byHash = new Map<number, { from: number; to: number; code: number }[]>()
  const decoder = new TextDecoder()
  const codeOf = (cell: string): number => {
    const word = cell.trim()
    const code = known.get(word) ?? words.length
    if (code === words.length) {
      words.push(word)
      known.set(word, code)
    }
    return code
  }
  return {
    text: (row, cell) => {
      codes ??= new Uint32Array(mostRows(bytes))
      codes[row] = codeOf(cell)
    },
    bytes: (row, from, to) => {
      codes ??= new Uint32Array(mostRows(bytes))
      const hash = hashOf(bytes, from, to)
      let entries = byHash.get(hash)
      if (entries === undefined) {
        entries = []
        byHash.set(hash, entries)
      }
      let entry = entries.find((other) => areEqual(bytes, other.from, other.to, from, to))
      if (entry === undefined) {
        entry = { from, to, code: codeOf(decoder.decode(bytes.subarray(from, to))) }
        entries.push(entry)
      }
      codes[row] = entry.code
    },
    finish: (rows) => ({ form: 'words', codes: (codes ?? new Uint32Array(0)).slice(0, rows), words }),
  }
}

/** FNV-1a (Fowler, Noll, Vo), 32 bits */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193)
  return hash
}

function areEqual(bytes: Uint8Array, from: number, to: number, other: number, end: number): boolean {
  if (to - from !== end - other) return false
  for (let at = from; at < to; at++, other++) if (bytes[at] !== bytes[other]) return false
  return true
}

/** Where rows lie in the file: lines that are blank, or within a quoted cell, shift those after them. */
class Lines {
  readonly #rows: number[] = []
  readonly #shifts: number[] = []

  shift(row: number, line: number): void {
    if (line - row === (this.#shifts.at(-1) ?? Number.NaN)) return
    this.#rows.push(row)
    this.#shifts.push(line - row)
  }

  of = (row: number): number => {
    let place = this.#rows.length - 1
    while (place > 0 && this.#rows[place] > row) place--
    return row + this.#shifts[place]
  }
}

function readPlain(bytes: Uint8Array, { delimiter, header }: Dialect, columns: Builder[]): RawTable {
  const separator = delimiter.charCodeAt(0)
  const lines = new Lines()
  const decoder = new TextDecoder()
  const names: string[] = []
  let isHeader = header
  let row = 0
  for (let at = 0, line = 1; at < bytes.length; at++, line++) {
    const start = at
    let column = 0
    for (let from = at; ; at++) {
      const isEnd = at >= bytes.length || bytes[at] === LF || bytes[at] === CR
      if (!isEnd && bytes[at] !== separator) continue
      if (isEnd && at === start) break // a blank line is no row
      if (isHeader) names.push(decoder.decode(bytes.subarray(from, at)))
      else if (column < columns.length) columns[column].bytes(row, from, at)
      column++
      from = at + 1
      if (isEnd) break
    }
    if (at > start) {
      if (isHeader) isHeader = false
      else {
        checkWidth(column, columns.length, line)
        lines.shift(row++, line)
      }
    }
    if (bytes[at] === CR && bytes[at + 1] === LF) at++
  }
  return { names, rows: row, columns: columns.map(({ finish }) => finish(row)), lineOf: lines.of }
}

function checkWidth(got: number, expected: number, line: number): void {
  if (got === expected) return
  const advice = got > expected ? '; a cell with the delimiter in it needs quotes' : ''
  throw new WasmpropError(
    'INVALID_SHAPE',
    `line ${line}: expected ${expected} cells, as in the header, got ${got}${advice}`,
  )
}

function readQuoted(bytes: Uint8Array, { delimiter, quote, header }: Dialect, columns: Builder[]): RawTable {
  const lines = new Lines()
  let names: string[] | undefined = header ? undefined : []
  let row = 0
  let line = 1
  const take = (cells: readonly string[]): void => {
    const isBlank = cells.length === 1 && cells[0] === ''
    if (names === undefined && !isBlank) names = [...cells]
    else if (!isBlank) {
      checkWidth(cells.length, columns.length, line)
      cells.forEach((cell, column) => {
        columns[column].text(row, cell)
      })
      lines.shift(row++, line)
    }
    line += 1 + cells.reduce((sum, cell) => sum + breaksIn(cell), 0)
  }
  Papa.parse<string[]>(new TextDecoder().decode(bytes), {
    delimiter,
    quoteChar: quote,
    step: ({ data, errors }) => {
      for (const { type } of errors) if (type === 'Quotes') throw unclosed(line, data)
      take(data)
    },
  })
  return { names: names ?? [], rows: row, columns: columns.map(({ finish }) => finish(row)), lineOf: lines.of }
}

function breaksIn(cell: string): number {
  return cell.includes('\n') || cell.includes('\r') ? cell.split(/\r\n|\n|\r/).length - 1 : 0
}

function unclosed(line: number, cells: readonly string[]): WasmpropError {
  const last = clip(cells.at(-1) ?? '')
  return new WasmpropError(
    'INVALID_DATA',
    `line ${line}: expected a quote at the end of the cell that one opens, got ${describe(last)}`,
  )
}
