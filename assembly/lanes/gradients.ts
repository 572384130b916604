// What is done to the gradients of networks that are trained together; a norm is each network's own.
import { adjustGradients, clipByValue } from '../gradients'
import { highHalf, lowHalf, narrow, VECTOR } from '../kernels/vector'
import {
  CLIP_NORM, CLIP_VALUE, GRADIENTS, INPUTS, LAYER_COUNT, LAYER_SIZE, LAYERS, PACKED, PARAMETER_BYTES, STRIDE, UNITS, WEIGHT_GRADIENTS,
} from '../program'

/** Penalties, then clipping, by value before by norm */
export function adjustLaneGradients<T>(program: usize, element: usize): void {
  adjustGradients<T>(program, false)
  const limit = load<f64>(program, CLIP_VALUE)
  if (limit != 0) clipByValue<T>(load<u32>(program, GRADIENTS), load<u32>(program, PARAMETER_BYTES), limit)
  if (load<f64>(program, CLIP_NORM) != 0) clipByNorm<T>(program, element, load<f64>(program, CLIP_NORM))
}

/** Bytes of a sum of squares for every lane: f64 each. Four such sums lie in PACKED, and behind them a factor per lane. */
const SUM: usize = 128

/**
 * g · min(1, limit / norm). A network alone adds the square at index i of its gradients, pads included, to sum i mod 4: the
 * same is done here, as if the pads were there.
 */
function clipByNorm<T>(program: usize, element: usize, limit: f64): void {
  const scratch: usize = load<u32>(program, PACKED), factors = scratch + 4 * SUM
  for (let sum = scratch; sum < factors; sum += VECTOR) v128.store(sum, f64x2.splat(0))
  let layer: usize = load<u32>(program, LAYERS)
  for (const end = layer + load<u32>(program, LAYER_COUNT) * LAYER_SIZE; layer < end; layer += LAYER_SIZE) addSquares<T>(layer, scratch, element)
  for (let i: usize = 0, sums = scratch; i < element; i += VECTOR, sums += VECTOR) {
    let factor = factorOf(sums, limit)
    if (sizeof<T>() == 4) {
      sums += VECTOR
      factor = narrow(factor, factorOf(sums, limit))
    }
    v128.store(factors + i, factor)
  }
  let g: usize = load<u32>(program, GRADIENTS)
  for (const end = g + load<u32>(program, PARAMETER_BYTES); g < end; g += VECTOR) {
    v128.store(g, v128.mul<T>(v128.load(g), v128.load(factors + (g & (element - 1)))))
  }
}

/** A layer's weights begin at a multiple of 4, and its biases are one more row. Alone a row takes whole vectors. */
function addSquares<T>(layer: usize, sums: usize, element: usize): void {
  const stride: usize = load<u32>(layer, STRIDE), width = VECTOR / sizeof<T>()
  const pads = (width - (<usize>load<u32>(layer, UNITS) & (width - 1))) & (width - 1)
  let g: usize = load<u32>(layer, WEIGHT_GRADIENTS), index: usize = 0
  for (const end = g + (<usize>load<u32>(layer, INPUTS) + 1) * stride; g < end; index += pads) {
    for (const rowEnd = g + stride; g < rowEnd; index++) {
      let sum = sums + (index & 3) * SUM
      for (const elementEnd = g + element; g < elementEnd; g += VECTOR, sum += VECTOR) {
        const gradient = v128.load(g)
        if (sizeof<T>() == 8) {
          addSquare(sum, gradient)
        } else {
          addSquare(sum, lowHalf(gradient))
          sum += VECTOR
          addSquare(sum, highHalf(gradient))
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function addSquare(sum: usize, gradient: v128): void {
  v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(gradient, gradient)))
}

/** limit / norm for two lanes, 1 where the norm is within the limit */
function factorOf(sums: usize, limit: f64): v128 {
  const squares = f64x2.add(
    f64x2.add(v128.load(sums), v128.load(sums + SUM)),
    f64x2.add(v128.load(sums + 2 * SUM), v128.load(sums + 3 * SUM)),
  )
  const norm = f64x2.sqrt(squares), most = f64x2.splat(limit)
  return v128.bitselect(f64x2.div(most, norm), f64x2.splat(1), f64x2.gt(norm, most))
}
