// Passes over any number of rows through the engine's fixed blocks: predictions, losses, gradients.
import { WEIGHS_OUTPUTS } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { Matrix } from '../data/matrix.ts'
import type { Rows } from '../data/training-set.ts'
import type { LayerLayout, Layout } from '../memory/layout.ts'
import { halfSquares, magnitudes } from '../numerics/norms.ts'
import { newValues, type Values, valuesOf } from '../numerics/values.ts'
import { losses } from '../tables/losses.ts'
import type { NetworkState } from './state.ts'

/** Raw outputs of all rows, without gaps: rows × outputs, in the network's type, before unscaling. */
export function predictRows({ config, layout, engine }: NetworkState, inputs: Matrix): Values {
  const { blockRows, inputBlock, inputStride, bytesPerValue, layers } = layout
  const { units } = layers[layers.length - 1]
  const values = valuesOf(engine.buffer, config.dtype)
  const results = newValues(config.dtype, inputs.rows * units)
  for (let row = 0; row < inputs.rows; row += blockRows) {
    const count = Math.min(blockRows, inputs.rows - row)
    inputs.copyRows(row, row + count, values, inputBlock / bytesPerValue, inputStride / bytesPerValue)
    engine.predict(P.PROGRAM, inputStride, count)
    copyOutputs(values, layout, count, results, row)
  }
  return results
}

/** Copies the outputs of the block that was last passed, without gaps, to row `row` of `results` on. */
export function copyOutputs(values: Values, layout: Layout, count: number, results: Values, row: number): void {
  const { units, outputs, stride } = layout.layers[layout.layers.length - 1]
  for (let i = 0, to = row * units; i < count; i++) {
    // A plain loop: for few units much faster than `set` with a subarray
    for (let from = (outputs + i * stride) / layout.bytesPerValue, end = from + units; from < end; from++, to++) {
      results[to] = values[from]
    }
  }
}

/**
 * Loss of all rows as one batch, by the flags in assembly/ids.ts as in training and with gradients left in memory.
 * @param weights what the loss of each row, or of each of its outputs, is multiplied by
 * @param visit called after each block of rows, whose outputs lie in memory
 */
export function evaluateRows(
  { config, layout, engine, unfinished }: NetworkState,
  { inputs, targets }: Rows,
  flags: number,
  weights?: Float64Array,
  visit?: (row: number, count: number) => void,
): number {
  const { blockRows, inputBlock, inputStride, targetBlock, targetStride, bytesPerValue } = layout
  const values = valuesOf(engine.buffer, config.dtype)
  unfinished?.save()
  for (let row = 0; row < inputs.rows; row += blockRows) {
    const count = Math.min(blockRows, inputs.rows - row)
    inputs.copyRows(row, row + count, values, inputBlock / bytesPerValue, inputStride / bytesPerValue)
    targets.copyRows(row, row + count, values, targetBlock / bytesPerValue, targetStride / bytesPerValue)
    const { address, flag } = placeWeights({ engine, layout }, weights, row, count, inputs.rows)
    engine.evaluate(P.PROGRAM, inputBlock, targetBlock, address, row, count, inputs.rows, flags | flag)
    visit?.(row, count)
  }
  return engine.loss(P.PROGRAM, inputs.rows)
}

/** Puts the weights of a block of so many rows into its room; says where, and by which flag of assembly/ids.ts they are to be read. */
export function placeWeights(
  { engine, layout }: Pick<NetworkState, 'engine' | 'layout'>,
  weights: Float64Array | undefined,
  row: number,
  count: number,
  rows: number,
): { address: number; flag: number } {
  if (!weights) return { address: 0, flag: 0 }
  const columns = weights.length / rows
  const block = weights.subarray(row * columns, (row + count) * columns)
  new Float64Array(engine.buffer, layout.weightBlock, block.length).set(block)
  return { address: layout.weightBlock, flag: columns > 1 ? WEIGHS_OUTPUTS : 0 }
}

/** The terms of the loss of the batch that was last passed: over the outputs, in order, of the sums over rows */
export function lossSum({ engine, layout }: NetworkState): number {
  const { units } = layout.layers[layout.layers.length - 1]
  return new Float64Array(engine.buffer, layout.lossColumns, units).reduce((sum, column) => sum + column, 0)
}

/** The loss that such sums over `rows` rows come to */
export function lossOfSum({ config }: NetworkState, sum: number, rows: number): number {
  const { isMeanOverRows, lossFactor } = losses[config.loss.name]
  const loss = sum * lossFactor(config.layers[config.layers.length - 1].units, config.loss.options)
  return isMeanOverRows ? loss / rows : loss
}

/** l1 · Σ|W| + ½ · l2 · ΣW² over the layers that are trained */
export function penaltyOf({ config, engine, layout }: NetworkState): number {
  const { l1, l2 } = config.regularization
  if (l1 === 0 && l2 === 0) return 0
  const values = valuesOf(engine.buffer, config.dtype)
  const weightsOf = ({ inputs, stride, weights }: LayerLayout) =>
    values.subarray(weights / layout.bytesPerValue, (weights + inputs * stride) / layout.bytesPerValue) // pads are 0
  const lists = layout.layers.filter((_, index) => config.layers[index].isTrainable).map(weightsOf)
  return magnitudes(l1, lists) + halfSquares(l2, lists)
}
