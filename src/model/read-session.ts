// How a call of `train` stood, as a snapshot has it: reads that, which may be hostile, and makes a session of it.
import type { ResolvedConfig } from '../config/config.ts'
import type { Matrix } from '../data/matrix.ts'
import { readTargets } from '../data/read-targets.ts'
import { heldRows, type Split } from '../data/training-set.ts'
import { layOutData } from '../memory/layout.ts'
import { packedCount } from '../memory/parameters.ts'
import type { Blocks } from '../numerics/values.ts'
import { checkBoolean, checkInteger, readOptions } from '../options/check.ts'
import { checkMetrics, epochMetricsFor, type ResolvedMetric } from '../prediction/metrics.ts'
import { hasManyClasses, losses } from '../tables/losses.ts'
import { optimizers } from '../tables/optimizers.ts'
import type { SessionOptions } from '../training/options.ts'
import { resolveSession, resolveSplit } from '../training/resolve-options.ts'
import { TrainingSession, type TrainingState } from '../training/session.ts'
import type { SessionData } from '../training/session-data.ts'
import { demand, expectBlock, expectNumbers, invalid, MOST, MOST_ROWS } from './expect-blocks.ts'
import { POSITION_PLACE } from './progress.ts'
import { within } from './read-json.ts'

/** A checked session */
export interface SavedSession {
  readonly options: SessionOptions
  readonly data: SessionData
  readonly firstStep: number
  readonly awaitsEpochEnd: boolean
  readonly hasConverged: boolean
  readonly fingerprint: number
}

export function readSession(value: unknown, blocks: Blocks, config: ResolvedConfig): SavedSession {
  const names = ['options', 'data', 'firstStep', 'awaitsEpochEnd', 'hasConverged', 'fingerprint'] as const
  const given = readOptions(value, 'course', names)
  const data = readData(given.data, config)
  const options = readSessionOptions(given.options, data, config)
  const awaitsEpochEnd = checkBoolean(given.awaitsEpochEnd, 'course.awaitsEpochEnd')
  checkLosses(blocks, data, awaitsEpochEnd, options.metrics?.length ?? 0)
  if (options.metrics) readMetricTargets(blocks, data, config, options.metrics)
  for (const name of ['bestWeights', 'lastWeights']) {
    if (blocks[name]) expectNumbers(blocks, name, packedCount(config), config)
  }
  if (options.history) checkTimeline(blocks, config)
  checkOwnRows(blocks, data, config)
  return {
    options,
    data,
    firstStep: checkInteger(given.firstStep, 'course.firstStep', 0, MOST),
    awaitsEpochEnd,
    hasConverged: given.hasConverged === undefined ? false : checkBoolean(given.hasConverged, 'course.hasConverged'),
    fingerprint: checkInteger(given.fingerprint, 'course.fingerprint', 0, MOST_ROWS),
  }
}

function readSessionOptions(value: unknown, { validationRows }: SessionData, config: ResolvedConfig): SessionOptions {
  const path = 'course.options'
  const given = readOptions(value, path, ['epochs', 'targetLoss', 'metrics', 'earlyStopping', 'history'])
  demand(path, 'epochs', given.epochs !== undefined)
  const { targetLoss, history } = given
  const isNone = targetLoss === null || targetLoss === Number.NEGATIVE_INFINITY // the first in JSON
  const metrics = epochMetricsFor(given.metrics, config)
  const session = resolveSession(
    { ...given, targetLoss: isNone ? undefined : targetLoss, history: wrapHistory(history) },
    validationRows > 0,
    metrics,
  )
  return metrics.length > 0 ? { ...session, metrics } : session
}

/** Targets in the snapshot, which only rows of their own for the validation have there */
function readMetricTargets(
  blocks: Blocks,
  { validationRows, split }: SessionData,
  { outputs, loss }: ResolvedConfig,
  metrics: readonly ResolvedMetric[],
): Matrix | undefined {
  if (validationRows === 0 || split) return undefined
  const block = expectBlock(blocks, 'metricTargets')
  const targets = readTargets(block, outputs, 'float64', losses[loss.name].targets, validationRows, 'metricTargets')
  checkMetrics(metrics, targets)
  return targets
}

/** Losses of the epochs that are done. The last one may lack that of its validation, and does while that is awaited. */
function checkLosses(
  blocks: Blocks,
  { validationRows }: SessionData,
  awaitsEpochEnd: boolean,
  metricCount: number,
): void {
  const losses = expectBlock(blocks, 'losses')
  const validationLosses = expectBlock(blocks, 'validationLosses')
  const missing = losses.length - validationLosses.length
  const isComplete = validationRows === 0 ? validationLosses.length === 0 : missing === 0 || missing === 1
  const measured = metricCount > 0 ? losses.length - expectNumbers(blocks, 'metrics').length / metricCount : 0
  const isMeasured = measured === 0 || (measured === 1 && (validationRows === 0 || missing === 1))
  demand('metrics', 'one of each per epoch', isMeasured)
  const lacks = validationRows > 0 ? missing === 1 : measured === 1
  demand('validationLosses', 'one per epoch', isComplete && (!awaitsEpochEnd || lacks))
  const [loss, epoch, epochsWithoutGain] = expectBlock(blocks, 'best', 3)
  checkInteger(epoch, 'best.epoch', -1, losses.length - 1)
  checkInteger(epochsWithoutGain, 'best.epochsWithoutGain', 0, losses.length)
  const areFinite = losses.every(Number.isFinite) && validationLosses.every(Number.isFinite)
  demand(
    'losses',
    'finite numbers',
    areFinite && (epoch < 0 ? loss === Number.POSITIVE_INFINITY : Number.isFinite(loss)),
  )
}

