// What each column of a table is: found out (kinds.ts), or as it is given, with its values as that kind has them.
import { clip, describe, unexpected, type WasmpropError } from '../errors.ts'
import type { NumberColumn, RawTable } from './columns.ts'
import { dateFormatsOf, type NumberDate, numberFormats, parseDate, timeOfNumber } from './dates.ts'
import { MISSING_NUMBER_WORDS, MISSING_WORDS } from './dialect.ts'
import { countDistinct } from './distinct.ts'
import {
  type Counted,
  countWords,
  kindOfNumbers,
  kindOfWords,
  type Measured,
  measure,
  orderOfBoolean,
  toWords,
  type Verdict,
} from './kinds.ts'
import { numberOf, PLAIN } from './numbers.ts'
import { withoutPrototype } from './plain.ts'
import type { ColumnKind } from './read-options.ts'

/** What a column is, and why */
export interface ColumnSchema {
  readonly name: string
  readonly kind: ColumnKind
  /** What its values are in the data; labels come back as that */
  readonly type: 'string' | 'number' | 'boolean'
  /** Why it was taken for that, in words */
  readonly because: string
  /** Cells without a value */
  readonly missing: number
  /** Distinct values; of numbers counted up to 10,000 */
  readonly distinct: number
  /** Of a category: its words, the commonest first; of a boolean: the word for false, then that for true */
  readonly categories?: readonly string[]
  /** Of a date: how it is written, such as y-m-d, d.m.y or m/d/y, perhaps with a time */
  readonly format?: string
  /** Words for no value in this column, where they were given */
  readonly missingWords?: readonly string[]
}

/**
 * A column's values as numbers, NaN where there is none: of a category and a boolean places in `categories`, of a date
 * milliseconds since 1970 in UTC; or the words themselves.
 */
export type TableColumn =
  | { readonly kind: 'number' | 'date' | 'category' | 'boolean'; readonly values: Float64Array }
  | { readonly kind: 'identifier' | 'text' | 'ignore'; readonly values: readonly (string | undefined)[] }

export interface InferredColumn {
  readonly schema: ColumnSchema
  readonly column: TableColumn
}

/** What is given instead of found out */
export type GivenColumn = Partial<Pick<ColumnSchema, 'kind' | 'format' | 'type' | 'missingWords'>>

export function inferColumn(table: RawTable, index: number, given: GivenColumn = withoutPrototype({})): InferredColumn {
  const raw = table.columns[index]
  if (raw.form === 'words') return inferWords(table, index, countWords(raw, missingIn(table, given)), given)
  const column = withoutSentinels(raw, missingIn(table, given))
  const measured = measure(column.values)
  const verdict: Verdict = withoutPrototype(
    given.kind === undefined
      ? kindOfNumbers(table.names[index], column.values, measured)
      : { kind: given.kind, because: 'as given', ...(given.format === undefined ? {} : { format: given.format }) },
  )
  const isOfNumbers = verdict.kind === 'number' || isNumberDate(verdict.format)
  if ((given.kind === undefined || isOfNumbers) && column.odd.size > 0) throw oddCell(table, index, column.odd)
  const isUnused = verdict.kind === 'identifier' || verdict.kind === 'ignore'
  if (isUnused && column.odd.size === 0)
    return unusedNumbers(table.names[index], column.values, verdict, measured, given)
  if (!isOfNumbers)
    return inferWords(
      table,
      index,
      countWords(toWords(column), missingIn(table, given)),
      withoutPrototype({ ...given, kind: verdict.kind }),
      verdict.because,
    )
  return numberColumn(table.names[index], column.values, verdict, measured, given)
}

function numberColumn(
  name: string,
  values: Float64Array,
  { kind, because, format }: Verdict,
  { distinct, missing }: Measured,
  given: GivenColumn,
): InferredColumn {
  const schema: ColumnSchema = {
    name,
    kind,
    type: 'number',
    because,
    missing,
    distinct,
    ...extras(withoutPrototype({ ...given, format })),
  }
  if (kind === 'number') return { schema, column: { kind, values } }
  const times = values.map((value) => (Number.isNaN(value) ? value : timeOfNumber(value, format as NumberDate)))
  return { schema, column: { kind: 'date', values: times } }
}

