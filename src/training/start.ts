// From a call of `train` or `resume` to its run: everything is checked before anything is changed, then the
// rows go into memory.

import type { ResolvedConfig } from '../config/config.ts'
import type { MatrixInput } from '../data/forms.ts'
import type { Matrix, Unread } from '../data/matrix.ts'
import { takeWeightedRows } from '../data/rows.ts'
import { fitAndScale, fittedScalings, scaleSet } from '../data/scaling.ts'
import type { Steps } from '../data/steps.ts'
import { divideRows, type Rows, type TrainingSet, takeClassWeights } from '../data/training-set.ts'
import { unexpected } from '../errors.ts'
import type { DataShape } from '../memory/layout.ts'
import { reserveRows } from '../memory/reserve.ts'
import { refuse } from '../options/check.ts'
import { epochMetricsFor } from '../prediction/metrics.ts'
import { optimizers } from '../tables/optimizers.ts'
import { isConstant, type RateState } from '../tables/schedules.ts'
import { TrainingRun } from './loop.ts'
import type { HostOptions, ResolvedTrainOptions, ResumeOptions, TrainOptions } from './options.ts'
import { metricTargetsOf, refuseMissing, takeOwn } from './own-rows.ts'
import { resolveResumeOptions, resolveTrainOptions } from './resolve-options.ts'
import type { TrainResult } from './result.ts'
import { beginSession, type TrainingSession, type TrainingState } from './session.ts'
import { fingerprintSteps, keepingData, type SessionData, writeOwnRows } from './session-data.ts'
import { placeRows, takesClasses } from './training-rows.ts'

/**
 * Takes everything of the caller as it is at the call. Large rows are looked at then and taken in steps, where what has been
 * changed is refused: INVALID_DATA. No memory of the network is touched before all code of the caller has run.
 */
export function* startTraining(
  state: TrainingState,
  inputs: MatrixInput,
  targets: MatrixInput,
  options: TrainOptions | undefined,
  unread?: Unread,
): Steps<TrainingRun> {
  const resolved = resolveTrainOptions(options)
  const { validation, sampleWeights } = resolved
  const inSteps = unread !== undefined
  const { rows, weights, isMasked } = takeWeightedRows(state, inputs, targets, sampleWeights, '', 'trained', inSteps)
  const ownRows = validation && takeOwn(state, validation, inSteps)
  const classWeights = resolved.classWeights && takeClassWeights(resolved.classWeights, state.config.outputs)
  yield* prepareAll(matricesOf(rows, ownRows?.rows), unread)
  if (resolved.metrics?.length && (ownRows?.isMasked ?? isMasked)) refuseMissing()
  const division = ownRows && validation ? { validation: { ...validation, sampleWeights: ownRows.weights } } : {}
  const own = { ...resolved, ...division, sampleWeights: weights, classWeights }
  return yield* startOnRows(state, rows, ownRows?.rows, own, unread)
}

function matricesOf(rows: Rows, held: Rows | undefined): Matrix[] {
  return held ? [rows.inputs, rows.targets, held.inputs, held.targets] : [rows.inputs, rows.targets]
}

/** What is left to do when rows were read */
function* prepareAll(matrices: readonly Matrix[], unread: Unread = { matrices }): Steps<void> {
  unread.matrices = matrices
  for (const { preparation } of matrices) if (preparation) yield* preparation
}

/** The same on checked rows, and rows of their own for the validation */
export function* startOnRows(
  state: TrainingState,
  rows: Rows,
  ownRows: Rows | undefined,
  options: ResolvedTrainOptions,
  unread: Unread = { matrices: [] },
): Steps<TrainingRun> {
  const metrics = options.metrics ? epochMetricsFor(options.metrics, state.config) : []
  const set = divideRows(rows, options, state.config.seed, ownRows)
  const metricTargets = metrics.length > 0 ? metricTargetsOf(set, metrics) : undefined
  const data = describeData(state, options, set)
  unread.matrices = matricesOf(set, set.validation)
  const { scalings, scaled } = yield* fitAndScale(state, set)
  const sessionOptions = metricTargets ? { ...options.session, metrics } : options.session
  const session = beginSession(state, sessionOptions, data)
  Object.assign(session, { metricTargets, validationWeights: set.validationWeights, heldRows: set.heldRows })
  const places = reserveRows(state, data)
  yield* placeRows(state, places, scaled, unread)
  // Nothing is refused any more.
  Object.assign(state, scalings)
  state.engine.program.set({ position: 0, epochSum: 0, epochsLeft: options.session.epochs })
  state.session = session
  return new TrainingRun(state, session, data, places, options)
}

