// The testing build of assembly/ for tests of single kernels: an instance, its memory, and room in it on request.
import { readFileSync } from 'node:fs'
import { fillUniform } from '../../src/numerics/random.ts'

type Product = (
  a: number,
  aRow: number,
  aColumn: number,
  b: number,
  s: number,
  sRow: number,
  c: number,
  rows: number,
  depth: number,
  stride: number,
  packed: number,
) => void
type Transpose = (
  source: number,
  sourceStride: number,
  rows: number,
  columns: number,
  target: number,
  targetStride: number,
) => void
type ColumnSums = (d: number, stride: number, rows: number, sums: number, adds: boolean) => void
type MapInPlace = (values: number, bytes: number) => void

/** What assembly/testing.ts exports, as far as tests of kernels call it. */
export interface Kernels {
  readonly memory: WebAssembly.Memory
  freeAddress(): number
  allFinite(program: number, values: number, bytes: number): number
  threefry(
    block: number,
    k0: number,
    k1: number,
    k2: number,
    k3: number,
    c0: number,
    c1: number,
    c2: number,
    c3: number,
  ): void
  shuffle(order: number, rows: number, seed: number, epoch: bigint): void
  log(x: number): number
  log1p(x: number): number
  readonly expFloat32: MapInPlace
  readonly expFloat64: MapInPlace
  readonly tanhFloat32: MapInPlace
  readonly tanhFloat64: MapInPlace
  readonly productFloat32: Product
  readonly productFloat64: Product
  readonly transposeFloat32: Transpose
  readonly transposeFloat64: Transpose
  readonly columnSumsFloat32: ColumnSums
  readonly columnSumsFloat64: ColumnSums
}

export interface TestingModule {
  readonly kernels: Kernels
  /** The address of fresh bytes, a multiple of 64, 0xff all over: NaN in both dtypes, so that stray reads show. */
  allocate(bytes: number): number
  /** Takes everything back. */
  reset(): void
}

let compiled: WebAssembly.Module | undefined

export function testingModule(): TestingModule {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../../build/testing.wasm', import.meta.url)))
  const kernels = new WebAssembly.Instance(compiled).exports as unknown as Kernels
  const start = kernels.freeAddress() >>> 0
  let end = start
  return {
    kernels,
    allocate(bytes) {
      const address = Math.ceil(end / 64) * 64
      end = address + bytes
      // 64 bytes more: what lies behind the last piece is readable and poisoned as well.
      const missing = end + 64 - kernels.memory.buffer.byteLength
      if (missing > 0) kernels.memory.grow(Math.ceil(missing / 65536))
      new Uint8Array(kernels.memory.buffer).fill(0xff, address, end + 64)
      return address
    },
    reset() {
      end = start
    },
  }
}

/** How the tests of a dtype differ: its views, its rounding, the last part of its kernels' names. */
export const dtypes = [
  { name: 'Float32', bytes: 4, View: Float32Array, round: Math.fround },
  { name: 'Float64', bytes: 8, View: Float64Array, round: (x: number) => x },
] as const

/** For `describe.each` with titles that say %s */
export const eachDtype = dtypes.map((dtype) => [dtype.name, dtype] as const)

/** Seeded uniform numbers. Tests have a purpose of their own, so that they never repeat those of the library. */
export function randomNumbers(count: number, seed: number, low = -1, high = 1): Float64Array {
  const numbers = new Float64Array(count)
  fillUniform(numbers, seed, 0x74657374, 0, 0)
  return numbers.map((random) => low + (high - low) * random)
}

/** The place of the first pair that differs in a bit (NaN equals NaN, 0 is not −0), or -1. */
export function firstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Math.min(actual.length, expected.length)
  for (let i = 0; i < actual.length; i++) if (!Object.is(actual[i], expected[i])) return i
  return -1
}
