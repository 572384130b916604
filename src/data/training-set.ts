// Which rows `train` runs over, which it holds out, and what each row counts.
import { VALIDATION_SPLIT } from '../../assembly/ids.ts'
import { checkNumbers } from '../config/numbers.ts'
import { didYouMean, isArray, reading, unexpected } from '../errors.ts'
import { shuffle } from '../numerics/random.ts'
import { copyOf, isNumericArray, lengthOf, plainView } from '../numerics/typed.ts'
import { refuse } from '../options/check.ts'
import type { Matrix } from './matrix.ts'
import { anyRows, isFlatInput, isRow, readMatrix } from './read-matrix.ts'
import { classesOfTargets } from './targets.ts'

/** Inputs with their targets */
export interface Rows {
  readonly inputs: Matrix
  readonly targets: Matrix
}

/** The rows of these numbers, in this order */
export function selectRows(matrix: Matrix, numbers: Uint32Array): Matrix {
  const { columns, classes, copyUnchecked } = matrix
  const selecting =
    (copyRows: Matrix['copyRows']): Matrix['copyRows'] =>
    (from, to, values, offset, stride) => {
      for (let row = from, at = offset; row < to; row++, at += stride) {
        copyRows(numbers[row], numbers[row] + 1, values, at, columns)
      }
    }
  return {
    ...matrix,
    rows: numbers.length,
    classes: classes && numbers.map((row) => classes[row]),
    copyRows: selecting(matrix.copyRows),
    copyUnchecked: copyUnchecked && selecting(copyUnchecked),
    place: (row, column) => matrix.place(numbers[row], column),
  }
}

/** The same of inputs and targets */
export function selectBoth({ inputs, targets }: Rows, numbers: Uint32Array): Rows {
  return { inputs: selectRows(inputs, numbers), targets: selectRows(targets, numbers) }
}

export interface TrainingSet extends Rows {
  /** What the loss of each row, or of each of its outputs, is multiplied by; undefined: 1 */
  readonly weights: Float64Array | undefined
  readonly validation: Rows | undefined
  readonly validationWeights: Float64Array | undefined
  /** Numbers of the rows that a split holds out, ascending */
  readonly heldRows: Uint32Array | undefined
}

/** Rows that all count 1 */
export function setOf({ inputs, targets }: Rows, validation?: Rows, heldRows?: Uint32Array): TrainingSet {
  return { inputs, targets, weights: undefined, validation, validationWeights: undefined, heldRows }
}

/** Rows that are held out: their share, and whether they are drawn or the last ones */
export interface Split {
  readonly share: number
  readonly order: 'random' | 'last'
  /** Of the draw; undefined: the network's */
  readonly seed: number | undefined
}

/** The options of `train` that rows are divided by, the weights not yet checked */
export interface Division {
  readonly split: Split | undefined
  readonly sampleWeights: unknown
  readonly classWeights: unknown
  /** Beside rows of their own for the validation: their weights */
  readonly validation: { readonly sampleWeights: unknown } | undefined
}

