// What is doubtful about a table before anything is trained on it, in words, each with what was done about it.
import { clip } from '../errors.ts'
import type { Table } from './read.ts'
import type { ColumnSchema, TableColumn } from './schema.ts'

const FEW_ROWS = 50
const RARE_CLASS = 5

export function examine(table: Table, targets: readonly string[]): string[] {
  const inputs = table.schema.filter(({ name }) => !targets.includes(name))
  return [
    ...inputs.flatMap(leftOut),
    ...duplicates(table, inputs),
    ...targets.flatMap((target) => [...ofTarget(table, target), ...leaks(table, target, inputs)]),
    ...(table.rows < FEW_ROWS
      ? [`only ${table.rows} rows: scores are uncertain, and the linear model may be all that can be learned`]
      : []),
  ]
}

function leftOut({ name, kind, because }: ColumnSchema): string[] {
  if (kind === 'ignore') return [`column "${clip(name)}": ${because}; left out`]
  if (kind === 'identifier')
    return [`column "${clip(name)}": an identifier (${because}); left out, since other rows will have others`]
  return []
}

function duplicates({ columns }: Table, inputs: readonly ColumnSchema[]): string[] {
  const seen = new Map<string, string>()
  return inputs.flatMap(({ name, kind }) => {
    if (kind !== 'number') return []
    const print = (columns.get(name) as TableColumn).values.join()
    const first = seen.get(print)
    seen.set(print, first ?? name)
    return first === undefined ? [] : [`column "${clip(name)}": equal to "${clip(first)}"; kept, it says nothing new`]
  })
}

function ofTarget({ schema, columns, rows }: Table, target: string): string[] {
  const { categories, missing } = schema.find(({ name }) => name === target) as ColumnSchema
  const warnings =
    missing > 0 ? [`target "${clip(target)}": ${missing} of ${rows} rows without a value; not trained on`] : []
  if (categories === undefined) return warnings
  const counts = new Float64Array(categories.length)
  for (const value of columns.get(target)?.values ?? []) counts[value as number]++
  const rare = categories.filter((_, place) => counts[place] < RARE_CLASS)
  if (rare.length > 0)
    warnings.push(
      `target "${clip(target)}": fewer than ${RARE_CLASS} rows of ${clip(rare.join(', '))}; hardly to be learned`,
    )
  return warnings
}

/** A column whose words or numbers each go with one class alone, though they come often, or that is the target itself */
function leaks({ columns, rows }: Table, target: string, inputs: readonly ColumnSchema[]): string[] {
  const truth = columns.get(target) as TableColumn
  return inputs.flatMap(({ name, kind, distinct }) => {
    const { values } = columns.get(name) as TableColumn
    if (kind === 'ignore' || kind === 'identifier' || kind === 'text' || distinct > rows / 5) return []
    const known = new Map<unknown, unknown>()
    for (let row = 0; row < rows; row++) {
      const value = values[row]
      if (known.has(value) && !Object.is(known.get(value), truth.values[row])) return []
      known.set(value, truth.values[row])
    }
    return [
      `column "${clip(name)}": gives the target "${clip(target)}" away; kept, but leave it out with columns: { "${clip(name)}": 'ignore' } if it is not known beforehand`,
    ]
  })
}
