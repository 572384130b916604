// The forward pass of a block of rows through all layers.
import { activate } from './activations'
import { dropOut } from './dropout'
import {
  ACTIVATION, ACTIVATION_PARAMETER, BIASES, DROPOUT_THRESHOLD, DROPPED, INPUTS, LAYER_COUNT, LAYER_SIZE, LAYERS, NETS,
  OUTPUTS, PACKED, STRIDE, UNITS, WEIGHTS,
} from './program'
import { teamProduct } from './team'

/**
 * `inputs`: rows of `inputStride` bytes, a multiple of the values' size. Afterwards every layer's OUTPUTS hold f(inputs · W + b). With `drops` layers hand on their
 * DROPPED outputs, for a block that starts at row `firstRow` of its batch.
 */
export function forward<T>(program: usize, inputs: usize, inputStride: usize, firstRow: u32, rows: u32, drops: bool): void {
  let layer: usize = load<u32>(program, LAYERS)
  for (const end = layer + load<u32>(program, LAYER_COUNT) * LAYER_SIZE; layer < end; layer += LAYER_SIZE) {
    const stride: usize = load<u32>(layer, STRIDE), nets: usize = load<u32>(layer, NETS), outputs: usize = load<u32>(layer, OUTPUTS)
    teamProduct<T>(
      program,
      inputs, inputStride, sizeof<T>(),
      load<u32>(layer, WEIGHTS),
      load<u32>(layer, BIASES), 0,
      nets,
      rows, load<u32>(layer, INPUTS), stride, load<u32>(program, PACKED),
    )
    activate<T>(
      load<u32>(layer, ACTIVATION), nets, outputs,
      rows, load<u32>(layer, UNITS), stride, load<f64>(layer, ACTIVATION_PARAMETER),
    )
    inputs = outputs
    if (drops && load<u32>(layer, DROPOUT_THRESHOLD)) {
      dropOut<T>(program, layer, firstRow, rows)
      inputs = load<u32>(layer, DROPPED)
    }
    inputStride = stride
  }
}
