// Reads a table, whatever it comes as, into typed columns and a schema that says what each of them is.
import { readOptions } from '../options/check.ts'
import type { Signal } from '../platform.ts'
import { stoppable } from './bytes.ts'
import { type ColumnChoices, checkColumns, checkNamed, type GivenColumns, givenBy } from './column-choices.ts'
import type { RawTable } from './columns.ts'
import { readCsv, readCsvBlocks } from './csv.ts'
import type { Dialect } from './dialect.ts'
import { openBytes, openSource, originOf, type TableSource, withOrigin } from './open.ts'
import { withoutPrototype } from './plain.ts'
import { checkReadOptions, type ReadOptions } from './read-options.ts'
import { columnsOfRecords, columnsOfRows, type TableRows } from './records.ts'
import { type SampleOptions, sampleOf } from './sample.ts'
import { type ColumnSchema, type GivenColumn, inferColumn, type TableColumn } from './schema.ts'

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

function typeColumns(unread: Unread, given: GivenColumns): Table {
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

async function readRaw(
  source: unknown,
  read: ReadOptions,
  given: GivenColumns,
  sample?: SampleOptions,
  signal?: Signal,
): Promise<Unread> {
  const opened = withoutPrototype(await openSource(source, read))
  if (!('bytes' in opened)) return { raw: sampled(opened.raw, sample) }
  const content = withoutPrototype(await openBytes(stoppable(opened.bytes, signal), opened.read))
  if (!('text' in content)) return { raw: sampled(content.raw, sample) }
  const { text, isRepeatable } = content
  try {
    const { raw, dialect } = await readCsv(text, opened.read, isRepeatable, given, sample)
    return { raw: withOrigin(raw, originOf(opened.read)), dialect }
  } finally {
    await text.close()
  }
}

const sampled = (raw: RawTable, sample: SampleOptions | undefined) => (sample ? sampleOf(raw, sample) : raw)

async function* rawBlocks(source: unknown, read: ReadOptions, given: GivenColumns): AsyncIterable<Unread> {
  const opened = withoutPrototype(await openSource(source, read))
  const content = withoutPrototype('bytes' in opened ? await openBytes(opened.bytes, opened.read) : opened)
  if ('raw' in content) yield { raw: content.raw }
  else if ('bytes' in opened) {
    const origin = originOf(opened.read)
    try {
      for await (const { raw, dialect } of readCsvBlocks(content.text, opened.read, given))
        yield { raw: withOrigin(raw, origin), dialect }
    } finally {
      await content.text.close()
    }
  }
}
