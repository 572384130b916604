// Passes over whole matrices in linear memory: transpose, column sums, copies, the search for what is not finite.
import { VECTOR } from './vector'

/** target[column][row] = source[row][column]; the target's pad lanes become 0. */
export function transpose<T>(
  source: usize, sourceStride: usize, rows: usize, columns: usize, target: usize, targetStride: usize,
): void {
  const columnBytes = columns * sizeof<T>()
  for (let last = target + targetStride - VECTOR, end = last + columns * targetStride; last < end; last += targetStride) {
    v128.store(last, v128.splat<T>(<T>0))
  }
  for (let row: usize = 0; row < rows; row++) {
    for (let from = source, to = target, end = source + columnBytes; from < end; from += sizeof<T>(), to += targetStride) {
      store<T>(to, load<T>(from))
    }
    source += sourceStride
    target += sizeof<T>()
  }
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

/** The same for one f64 a row. */
export function gatherDoubles(source: usize, order: usize, rows: usize, target: usize): void {
  for (const end = order + (rows << 2); order < end; order += 4, target += 8) {
    store<f64>(target, load<f64>(source + (<usize>load<u32>(order) << 3)))
  }
}

/** Whether none of the values is an infinity or NaN. `bytes` is a multiple of 16. */
export function allFinite<T>(values: usize, bytes: usize): bool {
  let zeros = v128.splat<T>(0)
  // x − x is 0 for finite x and NaN for the others; a NaN stays in the sum.
  for (const end = values + bytes; values < end; values += VECTOR) {
    const x = v128.load(values)
    zeros = v128.add<T>(zeros, v128.sub<T>(x, x))
  }
  return v128.all_true<i32>(v128.eq<T>(zeros, zeros))
}
