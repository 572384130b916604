// How a file writes a table: found from samples of its text, as DuckDB's sniffer does (delimiter and quote by which of them
// makes rows of one width, then the header, then how numbers are written), and printed as the options that would say the same.
import Papa from 'papaparse'
import { numberIn } from './columns.ts'
import { dateFormatOf } from './dates.ts'
import { type NumberFormat, numberOf, PLAIN } from './numbers.ts'
import { withoutPrototype } from './plain.ts'
import type { ReadOptions } from './read-options.ts'

export interface Dialect extends NumberFormat {
  readonly delimiter: string
  readonly quote: '"' | "'" | ''
  /** What a quote within quotes is written after */
  readonly escape: string
  readonly header: boolean
  readonly encoding: string
  /** Words for no value that were given, besides those that are known */
  readonly missing: readonly string[]
  /** What lines that are none of the table's begin with; '' where there are none */
  readonly comment: string
  /** Lines above the table */
  readonly skip: number
}

/** Options of the parser that are to be what they are by default, said so that none is read from a prototype */
const PLAIN_TEXT = { header: false, dynamicTyping: false, preview: 0, comments: false, skipEmptyLines: false } as const

const DELIMITERS = [',', ';', '\t', '|']
/** Tried where none of the others makes columns */
const RARE_DELIMITERS = [':', '^', '~', ' ', '\u0001']

/** Words for no value, wherever they stand; and those that are one only among numbers */
export const MISSING_WORDS = ['', 'NA', 'N/A', 'n/a', '#N/A', '<NA>', 'NaN', 'nan', 'NAN', 'null', 'NULL', '?']
export const MISSING_NUMBER_WORDS = [
  ...MISSING_WORDS,
  ...[
    '-',
    '--',
    '.',
    '..',
    '...',
    'None',
    'none',
    'nil',
    'missing',
    'Missing',
    'unknown',
    'Unknown',
    'NaT',
    'na',
    '-nan',
  ],
  ...['#DIV/0!', '#VALUE!', '#REF!', '#NAME?', '#NUM!', '#NULL!', '(null)', '\\N'],
]

/** A dialect, and the names and the rows of the sample by it */
export interface Sniffed {
  readonly dialect: Dialect
  /** Undefined where there is no header */
  readonly names: readonly string[] | undefined
  readonly rows: readonly (readonly string[])[]
}

/** Whole lines of a sample, each with one kind of end; `isCut`: more follows, and the last may be half */
export function linesOf(bytes: Uint8Array, isCut: boolean): string {
  const text = new TextDecoder().decode(bytes).replaceAll(/\r\n?/g, '\n')
  return isCut && text.includes('\n') ? text.slice(0, text.lastIndexOf('\n') + 1) : text
}

/** `sample`: whole lines, the beginning of the table first. `given` is left as it is. */
export function sniff(sample: string, given: ReadOptions = {}): Sniffed {
  const declared = /^sep=(.)\n/i.exec(sample)?.[1] // as spreadsheets write it
  if (declared !== undefined && given.skip === undefined)
    return sniffBelow(sample, 1, withoutPrototype({ delimiter: declared, ...given }))
  const skip = given.skip ?? preambleOf(sample, given)
  const sniffed = sniffBelow(sample, skip, given)
  // Lines above a table have a header below them: a short first row may be one itself.
  return skip === 0 || given.skip !== undefined || sniffed.names !== undefined ? sniffed : sniffBelow(sample, 0, given)
}

function sniffBelow(sample: string, skip: number, given: ReadOptions): Sniffed {
  const { delimiter, quote, escape: before, comment, rows } = bestCandidate(skipLines(sample, skip), given)
  const { decimal, thousands } = { ...formatOf(rows, delimiter), ...formatGiven(given) }
  const header = given.header ?? hasHeader(rows, { decimal, thousands })
  const missing = given.missing ?? []
  const dialect = { delimiter, quote, escape: before, header, encoding: '', comment, skip, decimal, thousands, missing }
  return { dialect, names: header ? rows[0] : undefined, rows: header ? rows.slice(1) : rows }
}

