// Which rows `train` runs over, which it holds out, and what each row counts.
import { VALIDATION_SPLIT } from '../../assembly/ids.ts'
import { didYouMean, unexpected } from '../errors.ts'
import { shuffle } from '../numerics/random.ts'
import { checkNumbers, refuse } from '../options/check.ts'
import type { Matrix } from './matrix.ts'
import { readMatrix } from './read-matrix.ts'
import { classesOfTargets } from './targets.ts'

/** Inputs with their targets */
export interface Rows {
  readonly inputs: Matrix
  readonly targets: Matrix
}

/** The rows of these numbers, in this order */
export function selectRows(matrix: Matrix, numbers: Uint32Array): Matrix {
  const { columns, classes } = matrix
  return {
    ...matrix,
    rows: numbers.length,
    ...(classes === undefined ? {} : { classes: numbers.map((row) => classes[row]) }),
    copyRows(from, to, values, offset, stride) {
      for (let row = from, at = offset; row < to; row++, at += stride) {
        matrix.copyRows(numbers[row], numbers[row] + 1, values, at, columns)
      }
    },
    place: (row, column) => matrix.place(numbers[row], column),
  }
}

/** The same of inputs and targets */
export function selectBoth({ inputs, targets }: Rows, numbers: Uint32Array): Rows {
  return { inputs: selectRows(inputs, numbers), targets: selectRows(targets, numbers) }
}

export interface TrainingSet extends Rows {
  /** What the loss of each row is multiplied by; undefined: 1 */
  readonly weights?: Float64Array
  readonly validation?: Rows
}

/** Rows that are held out: their share, and whether they are drawn or the last ones */
export interface Split {
  readonly share: number
  readonly order: 'random' | 'last'
}

/** The options of `train` that rows are divided by, the weights not yet checked */
export interface Division {
  readonly split?: Split
  readonly sampleWeights?: unknown
  readonly classWeights?: unknown
}

/** Divides checked rows as the options ask. `validation` are rows of their own. */
export function divideRows(
  rows: Rows,
  { split, sampleWeights, classWeights }: Division,
  seed: number,
  validation: Rows | undefined,
): TrainingSet {
  const given = sampleWeights === undefined ? undefined : readSampleWeights(sampleWeights, rows.inputs.rows)
  if (split === undefined) {
    const weights = weigh(rows.targets, given, classWeights)
    return { ...rows, ...(weights ? { weights } : {}), ...(validation ? { validation } : {}) }
  }
  const { trained, held } = splitRows(rows.targets, split.share, split.order, seed)
  const training = selectBoth(rows, trained)
  const kept = given && Float64Array.from(trained, (row) => given[row])
  const weights = weigh(training.targets, kept, classWeights)
  return { ...training, ...(weights ? { weights } : {}), validation: selectBoth(rows, held) }
}

/** How many of so many rows a split holds out */
export function heldRows(rows: number, share: number): number {
  return Math.min(rows - 1, Math.max(1, Math.round(rows * share)))
}

/**
 * Numbers of the rows to train on and of those held out, both ascending: the last ones, or drawn with the seed, from every
 * class by its share of the rows.
 */
function splitRows(targets: Matrix, share: number, order: 'random' | 'last', seed: number) {
  const { rows } = targets
  if (rows < 2) refuse('validation.split', 'at least two rows to split', rows)
  const count = heldRows(rows, share)
  const isHeld = new Uint8Array(rows)
  if (order === 'last') isHeld.fill(1, rows - count)
  else drawHeld(isHeld, count, classesOfTargets(targets) ?? new Uint32Array(rows), seed)
  const numbers = Uint32Array.from({ length: rows }, (_, row) => row)
  return { trained: numbers.filter((row) => !isHeld[row]), held: numbers.filter((row) => isHeld[row]) }
}

