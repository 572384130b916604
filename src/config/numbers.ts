// Checks of the numbers that users hand in as lists.
import { reading } from '../errors.ts'
import type { Dtype } from '../numerics/values.ts'
import { refuse } from '../options/check.ts'
import type { Path } from '../options/option.ts'

/** The first number that the network's type does not hold, or as an infinity or NaN alone */
export function infiniteIn(dtype: Dtype, numbers: readonly number[]): number | undefined {
  return numbers.find((number) => !isFiniteIn(dtype, number))
}

function isFiniteIn(dtype: Dtype, value: number): boolean {
  return Number.isFinite(dtype === 'float32' ? Math.fround(value) : value)
}

/** A copy of `count` numbers that are finite in the network's type */
export function checkNumbers(value: unknown, path: Path, count: number, dtype: Dtype): number[] {
  return reading('INVALID_CONFIG', `${path}`, `an array of ${count} numbers`, () => {
    if (!Array.isArray(value) || value.length !== count) refuse(path, `an array of ${count} numbers`, value)
    const numbers: number[] = []
    for (let index = 0; index < count; index++) {
      const number: unknown = value[index]
      if (typeof number !== 'number' || !isFiniteIn(dtype, number)) {
        refuse(`${path}[${index}]`, `a number that is finite in ${dtype}`, number)
      }
      numbers.push(number)
    }
    return numbers
  })
}

/** A copy of `rows` arrays of `columns` numbers that are finite in the network's type */
export function checkRows(value: unknown, path: Path, rows: number, columns: number, dtype: Dtype): number[][] {
  return reading('INVALID_CONFIG', `${path}`, `${rows} rows of ${columns} numbers`, () => {
    if (!Array.isArray(value) || value.length !== rows) {
      refuse(path, `${rows} rows of ${columns} numbers`, value, transposedAdvice(value, rows, columns))
    }
    return Array.from({ length: rows }, (_, index) => checkNumbers(value[index], `${path}[${index}]`, columns, dtype))
  })
}

function transposedAdvice(value: unknown, rows: number, columns: number): string {
  const isTransposed =
    Array.isArray(value) && value.length === columns && Array.isArray(value[0]) && value[0].length === rows
  return isTransposed ? '; these look transposed: rows are [in], columns are [out]' : ''
}
