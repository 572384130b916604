// The forms in which data comes in and predictions go out.

import type { NumericArray } from '../numerics/typed.ts'
import { toList, type Values } from '../numerics/values.ts'
import type { Matrix } from './matrix.ts'

/** A matrix without gaps, row by row */
export interface FlatInput {
  readonly data: readonly number[] | NumericArray
  readonly rows: number
  readonly columns: number
}

/** Rows as lists or typed arrays */
export type RowsInput = readonly (readonly number[] | NumericArray)[]

/** Rows, one row (the whole column where the matrix has one column), or rows × columns without gaps */
export type MatrixInput = RowsInput | readonly number[] | NumericArray | FlatInput

/** What `predict` returns: in the form in which the inputs came */
export type Predictions = number[] | number[][] | Values

/** Dense outputs, rows × columns, as `predict` returns them for inputs of this form */
export function toForm(values: Values, rows: number, columns: number, { form }: Pick<Matrix, 'form'>): Predictions {
  if (form === 'flat') return values
  if (form === 'row' || (form === 'column' && (rows === 1 || columns === 1))) return toList(values, 0, rows * columns)
  const result: number[][] = []
  for (let row = 0; row < rows; row++) result.push(toList(values, row * columns, (row + 1) * columns))
  return result
}
