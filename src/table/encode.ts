// From a table's columns to the inputs of a network. What is learned of the training rows (medians, quartiles, the bins of a
// number, the words of a category) is plain data, so that a model holds it as JSON.
//
// A number x becomes z / √(1 + (z / 3)²) with z = (x − median) / (q75 − q25), which bounds outliers smoothly (Holzmüller,
// Grinsztajn, Steinwart 2024), and its place among quantiles, bin by bin (the piecewise linear encoding of Gorishniy, Rubachev,
// Babenko 2022), by which networks bend where the data do. A category becomes a column for each word that is not rare, and one
// for all others; two words a single column of −1 and 1.
import { unexpected } from '../errors.ts'
import type { ColumnSchema, TableColumn } from './schema.ts'

export type ColumnEncoding = NumberEncoding | CategoryEncoding | DateEncoding | TextEncoding

export interface NumberEncoding {
  readonly name: string
  readonly kind: 'number'
  readonly median: number
  readonly scale: number
  /** Ends of the bins, ascending; none where there are few distinct values */
  readonly bins: readonly number[]
  readonly hasMissing: boolean
}

export interface CategoryEncoding {
  readonly name: string
  readonly kind: 'category'
  /** Words that have a column; a boolean's two share one */
  readonly words: readonly string[]
  readonly isPair: boolean
  /** Whether missing cells have a column of their own; else they count among the others */
  readonly hasMissing: boolean
  readonly hasOthers: boolean
}

export interface DateEncoding {
  readonly name: string
  readonly kind: 'date'
  readonly format: string
  /** Days since 1970, as a number */
  readonly days: NumberEncoding
  readonly hasHours: boolean
}

/** A text is a bag of words: a column for each that comes often enough. */
export interface TextEncoding {
  readonly name: string
  readonly kind: 'text'
  readonly words: readonly string[]
}

/** A word with fewer rows is one of the others. */
const LEAST_ROWS = 3
const MOST_WORDS = 200
const MOST_TEXT_WORDS = 40
const MOST_BINS = 12
const FEWEST_ROWS_OF_A_BIN = 20
const DAY = 86_400_000

export function fitEncoding(schema: ColumnSchema, column: TableColumn, rows: Uint32Array): ColumnEncoding | undefined {
  const { name, kind } = schema
  if (kind === 'number' && column.kind === 'number') return fitNumber(name, pick(column.values, rows))
  if ((kind === 'category' || kind === 'boolean') && (column.kind === 'category' || column.kind === 'boolean')) {
    return fitCategory(name, schema.categories ?? [], pick(column.values, rows))
  }
  if (kind === 'date' && column.kind === 'date') {
    const times = pick(column.values, rows)
    const days = fitNumber(
      name,
      times.map((time) => time / DAY),
    )
    return { name, kind: 'date', format: schema.format ?? '', days, hasHours: times.some((time) => time % DAY !== 0) }
  }
  if (kind === 'text' && column.kind === 'text') return fitText(name, column.values, rows)
  return undefined
}

function pick(values: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row])
}

function fitNumber(name: string, values: Float64Array): NumberEncoding {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const median = quantile(sorted, 0.5)
  const quartiles = quantile(sorted, 0.75) - quantile(sorted, 0.25)
  const range = sorted.length === 0 ? 0 : sorted[sorted.length - 1] / 2 - sorted[0] / 2
  return {
    name,
    kind: 'number',
    median,
    scale: quartiles > 0 ? quartiles : range > 0 ? range : 1,
    bins: fitBins(sorted),
    hasMissing: sorted.length < values.length,
  }
}

function fitBins(sorted: Float64Array): number[] {
  const count = Math.min(MOST_BINS, Math.floor(sorted.length / FEWEST_ROWS_OF_A_BIN))
  if (count < 2) return []
  const ends = Array.from({ length: count + 1 }, (_, index) => quantile(sorted, index / count))
  const distinct = ends.filter((end, index) => index === 0 || end > ends[index - 1])
  return distinct.length > 2 ? distinct : []
}

/** Linear interpolation between neighbours, as NumPy's `percentile` */
export function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return 0
  const position = (sorted.length - 1) * share
  const below = Math.floor(position)
  const low = sorted[below]
  const high = sorted[Math.min(below + 1, sorted.length - 1)]
  return low + (high / 2 - low / 2) * 2 * (position - below)
}

function fitCategory(name: string, words: readonly string[], values: Float64Array): CategoryEncoding {
  const counts = new Uint32Array(words.length)
  let missing = 0
  for (const value of values) {
    if (Number.isNaN(value)) missing++
    else counts[value]++
  }
  const common = words.filter((_, place) => counts[place] >= LEAST_ROWS || words.length === 2).slice(0, MOST_WORDS)
  const isPair = words.length === 2 && missing === 0
  return {
    name,
    kind: 'category',
    words: common,
    isPair,
    hasMissing: missing > 0,
    hasOthers: !isPair && common.length < words.length,
  }
}

