// The forward and the backward pass of a block of rows through all layers.
import {
  ACTIVATION,
  ACTIVATION_PARAMETER,
  BIAS_GRADIENTS,
  BIASES,
  CONTAINS_ACTIVATION,
  DELTAS,
  DROPOUT_THRESHOLD,
  DROPPED,
  INPUT_STRIDE,
  INPUTS,
  KEPT,
  LAYER_COUNT,
  LAYER_SIZE,
  LAYERS,
  NETS,
  OUTPUTS,
  STRIDE,
  TRAINS_BIASES,
  TRAINS_WEIGHTS,
  UNITS,
  WEIGHT_GRADIENTS,
  WEIGHTS,
  ZEROS,
} from '../../../../assembly/program.ts'
import type { Memory } from '../memory.ts'
import { activate, differentiate } from './activations.ts'
import { dropOut, multiply } from './dropout.ts'
import { SHIFT, type Values } from './dtype.ts'
import { columnSums, product } from './product.ts'

/**
 * Every layer's OUTPUTS = f(X · W + b), rows × units: X rows × inputs, W inputs × units, b units. `inputs` is a byte address of
 * rows of `inputStride` bytes. With `drops` layers hand on their DROPPED outputs, for a block that starts at row `firstRow` of its
 * batch.
 */
export function forward(
  memory: Memory<Values>,
  program: number,
  inputs: number,
  inputStride: number,
  firstRow: number,
  rows: number,
  drops: boolean,
): void {
  const { words, doubles, values } = memory
  const first = words[(program + LAYERS) >>> 2]
  const end = first + words[(program + LAYER_COUNT) >>> 2] * LAYER_SIZE
  let below = inputs >>> SHIFT
  let belowStride = inputStride >>> SHIFT
  for (let layer = first; layer < end; layer += LAYER_SIZE) {
    const stride = words[(layer + STRIDE) >>> 2] >>> SHIFT
    const units = words[(layer + UNITS) >>> 2]
    const nets = words[(layer + NETS) >>> 2] >>> SHIFT
    const outputs = words[(layer + OUTPUTS) >>> 2] >>> SHIFT
    const weights = words[(layer + WEIGHTS) >>> 2] >>> SHIFT
    const biases = words[(layer + BIASES) >>> 2] >>> SHIFT
    // nets [rows × units] = below [rows × inputs] · W [inputs × units] + b [units, to every row]
    product(
      values,
      below,
      belowStride,
      1,
      weights,
      stride,
      1,
      biases,
      0,
      nets,
      stride,
      rows,
      words[(layer + INPUTS) >>> 2],
      units,
    )
    const parameter = doubles[(layer + ACTIVATION_PARAMETER) >>> 3]
    activate(values, words[(layer + ACTIVATION) >>> 2], nets, outputs, rows, units, stride, parameter)
    const dropsThese = drops && words[(layer + DROPOUT_THRESHOLD) >>> 2] !== 0
    if (dropsThese) dropOut(memory, program, layer, firstRow, rows)
    below = dropsThese ? words[(layer + DROPPED) >>> 2] >>> SHIFT : outputs
    belowStride = stride
  }
}

/**
 * From the loss' derivatives, D of the output layer, to all gradients. Of a layer ∂W = Xᵀ · D (inputs × units) and ∂b = Σ D over
 * the rows (units), and below it D = (D · Wᵀ) ∘ f′ (rows × inputs). `adds`: they go on from an earlier block of the same batch;
 * `drops`: `forward` dropped outputs; `isByOutput`: the output layer's deltas are ∂loss/∂output, whatever the loss contains.
 */
export function backward(
  memory: Memory<Values>,
  program: number,
  inputs: number,
  rows: number,
  adds: boolean,
  drops: boolean,
  isByOutput: boolean,
): void {
  const { words, values } = memory
  const first = words[(program + LAYERS) >>> 2]
  const zeros = words[(program + ZEROS) >>> 2] >>> SHIFT
  const last = first + (words[(program + LAYER_COUNT) >>> 2] - 1) * LAYER_SIZE
  if (isByOutput || !words[(program + CONTAINS_ACTIVATION) >>> 2]) differentiateLayer(memory, last, rows)
  for (let layer = last; layer >= first; layer -= LAYER_SIZE) {
    const isFirst = layer === first
    const below = layer - LAYER_SIZE
    const stride = words[(layer + STRIDE) >>> 2] >>> SHIFT
    const deltas = words[(layer + DELTAS) >>> 2] >>> SHIFT
    const units = words[(layer + UNITS) >>> 2]
    const count = words[(layer + INPUTS) >>> 2]
    const hasDropped = drops && !isFirst && words[(below + DROPOUT_THRESHOLD) >>> 2] !== 0
    const x = isFirst ? inputs >>> SHIFT : words[(below + (hasDropped ? DROPPED : OUTPUTS)) >>> 2] >>> SHIFT
    const xStride = isFirst ? words[(program + INPUT_STRIDE) >>> 2] >>> SHIFT : words[(below + STRIDE) >>> 2] >>> SHIFT

    // ∂loss/∂W [inputs × units] = Xᵀ [inputs × rows] · D [rows × units]; the gradients of what is not trained stay 0.
    if (words[(layer + TRAINS_WEIGHTS) >>> 2]) {
      const gradients = words[(layer + WEIGHT_GRADIENTS) >>> 2] >>> SHIFT
      const start = adds ? gradients : zeros
      const startStride = adds ? stride : 0
      product(values, x, 1, xStride, deltas, stride, 1, start, startStride, gradients, stride, count, rows, units)
    }
    if (words[(layer + TRAINS_BIASES) >>> 2]) {
      columnSums(values, deltas, stride, rows, units, words[(layer + BIAS_GRADIENTS) >>> 2] >>> SHIFT, adds)
    }
    if (isFirst) return

    // ∂loss/∂X [rows × inputs] = D [rows × units] · Wᵀ [units × inputs], then through the activation below
    const belowDeltas = words[(below + DELTAS) >>> 2] >>> SHIFT
    const weights = words[(layer + WEIGHTS) >>> 2] >>> SHIFT
    product(values, deltas, stride, 1, weights, 1, stride, zeros, 0, belowDeltas, xStride, rows, units, count)
    if (hasDropped) multiply(values, belowDeltas, words[(below + KEPT) >>> 2] >>> SHIFT, belowDeltas, rows * xStride)
    differentiateLayer(memory, below, rows)
  }
}

/** A layer's DELTAS, rows × units, from ∂loss/∂output to ∂loss/∂net; by OUTPUTS and NETS of the same shape */
function differentiateLayer({ words, doubles, values }: Memory<Values>, layer: number, rows: number): void {
  const parameter = doubles[(layer + ACTIVATION_PARAMETER) >>> 3]
  const activation = words[(layer + ACTIVATION) >>> 2]
  const units = words[(layer + UNITS) >>> 2]
  differentiate(
    values,
    activation,
    words[(layer + DELTAS) >>> 2] >>> SHIFT,
    words[(layer + OUTPUTS) >>> 2] >>> SHIFT,
    words[(layer + NETS) >>> 2] >>> SHIFT,
    rows,
    units,
    words[(layer + STRIDE) >>> 2] >>> SHIFT,
    parameter,
  )
}