/** Divides checked rows as the options ask. `own` are rows of their own for the validation. */
export function divideRows(rows: Rows, options: Division, seed: number, own: Rows | undefined): TrainingSet {
  const { split, sampleWeights, classWeights, validation } = options
  const { inputs, targets } = rows
  const given =
    sampleWeights === undefined
      ? undefined
      : readSampleWeights(sampleWeights, inputs.rows, { ...ofTrained, outputs: targets.columns })
  if (split === undefined) {
    const ofOwn = validation?.sampleWeights
    const path = 'validation.sampleWeights'
    const ownWeights =
      own && ofOwn !== undefined
        ? readSampleWeights(ofOwn, own.inputs.rows, { path, kind: 'validation', outputs: targets.columns })
        : undefined
    return weigh(setOf(rows, own), given, ownWeights, classWeights)
  }
  const { trained, held } = splitRows(rows.targets, split.share, split.order, split.seed ?? seed)
  const set = setOf(selectBoth(rows, trained), selectBoth(rows, held), held)
  const weightsOf = (numbers: Uint32Array) => given && selectWeights(given, numbers, inputs.rows)
  return weigh(set, weightsOf(trained), weightsOf(held), classWeights)
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

interface WeightsOf {
  readonly path: string
  readonly kind: 'trained' | 'validation'
  /** Where there may be a weight for each; 1: for the row alone */
  readonly outputs: number
}

export const ofTrained: WeightsOf = { path: 'sampleWeights', kind: 'trained', outputs: 1 }

/** Checks weights, one per row or one per row and output. Throws INVALID_SHAPE, INVALID_DATA or NOT_FINITE. */
export function readSampleWeights(value: unknown, rows: number, { path, kind, outputs }: WeightsOf): Float64Array {
  const byOutput = reading('INVALID_DATA', path, 'weights that can be read', () => isByOutput(value, rows, outputs))
  const columns = byOutput ? outputs : 1
  const weights = new Float64Array(rows * columns)
  readMatrix(value, { ...anyRows, name: path, columns, rows, dtype: 'float64' }).copyRows(0, rows, weights, 0, columns)
  const index = weights.findIndex((weight) => weight < 0)
  if (index >= 0) {
    const row = Math.floor(index / columns)
    const place = columns === 1 ? `${path}[${row}]` : `${path}[${row}][${index % columns}]`
    throw unexpected('INVALID_DATA', place, 'a number of at least 0', `${weights[index]}`, { path, row })
  }
  refuseZeros(weights, path, kind)
  return weights
}

/** What is neither is refused as weights of rows. */
function isByOutput(value: unknown, rows: number, outputs: number): boolean {
  if (outputs === 1) return false
  if (isNumericArray(value)) return lengthOf(value) === rows * outputs
  return Array.isArray(value)
    ? isRow(value[0]) && value[0].length === outputs
    : isFlatInput(value) && value.columns === outputs
}

/** The weights of the rows of these numbers, of which there are `rows` in all */
export function selectWeights(weights: Float64Array, numbers: Uint32Array, rows: number): Float64Array {
  const columns = weights.length / rows
  const selected = new Float64Array(numbers.length * columns)
  numbers.forEach((row, index) => {
    selected.set(weights.subarray(row * columns, (row + 1) * columns), index * columns)
  })
  return selected
}

/** Nothing could be learned from such rows, or said of them. */
function refuseZeros(weights: Float64Array, path: string, kind: 'trained' | 'validation' = 'trained'): void {
  if (weights.some((weight) => weight > 0)) return
  throw unexpected('INVALID_DATA', path, `at least one ${kind} row above 0`, 'zeros')
}

/** Gives all rows what they count: the own weight of each times that of its class, by the classes of the trained rows. */
function weigh(
  set: TrainingSet,
  given: Float64Array | undefined,
  ofHeld: Float64Array | undefined,
  classWeights: unknown,
): TrainingSet {
  const byClass = classWeights === undefined ? undefined : readClassWeights(set.targets, classWeights)
  const weights = combine(set.targets, given, byClass)
  if (weights) refuseZeros(weights, given ? 'sampleWeights' : 'classWeights')
  const { validation } = set
  const validationWeights = validation && combine(validation.targets, ofHeld, byClass)
  if (validationWeights) refuseZeros(validationWeights, ofHeld ? 'sampleWeights' : 'classWeights', 'validation')
  return { ...set, weights, validationWeights }
}

/** Weights of rows that are evaluated, undefined where all count 1. `'balanced'` is by these rows' classes. */
export function weighRows(targets: Matrix, sampleWeights: unknown, classWeights: unknown): Float64Array | undefined {
  return weigh(
    setOf({ inputs: targets, targets }),
    sampleWeights === undefined ? undefined : readSampleWeights(sampleWeights, targets.rows, ofTrained),
    undefined,
    classWeights,
  ).weights
}

/** Undefined where all count 1 */
function combine(
  targets: Matrix,
  given: Float64Array | undefined,
  byClass: readonly number[] | undefined,
): Float64Array | undefined {
  if (byClass === undefined) return given
  // A class that no trained row has counts 1.
  const classes = classesOf(targets)
  const columns = given ? given.length / targets.rows : 1
  const weights = given?.slice() ?? new Float64Array(targets.rows).fill(1)
  return weights.map((weight, index) => weight * (byClass[classes[Math.floor(index / columns)]] ?? 1))
}

function classesOf(targets: Matrix): Uint32Array {
  const classes = classesOfTargets(targets)
  if (classes) return classes
  const expected = 'targets that are classes (class numbers, one-hot rows, or 0 and 1)'
  throw unexpected('INVALID_DATA', 'classWeights', expected, 'others; use sampleWeights')
}

/** The weight of every class */
function readClassWeights(targets: Matrix, classWeights: unknown): number[] {
  const classes = classesOf(targets)
  if (classWeights !== 'balanced') return checkClassWeights(classWeights, Math.max(2, targets.columns))
  const counts = countClasses(classes)
  const present = counts.filter((count) => count > 0).length
  return Array.from(counts, (count) => (count === 0 ? 1 : classes.length / (present * count)))
}

/** Copies weights of classes, of which there may be none, before the caller may change them; `divideRows` checks them. */
export function takeClassWeights(value: unknown, outputs: number): unknown {
  const count = Math.max(2, outputs)
  if (isNumericArray(value)) return lengthOf(value) === count ? copyOf(plainView(value)) : value
  if (!isArray(value)) return value
  return reading('INVALID_CONFIG', 'classWeights', `an array of ${count} numbers`, () =>
    value.length === count ? Array.from({ length: count }, (_, index) => value[index]) : value,
  )
}

function checkClassWeights(value: unknown, count: number): number[] {
  const path = 'classWeights'
  const isTyped = isNumericArray(value)
  if (!isTyped && !isArray(value)) {
    const advice = typeof value === 'string' ? didYouMean(value, ['balanced']) : ''
    refuse(path, `"balanced", or an array of ${count} numbers, one per class`, value, advice)
  }
  if (isTyped && lengthOf(value) !== count) refuse(path, `an array of ${count} numbers`, value) // before it is copied
  const weights = checkNumbers(isTyped ? Array.from(plainView(value)) : value, path, count, 'float64')
  const index = weights.findIndex((weight) => weight < 0)
  if (index >= 0) refuse(`${path}[${index}]`, 'a number of at least 0', weights[index])
  return weights
}
