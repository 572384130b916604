// The matrix product, the one piece of code behind X·W, Xᵀ·D and D·Wᵀ.
//
//   C[m][n] = S[m][n] + Σ A[m][k] · B[k][n],  k = 0, 1, 2 …, one accumulator per element, started from S
//
// rows × depth · depth × columns. A is read through two byte strides, so its transpose costs nothing; S is the bias row
// (stride 0), a row of zeros (stride 0) or C itself. Rows of B and C follow each other after `stride` bytes, whole vectors:
// pad lanes are computed too. The tile of 2 rows × 4 vectors reaches the most with the registers of x86-64 and with V8's
// spilling: more accumulators or an unrolled k were slower. rows, depth and columns are at least 1: the loops test at their
// end, which lets V8 take what does not change out of them. Narrow panels take what four rows leave as a pair and one: the
// tutorial's three rows in two turns instead of three, 184 → 172 ns an epoch.
import { PACKED_BYTES, PANEL_BYTES, PANEL_DEPTH } from '../program'
import { multiplyAdd, VECTOR } from './vector'

/** Rows from which packing a panel pays for itself. */
const PACKING_ROWS: usize = 12

/**
 * @param a A, byte strides `aRow` between rows and `aColumn` between columns
 * @param b B, `stride` bytes a row
 * @param s the start of the sums, byte stride `sRow` (0: one row for all)
 * @param c C, `stride` bytes a row; may be S, must not overlap A or B
 * @param packed scratch of PACKED_BYTES
 */
// @ts-ignore: decorator
@inline
export function product<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize, packed: usize,
): void {
  // One call for the narrow layers of small networks, where calls are what costs.
  if (stride == VECTOR) panel1<T>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride)
  else if (stride == 2 * VECTOR) panel2<T>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride)
  else wideProduct<T>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride, packed)
}

function wideProduct<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize, packed: usize,
): void {
  const packs = rows >= PACKING_ROWS && stride != PANEL_BYTES && stride * depth > <usize>PACKED_BYTES
  let column: usize = 0
  for (; column + PANEL_BYTES <= stride; column += PANEL_BYTES) {
    if (packs) packedPanel<T>(a, aRow, aColumn, b + column, s + column, sRow, c + column, rows, depth, stride, packed)
    else panel4<T>(a, aRow, aColumn, b + column, stride, s + column, sRow, c + column, rows, depth, stride)
  }
  if (column + 2 * VECTOR <= stride) {
    panel2<T>(a, aRow, aColumn, b + column, s + column, sRow, c + column, rows, depth, stride)
    column += 2 * VECTOR
  }
  if (column < stride) panel1<T>(a, aRow, aColumn, b + column, s + column, sRow, c + column, rows, depth, stride)
}

/** A panel of `width` bytes of a wide product, on its own: b, s and c are where the panel begins. */
export function panelProduct<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize, width: usize, packed: usize,
): void {
  if (width == PANEL_BYTES) {
    const packs = rows >= PACKING_ROWS && stride != PANEL_BYTES && stride * depth > <usize>PACKED_BYTES
    if (packs) packedPanel<T>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride, packed)
    else panel4<T>(a, aRow, aColumn, b, stride, s, sRow, c, rows, depth, stride)
    return
  }
  if (width >= 2 * VECTOR) panel2<T>(a, aRow, aColumn, b, s, sRow, c, rows, depth, stride)
  const column = width & (2 * VECTOR)
  if (column < width) panel1<T>(a, aRow, aColumn, b + column, s + column, sRow, c + column, rows, depth, stride)
}

/** A panel of B whose lines would evict each other from the first-level cache, copied together part by part. */
function packedPanel<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize, packed: usize,
): void {
  for (let k: usize = 0; k < depth; k += PANEL_DEPTH) {
    const part = min<usize>(PANEL_DEPTH, depth - k)
    for (let from = b + k * stride, to = packed, end = packed + part * PANEL_BYTES; to < end; from += stride, to += PANEL_BYTES) {
      v128.store(to, v128.load(from))
      v128.store(to, v128.load(from, 16), 16)
      v128.store(to, v128.load(from, 32), 32)
      v128.store(to, v128.load(from, 48), 48)
    }
    panel4<T>(a + k * aColumn, aRow, aColumn, packed, PANEL_BYTES, s, sRow, c, rows, part, stride)
    s = c
    sRow = stride
  }
}

