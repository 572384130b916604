// What is done to the gradients of a batch before the optimizer sees them: penalties, clipping, weight decay.
import {
  BIAS_GRADIENTS,
  BIASES,
  CLIP_NORM,
  CLIP_VALUE,
  DECAYS_BIASES,
  DECOUPLES_DECAY,
  GRADIENTS,
  INPUTS,
  L1,
  L2,
  LAYER_COUNT,
  LAYER_SIZE,
  LAYERS,
  PARAMETER_BYTES,
  STRIDE,
  TRAINS_BIASES,
  TRAINS_WEIGHTS,
  WEIGHT_DECAY,
  WEIGHT_GRADIENTS,
  WEIGHTS,
} from '../../../../assembly/program.ts'
import type { Memory } from '../memory.ts'
import { flush, LEAST_VALUE, round, SHIFT, type Values } from './dtype.ts'

/**
 * From the gradients of the loss to those of the objective; with `clips` clipped, by value before by norm. Gradients lie as the
 * parameters do, PARAMETER_BYTES from GRADIENTS on: of a layer inputs × units weights, then units biases, STRIDE bytes a row.
 */
export function adjustGradients({ words, doubles, values }: Memory<Values>, program: number, clips: boolean): void {
  const double = (field: number) => doubles[(program + field) >>> 3]
  if (double(L1) !== 0 || double(L2) !== 0) {
    forEachLayer(words, program, (layer) => {
      if (words[(layer + TRAINS_WEIGHTS) >>> 2] === 0) return
      const count = words[(layer + INPUTS) >>> 2] * (words[(layer + STRIDE) >>> 2] >>> SHIFT)
      const weights = words[(layer + WEIGHTS) >>> 2] >>> SHIFT
      penalize(values, weights, words[(layer + WEIGHT_GRADIENTS) >>> 2] >>> SHIFT, count, double(L1), double(L2))
    })
  }
  if (!clips) return
  const gradients = words[(program + GRADIENTS) >>> 2] >>> SHIFT
  const count = words[(program + PARAMETER_BYTES) >>> 2] >>> SHIFT
  if (double(CLIP_VALUE) !== 0) clipByValue(values, gradients, count, double(CLIP_VALUE))
  if (double(CLIP_NORM) !== 0) clipByNorm(values, gradients, count, double(CLIP_NORM))
}

function forEachLayer(words: Uint32Array, program: number, visit: (layer: number) => void): void {
  const first = words[(program + LAYERS) >>> 2]
  const end = first + words[(program + LAYER_COUNT) >>> 2] * LAYER_SIZE
  for (let layer = first; layer < end; layer += LAYER_SIZE) visit(layer)
}

/** g += l1 · sign(w) + l2 · w, `count` elements */
function penalize(v: Values, w: number, g: number, count: number, l1: number, l2: number): void {
  const magnitude = round(l1)
  const factor = round(l2)
  for (let i = 0; i < count; i++) {
    const weight = v[w + i]
    const sign = weight > 0 ? magnitude : weight < 0 ? -magnitude : 0
    v[g + i] = round(v[g + i] + round(sign + round(factor * weight)))
  }
}

function clipByValue(v: Values, g: number, count: number, limit: number): void {
  const most = round(limit)
  for (let i = 0; i < count; i++) {
    const below = most < v[g + i] ? most : v[g + i]
    v[g + i] = below < -most ? -most : below
  }
}

/**
 * g · min(1, limit / norm), norm over all gradients in float64; by a power of two larger or smaller where the sum of squares
 * leaves float64's range, or squares lose digits
 */
function clipByNorm(v: Values, g: number, count: number, limit: number): void {
  let factor = 1
  let squares = sumOfSquares(v, g, count, factor)
  if (squares === Number.POSITIVE_INFINITY || squares < 2 ** -900) {
    factor = squares < 1 ? 2 ** 600 : 2 ** -600
    squares = sumOfSquares(v, g, count, factor)
  }
  const norm = Math.sqrt(squares)
  if (norm > limit * factor) scale(v, g, count, (limit * factor) / norm)
}

/** Σ (factor · g)²: four partial sums, element i goes to sum i mod 4 */
function sumOfSquares(v: Values, g: number, count: number, factor: number): number {
  const sums = [0, 0, 0, 0]
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i] * factor
    sums[i & 3] += gradient * gradient
  }
  return sums[0] + sums[1] + (sums[2] + sums[3])
}

function scale(v: Values, from: number, count: number, by: number): void {
  const factor = round(by)
  for (let i = from; i < from + count; i++) v[i] = round(v[i] * factor)
}

/**
 * g += decay · w, or w · (1 − rate · decay) where it is decoupled (Loshchilov, Hutter, 2019). What is frozen stays. Weights that
 * decay, by L2 as well, are 0 below the least value.
 */
export function decayWeights({ words, doubles, values }: Memory<Values>, program: number, rate: number): void {
  const decay = doubles[(program + WEIGHT_DECAY) >>> 3]
  if (decay === 0 && doubles[(program + L2) >>> 3] === 0) return
  const isDecoupled = words[(program + DECOUPLES_DECAY) >>> 2] !== 0
  const decayBlock = (w: number, g: number, count: number) => {
    const first = w >>> SHIFT
    if (isDecoupled) scale(values, first, count, 1 - rate * decay)
    else if (decay !== 0) penalize(values, first, g >>> SHIFT, count, 0, decay)
    for (let i = first; i < first + count; i++) values[i] = flush(values[i], LEAST_VALUE)
  }
  forEachLayer(words, program, (layer) => {
    const at = (field: number) => words[(layer + field) >>> 2]
    const stride = at(STRIDE) >>> SHIFT
    if (at(TRAINS_WEIGHTS)) decayBlock(at(WEIGHTS), at(WEIGHT_GRADIENTS), at(INPUTS) * stride)
    const decaysBiases = decay !== 0 && words[(program + DECAYS_BIASES) >>> 2] !== 0 && at(TRAINS_BIASES) !== 0
    if (decaysBiases) decayBlock(at(BIASES), at(BIAS_GRADIENTS), stride)
  })
}
