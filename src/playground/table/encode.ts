// Columns of a table as the inputs of a network of one's own: numbers as they are, their gaps filled with the mean; words as one
// column each. (Models of `trainTable` have an encoding of their own.)
import type { ColumnSchema, Table } from 'wasmprop/table'
import type { Problem } from '../lab/problem.ts'
import { MOST_CLASSES } from './messages.ts'

/** More words than this are left out: each would be an input. */
const MOST_WORDS = 30
/**
 * What the page holds at most: more would hold it up, since each training hands the rows to the worker, and each look a grid of as
 * many columns. Of larger tables rows are taken at even distances, and the first columns.
 */
const MOST_ROWS = 20_000
const MOST_INPUTS = 200
const MOST_VALUES = 1_000_000
/** The network here has numbers of 32 bits, and so has its picture. */
const LARGEST = 1e30
const KINDS = new Set(['number', 'category', 'boolean'])

interface Input {
  readonly name: string
  readonly values: Float64Array
  /** What stands for a value of the column; NaN for a gap */
  of(value: number): number
}

export function problemOf(table: Table, target: string, title: string): Problem {
  const schema = targetIn(table, target)
  const truth = valuesOf(table, target)
  const all = knownRows(truth)
  if (all.length < 2) throw new Error(`"${target}" has fewer than two values`)
  refuseLarge(target, truth)
  const every = table.schema.filter(({ name }) => name !== target).flatMap((column) => inputsOf(table, column))
  if (every.length === 0) throw new Error('no other column holds numbers or categories')
  const inputs = every.slice(0, MOST_INPUTS)
  const rows = thinned(all, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / inputs.length)))
  return {
    title,
    task: schema.kind === 'number' ? 'numbers' : 'classes',
    inputNames: inputs.map(({ name }) => name),
    ofInputs: every.length,
    targetName: target,
    classes: schema.kind === 'number' ? [] : [...(schema.categories ?? [])],
    rows: rows.length,
    of: all.length,
    inputs: encoded(inputs, rows),
    targets: Float64Array.from(rows, (row) => truth[row]),
  }
}

function targetIn({ schema }: Table, target: string): ColumnSchema {
  const found = schema.find(({ name }) => name === target)
  if (found === undefined) throw new Error(`there is no column "${target}"`)
  if (!KINDS.has(found.kind)) {
    throw new Error(`"${target}" is ${found.kind}: choose a column of numbers or categories`)
  }
  if ((found.categories?.length ?? 0) > MOST_CLASSES) {
    throw new Error(
      `"${target}" has ${found.distinct} classes, and the network here tells at most ${MOST_CLASSES} apart: choose another column, or train a model of the table`,
    )
  }
  return found
}

function knownRows(truth: Float64Array): Uint32Array {
  const rows = new Uint32Array(truth.length)
  let count = 0
  for (let row = 0; row < truth.length; row++) if (!Number.isNaN(truth[row])) rows[count++] = row
  return rows.subarray(0, count)
}

function thinned(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows
  return Uint32Array.from({ length: most }, (_, place) => rows[Math.floor((place * rows.length) / most)])
}

/** rows × inputs */
function encoded(inputs: readonly Input[], rows: Uint32Array): Float64Array {
  const data = new Float64Array(rows.length * inputs.length)
  inputs.forEach(({ values, of }, column) => {
    for (let place = 0; place < rows.length; place++) data[place * inputs.length + column] = of(values[rows[place]])
  })
  return data
}

const valuesOf = (table: Table, name: string) => table.columns.get(name)?.values as Float64Array

function inputsOf(table: Table, { name, kind, categories = [], missing }: ColumnSchema): Input[] {
  if (!KINDS.has(kind) || missing > table.rows / 2) return [] // what is mostly missing would mostly be made up
  const values = valuesOf(table, name)
  const filledWith = (gap: number): Input => ({ name, values, of: (value) => (Number.isNaN(value) ? gap : value) })
  if (kind === 'number') {
    refuseLarge(name, values)
    return [filledWith(meanOf(values))]
  }
  if (kind === 'boolean') return [filledWith(0.5)]
  if (categories.length > MOST_WORDS) return []
  return categories.map((word, place) => ({
    name: `${name} = ${word}`,
    values,
    of: (value) => Number(value === place),
  }))
}

function refuseLarge(name: string, values: Float64Array): void {
  const row = values.findIndex((value) => Math.abs(value) > LARGEST)
  if (row < 0) return
  throw new Error(
    `"${name}" has ${values[row]} in row ${row + 1}, and the network here takes numbers up to ${LARGEST}: ignore the column, or train a model of the table`,
  )
}

function meanOf(values: Float64Array): number {
  let sum = 0
  let count = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    sum += value
    count++
  }
  return count === 0 ? 0 : sum / count
}
