// What a column is, told from its values and its name, with the reason in words.
import { clip } from '../errors.ts'
import { type NumberColumn, type WordColumn, wordColumn } from './columns.ts'
import { dateFormatsOf, numberDateOf } from './dates.ts'
import { MISSING_NUMBER_WORDS } from './dialect.ts'
import { countDistinct } from './distinct.ts'
import type { ColumnKind } from './read-options.ts'

/** A kind and its reason; of a date also how it is written */
export interface Verdict {
  readonly kind: ColumnKind
  readonly because: string
  readonly format?: string
}

/** Up to so many distinct words are a category however few the rows, beyond as long as each comes often enough. */
const FEW_CATEGORIES = 12
const LEAST_ROWS_OF_A_CATEGORY = 3
/** Text has so many words a cell. */
const WORDS_OF_TEXT = 4
/** Words of nearly all rows: above, they name rows. */
const UNIQUE_SHARE = 0.9
/** Dates with stray words up to this share of the distinct ones are dates. */
const DATE_SHARE = 0.95
/** Parts of names, such as titles, that this share of the cells and so many of them have are worth learning from. */
const REPEATED_SHARE = 0.02
const LEAST_REPEATED = 10
const MOST_WORDS_LOOKED_AT = 5000

const BOOLEANS = [
  'false true',
  'no yes',
  'n y',
  'f t',
  'off on',
  '0 1',
  'falsch wahr',
  'nein ja',
  'non oui',
  'no si',
  'no sí',
]
const IDENTIFIER_NAME = /(^|[\s_.-])(id|uuid|guid|key|index|rownames)$|[a-z]I[dD]$|^unnamed/i
const CODE_NAME = /(^|[\s_.-])(zip|zip ?code|post(al)?[ _]?code|plz|postcode|fips|([a-z]+[ _]?)?code)$/i
const DATE_NAME = /(^|[\s_.-])(date|datum|day|time|timestamp|datetime|at|ts|epoch)$|[a-z](Date|Time|At)$/i

/** Distinct numbers are counted that far: random places of memory would cost more than reading the file. */
const MOST_COUNTED = 10_000

export interface Measured {
  readonly distinct: number
  readonly missing: number
  readonly areWhole: boolean
  /** Each the one before and 1 */
  readonly isCounting: boolean
}

export function measure(values: Float64Array): Measured {
  let missing = 0
  let fractions = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row]
    if (value === Math.floor(value)) continue
    if (Number.isNaN(value)) missing++
    else fractions++
  }
  const distinct = countDistinct(values, MOST_COUNTED)
  return { distinct, missing, areWhole: fractions === 0, isCounting: areCounting(values) }
}

function areCounting(values: Float64Array): boolean {
  for (let row = 1; row < values.length; row++) if (values[row] !== values[row - 1] + 1) return false
  return values.length > 2
}

export function kindOfNumbers(name: string, values: Float64Array, measured: Measured): Verdict {
  const { distinct, areWhole, isCounting, missing } = measured
  if (distinct === 0) return { kind: 'ignore', because: 'no value at all' }
  if (distinct === 1 && missing === 0) return { kind: 'ignore', because: 'always the same' }
  if (isCounting && values.length > FEW_CATEGORIES) return { kind: 'identifier', because: 'it counts the rows' }
  if (areWhole && IDENTIFIER_NAME.test(name) && countDistinct(values, values.length) === values.length)
    return { kind: 'identifier', because: 'by its name, every value once' }
  if (areWhole && CODE_NAME.test(name)) return { kind: 'category', because: 'by its name: numbers that are codes' }
  const format = areWhole && DATE_NAME.test(name) ? numberDateOf(values) : undefined
  if (format !== undefined) return { kind: 'date', because: `by its name: ${FORMAT_WORDS[format]}`, format }
  if (distinct === 2 && areWhole && values.every((value) => Number.isNaN(value) || value === 0 || value === 1))
    return { kind: 'boolean', because: '0 and 1' }
  return { kind: 'number', because: 'numbers' }
}

const FORMAT_WORDS = {
  ymd: 'dates as numbers, such as 20240531',
  seconds: 'seconds since 1970',
  milliseconds: 'milliseconds since 1970',
}

/** Numbers as the words that they would be */
export function toWords({ values, odd }: NumberColumn): WordColumn {
  const known = new Map<number | string, number>()
  const words: string[] = []
  const codes = new Uint32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = odd.get(row) ?? values[row]
    let code = known.get(value)
    if (code === undefined) {
      code = words.push(Number.isNaN(value) ? '' : String(value)) - 1
      known.set(value, code)
    }
    codes[row] = code
  }
  return { ...wordColumn(codes, words), type: 'number' }
}

