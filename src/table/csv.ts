// A table from text with delimiters: how it is written is found out from its beginning and samples further on, then all of it
// is read into columns. What can be read again is, where a column of numbers turns out to be one of words.
import { clip, unexpected } from '../errors.ts'
import { CellReader } from './cells.ts'
import { numberIn, type RawTable } from './columns.ts'
import { type Dialect, linesOf, MISSING_NUMBER_WORDS, type Sniffed, sniff } from './dialect.ts'
import { MOST_ODD_SHARE } from './numbers.ts'
import type { ReadOptions } from './read-options.ts'
import type { SampleOptions } from './sample.ts'
import type { GivenColumn } from './schema.ts'
import type { Text } from './text.ts'

const SNIFFED_BYTES = 2 ** 17
/** From so many rows on, what a column is can be told without the others. */
const ROWS_THAT_TELL = 10_000

export interface CsvTable {
  readonly raw: RawTable
  readonly dialect: Dialect
}

/** `columns`: what is known of them by name; `sample`: where there are to be no more rows */
export async function readCsv(
  text: Text,
  given: ReadOptions,
  isRepeatable: boolean,
  columns: ReadonlyMap<string, GivenColumn>,
  sample?: SampleOptions,
): Promise<CsvTable> {
  const { dialect, rows, names } = await sniffText(text, given)
  const width = (names ?? rows[0]).length
  const missing = new Set([...MISSING_NUMBER_WORDS, ...dialect.missing])
  const place = placeIn(given)
  const known = namesOf(names ?? [], width).map((name) => areNumbers(columns.get(name)))
  let isNumeric = known.map((numeric, column) => numeric ?? isMostlyNumbers(rows, column, dialect, missing))
  const readerOf = () => new CellReader({ dialect, isNumeric, missing, place, size: text.size, sample })
  /** Columns with more stray cells than numbers may have become words; whether there were none */
  const correct = (reader: CellReader): boolean => {
    const areStray = reader.odd.map((odd, column) => known[column] === undefined && odd > MOST_ODD_SHARE * reader.rows)
    isNumeric = isNumeric.map((numeric, column) => numeric && !areStray[column])
    return !areStray.includes(true)
  }
  // What comes once is what its beginning is; what contradicts it later is an error that names its line.
  const isOnce = !isRepeatable && !text.isWhole
  while (isOnce && !correct(readHead(readerOf(), text.head))) {}
  for (;;) {
    const reader = readerOf()
    const raw = await readAll(reader, text, (rows) => isOnce || rows < ROWS_THAT_TELL || correct(reader))
    if (raw !== undefined && (isOnce || correct(reader))) {
      const found = { ...dialect, encoding: text.encoding() }
      return { raw: { ...raw, names: namesOf(raw.names, width) }, dialect: found }
    }
  }
}

/** Rows of a block, of a table of a few columns: more is held than a block, but not the whole */
const ROWS_OF_BLOCK = 2 ** 15

/** The same in blocks of rows, of columns that are words where nothing is known of them: so no block depends on another. */
export async function* readCsvBlocks(
  text: Text,
  given: ReadOptions,
  columns: ReadonlyMap<string, GivenColumn>,
): AsyncIterable<CsvTable> {
  const { dialect, rows, names } = await sniffText(text, given)
  const width = (names ?? rows[0]).length
  const missing = new Set([...MISSING_NUMBER_WORDS, ...dialect.missing])
  const isNumeric = namesOf(names ?? [], width).map((name) => areNumbers(columns.get(name)) ?? false)
  const reader = new CellReader({ dialect, isNumeric, missing, place: placeIn(given) })
  const tableOf = (raw: RawTable) => ({ raw: { ...raw, names: namesOf(raw.names, width) }, dialect })
  let isFirst = true
  for await (const piece of text.pieces()) {
    reader.push(piece)
    if (reader.rows < ROWS_OF_BLOCK) continue
    isFirst = false
    yield tableOf(reader.drain())
  }
  const last = reader.finish()
  if (isFirst || last.rows > 0) yield tableOf(last)
}

/** What a schema says that cells are; undefined where it says nothing */
function areNumbers({ kind, type }: GivenColumn = {}): boolean | undefined {
  if (kind === 'number' || type === 'number') return true
  return type === 'string' ? false : undefined
}

function readHead(reader: CellReader, head: Uint8Array): CellReader {
  reader.push(head)
  reader.flush()
  return reader
}

/** Undefined where `isRight` was not */
async function readAll(
  reader: CellReader,
  text: Text,
  isRight: (rows: number) => boolean,
): Promise<RawTable | undefined> {
  for await (const piece of text.pieces()) {
    reader.push(piece)
    if (!isRight(reader.rows)) return undefined
  }
  return reader.finish()
}

async function sniffText(text: Text, given: ReadOptions): Promise<Sniffed> {
  const head = text.head.subarray(0, Math.max(SNIFFED_BYTES, text.head.indexOf(10, SNIFFED_BYTES) + 1))
  const isCut = !text.isWhole || head.length < text.head.length
  const samples = await text.samples()
  const sample = [linesOf(head, isCut), ...samples.map((bytes) => linesOf(bytes, false))].join('')
  const sniffed = sniff(sample, given)
  if (sniffed.names === undefined && sniffed.rows.length === 0)
    throw unexpected('INVALID_DATA', `${placeIn(given)}rows`, 'a table', 'no data: the text is empty')
  return sniffed
}

function placeIn({ file }: ReadOptions): string {
  return file === undefined ? '' : `${clip(file)}, `
}

function isMostlyNumbers(
  rows: readonly (readonly string[])[],
  column: number,
  dialect: Dialect,
  missing: ReadonlySet<string>,
): boolean {
  const cells = rows.map((row) => row[column]?.trim() ?? '').filter((cell) => !missing.has(cell))
  const numbers = cells.filter((cell) => !Number.isNaN(numberIn(cell, dialect)))
  const areCodes = numbers.some((cell) => /^[+-]?0\d/.test(cell)) // 01234 is no number
  return cells.length > 0 && !areCodes && numbers.length >= (1 - MOST_ODD_SHARE) * cells.length
}

/** Columns without a name get their number as one. */
function namesOf(names: readonly string[], width: number): string[] {
  return Array.from({ length: width }, (_, column) => names[column]?.trim() || `column${column + 1}`)
}
