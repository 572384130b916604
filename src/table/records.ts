// Records and rows of values, as programs have them, to the same columns as text. What is handed in is read once.
import { clip, describe, reading, unexpected, type WasmpropError } from '../errors.ts'
import { isOptionObject } from '../options/check.ts'
import { grown, numberIn, type RawColumn, type RawTable, wordColumn } from './columns.ts'
import { MISSING_NUMBER_WORDS, MISSING_WORDS } from './dialect.ts'
import { MOST_ODD_SHARE, PLAIN } from './numbers.ts'

/** A column: a value's name → its value */
export type TableRecord = Readonly<Record<string, unknown>>

export interface TableRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

const RECORD = 'a record such as { height: 1.8 }'
const VALUE = 'a number, a string, true or false, a Date or null'

export function isTableRows(value: unknown): value is TableRows {
  if (!isOptionObject(value)) return false
  return reading('INVALID_DATA', 'rows', 'records, or { columns, rows }', () => {
    return Array.isArray(value.columns) && Array.isArray(value.rows)
  })
}

export function columnsOfRows(source: TableRows): RawTable {
  return reading('INVALID_DATA', 'rows', '{ columns: names, rows: arrays of values }', () => {
    const table = new RecordTable(Array.from(source.columns, checkName))
    const { rows } = source
    for (let row = 0; row < rows.length; row++) table.addRow(rows[row])
    return table.finish()
  })
}

function checkName(name: unknown, index: number): string {
  if (typeof name === 'string') return name
  throw unexpected('INVALID_DATA', `columns[${index}]`, "a column's name", describe(name))
}

/** Columns in the order in which records first name them; what a record does not have is missing. */
export function columnsOfRecords(records: readonly unknown[]): RawTable {
  const table = new RecordTable([])
  reading('INVALID_DATA', 'rows', 'an array of records', () => {
    for (let row = 0; row < records.length; row++) table.addRecord(records[row])
  })
  return table.finish()
}

/** Takes records or rows one after another. */
export class RecordTable {
  rows = 0
  readonly #place: (row: number) => string
  readonly #builders = new Map<string, ValueBuilder>()
  readonly #list: ValueBuilder[] = []

  /** `place`: where a message says that a row is; default: `rows[3]` */
  constructor(names: readonly string[], place = (row: number) => `rows[${row}]`) {
    this.#place = place
    for (const name of names) this.#add(name)
  }

  #add(name: string): ValueBuilder {
    const builder = new ValueBuilder(name)
    this.#builders.set(name, builder)
    this.#list.push(builder)
    return builder
  }

  addRecord(record: unknown): void {
    const row = this.rows
    const place = this.#place(row)
    if (!isOptionObject(record)) throw unexpected('INVALID_DATA', place, RECORD, describe(record), { row })
    reading('INVALID_DATA', place, RECORD, () => {
      for (const name of Object.keys(record)) this.#set(this.#builders.get(name) ?? this.#add(name), record[name])
    })
    this.rows++
  }

  addRow(values: unknown): void {
    const row = this.rows
    const width = this.#list.length
    const place = this.#place(row)
    reading('INVALID_SHAPE', place, `an array of ${width} values`, () => {
      if (!Array.isArray(values) || values.length !== width)
        throw unexpected('INVALID_SHAPE', place, `an array of ${width} values`, describe(values), { row })
      for (let column = 0; column < width; column++) this.#set(this.#list[column], values[column])
    })
    this.rows++
  }

  /** Cells of one column, from the row `start` on */
  addColumn(name: string, values: ArrayLike<unknown>, start: number): void {
    const builder = this.#builders.get(name) ?? this.#add(name)
    for (let index = 0; index < values.length; index++)
      builder.set(
        start + index,
        cellOf(values[index], () => this.#misplaced(name, start + index, values[index])),
      )
    this.rows = Math.max(this.rows, start + values.length)
  }

  #set(builder: ValueBuilder, value: unknown): void {
    builder.set(
      this.rows,
      cellOf(value, () => this.#misplaced(builder.name, this.rows, value)),
    )
  }

  #misplaced(name: string, row: number, value: unknown): WasmpropError {
    const path = `${this.#place(row)}.${clip(name)}`
    return unexpected('INVALID_DATA', path, VALUE, describe(value), { path, row })
  }

  finish(): RawTable {
    const columns = this.#list.map((builder) => builder.finish(this.rows))
    return { names: this.#list.map(({ name }) => name), rows: this.rows, columns }
  }
}

