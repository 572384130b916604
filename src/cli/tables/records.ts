// A table's rows as they stood in the data: by column, or one of them as a record.
import type { Table, TableRecord } from 'wasmprop/table'

/** Names of columns with their cells; null where there is none */
export function cellsOf(table: Table): (readonly [name: string, cells: unknown[]])[] {
  return table.schema.map(({ name }, column) => [
    name,
    Array.from({ length: table.rows }, (_, row) => cellAt(table, column, row)),
  ])
}

export function recordAt(table: Table, row: number): TableRecord {
  return Object.fromEntries(table.schema.map(({ name }, column) => [name, cellAt(table, column, row)]))
}

function cellAt({ schema, columns }: Table, column: number, row: number): string | number | null {
  const { name, categories, kind } = schema[column]
  const value = columns.get(name)?.values[row]
  if (value === undefined || Number.isNaN(value)) return null
  if (kind === 'date') return new Date(value as number).toISOString().replace(/T00:00:00\.000Z$/, '')
  return categories?.[value as number] ?? value
}
