// Networks from snapshots: reads what `writeSnapshot` gave, which may be torn or hostile, and puts a network where it left off.
import * as P from '../../assembly/program.ts'
import { type ResolvedConfig, resolveEngineOptions } from '../config/config.ts'
import type { RunningRows } from '../data/fit-scaling.ts'
import type { Matrix } from '../data/matrix.ts'
import { readTargets } from '../data/read-targets.ts'
import type { Scaling } from '../data/scaling.ts'
import { heldRows, type Split } from '../data/training-set.ts'
import { isArray, unexpected, type WasmpropError } from '../errors.ts'
import { layOutData } from '../memory/layout.ts'
import { packedCount, unpackParameters } from '../memory/parameters.ts'
import { optimizerSlot } from '../memory/program.ts'
import { POSITION_PLACE, writeProgress } from '../memory/progress.ts'
import type { NetworkState } from '../memory/state.ts'
import { type Blocks, type Values, valuesOf } from '../numerics/values.ts'
import { checkBoolean, checkInteger, checkNumber, readOptions } from '../options/check.ts'
import { checkMetrics, epochMetricsFor, type ResolvedMetric } from '../prediction/metrics.ts'
import { lossOf } from '../tables/losses.ts'
import { optimizerOf } from '../tables/optimizers.ts'
import { isConstant } from '../tables/schedules.ts'
import { resolveSession, resolveSplit, type SessionOptions } from '../training/options.ts'
import { frozenCount } from '../training/reconfigure.ts'
import { TrainingSession } from '../training/session.ts'
import type { SessionData } from '../training/session-data.ts'
import type { TrainingState } from '../training/state.ts'
import { type RestoreOptions, restoreNames } from './json.ts'
import { checkRateFunction, readScalings, refuseWithoutRate, resolveModelConfig, within } from './read-json.ts'
import { SNAPSHOT_VERSION, type SnapshotParts } from './snapshot.ts'
import { unpack } from './unpack.ts'

/** Bounds of counters, which no training comes near, of the epochs that are left, and of row numbers */
const MOST = 2 ** 50
const MOST_LEFT = 2 ** 53
const MOST_ROWS = 2 ** 32 - 1

/** A checked snapshot */
export interface Snapshot {
  readonly config: ResolvedConfig
  readonly blocks: Blocks
  readonly scalings: { inputs: Scaling | undefined; targets: Scaling | undefined }
  /** Numbers of frozen layers whose states are put aside */
  readonly frozen: readonly number[]
  readonly running: RunningRows
  readonly session?: {
    readonly options: SessionOptions
    readonly data: SessionData
    readonly firstStep: number
    readonly awaitsEpochEnd: boolean
    readonly hasConverged: boolean
    readonly fingerprint: number
  }
}

/** Checks what should be a snapshot. Throws INVALID_MODEL, UNSUPPORTED_MODEL, or INVALID_CONFIG for the options. */
export function readSnapshot(bytes: unknown, options: RestoreOptions = {}): Snapshot {
  const { learningRate, ...host } = readOptions(options, '', restoreNames)
  resolveEngineOptions(host) // what is wrong with the options is not the snapshot's fault
  return readParts(unpack(bytes, SNAPSHOT_VERSION), host, learningRate)
}

/** The same of what `takeParts` gave */
export function readParts({ header, blocks }: SnapshotParts, host: object, learningRate?: unknown): Snapshot {
  const names = ['config', 'hasRateFunction', 'scaling', 'frozen', 'course', 'blocks'] as const
  const given = within('', () => readOptions(header, '', names))
  const hasRateFunction = within('', () => checkBoolean(given.hasRateFunction, 'hasRateFunction'))
  checkRateFunction(hasRateFunction, learningRate, 'bytes')
  if (hasRateFunction && learningRate === undefined) refuseWithoutRate('bytes', learningRate)
  const config = within('config.', () => resolveModelConfig(given.config, host, learningRate))
  const count = packedCount(config)
  const { optimizer } = config
  expectNumbers(blocks, 'parameters', count * (1 + optimizerOf(optimizer).stateBlocks(optimizer.options)), config)
  const scalings = readScalings(given.scaling, config)
  const frozen = given.frozen === undefined ? [] : within('', () => readFrozen(given.frozen, blocks, config))
  const session = within('', () => (given.course === undefined ? undefined : readSession(given.course, blocks, config)))
  within('', () => checkProgress(blocks, config, session))
  const running = within('', () => readRunning(blocks, config))
  return { config, blocks, scalings, frozen, running, ...(session ? { session } : {}) }
}

function readRunning(blocks: Blocks, { inputs, outputs, scaling }: ResolvedConfig): RunningRows {
  const read = (name: string, columns: number, rule: ResolvedConfig['scaling']['inputs']) => {
    if (!Object.hasOwn(blocks, name)) return undefined
    const block = expectNumbers(blocks, name, 1 + 4 * columns)
    const [mean, squares, least, greatest] = [0, 1, 2, 3].map((part) =>
      Float64Array.from(block.subarray(1 + part * columns, 1 + (part + 1) * columns)),
    )
    const canBe = squares.every((value, column) => value >= 0 && least[column] <= greatest[column])
    demand(name, 'numbers of a running scaling', canBe && !['none', 'given', 'robust'].includes(rule.name))
    return { count: checkInteger(block[0], name, 1, MOST), mean, squares, least, greatest }
  }
  return {
    inputs: read('runningInputs', inputs, scaling.inputs),
    targets: read('runningTargets', outputs, scaling.targets),
  }
}

