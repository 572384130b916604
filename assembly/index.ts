// What the library calls: numbers in, numbers out. The contract is src/engine.ts.
import { isFloat32 } from './dtype'
import { forward } from './forward'
import { adjustGradients } from './gradients'
import { allFinite as allFiniteOf } from './kernels/matrix'
import { INPUT_BLOCK } from './program'
import { drawUniform as drawUniformOf } from './random'
import { batchLoss, block, clearLoss, step as stepOf, train as trainOf } from './training'

/** The first address that is free for programs. */
export function freeAddress(): usize {
  return __heap_base
}

/** Fills the weights (part 0) or biases (part 1) of a layer with uniform numbers from `low` on over `width`. */
export function drawUniform(program: usize, layer: u32, part: u32, low: f64, width: f64): void {
  if (isFloat32(program)) drawUniformOf<f32>(program, layer, part, low, width)
  else drawUniformOf<f64>(program, layer, part, low, width)
}

/** Trains on at most `steps` batches of the program's data set; returns one of the reasons in ids.ts. */
export function train(program: usize, steps: u32): u32 {
  return isFloat32(program) ? trainOf<f32>(program, steps) : trainOf<f64>(program, steps)
}

/** Outputs of the `rows` in INPUT_BLOCK, every `stride` bytes, left in the last layer's OUTPUTS. */
export function predict(program: usize, stride: usize, rows: u32): void {
  if (isFloat32(program)) forward<f32>(program, load<u32>(program, INPUT_BLOCK), stride, 0, rows, false)
  else forward<f64>(program, load<u32>(program, INPUT_BLOCK), stride, 0, rows, false)
}

/**
 * Adds `rows` rows at `inputs` and `targets`, which start at row `firstRow` of a batch of `batchRows`, to the loss of the
 * batch and, by the flags in ids.ts, to its gradients. Row 0 starts the batch. `weights`: f64 per row, or by the
 * flags per row and output, or 0.
 */
export function evaluate(
  program: usize, inputs: usize, targets: usize, weights: usize, firstRow: u32, rows: u32, batchRows: u32, flags: u32,
): void {
  if (!firstRow) clearLoss(program)
  if (isFloat32(program)) block<f32>(program, inputs, targets, weights, firstRow, rows, batchRows, flags)
  else block<f64>(program, inputs, targets, weights, firstRow, rows, batchRows, flags)
}

/** The loss of the evaluated blocks. */
export function loss(program: usize, batchRows: u32): f64 {
  return batchLoss(program, batchRows)
}

/** From the gradients of the loss, as `evaluate` leaves them, to those of the objective; with `clips` clipped. */
export function adjust(program: usize, clips: bool): void {
  if (isFloat32(program)) adjustGradients<f32>(program, clips)
  else adjustGradients<f64>(program, clips)
}

/** One step of the optimizer with the gradients of the loss as they lie. */
export function step(program: usize, rate: f64): void {
  if (isFloat32(program)) stepOf<f32>(program, rate)
  else stepOf<f64>(program, rate)
}

/** Whether none of the program's numbers in `bytes` from `values` on is an infinity or NaN. */
export function allFinite(program: usize, values: usize, bytes: usize): bool {
  return isFloat32(program) ? allFiniteOf<f32>(values, bytes) : allFiniteOf<f64>(values, bytes)
}
