// One optimizer step, and the loop over batches and epochs: assembly/training.ts in plain TypeScript.
import {
  DIFFERENTIATES,
  DIVERGED,
  DROPS,
  EPOCHS_ENDED,
  GIVES_DERIVATIVES,
  SLICE_ENDED,
  TARGET_REACHED,
  WEIGHS_OUTPUTS,
} from '../../../../assembly/ids.ts'
import {
  ADJUSTS_GRADIENTS,
  BATCH_ROWS,
  BLOCK_ROWS,
  DATA_INPUTS,
  DATA_ROWS,
  DATA_TARGETS,
  DELTAS,
  EPOCH,
  EPOCH_LOSSES,
  EPOCH_LOSSES_CAPACITY,
  EPOCH_LOSSES_COUNT,
  EPOCH_SUM,
  EPOCHS_LEFT,
  GRADIENT_FACTOR,
  INPUT_BLOCK,
  INPUT_STRIDE,
  LAYER_COUNT,
  LAYER_SIZE,
  LAYERS,
  LEARNING_RATE,
  LOSS,
  LOSS_COLUMNS,
  LOSS_FACTOR,
  LOSS_PARAMETER,
  MEAN_OVER_ROWS,
  NETS,
  ORDER,
  ORDERED_EPOCH,
  OUTPUTS,
  POSITION,
  RATES,
  SAMPLE_WEIGHTS,
  SEED,
  STEP,
  STOP_AT_EPOCH_END,
  STRIDE,
  TARGET_BLOCK,
  TARGET_LOSS,
  TARGET_STRIDE,
  UNITS,
  WEIGHT_BLOCK,
  WEIGHT_COLUMNS,
} from '../../../../assembly/program.ts'
import { shuffle } from '../../../numerics/random.ts'
import type { Memory } from '../memory.ts'
import { round, SHIFT, type Values } from './dtype.ts'
import { adjustGradients, decayWeights } from './gradients.ts'
import { addLoss, addWeightedLoss, giveDerivatives } from './losses.ts'
import { backward, forward } from './network.ts'
import { update } from './optimizers.ts'

function outputLayer({ words }: Memory<Values>, program: number): number {
  return words[(program + LAYERS) >>> 2] + (words[(program + LAYER_COUNT) >>> 2] - 1) * LAYER_SIZE
}

/** Sets the sums of the terms of the loss to zero, before the first block of a batch. */
export function clearLoss(memory: Memory<Values>, program: number): void {
  const columns = memory.words[(program + LOSS_COLUMNS) >>> 2] >>> 3
  const end = columns + memory.words[(outputLayer(memory, program) + UNITS) >>> 2]
  // A loop: `fill` is a call out of compiled code, dearer than a few stores.
  for (let column = columns; column < end; column++) memory.doubles[column] = 0
}

/** The sum of the loss terms of all blocks since `clearLoss`: over the outputs, in order, of the sums over rows. */
function lossSum(memory: Memory<Values>, program: number): number {
  const columns = memory.words[(program + LOSS_COLUMNS) >>> 2] >>> 3
  const end = columns + memory.words[(outputLayer(memory, program) + UNITS) >>> 2]
  let sum = 0
  for (let column = columns; column < end; column++) sum += memory.doubles[column]
  return sum
}

function lossOf({ words, doubles }: Memory<Values>, program: number, sum: number, rows: number): number {
  const loss = sum * doubles[(program + LOSS_FACTOR) >>> 3]
  return words[(program + MEAN_OVER_ROWS) >>> 2] ? loss / rows : loss
}

/**
 * Forward pass and loss of one block, from row `firstRow` on of a batch of `batchRows`, and what the flags of ids.ts say.
 * `weights`: byte address of a float64 per row, or per row and output; 0: every row counts 1.
 */
