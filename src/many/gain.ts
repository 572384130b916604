// Whether networks gain by lanes, and by how many. Alone a network fills vectors with the units of a layer and pads the
// last one; in lanes nothing is padded, and what a step costs beside the arithmetic is paid once. Wide layers are full alone
// as well, and in lanes leave the caches earlier. In units of one multiply and add of vectors, fitted to measurements from
// 2-3-1 to 64-64-10: gains are within some 15 % of the measured ones up to a few hundred weights.
import type { ResolvedConfig } from '../config.ts'

/** What a step costs beside all arithmetic */
const STEP_ALONE = 105
const STEP_IN_LANES = 137
/** An activation function and its derivative */
const ACTIVATION = 8
/** A multiply and add in lanes, where both factors are loaded as vectors */
const PRODUCT_IN_LANES = 1.3
/** Beyond it the caches decide. */
const MOST_WEIGHTS = 500
const LEAST_GAIN = 1.1

export interface Seating {
  /** Lanes: one, two or four vectors of them */
  readonly lanes: number
  /** Networks from which on they are worth it */
  readonly least: number
}

/** How to seat `count` networks; undefined: each alone is as fast. */
export function seatingFor(config: ResolvedConfig, batchRows: number, count: number): Seating | undefined {
  const width = config.dtype === 'float32' ? 4 : 2
  const vectors = count >= 3 * width ? 4 : count > width ? 2 : 1
  const lanes = vectors * width
  const gain = gainOf(config, batchRows, width, vectors)
  const least = Math.max(2, Math.ceil(lanes / gain))
  return count >= least && gain >= LEAST_GAIN ? { lanes, least } : undefined
}

/** Time of full lanes of networks one after the other, over that together */
export function gainOf({ layers }: ResolvedConfig, batchRows: number, width: number, vectors: number): number {
  let weights = 0
  let alone = 0
  let together = 0
  layers.forEach(({ inputs, units }, index) => {
    const unitVectors = Math.ceil(units / width)
    const isFirst = index === 0 // needs no derivatives by its inputs
    weights += inputs * units
    alone += (2 * inputs + ACTIVATION) * unitVectors + (isFirst ? 0 : units * Math.ceil(inputs / width))
    together += (isFirst ? 2 : 3) * inputs * units * PRODUCT_IN_LANES + ACTIVATION * units
  })
  if (weights > MOST_WEIGHTS) return 0
  return (width * vectors * (STEP_ALONE + batchRows * alone)) / (STEP_IN_LANES + vectors * batchRows * together)
}
