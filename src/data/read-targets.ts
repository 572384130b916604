// Reads targets, as their loss needs them.

import { describe, unexpected, unreadable, type WasmpropError } from '../errors.ts'
import { isNumericArray, lengthOf } from '../numerics/typed.ts'
import type { Dtype } from '../numerics/values.ts'
import { forEachBlock, type Matrix, own, visitBlocks } from './matrix.ts'
import { A_MATRIX, count, invalid, isFlatInput, isRow, misshapen, readMatrix } from './read-matrix.ts'
import { finish, type Steps } from './steps.ts'
import { oneHotMatrix } from './targets.ts'

/** What a loss needs of its targets: see `targets` in src/tables/losses.ts. */
export type TargetKind = 'number' | 'probability' | 'distribution'

/** A row of probabilities may miss 1 by this per class: four decimals are enough. */
const SUM_TOLERANCE = 1e-4
/** But by no more than this in all */
const MOST_MISSING = 0.1
/** What a probability may be above 1, per class: as much as softmax in float32 is */
const EXCESS = 1e-6

/** Checks targets. A distribution is given as a row of probabilities, or as a class number, which becomes one-hot. */
export function readTargets(
  value: unknown,
  outputs: number,
  dtype: Dtype,
  kind: TargetKind,
  rows: number,
  name = 'targets',
): Matrix {
  const targets = readAny(value, outputs, dtype, kind, rows, name, undefined)
  if (kind === 'number' || targets.classes) return targets
  const kept = own(targets)
  finish(CHECKS[kind](kept))
  return kept
}

/** The same, but whether targets are what their loss needs is left to their `preparation`. */
export function takeTargets(
  value: unknown,
  outputs: number,
  dtype: Dtype,
  kind: TargetKind,
  rows: number,
  name: string,
  inSteps = false,
): Matrix {
  const targets = readAny(value, outputs, dtype, kind, rows, name, inSteps ? 'float64' : undefined)
  return kind === 'number' || targets.classes ? targets : { ...targets, preparation: prepare(targets, kind) }
}

function readAny(
  value: unknown,
  outputs: number,
  dtype: Dtype,
  kind: TargetKind,
  rows: number,
  name: string,
  inSteps: Dtype | undefined,
): Matrix {
  try {
    if (kind !== 'distribution' && outputs > 1) refuseClassNumbers(value, outputs, rows, name)
    const columns = kind === 'distribution' ? targetColumns(value, outputs, rows, name) : outputs
    const targets = readMatrix(value, { name, columns, rows, leastRows: 1, dtype, inSteps, room: undefined })
    return columns < outputs ? readClasses(targets, outputs) : targets
  } catch (cause) {
    throw unreadable('INVALID_DATA', name, A_MATRIX, cause)
  }
}

/** Checks targets in a copy, or their like, where the caller could change them later. */
function* prepare(targets: Matrix, kind: keyof typeof CHECKS): Steps<void> {
  if (targets.preparation) yield* targets.preparation
  targets.keep?.()
  yield* CHECKS[kind](targets)
}

const CHECKS = { probability: refuseOtherThanProbabilities, distribution: refuseOtherSums }

/** A number for each row, where there have to be several */
function refuseClassNumbers(value: unknown, outputs: number, rows: number, name: string): void {
  const areNumbers = isNumericArray(value) || (Array.isArray(value) && typeof value[0] === 'number')
  if (!areNumbers || (isNumericArray(value) ? lengthOf(value) : (value as unknown[]).length) !== rows) return
  const advice = 'for class numbers take a softmax output with categoricalCrossEntropy, or write one-hot rows'
  throw misshapen(name, `${count(rows, 'row')} of ${outputs} numbers, got ${count(rows, 'number')}; ${advice}`)
}

/** How many columns targets for a distribution have as they are given: 1 for class numbers, else the outputs */
function targetColumns(value: unknown, outputs: number, rows: number, name: string): number {
  const isTyped = isNumericArray(value)
  const first: unknown = Array.isArray(value) ? value[0] : undefined
  if (typeof first === 'number' || isTyped) {
    const length: unknown = isTyped ? lengthOf(value) : (value as unknown[]).length // of a proxy it may be anything
    if (length === rows) return 1
    // A plain number[] is one row.
    if (length === rows * outputs && (rows === 1 || isTyped)) return outputs
    const what = `${count(rows, 'class number')}, or ${count(rows, 'row')} of ${outputs} probabilities`
    const got = typeof length === 'number' ? count(length, 'number') : describe(length)
    throw misshapen(name, `${what} ([[…], …] or a typed array), got ${got}`)
  }
  // Labels that are no numbers are refused as classes.
  if (Array.isArray(value)) return isRow(first) && first.length !== 1 ? outputs : 1
  return isFlatInput(value) && value.columns === 1 ? 1 : outputs
}

function readClasses(targets: Matrix, outputs: number): Matrix {
  const classes = new Uint32Array(targets.rows)
  forEachBlock(targets, (block, from, to) => {
    for (let row = from; row < to; row++) {
      const value = block[row - from]
      if (!Number.isInteger(value) || value < 0 || value >= outputs) {
        throw refused(targets, row, 0, `a class number, an integer from 0 to ${outputs - 1}`, value)
      }
      classes[row] = value
    }
  })
  const { name, form, place } = targets
  return oneHotMatrix(classes, { name, columns: outputs, form, place: (row) => place(row, 0) })
}

function* refuseOtherThanProbabilities(targets: Matrix, greatest = 1): Steps<void> {
  const { columns } = targets
  yield* visitBlocks(targets, (block, from, to) => {
    const end = (to - from) * columns
    for (let index = 0; index < end; index++) {
      const value = block[index]
      if (value >= 0 && value <= greatest) continue
      const row = from + Math.floor(index / columns)
      throw refused(targets, row, index % columns, 'a probability from 0 to 1', value)
    }
  })
}

function* refuseOtherSums(targets: Matrix): Steps<void> {
  const { columns, name } = targets
  const tolerance = Math.min(MOST_MISSING, columns * SUM_TOLERANCE)
  yield* refuseOtherThanProbabilities(targets, 1 + columns * EXCESS)
  yield* visitBlocks(targets, (block, from, to) => {
    for (let row = from; row < to; row++) {
      let sum = 0
      for (let column = 0; column < columns; column++) sum += block[(row - from) * columns + column]
      if (Math.abs(sum - 1) <= tolerance) continue
      const what = `probabilities that sum to 1 in row ${row}`
      throw unexpected('INVALID_DATA', name, what, `a sum of ${sum}`, { path: name, row })
    }
  })
}

function refused(matrix: Matrix, row: number, column: number, what: string, got: unknown): WasmpropError {
  return invalid(matrix.place(row, column), what, got, { path: matrix.name, row, column })
}