export function block(
  memory: Memory<Values>,
  program: number,
  inputs: number,
  targets: number,
  weights: number,
  firstRow: number,
  rows: number,
  batchRows: number,
  flags: number,
): void {
  const drops = (flags & DROPS) !== 0
  const isGiven = (flags & GIVES_DERIVATIVES) !== 0
  const { words, doubles, values } = memory
  forward(memory, program, inputs, words[(program + INPUT_STRIDE) >>> 2], firstRow, rows, drops)
  const factor = doubles[(program + GRADIENT_FACTOR) >>> 3]
  const output = outputLayer(memory, program)
  const nets = words[(output + NETS) >>> 2] >>> SHIFT
  const outputs = words[(output + OUTPUTS) >>> 2] >>> SHIFT
  const deltas = words[(output + DELTAS) >>> 2] >>> SHIFT
  const units = words[(output + UNITS) >>> 2]
  const stride = words[(output + STRIDE) >>> 2] >>> SHIFT
  const goals = targets >>> SHIFT
  const scale = words[(program + MEAN_OVER_ROWS) >>> 2] ? factor / batchRows : factor
  const sums = words[(program + LOSS_COLUMNS) >>> 2] >>> 3
  const loss = words[(program + LOSS) >>> 2]
  const parameter = doubles[(program + LOSS_PARAMETER) >>> 3]
  if (isGiven) {
    giveDerivatives(values, goals, deltas, rows, units, stride)
  } else if (weights) {
    const first = weights >>> 3
    const weighsOutputs = (flags & WEIGHS_OUTPUTS) !== 0
    addWeightedLoss(
      values,
      doubles,
      loss,
      nets,
      outputs,
      goals,
      first,
      weighsOutputs,
      deltas,
      sums,
      rows,
      units,
      stride,
      scale,
      parameter,
    )
  } else {
    addLoss(values, doubles, loss, nets, outputs, goals, deltas, sums, rows, units, stride, round(scale), parameter)
  }
  if (flags & DIFFERENTIATES) backward(memory, program, inputs, rows, firstRow !== 0, drops, isGiven)
}

/** The loss of the batch whose blocks have been worked through. */
export function batchLoss(memory: Memory<Values>, program: number, rows: number): number {
  return lossOf(memory, program, lossSum(memory, program), rows)
}

/** Copies the rows whose numbers stand at `order` together. */
function gather(
  { words, values }: Memory<Values>,
  source: number,
  stride: number,
  order: number,
  rows: number,
  target: number,
): void {
  const elements = stride >>> SHIFT
  for (let i = 0; i < rows; i++) {
    const from = (source + words[order + i] * stride) >>> SHIFT
    const to = (target >>> SHIFT) + i * elements
    for (let j = 0; j < elements; j++) values[to + j] = values[from + j]
  }
}

/** The same for rows of so many float64. */
function gatherDoubles(
  { words, doubles }: Memory<Values>,
  source: number,
  columns: number,
  order: number,
  rows: number,
  target: number,
) {
  let to = target >>> 3
  for (let i = 0; i < rows; i++) {
    const from = (source >>> 3) + words[order + i] * columns
    for (let column = 0; column < columns; column++) doubles[to++] = doubles[from + column]
  }
}

/** Gradients and terms of the loss of the batch of `rows` at POSITION */
function batch(memory: Memory<Values>, program: number, rows: number): void {
  const { words } = memory
  const order = words[(program + ORDER) >>> 2]
  const blockRows = words[(program + BLOCK_ROWS) >>> 2]
  const weightColumns = words[(program + WEIGHT_COLUMNS) >>> 2]
  const flags = DIFFERENTIATES | DROPS | (weightColumns > 1 ? WEIGHS_OUTPUTS : 0)
  clearLoss(memory, program)
  for (let done = 0; done < rows; done += blockRows) {
    const count = Math.min(blockRows, rows - done)
    const row = words[(program + POSITION) >>> 2] + done
    let inputs = words[(program + DATA_INPUTS) >>> 2]
    let targets = words[(program + DATA_TARGETS) >>> 2]
    let weights = words[(program + SAMPLE_WEIGHTS) >>> 2]
    if (order) {
      gather(
        memory,
        inputs,
        words[(program + INPUT_STRIDE) >>> 2],
        (order >>> 2) + row,
        count,
        words[(program + INPUT_BLOCK) >>> 2],
      )
      gather(
        memory,
        targets,
        words[(program + TARGET_STRIDE) >>> 2],
        (order >>> 2) + row,
        count,
        words[(program + TARGET_BLOCK) >>> 2],
      )
      inputs = words[(program + INPUT_BLOCK) >>> 2]
      targets = words[(program + TARGET_BLOCK) >>> 2]
      if (weights) {
        gatherDoubles(memory, weights, weightColumns, (order >>> 2) + row, count, words[(program + WEIGHT_BLOCK) >>> 2])
        weights = words[(program + WEIGHT_BLOCK) >>> 2]
      }
    } else {
      inputs += row * words[(program + INPUT_STRIDE) >>> 2]
      targets += row * words[(program + TARGET_STRIDE) >>> 2]
      if (weights) weights += 8 * weightColumns * row
    }
    block(memory, program, inputs, targets, weights, done, count, rows, flags)
  }
}

