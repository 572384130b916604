// Passes over whole matrices in linear memory: transpose, column sums, copies, the search for what is not finite.
import { VECTOR } from './vector'

/** target[column][row] = source[row][column]; the target's pad lanes become 0. Rows of both are whole vectors. */
export function transpose<T>(
  source: usize, sourceStride: usize, rows: usize, columns: usize, target: usize, targetStride: usize,
): void {
  const lanes = VECTOR / sizeof<T>()
  const end = source + rows * sourceStride
  for (; source < end; source += lanes * sourceStride, target += VECTOR) {
    for (let column: usize = 0; column < columns; column += lanes) {
      transposeBlock<T>(source + column * sizeof<T>(), sourceStride, end, columns - column, target + column * targetStride, targetStride)
    }
  }
}

// @ts-ignore: decorator
@inline
function rowOrZeros<T>(row: usize, end: usize): v128 {
  return row < end ? v128.load(row) : v128.splat<T>(<T>0)
}

/** A vector's width of rows, as far as they lie before `end`, and of the `columns` that are left */
// @ts-ignore: decorator
@inline
function transposeBlock<T>(source: usize, sourceStride: usize, end: usize, columns: usize, target: usize, targetStride: usize): void {
  const a = v128.load(source), b = rowOrZeros<T>(source + sourceStride, end)
  if (sizeof<T>() == 8) {
    v128.store(target, v128.shuffle<i64>(a, b, 0, 2))
    if (columns > 1) v128.store(target + targetStride, v128.shuffle<i64>(a, b, 1, 3))
    return
  }
  const c = rowOrZeros<T>(source + 2 * sourceStride, end), d = rowOrZeros<T>(source + 3 * sourceStride, end)
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5)
  v128.store(target, v128.shuffle<i64>(ab, cd, 0, 2))
  if (columns > 1) v128.store(target + targetStride, v128.shuffle<i64>(ab, cd, 1, 3))
  if (columns < 3) return
  const ab2 = v128.shuffle<i32>(a, b, 2, 6, 3, 7), cd2 = v128.shuffle<i32>(c, d, 2, 6, 3, 7)
  v128.store(target + 2 * targetStride, v128.shuffle<i64>(ab2, cd2, 0, 2))
  if (columns > 3) v128.store(target + 3 * targetStride, v128.shuffle<i64>(ab2, cd2, 1, 3))
}

/** sums[n] = D[0][n] + D[1][n] + …, or sums[n] + D[0][n] + … where `adds`. `stride` bytes a row, no gaps. */
export function columnSums<T>(d: usize, stride: usize, rows: usize, sums: usize, adds: bool): void {
  const end = d + rows * stride
  for (let column: usize = 0; column < stride; column += VECTOR) {
    let row = d + column
    let sum: v128
    if (adds) {
      sum = v128.load(sums + column)
    } else {
      sum = v128.load(row)
      row += stride
    }
    for (; row < end; row += stride) sum = v128.add<T>(sum, v128.load(row))
    v128.store(sums + column, sum)
  }
}

/** Copies the rows whose numbers stand at `order` (u32 each) together. */
export function gather(source: usize, stride: usize, order: usize, rows: usize, target: usize): void {
  for (const end = order + (rows << 2); order < end; order += 4) {
    let from = source + <usize>load<u32>(order) * stride
    for (const rowEnd = from + stride; from < rowEnd; from += VECTOR, target += VECTOR) v128.store(target, v128.load(from))
  }
}

/** The same for `columns` f64 a row. */
export function gatherDoubles(source: usize, columns: usize, order: usize, rows: usize, target: usize): void {
  for (const end = order + (rows << 2); order < end; order += 4) {
    let from = source + (<usize>load<u32>(order) * columns << 3)
    for (const rowEnd = target + (columns << 3); target < rowEnd; target += 8, from += 8) store<f64>(target, load<f64>(from))
  }
}

/** Whether none of the values is an infinity or NaN. `bytes` is a multiple of 16. */
export function allFinite<T>(values: usize, bytes: usize): bool {
  const end = values + bytes
  let nans = v128.splat<T>(0)
  if (bytes & VECTOR) {
    nans = nansOf<T>(values)
    values += VECTOR
  }
  for (; values < end; values += 2 * VECTOR) {
    nans = v128.or(nans, v128.or(nansOf<T>(values), nansOf<T>(values + VECTOR)))
  }
  return v128.all_true<i32>(v128.eq<T>(nans, nans))
}

/** x − x: 0 where x is finite, else NaN. Either is kept by `or` with 0, and NaN with NaN. */
// @ts-ignore: decorator
@inline
function nansOf<T>(at: usize): v128 {
  const x = v128.load(at)
  return v128.sub<T>(x, x)
}
