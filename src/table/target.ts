// What is to be predicted, as a network learns it, and back: labels as class numbers, numbers on a scale of mean 0 and
// deviation 1, and on that of their logarithms where they have a heavy tail.
import { exp } from '../engines/typescript/float64/exponential.ts'
import { clip, unexpected } from '../errors.ts'
import { log } from '../numerics/logarithms.ts'
import { withoutPrototype } from './plain.ts'
import { type ColumnSchema, labelOf, type TableColumn } from './schema.ts'

export type Task = 'classification' | 'regression'
export type Label = string | number | boolean

/** Everything about a target that a model keeps */
export interface Target {
  readonly name: string
  readonly task: Task
  /** Of classes, as they stand in the data, in the order of the outputs */
  readonly labels: readonly Label[]
  /** Share of each class among the training rows; of numbers: none */
  readonly shares: readonly number[]
  readonly scale: TargetScale
}

/** y′ = (y − mean) / deviation; predictions stay between the least and the greatest seen. */
export interface TargetScale {
  readonly mean: number
  readonly deviation: number
  readonly least: number
  readonly greatest: number
  /** Of a heavy tail: some members learn (log(y + shift) − mean) / deviation. */
  readonly logarithm?: { readonly shift: number; readonly mean: number; readonly deviation: number }
}

/** Whole numbers with at most so many values are classes, unless they look like counts. */
const MOST_NUMBER_CLASSES = 10
/** Counts have at least so many values, 0 the least of them, and their third central moment is beyond the other. */
const LEAST_COUNTS = 6
const TAIL_OF_COUNTS = 2
/** Of the third central moment: beyond it targets of at least 0 are learned by their logarithms too. */
const HEAVY_TAIL = 1
const NO_SCALE: TargetScale = withoutPrototype({ mean: 0, deviation: 1, least: 0, greatest: 0 })

/** A target, and its values on the network's scale: by training row, class numbers or scaled numbers */
export interface FittedTarget {
  readonly target: Target
  readonly values: Float64Array
  /** The same on the scale of logarithms, where the target has one */
  readonly logarithms?: Float64Array
}

/** Rows whose target is known */
export function labelledRows({ values }: TableColumn): Uint32Array {
  const rows: number[] = []
  for (let row = 0; row < values.length; row++) {
    if (values[row] !== undefined && !Number.isNaN(values[row])) rows.push(row)
  }
  return Uint32Array.from(rows)
}

export function fitTarget(schema: ColumnSchema, column: TableColumn, rows: Uint32Array, task?: Task): FittedTarget {
  const { name } = schema
  if (rows.length === 0)
    throw unexpected('INVALID_DATA', `target "${clip(name)}"`, 'a column with values', 'none in any row')
  if (column.kind === 'number') {
    const numbers = Float64Array.from(rows, (row) => column.values[row])
    const isOfClasses = task === undefined ? areClasses(numbers) : task === 'classification'
    return isOfClasses ? classTarget(name, Array.from(numbers)) : numberTarget(name, numbers)
  }
  if (task === 'regression') {
    const got = `${schema.kind} (${schema.because})`
    throw unexpected('INVALID_DATA', `target "${clip(name)}"`, 'numbers for a regression', got)
  }
  return classTarget(
    name,
    Array.from(rows, (row) => valueAt(schema, column, row)),
  )
}

function valueAt(schema: ColumnSchema, { kind, values }: TableColumn, row: number): Label {
  return kind === 'category' || kind === 'boolean' ? labelOf(schema, values[row]) : String(values[row])
}

function areClasses(numbers: Float64Array): boolean {
  const distinct = fewWholeNumbers(numbers)
  return distinct !== undefined && !areCounts(numbers, distinct)
}

/** Their values in order, where these may be classes; undefined: they are many, or no whole numbers. */
export function fewWholeNumbers(numbers: Float64Array): Float64Array | undefined {
  const distinct = new Set(numbers)
  const areFew = distinct.size <= MOST_NUMBER_CLASSES && distinct.size < numbers.length
  return areFew && numbers.every(Number.isInteger) ? Float64Array.from(distinct).sort() : undefined
}

/**
 * How often something happened, as far as few values tell: mostly never, and the more often the rarer, or in steps that codes of
 * classes do not take. As classes the rare ones would be lost, and with them what is asked for.
 */
