// The options of `train`, `trainStream` and `resume`: their defaults, and every check that needs no data.
import { LARGEST_SEED } from '../config/config.ts'
import type { Division, Split } from '../data/training-set.ts'
import { isArray, reading } from '../errors.ts'
import type { Signal } from '../hosts/platform.ts'
import {
  checkBoolean,
  checkInteger,
  checkName,
  checkNumber,
  isOptionObject,
  isSignal,
  readOptions,
  refuse,
} from '../options/check.ts'
import { type EpochMetricName, epochMetrics, isEpochMetric, type ResolvedMetric } from '../prediction/metrics.ts'
import type {
  EarlyStopping,
  EpochProgress,
  ResumeOptions,
  StreamOptions,
  TrainOptions,
  TrainProgress,
} from './options.ts'

/** What of the options concerns the end of an epoch; part of a snapshot */
export interface SessionOptions {
  readonly epochs: number
  readonly targetLoss: number
  /** None where it is left out */
  readonly metrics: readonly ResolvedMetric[] | undefined
  readonly earlyStopping: Required<EarlyStopping> | undefined
  readonly history: { readonly every: number } | { readonly bytes: number } | undefined
}

/** What calls into the host */
export interface HostOptions {
  readonly signal: Signal | undefined
  readonly onEpoch: ((progress: EpochProgress) => unknown) | undefined
  readonly onEpochEvery: number | undefined
  readonly onProgress: ((progress: TrainProgress) => unknown) | undefined
}

export interface ResolvedTrainOptions extends HostOptions, Division {
  /** Without the metrics, which are for a configuration */
  readonly session: SessionOptions
  readonly metrics: MetricChoices
  /** Undefined: as the optimizer likes it */
  readonly batchSize: number | 'full' | undefined
  readonly shuffle: boolean
  /** Rows of their own, not yet checked */
  readonly validation:
    | { readonly inputs: unknown; readonly targets: unknown; readonly sampleWeights: unknown }
    | undefined
}

const MOST_EPOCHS = 2 ** 53

/** Read, but not yet checked */
export type MetricChoices = readonly unknown[] | undefined

const endNames = ['signal', 'onEpoch', 'onEpochEvery'] as const satisfies readonly (keyof StreamOptions)[]

const hostNames = [...endNames, 'onProgress'] as const satisfies readonly (keyof ResumeOptions)[]

const streamNames = [
  ...endNames,
  'epochs',
  'validation',
  'metrics',
  'earlyStopping',
  'targetLoss',
  'history',
] as const satisfies readonly (keyof StreamOptions)[]

export const trainNames = [
  ...streamNames,
  'onProgress',
  'batchSize',
  'shuffle',
  'sampleWeights',
  'classWeights',
] as const satisfies readonly (keyof TrainOptions)[]

export const anObject = 'an object such as { epochs: 100 }'

/** Checks the options of `train` and fills in the defaults. */
export function resolveTrainOptions(options: TrainOptions | undefined): ResolvedTrainOptions {
  const given = readOptions(options === undefined ? {} : options, '', trainNames, anObject)
  const { batchSize, shuffle = true, sampleWeights, classWeights } = given
  const metrics = readChoices(given.metrics)
  const { split, validation } = resolveValidation(given.validation)
  const { signal, onEpoch, onEpochEvery, onProgress } = resolveHost(given)
  // By name: spreading would take longer than all checks.
  return {
    signal,
    onEpoch,
    onEpochEvery,
    onProgress,
    split,
    validation,
    session: resolveSession(given, given.validation !== undefined, metrics),
    metrics,
    batchSize: batchSize === undefined || batchSize === 'full' ? batchSize : checkBatchSize(batchSize),
    shuffle: checkBoolean(shuffle, 'shuffle'),
    sampleWeights,
    classWeights,
  }
}

