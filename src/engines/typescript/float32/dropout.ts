// Inverted dropout (Srivastava et al., 2014): what a layer hands on in training. The numbering of its random words is that of
// assembly/dropout.ts.
import { DROPOUT } from '../../../../assembly/ids.ts'
import {
  DROPOUT_THRESHOLD,
  DROPPED,
  KEPT,
  KEPT_FACTOR,
  LAYER_SIZE,
  LAYERS,
  OUTPUTS,
  SEED,
  STEP,
  STRIDE,
  UNITS,
} from '../../../../assembly/program.ts'
import { threefry } from '../../../numerics/random.ts'
import type { Memory } from '../memory.ts'
import { round, SHIFT, type Values } from './dtype.ts'

const block = new Uint32Array(4)

/**
 * dropped = outputs ∘ kept for the `rows` of a block that starts at row `firstRow` of its batch: all three rows × units, kept
 * KEPT_FACTOR or 0.
 */
export function dropOut(
  { words, doubles, values }: Memory<Values>,
  program: number,
  layer: number,
  firstRow: number,
  rows: number,
): void {
  const units = words[(layer + UNITS) >>> 2]
  const stride = words[(layer + STRIDE) >>> 2] >>> SHIFT
  const kept = words[(layer + KEPT) >>> 2] >>> SHIFT
  const seed = words[(program + SEED) >>> 2]
  const number = (layer - words[(program + LAYERS) >>> 2]) / LAYER_SIZE
  const step = doubles[(program + STEP) >>> 3]
  const stepHigh = Math.floor(step / 4294967296)
  const threshold = words[(layer + DROPOUT_THRESHOLD) >>> 2]
  const factor = round(doubles[(layer + KEPT_FACTOR) >>> 3])
  for (let row = 0; row < rows; row++) {
    const at = kept + row * stride
    // Block (unit >> 4) · 4 + (unit & 3) holds the words of four units that lie four apart.
    for (let first = 0; first < units; first += (first & 3) === 3 ? 13 : 1) {
      threefry(block, seed, DROPOUT, number, stepHigh, (first >>> 4) * 4 + (first & 3), firstRow + row, step, 0)
      for (let word = 0, unit = first; word < 4 && unit < units; word++, unit += 4) {
        values[at + unit] = block[word] >= threshold ? factor : 0
      }
    }
  }
  multiply(
    values,
    words[(layer + OUTPUTS) >>> 2] >>> SHIFT,
    kept,
    words[(layer + DROPPED) >>> 2] >>> SHIFT,
    rows * stride,
  )
}

/** target = a · b, `count` elements, one by one; may work in place. */
export function multiply(v: Values, a: number, b: number, target: number, count: number): void {
  for (let i = 0; i < count; i++) v[target + i] = round(v[a + i] * v[b + i])
}
