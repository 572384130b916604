// Columns of a table as the inputs of a network of one's own: numbers as they are, their gaps filled with the mean; words as one
// column each. (Models of `trainTable` have an encoding of their own.)
import type { ColumnSchema, Table } from 'wasmprop/table'
import type { Problem } from '../lab/problem.ts'

/** More words than this are left out: each would be an input. */
const MOST_WORDS = 30
/**
 * What the page holds at most: more would hold it up, since each look and each training hands the rows to the worker. Of larger
 * tables rows are taken at even distances.
 */
const MOST_ROWS = 20_000
const MOST_VALUES = 1_000_000
const KINDS = new Set(['number', 'category', 'boolean'])

interface Input {
  readonly name: string
  at(row: number): number
}

export function problemOf(table: Table, target: string, title: string): Problem {
  const schema = table.schema.find(({ name }) => name === target)
  if (schema === undefined) throw new Error(`there is no column "${target}"`)
  if (!KINDS.has(schema.kind))
    throw new Error(`"${target}" is ${schema.kind}: choose a column of numbers or categories`)
  const truth = valuesOf(table, target)
  const all = Uint32Array.from(truth.keys()).filter((row) => !Number.isNaN(truth[row]))
  if (all.length < 2) throw new Error(`"${target}" has fewer than two values`)
  const inputs = table.schema.filter(({ name }) => name !== target).flatMap((column) => inputsOf(table, column))
  if (inputs.length === 0) throw new Error('no other column holds numbers or categories')
  const known = thinned(all, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / inputs.length)))
  const data = new Float64Array(known.length * inputs.length)
  known.forEach((row, place) => {
    inputs.forEach((input, column) => {
      data[place * inputs.length + column] = input.at(row)
    })
  })
  return {
    title,
    task: schema.kind === 'number' ? 'numbers' : 'classes',
    inputNames: inputs.map(({ name }) => name),
    targetName: target,
    classes: schema.kind === 'number' ? [] : [...(schema.categories ?? [])],
    rows: known.length,
    of: all.length,
    inputs: data,
    targets: Float64Array.from(known, (row) => truth[row]),
  }
}

function thinned(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows
  return Uint32Array.from({ length: most }, (_, place) => rows[Math.floor((place * rows.length) / most)])
}

const valuesOf = (table: Table, name: string) => table.columns.get(name)?.values as Float64Array

function inputsOf(table: Table, { name, kind, categories = [], missing }: ColumnSchema): Input[] {
  if (!KINDS.has(kind) || missing > table.rows / 2) return [] // what is mostly missing would mostly be made up
  const values = valuesOf(table, name)
  if (kind === 'number') {
    const mean = meanOf(values)
    return [{ name, at: (row) => (Number.isNaN(values[row]) ? mean : values[row]) }]
  }
  if (kind === 'boolean') return [{ name, at: (row) => (Number.isNaN(values[row]) ? 0.5 : values[row]) }]
  if (categories.length > MOST_WORDS) return []
  return categories.map((word, place) => ({ name: `${name} = ${word}`, at: (row) => Number(values[row] === place) }))
}

function meanOf(values: Float64Array): number {
  let [sum, count] = [0, 0]
  for (const value of values) {
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return count === 0 ? 0 : sum / count
}
