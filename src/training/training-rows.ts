// The data set of one `train` in linear memory: putting it there, and reading it back.
import * as P from '../../assembly/program.ts'
import { COPIED_AT_ONCE } from '../data/callers-rows.ts'
import { type Matrix, madeMatrix, type Unread, unfit } from '../data/matrix.ts'
import { finish, type Steps } from '../data/steps.ts'
import { classColumn } from '../data/targets.ts'
import type { Rows, TrainingSet } from '../data/training-set.ts'
import type { WasmpropError } from '../errors.ts'
import type { DataLayout } from '../memory/layout.ts'
import { noRows, reserve } from '../memory/reserve.ts'
import { type Values, valuesOf } from '../numerics/values.ts'
import type { NetworkState } from '../prediction/state.ts'

/** Rows are placed about so many bytes at a time: a fraction of a millisecond. */
const PLACED_BYTES = 2 ** 18

/**
 * Copies rows to where they belong. What a set lacks stays as it lies. Those that are copied at once are so in the first step,
 * and looked through in all; the others are copied in them.
 */
export function* placeRows(
  state: NetworkState,
  places: DataLayout,
  set: TrainingSet,
  unread: Unread = { matrices: [] },
): Steps<void> {
  const { validation, weights } = set
  if (weights) new Float64Array(state.engine.buffer, places.weights, weights.length).set(weights)
  const pieces = [
    ...piecesOf(state, places, set, places.inputs, places.targets),
    ...(validation ? piecesOf(state, places, validation, places.validationInputs, places.validationTargets) : []),
  ]
  unread.matrices = pieces.filter(({ isCopied }) => !isCopied).map(({ matrix }) => matrix)
  yield* place(state, pieces)
}

/** Puts the validation rows of a stream into memory. */
export function placeValidation(
  state: NetworkState,
  validation: Rows,
  classTargets: true | undefined,
): { places: DataLayout; rows: number } {
  const { rows } = validation.inputs
  const places = reserve(state, { ...noRows, validationRows: rows, classTargets })
  finish(place(state, piecesOf(state, places, validation, places.validationInputs, places.validationTargets)))
  return { places, rows }
}

/** A matrix, where it is to lie, and from one row to the next, in bytes */
interface Piece {
  readonly matrix: Matrix
  readonly address: number
  readonly stride: number
  /** Whether it is copied at once, and looked through there: fresh memory for more of it costs too long a task. */
  readonly isCopied: boolean
}

function pieceOf(matrix: Matrix, address: number, stride: number): Piece {
  const { rows, columns, copyUnchecked } = matrix
  return { matrix, address, stride, isCopied: copyUnchecked !== undefined && rows * columns <= COPIED_AT_ONCE }
}

function piecesOf(
  { layout }: NetworkState,
  { targetStride, classTargets }: DataLayout,
  { inputs, targets }: Rows,
  x: number,
  y: number,
): Piece[] {
  return [
    pieceOf(inputs, x, layout.inputStride),
    pieceOf(classTargets ? classColumn(targets) : targets, y, targetStride),
  ]
}

function* place({ engine, config }: NetworkState, pieces: readonly Piece[]): Steps<void> {
  const values = valuesOf(engine.buffer, config.dtype)
  for (const piece of pieces) {
    const { rows, copyUnchecked } = piece.matrix
    if (piece.isCopied) copy(values, piece, 0, rows, copyUnchecked)
  }
  for (const piece of pieces) {
    const { matrix, address, stride, isCopied } = piece
    const { rows, copyUnchecked } = matrix
    const blockRows = Math.max(1, Math.floor(PLACED_BYTES / stride))
    for (let from = 0; from < rows; from += blockRows) {
      if (from > 0) yield
      const to = Math.min(rows, from + blockRows)
      if (!isCopied) copy(values, piece, from, to, copyUnchecked)
      if (copyUnchecked && !engine.allFinite(P.PROGRAM, address + from * stride, (to - from) * stride)) {
        throw findUnfit(values, piece, from)
      }
    }
  }
}

/** Gaps become 0, whatever lay there: fingerprints are taken over them. */
function copy(values: Values, piece: Piece, from: number, to: number, copyRows = piece.matrix.copyRows): void {
  const { matrix, address, stride } = piece
  const size = values.BYTES_PER_ELEMENT
  const start = (address + from * stride) / size
  if (stride !== matrix.columns * size) values.fill(0, start, start + ((to - from) * stride) / size)
  copyRows(from, to, values, start, stride / size)
}

/** The error for the first number from row `from` on that is not finite where it lies */
function findUnfit(values: Values, { matrix, address, stride }: Piece, from: number): WasmpropError {
  const { columns } = matrix
  for (let row = from; ; row++) {
    const start = (address + row * stride) / values.BYTES_PER_ELEMENT
    const column = values.subarray(start, start + columns).findIndex((value) => !Number.isFinite(value))
    if (column < 0) continue
    matrix.copyRows(row, row + 1, new Float64Array(columns), 0, columns) // says what it was, unless it has changed since
    return unfit(values[start + column], row * columns + column, matrix)
  }
}

/** Rows as they lie in memory */
export function placedRows(
  { engine, layout, config }: NetworkState,
  rows: number,
  address: number,
  name: 'inputs' | 'targets' = 'inputs',
): Matrix {
  const { bytesPerValue } = layout
  const [columns, rowBytes] =
    name === 'inputs' ? [config.inputs, layout.inputStride] : [config.outputs, layout.targetStride]
  const placed = valuesOf(engine.buffer, config.dtype)
  const copyRows: Matrix['copyRows'] = (from, to, values, offset, stride) => {
    for (let row = from, at = offset; row < to; row++, at += stride) {
      const start = (address + row * rowBytes) / bytesPerValue
      values.set(placed.subarray(start, start + columns), at)
    }
  }
  const place = (row: number, column: number) => `${name}[${row}][${column}]`
  return madeMatrix({ name, rows, columns, form: 'flat', place }, copyRows)
}

/**
 * Whether the targets of such rows are to lie in memory as class numbers: they were given as such, and would take much room as
 * rows. Never where nothing trains on them.
 */
export function takesClasses(
  { classBatches, layout }: NetworkState,
  sets: readonly (Rows | undefined)[],
): true | undefined {
  if (!classBatches) return undefined
  let bytes = 0
  for (const set of sets) {
    if (set && !set.targets.classes) return undefined
    bytes += (set?.inputs.rows ?? 0) * layout.targetStride
  }
  return bytes >= classBatches.leastBytes || undefined
}
