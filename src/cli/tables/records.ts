// A table's rows as records, as they stood in the data.
import type { Table, TableRecord } from 'wasmprop/table'

export function recordsOf({ schema, columns, rows }: Table): TableRecord[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      schema.map(({ name, categories, kind }) => {
        const value = columns.get(name)?.values[row]
        if (value === undefined || Number.isNaN(value)) return [name, null]
        if (kind === 'date') return [name, new Date(value as number).toISOString().replace(/T00:00:00\.000Z$/, '')]
        return [name, categories?.[value as number] ?? value]
      }),
    ),
  )
}
