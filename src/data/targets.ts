// What targets of classes are besides numbers: their classes, one-hot rows made of these, and smoothed labels.
import type { Values } from '../numerics/values.ts'
import { forEachBlock, keptMatrix, type Matrix, madeMatrix, type Shape } from './matrix.ts'

/**
 * Makes one-hot rows of class numbers, a row every `stride` elements from `offset` on. Of each row `share` is spread over its
 * columns, with the roundings of `smoothRows`.
 */
export function writeOneHot(
  classes: Uint32Array | Values,
  columns: number,
  share: number,
  values: Values,
  offset: number,
  stride: number,
): void {
  const rest = share / columns
  for (let row = 0, at = offset; row < classes.length; row++, at += stride) {
    values.fill(rest, at, at + columns)
    values[at + classes[row]] = 1 - share + rest
  }
}

/** One-hot rows, made of class numbers while they are copied */
export function oneHotMatrix(
  classes: Uint32Array,
  { name, columns, form, place }: Omit<Shape, 'rows'>,
  share = 0,
): Matrix {
  const copyRows: Matrix['copyRows'] = (from, to, values, offset, stride) => {
    writeOneHot(classes.subarray(from, to), columns, share, values, offset, stride)
  }
  return { ...madeMatrix({ name, rows: classes.length, columns, form, place }, copyRows), classes }
}

/** The class numbers of such rows themselves, a column of them */
export function classColumn({ classes, name, rows, form, place }: Matrix): Matrix {
  return keptMatrix({ name, rows, columns: 1, form, place }, classes as Uint32Array)
}

/**
 * Targets of a distribution as label smoothing has them: (1 − share) · target + share / columns (Szegedy and others, 2016).
 */
export function smoothRows(matrix: Matrix, share: number): Matrix {
  if (matrix.classes) return oneHotMatrix(matrix.classes, matrix, share)
  const { columns } = matrix
  return {
    ...matrix,
    copyUnchecked: undefined,
    copyRows(first, end, values, offset, stride) {
      const copyBlock = (block: Float64Array, from: number, to: number) => {
        for (let row = from, index = 0; row < to; row++) {
          const at = offset + (row - first) * stride
          for (let column = 0; column < columns; column++, index++) {
            values[at + column] = (1 - share) * block[index] + share / columns
          }
        }
      }
      forEachBlock(matrix, copyBlock, first, end)
    },
  }
}

/**
 * The class of every row, where targets are classes: class numbers, rows that are one-hot, or 0 and 1 in a single column.
 * Undefined for all others.
 */
export function classesOfTargets(targets: Matrix): Uint32Array | undefined {
  if (targets.classes) return targets.classes
  const { rows, columns } = targets
  const classes = new Uint32Array(rows)
  let areClasses = true
  forEachBlock(targets, (block, from, to) => {
    for (let row = from, index = 0; row < to && areClasses; row++) {
      let ones = 0
      for (let column = 0; column < columns; column++, index++) {
        if (block[index] === 1) {
          ones++
          classes[row] = columns === 1 ? 1 : column
        } else if (block[index] !== 0) areClasses = false
      }
      if (columns > 1 && ones !== 1) areClasses = false
    }
  })
  return areClasses ? classes : undefined
}