function formatGiven({ decimal, thousands }: ReadOptions): Partial<NumberFormat> {
  return withoutPrototype({
    ...(decimal === undefined ? {} : { decimal }),
    ...(thousands === undefined ? {} : { thousands }),
  })
}

function skipLines(text: string, count: number): string {
  let at = 0
  for (let line = 0; line < count && at >= 0; line++) at = text.indexOf('\n', at) + 1 || text.length
  return text.slice(at)
}

interface Candidate {
  readonly delimiter: string
  readonly quote: Dialect['quote']
  readonly escape: string
  readonly comment: string
  readonly rows: string[][]
  /** Share of the rows that are as wide as most */
  readonly share: number
  /** Of most rows */
  readonly width: number
  /** Quotes that do not close as they should */
  readonly faults: number
}

function bestCandidate(text: string, given: ReadOptions): Candidate {
  const delimiters = given.delimiter === undefined ? DELIMITERS : [given.delimiter]
  const best = bestOf(text, delimiters, given)
  if (best.width > 1 || given.delimiter !== undefined) return best
  const rare = bestOf(text, RARE_DELIMITERS, given)
  const isTable = rare.width > 1 && rare.share === 1 && rare.rows.length > 2
  return isTable ? rare : { ...best, delimiter: ',' }
}

function bestOf(text: string, delimiters: readonly string[], given: ReadOptions): Candidate {
  const used = delimiters.filter((delimiter) => text.includes(delimiter))
  const quotes = given.quote === undefined ? quotesIn(text) : [given.quote]
  const candidates = (used.length === 0 ? delimiters.slice(0, 1) : used).flatMap((delimiter) =>
    quotes.flatMap((quote) =>
      escapesIn(text, quote, given).map((before) => judge(text, delimiter, quote, before, given)),
    ),
  )
  return candidates.reduce((best, next) => (isBetter(next, best) ? next : best))
}

/** Where both stand in the text the double one wins, unless the other makes better rows. */
function quotesIn(text: string): Dialect['quote'][] {
  const hasSingle = /(^|[,;\t|\n]) *'[^\n]*'(?= *([,;\t|\n]|$))/.test(text)
  return hasSingle ? (text.includes('"') ? ['"', "'"] : ["'", '"']) : ['"']
}

function escapesIn(text: string, quote: string, { escape: before }: ReadOptions): string[] {
  if (before !== undefined) return [before]
  return text.includes(`\\${quote}`) && quote !== '' ? [quote, '\\'] : [quote]
}

function judge(
  text: string,
  delimiter: string,
  quote: Dialect['quote'],
  before: string,
  given: ReadOptions,
): Candidate {
  const { rows: all, faults } = parseRows(text, delimiter, quote, before)
  const comment = given.comment ?? commentOf(all)
  const rows = comment === '' ? all : all.filter((row) => !row[0].startsWith(comment))
  const width = commonest(rows.map(({ length }) => length))
  const share = rows.filter(({ length }) => length === width).length / Math.max(1, rows.length)
  return { delimiter, quote, escape: before, comment, rows, width, share, faults }
}

function parseRows(
  text: string,
  delimiter: string,
  quote: string,
  before: string,
): { rows: string[][]; faults: number } {
  const { data, errors } = Papa.parse<string[]>(text, {
    delimiter,
    quoteChar: quote === '' ? '\u0000' : quote,
    escapeChar: before === '' ? '\u0000' : before,
    newline: '\n',
    ...PLAIN_TEXT,
  })
  const rows = data.filter((row) => row.length > 1 || row[0].trim() !== '')
  return { rows, faults: errors.filter(({ type }) => type === 'Quotes').length }
}

/** Lines that begin with # though others do not, and that are not as wide as most */
function commentOf(rows: readonly string[][]): string {
  const others = rows.filter(([first]) => !first.startsWith('#'))
  if (others.length === rows.length || others.length === 0) return ''
  const width = commonest(others.map(({ length }) => length))
  return rows.some((row) => row[0].startsWith('#') && row.length !== width) ? '#' : ''
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0])[0]
}

/** One column is what is left where no delimiter makes several. */
function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.width > 1 !== b.width > 1) return a.width > 1
  if (a.share !== b.share) return a.share > b.share
  return a.width === b.width ? a.faults < b.faults : a.width > b.width
}

