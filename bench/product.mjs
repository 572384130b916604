// Square matrix products of build/testing.wasm against what the same multiplications and additions reach with nothing in
// their way (peakFloat32, peakFloat64 of the same module).
import { readFileSync } from 'node:fs'
import { generator, measure, ratioOf, uncertainty } from '../build/bench-kit.js'
import { goal, guard, number, percent } from './report.mjs'
import { here } from './variants.mjs'

const SIZES = [64, 128, 256, 512]
const WANTED = 0.7
/** Half of what is there; with one lane at a time 8 % were left in float32 and 49 % in float64. */
const LEAST = 0.5
const LARGEST = Math.max(...SIZES)
const PACKED_BYTES = 16384

const dtypes = [
  { name: 'Float32', View: Float32Array, bytes: 4, peakOperations: 16 * 4 },
  { name: 'Float64', View: Float64Array, bytes: 8, peakOperations: 16 * 2 },
]
const PEAK_TURNS = 20_000

/** An instance with room for three of the largest matrices, a row of zeros, and the kernel's scratch */
function instantiate() {
  const bytes = readFileSync(new URL('../build/testing.wasm', import.meta.url))
  const kernels = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports
  let next = Math.ceil((kernels.freeAddress() >>> 0) / 64) * 64
  const take = (size) => {
    const address = next
    next += size
    return address
  }
  const matrix = LARGEST * LARGEST * 8
  const places = {
    a: take(matrix),
    b: take(matrix),
    c: take(matrix),
    zeros: take(LARGEST * 8),
    packed: take(PACKED_BYTES),
  }
  kernels.memory.grow(Math.ceil(next / 65536))
  return { kernels, places }
}

/** C = A · B of size × size */
function multiply({ kernels, places }, { name, bytes }, size) {
  const { a, b, c, zeros, packed } = places
  const row = size * bytes
  kernels[`product${name}`](a, row, bytes, b, zeros, 0, c, size, size, row, packed)
}

/** Sums in the order of k, one rounding per multiplication and addition, row by row of B */
function plainProduct({ View }, a, b, size) {
  const c = new View(size * size)
  const round = View === Float32Array ? Math.fround : (x) => x
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const x = a[i * size + k]
      for (let j = 0; j < size; j++) c[i * size + j] += round(x * b[k * size + j])
    }
  }
  return c
}

/** Fills A and B, and holds the kernel's C against the plain loop's, byte by byte. */
function prove(module, dtype, size) {
  const { name, View } = dtype
  const view = (address) => new View(module.kernels.memory.buffer, address, size * size)
  const [a, b, c] = [view(module.places.a), view(module.places.b), view(module.places.c)]
  const random = generator(size)
  for (let i = 0; i < size * size; i++) a[i] = 2 * random() - 1
  for (let i = 0; i < size * size; i++) b[i] = 2 * random() - 1
  c.fill(Number.NaN)
  multiply(module, dtype, size)
  const expected = plainProduct(dtype, a, b, size)
  const bytesOf = ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)
  return { name: `product${name} ${size}: bits of the plain loop`, holds: bytesOf(c).equals(bytesOf(expected)) }
}

/** Small numbers again before each call: the sum that it leaves among its operands must not grow. */
function runPeak({ kernels, places }, { name, View }) {
  new View(kernels.memory.buffer, places.c, 1024 / View.BYTES_PER_ELEMENT).fill(1e-3)
  kernels[`peak${name}`](PEAK_TURNS, places.c)
}

/** Work is counted in operations: milliseconds per operation come back. */
async function time(module, dtype, quick) {
  const variants = [
    here('peak', PEAK_TURNS * dtype.peakOperations, () => runPeak(module, dtype)),
    ...SIZES.map((size) => here(String(size), 2 * size ** 3, () => multiply(module, dtype, size))),
  ]
  return measure(variants, quick ? { seconds: 0.8, warmUp: 0.1 } : { seconds: 20 })
}

const shareCells = (share) => [percent(share.median), percent(uncertainty(share)), percent(share.min)]

function rowsOf({ name }, results) {
  const rate = (milliseconds) => 1e-6 / milliseconds
  return Object.entries(results).map(([size, summary]) => [
    `${name.toLowerCase()} ${size}`,
    `${summary.isSteady ? '' : '* '}${number(rate(summary.median))}`,
    percent(uncertainty(summary)),
    number(rate(summary.min)),
    ...shareCells(ratioOf(results.peak, summary)),
  ])
}

export async function run({ quick }) {
  const module = instantiate()
  const proofs = []
  const rows = []
  const goals = []
  const guards = []
  const results = {}
  for (const dtype of dtypes) {
    proofs.push(...SIZES.map((size) => prove(module, dtype, size)))
    const timed = await time(module, dtype, quick)
    const shares = SIZES.map((size) => timed.peak.min / timed[size].min)
    results[dtype.name] = timed
    rows.push(...rowsOf(dtype, timed))
    goals.push(goal(`product${dtype.name}: least share of the peak`, Math.min(...shares), WANTED, percent))
    guards.push(guard(`product${dtype.name}: largest share of the peak`, Math.max(...shares), LEAST, percent))
  }
  return {
    title: 'Matrix products, GFLOP/s',
    proofs,
    tables: [{ columns: ['', 'median', '±', 'best', 'of the median peak', '±', 'best : best peak'], rows }],
    notes: ['Peak: 128-bit multiplications and additions on eight accumulators, without fusing.'],
    goals,
    guards,
    results,
  }
}
