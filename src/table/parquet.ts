// Tables as Parquet, by hyparquet: loaded where one is read, and column by column, so that no record is ever made.
import {
  type AsyncBuffer,
  type ColumnData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
} from 'hyparquet/src/index.js'
import { compressors } from 'hyparquet-compressors'
import { clip, WasmpropError } from '../errors.ts'
import type { ByteSource } from './bytes.ts'
import type { RawTable } from './columns.ts'
import { RecordTable } from './records.ts'
import { join } from './text.ts'

export async function readParquet(source: ByteSource, place: string): Promise<RawTable> {
  try {
    const file = await fileOf(source)
    const metadata = await parquetMetadataAsync(file)
    const names = parquetSchema(metadata).children.map(({ element }) => element.name)
    const table = new RecordTable(names, (row) => `${place}row ${row + 1}`)
    let start = 0
    for (const { num_rows } of metadata.row_groups) {
      const end = start + Number(num_rows)
      const onChunk = ({ columnName, columnData, rowStart }: ColumnData) =>
        table.addColumn(columnName, columnData, rowStart)
      await parquetRead({ file, metadata, compressors, rowStart: start, rowEnd: end, onChunk })
      start = end
    }
    return table.finish()
  } catch (cause) {
    if (cause instanceof WasmpropError) throw cause
    throw new WasmpropError(
      'INVALID_DATA',
      `${place}expected a Parquet file that is whole, got ${clip(String(cause))}`,
      { cause },
    )
  }
}

async function fileOf({ bytes, pieces }: ByteSource): Promise<AsyncBuffer> {
  const isPacked = bytes !== undefined && (await bytes.slice(0, 1))[0] === 0x1f
  if (bytes !== undefined && !isPacked) {
    const slice = async (from: number, to = bytes.size) => bufferOf(await bytes.slice(from, to))
    return { byteLength: bytes.size, slice }
  }
  const parts: Uint8Array[] = []
  for await (const piece of pieces()) parts.push(piece.slice())
  return bufferOf(join(parts))
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer
}
