// The backward pass of a block of rows: from the loss' derivatives to all gradients.
import { differentiate } from './activations'
import { multiply } from './dropout'
import { columnSums, transpose } from './kernels/matrix'
import {
  ACTIVATION, ACTIVATION_PARAMETER, BIAS_GRADIENTS, CONTAINS_ACTIVATION, DELTAS, DROPOUT_THRESHOLD, DROPPED, INPUT_STRIDE, INPUTS, KEPT,
  LAYER_COUNT, LAYER_SIZE, LAYERS, NETS, OUTPUTS, PACKED, STRIDE, TRAINS_BIASES, TRAINS_WEIGHTS, TRANSPOSED, UNITS, WEIGHT_GRADIENTS, WEIGHTS, ZEROS,
} from './program'
import { teamProduct } from './team'

/** A layer's deltas from ∂loss/∂output to ∂loss/∂net */
// @ts-ignore: decorator
@inline
function differentiateLayer<T>(layer: usize, rows: u32): void {
  differentiate<T>(
    load<u32>(layer, ACTIVATION), load<u32>(layer, DELTAS), load<u32>(layer, OUTPUTS), load<u32>(layer, NETS),
    rows, load<u32>(layer, UNITS), load<u32>(layer, STRIDE), load<f64>(layer, ACTIVATION_PARAMETER),
  )
}

/**
 * @param inputs rows × INPUT_STRIDE, the block that `forward` was given
 * @param adds whether the gradients go on from an earlier block of the same batch
 * @param drops whether `forward` dropped outputs
 * @param isByOutput whether the output layer's deltas are ∂loss/∂output, whatever the loss contains
 */
export function backward<T>(program: usize, inputs: usize, rows: u32, adds: bool, drops: bool, isByOutput: bool): void {
  const first: usize = load<u32>(program, LAYERS)
  const packed: usize = load<u32>(program, PACKED)
  let layer = first + (load<u32>(program, LAYER_COUNT) - 1) * LAYER_SIZE
  if (isByOutput || !load<u32>(program, CONTAINS_ACTIVATION)) differentiateLayer<T>(layer, rows)
  for (; ; layer -= LAYER_SIZE) {
    const isFirst = layer == first
    const below = layer - LAYER_SIZE
    const hasDropped = drops && !isFirst && load<u32>(below, DROPOUT_THRESHOLD) != 0
    const stride: usize = load<u32>(layer, STRIDE), deltas: usize = load<u32>(layer, DELTAS)
    const belowStride: usize = isFirst ? load<u32>(program, INPUT_STRIDE) : load<u32>(below, STRIDE)
    const units = load<u32>(layer, UNITS), inputCount = load<u32>(layer, INPUTS)

    // ∂loss/∂W = Xᵀ · D; the gradients of what is not trained stay 0.
    if (load<u32>(layer, TRAINS_WEIGHTS)) {
      const gradients: usize = load<u32>(layer, WEIGHT_GRADIENTS)
      teamProduct<T>(
        program,
        isFirst ? inputs : <usize>(hasDropped ? load<u32>(below, DROPPED) : load<u32>(below, OUTPUTS)), sizeof<T>(), belowStride,
        deltas,
        adds ? gradients : <usize>load<u32>(program, ZEROS), adds ? stride : 0,
        gradients,
        inputCount, rows, stride, packed,
      )
    }
    if (load<u32>(layer, TRAINS_BIASES)) columnSums<T>(deltas, stride, rows, load<u32>(layer, BIAS_GRADIENTS), adds)
    if (isFirst) return

    // ∂loss/∂X = D · Wᵀ, then through the activation below
    const transposed: usize = load<u32>(program, TRANSPOSED)
    transpose<T>(load<u32>(layer, WEIGHTS), stride, inputCount, units, transposed, belowStride)
    teamProduct<T>(
      program,
      deltas, stride, sizeof<T>(),
      transposed,
      load<u32>(program, ZEROS), 0,
      load<u32>(below, DELTAS),
      rows, units, belowStride, packed,
    )
    if (hasDropped) multiply<T>(load<u32>(below, DELTAS), load<u32>(below, KEPT), load<u32>(below, DELTAS), <usize>rows * belowStride)
    differentiateLayer<T>(below, rows)
  }
}
