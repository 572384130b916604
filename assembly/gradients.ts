// What is done to the gradients of a batch before the optimizer sees them: penalties, clipping, weight decay.
import { flush, highHalf, leastValue, lowHalf, splat, VECTOR } from './kernels/vector'
import {
  BIAS_GRADIENTS, BIASES, CLIP_NORM, CLIP_VALUE, DECAYS_BIASES, DECOUPLES_DECAY, GRADIENTS, INPUTS, L1, L2, LAYER_COUNT,
  LAYER_SIZE, LAYERS, PARAMETER_BYTES, STRIDE, TRAINS_BIASES, TRAINS_WEIGHTS, WEIGHT_DECAY, WEIGHT_GRADIENTS, WEIGHTS,
} from './program'
import { decayFactor, rateAt } from './rates'

/** From the gradients of the loss to those of the objective; with `clips` clipped, by value before by norm. */
export function adjustGradients<T>(program: usize, clips: bool): void {
  const l1 = load<f64>(program, L1), l2 = load<f64>(program, L2)
  if (l1 != 0 || l2 != 0) {
    let layer: usize = load<u32>(program, LAYERS)
    for (const end = layer + load<u32>(program, LAYER_COUNT) * LAYER_SIZE; layer < end; layer += LAYER_SIZE) {
      const bytes = <usize>load<u32>(layer, INPUTS) * load<u32>(layer, STRIDE)
      if (load<u32>(layer, TRAINS_WEIGHTS)) penalize<T>(load<u32>(layer, WEIGHTS), load<u32>(layer, WEIGHT_GRADIENTS), bytes, l1, l2)
    }
  }
  if (!clips) return
  const gradients: usize = load<u32>(program, GRADIENTS), bytes: usize = load<u32>(program, PARAMETER_BYTES)
  if (load<f64>(program, CLIP_VALUE) != 0) clipByValue<T>(gradients, bytes, load<f64>(program, CLIP_VALUE))
  if (load<f64>(program, CLIP_NORM) != 0) clipByNorm<T>(gradients, bytes, load<f64>(program, CLIP_NORM))
}

/** g += l1 · sign(w) + l2 · w */
function penalize<T>(w: usize, g: usize, bytes: usize, l1: f64, l2: f64): void {
  const plus = splat<T>(l1), minus = splat<T>(-l1), factor = splat<T>(l2), zero = v128.splat<T>(<T>0)
  const end = w + bytes
  do {
    const weight = v128.load(w)
    const sign = v128.or(v128.and(v128.gt<T>(weight, zero), plus), v128.and(v128.lt<T>(weight, zero), minus))
    v128.store(g, v128.add<T>(v128.load(g), v128.add<T>(sign, v128.mul<T>(factor, weight))))
    g += VECTOR
    w += VECTOR
  } while (w < end)
}

export function clipByValue<T>(g: usize, bytes: usize, limit: f64): void {
  const most = splat<T>(limit), least = splat<T>(-limit)
  const end = g + bytes
  do {
    v128.store(g, v128.pmax<T>(v128.pmin<T>(v128.load(g), most), least))
    g += VECTOR
  } while (g < end)
}

// Where the sum of squares leaves float64's range, and below LEAST_SQUARES, where squares lose digits, all is multiplied by a
// power of two first. Squares of float32 never get there.
export const LEAST_SQUARES: f64 = 1.1830521861667747e-271 // 2^−900
export const SHRINK: f64 = 2.409919865102884e-181 // 2^−600
export const GROW: f64 = 4.149515568880993e180 // 2^600

/** g · min(1, limit / norm), norm over all gradients in float64 */
function clipByNorm<T>(gradients: usize, bytes: usize, limit: f64): void {
  let squares = sumOfSquares<T>(gradients, bytes, 1, false), factor: f64 = 1
  if (sizeof<T>() == 8 && (squares == Infinity || squares < LEAST_SQUARES)) {
    factor = squares == Infinity ? SHRINK : GROW
    squares = sumOfSquares<T>(gradients, bytes, factor, true)
  }
  const norm = sqrt(squares), most = limit * factor
  if (norm > most) scale<T>(gradients, bytes, splat<T>(most / norm))
}

/** Σ (factor · g)²: four partial sums, element i goes to sum i mod 4 */
// @ts-ignore: decorator
@inline
function sumOfSquares<T>(g: usize, bytes: usize, factor: f64, scales: bool): f64 {
  let sums01 = f64x2.splat(0), sums23 = f64x2.splat(0)
  const by = f64x2.splat(factor)
  const end = g + bytes
  do {
    let first = v128.load(g), second = first
    if (sizeof<T>() == 4) {
      second = highHalf(first)
      first = lowHalf(first)
      g += VECTOR
    } else {
      second = v128.load(g, 16)
      g += 2 * VECTOR
    }
    if (scales) {
      first = f64x2.mul(first, by)
      second = f64x2.mul(second, by)
    }
    sums01 = f64x2.add(sums01, f64x2.mul(first, first))
    sums23 = f64x2.add(sums23, f64x2.mul(second, second))
  } while (g < end)
  return f64x2.extract_lane(sums01, 0) + f64x2.extract_lane(sums01, 1) + (f64x2.extract_lane(sums23, 0) + f64x2.extract_lane(sums23, 1))
}

function scale<T>(values: usize, bytes: usize, factor: v128): void {
  const end = values + bytes
  do {
    v128.store(values, v128.mul<T>(v128.load(values), factor))
    values += VECTOR
  } while (values < end)
}

/**
 * g += decay · w, or w · (1 − rate · decay) where it is decoupled (Loshchilov, Hutter, 2019). What is frozen stays. Weights that
 * decay, by L2 as well, are 0 below the least value.
 */
export function decayWeights<T>(program: usize, rate: f64): void {
  const decay = load<f64>(program, WEIGHT_DECAY)
  if (decay == 0 && load<f64>(program, L2) == 0) return
  let layer: usize = load<u32>(program, LAYERS)
  for (const end = layer + load<u32>(program, LAYER_COUNT) * LAYER_SIZE; layer < end; layer += LAYER_SIZE) {
    const stride: usize = load<u32>(layer, STRIDE)
    const bytes = <usize>load<u32>(layer, INPUTS) * stride
    if (load<u32>(layer, TRAINS_WEIGHTS)) decayBlock<T>(program, load<u32>(layer, WEIGHTS), load<u32>(layer, WEIGHT_GRADIENTS), bytes, decay, rate)
    if (decay != 0 && load<u32>(program, DECAYS_BIASES) && load<u32>(layer, TRAINS_BIASES)) {
      decayBlock<T>(program, load<u32>(layer, BIASES), load<u32>(layer, BIAS_GRADIENTS), stride, decay, rate)
    }
  }
}

function decayBlock<T>(program: usize, w: usize, g: usize, bytes: usize, decay: f64, rate: f64): void {
  const least = leastValue<T>()
  let factor = v128.splat<T>(<T>1), shrinks = load<u32>(program, DECOUPLES_DECAY) && decay != 0
  if (shrinks) factor = decayFactor<T>(rate, decay)
  else if (decay != 0) penalize<T>(w, g, bytes, 0, decay)
  const end = w + bytes
  do {
    const weight = v128.load(w)
    v128.store(w, flush<T>(shrinks ? v128.mul<T>(weight, rateAt(factor, w)) : weight, least))
    w += VECTOR
  } while (w < end)
}
