// Outputs beside their targets, and what several metrics read of them: made when the first one does.
import { type Matrix, roomFor } from '../data/matrix.ts'
import { unexpected } from '../errors.ts'
import type { Values } from '../numerics/values.ts'
import { classesOf, rankOf } from './outputs.ts'

export function classCountOf(units: number): number {
  return Math.max(2, units)
}

/** Targets of rows that are of one class each, or where `areLabels` have none, one or several labels */
export class Truth {
  readonly targets: Matrix
  readonly areLabels: boolean
  readonly units: number
  readonly rows: number
  /** Labels, or classes: two for a single output */
  readonly classCount: number
  #values?: Float64Array
  #actual?: Uint32Array

  constructor(targets: Matrix, areLabels: boolean) {
    this.targets = targets
    this.areLabels = areLabels
    this.units = targets.columns
    this.rows = targets.rows
    this.classCount = classCountOf(this.units)
  }

  /** Rows × units */
  get values(): Float64Array {
    if (this.#values) return this.#values
    this.#values = roomFor(this.rows * this.units, this.targets.name)
    this.targets.copyRows(0, this.rows, this.#values, 0, this.units)
    return this.#values
  }

  /** The class of every row. Throws INVALID_DATA where targets are no classes. */
  get actual(): Uint32Array {
    this.#actual ??= this.targets.classes ?? requireClasses(this.targets, this.values, this.units)
    return this.#actual
  }
}

/** Rows per class or label: that are of it, that are taken for it, and both */
export interface Counts {
  readonly actual: Float64Array
  readonly predicted: Float64Array
  readonly both: Float64Array
}

/** The same with outputs, rows × units, beside the targets */
export class Comparison extends Truth {
  readonly outputs: Values
  #predicted: Uint32Array | undefined
  #ranks: Uint32Array | undefined
  #counts?: Counts
  #errors?: Float64Array

  /** Without `outputs`, `predicted` and where they are asked for `ranks` are given. */
  constructor(outputs: Values, targets: Matrix, areLabels: boolean, predicted?: Uint32Array, ranks?: Uint32Array) {
    super(targets, areLabels)
    this.outputs = outputs
    this.#predicted = predicted
    this.#ranks = ranks
  }

  /** The class that every row is taken for */
  get predicted(): Uint32Array {
    this.#predicted ??= classesOf(this.outputs, this.units)
    return this.#predicted
  }

  /** How many outputs come before that of each row's own class */
  get ranks(): Uint32Array {
    const { outputs, units, actual, predicted } = this
    this.#ranks ??= actual.map((own, row) =>
      units === 1 ? Number(own !== predicted[row]) : rankOf(outputs, row * units, units, own),
    )
    return this.#ranks
  }

  get counts(): Counts {
    this.#counts ??= this.areLabels ? countLabels(this) : countClasses(this)
    return this.#counts
  }

  /** ½ (output − target), rows × units: halved, because no difference of halves overflows */
  get errors(): Float64Array {
    const { outputs } = this
    this.#errors ??= this.values.map((target, index) => outputs[index] / 2 - target / 2)
    return this.#errors
  }
}

/** A label is given where its output is above ½. */
export const isGiven = (output: number) => output > 0.5

function countClasses({ actual, predicted, classCount, rows }: Comparison): Counts {
  const counts = zeroCounts(classCount)
  for (let row = 0; row < rows; row++) {
    counts.actual[actual[row]]++
    counts.predicted[predicted[row]]++
    if (actual[row] === predicted[row]) counts.both[actual[row]]++
  }
  return counts
}

function countLabels({ values, outputs, units }: Comparison): Counts {
  const counts = zeroCounts(units)
  values.forEach((target, index) => {
    const label = index % units
    counts.actual[label] += target
    if (!isGiven(outputs[index])) return
    counts.predicted[label]++
    counts.both[label] += target
  })
  return counts
}

function zeroCounts(count: number): Counts {
  const zeros = () => new Float64Array(count)
  return { actual: zeros(), predicted: zeros(), both: zeros() }
}

const ADVICE = '; metrics of classes need one class per row, while meanAbsoluteError and r2 take any targets'

function requireClasses(targets: Matrix, values: Float64Array, units: number): Uint32Array {
  const classes = classesOf(values, units)
  const path = targets.name
  for (let row = 0; row < classes.length; row++) {
    if (units === 1 && values[row] !== classes[row]) {
      const got = `${values[row]}${ADVICE}`
      throw unexpected('INVALID_DATA', targets.place(row, 0), "0 or 1, the row's class", got, { path, row, column: 0 })
    }
    const largest = values[row * units + classes[row]]
    for (let unit = classes[row] + 1; unit < units; unit++) {
      if (values[row * units + unit] !== largest) continue
      const expected = `one largest entry in row ${row}, the row's class`
      throw unexpected('INVALID_DATA', path, expected, `several of ${largest}${ADVICE}`, { path, row })
    }
  }
  return classes
}

// What metrics ask of targets

export function takeAny(): void {}

export function requireClassOrLabels(truth: Truth): void {
  if (truth.areLabels) requireLabels(truth)
  else void truth.actual
}

/** So many numbers as a table of more classes has fit into no heap, and what overflows it ends the process. */
const MOST_CONFUSED = 8192

export function requireFewClasses(truth: Truth): void {
  requireClassOrLabels(truth)
  const { classCount } = truth
  if (classCount <= MOST_CONFUSED) return
  throw unexpected(
    'OUT_OF_MEMORY',
    'confusion',
    `at most ${MOST_CONFUSED} classes`,
    `${classCount}; take f1, or accuracy`,
  )
}

function requireLabels({ targets, values, units }: Truth): void {
  const index = values.findIndex((value) => value !== 0 && value !== 1)
  if (index < 0) return
  const [row, column] = [Math.floor(index / units), index % units]
  const got = `${values[index]}; metrics of labels need 0 or 1, while meanAbsoluteError and r2 take any targets`
  throw unexpected('INVALID_DATA', targets.place(row, column), '0 or 1', got, { path: targets.name, row, column })
}

export function requireEveryClass(truth: Truth): void {
  const { targets, areLabels, classCount } = truth
  requireClassOrLabels(truth)
  const given = areLabels ? ` without and with every label` : ' of every class'
  const refuse = (got: string) => {
    throw unexpected('INVALID_DATA', targets.name, `rows${given} for auc`, got)
  }
  if (!areLabels) {
    const present = new Set(truth.actual)
    for (let absent = 0; absent < classCount; absent++) if (!present.has(absent)) refuse(`none of class ${absent}`)
    return
  }
  const { values, units, rows } = truth
  for (let label = 0; label < units; label++) {
    let count = 0
    for (let row = 0; row < rows; row++) count += values[row * units + label]
    if (count === 0 || count === rows) refuse(`${count === 0 ? 'none' : 'all'} with label ${label}`)
  }
}

export function requireTwoRows({ targets, rows }: Truth): void {
  if (rows >= 2) return
  throw unexpected('INVALID_DATA', targets.name, 'at least two rows for r2', 'one')
}

export function averageOf(values: readonly number[]): number {
  return sum(values) / values.length
}

export function sum(values: readonly number[] | Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