/** Numbers that nothing is learned from: they become the words that they are when somebody asks for them, since millions would take seconds. */
function unusedNumbers(
  name: string,
  numbers: Float64Array,
  { kind, because }: Verdict,
  { missing, isCounting }: Measured,
  given: GivenColumn,
): InferredColumn {
  const distinct = isCounting ? numbers.length : countDistinct(numbers, numbers.length)
  const schema: ColumnSchema = { name, kind, type: 'number', because, missing, distinct, ...extras(given) }
  let words: readonly (string | undefined)[] | undefined
  const column = {
    kind: kind as 'identifier' | 'ignore',
    get values() {
      words ??= Array.from(numbers, (value) => (Number.isNaN(value) ? undefined : String(value)))
      return words
    },
  }
  return { schema, column }
}

function isNumberDate(format: string | undefined): boolean {
  return (numberFormats as readonly (string | undefined)[]).includes(format)
}

function extras({
  format,
  missingWords,
}: {
  format?: string | undefined
  missingWords?: readonly string[] | undefined
}) {
  return { ...(format === undefined ? {} : { format }), ...(missingWords === undefined ? {} : { missingWords }) }
}

/** Words for no value in a column: those that were given for it, else those that are known and those given for the table */
function missingIn({ origin }: RawTable, { missingWords }: GivenColumn): ReadonlySet<string> {
  return new Set(missingWords === undefined ? [...MISSING_WORDS, ...(origin?.missing ?? [])] : ['', ...missingWords])
}

/** Numbers such as -999 may be words for no value. */
function withoutSentinels(column: NumberColumn, missing: ReadonlySet<string>): NumberColumn {
  const odd = new Map([...column.odd].filter(([, cell]) => !missing.has(cell.trim())))
  const sentinels = [...missing].map((word) => numberOf(word, PLAIN)).filter((value) => !Number.isNaN(value))
  if (sentinels.length === 0) return { ...column, odd }
  return { ...column, odd, values: column.values.map((value) => (sentinels.includes(value) ? Number.NaN : value)) }
}

/** `sales.csv, line 4, column "price"` of a file, `rows[2].price` of records */
function placeOf({ names, lineOf, origin }: RawTable, index: number, row: number): string {
  const place = origin?.place ?? ''
  return lineOf === undefined
    ? `${place}rows[${row}].${clip(names[index])}`
    : `${place}line ${lineOf(row)}, column "${clip(names[index])}"`
}

function oddCell(table: RawTable, index: number, odd: ReadonlyMap<number, string>): WasmpropError {
  const [[row, cell]] = odd
  const name = table.names[index]
  const more = odd.size === 1 ? '' : ` and ${odd.size - 1} more`
  const place = { path: name, row, column: index }
  const isTooLarge = !Number.isNaN(numberOf(cell, PLAIN)) || /^[+-]?infinity$/i.test(cell.trim())
  if (isTooLarge)
    return unexpected(
      'NOT_FINITE',
      placeOf(table, index, row),
      "a number within float64's range",
      `${describe(cell)}${more}`,
      place,
    )
  return unexpected(
    'INVALID_DATA',
    placeOf(table, index, row),
    'a number',
    `${describe(cell)}${more} ${adviceFor(table, name, cell)}`,
    place,
  )
}

/** What to do about a cell that is no number */
function adviceFor({ origin }: RawTable, name: string, cell: string): string {
  const word = describe(cell.trim())
  if (origin?.flags === true) return `(use --missing ${word}, or --columns ${describe(`${name}=category`)})`
  return `(use read: { missing: [${word}] }, or columns: { ${describe(name)}: 'category' })`
}

