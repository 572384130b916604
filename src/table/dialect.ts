// How a file writes a table: found from samples of its text, as DuckDB's sniffer does (delimiter and quote by which of them
// makes rows of one width, then the header, then how numbers are written), and printed as the options that would say the same.
import Papa from 'papaparse'
import { type NumberFormat, numberOf, PLAIN } from './numbers.ts'

export interface Dialect extends NumberFormat {
  readonly delimiter: string
  readonly quote: '"' | "'"
  readonly header: boolean
  readonly encoding: string
  /** Cells that say that there is no value */
  readonly missing: readonly string[]
}

const DELIMITERS = [',', ';', '\t', '|']

/** Words for no value, wherever they stand; and those that are one only among numbers */
export const MISSING_WORDS = ['', 'NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'NAN', 'null', 'NULL', '?']
export const MISSING_NUMBER_WORDS = [...MISSING_WORDS, '-', '.', 'None', 'none', 'missing', 'unknown', 'NaT']

const SAMPLE_BYTES = 32_768
const SAMPLES = 4

/** Whole lines from several places of the text, the beginning first, each with one kind of end */
export function sampleOf(bytes: Uint8Array): string {
  return textOf(bytes).replaceAll(/\r\n?/g, '\n')
}

function textOf(bytes: Uint8Array): string {
  const decoder = new TextDecoder()
  if (bytes.length <= SAMPLE_BYTES * SAMPLES) return decoder.decode(bytes)
  const parts = Array.from({ length: SAMPLES }, (_, index) => {
    const start = Math.floor((index * (bytes.length - SAMPLE_BYTES)) / (SAMPLES - 1))
    const from = index === 0 ? 0 : bytes.indexOf(10, start) + 1
    return bytes.subarray(from, bytes.lastIndexOf(10, start + SAMPLE_BYTES) + 1)
  })
  return parts.map((part) => decoder.decode(part)).join('')
}

export function sniff(sample: string, encoding: string): Dialect {
  const quote = !sample.includes('"') && sample.includes("'") ? "'" : '"'
  const delimiters = DELIMITERS.filter((delimiter) => sample.includes(delimiter))
  const candidates = (delimiters.length === 0 ? [','] : delimiters).map((delimiter) => judge(sample, delimiter, quote))
  const { delimiter, rows } = candidates.reduce((best, next) => (isBetter(next, best) ? next : best))
  const format = formatOf(rows, delimiter)
  return { delimiter, quote, header: hasHeader(rows, format), encoding, ...format, missing: MISSING_WORDS }
}

interface Candidate {
  readonly delimiter: string
  readonly rows: string[][]
  /** Share of the rows that are as wide as the first */
  readonly share: number
  readonly width: number
}

function judge(sample: string, delimiter: string, quoteChar: string): Candidate {
  const { data: rows } = Papa.parse<string[]>(sample, { delimiter, quoteChar, skipEmptyLines: true })
  const width = rows[0].length
  return { delimiter, rows, width, share: rows.filter(({ length }) => length === width).length / rows.length }
}

/** One column is what is left where no delimiter makes several. */
function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.width > 1 !== b.width > 1) return a.width > 1
  return a.share === b.share ? a.width > b.width : a.share > b.share
}

/** The way of writing numbers in which most cells are one */
function formatOf(rows: readonly string[][], delimiter: string): NumberFormat {
  const formats: NumberFormat[] = [
    PLAIN,
    { decimal: '.', thousands: ',' },
    { decimal: '.', thousands: "'" },
    { decimal: '.', thousands: ' ' },
    ...(delimiter === ',' ? [] : [{ decimal: ',', thousands: '' } as const]),
    { decimal: ',', thousands: '.' },
    { decimal: ',', thousands: ' ' },
  ]
  const cells = rows.slice(1).flat()
  const counts = formats.map((format) =>
    cells.reduce((sum, cell) => sum + Number(!Number.isNaN(numberOf(cell, format))), 0),
  )
  return formats[counts.indexOf(Math.max(...counts))]
}

/** A first row of distinct words, above a column of numbers, or that do not come again below */
function hasHeader([first, ...rows]: readonly string[][], format: NumberFormat): boolean {
  if (first === undefined) return false
  const names = first.map((cell) => cell.trim())
  if (names.some((name) => name !== '' && !Number.isNaN(numberOf(name, format)))) return false
  if (rows.length === 0) return true
  const isAboveNumbers = names.some((_, column) => {
    const numbers = rows.filter((row) => !Number.isNaN(numberOf(row[column] ?? '', format)))
    return numbers.length > rows.length / 2
  })
  return isAboveNumbers || names.every((name, column) => rows.every((row) => row[column]?.trim() !== name))
}

/** The options that would say the same */
export function dialectText({ delimiter, quote, header, encoding, decimal, thousands }: Dialect): string {
  const shown = delimiter === '\t' ? '\\t' : delimiter
  const parts = [
    `--delimiter '${shown}'`,
    `--quote '${quote === "'" ? "\\'" : quote}'`,
    `--encoding ${encoding}`,
    `--decimal '${decimal}'`,
  ]
  if (thousands !== '') parts.push(`--thousands '${thousands === "'" ? "\\'" : thousands}'`)
  if (!header) parts.push('--no-header')
  return parts.join(' ')
}
