// Batches of the data in memory, worked through block by block from here: bit for bit what `train` of the engine does within.
// For what that cannot do: give the host its turn between blocks, and train on class numbers. Loaded only for these.
import {
  DIFFERENTIATES,
  DIVERGED,
  DROPS,
  EPOCHS_ENDED,
  SLICE_ENDED,
  TARGET_REACHED,
  WEIGHS_OUTPUTS,
} from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import { writeOneHot } from '../data/targets.ts'
import { shuffle } from '../numerics/random.ts'
import { type Values, valuesOf } from '../numerics/values.ts'
import { lossOfSum, lossSum } from '../prediction/blocks.ts'
import type { NetworkState } from '../prediction/state.ts'

/** Targets take less than so many bytes as rows: then they are rows, which the engine itself trains on. */
export const leastBytes = 2 ** 26

/**
 * Where the targets of `count` rows from row `row` on lie: as they are from `targets` on, or where these are class numbers
 * as one-hot rows made of them in TARGET_BLOCK, which takes the rows of a block.
 */
export function targetsAt(
  state: NetworkState,
  targets: number,
  classTargets: boolean,
  row: number,
  count: number,
): number {
  const { engine, layout, config } = state
  if (!classTargets) return targets + row * layout.targetStride
  const first = targets / layout.bytesPerValue + row
  return expandClasses(state, valuesOf(engine.buffer, config.dtype).subarray(first, first + count))
}

/** Makes targets of class numbers, with the labels smoothed, in TARGET_BLOCK; gives its address. */
function expandClasses({ engine, layout, config }: NetworkState, classes: Uint32Array | Values): number {
  const { targetBlock, targetStride, bytesPerValue } = layout
  const values = valuesOf(engine.buffer, config.dtype)
  const { labelSmoothing = 0 } = config.loss.options
  const [offset, stride] = [targetBlock / bytesPerValue, targetStride / bytesPerValue]
  writeOneHot(classes, config.outputs, Number(labelSmoothing), values, offset, stride)
  return targetBlock
}

/** As `train` of the engine contract, on targets that are class numbers */
export function trainOnClasses(state: NetworkState, steps: number): number {
  const { engine, layout } = state
  const { program } = engine
  const [rates, capacity, stopsAtEpochEnd] = program.read('rates', 'epochLossesCapacity', 'stopAtEpochEnd')
  program.set({ epochLossesCount: 0 })
  for (let done = 0; done < steps; done++) {
    const rows = beginBatch(state)
    for (let row = 0; row < rows; row += layout.blockRows) {
      passBlock(state, row, Math.min(layout.blockRows, rows - row), rows)
    }
    const rate = rates ? new Float64Array(engine.buffer, rates, steps)[done] : program.get('learningRate')
    const status = endBatch(state, rows, rate)
    if (status !== SLICE_ENDED) return status
    const hasEpochEnded = program.get('position') === 0
    if (hasEpochEnded && (stopsAtEpochEnd || program.get('epochLossesCount') === capacity)) break
  }
  return SLICE_ENDED
}

/** Draws the order of the epoch where that is due; gives the rows of the next batch. */
export function beginBatch({ engine, config }: NetworkState): number {
  const { program } = engine
  const [order, dataRows, batchRows, position] = program.read('order', 'dataRows', 'batchRows', 'position')
  const [epoch, orderedEpoch] = program.read('epoch', 'orderedEpoch')
  if (order && orderedEpoch !== epoch) {
    shuffle(new Uint32Array(engine.buffer, order, dataRows), dataRows, config.seed, epoch)
    program.set({ orderedEpoch: epoch })
  }
  return Math.min(batchRows, dataRows - position)
}

/** Adds `count` rows from row `done` on of the batch, which has `batchRows`, to its loss and gradients. */
export function passBlock(state: NetworkState, done: number, count: number, batchRows: number): void {
  const { program } = state.engine
  const [weightColumns, order, position] = program.read('weightColumns', 'order', 'position')
  const flags = DIFFERENTIATES | DROPS | (weightColumns > 1 ? WEIGHS_OUTPUTS : 0)
  const place = order ? gatherBlock : placeInOrder
  const { inputs, targets, weights } = place(state, position + done, count)
  state.engine.evaluate(P.PROGRAM, inputs, targets, weights, done, count, batchRows, flags)
}

/** Addresses of the parts of a block, which starts at row `row` of the epoch */
function placeInOrder(state: NetworkState, row: number, count: number) {
  const { program } = state.engine
  const { inputStride } = state.layout
  const [inputs, targets, classTargets] = program.read('dataInputs', 'dataTargets', 'classTargets')
  const [weights, weightColumns] = program.read('sampleWeights', 'weightColumns')
  return {
    inputs: inputs + row * inputStride,
    targets: targetsAt(state, targets, classTargets === 1, row, count),
    weights: weights && weights + 8 * weightColumns * row,
  }
}

/** The same of a shuffled epoch, whose rows are copied together */
function gatherBlock(state: NetworkState, row: number, count: number) {
  const { engine, layout, config } = state
  const { inputBlock, inputStride, targetBlock, targetStride, weightBlock, bytesPerValue } = layout
  const { program } = engine
  const [order, inputs, targets, areClasses] = program.read('order', 'dataInputs', 'dataTargets', 'classTargets')
  const [weights, weightColumns] = program.read('sampleWeights', 'weightColumns')
  const numbers = new Uint32Array(engine.buffer, order + 4 * row, count)
  const bytes = new Uint8Array(engine.buffer)
  const gather = (source: number, stride: number, target: number) => {
    for (let index = 0; index < count; index++) {
      const from = source + numbers[index] * stride
      bytes.copyWithin(target + index * stride, from, from + stride)
    }
    return target
  }
  const classesOf = () => {
    const values = valuesOf(engine.buffer, config.dtype).subarray(targets / bytesPerValue)
    return numbers.map((number) => values[number])
  }
  return {
    inputs: gather(inputs, inputStride, inputBlock),
    targets: areClasses ? expandClasses(state, classesOf()) : gather(targets, targetStride, targetBlock),
    weights: weights && gather(weights, 8 * weightColumns, weightBlock),
  }
}

/** The step of a batch whose blocks were passed, and of its epoch if it is the last one; gives one of the reasons in assembly/ids.ts. */
export function endBatch(state: NetworkState, rows: number, rate: number): number {
  const { engine } = state
  const { program } = engine
  const [dataRows, position, epochSum] = program.read('dataRows', 'position', 'epochSum')
  const sum = epochSum + lossSum(state)
  const loss = lossOfSum(state, sum, dataRows)
  if (!Number.isFinite(loss)) return DIVERGED
  engine.step(P.PROGRAM, rate)
  if (position + rows === dataRows) return endEpoch(state, loss)
  program.set({ epochSum: sum, position: position + rows })
  return SLICE_ENDED
}

function endEpoch({ engine }: NetworkState, loss: number): number {
  const { program } = engine
  const [epochLosses, count, epoch, left] = program.read('epochLosses', 'epochLossesCount', 'epoch', 'epochsLeft')
  new Float64Array(engine.buffer, epochLosses, count + 1)[count] = loss
  const epochsLeft = left - 1
  program.set({ epochLossesCount: count + 1, epochSum: 0, position: 0, epoch: epoch + 1, epochsLeft })
  if (loss <= program.get('targetLoss')) return TARGET_REACHED
  return epochsLeft === 0 ? EPOCHS_ENDED : SLICE_ENDED
}
