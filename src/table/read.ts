// Reads a table, whatever it comes as, into typed columns and a schema that says what each of them is.
import { clip, describe, didYouMean, reading, unexpected } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import { checkName, isOptionObject, list, readOptions } from '../options/check.ts'
import type { Signal } from '../platform.ts'
import { type ByteSource, byteSource, isPiece, iteratorOf, pieceSource, stoppable, type TextSource } from './bytes.ts'
import type { Origin, RawTable } from './columns.ts'
import { readCsv, readCsvBlocks } from './csv.ts'
import { dateFormatNames } from './dates.ts'
import type { Dialect } from './dialect.ts'
import { looksLikeJson, readJson } from './json.ts'
import { plainCopy, withoutPrototype } from './plain.ts'
import { type ColumnKind, checkReadOptions, columnKinds, type ReadOptions } from './read-options.ts'
import {
  columnsOfRecords,
  columnsOfRows,
  isTableRows,
  RecordTable,
  type TableRecord,
  type TableRows,
} from './records.ts'
import { type SampleOptions, sampleOf } from './sample.ts'
import { type ColumnSchema, type GivenColumn, inferColumn, type TableColumn } from './schema.ts'
import { openText, type Text } from './text.ts'

/** What a table may come as: text or bytes of CSV, JSON or Parquet (also gzipped), records, rows with names, or pieces of either */
export type TableSource =
  | TextSource
  | TableRows
  | Iterable<TableRecord | string | Uint8Array>
  | AsyncIterable<TableRecord | string | Uint8Array>

/** What a column is to be, where that is another than what would be found out */
export interface ColumnOptions {
  kind?: ColumnKind
  /** Of a date: how it is written, such as 'd/m/y' */
  format?: string
  /** Words for no value in this column, instead of those that are known; -999 too */
  missing?: readonly string[]
}

/** By name; or the schema of another table, as `readTable` and models have it */
export type ColumnChoices = Readonly<Record<string, ColumnKind | ColumnOptions>> | readonly ColumnSchema[]

export interface ReadTableOptions {
  /** Kinds of columns by name, where they are to be others than those inferred */
  columns?: ColumnChoices
  /** How the table is written, as far as it is not to be found out */
  read?: ReadOptions
}

export interface Table {
  readonly rows: number
  /** Rows that there were, where `rows` is a sample of them */
  readonly of?: number
  /** What each column is, and why, in the order of the columns */
  readonly schema: readonly ColumnSchema[]
  readonly columns: ReadonlyMap<string, TableColumn>
  /** How the text was written; undefined where there was none */
  readonly dialect?: Dialect
}

/** A table before its columns have kinds */
interface Unread {
  readonly raw: RawTable
  readonly dialect?: Dialect
}

type Given = ReadonlyMap<string, GivenColumn>

/**
 * Reads a table without training: finds out how its text is written (delimiter, quotes, encoding, header, decimal comma,
 * thousands), and what each column is. Text is read in pieces and never held as a whole. Rejects with INVALID_DATA,
 * INVALID_SHAPE or NOT_FINITE what is no table, naming file, line and column, and with INVALID_CONFIG options that are wrong.
 */
export async function readTable(source: TableSource, options: ReadTableOptions = {}): Promise<Table> {
  return readSample(source, options)
}

/** The same of no more rows than `sample` says, and than `read.rows` does: drawn with its seed; `signal` ends it with its reason. */
export async function readSample(
  source: TableSource,
  options: ReadTableOptions,
  sample?: SampleOptions,
  signal?: Signal,
): Promise<Table> {
  const { columns, read } = readOptions(options, '', ['columns', 'read'])
  const given = checkColumns(columns)
  const checked = checkReadOptions(read)
  const unread = await readRaw(source, checked, given, sampleFor(checked, sample), signal)
  checkNamed(given, unread.raw.names)
  return typeColumns(unread, given)
}

function sampleFor({ rows }: ReadOptions, sample: SampleOptions | undefined): SampleOptions | undefined {
  if (rows === undefined) return sample
  return rows === 'all' ? undefined : { seed: sample?.seed ?? 0, most: () => rows }
}

/** The same of columns whose kinds are known from another table; a column that is not there is left to whoever needs it. */
export async function readTableLike(
  source: TableSource,
  schema: readonly ColumnSchema[],
  read: ReadOptions = {},
): Promise<Table> {
  const given = givenBy(schema)
  const checked = checkReadOptions(read)
  return typeColumns(await readRaw(source, checked, given, sampleFor(checked, undefined)), given)
}

/**
 * The same in blocks of rows: of text with delimiters a table is never held as a whole. Columns that the schema does not have are
 * the words that stand there.
 */
