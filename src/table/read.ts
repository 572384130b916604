// Reads a table, whatever it comes as, into typed columns and a schema that says what each of them is.
import Papa from 'papaparse'
import { clip, describe, didYouMean, unexpected } from '../errors.ts'
import { checkName, isOptionObject, list, readOptions } from '../options/check.ts'
import { isTextSource, readText, type TextSource } from './bytes.ts'
import { type RawTable, readCells } from './cells.ts'
import { type Dialect, MISSING_NUMBER_WORDS, sampleOf, sniff } from './dialect.ts'
import { numberOf, PLAIN } from './numbers.ts'
import { columnsOfRecords, columnsOfRows, isTableRows, type TableRecord, type TableRows } from './records.ts'
import {
  type ColumnKind,
  type ColumnSchema,
  columnKinds,
  type GivenKind,
  inferColumn,
  MOST_ODD_SHARE,
  type TableColumn,
} from './schema.ts'

/** What a table may come as: CSV text or bytes (also gzipped), records, rows with names, or pieces of either */
export type TableSource =
  | TextSource
  | TableRows
  | Iterable<TableRecord | string | Uint8Array>
  | AsyncIterable<TableRecord | string | Uint8Array>

export interface ReadTableOptions {
  /** Kinds of columns by name, where they are to be others than those inferred */
  columns?: Readonly<Record<string, ColumnKind | { kind: ColumnKind }>>
}

export interface Table {
  readonly rows: number
  /** What each column is, and why, in the order of the columns */
  readonly schema: readonly ColumnSchema[]
  readonly columns: ReadonlyMap<string, TableColumn>
  /** How the text was written; undefined where there was none */
  readonly dialect?: Dialect
}

/**
 * Reads a table without training: finds out how its text is written (delimiter, quotes, encoding, header, decimal comma,
 * thousands), and what each column is. Rejects with INVALID_DATA or INVALID_SHAPE what is no table, naming line and column, and
 * with INVALID_CONFIG options that are wrong.
 */
export async function readTable(source: TableSource, options: ReadTableOptions = {}): Promise<Table> {
  const given = readOptions(options, '', ['columns'])
  const { raw, dialect } = await readRaw(source)
  return typeColumns(raw, readKinds(given.columns, raw.names), dialect)
}

/** The same of columns whose kinds are known from another table; a column that is not there is left to whoever needs it. */
export async function readTableLike(source: TableSource, schema: readonly ColumnSchema[]): Promise<Table> {
  const { raw, dialect } = await readRaw(source)
  return typeColumns(raw, givenBy(schema), dialect)
}

/** The same of records, at once */
export function readRecordsLike(records: readonly unknown[], schema: readonly ColumnSchema[]): Table {
  return typeColumns(columnsOfRecords(records), givenBy(schema))
}

/** The same of rows with names */
export function readRowsLike(rows: TableRows, schema: readonly ColumnSchema[]): Table {
  return typeColumns(columnsOfRows(rows), givenBy(schema))
}

function givenBy(schema: readonly ColumnSchema[]): ReadonlyMap<string, GivenKind> {
  return new Map(schema.map((column) => [column.name, column]))
}

function typeColumns(raw: RawTable, given: ReadonlyMap<string, GivenKind>, dialect?: Dialect): Table {
  const inferred = raw.names.map((name, index) => inferColumn(raw, index, given.get(name)))
  return {
    rows: raw.rows,
    schema: inferred.map(({ schema }) => schema),
    columns: new Map(inferred.map(({ schema, column }) => [schema.name, column])),
    ...(dialect === undefined ? {} : { dialect }),
  }
}