function drawHeld(isHeld: Uint8Array, count: number, classes: Uint32Array, seed: number): void {
  const order = new Uint32Array(classes.length)
  shuffle(order, order.length, seed, 0, VALIDATION_SPLIT)
  const quotas = shareOut(count, countClasses(classes))
  for (const row of order) {
    if (quotas[classes[row]] === 0) continue
    quotas[classes[row]]--
    isHeld[row] = 1
  }
}

function countClasses(classes: Uint32Array): Uint32Array {
  const counts = new Uint32Array(classes.reduce((most, number) => Math.max(most, number), 0) + 1)
  for (const number of classes) counts[number]++
  return counts
}

/** Shares `count` out in proportion to `sizes`: rounded down, and what is left goes to the largest remainders. */
function shareOut(count: number, sizes: Uint32Array): Uint32Array {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const quotas = sizes.map((size) => Math.floor((count * size) / total))
  const remainders = Array.from(sizes, (size, index) => ({ index, left: (count * size) % total }))
  remainders.sort((a, b) => b.left - a.left || a.index - b.index)
  const missing = count - quotas.reduce((sum, quota) => sum + quota, 0)
  for (const { index } of remainders.slice(0, missing)) quotas[index]++
  return quotas
}

/** Checks one weight per row. Throws INVALID_SHAPE, INVALID_DATA or NOT_FINITE. */
export function readSampleWeights(value: unknown, rows: number, path = 'sampleWeights'): Float64Array {
  const weights = new Float64Array(rows)
  readMatrix(value, { name: path, columns: 1, rows, dtype: 'float64' }).copyRows(0, rows, weights, 0, 1)
  const row = weights.findIndex((weight) => weight < 0)
  if (row >= 0) {
    const place = { path, row }
    throw unexpected('INVALID_DATA', `${path}[${row}]`, 'a number of at least 0', `${weights[row]}`, place)
  }
  refuseZeros(weights, path)
  return weights
}

/** Nothing could be learned from such rows. */
function refuseZeros(weights: Float64Array, path: string): void {
  if (weights.some((weight) => weight > 0)) return
  throw unexpected('INVALID_DATA', path, 'at least one trained row above 0', 'zeros')
}

/** What every row counts: its own weight times that of its class; undefined where all count 1 */
function weigh(targets: Matrix, given: Float64Array | undefined, classWeights: unknown): Float64Array | undefined {
  const ofClasses = classWeights === undefined ? undefined : weighClasses(targets, classWeights)
  const weights = ofClasses && given ? given.map((weight, row) => weight * ofClasses[row]) : (given ?? ofClasses)
  if (weights) refuseZeros(weights, given ? 'sampleWeights' : 'classWeights')
  return weights
}

function weighClasses(targets: Matrix, classWeights: unknown): Float64Array {
  const path = 'classWeights'
  const classes = classesOfTargets(targets)
  if (classes === undefined) {
    const expected = 'targets that are classes (class numbers, one-hot rows, or 0 and 1)'
    throw unexpected('INVALID_DATA', path, expected, 'others; use sampleWeights')
  }
  const counts = countClasses(classes)
  const present = counts.filter((count) => count > 0).length
  const weights =
    classWeights === 'balanced'
      ? Array.from(counts, (count) => classes.length / (present * count))
      : checkClassWeights(classWeights, targets.columns === 1 ? 2 : targets.columns)
  return Float64Array.from(classes, (number) => weights[number])
}

function checkClassWeights(value: unknown, count: number): number[] {
  const path = 'classWeights'
  const isList = Array.isArray(value) || ArrayBuffer.isView(value)
  if (!isList) {
    const advice = typeof value === 'string' ? didYouMean(value, ['balanced']) : ''
    refuse(path, `"balanced", or an array of ${count} numbers, one per class`, value, advice)
  }
  const weights = checkNumbers(Array.from(value as ArrayLike<number>), path, count, 'float64')
  const index = weights.findIndex((weight) => weight < 0)
  if (index >= 0) refuse(`${path}[${index}]`, 'a number of at least 0', weights[index])
  return weights
}