function panel4<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize,
): void {
  const bEnd = b + depth * bRow
  for (; rows >= 2; rows -= 2) {
    let c00 = v128.load(s), c01 = v128.load(s, 16), c02 = v128.load(s, 32), c03 = v128.load(s, 48)
    s += sRow
    let c10 = v128.load(s), c11 = v128.load(s, 16), c12 = v128.load(s, 32), c13 = v128.load(s, 48)
    s += sRow
    let x = a, y = b
    do {
      const b0 = v128.load(y), b1 = v128.load(y, 16), b2 = v128.load(y, 32), b3 = v128.load(y, 48)
      const a0 = v128.load_splat<T>(x)
      c00 = multiplyAdd<T>(a0, b0, c00)
      c01 = multiplyAdd<T>(a0, b1, c01)
      c02 = multiplyAdd<T>(a0, b2, c02)
      c03 = multiplyAdd<T>(a0, b3, c03)
      const a1 = v128.load_splat<T>(x + aRow)
      c10 = multiplyAdd<T>(a1, b0, c10)
      c11 = multiplyAdd<T>(a1, b1, c11)
      c12 = multiplyAdd<T>(a1, b2, c12)
      c13 = multiplyAdd<T>(a1, b3, c13)
      x += aColumn
      y += bRow
    } while (y != bEnd)
    v128.store(c, c00)
    v128.store(c, c01, 16)
    v128.store(c, c02, 32)
    v128.store(c, c03, 48)
    c += stride
    v128.store(c, c10)
    v128.store(c, c11, 16)
    v128.store(c, c12, 32)
    v128.store(c, c13, 48)
    c += stride
    a += 2 * aRow
  }
  if (!rows) return
  let c0 = v128.load(s), c1 = v128.load(s, 16), c2 = v128.load(s, 32), c3 = v128.load(s, 48)
  let x = a, y = b
  do {
    const a0 = v128.load_splat<T>(x)
    c0 = multiplyAdd<T>(a0, v128.load(y), c0)
    c1 = multiplyAdd<T>(a0, v128.load(y, 16), c1)
    c2 = multiplyAdd<T>(a0, v128.load(y, 32), c2)
    c3 = multiplyAdd<T>(a0, v128.load(y, 48), c3)
    x += aColumn
    y += bRow
  } while (y != bEnd)
  v128.store(c, c0)
  v128.store(c, c1, 16)
  v128.store(c, c2, 32)
  v128.store(c, c3, 48)
}

