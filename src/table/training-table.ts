// The rows that are trained on: all of them, or a sample where there are very many.
import { type ResolvedOptions, readingOptions } from './options.ts'
import { readSample, type Table, type TableSource } from './read.ts'

/**
 * Cells of the largest table that is trained on as a whole: in memory a cell comes to some 150 bytes by the end (a number, up to 12
 * inputs, and their copies in networks), so that training stays within 1 GB.
 */
const MOST_CELLS = 2 ** 22

export function readTrainingTable(rows: TableSource, { given, seed }: ResolvedOptions): Promise<Table> {
  return readSample(rows, readingOptions(given), { seed, most: (columns) => Math.floor(MOST_CELLS / columns) })
}