function readKinds(value: unknown, names: readonly string[]): Map<string, GivenKind> {
  if (value === undefined) return new Map()
  if (!isOptionObject(value))
    throw unexpected('INVALID_CONFIG', 'columns', 'an object such as { zip: "category" }', describe(value))
  return new Map(
    Object.entries(value).map(([name, choice]) => {
      const path = `columns.${clip(name)}`
      if (!names.includes(name)) {
        const advice = didYouMean(name, names) || `; there are ${clip(list(names))}`
        throw unexpected('INVALID_CONFIG', path, 'the name of a column', `${describe(name)}${advice}`)
      }
      const kind = isOptionObject(choice) ? readOptions(choice, path, ['kind']).kind : choice
      return [name, { kind: checkName(kind, path, columnKinds) }]
    }),
  )
}

async function readRaw(source: unknown): Promise<{ raw: RawTable; dialect?: Dialect }> {
  if (isTextSource(source)) return readCsv(source)
  if (isTableRows(source)) return { raw: checkNames(columnsOfRows(source)) }
  const pieces = await gather(source)
  const isText = pieces.length > 0 && pieces.every((piece) => typeof piece === 'string' || ArrayBuffer.isView(piece))
  return isText ? readCsv(pieces as (string | Uint8Array)[]) : { raw: checkNames(columnsOfRecords(pieces)) }
}

async function gather(source: unknown): Promise<unknown[]> {
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = (source ?? {}) as AsyncIterable<unknown> &
    Iterable<unknown>
  if (typeof async !== 'function' && typeof sync !== 'function') {
    throw unexpected(
      'INVALID_DATA',
      'rows',
      'records, { columns, rows }, CSV text, its bytes, or an iterable of records or text',
      describe(source),
    )
  }
  const pieces: unknown[] = []
  for await (const piece of source as AsyncIterable<unknown>) pieces.push(piece)
  return pieces
}

async function readCsv(source: TextSource): Promise<{ raw: RawTable; dialect: Dialect }> {
  const { bytes, encoding } = await readText(source)
  const sample = sampleOf(bytes)
  if (sample.trim() === '') throw unexpected('INVALID_DATA', 'rows', 'a table', 'no data: the text is empty')
  const dialect = sniff(sample, encoding)
  const { data } = Papa.parse<string[]>(sample, {
    delimiter: dialect.delimiter,
    quoteChar: dialect.quote,
    skipEmptyLines: true,
  })
  const [first, ...others] = data
  let isNumeric = first.map((_, column) => isMostlyNumbers(dialect.header ? others : data, column, dialect))
  for (;;) {
    const raw = readCells(bytes, dialect, isNumeric)
    const strays = raw.columns.map((column) => column.form === 'numbers' && column.odd.size > MOST_ODD_SHARE * raw.rows)
    if (strays.includes(true)) isNumeric = isNumeric.map((numeric, column) => numeric && !strays[column])
    else
      return {
        raw: checkNames(dialect.header ? raw : { ...raw, names: first.map((_, column) => `column${column + 1}`) }),
        dialect,
      }
  }
}

function isMostlyNumbers(rows: readonly string[][], column: number, dialect: Dialect): boolean {
  const cells = rows.map((row) => row[column]?.trim() ?? '').filter((cell) => !MISSING_NUMBER_WORDS.includes(cell))
  const numbers = cells.filter((cell) => !Number.isNaN(numberOf(cell, PLAIN)) || !Number.isNaN(numberOf(cell, dialect)))
  const areCodes = numbers.some((cell) => /^[+-]?0\d/.test(cell)) // 01234 is no number
  return cells.length > 0 && !areCodes && numbers.length >= (1 - MOST_ODD_SHARE) * cells.length
}

function checkNames(raw: RawTable): RawTable {
  const names = raw.names.map((name) => name.trim())
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) {
    throw unexpected(
      'INVALID_DATA',
      'header',
      'a name of its own for every column',
      `${describe(names[twice])} twice: columns ${names.indexOf(names[twice]) + 1} and ${twice + 1}; a duplicate needs another name`,
      { column: twice },
    )
  }
  if (raw.rows === 0) throw unexpected('INVALID_DATA', 'rows', 'at least one row', 'no rows')
  return { ...raw, names }
}
