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
 * Every layer's OUTPUTS = f(inputs · W + b). `inputs` is a byte address of rows of `inputStride` bytes. With `drops` layers hand on
 * their DROPPED outputs, for a block that starts at row `firstRow` of its batch.
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
  const at = (record: number, field: number) => words[(record + field) >>> 2]
  const index = (record: number, field: number) => words[(record + field) >>> 2] >>> SHIFT
  const first = at(program, LAYERS)
  const end = first + at(program, LAYER_COUNT) * LAYER_SIZE
  let below = inputs >>> SHIFT
  let belowStride = inputStride >>> SHIFT
  for (let layer = first; layer < end; layer += LAYER_SIZE) {
    const stride = index(layer, STRIDE)
    const units = at(layer, UNITS)
    const nets = index(layer, NETS)
    const outputs = index(layer, OUTPUTS)
    const weights = index(layer, WEIGHTS)
    const biases = index(layer, BIASES)
    product(values, below, belowStride, 1, weights, stride, 1, biases, 0, nets, stride, rows, at(layer, INPUTS), units)
    const parameter = doubles[(layer + ACTIVATION_PARAMETER) >>> 3]
    activate(values, at(layer, ACTIVATION), nets, outputs, rows, units, stride, parameter)
    const dropsThese = drops && at(layer, DROPOUT_THRESHOLD) !== 0
    if (dropsThese) dropOut(memory, program, layer, firstRow, rows)
    below = dropsThese ? index(layer, DROPPED) : outputs
    belowStride = stride
  }
}

/**
 * From the loss' derivatives to all gradients; `adds`: they go on from an earlier block of the same batch; `drops`:
 * `forward` dropped outputs.
 */
export function backward(
  memory: Memory<Values>,
  program: number,
  inputs: number,
  rows: number,
  adds: boolean,
  drops: boolean,
): void {
  const { words, values } = memory
  const at = (record: number, field: number) => words[(record + field) >>> 2]
  const index = (record: number, field: number) => words[(record + field) >>> 2] >>> SHIFT
  const first = at(program, LAYERS)
  const zeros = index(program, ZEROS)
  const last = first + (at(program, LAYER_COUNT) - 1) * LAYER_SIZE
  if (!at(program, CONTAINS_ACTIVATION)) differentiateLayer(memory, last, rows)
  for (let layer = last; layer >= first; layer -= LAYER_SIZE) {
    const isFirst = layer === first
    const below = layer - LAYER_SIZE
    const stride = index(layer, STRIDE)
    const deltas = index(layer, DELTAS)
    const units = at(layer, UNITS)
    const count = at(layer, INPUTS)
    const hasDropped = drops && !isFirst && at(below, DROPOUT_THRESHOLD) !== 0
    const x = isFirst ? inputs >>> SHIFT : index(below, hasDropped ? DROPPED : OUTPUTS)
    const xStride = isFirst ? index(program, INPUT_STRIDE) : index(below, STRIDE)

    // ∂loss/∂W = Xᵀ · D
    const gradients = index(layer, WEIGHT_GRADIENTS)
    const start = adds ? gradients : zeros
    const startStride = adds ? stride : 0
    product(values, x, 1, xStride, deltas, stride, 1, start, startStride, gradients, stride, count, rows, units)
    if (at(layer, TRAINS_BIASES)) {
      columnSums(values, deltas, stride, rows, units, index(layer, BIAS_GRADIENTS), adds)
    }
    if (isFirst) return

    // ∂loss/∂X = D · Wᵀ, then through the activation below
    const belowDeltas = index(below, DELTAS)
    const weights = index(layer, WEIGHTS)
    product(values, deltas, stride, 1, weights, 1, stride, zeros, 0, belowDeltas, xStride, rows, units, count)
    if (hasDropped) multiply(values, belowDeltas, index(below, KEPT), belowDeltas, rows * xStride)
    differentiateLayer(memory, below, rows)
  }
}

/** A layer's deltas from ∂loss/∂output to ∂loss/∂net */
function differentiateLayer({ words, doubles, values }: Memory<Values>, layer: number, rows: number): void {
  const index = (field: number) => words[(layer + field) >>> 2] >>> SHIFT
  const parameter = doubles[(layer + ACTIVATION_PARAMETER) >>> 3]
  const activation = words[(layer + ACTIVATION) >>> 2]
  const units = words[(layer + UNITS) >>> 2]
  differentiate(values, activation, index(DELTAS), index(OUTPUTS), index(NETS), rows, units, index(STRIDE), parameter)
}
