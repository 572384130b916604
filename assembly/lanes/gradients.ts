// What is done to the gradients of networks that are trained together; a norm is each network's own.
import { adjustGradients, clipByValue, GROW, LEAST_SQUARES, SHRINK } from '../gradients'
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

/** Bytes of a sum of squares for every lane: f64 each. Four such sums lie in PACKED, behind them factors per lane, and scales. */
const SUM: usize = 128

/**
 * g · min(1, limit / norm). A network alone adds the square at index i of its gradients, pads included, to sum i mod 4: the
 * same is done here, as if the pads were there.
 */
function clipByNorm<T>(program: usize, element: usize, limit: f64): void {
  const sums: usize = load<u32>(program, PACKED), factors = sums + 4 * SUM, scales = factors + SUM
  sumSquares<T>(program, sums, element, 0)
  if (sizeof<T>() == 8 && leavesRange(sums, scales, element)) sumSquares<T>(program, sums, element, scales)
  else for (let i: usize = 0; i < SUM; i += VECTOR) v128.store(scales + i, f64x2.splat(1))
  for (let i: usize = 0, pair: usize = 0; i < element; i += VECTOR, pair += VECTOR) {
    let factor = factorOf(sums + pair, scales + pair, limit)
    if (sizeof<T>() == 4) {
      pair += VECTOR
      factor = narrow(factor, factorOf(sums + pair, scales + pair, limit))
    }
    v128.store(factors + i, factor)
  }
  let g: usize = load<u32>(program, GRADIENTS)
  for (const end = g + load<u32>(program, PARAMETER_BYTES); g < end; g += VECTOR) {
    v128.store(g, v128.mul<T>(v128.load(g), v128.load(factors + (g & (element - 1)))))
  }
}

/** The four sums of every lane; `scales`: what its gradients are multiplied by first, or 0 */
function sumSquares<T>(program: usize, sums: usize, element: usize, scales: usize): void {
  for (let i: usize = 0; i < 4 * SUM; i += VECTOR) v128.store(sums + i, f64x2.splat(0))
  let layer: usize = load<u32>(program, LAYERS)
  for (const end = layer + load<u32>(program, LAYER_COUNT) * LAYER_SIZE; layer < end; layer += LAYER_SIZE) addSquares<T>(layer, sums, element, scales)
}

/** Whether any lane's sum does, or is so small that squares lost digits; and by what each is scaled then: see ../gradients.ts. */
function leavesRange(sums: usize, scales: usize, element: usize): bool {
  let leaves = false
  for (let pair: usize = 0; pair < element; pair += VECTOR) {
    const squares = squaresOf(sums + pair)
    const isLarge = f64x2.eq(squares, f64x2.splat(Infinity)), isSmall = f64x2.lt(squares, f64x2.splat(LEAST_SQUARES))
    const grown = v128.bitselect(f64x2.splat(GROW), f64x2.splat(1), isSmall)
    v128.store(scales + pair, v128.bitselect(f64x2.splat(SHRINK), grown, isLarge))
    if (v128.any_true(v128.or(isLarge, isSmall))) leaves = true
  }
  return leaves
}

/** A layer's weights begin at a multiple of 4, and its biases are one more row. Alone a row takes whole vectors. */
function addSquares<T>(layer: usize, sums: usize, element: usize, scales: usize): void {
  const stride: usize = load<u32>(layer, STRIDE), width = VECTOR / sizeof<T>()
  const pads = (width - (<usize>load<u32>(layer, UNITS) & (width - 1))) & (width - 1)
  let g: usize = load<u32>(layer, WEIGHT_GRADIENTS), index: usize = 0
  for (const end = g + (<usize>load<u32>(layer, INPUTS) + 1) * stride; g < end; index += pads) {
    for (const rowEnd = g + stride; g < rowEnd; index++) {
      let sum = sums + (index & 3) * SUM
      for (const elementEnd = g + element; g < elementEnd; g += VECTOR, sum += VECTOR) {
        const gradient = v128.load(g)
        if (sizeof<T>() == 8) {
          addSquare(sum, scales ? f64x2.mul(gradient, v128.load(scales + (g & (element - 1)))) : gradient)
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

/** Two lanes' sums of squares */
// @ts-ignore: decorator
@inline
function squaresOf(sums: usize): v128 {
  return f64x2.add(
    f64x2.add(v128.load(sums), v128.load(sums + SUM)),
    f64x2.add(v128.load(sums + 2 * SUM), v128.load(sums + 3 * SUM)),
  )
}

/** limit / norm for two lanes, 1 where the norm is within the limit; both are multiplied by the lane's scale. */
function factorOf(sums: usize, scales: usize, limit: f64): v128 {
  const norm = f64x2.sqrt(squaresOf(sums)), most = f64x2.mul(f64x2.splat(limit), v128.load(scales))
  return v128.bitselect(f64x2.div(most, norm), f64x2.splat(1), f64x2.gt(norm, most))
}