const MOST_LINES_ABOVE = 20

/** Lines of one cell above rows of several: a title, a date, a source */
function preambleOf(text: string, given: ReadOptions): number {
  const lines = text.split('\n', MOST_LINES_ABOVE + 1)
  const { delimiter, width, rows, quote, comment } = bestCandidate(text, given)
  if (width < 3 || rows.length < 4) return 0
  const isAbove = (line: string) => !line.includes(delimiter) && (quote === '' || !line.includes(quote))
  const first = lines.findIndex((line) => !isAbove(line))
  const above = lines.slice(0, Math.max(0, first))
  const isText = above.some((line) => line.trim() !== '' && (comment === '' || !line.startsWith(comment)))
  return isText ? first : 0
}

/** The way of writing numbers in which most cells are one; where several do alike, the first of them */
function formatOf(rows: readonly string[][], delimiter: string): NumberFormat {
  const comma: NumberFormat[] = delimiter === ',' ? [] : [{ decimal: ',', thousands: '' }]
  const formats: NumberFormat[] = [
    PLAIN,
    ...comma,
    { decimal: '.', thousands: ',' },
    { decimal: '.', thousands: "'" },
    { decimal: '.', thousands: ' ' },
    { decimal: ',', thousands: '.' },
    { decimal: ',', thousands: '' },
    { decimal: ',', thousands: ' ' },
    { decimal: ',', thousands: "'" },
    { decimal: ',', thousands: '\u00a0' },
    { decimal: '.', thousands: '\u00a0' },
    { decimal: ',', thousands: '\u202f' },
    { decimal: '.', thousands: '_' },
  ]
  const marked = rows
    .slice(1)
    .flat()
    .filter((cell) => /\d[.,' \u00a0\u202f_]\d/.test(cell))
  let best = PLAIN
  let most = 0
  for (const format of formats) {
    if (most === marked.length) break // no other can do better
    const count = marked.filter((cell) => !Number.isNaN(numberOf(cell, format))).length
    if (count <= most) continue
    best = format
    most = count
  }
  return best
}

/** A first row of distinct words, above a column of numbers or dates, or that do not come again below */
function hasHeader([first, ...rows]: readonly string[][], format: NumberFormat): boolean {
  if (first === undefined) return false
  const names = first.map((cell) => cell.trim())
  const areWords = names.map((name) => name !== '' && Number.isNaN(numberIn(name, format)))
  const isAbove = names.some((name, column) => {
    if (!areWords[column] || MISSING_NUMBER_WORDS.includes(name)) return false
    const cells = rows.map((row) => row[column]?.trim() ?? '').filter((cell) => !MISSING_NUMBER_WORDS.includes(cell))
    const numbers = cells.filter((cell) => !Number.isNaN(numberIn(cell, format)))
    return (
      numbers.length > cells.length / 2 || (dateFormatOf([name]) === undefined && dateFormatOf(cells) !== undefined)
    )
  })
  if (isAbove) return true
  if (names.some((name, column) => name !== '' && !areWords[column])) return false
  return names.every((name, column) => rows.every((row) => row[column]?.trim() !== name))
}

/** The options that would say the same */
export function dialectText(dialect: Dialect): string {
  const { delimiter, quote, escape: before, header, encoding, decimal, thousands, missing, comment, skip } = dialect
  const parts = [`--delimiter ${shellQuoted(delimiter)}`, `--quote ${shellQuoted(quote)}`]
  if (before !== quote) parts.push(`--escape ${shellQuoted(before)}`)
  parts.push(`--encoding ${encoding}`, `--decimal ${shellQuoted(decimal)}`)
  if (thousands !== '') parts.push(`--thousands ${shellQuoted(thousands)}`)
  if (comment !== '') parts.push(`--comment ${shellQuoted(comment)}`)
  if (skip > 0) parts.push(`--skip ${skip}`)
  for (const word of missing) parts.push(`--missing ${shellQuoted(word)}`)
  if (!header) parts.push('--no-header')
  return parts.join(' ')
}

function shellQuoted(text: string): string {
  const shown = text.replaceAll('\t', '\\t').replaceAll('\u0001', '\\u0001')
  return `'${shown.replaceAll("'", String.raw`'\''`)}'`
}
