// What each column is: number, category, boolean, date, identifier, text, or nothing to learn from. Inferred from its values
// and its name, with the reason in words, and open to correction.
import { clip, describe, unexpected, type WasmpropError } from '../errors.ts'
import type { NumberColumn, RawTable, WordColumn } from './cells.ts'
import { dateFormatOf, parseDate } from './dates.ts'
import { MISSING_WORDS } from './dialect.ts'

export const columnKinds = ['number', 'category', 'boolean', 'date', 'identifier', 'text', 'ignore'] as const
export type ColumnKind = (typeof columnKinds)[number]

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
  /** Distinct values */
  readonly distinct: number
  /** Of a category: its words, the commonest first; of a boolean: the word for false, then that for true */
  readonly categories?: readonly string[]
  /** Of a date: how it is written, as y-m-d, d.m.y, m/d/y or d/m/y, perhaps with a time */
  readonly format?: string
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

/** Up to so many distinct words are a category however few the rows, beyond as long as each comes often enough. */
const FEW_CATEGORIES = 12
const LEAST_ROWS_OF_A_CATEGORY = 3
/** Text has so many words a cell. */
const WORDS_OF_TEXT = 4
/** Numbers with stray cells up to this share are numbers with faults in them; beyond, the column is words. */
export const MOST_ODD_SHARE = 0.34

const BOOLEANS = ['false true', 'no yes', 'n y', 'f t', 'off on', '0 1']
const IDENTIFIER_NAME = /(^|[\s_.-])(id|uuid|guid)$|[a-z]I[dD]$/i
const CODE_NAME = /(^|[\s_.-])(zip|zip ?code|post(al)? ?code|plz)$/i

/** A kind that is given instead of inferred; of a date perhaps with its format */
export type GivenKind = Pick<ColumnSchema, 'kind' | 'format'>

export function inferColumn(table: RawTable, index: number, given?: GivenKind): InferredColumn {
  const raw = table.columns[index]
  const name = table.names[index]
  if (raw.form === 'words') return inferWords(table, index, countWords(raw), given)
  const isNumber = given === undefined || given.kind === 'number'
  if (isNumber && raw.odd.size > 0) throw oddCell(table, index, raw.odd)
  const kind = given === undefined ? kindOfNumbers(name, raw.values) : ([given.kind, 'as given'] as const)
  if (kind[0] !== 'number')
    return inferWords(table, index, countWords(toWords(raw)), { ...given, kind: kind[0] }, kind[1])
  refuseInfinity(table, index, raw.values)
  const { distinct, missing } = measure(raw.values)
  return {
    schema: { name, kind: 'number', type: 'number', because: kind[1], missing, distinct },
    column: { kind: 'number', values: raw.values },
  }
}

/** `line 4, column "price"` of a file, `rows[2].price` of records */
export function placeOf({ names, lineOf }: RawTable, index: number, row: number): string {
  return lineOf === undefined
    ? `rows[${row}].${clip(names[index])}`
    : `line ${lineOf(row)}, column "${clip(names[index])}"`
}

function oddCell(table: RawTable, index: number, odd: ReadonlyMap<number, string>): WasmpropError {
  const [[row, cell]] = odd
  const name = table.names[index]
  const more = odd.size === 1 ? '' : ` and ${odd.size - 1} more`
  const advice = `; give it as missing, or the column as a category: columns: { ${describe(name)}: 'category' }`
  const got = `${describe(cell)}${more}${advice}`
  return unexpected('INVALID_DATA', placeOf(table, index, row), 'a number', got, { path: name, row, column: index })
}

function refuseInfinity(table: RawTable, index: number, values: Float64Array): void {
  const row = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY)
  if (row < 0) return
  const place = { path: table.names[index], row, column: index }
  throw unexpected(
    'NOT_FINITE',
    placeOf(table, index, row),
    "a number within float64's range",
    String(values[row]),
    place,
  )
}

interface Measured {
  readonly distinct: number
  readonly missing: number
  readonly areWhole: boolean
  /** Each the one before and 1 */
  readonly isCounting: boolean
}

function measure(values: Float64Array): Measured {
  const present = values.filter((value) => !Number.isNaN(value))
  return {
    distinct: new Set(present).size,
    missing: values.length - present.length,
    areWhole: present.every(Number.isInteger),
    isCounting: values.length > 2 && values.every((value, row) => row === 0 || value === values[row - 1] + 1),
  }
}

function kindOfNumbers(name: string, values: Float64Array): readonly [ColumnKind, string] {
  const { distinct, areWhole, isCounting, missing } = measure(values)
  if (distinct === 0) return ['ignore', 'no value at all']
  if (distinct === 1 && missing === 0) return ['ignore', 'always the same']
  if (isCounting && values.length > FEW_CATEGORIES) return ['identifier', 'it counts the rows']
  if (areWhole && distinct === values.length && IDENTIFIER_NAME.test(name))
    return ['identifier', 'by its name, every value once']
  if (areWhole && CODE_NAME.test(name)) return ['category', 'by its name: numbers that are codes']
  if (distinct === 2 && areWhole && values.every((value) => Number.isNaN(value) || value === 0 || value === 1)) {
    return ['boolean', '0 and 1']
  }
  return ['number', 'numbers']
}

