// What is doubtful about a table before anything is trained on it, in words, each with what was done about it.
import { clip } from '../errors.ts'
import { Murmur3 } from '../numerics/hash.ts'
import { withoutPrototype } from './plain.ts'
import type { Table } from './read.ts'
import type { ColumnSchema, TableColumn } from './schema.ts'

const FEW_ROWS = 50
const RARE_CLASS = 5
/** Numbers that lie so many interquartile ranges outside the quartiles */
const FAR = 20
/** Neighbours are alike when their target's changes are this small a share of what a shuffled target's would be. */
const ORDERED = 0.5
const LEAST_ROWS_IN_ORDER = 30

export function examine(table: Table, targets: readonly string[]): string[] {
  const inputs = table.schema.filter(({ name }) => !targets.includes(name))
  return [
    ...sampled(table),
    ...inputs.flatMap(leftOut),
    ...inputs.flatMap(guessed),
    ...duplicates(table, inputs),
    ...inputs.flatMap((column) => outliers(table, column)),
    ...targets.flatMap((target) => [
      ...ofTarget(table, target),
      ...leaks(table, target, inputs),
      ...order(table, target),
    ]),
    ...(table.rows < FEW_ROWS
      ? [`only ${table.rows} rows: scores are uncertain, and the linear model may be all that can be learned`]
      : []),
  ]
}

function sampled(table: Table): string[] {
  const { rows, of } = withoutPrototype(table)
  if (of === undefined) return []
  const share = `${rows} of ${of} rows, drawn with the seed`
  return [`trained on ${share}, since there are very many; more with read: { rows } or --rows, as far as memory lasts`]
}

function leftOut({ name, kind, because }: ColumnSchema): string[] {
  if (kind === 'ignore') return [`column "${clip(name)}": ${because}; left out`]
  if (kind === 'identifier')
    return [`column "${clip(name)}": an identifier (${because}); left out, since other rows will have others`]
  return []
}

/** Kinds that a glance at the column should confirm */
function guessed({ name, kind, because }: ColumnSchema): string[] {
  const isDoubtful = kind === 'date' && because.includes(',')
  return isDoubtful ? [`column "${clip(name)}": ${because}`] : []
}

function duplicates({ columns }: Table, inputs: readonly ColumnSchema[]): string[] {
  const seen = new Map<string, string>()
  return inputs.flatMap(({ name, kind }) => {
    if (kind === 'ignore' || kind === 'identifier' || kind === 'text') return []
    const print = printOf(columns.get(name) as TableColumn)
    const first = seen.get(print)
    seen.set(print, first ?? name)
    if (first === undefined || !areEqual(columns.get(name), columns.get(first))) return []
    return [`column "${clip(name)}": equal to "${clip(first)}"; kept, it says nothing new`]
  })
}

function printOf({ values }: TableColumn): string {
  const hash = new Murmur3()
  const { buffer, byteOffset, length } = (values as Float64Array).map((value) =>
    Number.isNaN(value) ? Number.NaN : value,
  )
  hash.add(new Uint32Array(buffer, byteOffset, 2 * length))
  return String(hash.value)
}

function areEqual(a: TableColumn | undefined, b: TableColumn | undefined): boolean {
  return a !== undefined && b !== undefined && a.values.every((value, row) => Object.is(value, b.values[row]))
}

function outliers({ columns }: Table, { name, kind }: ColumnSchema): string[] {
  if (kind !== 'number') return []
  const values = (columns.get(name) as TableColumn).values as Float64Array
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]
  const [low, high] = [at(0.25), at(0.75)]
  const reach = FAR * (high - low)
  const far = sorted.filter((value) => value < low - reach || value > high + reach)
  if (far.length === 0 || high === low) return []
  const extreme = Math.abs(far[0]) > Math.abs(far[far.length - 1]) ? far[0] : far[far.length - 1]
  return [
    `column "${clip(name)}": ${far.length} far from all others, such as ${extreme}; kept, and bounded where they go into networks`,
  ]
}

function ofTarget({ schema, columns, rows }: Table, target: string): string[] {
  const { categories, missing } = withoutPrototype(schema.find(({ name }) => name === target) as ColumnSchema)
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

/** Rows next to each other that are alike: of a file that is sorted, or goes on in time */
function order({ columns, schema, rows }: Table, target: string): string[] {
  const { values } = columns.get(target) as TableColumn
  if (rows < LEAST_ROWS_IN_ORDER || !(values instanceof Float64Array)) return []
  const present = values.filter((value) => !Number.isNaN(value))
  const isClass = withoutPrototype(schema.find(({ name }) => name === target) as ColumnSchema).categories !== undefined
  if (present.length < LEAST_ROWS_IN_ORDER || changes(present, isClass) >= ORDERED) return []
  return [
    `target "${clip(target)}": rows that follow each other are alike, as in a file that is sorted or goes on in time; rows were drawn at random for scores, and rows of a later time may be predicted worse`,
  ]
}

/** Changes from row to row as a share of those expected in random order: von Neumann's ratio of numbers, of classes by count */
function changes(values: Float64Array, isClass: boolean): number {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  let steps = 0
  let spread = 0
  for (let row = 0; row < count; row++) {
    const step = row === 0 ? 0 : values[row] - values[row - 1]
    steps += isClass ? Number(step !== 0) : step * step
    spread += (values[row] - mean) * (values[row] - mean)
  }
  if (!isClass) return spread === 0 ? 1 : steps / (2 * spread)
  const shares = new Map<number, number>()
  for (const value of values) shares.set(value, (shares.get(value) ?? 0) + 1)
  const same = [...shares.values()].reduce((sum, one) => sum + (one / count) * (one / count), 0)
  return same === 1 ? 1 : steps / ((count - 1) * (1 - same))
}

/** A column whose words or numbers each go with one class alone, though they come often, or that is the target itself */
function leaks({ columns, rows }: Table, target: string, inputs: readonly ColumnSchema[]): string[] {
  const truth = columns.get(target) as TableColumn
  return inputs.flatMap(({ name, kind, distinct }) => {
    const { values } = columns.get(name) as TableColumn
    if (kind === 'ignore' || kind === 'identifier' || kind === 'text') return []
    const isTarget = kind === 'number' && areEqual(columns.get(name), truth)
    if (!isTarget && (distinct > rows / 5 || !decides(values, truth.values, rows))) return []
    return [
      `column "${clip(name)}": gives the target "${clip(target)}" away; kept, but leave it out with columns: { "${clip(name)}": 'ignore' } if it is not known beforehand`,
    ]
  })
}

function decides(values: ArrayLike<unknown>, truth: ArrayLike<unknown>, rows: number): boolean {
  const known = new Map<unknown, unknown>()
  for (let row = 0; row < rows; row++) {
    if (known.has(values[row]) && !Object.is(known.get(values[row]), truth[row])) return false
    known.set(values[row], truth[row])
  }
  return true
}
