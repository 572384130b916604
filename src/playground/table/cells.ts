// Cells of a table that was read, as records and texts have them again.
import type { ColumnSchema, Table } from 'wasmprop/table'

export type Cell = string | number | null

const LONGEST = 60

export function cellAt(table: Table, { name, kind, categories }: ColumnSchema, row: number): Cell {
  const value = table.columns.get(name)?.values[row]
  if (value === undefined || Number.isNaN(value)) return null
  if (categories !== undefined) return categories[value as number]
  return kind === 'date' ? dateText(value as number) : value
}

/** As every format of dates takes it, the time only where there is one */
function dateText(time: number): string {
  const text = new Date(time).toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace('.000Z', 'Z')
}

export function textOf(cell: Cell): string {
  const text = String(cell ?? '')
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 2)} …` : text
}

/** What a field says: a number where the column has numbers and it is one */
export function cellOf(text: string, type: ColumnSchema['type']): Cell {
  if (text.trim() === '') return null
  const number = Number(text)
  return type === 'number' && !Number.isNaN(number) ? number : text
}
