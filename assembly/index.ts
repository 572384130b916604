// What the library calls: numbers in, numbers out. The contract is src/engine.ts.
import { forward } from './forward'
import { adjustGradients } from './gradients'
import { FLOAT32 } from './ids'
import { allFinite as allFiniteOf } from './kernels/matrix'
import { DTYPE, INPUT_BLOCK, TARGET_BLOCK } from './program'
import { batchLoss, block, clearLoss, step as stepOf, train as trainOf } from './training'

/** The first address that is free for programs. */
export function freeAddress(): usize {
  return __heap_base
}

/** Trains on at most `steps` batches of the program's data set; returns one of the reasons in ids.ts. */
export function train(program: usize, steps: u32): u32 {
  return load<u32>(program, DTYPE) == FLOAT32 ? trainOf<f32>(program, steps) : trainOf<f64>(program, steps)
}

/** Outputs of the `rows` in INPUT_BLOCK, left in the last layer's OUTPUTS. */
export function predict(program: usize, rows: u32): void {
  if (load<u32>(program, DTYPE) == FLOAT32) forward<f32>(program, load<u32>(program, INPUT_BLOCK), rows)
  else forward<f64>(program, load<u32>(program, INPUT_BLOCK), rows)
}

/**
 * Adds the `rows` in INPUT_BLOCK and TARGET_BLOCK to the loss, and with `differentiates` to the gradients, of a batch of
 * `batchRows`. `isFirst` starts the batch.
 */
export function evaluate(program: usize, rows: u32, batchRows: u32, differentiates: bool, isFirst: bool): void {
  const inputs = load<u32>(program, INPUT_BLOCK), targets = load<u32>(program, TARGET_BLOCK)
  if (isFirst) clearLoss(program)
  if (load<u32>(program, DTYPE) == FLOAT32) block<f32>(program, inputs, targets, rows, batchRows, differentiates, isFirst)
  else block<f64>(program, inputs, targets, rows, batchRows, differentiates, isFirst)
}

/** The loss of the evaluated blocks. */
export function loss(program: usize, batchRows: u32): f64 {
  return batchLoss(program, batchRows)
}

/** From the gradients of the loss, as `evaluate` leaves them, to those of the objective; with `clips` clipped. */
export function adjust(program: usize, clips: bool): void {
  if (load<u32>(program, DTYPE) == FLOAT32) adjustGradients<f32>(program, clips)
  else adjustGradients<f64>(program, clips)
}

/** One step of the optimizer with the gradients of the loss as they lie. */
export function step(program: usize, rate: f64): void {
  if (load<u32>(program, DTYPE) == FLOAT32) stepOf<f32>(program, rate)
  else stepOf<f64>(program, rate)
}

/** Whether none of the program's numbers in `bytes` from `values` on is an infinity or NaN. */
export function allFinite(program: usize, values: usize, bytes: usize): bool {
  return load<u32>(program, DTYPE) == FLOAT32 ? allFiniteOf<f32>(values, bytes) : allFiniteOf<f64>(values, bytes)
}