/** The optimizer's step with the gradients of the loss as they lie. */
export function step(memory: Memory<Values>, program: number, rate: number): void {
  if (memory.words[(program + ADJUSTS_GRADIENTS) >>> 2]) {
    adjustGradients(memory, program, true)
    decayWeights(memory, program, rate)
  }
  update(memory, program, rate)
  memory.doubles[(program + STEP) >>> 3] += 1
}

/**
 * Trains on at most `steps` batches; says why it came back. EPOCH_LOSSES has the losses of the epochs that ended. No step is
 * taken on a batch with which the epoch's loss is not finite.
 */
export function train(memory: Memory<Values>, program: number, steps: number): number {
  const { words, doubles } = memory
  const dataRows = words[(program + DATA_ROWS) >>> 2]
  const batchRows = words[(program + BATCH_ROWS) >>> 2]
  const rates = words[(program + RATES) >>> 2]
  words[(program + EPOCH_LOSSES_COUNT) >>> 2] = 0
  for (let done = 0; done < steps; done++) {
    drawOrder(memory, program)
    const position = words[(program + POSITION) >>> 2]
    const rows = Math.min(batchRows, dataRows - position)
    batch(memory, program, rows)
    const sum = doubles[(program + EPOCH_SUM) >>> 3] + lossSum(memory, program)
    if (!Number.isFinite(lossOf(memory, program, sum, dataRows))) return DIVERGED
    step(memory, program, rates ? doubles[(rates >>> 3) + done] : doubles[(program + LEARNING_RATE) >>> 3])
    doubles[(program + EPOCH_SUM) >>> 3] = sum
    words[(program + POSITION) >>> 2] = position + rows
    if (position + rows === dataRows) {
      const status = endEpoch(memory, program, dataRows)
      if (status !== SLICE_ENDED) return status
      const isFull = words[(program + EPOCH_LOSSES_COUNT) >>> 2] === words[(program + EPOCH_LOSSES_CAPACITY) >>> 2]
      if (words[(program + STOP_AT_EPOCH_END) >>> 2] || isFull) break
    }
  }
  return SLICE_ENDED
}

function drawOrder({ words, doubles }: Memory<Values>, program: number): void {
  const order = words[(program + ORDER) >>> 2] >>> 2
  const epoch = doubles[(program + EPOCH) >>> 3]
  if (!order || doubles[(program + ORDERED_EPOCH) >>> 3] === epoch) return
  const rows = words[(program + DATA_ROWS) >>> 2]
  shuffle(words.subarray(order, order + rows), rows, words[(program + SEED) >>> 2], epoch)
  doubles[(program + ORDERED_EPOCH) >>> 3] = epoch
}

function endEpoch(memory: Memory<Values>, program: number, rows: number): number {
  const { words, doubles } = memory
  const loss = lossOf(memory, program, doubles[(program + EPOCH_SUM) >>> 3], rows)
  const count = words[(program + EPOCH_LOSSES_COUNT) >>> 2]
  doubles[(words[(program + EPOCH_LOSSES) >>> 2] >>> 3) + count] = loss
  words[(program + EPOCH_LOSSES_COUNT) >>> 2] = count + 1
  doubles[(program + EPOCH_SUM) >>> 3] = 0
  words[(program + POSITION) >>> 2] = 0
  doubles[(program + EPOCH) >>> 3] += 1
  const left = doubles[(program + EPOCHS_LEFT) >>> 3] - 1
  doubles[(program + EPOCHS_LEFT) >>> 3] = left
  if (loss <= doubles[(program + TARGET_LOSS) >>> 3]) return TARGET_REACHED
  return left === 0 ? EPOCHS_ENDED : SLICE_ENDED
}
