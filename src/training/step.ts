// One optimizer step on rows as they come: for `trainOnBatch`, streams, and explanations.

import { DIFFERENTIATES, DROPS } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import { finish } from '../data/steps.ts'
import type { Rows } from '../data/training-set.ts'
import { setOf } from '../data/training-set.ts'
import { WasmpropError } from '../errors.ts'
import { reserveRows } from '../memory/reserve.ts'
import { areParametersFinite, restoreSafePoint, saveSafePoint } from '../memory/rollback.ts'
import { evaluateRows, lossOfSum, lossSum } from '../prediction/blocks.ts'
import type { NetworkState } from '../prediction/state.ts'
import { rateAt } from '../tables/schedules.ts'
import { adviceFor } from './divergence.ts'
import { type FullBatch, keepSession, type TrainingState } from './session.ts'
import { placeRows, takesClasses } from './training-rows.ts'

/** What a step came to: the loss before it, and in words what was not finite, where that undid it */
export interface StepOutcome {
  readonly loss: number
  /** The epoch's sum with this batch */
  readonly sum: number
  readonly rate: number
  readonly failure: string | undefined
}

/**
 * One optimizer step on all rows as one batch. Everything is as it was where the loss or a weight after it is not finite.
 * `epochSum` is that of the batches before, where there is an epoch: its loss has to stay finite as well.
 */
export function stepOnRows(
  state: TrainingState,
  rows: Rows,
  weights?: Float64Array,
  flags = DIFFERENTIATES | DROPS,
  epochSum = 0,
): StepOutcome {
  const { engine } = state
  const rate = nextRate(state)
  if (state.fullBatch) return searchOnRows(state, state.fullBatch, rows, weights, flags, rate)
  const loss = evaluateRows(state, rows, flags, weights)
  const sum = epochSum + lossSum(state)
  const outcome = { loss, sum, rate, failure: undefined }
  if (!Number.isFinite(loss)) return { ...outcome, failure: 'the loss of the batch' }
  if (!Number.isFinite(lossOfSum(state, sum, 1))) return { ...outcome, failure: 'the loss of the epoch' }
  const safePoint = saveSafePoint(state)
  try {
    engine.step(P.PROGRAM, rate)
  } catch (error) {
    restoreSafePoint(state, safePoint)
    throw error
  }
  if (areParametersFinite(state)) return outcome
  restoreSafePoint(state, safePoint)
  return { ...outcome, failure: 'a weight after the step' }
}

/** The same with an optimizer that needs the rows in memory for several passes */
function searchOnRows(
  state: TrainingState,
  { stepOnData }: FullBatch,
  rows: Rows,
  weights: Float64Array | undefined,
  flags: number,
  rate: number,
): StepOutcome {
  const count = rows.inputs.rows
  const data = {
    rows: count,
    batchRows: count,
    validationRows: 0,
    isShuffled: false,
    isWeighted: weights !== undefined,
    weightColumns: weights ? weights.length / count : 1,
    hasRates: false,
    classTargets: takesClasses(state, [rows]),
    split: undefined,
  }
  keepSession(state)
  finish(placeRows(state, reserveRows(state, data), { ...setOf(rows), weights }))
  const { loss } = stepOnData(state, rate, flags)
  const outcome = { loss, sum: lossSum(state), rate, failure: undefined }
  return Number.isFinite(loss) ? outcome : { ...outcome, failure: 'the loss of the batch' }
}

/** The error for a step that was undone */
export function notFinite(state: TrainingState, { failure, rate }: StepOutcome, { inputs }: Rows): WasmpropError {
  const message = `expected ${failure} to be finite; the network is as before. ${adviceFor(state, rate, inputs)}`
  return new WasmpropError('NOT_FINITE', message)
}

/** The learning rate of the step that would come next */
export function nextRate({ config, engine, rate }: NetworkState): number {
  const { program } = engine
  return rateAt(config.learningRate, rate, program.get('stepsDone'), program.get('epoch'))
}