function panel2<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize,
): void {
  const bEnd = b + depth * stride
  for (; rows >= 4; rows -= 4) {
    const aRow2 = aRow + aRow, aRow3 = aRow2 + aRow
    let c00 = v128.load(s), c01 = v128.load(s, 16)
    s += sRow
    let c10 = v128.load(s), c11 = v128.load(s, 16)
    s += sRow
    let c20 = v128.load(s), c21 = v128.load(s, 16)
    s += sRow
    let c30 = v128.load(s), c31 = v128.load(s, 16)
    s += sRow
    let x = a, y = b
    do {
      const b0 = v128.load(y), b1 = v128.load(y, 16)
      const a0 = v128.load_splat<T>(x)
      c00 = multiplyAdd<T>(a0, b0, c00)
      c01 = multiplyAdd<T>(a0, b1, c01)
      const a1 = v128.load_splat<T>(x + aRow)
      c10 = multiplyAdd<T>(a1, b0, c10)
      c11 = multiplyAdd<T>(a1, b1, c11)
      const a2 = v128.load_splat<T>(x + aRow2)
      c20 = multiplyAdd<T>(a2, b0, c20)
      c21 = multiplyAdd<T>(a2, b1, c21)
      const a3 = v128.load_splat<T>(x + aRow3)
      c30 = multiplyAdd<T>(a3, b0, c30)
      c31 = multiplyAdd<T>(a3, b1, c31)
      x += aColumn
      y += stride
    } while (y != bEnd)
    v128.store(c, c00)
    v128.store(c, c01, 16)
    c += stride
    v128.store(c, c10)
    v128.store(c, c11, 16)
    c += stride
    v128.store(c, c20)
    v128.store(c, c21, 16)
    c += stride
    v128.store(c, c30)
    v128.store(c, c31, 16)
    c += stride
    a += 4 * aRow
  }
  if (rows >= 2) {
    let c00 = v128.load(s), c01 = v128.load(s, 16)
    s += sRow
    let c10 = v128.load(s), c11 = v128.load(s, 16)
    s += sRow
    let x = a, y = b
    do {
      const b0 = v128.load(y), b1 = v128.load(y, 16)
      const a0 = v128.load_splat<T>(x)
      c00 = multiplyAdd<T>(a0, b0, c00)
      c01 = multiplyAdd<T>(a0, b1, c01)
      const a1 = v128.load_splat<T>(x + aRow)
      c10 = multiplyAdd<T>(a1, b0, c10)
      c11 = multiplyAdd<T>(a1, b1, c11)
      x += aColumn
      y += stride
    } while (y != bEnd)
    v128.store(c, c00)
    v128.store(c, c01, 16)
    c += stride
    v128.store(c, c10)
    v128.store(c, c11, 16)
    c += stride
    a += 2 * aRow
  }
  if (!(rows & 1)) return
  let c0 = v128.load(s), c1 = v128.load(s, 16)
  let x = a, y = b
  do {
    const a0 = v128.load_splat<T>(x)
    c0 = multiplyAdd<T>(a0, v128.load(y), c0)
    c1 = multiplyAdd<T>(a0, v128.load(y, 16), c1)
    x += aColumn
    y += stride
  } while (y != bEnd)
  v128.store(c, c0)
  v128.store(c, c1, 16)
}

function panel1<T>(
  a: usize, aRow: usize, aColumn: usize, b: usize, s: usize, sRow: usize, c: usize,
  rows: usize, depth: usize, stride: usize,
): void {
  const bEnd = b + depth * stride
  for (; rows >= 4; rows -= 4) {
    const aRow2 = aRow + aRow, aRow3 = aRow2 + aRow
    let c0 = v128.load(s)
    s += sRow
    let c1 = v128.load(s)
    s += sRow
    let c2 = v128.load(s)
    s += sRow
    let c3 = v128.load(s)
    s += sRow
    let x = a, y = b
    do {
      const b0 = v128.load(y)
      c0 = multiplyAdd<T>(v128.load_splat<T>(x), b0, c0)
      c1 = multiplyAdd<T>(v128.load_splat<T>(x + aRow), b0, c1)
      c2 = multiplyAdd<T>(v128.load_splat<T>(x + aRow2), b0, c2)
      c3 = multiplyAdd<T>(v128.load_splat<T>(x + aRow3), b0, c3)
      x += aColumn
      y += stride
    } while (y != bEnd)
    v128.store(c, c0)
    c += stride
    v128.store(c, c1)
    c += stride
    v128.store(c, c2)
    c += stride
    v128.store(c, c3)
    c += stride
    a += 4 * aRow
  }
  if (rows >= 2) {
    let c0 = v128.load(s)
    s += sRow
    let c1 = v128.load(s)
    s += sRow
    let x = a, y = b
    do {
      const b0 = v128.load(y)
      c0 = multiplyAdd<T>(v128.load_splat<T>(x), b0, c0)
      c1 = multiplyAdd<T>(v128.load_splat<T>(x + aRow), b0, c1)
      x += aColumn
      y += stride
    } while (y != bEnd)
    v128.store(c, c0)
    c += stride
    v128.store(c, c1)
    c += stride
    a += 2 * aRow
  }
  if (!(rows & 1)) return
  let c0 = v128.load(s)
  let x = a, y = b
  do {
    c0 = multiplyAdd<T>(v128.load_splat<T>(x), v128.load(y), c0)
    x += aColumn
    y += stride
  } while (y != bEnd)
  v128.store(c, c0)
}