/** Weights come from the snapshot. */
const unweighted = { sampleWeights: undefined, classWeights: undefined, validation: undefined }

function describeData(state: TrainingState, options: ResolvedTrainOptions, set: TrainingSet): SessionData {
  const { config, rate } = state
  const { inputs, validation, weights } = set
  const { rows } = inputs
  const shape = shapeOf(config, options, rows, validation?.inputs.rows ?? 0, rate)
  const weightColumns = weights ? weights.length / rows : 1
  return {
    ...shape,
    isWeighted: weights !== undefined,
    weightColumns: weightColumns > 1 ? weightColumns : undefined,
    classTargets: takesClasses(state, [set, validation]),
    split: options.split,
  }
}

/** The room that so many trained rows and so many validation rows need */
export function shapeOf(
  config: ResolvedConfig,
  { batchSize, shuffle, sampleWeights, classWeights }: ResolvedTrainOptions,
  rows: number,
  validationRows: number,
  rate: RateState,
): DataShape & Pick<SessionData, 'batchRows'> {
  const batchRows = batchRowsOf(config.optimizer, batchSize, rows)
  return {
    rows,
    batchRows,
    validationRows,
    isShuffled: shuffle && batchRows < rows,
    isWeighted: sampleWeights !== undefined || classWeights !== undefined,
    weightColumns: undefined,
    hasRates: !isConstant(config.learningRate, rate),
    classTargets: undefined,
  }
}

/** Rows per step. Rprop and L-BFGS compare gradients of all rows from step to step. */
function batchRowsOf(
  optimizer: TrainingState['config']['optimizer'],
  batchSize: ResolvedTrainOptions['batchSize'],
  rows: number,
): number {
  const { needsFullBatch = false } = optimizers[optimizer.name]
  const given = batchSize ?? (needsFullBatch ? 'full' : 32)
  const batchRows = given === 'full' ? rows : Math.min(rows, given)
  if (!needsFullBatch || batchRows === rows) return batchRows
  return refuse('batchSize', `"full" with the optimizer ${optimizer.name}`, batchRows)
}

export function* resumeTraining(
  state: TrainingState,
  inputs: MatrixInput,
  targets: MatrixInput,
  options: ResumeOptions | undefined,
  unread: Unread,
): Steps<TrainingRun> {
  const host = resolveResumeOptions(options)
  const { session } = state
  if (session === undefined) {
    const expected = 'a call of train that was aborted, or a snapshot taken in one, found none; call train'
    throw unexpected('INVALID_CONFIG', 'resume', expected, '', {})
  }
  const { rows } = takeWeightedRows(state, inputs, targets, undefined, '', 'trained', true)
  yield* prepareAll(matricesOf(rows, undefined), unread)
  return yield* resumeOnRows(state, session, rows, host, unread)
}

/** The same on checked rows */
export function* resumeOnRows(
  state: TrainingState,
  session: TrainingSession<SessionData>,
  rows: Rows,
  host: HostOptions,
  unread: Unread = { matrices: [] },
): Steps<TrainingRun> {
  const { data } = session
  const count = data.rows + (data.split ? data.validationRows : 0)
  if (rows.inputs.rows !== count) {
    throw unexpected('INVALID_SHAPE', 'inputs', `the ${count} rows of the call that is resumed`, `${rows.inputs.rows}`)
  }
  if (data.classTargets && !rows.targets.classes) refuseOthers()
  unread.matrices = matricesOf(rows, undefined)
  const { fingerprint, ownRows } = yield* keepingData(state, session)
  const places = reserveRows(state, data)
  const set = divideRows(rows, { ...unweighted, split: data.split }, state.config.seed, undefined)
  yield* placeRows(state, places, scaleSet(state, set, fittedScalings(state, 'resume')), unread)
  unread.matrices = []
  if ((yield* fingerprintSteps(state, data)) !== fingerprint) refuseOthers()
  writeOwnRows(state, data, ownRows)
  session.heldRows = set.heldRows
  // Those of rows of their own for the validation are the session's.
  const { metrics } = session.options
  if (metrics && (data.split || data.validationRows === 0)) session.metricTargets = metricTargetsOf(set, metrics)
  session.goOn(state)
  return new TrainingRun(state, session, data, places, host)
}

function refuseOthers(): never {
  const got = 'others (or other targets)'
  throw unexpected('INVALID_DATA', 'inputs', 'the rows of the call that is resumed', got)
}

/** Only what was aborted, or thrown out of, can be resumed. */
export function endRun(state: TrainingState, result: TrainResult): TrainResult {
  if (result.stopReason !== 'aborted') state.session = undefined
  return result
}