export async function* readBlocksLike(
  source: TableSource,
  schema: readonly ColumnSchema[],
  read: ReadOptions = {},
): AsyncIterable<Table> {
  const given = givenBy(schema)
  for await (const unread of rawBlocks(source, checkReadOptions(read), given)) {
    const all = new Map<string, GivenColumn>(given)
    for (const name of unread.raw.names) if (!given.has(name)) all.set(name, withoutPrototype({ kind: 'ignore' }))
    yield typeColumns(unread, all)
  }
}

/** The same of records, at once */
export function readRecordsLike(records: readonly unknown[], schema: readonly ColumnSchema[]): Table {
  return typeColumns({ raw: columnsOfRecords(records) }, givenBy(schema))
}

/** The same of rows with names */
export function readRowsLike(rows: TableRows, schema: readonly ColumnSchema[]): Table {
  return typeColumns({ raw: columnsOfRows(rows) }, givenBy(schema))
}

function givenBy(schema: readonly ColumnSchema[]): Given {
  return new Map(schema.map(({ name, ...column }) => [name, withoutPrototype(column)]))
}

function typeColumns(unread: Unread, given: Given): Table {
  const { dialect } = withoutPrototype(unread)
  const raw = withoutPrototype({ ...unread.raw, columns: unread.raw.columns.map(withoutPrototype) })
  const inferred = raw.names.map((name, index) => inferColumn(raw, index, given.get(name)))
  return {
    rows: raw.rows,
    ...(raw.of === undefined ? {} : { of: raw.of }),
    schema: inferred.map(({ schema }) => schema),
    columns: new Map(inferred.map(({ schema, column }) => [schema.name, column])),
    ...(dialect === undefined ? {} : { dialect }),
  }
}

function checkColumns(columns: unknown): Given {
  const value = plainCopy(columns, 'columns')
  if (value === undefined) return new Map()
  if (Array.isArray(value)) {
    return new Map(value.map((column, index) => checkSchema(column, `columns[${index}]`)))
  }
  if (!isOptionObject(value))
    throw unexpected('INVALID_CONFIG', 'columns', 'an object such as { zip: "category" }', describe(value))
  return reading('INVALID_CONFIG', 'columns', 'an object such as { zip: "category" }', () => {
    return new Map(Object.keys(value).map((name) => [name, checkColumn(value[name], `columns.${clip(name)}`)]))
  })
}

function checkSchema(value: unknown, path: string): [string, GivenColumn] {
  const expected = 'a column of a schema, such as { name: "zip", kind: "category" }'
  if (!isOptionObject(value)) throw unexpected('INVALID_CONFIG', path, expected, describe(value))
  return reading('INVALID_CONFIG', path, expected, () => {
    const { name, kind, format, type, missingWords } = value
    if (typeof name !== 'string') throw unexpected('INVALID_CONFIG', `${path}.name`, "a column's name", describe(name))
    const column = checkColumn({ kind, format, missing: missingWords }, path)
    return [name, type === 'number' || type === 'string' ? withoutPrototype({ ...column, type }) : column]
  })
}

function checkColumn(value: unknown, path: string): GivenColumn {
  if (!isOptionObject(value)) return withoutPrototype({ kind: checkName(value, path, columnKinds) })
  const { kind, format, missing } = readOptions(value, path, ['kind', 'format', 'missing'])
  return withoutPrototype({
    ...(kind === undefined ? {} : { kind: checkName(kind, `${path}.kind`, columnKinds) }),
    ...(format === undefined ? {} : { format: checkName(format, `${path}.format`, dateFormatNames) }),
    ...(missing === undefined
      ? {}
      : { missingWords: checkReadOptions({ missing }, path).missing as readonly string[] }),
  })
}

function checkNamed(given: Given, names: readonly string[]): void {
  for (const name of given.keys()) {
    if (names.includes(name)) continue
    const advice = didYouMean(name, names) || `; there are ${clip(list(names))}`
    throw unexpected('INVALID_CONFIG', `columns.${clip(name)}`, 'the name of a column', `${describe(name)}${advice}`)
  }
}

async function readRaw(
  source: unknown,
  read: ReadOptions,
  given: Given,
  sample?: SampleOptions,
  signal?: Signal,
): Promise<Unread> {
  const opened = withoutPrototype(await openSource(source, read))
  if (!('bytes' in opened)) return { raw: sampled(opened.raw, sample) }
  const content = withoutPrototype(await openBytes(stoppable(opened.bytes, signal), opened.read))
  if (!('text' in content)) return { raw: sampled(content.raw, sample) }
  const { raw, dialect } = await readCsv(content.text, opened.read, content.isRepeatable, given, sample)
  return { raw: withOrigin(raw, originOf(opened.read)), dialect }
}

