// What a source of a table holds: values at once, or bytes, and in these text with delimiters, JSON or Parquet.
import { clip, describe, reading, unexpected } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import { type ByteSource, byteSource, isPiece, iteratorOf, pieceSource, type TextSource } from './bytes.ts'
import type { Origin, RawTable } from './columns.ts'
import { looksLikeJson, readJson } from './json.ts'
import { withoutPrototype } from './plain.ts'
import type { ReadOptions } from './read-options.ts'
import {
  columnsOfRecords,
  columnsOfRows,
  isTableRows,
  RecordTable,
  type TableRecord,
  type TableRows,
} from './records.ts'
import { openText, type Text } from './text.ts'

/** What a table may come as: text or bytes of CSV, JSON or Parquet (also gzipped), records, rows with names, or pieces of either */
export type TableSource =
  | TextSource
  | TableRows
  | Iterable<TableRecord | string | Uint8Array>
  | AsyncIterable<TableRecord | string | Uint8Array>

/** A table of values at once, or bytes with the options to read them by, which then name the file */
export async function openSource(
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
  return { raw: checkNames(await recordsOf(first, iterator)) }
}

/** Records as they come; one that is none ends their source. */
async function recordsOf(first: IteratorResult<unknown>, others: AsyncIterator<unknown>): Promise<RawTable> {
  const table = new RecordTable([])
  try {
    for (let next = first; !next.done; next = await others.next()) table.addRecord(next.value)
  } catch (error) {
    await others.return?.()
    throw error
  }
  return table.finish()
}

function named(read: ReadOptions, { name }: ByteSource): ReadOptions {
  return read.file !== undefined || name === undefined ? read : withoutPrototype({ ...read, file: name })
}

const SOURCES = 'records, { columns, rows }, CSV text, its bytes, or an iterable of records or text'
const PARQUET = [0x50, 0x41, 0x52, 0x31] // PAR1

/** A table of JSON or Parquet at once; text with delimiters is still to be read, and then to be closed. */
export async function openBytes(
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
  if (!isJson) return { text, isRepeatable: whole.isRepeatable }
  try {
    return { raw: withOrigin(await readJson(text.pieces(), origin.place), origin) }
  } finally {
    await text.close()
  }
}

export function originOf({ file, flags = false, missing = [] }: ReadOptions): Origin {
  return { place: file === undefined ? '' : `${clip(file)}, `, flags, missing }
}

export function withOrigin(raw: RawTable, origin: Origin): RawTable {
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
    try {
      yield head
      yield* { [Symbol.asyncIterator]: () => iterator }
    } finally {
      await iterator.return?.()
    }
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
