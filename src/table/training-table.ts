// The rows that are trained on: all of them, or a sample where there are very many. Bounds are counted, never measured, so that
// the same rows are taken in every host.
import { TABLE_SAMPLE } from '../../assembly/ids.ts'
import { shuffle } from '../numerics/random.ts'
import { type ColumnEncoding, widthOf, withoutBins } from './encode.ts'
import type { TableSource } from './open.ts'
import type { ResolvedOptions } from './options.ts'
import { readSample, type Table } from './read.ts'
import type { ReadOptions } from './read-options.ts'
import { readingOptions } from './resolve-options.ts'

/** Cells of the largest table that is held: 8 bytes each, and as much again while it is read */
const MOST_CELLS = 2 ** 22
/** What the encoded rows of a target, and what is predicted for them, may come to, in bytes: training holds two copies and more */
const MOST_BYTES = 2 ** 28
/** Arrays of rows × outputs that the choice among members holds, in double precision */
const OUTPUT_COPIES = 8

export function readTrainingTable(rows: TableSource, { given, seed, signal }: ResolvedOptions): Promise<Table> {
  const sample = { seed, most: (columns: number) => Math.floor(MOST_CELLS / columns) }
  return readSample(rows, readingOptions(given), sample, signal)
}

/** Bytes that encoded rows may come to: as many as they like where the caller says how many rows to train on */
export function bytesFor({ given }: Pick<ResolvedOptions, 'given'>): number {
  return (given.read as ReadOptions | undefined)?.rows === undefined ? MOST_BYTES : Number.POSITIVE_INFINITY
}

/** Without the bins of numbers where that keeps more rows: bins make a dozen inputs of one number. */
export function encodingsFor(
  encodings: readonly ColumnEncoding[],
  rows: number,
  bytes: number,
): readonly ColumnEncoding[] {
  return rows <= mostRows(encodings, 1, bytes) ? encodings : encodings.map(withoutBins)
}

function mostRows(encodings: readonly ColumnEncoding[], outputs: number, bytes: number): number {
  const columns = encodings.reduce((sum, encoding) => sum + widthOf(encoding), 0)
  return Math.floor(bytes / (4 * columns + 8 * OUTPUT_COPIES * outputs))
}

/** Those of the rows, ascending, that there is room for once they are encoded: all of them, or as many as were drawn with the seed */
export function rowsWithRoom(
  rows: Uint32Array,
  encodings: readonly ColumnEncoding[],
  outputs: number,
  { seed, bytes }: { seed: number; bytes: number },
): Uint32Array {
  const most = Math.max(1, mostRows(encodings, outputs, bytes))
  if (rows.length <= most) return rows
  const order = new Uint32Array(rows.length)
  shuffle(order, order.length, seed, 0, TABLE_SAMPLE)
  return order
    .subarray(0, most)
    .sort()
    .map((place) => rows[place])
}
