// The matrix product against the plain loop that defines it: the same bits for every shape, start and reading direction.
import { describe, expect, it } from 'vitest'
import { PACKED_BYTES } from '../../assembly/program.ts'
import { type dtypes, eachDtype, firstDifference, randomNumbers, testingModule } from './testing-module.ts'

// On both sides of the tiles: pairs and fours of rows, and 1 to 8 vectors a row (12 and 44 columns make 3 of float32)
const sizes = [1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 31, 33, 44, 63, 64, 65, 127]
// Around the depth of a packed panel, and two whole ones with a rest
const packedDepths = [255, 256, 257, 300, 784]
const starts = ['bias', 'zeros', 'C'] as const
const readings = ['direct', 'transposed'] as const

type Dtype = (typeof dtypes)[number]
type Values = Float32Array | Float64Array
interface Case {
  rows: number
  depth: number
  /** As many as fill whole vectors */
  columns: number
  start: (typeof starts)[number]
  reading: (typeof readings)[number]
  /** Elements between the end of a row of A and the next one */
  gap: number
}

const module = testingModule()
const pool = randomNumbers(1 << 17, 1)
const poison = 0xff

/** `count` numbers of the pool, rounded to the dtype, from a place that depends on `seed`. */
function numbers(dtype: Dtype, count: number, seed: number): Values {
  const from = (seed * 7919) % (pool.length - count)
  return new dtype.View(pool.subarray(from, from + count))
}

/** acc = start; for k in order: acc = round(acc + round(a · b)) */
function plainProduct({ round, View }: Dtype, { rows, depth, columns }: Case, a: Values, b: Values, s: Values): Values {
  const c = new View(rows * columns)
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < columns; n++) {
      let sum = s[m * columns + n]
      for (let k = 0; k < depth; k++) sum = round(sum + round(a[m * depth + k] * b[k * columns + n]))
      c[m * columns + n] = sum
    }
  }
  return c
}

/** Copies a matrix of dense rows into memory at `address`, `stride` elements a row. */
function place(dtype: Dtype, address: number, matrix: Values, columns: number, stride: number): void {
  const rows = matrix.length / columns
  const view = new dtype.View(module.kernels.memory.buffer, address)
  for (let row = 0; row < rows; row++) view.set(matrix.subarray(row * columns, (row + 1) * columns), row * stride)
}

function transposed(dtype: Dtype, matrix: Values, rows: number, columns: number): Values {
  const result = new dtype.View(rows * columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = matrix[row * columns + column]
  }
  return result
}

/** Rows of the start as the plain loop reads them: the bias row or zeros repeated, or C's own. */
function startRows(dtype: Dtype, { rows, columns, start }: Case, seed: number): Values {
  if (start === 'zeros') return new dtype.View(rows * columns)
  if (start === 'C') return numbers(dtype, rows * columns, seed)
  const bias = numbers(dtype, columns, seed)
  return new dtype.View(rows * columns).map((_, i) => bias[i % columns])
}

/** Runs the kernel: C without gaps, and whether every byte around and between its rows is as it was. */
function kernelProduct(dtype: Dtype, shape: Case, a: Values, b: Values, s: Values) {
  const { rows, depth, columns, start, reading, gap } = shape
  const { bytes } = dtype
  const stride = columns
  const isDirect = reading === 'direct'
  const aStride = (isDirect ? depth : rows) + gap
  module.reset()
  const aAddress = module.allocate((isDirect ? rows : depth) * aStride * bytes)
  const bAddress = module.allocate(depth * stride * bytes)
  const biasAddress = module.allocate(columns * bytes)
  const packed = module.allocate(PACKED_BYTES)
  module.allocate(64)
  const cAddress = module.allocate(rows * stride * bytes)
  module.allocate(64)
  if (isDirect) place(dtype, aAddress, a, depth, aStride)
  else place(dtype, aAddress, transposed(dtype, a, rows, depth), rows, aStride)
  place(dtype, bAddress, b, columns, stride)
  place(dtype, biasAddress, s.subarray(0, columns), columns, columns)
  if (start === 'C') place(dtype, cAddress, s, columns, stride)

  module.kernels[`product${dtype.name}`](
    aAddress,
    (isDirect ? aStride : 1) * bytes,
    (isDirect ? 1 : aStride) * bytes,
    bAddress,
    start === 'C' ? cAddress : biasAddress,
    start === 'C' ? stride * bytes : 0,
    cAddress,
    rows,
    depth,
    stride * bytes,
    packed,
  )

  const c = new dtype.View(module.kernels.memory.buffer, cAddress, rows * columns).slice()
  return { c, isRestUntouched: isPoisonAround(cAddress, rows * stride * bytes) }
}

