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
  WEIGHS_OUTPUTS,
} from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import { halfSquares } from '../numerics/norms.ts'
import { type Values, valuesOf } from '../numerics/values.ts'
import { penaltyOf } from '../prediction/blocks.ts'
import type { NetworkState } from '../prediction/state.ts'
import { targetsAt } from './batches.ts'
import { lbfgsStep } from './lbfgs.ts'
import type { DataStep } from './session.ts'

export function stepOnData(state: NetworkState, rate: number, flags = DIFFERENTIATES | DROPS): DataStep {
  const { engine, layout, config } = state
  const { parameters, parameterBytes, gradients, bytesPerValue } = layout
  const { program } = engine
  const { optimizerValues: slots } = program
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
  program.set({ stepsDone: program.get('stepsDone') + 1 })
  return { loss: lossBefore ?? Number.NaN, hasConverged: outcome === 'converged' }
}

/** Loss of the data set as one batch, and the gradients of loss + penalties */
function evaluateData(state: NetworkState, flags: number): number {
  const { engine, layout } = state
  const { blockRows, inputStride } = layout
  const [rows, dataInputs, dataTargets, classTargets, sampleWeights, weightColumns] = engine.program.read(
    'dataRows',
    'dataInputs',
    'dataTargets',
    'classTargets',
    'sampleWeights',
    'weightColumns',
  )
  const all = flags | (weightColumns > 1 ? WEIGHS_OUTPUTS : 0)
  for (let row = 0; row < rows; row += blockRows) {
    const count = Math.min(blockRows, rows - row)
    const inputs = dataInputs + row * inputStride
    const targets = targetsAt(state, dataTargets, classTargets === 1, row, count)
    const weights = sampleWeights && sampleWeights + 8 * weightColumns * row
    engine.evaluate(P.PROGRAM, inputs, targets, weights, row, count, rows, all)
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
    const { isTrainable, trainsBiases } = config.layers[index]
    if (!isTrainable) return
    const decaysBiases = decayBiases && trainsBiases
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
  const { buffer, program } = state.engine
  const [epochLosses, capacity, rates] = program.read('epochLosses', 'epochLossesCapacity', 'rates')
  const losses = new Float64Array(buffer, epochLosses, capacity)
  program.set({ epochLossesCount: 0 })
  for (let done = 0; done < steps && done < losses.length; done++) {
    const rate = rates ? new Float64Array(buffer, rates, steps)[done] : program.get('learningRate')
    const { loss, hasConverged } = stepOnData(state, rate)
    if (!Number.isFinite(loss)) return DIVERGED
    losses[done] = loss
    const [epoch, epochsLeft] = program.read('epoch', 'epochsLeft')
    program.set({ epochLossesCount: done + 1, epoch: epoch + 1, epochsLeft: epochsLeft - 1 })
    if (loss <= program.get('targetLoss')) return TARGET_REACHED
    if (hasConverged) return CONVERGED
    if (epochsLeft === 1) return EPOCHS_ENDED
    if (program.get('stopAtEpochEnd')) break
  }
  return SLICE_ENDED
}
