// Whether networks gain by lanes, and by how many. Alone a network fills vectors with the units of a layer and pads the
// last one; in lanes nothing is padded, and what a step costs beside the arithmetic is paid once. Wide layers are full alone
// as well, and shuffled rows are gathered lane by lane. In units of one multiply and add of vectors, fitted to measurements
// from 2-3-1 to 64-64-10: within some 15 % of the measured gains where these are above 1.
import type { ResolvedConfig } from '../config/config.ts'

/** What a step costs beside all arithmetic */
const STEP_ALONE = 105
const STEP_IN_LANES = 137
/** An activation function and its derivative */
const ACTIVATION = 8
/** A multiply and add in lanes, where both factors are loaded as vectors */
const PRODUCT_IN_LANES = 1.3
/** A shuffled value of one lane */
const GATHERED = 1
/** Beyond it the caches decide. */
const MOST_WEIGHTS = 500
/** Rows of a block with their nets, outputs and deltas stay within the first-level cache. */
const BLOCK_BYTES = 2 ** 15
const BLOCK_ROWS = 256
const LEAST_SPEEDUP = 1.1

/** How a group trains */
export interface Workload {
  readonly config: ResolvedConfig
  readonly batchRows: number
  readonly isShuffled: boolean
}

export interface LanePlan {
  /** Lanes: one, two or four vectors of them */
  readonly lanes: number
  /** Networks from which on they are worth it */
  readonly least: number
}

/** Lanes for `count` networks; undefined: one after the other they are as fast. */
export function planLanes(work: Workload, count: number): LanePlan | undefined {
  const width = work.config.dtype === 'float32' ? 4 : 2
  const fitting = Math.max(1, BLOCK_BYTES / bytesOf(work))
  const wanted = count >= 3 * width ? 4 : count > width ? 2 : 1
  const vectors = wanted > fitting ? (fitting < 2 ? 1 : 2) : wanted
  const speedup = speedupOf(work, width, vectors)
  const lanes = vectors * width
  const least = Math.max(2, Math.ceil(lanes / speedup))
  return speedup >= LEAST_SPEEDUP && count >= least ? { lanes, least } : undefined
}

/** Bytes of a block with one vector for each number */
function bytesOf({ config: { inputs, layers }, batchRows }: Workload): number {
  const outputs = layers[layers.length - 1].units
  const numbers = layers.reduce((sum, { units }) => sum + 2 * units, inputs + outputs)
  return 16 * numbers * Math.min(batchRows, BLOCK_ROWS)
}

/** Time of full lanes of networks in turn, over that together */
function speedupOf({ config, batchRows, isShuffled }: Workload, width: number, vectors: number): number {
  const { inputs: columns, layers } = config
  let weights = 0
  let alone = 0
  let together = isShuffled ? GATHERED * width * (columns + layers[layers.length - 1].units) : 0
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
