// What a caller says that columns are, checked: by name, or as the schema of another table.
import { clip, describe, didYouMean, reading, unexpected } from '../errors.ts'
import { checkName, isOptionObject, list, readOptions } from '../options/check.ts'
import { dateFormatNames } from './dates.ts'
import { plainCopy, withoutPrototype } from './plain.ts'
import { type ColumnKind, checkReadOptions, columnKinds } from './read-options.ts'
import type { ColumnSchema, GivenColumn } from './schema.ts'

/** What a column is to be, where that is another than what would be found out */
export interface ColumnOptions {
  kind?: ColumnKind
  /** Of a date: how it is written, such as 'd/m/y' */
  format?: string
  /** Words for no value in this column, instead of those that are known; -999 too */
  missing?: readonly string[]
}

/** By name; or the schema of another table, as `readTable` and models have it */
export type ColumnChoices = Readonly<Record<string, ColumnKind | ColumnOptions>> | readonly ColumnSchema[]

/** By the columns' names */
export type GivenColumns = ReadonlyMap<string, GivenColumn>

export function givenBy(schema: readonly ColumnSchema[]): GivenColumns {
  return new Map(schema.map(({ name, ...column }) => [name, withoutPrototype(column)]))
}

export function checkColumns(columns: unknown): GivenColumns {
  const value = plainCopy(columns, 'columns')
  if (value === undefined) return new Map()
  if (Array.isArray(value)) {
    return new Map(value.map((column, index) => checkSchema(column, `columns[${index}]`)))
  }
  if (!isOptionObject(value))
    throw unexpected('INVALID_CONFIG', 'columns', 'an object such as { zip: "category" }', describe(value))
  return reading('INVALID_CONFIG', 'columns', 'an object such as { zip: "category" }', () => {
    return new Map(Object.keys(value).map((name) => [name, checkColumn(value[name], `columns.${clip(name)}`)]))
  })
}

function checkSchema(value: unknown, path: string): [string, GivenColumn] {
  const expected = 'a column of a schema, such as { name: "zip", kind: "category" }'
  if (!isOptionObject(value)) throw unexpected('INVALID_CONFIG', path, expected, describe(value))
  return reading('INVALID_CONFIG', path, expected, () => {
    const { name, kind, format, type, missingWords } = value
    if (typeof name !== 'string') throw unexpected('INVALID_CONFIG', `${path}.name`, "a column's name", describe(name))
    const column = checkColumn({ kind, format, missing: missingWords }, path)
    return [name, type === 'number' || type === 'string' ? withoutPrototype({ ...column, type }) : column]
  })
}

function checkColumn(value: unknown, path: string): GivenColumn {
  if (!isOptionObject(value)) return withoutPrototype({ kind: checkName(value, path, columnKinds) })
  const { kind, format, missing } = readOptions(value, path, ['kind', 'format', 'missing'])
  return withoutPrototype({
    ...(kind === undefined ? {} : { kind: checkName(kind, `${path}.kind`, columnKinds) }),
    ...(format === undefined ? {} : { format: checkName(format, `${path}.format`, dateFormatNames) }),
    ...(missing === undefined
      ? {}
      : { missingWords: checkReadOptions({ missing }, path).missing as readonly string[] }),
  })
}

export function checkNamed(given: GivenColumns, names: readonly string[]): void {
  for (const name of given.keys()) {
    if (names.includes(name)) continue
    const advice = didYouMean(name, names) || `; there are ${clip(list(names))}`
    throw unexpected('INVALID_CONFIG', `columns.${clip(name)}`, 'the name of a column', `${describe(name)}${advice}`)
  }
}