function inferWords(
  table: RawTable,
  index: number,
  counted: Counted,
  given: GivenColumn,
  why = 'as given',
): InferredColumn {
  const name = table.names[index]
  const verdict: Verdict = withoutPrototype(
    given.kind === undefined ? kindOfWords(name, counted) : { kind: given.kind, because: why },
  )
  const { kind, because } = verdict
  const { words, missing } = counted
  refuseEscapes(table, index, counted)
  const type = counted.raw.type ?? 'string'
  const schema: ColumnSchema = { name, kind, type, because, missing, distinct: words.length, ...extras(given) }
  if (kind === 'number') return numbersFromWords(table, index, schema, counted)
  if (kind === 'date') return dateColumn(table, index, schema, counted, given.format ?? verdict.format)
  if (kind === 'category' || kind === 'boolean') {
    const categories = kind === 'boolean' ? orderOfBoolean(words) : words
    const places = new Map(categories.map((word, place) => [word, place]))
    return {
      schema: { ...schema, categories },
      column: { kind, values: valuesOf(counted, (word) => places.get(word) ?? Number.NaN) },
    }
  }
  const present = counted.raw.words.map((word) => (counted.counts.has(word) ? word : undefined))
  return { schema, column: { kind, values: Array.from(counted.raw.codes, (code) => present[code]) } }
}

const ESCAPE = '\u001b'

/** What a terminal would obey is no data. */
function refuseEscapes(table: RawTable, index: number, { raw, words }: Counted): void {
  const word = table.lineOf === undefined ? undefined : words.find((one) => one.includes(ESCAPE))
  if (word === undefined) return
  const row = raw.codes.indexOf(raw.words.indexOf(word))
  const place = { path: table.names[index], row, column: index }
  const got = `${describe(word)}; such characters steer terminals, and are no data`
  throw unexpected('INVALID_DATA', placeOf(table, index, row), 'text without escape sequences', got, place)
}

/** What a word stands for, row by row; NaN for a missing one */
function valuesOf({ raw, counts }: Counted, numberFor: (word: string) => number): Float64Array {
  const values = Float64Array.from(raw.words, (word) => (counts.has(word) ? numberFor(word) : Number.NaN))
  const found = new Float64Array(raw.codes.length)
  for (let row = 0; row < found.length; row++) found[row] = values[raw.codes[row]] // `from` takes ten times as long
  return found
}

/** Words that are to be numbers, as those of a column of few rows, or of none that has a value */
function numbersFromWords(table: RawTable, index: number, schema: ColumnSchema, counted: Counted): InferredColumn {
  const isNone = new Set(MISSING_NUMBER_WORDS)
  const odd = counted.words.filter((word) => !isNone.has(word) && !Number.isFinite(numberOf(word, PLAIN)))
  if (odd.length > 0) {
    const row = counted.raw.codes.indexOf(counted.raw.words.indexOf(odd[0]))
    throw oddCell(table, index, new Map([[row, odd[0]]]))
  }
  const values = valuesOf(counted, (word) => numberOf(word, PLAIN))
  const { missing, distinct } = measure(values)
  return { schema: { ...schema, type: 'number', missing, distinct }, column: { kind: 'number', values } }
}

function dateColumn(
  table: RawTable,
  index: number,
  schema: ColumnSchema,
  counted: Counted,
  given?: string,
): InferredColumn {
  const [found] = given === undefined ? dateFormatsOf(counted.words, 0.5) : [given]
  if (found === undefined && counted.words.length > 0) {
    const what = 'dates of one form, such as 2024-05-31, 31.05.2024 or 05/31/2024'
    const row = counted.raw.codes.indexOf(counted.raw.words.indexOf(counted.words[0]))
    const place = { path: schema.name, row, column: index }
    throw unexpected('INVALID_DATA', placeOf(table, index, row), what, describe(counted.words[0]), place)
  }
  const format = found ?? 'y-m-d'
  const values = valuesOf(counted, (word) => timeIn(word, format))
  const missing = values.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0)
  return { schema: { ...schema, missing, format }, column: { kind: 'date', values } }
}

/** Of numbers too: a record may have 20240531 in words */
function timeIn(word: string, format: string): number {
  if (!isNumberDate(format)) return parseDate(word, format)
  const value = numberOf(word, PLAIN)
  return Number.isNaN(value) ? parseDate(word, 'y-m-d') : timeOfNumber(value, format as NumberDate)
}

/** A category's value as it stood in the data */
export function labelOf({ categories, type }: ColumnSchema, place: number): string | number | boolean {
  const word = categories?.[place] ?? String(place)
  if (type === 'number') return Number(word)
  return type === 'boolean' ? word === 'true' : word
}