/** Checks the options of `trainStream` and fills in the defaults. */
export function resolveStreamOptions(
  options: StreamOptions | undefined,
  isRepeatable: boolean,
): HostOptions & Pick<ResolvedTrainOptions, 'session' | 'validation' | 'metrics'> {
  const given = readOptions(options === undefined ? {} : options, '', streamNames, anObject)
  const { split, validation } = resolveValidation(given.validation)
  if (split) refuse('validation', '{ inputs, targets } with trainStream', given.validation)
  if (given.epochs === undefined && !isRepeatable) given.epochs = 1
  const metrics = readChoices(given.metrics)
  if (metrics?.length && !validation) refuse('metrics', 'the option validation beside them with trainStream', metrics)
  const session = resolveSession(given, validation !== undefined, metrics)
  if (session.epochs > 1 && !isRepeatable) {
    refuse('epochs', '1, or a source that is a function and gives fresh batches for each epoch', session.epochs)
  }
  return {
    ...resolveHost(given),
    session,
    metrics,
    validation,
  }
}

export function resolveResumeOptions(options: ResumeOptions | undefined): HostOptions {
  return resolveHost(readOptions(options === undefined ? {} : options, '', hostNames))
}

/** All by name: what is left out reads as undefined whatever Object.prototype holds. */
function resolveHost(given: Record<(typeof endNames)[number], unknown> & { onProgress?: unknown }): HostOptions {
  const { signal, onEpoch, onEpochEvery, onProgress } = given
  return {
    signal: signal === undefined ? undefined : checkSignal(signal),
    onEpoch: onEpoch === undefined ? undefined : checkCallback(onEpoch, 'onEpoch'),
    onEpochEvery: onEpochEvery === undefined ? undefined : checkInteger(onEpochEvery, 'onEpochEvery', 1, MOST_EPOCHS),
    onProgress: onProgress === undefined ? undefined : checkCallback(onProgress, 'onProgress'),
  }
}

/** Checks what concerns the ends of epochs. */
export function resolveSession(
  given: Partial<Record<'epochs' | 'targetLoss' | 'earlyStopping' | 'history', unknown>>,
  hasValidation: boolean,
  metrics: MetricChoices = [],
): SessionOptions {
  const { epochs = 100, targetLoss, earlyStopping, history } = given
  return {
    epochs: checkInteger(epochs, 'epochs', 1, MOST_EPOCHS),
    targetLoss: targetLoss === undefined ? Number.NEGATIVE_INFINITY : checkNumber(targetLoss, 'targetLoss'),
    metrics: undefined,
    earlyStopping:
      earlyStopping === undefined ? undefined : resolveEarlyStopping(earlyStopping, hasValidation, metrics),
    history: history === undefined ? undefined : resolveHistory(history),
  }
}

/** Read once. What metrics they are depends on the network. */
function readChoices(value: unknown): MetricChoices {
  if (value === undefined) return undefined
  return reading('INVALID_CONFIG', 'metrics', 'an array of metrics', () => {
    if (!isArray(value)) refuse('metrics', 'an array of metrics, as in ["accuracy"]', value)
    if (value.length > MOST_METRICS) refuse('metrics', `at most ${MOST_METRICS} metrics`, value)
    return Array.from(value, (choice: unknown) => (isOptionObject(choice) ? { ...choice } : choice))
  })
}

/** More than there are */
const MOST_METRICS = 100

/** The name of a choice; undefined for what is none */
function nameOf(choice: unknown): unknown {
  if (!isOptionObject(choice)) return choice
  return Object.hasOwn(choice, 'name') ? choice.name : undefined
}

function resolveEarlyStopping(
  value: unknown,
  hasValidation: boolean,
  metrics: readonly unknown[],
): Required<EarlyStopping> {
  const path = 'earlyStopping'
  const names = ['patience', 'minDelta', 'monitor', 'restoreBest'] as const
  const given = readOptions(value, path, names, 'an object such as { patience: 10 }')
  const { patience = 10, minDelta = 0, restoreBest = true } = given
  const { monitor = hasValidation ? 'validationLoss' : 'loss' } = given
  const monitored = checkMonitor(monitor, `${path}.monitor`, metrics.map(nameOf))
  if (monitored === 'validationLoss' && !hasValidation) {
    refuse(`${path}.monitor`, '"loss", or the option validation beside it', monitored)
  }
  return {
    patience: checkInteger(patience, `${path}.patience`, 0, MOST_EPOCHS),
    minDelta: checkNumber(minDelta, `${path}.minDelta`, { min: 0 }),
    monitor: monitored,
    restoreBest: checkBoolean(restoreBest, `${path}.restoreBest`),
  }
}