function checkTimeline(blocks: Blocks, config: ResolvedConfig): void {
  const epochs = expectBlock(blocks, 'timelineEpochs')
  const ascends = epochs.every((epoch, index) => Number.isInteger(epoch) && (index === 0 || epoch > epochs[index - 1]))
  const isWithin = epochs[0] === 0 && epochs[epochs.length - 1] <= blocks.losses.length
  demand('timelineEpochs', 'ascending ones from 0', ascends && isWithin)
  expectNumbers(blocks, 'timeline', epochs.length * packedCount(config), config)
}

function checkOwnRows(blocks: Blocks, data: SessionData, config: ResolvedConfig): void {
  const { isWeighted, rows, validationRows, weightColumns = 1 } = data
  const isByOutput = blocks.validationWeights?.length === validationRows * config.outputs
  const validationCount = validationRows * (isByOutput ? config.outputs : 1)
  const ofRows = {
    ...(isWeighted ? { weights: rows * weightColumns } : {}),
    ...(blocks.validationWeights ? { validationWeights: validationCount } : {}),
  }
  for (const [name, count] of Object.entries(ofRows)) {
    const weights = expectNumbers(blocks, name, count)
    if (weights.some((weight) => weight < 0)) throw invalid(name, 'numbers of at least 0', 'others')
  }
  if (data.validationRows === 0 || data.split) return
  expectNumbers(blocks, 'validationInputs', data.validationRows * config.inputs, config)
  const columns = data.classTargets ? 1 : config.outputs
  const targets = expectNumbers(blocks, 'validationTargets', data.validationRows * columns, config)
  const isClass = (value: number) => Number.isInteger(value) && value >= 0 && value < config.outputs
  demand('validationTargets', 'class numbers', !data.classTargets || targets.every(isClass))
}

/** `every` and `bytes` as the option `history` has them */
function wrapHistory(history: unknown): unknown {
  return history === undefined ? undefined : { weights: history }
}

function readData(value: unknown, config: ResolvedConfig): SessionData {
  const { optimizer, outputs } = config
  const path = 'course.data'
  const names = [
    'rows',
    'batchRows',
    'validationRows',
    'isShuffled',
    'isWeighted',
    'weightColumns',
    'hasRates',
    'classTargets',
    'split',
  ] as const
  const given = readOptions(value, path, names)
  const rows = checkInteger(given.rows, `${path}.rows`, 1, MOST_ROWS)
  const batchRows = checkInteger(given.batchRows, `${path}.batchRows`, 1, rows)
  const validationRows = checkInteger(given.validationRows, `${path}.validationRows`, 0, MOST_ROWS)
  const split = given.split === undefined ? undefined : readSplit(given.split, `${path}.split`)
  const flag = (name: 'isShuffled' | 'isWeighted' | 'hasRates') => checkBoolean(given[name], `${path}.${name}`)
  const { needsFullBatch = false } = optimizers[optimizer.name]
  demand(`${path}.batchRows`, 'all rows', batchRows === rows || !needsFullBatch)
  const classTargets = given.classTargets === undefined ? undefined : true
  demand(
    `${path}.classTargets`,
    'true, of many classes',
    !classTargets || (given.classTargets === true && hasManyClasses(config)),
  )
  const held = split && heldRows(rows + validationRows, split.share)
  demand(`${path}.validationRows`, `${held}, the split's share`, held === undefined || held === validationRows)
  return {
    rows,
    batchRows,
    validationRows,
    isShuffled: flag('isShuffled'),
    isWeighted: flag('isWeighted'),
    weightColumns:
      given.weightColumns === undefined
        ? undefined
        : checkInteger(given.weightColumns, `${path}.weightColumns`, outputs, outputs),
    hasRates: flag('hasRates'),
    classTargets,
    split,
  }
}

function readSplit(value: unknown, path: string): Split {
  return resolveSplit(readOptions(value, path, ['share', 'order', 'seed']), path)
}

/** The session, for a network that stands where the snapshot left off */
export function restoreSession(
  state: TrainingState,
  { options, data, firstStep, awaitsEpochEnd, hasConverged, fingerprint }: SavedSession,
  blocks: Blocks,
): TrainingSession<SessionData> {
  const session = within('course.', () => new TrainingSession(options, data, state, firstStep))
  Object.assign(session, { awaitsEpochEnd, hasConverged, lastWeights: blocks.lastWeights })
  session.validationWeights = blocks.validationWeights as Float64Array | undefined
  session.samplesBefore = blocks.losses.length * data.rows + blocks.progress[POSITION_PLACE]
  session.losses.add(blocks.losses)
  session.validationLosses.add(blocks.validationLosses)
  session.metricValues.forEach((values, index, { length }) => {
    const count = blocks.metrics.length / length
    values.add(blocks.metrics.subarray(index * count, (index + 1) * count))
  })
  if (options.metrics) session.metricTargets = readMetricTargets(blocks, data, state.config, options.metrics)
  const [loss, epoch, epochsWithoutGain] = blocks.best
  Object.assign(session.best, { loss, epoch, epochsWithoutGain, weights: blocks.bestWeights })
  session.timeline?.split(Array.from(blocks.timelineEpochs), blocks.timeline)
  // Room for the rows is made by `resume`, when they are there: few bytes may speak of many.
  layOutData(state.layout, data) // refuses what no memory can hold
  session.kept = { fingerprint, ownRows: ownRowsOf(blocks, data) }
  return session
}

/** Those of the blocks, checked already, that are rows and weights */
function ownRowsOf({ weights, validationInputs, validationTargets }: Blocks, data: SessionData): Blocks {
  return {
    ...(data.isWeighted ? { weights } : {}),
    ...(data.validationRows > 0 && !data.split ? { validationInputs, validationTargets } : {}),
  }
}
