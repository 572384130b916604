// Passes over any number of rows through the engine's fixed blocks: predictions, losses, gradients, one step.
import * as P from '../assembly/program.ts'
import { adviceFor } from './advice.ts'
import { WasmpropError } from './errors.ts'
import type { Matrix } from './matrix.ts'
import { type Values, valuesOf } from './parameters.ts'
import { areParametersFinite, restoreSafePoint, saveSafePoint } from './safe-point.ts'
import { rateAt } from './schedules.ts'
import type { NetworkState } from './state.ts'

/** Raw outputs of all rows, without gaps: rows × outputs, in the network's type, before unscaling. */
export function predictRows({ config, layout, engine }: NetworkState, inputs: Matrix): Values {
  const { blockRows, inputBlock, inputStride, bytesPerValue, layers } = layout
  const { outputs, units, stride } = layers[layers.length - 1]
  const values = valuesOf(engine.buffer, config.dtype)
  const results =
    config.dtype === 'float32' ? new Float32Array(inputs.rows * units) : new Float64Array(inputs.rows * units)
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

/**
 * One optimizer step on all rows as one batch; gives the loss before it. Throws NOT_FINITE, with everything as it was,
 * where the loss or a weight after the step is not finite.
 */
export function stepOnRows(state: NetworkState, inputs: Matrix, targets: Matrix): number {
  const { engine } = state
  const rate = nextRate(state)
  const loss = evaluateRows(state, inputs, targets, true)
  if (!Number.isFinite(loss)) throw notFinite(state, 'the loss of the batch', rate)
  const safePoint = saveSafePoint(state)
  engine.step(P.PROGRAM, rate)
  if (areParametersFinite(state)) return loss
  restoreSafePoint(state, safePoint)
  throw notFinite(state, 'a weight after the step', rate)
}

function notFinite(state: NetworkState, what: string, rate: number): WasmpropError {
  const message = `expected ${what} to be finite; the network is as before. ${adviceFor(state, rate)}`
  return new WasmpropError('NOT_FINITE', message)
}

/** The learning rate of the step that would come next */
export function nextRate({ config, engine, rate }: NetworkState): number {
  const view = new DataView(engine.buffer, P.PROGRAM)
  return rateAt(config.learningRate, rate, view.getFloat64(P.STEP, true), view.getFloat64(P.EPOCH, true))
}