/** A metric has to be asked for. */
function checkMonitor(
  value: unknown,
  path: string,
  asked: readonly unknown[],
): 'loss' | 'validationLoss' | EpochMetricName {
  if (!isEpochMetric(value)) return checkName(value, path, ['loss', 'validationLoss', ...epochMetrics])
  if (asked.includes(value)) return value
  return refuse(path, `a metric that is computed; write metrics: ["${value}"] beside earlyStopping`, value)
}

function resolveHistory(value: unknown): NonNullable<SessionOptions['history']> {
  const { weights } = readOptions(value, 'history', ['weights'])
  const path = 'history.weights'
  const forms = '{ every } (epochs) or { bytes }'
  const { every, bytes } = readOptions(weights, path, ['every', 'bytes'], forms)
  if ((every === undefined) === (bytes === undefined)) {
    refuse(path, `either ${forms}`, weights, every === undefined ? ' with neither' : ' with both')
  }
  if (every !== undefined) return { every: checkInteger(every, `${path}.every`, 1, MOST_EPOCHS) }
  return { bytes: checkNumber(bytes, `${path}.bytes`, { above: 0 }) }
}

function resolveValidation(value: unknown): Pick<ResolvedTrainOptions, 'split' | 'validation'> {
  if (value === undefined) return { split: undefined, validation: undefined }
  const path = 'validation'
  const forms = '{ split } (a share of the rows) or { inputs, targets }'
  const names = ['split', 'order', 'seed', 'inputs', 'targets', 'sampleWeights'] as const
  const { split, order, seed, inputs, targets, sampleWeights } = readOptions(value, path, names, forms)
  const rows = { inputs, targets, sampleWeights }
  const isOwn = rows.inputs !== undefined && rows.targets !== undefined
  const isSplit = split !== undefined && rows.inputs === undefined && rows.targets === undefined
  if (split === undefined ? !isOwn : !isSplit) refuse(path, `either ${forms}`, value)
  const forbidden = isSplit ? { sampleWeights: rows.sampleWeights } : { order, seed }
  for (const [name, given] of Object.entries(forbidden)) {
    const other = isSplit ? 'split' : 'inputs and targets'
    if (given !== undefined) refuse(`${path}.${name}`, `no such option beside ${other}`, given)
  }
  return isSplit
    ? { split: resolveSplit({ share: split, order, seed }, path, 'split'), validation: undefined }
    : { split: undefined, validation: rows }
}

/** `share`: the name of the share in messages */
export function resolveSplit(
  given: Partial<Record<keyof Split, unknown>>,
  path: string,
  share: 'split' | 'share' = 'share',
): Split {
  const { order = 'random', seed } = given
  return {
    share: checkNumber(given.share, `${path}.${share}`, { above: 0, below: 1 }),
    order: checkName(order, `${path}.order`, ['random', 'last']),
    seed: seed === undefined ? undefined : checkInteger(seed, `${path}.seed`, 0, LARGEST_SEED),
  }
}

function checkBatchSize(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  return refuse('batchSize', 'an integer of at least 1, or "full"', value)
}

function checkSignal(value: unknown): Signal {
  if (isSignal(value)) return value
  return refuse('signal', 'an AbortSignal', value, '; it is the `signal` of an AbortController')
}

function checkCallback(value: unknown, path: string): (progress: unknown) => unknown {
  if (typeof value === 'function') return value as (progress: unknown) => unknown
  return refuse(path, 'a function', value)
}