/** Ascending numbers of layers that are frozen; their states are there. */
function readFrozen(value: unknown, blocks: Blocks, config: ResolvedConfig): number[] {
  const { layers, optimizer } = config
  const numbers: unknown[] = isArray(value) ? value : []
  demand('frozen', 'a list of layers', numbers.length > 0 && numbers.length <= layers.length)
  const frozen = numbers.map((number) => checkInteger(number, 'frozen', 0, layers.length - 1))
  const areFrozen = frozen.every((layer, at) => !layers[layer].isTrainable && (at === 0 || layer > frozen[at - 1]))
  demand('frozen', 'frozen layers in order', areFrozen)
  const states = optimizerOf(optimizer).stateBlocks(optimizer.options)
  const count = frozen.reduce((sum, layer) => sum + (layers[layer].inputs + 1) * layers[layer].units * states, 0)
  expectNumbers(blocks, 'frozenStates', count, config)
  return frozen
}

/** Numbers with which training would go wrong, stand still, or leave the memory of its rows */
function checkProgress(
  blocks: Blocks,
  { optimizer, learningRate }: ResolvedConfig,
  session: Snapshot['session'],
): void {
  const progress = expectBlock(blocks, 'progress', POSITION_PLACE + 4)
  const [epoch, step, epochsLeft, epochSum, ...values] = progress.subarray(0, POSITION_PLACE)
  const [position, rate, best, epochsWithoutGain] = progress.subarray(POSITION_PLACE)
  checkInteger(epoch, 'progress.epoch', 0, MOST)
  checkInteger(step, 'progress.step', 0, MOST)
  checkInteger(epochsLeft, 'progress.epochsLeft', 0, MOST_LEFT)
  checkInteger(position, 'progress.position', 0, MOST_ROWS)
  checkInteger(epochsWithoutGain, 'progress.epochsWithoutGain', 0, MOST)
  if (!Number.isNaN(rate)) checkNumber(rate, 'progress.rate', { min: 0 })
  demand('progress', 'losses that can be', epochSum > Number.NEGATIVE_INFINITY && best > Number.NEGATIVE_INFINITY)
  for (const value of values) checkNumber(value, 'progress.optimizer', { min: 0 })
  const { slots, accepts } = optimizerOf(optimizer)
  const valueAt = (offset: number) => values[optimizerSlot(offset)]
  const canBe = (accepts?.(valueAt, optimizer.options) ?? true) && arePowers(optimizer, valueAt, step)
  demand('progress.optimizer', 'numbers that the optimizer can have', canBe)
  for (const [name, slot] of Object.entries(slots)) {
    const value = Number(optimizer.options[name])
    demand(`progress.${name}`, `${value} as in config.optimizer`, valueAt(slot) === value)
  }
  if (session === undefined) return
  const { data, options, firstStep } = session
  const done = blocks.losses.length
  demand('progress.position', 'the start of a batch', position < data.rows && position % data.batchRows === 0)
  demand('progress.epochsLeft', `${options.epochs} epochs with the ${done} done`, epochsLeft === options.epochs - done)
  // The step after which a full batch has its target is not taken.
  const least = blocks.losses[done - 1] <= options.targetLoss ? done - 1 : done
  demand('progress.step', 'the steps of its epochs', epoch >= done && step - firstStep >= least)
  const hasOneRate = isConstant(learningRate, { rate: Number.isNaN(rate) ? undefined : rate })
  demand('course.data.hasRates', 'true', data.hasRates || hasOneRate)
}

/** Whether the optimizer's running powers are those of so many steps, as far as their rounding lets one say */
function arePowers(
  { name, options }: ResolvedConfig['optimizer'],
  valueAt: (offset: number) => number,
  steps: number,
): boolean {
  const running: Readonly<Record<number, number>> = optimizerOf({ name, options }).running
  const { beta1 = 0, beta2 = 0, momentumDecay = 0 } = options as Record<string, number>
  const isPower = (offset: number, base: number, least = base) => {
    if (!(offset in running)) return true
    const slack = 1e-9 + steps * 2 ** -51
    const value = valueAt(offset)
    return value <= base ** steps * (1 + slack) && value >= least ** steps * (1 - slack) - Number.MIN_VALUE * 2 ** 52
  }
  return (
    isPower(P.BETA1_POWER, beta1) &&
    isPower(P.BETA2_POWER, beta2) &&
    isPower(P.MOMENTUM_DECAY_POWER, 0.96 ** momentumDecay) &&
    isPower(P.MOMENTUM_PRODUCT, beta1, beta1 / 2)
  )
}

