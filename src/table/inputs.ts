// From a table to the inputs of a model's networks, in training and ever after: which columns there are, how each is encoded,
// and what of a later table cannot be used.
import { clip, unexpected } from '../errors.ts'
import { type ColumnEncoding, type EncodedColumn, encodeRows, fitEncoding, widthOf, withoutBins } from './encode.ts'
import type { BothInputs, Inputs } from './ensemble.ts'
import type { Table } from './read.ts'
import type { ColumnSchema, TableColumn } from './schema.ts'

export function fitInputs(table: Table, targets: readonly string[], rows: Uint32Array): ColumnEncoding[] {
  const encodings = table.schema
    .filter(({ name }) => !targets.includes(name))
    .map((schema) => fitEncoding(schema, table.columns.get(schema.name) as TableColumn, rows))
    .filter((encoding) => encoding !== undefined)
  if (encodings.length > 0) return encodings
  const what = 'a column to learn from besides the target: an input feature that varies'
  throw unexpected(
    'INVALID_DATA',
    'columns',
    what,
    `only ${table.schema.map(({ name, because }) => `${clip(name)} (${because})`).join(', ')}`,
  )
}

/** The inputs of those rows, with the bins of numbers and without */
export function encodeTable(encodings: readonly ColumnEncoding[], table: Table, rows: Uint32Array): BothInputs {
  const columns = new Map(encodings.map((encoding) => [encoding.name, matchColumn(encoding, table, encodings.length)]))
  const plain = toInputs(encodings.map(withoutBins), columns, rows)
  const hasBins = encodings.some((encoding) => widthOf(encoding) > widthOf(withoutBins(encoding)))
  return { withBins: hasBins ? toInputs(encodings, columns, rows) : plain, plain }
}

function toInputs(
  encodings: readonly ColumnEncoding[],
  columns: ReadonlyMap<string, EncodedColumn>,
  rows: Uint32Array,
): Inputs {
  return { ...encodeRows(encodings, columns, rows), rows: rows.length }
}

function matchColumn(encoding: ColumnEncoding, table: Table, inputs: number): EncodedColumn {
  const column = table.columns.get(encoding.name)
  const schema = table.schema.find(({ name }) => name === encoding.name)
  if (column === undefined || schema === undefined) {
    const names = clip(table.schema.map(({ name }) => name).join(', '))
    throw unexpected(
      'INVALID_DATA',
      `column "${clip(encoding.name)}"`,
      `all ${inputs} columns that the model learned from`,
      `a table of ${table.schema.length} without it: ${names}`,
    )
  }
  if (encoding.kind !== 'category') return { column }
  const places = new Map(encoding.words.map((word, place) => [word, place]))
  return { column, places: Int32Array.from(schema.categories ?? [], (word) => places.get(word) ?? -1) }
}

/** Words that the training rows did not have, by column: they count among the others */
export function unknownWords(
  encodings: readonly ColumnEncoding[],
  known: readonly ColumnSchema[],
  table: Table,
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { name, kind } of encodings) {
    if (kind !== 'category') continue
    const words = new Set(known.find((schema) => schema.name === name)?.categories)
    const schema = table.schema.find((other) => other.name === name)
    const values = table.columns.get(name)?.values ?? []
    const isUnknown = (schema?.categories ?? []).map((word) => !words.has(word))
    let count = 0
    for (const value of values) if (isUnknown[value as number]) count++
    if (count > 0) counts.set(name, count)
  }
  return counts
}
