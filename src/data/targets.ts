// What targets of classes are besides numbers: their classes, and smoothed labels.
import { forEachBlock, type Matrix } from './matrix.ts'

/**
 * Targets of a distribution as label smoothing has them: (1 − share) · target + share / columns (Szegedy and others, 2016).
 */
export function smoothRows(matrix: Matrix, share: number): Matrix {
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
