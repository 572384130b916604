// The matrix product and column sums: one accumulator per output element, terms added in index order.
import { round, type Values } from './dtype.ts'

/**
 * C[m][n] = S[m][n] + Σ A[m][k] · B[k][n]: A rows × depth, B depth × columns, S and C rows × columns. Indices and strides count
 * elements; every matrix is read through two strides, so that Xᵀ·D and D·Wᵀ need no copies. Tiles of 2 × 4 keep the accumulators
 * in registers: 2 to 4 times as fast as adding to C in memory.
 */
export function product(
  v: Values,
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  s: number,
  sRow: number,
  c: number,
  cRow: number,
  rows: number,
  depth: number,
  columns: number,
): void {
  const wholeColumns = columns & ~3
  if (wholeColumns > 0) tiles(v, a, aRow, aColumn, b, bRow, bColumn, s, sRow, c, cRow, rows, depth, wholeColumns)
  // What whole tiles leave: the last columns, and all of an odd last row
  for (let m = 0, evenRows = rows & ~1; m < rows; m++, a += aRow, s += sRow, c += cRow) {
    for (let n = m < evenRows ? wholeColumns : 0; n < columns; n++) {
      let sum = v[s + n]
      for (let k = 0, x = a, y = b + n * bColumn; k < depth; k++, x += aColumn, y += bRow) {
        sum = round(sum + round(v[x] * v[y]))
      }
      v[c + n] = sum
    }
  }
}

/** The pairs of rows; `columns` is a multiple of 4. */
function tiles(
  v: Values,
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  s: number,
  sRow: number,
  c: number,
  cRow: number,
  rows: number,
  depth: number,
  columns: number,
): void {
  for (let m = 0; m < rows - 1; m += 2) {
    const a0 = a + m * aRow
    const s0 = s + m * sRow
    const c0 = c + m * cRow
    for (let n = 0; n < columns; n += 4) {
      const y = b + n * bColumn
      tile(v, a0, a0 + aRow, aColumn, y, bRow, bColumn, s0 + n, s0 + sRow + n, c0 + n, c0 + cRow + n, depth)
    }
  }
}

function tile(
  v: Values,
  a0: number,
  a1: number,
  aColumn: number,
  b: number,
  bRow: number,
  bColumn: number,
  s0: number,
  s1: number,
  c0: number,
  c1: number,
  depth: number,
): void {
  let c00 = v[s0]
  let c01 = v[s0 + 1]
  let c02 = v[s0 + 2]
  let c03 = v[s0 + 3]
  let c10 = v[s1]
  let c11 = v[s1 + 1]
  let c12 = v[s1 + 2]
  let c13 = v[s1 + 3]
  const bColumn2 = 2 * bColumn
  const bColumn3 = 3 * bColumn
  for (let k = 0; k < depth; k++) {
    const x0 = v[a0]
    const x1 = v[a1]
    const b0 = v[b]
    const b1 = v[b + bColumn]
    const b2 = v[b + bColumn2]
    const b3 = v[b + bColumn3]
    c00 = round(c00 + round(x0 * b0))
    c01 = round(c01 + round(x0 * b1))
    c02 = round(c02 + round(x0 * b2))
    c03 = round(c03 + round(x0 * b3))
    c10 = round(c10 + round(x1 * b0))
    c11 = round(c11 + round(x1 * b1))
    c12 = round(c12 + round(x1 * b2))
    c13 = round(c13 + round(x1 * b3))
    a0 += aColumn
    a1 += aColumn
    b += bRow
  }
  v[c0] = c00
  v[c0 + 1] = c01
  v[c0 + 2] = c02
  v[c0 + 3] = c03
  v[c1] = c10
  v[c1 + 1] = c11
  v[c1 + 2] = c12
  v[c1 + 3] = c13
}

/** Of D, rows × columns: sums[n] = D[0][n] + D[1][n] + …, or sums[n] + D[0][n] + … where `adds` */
export function columnSums(
  v: Values,
  d: number,
  dRow: number,
  rows: number,
  columns: number,
  sums: number,
  adds: boolean,
): void {
  for (let n = 0; n < columns; n++) {
    let sum = adds ? v[sums + n] : v[d + n]
    for (let m = adds ? 0 : 1; m < rows; m++) sum = round(sum + v[d + m * dRow + n])
    v[sums + n] = sum
  }
}
