// Training with an optimizer that asks for the loss and the gradients of all rows several times a step. Both engines share
// it, so that their bits are equal by construction; loaded only where such an optimizer is chosen.
import {
  CONVERGED,
  DIFFERENTIATES,
  DIVERGED,
  DROPS,
  EPOCHS_ENDED,
  SLICE_ENDED,
  TARGET_REACHED,
} from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { NetworkState } from '../memory/state.ts'
import { halfSquares } from '../numerics/norms.ts'
import { type Values, valuesOf } from '../numerics/values.ts'
import { penaltyOf } from '../prediction/blocks.ts'
import { lbfgsStep } from './lbfgs.ts'
import type { DataStep } from './state.ts'

export function stepOnData(state: NetworkState, rate: number, flags = DIFFERENTIATES | DROPS): DataStep {
  const { engine, layout, config } = state
  const { parameters, parameterBytes, gradients, bytesPerValue } = layout
  const slots = new Float64Array(engine.buffer, P.PROGRAM + P.OPTIMIZER_VALUES, P.OPTIMIZER_VALUES_COUNT)
  let lossBefore: number | undefined
  const { outcome } = lbfgsStep(
    {
      values: valuesOf(engine.buffer, config.dtype),
      count: parameterBytes / bytesPerValue,
      weights: parameters / bytesPerValue,
      gradients: gradients / bytesPerValue,
      state: (parameters + parameterBytes) / bytesPerValue,
      historySize: Number(config.optimizer.options.historySize),
      tolerance: Number(config.optimizer.options.tolerance),
      get: (slot) => slots[slot],
      set: (slot, value) => {
        slots[slot] = value
      },
      evaluate: () => {
        const loss = evaluateData(state, flags)
        lossBefore ??= loss
        return loss + penaltyOf(state) + addDecay(state)
      },
    },
    rate,
  )
  if (outcome === 'notFinite') return { loss: Number.NaN, hasConverged: false }
  const view = new DataView(engine.buffer, P.PROGRAM)
  view.setFloat64(P.STEP, view.getFloat64(P.STEP, true) + 1, true)
  return { loss: lossBefore ?? Number.NaN, hasConverged: outcome === 'converged' }
}

/** Loss of the data set as one batch, and the gradients of loss + penalties */
function evaluateData({ engine, layout }: NetworkState, flags: number): number {
  const { blockRows, inputStride, targetStride } = layout
  const view = new DataView(engine.buffer, P.PROGRAM)
  const word = (field: number) => view.getUint32(field, true)
  const rows = word(P.DATA_ROWS)
  for (let row = 0; row < rows; row += blockRows) {
    const inputs = word(P.DATA_INPUTS) + row * inputStride
    const targets = word(P.DATA_TARGETS) + row * targetStride
    const weights = word(P.SAMPLE_WEIGHTS) && word(P.SAMPLE_WEIGHTS) + 8 * row
    engine.evaluate(P.PROGRAM, inputs, targets, weights, row, Math.min(blockRows, rows - row), rows, flags)
  }
  const loss = engine.loss(P.PROGRAM, rows)
  engine.adjust(P.PROGRAM, false)
  return loss
}

/** Weight decay is part of the objective here: adds its gradients, and gives ½ · decay · Σw². */
function addDecay({ engine, layout, config }: NetworkState): number {
  const { weightDecay, decayBiases } = config.optimizer.options
  const decay = Number(weightDecay)
  if (decay === 0) return 0
  const values = valuesOf(engine.buffer, config.dtype)
  const toGradients = (layout.gradients - layout.parameters) / layout.bytesPerValue
  const decayed: Values[] = []
  layout.layers.forEach(({ inputs, weights, stride }, index) => {
    const decaysBiases = decayBiases && config.layers[index].trainsBiases
    // The biases lie behind the weights as one more row.
    const count = ((inputs + Number(decaysBiases)) * stride) / layout.bytesPerValue
    const start = weights / layout.bytesPerValue
    decayed.push(values.subarray(start, start + count))
    for (let i = start; i < start + count; i++) values[i + toGradients] += decay * values[i]
  })
  return halfSquares(decay, decayed)
}

/** As `train` of the engine contract, with batches that are full */
export function trainOnData(state: NetworkState, steps: number): number {
  const { buffer } = state.engine
  const words = new Uint32Array(buffer, P.PROGRAM, P.PROGRAM_SIZE / 4)
  const doubles = new Float64Array(buffer, P.PROGRAM, P.PROGRAM_SIZE / 8)
  const losses = new Float64Array(buffer, words[P.EPOCH_LOSSES >>> 2], words[P.EPOCH_LOSSES_CAPACITY >>> 2])
  const rates = words[P.RATES >>> 2]
  words[P.EPOCH_LOSSES_COUNT >>> 2] = 0
  for (let done = 0; done < steps && done < losses.length; done++) {
    const rate = rates ? new Float64Array(buffer, rates, steps)[done] : doubles[P.LEARNING_RATE >>> 3]
    const { loss, hasConverged } = stepOnData(state, rate)
    if (!Number.isFinite(loss)) return DIVERGED
    losses[done] = loss
    words[P.EPOCH_LOSSES_COUNT >>> 2] = done + 1
    doubles[P.EPOCH >>> 3] += 1
    doubles[P.EPOCHS_LEFT >>> 3] -= 1
    if (loss <= doubles[P.TARGET_LOSS >>> 3]) return TARGET_REACHED
    if (hasConverged) return CONVERGED
    if (doubles[P.EPOCHS_LEFT >>> 3] === 0) return EPOCHS_ENDED
    if (words[P.STOP_AT_EPOCH_END >>> 2]) break
  }
  return SLICE_ENDED
}