/** Undefined for what is missing */
function cellOf(value: unknown, refuse: () => WasmpropError): number | string | boolean | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value.trim()
  const time = timeOf(value)
  if (time === undefined) throw refuse()
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

/** Of a `Date`, whatever its own methods have become */
function timeOf(value: unknown): number | undefined {
  try {
    return Date.prototype.getTime.call(value)
  } catch {
    return undefined // no Date
  }
}

const MISSING = new Set(MISSING_WORDS)
const MISSING_NUMBERS = new Set(MISSING_NUMBER_WORDS)

/** A column of numbers until a value comes that is none, from then on of words */
class ValueBuilder {
  readonly name: string
  #numbers: Float64Array | undefined = new Float64Array(0)
  #codes = new Uint32Array(0)
  /** Code 0 is no value */
  readonly #words = ['']
  readonly #known = new Map([['', 0]])
  #rows = 0
  readonly #types = new Set<string>()

  constructor(name: string) {
    this.name = name
  }

  set(row: number, value: number | string | boolean | undefined): void {
    if (value === undefined) return
    this.#types.add(typeof value)
    if (typeof value !== 'number' && this.#numbers !== undefined) this.#becomeWords(this.#numbers)
    if (this.#numbers !== undefined) {
      if (row >= this.#numbers.length) this.#numbers = grown(this.#numbers, noNumbers(roomFor(row)))
      this.#numbers[row] = value as number
    } else this.#setWord(row, String(value))
    this.#rows = row + 1
  }

  #becomeWords(numbers: Float64Array): void {
    this.#numbers = undefined
    for (let row = 0; row < this.#rows; row++) if (!Number.isNaN(numbers[row])) this.#setWord(row, String(numbers[row]))
  }

  #setWord(row: number, word: string): void {
    if (row >= this.#codes.length) this.#codes = grown(this.#codes, new Uint32Array(roomFor(row)))
    let code = this.#known.get(word)
    if (code === undefined) {
      code = this.#words.push(word) - 1
      this.#known.set(word, code)
    }
    this.#codes[row] = code
  }

  finish(rows: number): RawColumn {
    if (this.#numbers !== undefined) return numbersOf(grown(this.#numbers.subarray(0, rows), noNumbers(rows)))
    const codes = grown(this.#codes.subarray(0, rows), new Uint32Array(rows))
    if (this.#types.size === 1 && this.#types.has('boolean'))
      return { ...wordColumn(codes, this.#words), type: 'boolean' }
    return numbersInWords(codes, this.#words) ?? wordColumn(codes, this.#words)
  }
}

const roomFor = (row: number): number => Math.max(64, 2 * row)
const noNumbers = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN)

function numbersOf(values: Float64Array): RawColumn {
  const odd = new Map<number, string>()
  for (let row = 0; row < values.length; row++) {
    if (Number.isFinite(values[row]) || Number.isNaN(values[row])) continue
    odd.set(row, String(values[row]))
    values[row] = Number.NaN
  }
  return { form: 'numbers', values, odd }
}

/** Records from other readers of CSV have numbers as text. */
function numbersInWords(codes: Uint32Array, words: readonly string[]): RawColumn | undefined {
  const present = words.filter((word) => !MISSING.has(word) && !MISSING_NUMBERS.has(word))
  const numbers = words.map((word) => numberIn(word, PLAIN))
  const areCodes = present.some((word) => /^[+-]?0\d/.test(word))
  const count = present.filter((word) => !Number.isNaN(numberIn(word, PLAIN))).length
  if (present.length === 0 || areCodes || count < (1 - MOST_ODD_SHARE) * present.length) return undefined
  const values = Float64Array.from(codes, (code) => numbers[code])
  const odd = new Map<number, string>()
  codes.forEach((code, row) => {
    if (Number.isFinite(values[row]) || MISSING_NUMBERS.has(words[code])) return
    odd.set(row, words[code])
    values[row] = Number.NaN
  })
  return { form: 'numbers', values, odd }
}
