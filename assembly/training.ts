// One optimizer step, and the loop over batches and epochs. The cursor (epoch, position, step) lies in the program, so a
// call may end after any batch and the next one goes on from there.
import { backward } from './backward'
import { forward } from './forward'
import { DIFFERENTIATES, DIVERGED, DROPS, EPOCHS_ENDED, GIVES_DERIVATIVES, SLICE_ENDED, TARGET_REACHED, WEIGHS_OUTPUTS } from './ids'
import { adjustGradients, decayWeights } from './gradients'
import { gatherDoubles } from './kernels/matrix'
import { addLoss, addWeightedLoss, giveDerivatives } from './losses'
import {
  ADJUSTS_GRADIENTS, BATCH_ROWS, BLOCK_ROWS, DATA_INPUTS, DATA_ROWS, DATA_TARGETS, DELTAS, EPOCH, EPOCH_LOSSES, EPOCH_LOSSES_CAPACITY,
  EPOCH_LOSSES_COUNT, EPOCH_SUM, EPOCHS_LEFT, GRADIENT_FACTOR, INPUT_BLOCK, INPUT_STRIDE, LAYER_COUNT, LAYER_SIZE, LAYERS,
  LEARNING_RATE, LOSS, LOSS_COLUMNS, LOSS_FACTOR, LOSS_PARAMETER, MEAN_OVER_ROWS, NETS, ORDER, ORDERED_EPOCH, OUTPUTS, POSITION, RATES,
  SAMPLE_WEIGHTS, SEED, STEP, STOP_AT_EPOCH_END, STRIDE, TARGET_BLOCK, TARGET_LOSS, TARGET_STRIDE, UNITS, WEIGHT_BLOCK, WEIGHT_COLUMNS,
} from './program'
import { shuffle } from './random'
import { teamGather, teamUpdate } from './team'

// @ts-ignore: decorator
@inline
function outputLayer(program: usize): usize {
  return load<u32>(program, LAYERS) + (load<u32>(program, LAYER_COUNT) - 1) * LAYER_SIZE
}

/** Sets the sums of the terms of the loss to zero, before the first block of a batch. */
export function clearLoss(program: usize): void {
  // A loop: memory.fill is a call out of WebAssembly, dearer than a few stores.
  let column: usize = load<u32>(program, LOSS_COLUMNS)
  for (const end = column + (load<u32>(outputLayer(program), UNITS) << 3); column < end; column += 8) store<f64>(column, 0)
}

/** The sum of the loss terms of all blocks since `clearLoss`: over the outputs, in order, of the sums over rows. */
function lossSum(program: usize): f64 {
  let sum: f64 = 0
  let column: usize = load<u32>(program, LOSS_COLUMNS)
  for (const end = column + (load<u32>(outputLayer(program), UNITS) << 3); column < end; column += 8) sum += load<f64>(column)
  return sum
}

// @ts-ignore: decorator
@inline
function lossOf(program: usize, sum: f64, rows: u32): f64 {
  const loss = sum * load<f64>(program, LOSS_FACTOR)
  return load<u32>(program, MEAN_OVER_ROWS) ? loss / <f64>rows : loss
}

/**
 * Forward pass and loss of one block, from row `firstRow` on of a batch of `batchRows`, and what the flags of ids.ts say.
 * @param weights f64 per row, or per row and output; 0: every row counts 1
 */
export function block<T>(
  program: usize, inputs: usize, targets: usize, weights: usize, firstRow: u32, rows: u32, batchRows: u32, flags: u32,
): void {
  const drops = (flags & DROPS) != 0, isGiven = (flags & GIVES_DERIVATIVES) != 0
  forward<T>(program, inputs, load<u32>(program, INPUT_STRIDE), firstRow, rows, drops)
  const factor = load<f64>(program, GRADIENT_FACTOR)
  const scale = load<u32>(program, MEAN_OVER_ROWS) ? factor / <f64>batchRows : factor
  const output = outputLayer(program), loss = load<u32>(program, LOSS), parameter = load<f64>(program, LOSS_PARAMETER)
  const nets: usize = load<u32>(output, NETS), outputs: usize = load<u32>(output, OUTPUTS), deltas: usize = load<u32>(output, DELTAS)
  const sums: usize = load<u32>(program, LOSS_COLUMNS), units: usize = load<u32>(output, UNITS), stride: usize = load<u32>(output, STRIDE)
  if (isGiven) {
    giveDerivatives<T>(targets, deltas, rows, units, stride)
  } else if (weights) {
    const weighsOutputs = (flags & WEIGHS_OUTPUTS) != 0
    addWeightedLoss<T>(loss, nets, outputs, targets, weights, weighsOutputs, deltas, sums, rows, units, stride, scale, parameter)
  } else {
    addLoss<T>(loss, nets, outputs, targets, deltas, sums, rows, units, stride, <T>scale, parameter)
  }
  if (flags & DIFFERENTIATES) backward<T>(program, inputs, rows, firstRow != 0, drops, isGiven)
}

/** The loss of the batch whose blocks have been worked through. */
export function batchLoss(program: usize, rows: u32): f64 {
  return lossOf(program, lossSum(program), rows)
}

