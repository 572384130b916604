// Rows of a table that is larger than what is to be trained on: drawn with the seed by their number alone, so that the same rows
// are taken however the table is written, in whatever pieces it comes, in every host.
import { TABLE_SAMPLE } from '../../assembly/ids.ts'
import { threefry } from '../numerics/random.ts'
import { oddOf, type RawColumn, type RawTable, wordColumn } from './columns.ts'
import { withoutPrototype } from './plain.ts'

export interface SampleOptions {
  readonly seed: number
  /** Most rows of a table of so many columns */
  readonly most: (columns: number) => number
}

/**
 * Every row has a random number of 32 bits, and is kept where that is below a threshold: the largest power of two with which there
 * are not too many. So the share of the rows that are kept is 1, ½, ¼ … in expectation.
 */
export class Sample {
  readonly #seed: number
  readonly #most: number
  readonly #draws = new Uint32Array(4)
  #drawn = -1
  #threshold = 2 ** 32
  /** Of the rows that are kept */
  #kept: number[] = []

  constructor({ seed, most }: SampleOptions, columns: number) {
    this.#seed = seed
    this.#most = Math.max(1, most(columns))
  }

  /** Whether the row with this number is kept, as far as is known by now */
  takes(row: number): boolean {
    return this.#threshold === 2 ** 32 || this.#draw(row) < this.#threshold
  }

  #draw(row: number): number {
    const block = Math.floor(row / 4)
    if (block !== this.#drawn) threefry(this.#draws, this.#seed, TABLE_SAMPLE, 0, 0, block, 0, 0, 0)
    this.#drawn = block
    return this.#draws[row % 4]
  }

  /** Says that the row was kept. Where there are too many now: the places of those that stay, ascending */
  add(row: number): Uint32Array | undefined {
    this.#kept.push(row)
    if (this.#kept.length <= this.#most) return undefined
    let places = [...this.#kept.keys()]
    while (places.length > this.#most) {
      this.#threshold /= 2
      places = places.filter((place) => this.#draw(this.#kept[place]) < this.#threshold)
    }
    this.#kept = places.map((place) => this.#kept[place])
    return Uint32Array.from(places)
  }
}

/** The same of a table that was read */
export function sampleOf(table: RawTable, options: SampleOptions): RawTable {
  if (table.rows <= options.most(table.columns.length)) return table
  const sample = new Sample(options, table.columns.length)
  let rows: number[] = []
  for (let row = 0; row < table.rows; row++) {
    if (!sample.takes(row)) continue
    rows.push(row)
    const places = sample.add(row)
    if (places !== undefined) rows = Array.from(places, (place) => rows[place])
  }
  const { lineOf } = withoutPrototype(table)
  return {
    ...table,
    rows: rows.length,
    of: table.rows,
    columns: table.columns.map((column) => picked(column, Uint32Array.from(rows))),
    ...(lineOf === undefined ? {} : { lineOf: (row: number) => lineOf(rows[row]) }),
  }
}

function picked(column: RawColumn, rows: Uint32Array): RawColumn {
  if (column.form === 'words')
    return {
      ...column,
      ...wordColumn(
        rows.map((row) => column.codes[row]),
        column.words,
      ),
    }
  return {
    ...column,
    values: Float64Array.from(rows, (row) => column.values[row]),
    odd: oddOf(column.odd, rows),
  }
}