function readSession(value: unknown, blocks: Blocks, config: ResolvedConfig): NonNullable<Snapshot['session']> {
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
  const targets = readTargets(block, outputs, 'float64', lossOf(loss).targets, validationRows, 'metricTargets')
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
  expectNumbers(blocks, 'validationTargets', data.validationRows * config.outputs, config)
}

/** `every` and `bytes` as the option `history` has them */
function wrapHistory(history: unknown): unknown {
  return history === undefined ? undefined : { weights: history }
}

function readData(value: unknown, { optimizer, outputs }: ResolvedConfig): SessionData {
  const path = 'course.data'
  const names = [
    'rows',
    'batchRows',
    'validationRows',
    'isShuffled',
    'isWeighted',
    'weightColumns',
    'hasRates',
    'split',
  ] as const
  const given = readOptions(value, path, names)
  const rows = checkInteger(given.rows, `${path}.rows`, 1, MOST_ROWS)
  const batchRows = checkInteger(given.batchRows, `${path}.batchRows`, 1, rows)
  const validationRows = checkInteger(given.validationRows, `${path}.validationRows`, 0, MOST_ROWS)
  const split = given.split === undefined ? undefined : readSplit(given.split, `${path}.split`)
  const flag = (name: 'isShuffled' | 'isWeighted' | 'hasRates') => checkBoolean(given[name], `${path}.${name}`)
  const { needsFullBatch = false } = optimizerOf(optimizer)
  demand(`${path}.batchRows`, 'all rows', batchRows === rows || !needsFullBatch)
  const held = split && heldRows(rows + validationRows, split.share)
  demand(`${path}.validationRows`, `${held}, the split's share`, held === undefined || held === validationRows)
  return {
    rows,
    batchRows,
    validationRows,
    isShuffled: flag('isShuffled'),
    isWeighted: flag('isWeighted'),
    ...(given.weightColumns === undefined
      ? {}
      : { weightColumns: checkInteger(given.weightColumns, `${path}.weightColumns`, outputs, outputs) }),
    hasRates: flag('hasRates'),
    ...(split ? { split } : {}),
  }
}

function readSplit(value: unknown, path: string): Split {
  return resolveSplit(readOptions(value, path, ['share', 'order', 'seed']), path)
}

/** A block that must be there, of any length where none is given; float64 unless it is in the network's type */
function expectBlock(blocks: Blocks, name: string, length?: number, config?: ResolvedConfig): Values {
  const size = config?.dtype === 'float32' ? 4 : 8
  const block: Values | undefined = blocks[name]
  if (block?.BYTES_PER_ELEMENT === size && (length === undefined || block.length === length)) return block
  throw invalid(name, `${length ?? 'some'} numbers of ${size} bytes`, block ? `${block.length}` : 'none')
}

/** The same where all of them must be finite */
function expectNumbers(blocks: Blocks, name: string, length?: number, config?: ResolvedConfig): Values {
  const block = expectBlock(blocks, name, length, config)
  demand(name, 'finite numbers', block.every(Number.isFinite))
  return block
}

function demand(name: string, expected: string, isTrue: boolean): void {
  if (!isTrue) throw invalid(name, expected, 'others')
}

/** Puts a fresh network where the snapshot left off. */
export function applySnapshot(
  state: TrainingState,
  { blocks, scalings, frozen, running, session: saved }: Snapshot,
): void {
  writeTrained(state, blocks.parameters)
  writeCounters(state, blocks.progress)
  state.running = running
  state.frozenStates.clear()
  let at = 0
  for (const layer of frozen) {
    const count = frozenCount(state.layout, layer)
    state.frozenStates.set(layer, blocks.frozenStates.slice(at, at + count))
    at += count
  }
  state.inputScaling = scalings.inputs
  state.targetScaling = scalings.targets
  if (saved === undefined) return
  const { options, data, firstStep, awaitsEpochEnd, hasConverged, fingerprint } = saved
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
  state.session = session
}

function writeCounters({ engine, rate }: NetworkState, counters: Values): void {
  writeProgress(engine.buffer, counters)
  const [given, best, epochsWithoutGain] = counters.subarray(POSITION_PLACE + 1)
  Object.assign(rate, { rate: Number.isNaN(given) ? undefined : given, best, epochsWithoutGain })
}

function writeTrained({ engine, config, layout }: NetworkState, trained: Values): void {
  const count = packedCount(config)
  const values = valuesOf(engine.buffer, config.dtype)
  for (let block = 0; block * count < trained.length; block++) {
    const packed = trained.subarray(block * count, (block + 1) * count)
    unpackParameters(values, layout, packed, block * layout.parameterBytes)
  }
}

/** Those of the blocks, checked already, that are rows and weights */
function ownRowsOf({ weights, validationInputs, validationTargets }: Blocks, data: SessionData): Blocks {
  return {
    ...(data.isWeighted ? { weights } : {}),
    ...(data.validationRows > 0 && !data.split ? { validationInputs, validationTargets } : {}),
  }
}

function invalid(name: string, expected: string, got: string): WasmpropError {
  return unexpected('INVALID_MODEL', `snapshot: ${name}`, expected, got, { path: name })
}