/** 64 bytes before the matrix and 64 behind it */
function isPoisonAround(address: number, bytes: number): boolean {
  const memory = new Uint8Array(module.kernels.memory.buffer)
  const isPoison = (from: number) => memory.subarray(from, from + 64).every((byte) => byte === poison)
  return isPoison(address - 64) && isPoison(address + bytes)
}

/** Fails with the case in the message; an `expect` per element would take minutes. */
function check(dtype: Dtype, shape: Case, seed: number, change: (a: Values) => void = () => {}) {
  const a = numbers(dtype, shape.rows * shape.depth, seed)
  change(a)
  const b = numbers(dtype, shape.depth * shape.columns, seed + 1)
  const s = startRows(dtype, shape, seed + 2)
  const { c, isRestUntouched } = kernelProduct(dtype, shape, a, b, s)
  const difference = firstDifference(c, plainProduct(dtype, shape, a, b, s))
  if (difference >= 0) expect.fail(`element ${difference} differs: ${JSON.stringify(shape)}`)
  if (!isRestUntouched) expect.fail(`bytes around C changed: ${JSON.stringify(shape)}`)
}

const wholeVectors = (columns: number, dtype: Dtype) => Math.ceil((columns * dtype.bytes) / 16) * (16 / dtype.bytes)

describe.each(eachDtype)('product%s', (_, dtype) => {
  const gapOf = (seed: number) => [0, 16 / dtype.bytes, 64 / dtype.bytes][seed % 3]

  describe.each(starts)('from %s', (start) => {
    it.each(readings)('has the bits of the plain loop for every rows × columns, depths sampled (A %s)', (reading) => {
      const depths = randomNumbers(sizes.length ** 2, 2, 0, sizes.length)
      let seed = 0
      for (const rows of sizes) {
        for (const size of sizes) {
          const columns = wholeVectors(size, dtype)
          const depth = sizes[Math.floor(depths[seed])]
          check(dtype, { rows, depth, columns, start, reading, gap: gapOf(seed) }, seed++)
        }
      }
    })

    it.each(readings)('has them with packed panels as well (A %s)', (reading) => {
      let seed = 0
      for (const depth of packedDepths) {
        for (const rows of [11, 12, 13, 33]) {
          const columns = wholeVectors([33, 63, 65, 127][(seed + (seed >> 2)) % 4], dtype)
          check(dtype, { rows, depth, columns, start, reading, gap: gapOf(seed) }, seed++)
        }
      }
    })
  })

  it('keeps NaN, infinities, −0 and subnormals as the plain loop does', () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-310, 1e-42, 3e38, 1e308]
    for (const [seed, rows] of [1, 2, 5, 13, 16].entries()) {
      for (const columns of [4, 8, 12, 16, 64]) {
        const shape = { rows, depth: 300, columns, start: 'zeros', reading: 'direct', gap: 0 } as const
        check(dtype, shape, seed, (a) => {
          for (let row = 0; row < rows; row++) a[row * 300 + ((row * 37) % 300)] = special[row % special.length]
        })
      }
    }
  })
})