/** Gradients and terms of the loss of the batch of `rows` at POSITION */
function batch<T>(program: usize, rows: u32): void {
  const position = load<u32>(program, POSITION)
  const order = load<u32>(program, ORDER)
  const blockRows = load<u32>(program, BLOCK_ROWS)
  const inputStride = load<u32>(program, INPUT_STRIDE), targetStride = load<u32>(program, TARGET_STRIDE)
  const weightColumns = load<u32>(program, WEIGHT_COLUMNS)
  const flags: u32 = DIFFERENTIATES | DROPS | (weightColumns > 1 ? WEIGHS_OUTPUTS : 0)
  clearLoss(program)
  for (let done: u32 = 0; done < rows; done += blockRows) {
    const count = min<u32>(blockRows, rows - done)
    const row = position + done
    let inputs: usize = load<u32>(program, DATA_INPUTS), targets: usize = load<u32>(program, DATA_TARGETS)
    let weights: usize = load<u32>(program, SAMPLE_WEIGHTS)
    if (order) {
      const numbers = order + (row << 2)
      teamGather<T>(program, inputs, inputStride, numbers, count, load<u32>(program, INPUT_BLOCK))
      teamGather<T>(program, targets, targetStride, numbers, count, load<u32>(program, TARGET_BLOCK))
      inputs = load<u32>(program, INPUT_BLOCK)
      targets = load<u32>(program, TARGET_BLOCK)
      if (weights) {
        gatherDoubles(weights, weightColumns, numbers, count, load<u32>(program, WEIGHT_BLOCK))
        weights = load<u32>(program, WEIGHT_BLOCK)
      }
    } else {
      inputs += row * inputStride
      targets += row * targetStride
      if (weights) weights += <usize>row * weightColumns << 3
    }
    block<T>(program, inputs, targets, weights, done, count, rows, flags)
  }
}

/** The optimizer's step with the gradients of the loss as they lie. */
export function step<T>(program: usize, rate: f64): void {
  if (load<u32>(program, ADJUSTS_GRADIENTS)) {
    adjustGradients<T>(program, true)
    decayWeights<T>(program, rate)
  }
  teamUpdate<T>(program, rate)
  store<f64>(program, load<f64>(program, STEP) + 1, STEP)
}

/**
 * Trains on at most `steps` batches; says why it came back. EPOCH_LOSSES has the losses of the epochs that ended. No step is
 * taken on a batch with which the epoch's loss is not finite.
 */
export function train<T>(program: usize, steps: u32): u32 {
  const dataRows = load<u32>(program, DATA_ROWS), batchRows = load<u32>(program, BATCH_ROWS)
  const rates: usize = load<u32>(program, RATES)
  store<u32>(program, 0, EPOCH_LOSSES_COUNT)
  for (let done: u32 = 0; done < steps; done++) {
    if (load<u32>(program, ORDER)) drawOrder(program)
    const position = load<u32>(program, POSITION)
    const rows = min<u32>(batchRows, dataRows - position)
    batch<T>(program, rows)
    const sum = load<f64>(program, EPOCH_SUM) + lossSum(program)
    if (!isFinite(lossOf(program, sum, dataRows))) return DIVERGED
    step<T>(program, rates ? load<f64>(rates + (done << 3)) : load<f64>(program, LEARNING_RATE))
    store<f64>(program, sum, EPOCH_SUM)
    store<u32>(program, position + rows, POSITION)
    if (position + rows == dataRows) {
      const status = endEpoch(program, dataRows)
      if (status != SLICE_ENDED) return status
      if (load<u32>(program, STOP_AT_EPOCH_END) || load<u32>(program, EPOCH_LOSSES_COUNT) == load<u32>(program, EPOCH_LOSSES_CAPACITY)) break
    }
  }
  return SLICE_ENDED
}

function drawOrder(program: usize): void {
  const epoch = load<f64>(program, EPOCH)
  if (load<f64>(program, ORDERED_EPOCH) == epoch) return
  shuffle(load<u32>(program, ORDER), load<u32>(program, DATA_ROWS), load<u32>(program, SEED), <u64>epoch)
  store<f64>(program, epoch, ORDERED_EPOCH)
}

function endEpoch(program: usize, rows: u32): u32 {
  const loss = lossOf(program, load<f64>(program, EPOCH_SUM), rows)
  const count = load<u32>(program, EPOCH_LOSSES_COUNT)
  store<f64>(load<u32>(program, EPOCH_LOSSES) + (count << 3), loss)
  store<u32>(program, count + 1, EPOCH_LOSSES_COUNT)
  store<f64>(program, 0, EPOCH_SUM)
  store<u32>(program, 0, POSITION)
  store<f64>(program, load<f64>(program, EPOCH) + 1, EPOCH)
  const left = load<f64>(program, EPOCHS_LEFT) - 1
  store<f64>(program, left, EPOCHS_LEFT)
  if (loss <= load<f64>(program, TARGET_LOSS)) return TARGET_REACHED
  return left == 0 ? EPOCHS_ENDED : SLICE_ENDED
}
