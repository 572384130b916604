// The numbers that the parameters of a layer start with.
import { INITIALIZATION } from '../../../assembly/ids.ts'
import { BIASES, INPUTS, LAYER_SIZE, LAYERS, SEED, STRIDE, UNITS, WEIGHTS } from '../../../assembly/program.ts'
import { fillUniform } from '../../numerics/random.ts'
import type { Memory } from './memory.ts'

/** Fills the weights (part 0; inputs × units) or biases (part 1) of a layer with uniform numbers from `low` on over `width`. */
export function drawUniform(
  { words, values }: Memory<Float32Array | Float64Array>,
  program: number,
  layer: number,
  part: number,
  low: number,
  width: number,
): void {
  const record = words[(program + LAYERS) >>> 2] + layer * LAYER_SIZE
  const field = (offset: number) => words[(record + offset) >>> 2]
  const units = field(UNITS)
  const stride = field(STRIDE) / values.BYTES_PER_ELEMENT
  const rows = part === 0 ? field(INPUTS) : 1
  const start = field(part === 0 ? WEIGHTS : BIASES) / values.BYTES_PER_ELEMENT
  const drawn = new Float64Array(rows * units)
  fillUniform(drawn, words[(program + SEED) >>> 2], INITIALIZATION, layer, part)
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < units; unit++)
      values[start + row * stride + unit] = low + width * drawn[row * units + unit]
  }
}