function fitText(name: string, values: readonly (string | undefined)[], rows: Uint32Array): TextEncoding {
  const counts = new Map<string, number>()
  for (const row of rows) for (const word of wordsOf(values[row])) counts.set(word, (counts.get(word) ?? 0) + 1)
  const least = Math.max(5, rows.length / 100)
  const common = [...counts].filter(([, count]) => count >= least && count <= rows.length - least)
  common.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  return { name, kind: 'text', words: common.slice(0, MOST_TEXT_WORDS).map(([word]) => word) }
}

function wordsOf(text: string | undefined): Set<string> {
  return new Set(
    (text ?? '')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 1),
  )
}

/** Input columns that an encoding takes */
export function widthOf(encoding: ColumnEncoding): number {
  if (encoding.kind === 'number') return 1 + Math.max(0, encoding.bins.length - 1) + Number(encoding.hasMissing)
  if (encoding.kind === 'category') {
    return encoding.isPair ? 1 : encoding.words.length + Number(encoding.hasOthers) + Number(encoding.hasMissing)
  }
  if (encoding.kind === 'text') return encoding.words.length
  return widthOf(encoding.days) + (encoding.hasHours ? 13 : 11)
}

export function withoutBins(encoding: ColumnEncoding): ColumnEncoding {
  if (encoding.kind === 'number') return { ...encoding, bins: [] }
  return encoding.kind === 'date' ? { ...encoding, days: { ...encoding.days, bins: [] } } : encoding
}

/** Writes rows × width inputs, row after row. */
export function encodeRows(
  encodings: readonly ColumnEncoding[],
  columns: ReadonlyMap<string, EncodedColumn>,
  rows: Uint32Array,
): { data: Float32Array; columns: number } {
  const width = encodings.reduce((sum, encoding) => sum + widthOf(encoding), 0)
  const data = new Float32Array(rows.length * width)
  let first = 0
  for (const encoding of encodings) {
    const column = columns.get(encoding.name)
    if (column === undefined)
      throw unexpected(
        'INVALID_DATA',
        `column "${encoding.name}"`,
        'this column, which the model was trained with',
        'none',
      )
    for (let index = 0; index < rows.length; index++)
      writeCell(encoding, column, rows[index], data, index * width + first)
    first += widthOf(encoding)
  }
  return { data, columns: width }
}

/** A column of a table, whose categories may be others than those of the encoding */
export interface EncodedColumn {
  readonly column: TableColumn
  /** Of a category: where each of its words stands in the encoding's; −1: not there */
  readonly places?: Int32Array
}

function writeCell(
  encoding: ColumnEncoding,
  { column, places }: EncodedColumn,
  row: number,
  data: Float32Array,
  at: number,
): void {
  const value = column.values[row]
  if (encoding.kind === 'text') {
    const words = wordsOf(value as string | undefined)
    encoding.words.forEach((word, place) => {
      if (words.has(word)) data[at + place] = 1
    })
  } else if (encoding.kind === 'category') {
    writeCategory(encoding, Number.isNaN(value) ? undefined : (places?.[value as number] ?? -1), data, at)
  } else if (encoding.kind === 'number') writeNumber(encoding, value as number, data, at)
  else writeDate(encoding, value as number, data, at)
}

function writeCategory(
  { words, isPair, hasOthers, hasMissing }: CategoryEncoding,
  place: number | undefined,
  data: Float32Array,
  at: number,
): void {
  if (isPair) data[at] = place === undefined || place < 0 ? 0 : 2 * place - 1
  else if (place !== undefined && place >= 0) data[at + place] = 1
  else if (place === undefined && hasMissing) data[at + words.length + Number(hasOthers)] = 1
  else if (hasOthers) data[at + words.length] = 1
}

function writeNumber(
  { median, scale, bins, hasMissing }: NumberEncoding,
  value: number,
  data: Float32Array,
  at: number,
): void {
  if (Number.isNaN(value)) {
    if (hasMissing) data[at + 1 + Math.max(0, bins.length - 1)] = 1
    return
  }
  const z = (value - median) / scale
  data[at] = z / Math.sqrt(1 + (z / 3) * (z / 3))
  for (let bin = 1; bin < bins.length; bin++) {
    const share = (value - bins[bin - 1]) / (bins[bin] - bins[bin - 1])
    data[at + bin] = share <= 0 ? 0 : share >= 1 ? 1 : share
  }
}

/** Days since 1970 as a number, the year's course as two waves and a column per season, weekday, hour as two waves */
function writeDate({ days, hasHours }: DateEncoding, time: number, data: Float32Array, at: number): void {
  writeNumber(days, time / DAY, data, at)
  if (Number.isNaN(time)) return
  const date = new Date(time)
  const start = at + widthOf(days)
  const dayOfYear = (Math.floor(time / DAY) - Math.floor(Date.UTC(date.getUTCFullYear(), 0, 1) / DAY)) / 365.25
  data.set([...wave(dayOfYear), ...wave(2 * dayOfYear)], start)
  data[start + 4 + date.getUTCDay()] = 1
  if (hasHours) data.set(wave((time % DAY) / DAY), start + 11)
}

/** A point on a circle for a share of a turn: straight pieces instead of sine and cosine, whose bits differ between hosts */
function wave(turns: number): [number, number] {
  const zigzag = (share: number) => 4 * Math.abs(share - Math.floor(share + 0.5)) - 1
  return [zigzag(turns), zigzag(turns + 0.25)]
}