function areCounts(numbers: Float64Array, values: Float64Array): boolean {
  if (values.length < LEAST_COUNTS || values[0] !== 0 || skewness(numbers) <= TAIL_OF_COUNTS) return false
  const middle = values[(values.length + 1) >> 1]
  const lower = numbers.filter((number) => number > 0 && number < middle).length
  const upper = numbers.filter((number) => number >= middle).length
  const hasGap = values.some((value, place) => place > 0 && value - values[place - 1] > 2)
  return lower >= 3 * upper || hasGap
}

function classTarget(name: string, values: readonly Label[]): FittedTarget {
  const counts = new Map<Label, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const labels = [...counts.keys()].sort((a, b) => (a < b ? -1 : 1))
  if (labels.length < 2) {
    throw unexpected(
      'INVALID_DATA',
      `target "${clip(name)}"`,
      'at least two classes',
      `only ${clip(String(labels[0]))}`,
    )
  }
  const places = new Map(labels.map((label, place) => [label, place]))
  const shares = labels.map((label) => (counts.get(label) ?? 0) / values.length)
  return {
    target: { name, task: 'classification', labels, shares, scale: NO_SCALE },
    values: Float64Array.from(values, (value) => places.get(value) ?? 0),
  }
}

function numberTarget(name: string, numbers: Float64Array): FittedTarget {
  let least = numbers[0]
  let greatest = numbers[0]
  for (const number of numbers) {
    least = Math.min(least, number)
    greatest = Math.max(greatest, number)
  }
  const { mean, deviation, values } = standardize(numbers)
  const hasTail = least >= 0 && skewness(numbers) > HEAVY_TAIL
  const shift = hasTail ? shiftOf(numbers, least) : 0
  const onLogarithms = hasTail ? standardize(numbers.map((number) => log(number + shift))) : undefined
  const logarithm = onLogarithms && { shift, mean: onLogarithms.mean, deviation: onLogarithms.deviation }
  const scale = withoutPrototype({ mean, deviation, least, greatest, ...(logarithm ? { logarithm } : {}) })
  return {
    target: { name, task: 'regression', labels: [], shares: [], scale },
    values,
    ...(onLogarithms ? { logarithms: onLogarithms.values } : {}),
  }
}

function standardize(numbers: Float64Array) {
  const mean = meanOf(numbers)
  const deviation = Math.sqrt(meanOf(numbers.map((value) => (value - mean) * (value - mean)))) || 1
  return { mean, deviation, values: numbers.map((value) => (value - mean) / deviation) }
}

/** What is added before the logarithm where there are zeros: 1 to counts, else half the median of what is above 0 */
function shiftOf(numbers: Float64Array, least: number): number {
  if (least > 0) return 0
  if (numbers.every(Number.isInteger)) return 1
  const positive = numbers.filter((number) => number > 0).sort()
  return positive[positive.length >> 1] / 2
}

/** Outputs on the scale of logarithms, on that of all members */
export function fromLogarithms(
  { mean, deviation, least, greatest, logarithm }: TargetScale,
  outputs: Float32Array,
): Float64Array {
  if (logarithm === undefined) throw new Error('expected a target with a heavy tail')
  return Float64Array.from(outputs, (output) => {
    const value = exp(output * logarithm.deviation + logarithm.mean) - logarithm.shift
    return (Math.min(greatest, Math.max(least, value)) - mean) / deviation
  })
}

/** The number that a scaled prediction stands for */
export function unscale({ mean, deviation, least, greatest }: TargetScale, value: number): number {
  return Math.min(greatest, Math.max(least, value * deviation + mean))
}

/** A known value on the network's scale: the number of its class, or a scaled number; NaN for a class that was not trained */
export function scaledValue({ task, labels, scale }: Target, value: Label): number {
  if (task === 'classification') {
    const place = labels.findIndex((label) => String(label) === String(value))
    return place < 0 ? Number.NaN : place
  }
  return (Number(value) - scale.mean) / scale.deviation
}

export function meanOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function skewness(values: Float64Array): number {
  const mean = meanOf(values)
  const square = meanOf(values.map((value) => (value - mean) * (value - mean)))
  const cube = meanOf(values.map((value) => (value - mean) * (value - mean) * (value - mean)))
  return square === 0 ? 0 : cube / (square * Math.sqrt(square))
}