const sampled = (raw: RawTable, sample: SampleOptions | undefined) => (sample ? sampleOf(raw, sample) : raw)

async function* rawBlocks(source: unknown, read: ReadOptions, given: Given): AsyncIterable<Unread> {
  const opened = withoutPrototype(await openSource(source, read))
  const content = withoutPrototype('bytes' in opened ? await openBytes(opened.bytes, opened.read) : opened)
  if ('raw' in content) yield { raw: content.raw }
  else if ('bytes' in opened) {
    const origin = originOf(opened.read)
    for await (const { raw, dialect } of readCsvBlocks(content.text, opened.read, given))
      yield { raw: withOrigin(raw, origin), dialect }
  }
}

/** A table of values at once, or bytes with the options to read them by, which then name the file */
async function openSource(
  source: unknown,
  read: ReadOptions,
): Promise<{ raw: RawTable } | { bytes: ByteSource; read: ReadOptions }> {
  const bytes = reading('INVALID_DATA', 'rows', SOURCES, () => byteSource(source))
  if (bytes !== undefined) return { bytes, read: named(read, bytes) }
  if (isTableRows(source)) return { raw: checkNames(columnsOfRows(source)) }
  if (reading('INVALID_DATA', 'rows', SOURCES, () => Array.isArray(source) && !isPiece(source[0])))
    return { raw: checkNames(columnsOfRecords(source as unknown[])) }
  const iterator = reading('INVALID_DATA', 'rows', SOURCES, () => iteratorOf(source))
  if (iterator === undefined) throw unexpected('INVALID_DATA', 'rows', SOURCES, describe(source))
  const first = await iterator.next()
  if (!first.done && reading('INVALID_DATA', 'rows[0]', SOURCES, () => isPiece(first.value)))
    return { bytes: pieceSource(first.value, iterator), read }
  const table = new RecordTable([])
  for (let next = first; !next.done; next = await iterator.next()) table.addRecord(next.value)
  return { raw: checkNames(table.finish()) }
}

function named(read: ReadOptions, { name }: ByteSource): ReadOptions {
  return read.file !== undefined || name === undefined ? read : withoutPrototype({ ...read, file: name })
}

const SOURCES = 'records, { columns, rows }, CSV text, its bytes, or an iterable of records or text'
const PARQUET = [0x50, 0x41, 0x52, 0x31] // PAR1

/** A table of JSON or Parquet at once; text with delimiters is still to be read. */
async function openBytes(
  source: ByteSource,
  read: ReadOptions,
): Promise<{ raw: RawTable } | { text: Text; isRepeatable: boolean }> {
  const origin = originOf(read)
  const { head, source: whole } = await peek(source)
  const isParquet = PARQUET.every((byte, index) => head[index] === byte)
  if (read.format === 'parquet' || (read.format === undefined && isParquet)) {
    const { readParquet } = await loadPart(import('./parquet.ts'))
    return { raw: withOrigin(await readParquet(whole, origin.place), origin) }
  }
  const text = await openText(whole, read.encoding, origin.place)
  const isJson = read.format === undefined ? looksLikeJson(text.head) : read.format !== 'csv'
  if (isJson) return { raw: withOrigin(await readJson(text.pieces(), origin.place), origin) }
  return { text, isRepeatable: whole.isRepeatable }
}

function originOf({ file, flags = false, missing = [] }: ReadOptions): Origin {
  return { place: file === undefined ? '' : `${clip(file)}, `, flags, missing }
}

function withOrigin(raw: RawTable, origin: Origin): RawTable {
  return checkNames({ ...raw, origin })
}

/** The first bytes, unpacked, and the source with them */
async function peek(source: ByteSource): Promise<{ head: Uint8Array; source: ByteSource }> {
  const iterator = source.pieces()[Symbol.asyncIterator]()
  const first = await iterator.next()
  const head = first.done ? new Uint8Array(0) : first.value
  if (source.isRepeatable) {
    await iterator.return?.()
    return { head, source }
  }
  async function* pieces(): AsyncIterable<Uint8Array> {
    yield head
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { head, source: { ...source, pieces } }
}

function checkNames(raw: RawTable): RawTable {
  const names = raw.names.map((name) => name.trim())
  const place = raw.origin?.place ?? ''
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index)
  if (twice >= 0) {
    const where = `columns ${names.indexOf(names[twice]) + 1} and ${twice + 1}`
    const got = `${describe(names[twice])} twice: ${where}; a duplicate needs another name`
    throw unexpected('INVALID_DATA', `${place}header`, 'a name of its own for every column', got, { column: twice })
  }
  if (raw.rows === 0) throw unexpected('INVALID_DATA', `${place}rows`, 'at least one row', 'no rows')
  return { ...raw, names }
}
