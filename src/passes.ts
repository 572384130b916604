// Passes over any number of rows through the engine's fixed blocks: predictions, losses, gradients, one step.
import * as P from '../assembly/program.ts'
import type { Matrix } from './matrix.ts'
import { valuesOf, type Values } from './parameters.ts'
import type { NetworkState } from './state.ts'

/** Raw outputs of all rows, without gaps: rows × outputs, in the network's type, before unscaling. */
export function predictRows({ config, layout, engine }: NetworkState, inputs: Matrix): Values {
  const { blockRows, inputBlock, inputStride, bytesPerValue, layers } = layout
  const { outputs, units, stride } = layers[layers.length - 1]
  const values = valuesOf(engine.buffer, config.dtype)
  const results = config.dtype === 'float32' ? new Float32Array(inputs.rows * units) : new Float64Array(inputs.rows * units)
  for (let row = 0; row < inputs.rows; row += blockRows) {
    const count = Math.min(blockRows, inputs.rows - row)
    inputs.copyRows(row, row + count, values, inputBlock / bytesPerValue, inputStride / bytesPerValue)
    engine.predict(P.PROGRAM, count)
    for (let i = 0; i < count; i++) {
      const from = (outputs + i * stride) / bytesPerValue
      results.set(values.subarray(from, from + units), (row + i) * units)
    }
  }
  return results
}

/** Loss of all rows as one batch; with `differentiates` the gradients are left in memory. */
export function evaluateRows(
  { config, layout, engine }: NetworkState,
  inputs: Matrix,
  targets: Matrix,
  differentiates: boolean,
): number {
  const { blockRows, inputBlock, inputStride, targetBlock, targetStride, bytesPerValue } = layout
  const values = valuesOf(engine.buffer, config.dtype)
  for (let row = 0; row < inputs.rows; row += blockRows) {
    const count = Math.min(blockRows, inputs.rows - row)
    inputs.copyRows(row, row + count, values, inputBlock / bytesPerValue, inputStride / bytesPerValue)
    targets.copyRows(row, row + count, values, targetBlock / bytesPerValue, targetStride / bytesPerValue)
    engine.evaluate(P.PROGRAM, count, inputs.rows, differentiates, row === 0)
  }
  return engine.loss(P.PROGRAM, inputs.rows)
}
