// Many nested rows: looked through at once, as they are at the call, and taken in steps, in which fresh memory is had for
// them. What is taken is what was seen, or else refused: a getter, a proxy or a caller who writes may say something else.
import { reading } from '../errors.ts'
import { type Dtype, newValues } from '../numerics/values.ts'
import { inRoom, keptMatrix, type Matrix, readNumbers, type Shape, unfit } from './matrix.ts'
import { changed, stampOf } from './stamps.ts'
import type { Steps } from './steps.ts'

/** Numbers that are taken in a step */
const TAKEN_VALUES = 2 ** 15

/**
 * Reads all rows once, and refuses what is not finite or not below `limit`. Nothing may be copied from the matrix before its
 * `preparation` has read them again.
 */
export function takenInSteps(
  shape: Shape,
  rowOf: (row: number) => ArrayLike<unknown>,
  limit: number,
  dtype: Dtype,
): Matrix {
  const { rows, columns, name } = shape
  const numbers = new Float64Array(columns)
  const words = new Int32Array(numbers.buffer)
  const stampsOfRow = (row: number) => {
    const cells = rowOf(row)
    const column = readNumbers(cells, 0, columns, numbers, 0, limit)
    if (column >= 0) throw unfit(cells[column], row * columns + column, shape)
    return stampOf(words, 0, words.length)
  }
  const stamps = new Int32Array(rows)
  for (let row = 0; row < rows; row++) stamps[row] = stampsOfRow(row)
  const values = inRoom(rows * columns, name, () => newValues(dtype, rows * columns))
  const take = (from: number, to: number) => {
    for (let row = from; row < to; row++) {
      if (stampsOfRow(row) !== stamps[row]) throw changed(name, row)
      values.set(numbers, row * columns)
    }
  }
  return { ...keptMatrix(shape, values), preparation: inBlocks(shape, take) }
}

function* inBlocks({ rows, columns, name }: Shape, take: (from: number, to: number) => void): Steps<void> {
  const blockRows = Math.max(1, Math.floor(TAKEN_VALUES / columns))
  for (let from = 0; from < rows; from += blockRows) {
    reading('INVALID_DATA', name, 'rows that can be read', () => take(from, Math.min(rows, from + blockRows)))
    yield
  }
}