function toWords({ values, odd }: NumberColumn): WordColumn {
  const known = new Map<string, number>()
  const codes = Uint32Array.from(values, (value, row) => {
    const word = odd.get(row) ?? (Number.isNaN(value) ? '' : String(value))
    const code = known.get(word) ?? known.size
    known.set(word, code)
    return code
  })
  return { form: 'words', type: 'number', codes, words: [...known.keys()] }
}

/** Words by how often they come; those that say that there is no value left out */
interface Counted {
  readonly raw: WordColumn
  /** The commonest first; of equally common ones as code units order them */
  readonly words: readonly string[]
  readonly counts: ReadonlyMap<string, number>
  readonly missing: number
}

function countWords(raw: WordColumn): Counted {
  const byCode = new Uint32Array(raw.words.length)
  for (const code of raw.codes) byCode[code]++
  const isMissing = new Set(MISSING_WORDS)
  const counts = new Map<string, number>()
  let missing = 0
  raw.words.forEach((word, code) => {
    if (isMissing.has(word)) missing += byCode[code]
    else counts.set(word, byCode[code])
  })
  const words = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([word]) => word)
  return { raw, words, counts, missing }
}

function inferWords(
  table: RawTable,
  index: number,
  counted: Counted,
  given?: GivenKind,
  why = 'as given',
): InferredColumn {
  const [kind, because] = given === undefined ? kindOfWords(table.names[index], counted) : [given.kind, why]
  const { words, missing } = counted
  const { type = 'string' } = counted.raw
  const schema: ColumnSchema = { name: table.names[index], kind, type, because, missing, distinct: words.length }
  if (kind === 'number') throw oddCell(table, index, firstOdd(counted))
  if (kind === 'date') return dateColumn(index, schema, counted, given?.format)
  if (kind === 'category' || kind === 'boolean') {
    const categories = kind === 'boolean' ? orderOfBoolean(words) : words
    return {
      schema: { ...schema, categories },
      column: { kind, values: valuesOf(counted, (word) => categories.indexOf(word)) },
    }
  }
  const present = new Set(words)
  const values = Array.from(counted.raw.codes, (code) => counted.raw.words[code]).map((word) =>
    present.has(word) ? word : undefined,
  )
  return { schema, column: { kind, values } }
}

/** What a word stands for, row by row; NaN for a missing one */
function valuesOf({ raw, counts }: Counted, numberFor: (word: string) => number): Float64Array {
  const values = Float64Array.from(raw.words, (word) => (counts.has(word) ? numberFor(word) : Number.NaN))
  return Float64Array.from(raw.codes, (code) => values[code])
}

function firstOdd({ raw, words }: Counted): Map<number, string> {
  const odd = words.find((word) => Number.isNaN(Number(word))) ?? words[0]
  return new Map([[raw.codes.indexOf(raw.words.indexOf(odd)), odd]])
}

function dateColumn(index: number, schema: ColumnSchema, counted: Counted, given?: string): InferredColumn {
  const format = given ?? dateFormatOf(counted.words)
  if (format === undefined) {
    const what = 'dates of one form, such as 2024-05-31, 31.05.2024 or 05/31/2024'
    throw unexpected('INVALID_DATA', `column "${clip(schema.name)}"`, what, describe(counted.words[0]), {
      path: schema.name,
      column: index,
    })
  }
  return {
    schema: { ...schema, format },
    column: { kind: 'date', values: valuesOf(counted, (word) => parseDate(word, format)) },
  }
}

function kindOfWords(name: string, { raw, words, missing }: Counted): readonly [ColumnKind, string] {
  const present = raw.codes.length - missing
  if (words.length === 0) return ['ignore', 'no value at all']
  if (words.length === 1 && missing === 0) return ['ignore', 'always the same']
  if (isBoolean(words)) return ['boolean', words.join(' and ')]
  if (dateFormatOf(words) !== undefined) return ['date', 'all of them are dates']
  const isCommon = words.length * LEAST_ROWS_OF_A_CATEGORY <= present
  if (words.length <= FEW_CATEGORIES || isCommon) {
    if (words.length < present || present <= FEW_CATEGORIES) return ['category', `${words.length} distinct words`]
  }
  const length = words.reduce((sum, word) => sum + word.split(/\s+/).length, 0) / words.length
  if (length >= WORDS_OF_TEXT) return ['text', 'sentences']
  if (words.length > 0.9 * present || IDENTIFIER_NAME.test(name)) return ['identifier', 'hardly a word comes twice']
  return ['category', `${words.length} distinct words`]
}

function isBoolean(words: readonly string[]): boolean {
  return words.length === 2 && BOOLEANS.includes(orderOfBoolean(words).join(' ').toLowerCase())
}

/** False before true; words that are neither in the order of their code units */
function orderOfBoolean(words: readonly string[]): readonly string[] {
  const ordered = [...words].sort()
  const isKnown = BOOLEANS.includes([...ordered].reverse().join(' ').toLowerCase())
  return isKnown ? ordered.reverse() : ordered
}

/** A category's value as it stood in the data */
export function labelOf({ categories, type }: ColumnSchema, place: number): string | number | boolean {
  const word = categories?.[place] ?? String(place)
  if (type === 'number') return Number(word)
  return type === 'boolean' ? word === 'true' : word
}
