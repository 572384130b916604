// Records and rows of values, as programs have them, to the same columns as text.
import { describe, unexpected } from '../errors.ts'
import { isOptionObject } from '../options/check.ts'
import type { RawColumn, RawTable, WordColumn } from './cells.ts'
import { MISSING_WORDS } from './dialect.ts'

/** A column: a value's name → its value */
export type TableRecord = Readonly<Record<string, unknown>>

export interface TableRows {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
}

export function isTableRows(value: unknown): value is TableRows {
  return isOptionObject(value) && Array.isArray(value.columns) && Array.isArray(value.rows)
}

export function columnsOfRows({ columns, rows }: TableRows): RawTable {
  const names = columns.map((name, index) => {
    if (typeof name === 'string') return name
    throw unexpected('INVALID_DATA', `columns[${index}]`, "a column's name", describe(name))
  })
  rows.forEach((row, index) => {
    if (Array.isArray(row) && row.length === names.length) return
    throw unexpected('INVALID_SHAPE', `rows[${index}]`, `an array of ${names.length} values`, describe(row), {
      row: index,
    })
  })
  return tableOf(names, rows.length, (row, column) => rows[row][column])
}

/** Columns in the order in which records first name them; what a record does not have is missing. */
export function columnsOfRecords(records: readonly unknown[]): RawTable {
  const names = new Set<string>()
  records.forEach((record, row) => {
    if (!isOptionObject(record)) {
      throw unexpected('INVALID_DATA', `rows[${row}]`, 'a record such as { height: 1.8 }', describe(record), { row })
    }
    for (const name of Object.keys(record)) names.add(name)
  })
  const list = [...names]
  const valueAt = (row: number, column: number) => {
    const record = records[row] as TableRecord
    return Object.hasOwn(record, list[column]) ? record[list[column]] : undefined
  }
  return tableOf(list, records.length, valueAt)
}

function tableOf(names: readonly string[], rows: number, valueAt: (row: number, column: number) => unknown): RawTable {
  const columns = names.map((name, column) => {
    const values = Array.from({ length: rows }, (_, row) => cellOf(valueAt(row, column), `rows[${row}].${name}`, row))
    if (values.every((value) => typeof value === 'number')) return numbersOf(values as number[])
    const areBooleans = values.every((_, row) =>
      ['boolean', 'undefined'].includes(typeof (valueAt(row, column) ?? undefined)),
    )
    return areBooleans ? { ...wordsOf(values), type: 'boolean' as const } : wordsOf(values)
  })
  return { names, rows, columns }
}

/** NaN for what is missing */
function cellOf(value: unknown, path: string, row: number): number | string {
  if (value === undefined || value === null) return Number.NaN
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? Number.NaN : value.toISOString()
  if (typeof value === 'string') return MISSING_WORDS.includes(value.trim()) ? Number.NaN : value.trim()
  throw unexpected('INVALID_DATA', path, 'a number, a string, true or false, a Date or null', describe(value), {
    path,
    row,
  })
}

function numbersOf(values: readonly number[]): RawColumn {
  return { form: 'numbers', values: Float64Array.from(values), odd: new Map() }
}

function wordsOf(values: readonly (number | string)[]): WordColumn {
  const known = new Map<string, number>()
  const codes = Uint32Array.from(values, (value) => {
    const word = Number.isNaN(value) ? '' : String(value)
    const code = known.get(word) ?? known.size
    known.set(word, code)
    return code
  })
  return { form: 'words', codes, words: [...known.keys()] }
}
