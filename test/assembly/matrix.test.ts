// The passes over whole matrices: transpose, column sums and the search for what is not finite.
import { describe, expect, it } from 'vitest'
import { FLOAT32, FLOAT64 } from '../../assembly/ids.ts'
import { DTYPE, PROGRAM_SIZE } from '../../assembly/program.ts'
import { type dtypes, eachDtype, firstDifference, randomNumbers, testingModule } from './testing-module.ts'

const module = testingModule()
const sizes = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33]

type Dtype = (typeof dtypes)[number]

/** The elements of a row that are whole vectors */
const padded = (columns: number, dtype: Dtype) => Math.ceil((columns * dtype.bytes) / 16) * (16 / dtype.bytes)

/** A view on `count` fresh elements, poisoned, with 64 poisoned bytes before and behind. */
function guarded(dtype: Dtype, count: number): { address: number; isGuardUntouched: () => boolean } {
  const before = module.allocate(64)
  const address = module.allocate(count * dtype.bytes)
  const end = address + count * dtype.bytes
  module.allocate(64)
  return {
    address,
    isGuardUntouched: () => {
      const memory = new Uint8Array(module.kernels.memory.buffer)
      return [...memory.subarray(before, address), ...memory.subarray(end, end + 64)].every((byte) => byte === 0xff)
    },
  }
}

const viewOf = (dtype: Dtype, address: number, count: number) =>
  new dtype.View(module.kernels.memory.buffer, address, count)

describe.each(eachDtype)('transpose%s', (_, dtype) => {
  it('writes target[column][row] = source[row][column] and zeros in the pad lanes, for all sizes', () => {
    for (const rows of sizes) {
      for (const columns of sizes) {
        module.reset()
        const sourceStride = padded(columns, dtype) + (rows % 2) * (16 / dtype.bytes)
        const targetStride = padded(rows, dtype)
        const source = module.allocate(rows * sourceStride * dtype.bytes)
        const target = guarded(dtype, columns * targetStride)
        const values = randomNumbers(rows * columns, rows * 100 + columns)
        const sourceView = viewOf(dtype, source, rows * sourceStride)
        values.forEach((value, i) => {
          sourceView[Math.floor(i / columns) * sourceStride + (i % columns)] = value
        })

        module.kernels[`transpose${dtype.name}`](
          source,
          sourceStride * dtype.bytes,
          rows,
          columns,
          target.address,
          targetStride * dtype.bytes,
        )

        const expected = new dtype.View(columns * targetStride).map((_, i) => {
          const row = i % targetStride
          return row < rows ? values[row * columns + Math.floor(i / targetStride)] : 0
        })
        expect(firstDifference(viewOf(dtype, target.address, expected.length), expected), `${rows} × ${columns}`).toBe(
          -1,
        )
        expect(target.isGuardUntouched()).toBe(true)
      }
    }
  })
})

describe.each(eachDtype)('columnSums%s', (_, dtype) => {
  it.each([false, true])('adds the rows in order, each sum rounded, for all sizes (adds: %s)', (adds) => {
    for (const rows of sizes) {
      for (const columns of sizes) {
        module.reset()
        const stride = padded(columns, dtype)
        const d = module.allocate(rows * stride * dtype.bytes)
        const sums = guarded(dtype, stride)
        const values = new dtype.View(randomNumbers(rows * stride, rows * 100 + columns))
        const start = new dtype.View(randomNumbers(stride, 7))
        viewOf(dtype, d, values.length).set(values)
        // Without `adds` what lies there is not read: it stays poisoned.
        if (adds) viewOf(dtype, sums.address, stride).set(start)

        module.kernels[`columnSums${dtype.name}`](d, stride * dtype.bytes, rows, sums.address, adds)

        const expected = new dtype.View(stride).map((_, column) => {
          let sum = adds ? start[column] : values[column]
          for (let row = adds ? 0 : 1; row < rows; row++) sum = dtype.round(sum + values[row * stride + column])
          return sum
        })
        expect(firstDifference(viewOf(dtype, sums.address, stride), expected), `${rows} × ${columns}`).toBe(-1)
        expect(sums.isGuardUntouched()).toBe(true)
      }
    }
  })

  it('keeps −0 where all rows have it', () => {
    module.reset()
    const columns = 16 / dtype.bytes
    const d = module.allocate(2 * 16)
    const sums = module.allocate(16)
    viewOf(dtype, d, 2 * columns).fill(-0)
    module.kernels[`columnSums${dtype.name}`](d, 16, 2, sums, false)
    expect([...viewOf(dtype, sums, columns)]).toEqual(new Array(columns).fill(-0))
  })
})

describe.each(eachDtype)('allFinite of %s', (_, dtype) => {
  const largest = dtype.name === 'Float32' ? 3.4028234663852886e38 : Number.MAX_VALUE
  const smallest = dtype.name === 'Float32' ? 1e-45 : Number.MIN_VALUE

  function allFinite(values: readonly number[]): boolean {
    module.reset()
    const program = module.allocate(PROGRAM_SIZE)
    new DataView(module.kernels.memory.buffer).setUint32(
      program + DTYPE,
      dtype.name === 'Float32' ? FLOAT32 : FLOAT64,
      true,
    )
    const address = module.allocate(values.length * dtype.bytes)
    viewOf(dtype, address, values.length).set(values)
    return module.kernels.allFinite(program, address, values.length * dtype.bytes) !== 0
  }

  it('holds for the largest, the smallest and both zeros, for no values, and reads no further', () => {
    expect(allFinite([largest, -largest, smallest, -smallest, 0, -0, 1, -1])).toBe(true)
    expect(allFinite([])).toBe(true)
    expect(allFinite(new Array(64).fill(largest))).toBe(true)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('finds %s at every place', (value) => {
    for (let place = 0; place < 16; place++) {
      const values = new Array(16).fill(1)
      values[place] = value
      expect(allFinite(values), `place ${place}`).toBe(false)
    }
  })
})
