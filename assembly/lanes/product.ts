// The matrix product of networks that are trained together, whose matrices have vectors for elements, a lane per network:
//
//   C[m][n] = S[m][n] + Σ A[m][k] · B[k][n],  k = 0, 1, 2 …, one accumulator per element, started from S
//
// rows × depth · depth × columns; an element has `element` bytes: one vector, two or four. A and B are read through two byte
// strides each, so that transposes cost nothing; S is the bias row (stride 0), a row of zeros (stride 0) or C itself. rows,
// depth and columns are at least 1. As in kernels/product.ts, sums and order are those of each network alone, and so are
// the bits.
import { multiplyAdd, VECTOR } from '../kernels/vector'

/** C has no gaps between its columns and rows; it may be S, and must not overlap A or B. */
export function laneProduct<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, columns: usize, element: usize,
): void {
  if (columns == 1) {
    // A column is computed as a row, of which four elements at a time keep the multipliers busy.
    panels<T>(b, 0, bRow, a, aColumn, aRow, s, 0, sRow, c, 1, depth, rows, element)
  } else {
    panels<T>(a, aRow, aColumn, b, bRow, bColumn, s, sRow, element, c, rows, depth, columns, element)
  }
}

/** Four columns of all rows at a time. S has a byte stride `sColumn` between its columns as well. */
function panels<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sRow: usize, sColumn: usize, c: usize,
  rows: usize, depth: usize, columns: usize, element: usize,
): void {
  const cRow = columns * element
  for (; columns > 4; columns -= 4) {
    panel4<T>(a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
    b += 4 * bColumn
    s += 4 * sColumn
    c += 4 * element
  }
  if (columns == 4) panel4<T>(a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
  else if (columns == 3) panel3<T>(a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
  else if (columns == 2) panel2<T>(a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
  else panel1<T>(a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
}

function panel4<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sRow: usize, sColumn: usize, c: usize,
  cRow: usize, rows: usize, depth: usize, element: usize,
): void {
  panel<T>(4, a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
}

function panel3<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sRow: usize, sColumn: usize, c: usize,
  cRow: usize, rows: usize, depth: usize, element: usize,
): void {
  panel<T>(3, a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
}

function panel2<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sRow: usize, sColumn: usize, c: usize,
  cRow: usize, rows: usize, depth: usize, element: usize,
): void {
  panel<T>(2, a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
}

function panel1<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sRow: usize, sColumn: usize, c: usize,
  cRow: usize, rows: usize, depth: usize, element: usize,
): void {
  panel<T>(1, a, aRow, aColumn, b, bRow, bColumn, s, sRow, sColumn, c, cRow, rows, depth, element)
}

/** `columns`, 1 to 4, is known to the compiler. Vectors of an element go in pairs. */
// @ts-ignore: decorator
@inline
function panel<T>(
  columns: i32, a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sRow: usize, sColumn: usize,
  c: usize, cRow: usize, rows: usize, depth: usize, element: usize,
): void {
  for (let left = rows; left; left--, a += aRow, s += sRow, c += cRow) {
    if (element == VECTOR) {
      tile<T>(columns, false, a, aColumn, b, bRow, bColumn, s, sColumn, c, depth, element)
      continue
    }
    let vector: usize = 0
    do {
      tile<T>(columns, true, a + vector, aColumn, b + vector, bRow, bColumn, s + vector, sColumn, c + vector, depth, element)
      vector += 2 * VECTOR
    } while (vector < element)
  }
}

/** Elements of one row of C, the accumulators in registers. `columns` and `pairs` are known to the compiler. */
// @ts-ignore: decorator
@inline
function tile<T>(
  columns: i32, pairs: bool, a: usize, aColumn: usize, b: usize, bRow: usize, bColumn: usize, s: usize, sColumn: usize, c: usize,
  depth: usize, element: usize,
): void {
  const s1 = s + sColumn, s2 = s1 + sColumn, s3 = s2 + sColumn
  let c00 = v128.load(s), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00
  if (pairs) c01 = v128.load(s, 16)
  if (columns > 1) c10 = v128.load(s1)
  if (columns > 1 && pairs) c11 = v128.load(s1, 16)
  if (columns > 2) c20 = v128.load(s2)
  if (columns > 2 && pairs) c21 = v128.load(s2, 16)
  if (columns > 3) c30 = v128.load(s3)
  if (columns > 3 && pairs) c31 = v128.load(s3, 16)
  const end = b + depth * bRow
  const bColumn2 = bColumn + bColumn, bColumn3 = bColumn2 + bColumn
  let x = a, y = b
  do {
    const a0 = v128.load(x)
    let a1 = a0
    if (pairs) a1 = v128.load(x, 16)
    c00 = multiplyAdd<T>(a0, v128.load(y), c00)
    if (pairs) c01 = multiplyAdd<T>(a1, v128.load(y, 16), c01)
    if (columns > 1) c10 = multiplyAdd<T>(a0, v128.load(y + bColumn), c10)
    if (columns > 1 && pairs) c11 = multiplyAdd<T>(a1, v128.load(y + bColumn, 16), c11)
    if (columns > 2) c20 = multiplyAdd<T>(a0, v128.load(y + bColumn2), c20)
    if (columns > 2 && pairs) c21 = multiplyAdd<T>(a1, v128.load(y + bColumn2, 16), c21)
    if (columns > 3) c30 = multiplyAdd<T>(a0, v128.load(y + bColumn3), c30)
    if (columns > 3 && pairs) c31 = multiplyAdd<T>(a1, v128.load(y + bColumn3, 16), c31)
    x += aColumn
    y += bRow
  } while (y != end)
  v128.store(c, c00)
  if (pairs) v128.store(c, c01, 16)
  if (columns > 1) v128.store(c + element, c10)
  if (columns > 1 && pairs) v128.store(c + element, c11, 16)
  if (columns > 2) v128.store(c + 2 * element, c20)
  if (columns > 2 && pairs) v128.store(c + 2 * element, c21, 16)
  if (columns > 3) v128.store(c + 3 * element, c30)
  if (columns > 3 && pairs) v128.store(c + 3 * element, c31, 16)
}
