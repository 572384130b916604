// What targets of classes are besides numbers: their classes, and smoothed labels.
import { forEachBlock, type Matrix } from './matrix.ts'

/**
 * Targets of a distribution as label smoothing has them: (1 − share) · target + share / columns (Szegedy and others, 2016).
 */
export function smoothRows(matrix: Matrix, share: number): Matrix {
  if (share === 0) return matrix
  const { columns } = matrix
  return {
    ...matrix,
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
    for (let row = from; row < to && areClasses; row++) {
      const cells = block.subarray((row - from) * columns, (row - from + 1) * columns)
      classes[row] = columns === 1 ? cells[0] : cells.indexOf(1)
      const ones = cells.reduce((sum, cell) => sum + cell, 0)
      areClasses = cells.every((cell) => cell === 0 || cell === 1) && (columns === 1 || ones === 1)
    }
  })
  return areClasses ? classes : undefined
}