/** Words by how often they come; those that say that there is no value left out */
export interface Counted {
  readonly raw: WordColumn
  /** The commonest first; of equally common ones as code units order them */
  readonly words: readonly string[]
  readonly counts: ReadonlyMap<string, number>
  readonly missing: number
}

export function countWords(raw: WordColumn, isMissing: ReadonlySet<string>): Counted {
  const byCode = new Uint32Array(raw.words.length)
  for (const code of raw.codes) byCode[code]++
  const counts = new Map<string, number>()
  let missing = 0
  raw.words.forEach((word, code) => {
    if (isMissing.has(word)) missing += byCode[code]
    else counts.set(word, byCode[code])
  })
  const words = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([word]) => word)
  return { raw, words, counts, missing }
}

export function kindOfWords(name: string, counted: Counted): Verdict {
  const { raw, words, missing } = counted
  const present = raw.codes.length - missing
  if (words.length === 0) return { kind: 'ignore', because: 'no value at all' }
  if (words.length === 1 && missing === 0) return { kind: 'ignore', because: 'always the same' }
  if (isBoolean(words)) return { kind: 'boolean', because: words.join(' and ') }
  const date = dateVerdict(words)
  if (date !== undefined) return date
  const isCommon = words.length * LEAST_ROWS_OF_A_CATEGORY <= present
  if (words.length <= FEW_CATEGORIES || isCommon) {
    if (words.length < present || present <= FEW_CATEGORIES) return categoryOf(words)
  }
  const length = words.reduce((sum, word) => sum + word.split(/\s+/).length, 0) / words.length
  if (length >= WORDS_OF_TEXT) return { kind: 'text', because: 'sentences' }
  // Most of these cells come but once or twice: what they share is their parts, a maker's name or a title.
  const isNamed = IDENTIFIER_NAME.test(name)
  const repeated = isNamed ? undefined : repeatedPart(words)
  if (repeated !== undefined) return { kind: 'text', because: `parts of it come again, such as "${clip(repeated)}"` }
  if (words.length <= UNIQUE_SHARE * present && !isNamed) return categoryOf(words)
  return { kind: 'identifier', because: 'hardly a word comes twice' }
}

const categoryOf = ({ length }: readonly string[]): Verdict => ({
  kind: 'category',
  because: `${length} distinct words`,
})

/** The formats of dates that fit best, all of them where the order of day and month cannot be told */
function dateVerdict(words: readonly string[]): Verdict | undefined {
  const dates = words.filter((word) => !MISSING_NUMBER_WORDS.includes(word))
  const whole = dateFormatsOf(dates, 1)
  const [format, other] = whole.length > 0 ? whole : dateFormatsOf(dates, DATE_SHARE)
  if (format === undefined) return undefined
  if (whole.length === 0) return { kind: 'date', because: `dates, but for a few words that count as no value`, format }
  if (other === undefined || !/^m\/d|^d\/m/.test(other))
    return { kind: 'date', because: 'all of them are dates', format }
  const because = `dates; taken as ${format}, though they could be ${other}, which columns: { …: { kind: 'date', format: '${other}' } } would say`
  return { kind: 'date', because, format }
}

/** A word within the cells, such as a title, that comes again and again though no cell does */
function repeatedPart(words: readonly string[]): string | undefined {
  const looked = words.slice(0, MOST_WORDS_LOOKED_AT)
  const counts = new Map<string, number>()
  for (const word of looked) {
    for (const part of new Set(word.split(/[^\p{L}]+/u))) {
      if (part.length > 1) counts.set(part, (counts.get(part) ?? 0) + 1)
    }
  }
  const least = Math.max(LEAST_REPEATED, REPEATED_SHARE * looked.length)
  const known = [...counts].filter(([, count]) => count >= least && count < looked.length - least)
  return known.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0]
}

function isBoolean(words: readonly string[]): boolean {
  return words.length === 2 && BOOLEANS.includes(orderOfBoolean(words).join(' ').toLowerCase())
}

/** False before true; words that are neither in the order of their code units */
export function orderOfBoolean(words: readonly string[]): readonly string[] {
  const ordered = [...words].sort()
  const isKnown = BOOLEANS.includes([...ordered].reverse().join(' ').toLowerCase())
  return isKnown ? ordered.reverse() : ordered
}
