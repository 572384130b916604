// The options of `train`, `trainStream` and `resume`: their defaults, and every check that needs no data.
import { LARGEST_SEED } from '../config/config.ts'
import type { Split } from '../data/training-set.ts'
import { isArray, reading } from '../errors.ts'
import {
  anything,
  callback,
  checkGiven,
  checkInteger,
  checkName,
  checkNumber,
  checkOptions,
  isOptionObject,
  outermost,
  readOptions,
  refuse,
  signal,
} from '../options/check.ts'
import { type AnyOptions, bare, type Checked } from '../options/option.ts'
import { type EpochMetricName, epochMetrics, isEpochMetric } from '../prediction/metrics.ts'
import type {
  EarlyStopping,
  HostOptions,
  MetricChoices,
  ResolvedTrainOptions,
  ResumeOptions,
  SessionOptions,
  StreamOptions,
  TrainOptions,
} from './options.ts'

const MOST_EPOCHS = 2 ** 53
/** More than there are */
const MOST_METRICS = 100

const endOptions = {
  signal,
  onEpoch: callback,
  onEpochEvery: { kind: 'integer', min: 1, max: MOST_EPOCHS },
} as const satisfies AnyOptions

const hostOptions = { ...endOptions, onProgress: callback } as const satisfies AnyOptions &
  Record<keyof ResumeOptions, unknown>

/** What concerns the ends of epochs */
const sessionOptions = {
  epochs: { kind: 'integer', min: 1, max: MOST_EPOCHS },
  earlyStopping: {
    kind: 'object',
    options: {
      patience: { kind: 'integer', min: 0, max: MOST_EPOCHS, default: 10 },
      minDelta: { kind: 'number', default: 0, min: 0 },
      monitor: anything,
      restoreBest: { kind: 'boolean', default: true },
    },
    expected: 'an object such as { patience: 10 }',
  },
  targetLoss: { kind: 'number' },
  history: { check: resolveHistory },
} as const satisfies AnyOptions

const { epochs, ...otherSessionOptions } = sessionOptions

const streamOptions = {
  ...endOptions,
  epochs,
  validation: { check: resolveValidation },
  metrics: { check: readChoices },
  ...otherSessionOptions,
} as const satisfies AnyOptions & Record<keyof StreamOptions, unknown>

const trainOptions = bare({
  ...streamOptions,
  onProgress: callback,
  batchSize: { check: checkBatchSize },
  shuffle: { kind: 'boolean', default: true },
  sampleWeights: anything,
  classWeights: anything,
} as const satisfies AnyOptions & Record<keyof TrainOptions, unknown>)

export const trainNames = Object.keys(trainOptions) as (keyof TrainOptions)[]

export const anObject = 'an object such as { epochs: 100 }'

/** Checks the options of `train` and fills in the defaults. */
export function resolveTrainOptions(options: TrainOptions = {}): ResolvedTrainOptions {
  const given = checkOptions(options, outermost, trainOptions, anObject)
  const { signal, onEpoch, onEpochEvery, onProgress, metrics, batchSize, shuffle, sampleWeights, classWeights } = given
  // By name: spreading would take longer than all checks.
  return {
    signal,
    onEpoch,
    onEpochEvery,
    onProgress,
    split: given.validation?.split,
    validation: given.validation?.validation,
    session: sessionOf(given, given.validation !== undefined, metrics),
    metrics,
    batchSize,
    shuffle,
    sampleWeights,
    classWeights,
  }
}

/** Checks the options of `trainStream` and fills in the defaults. */
export function resolveStreamOptions(
  options: StreamOptions = {},
  isRepeatable: boolean,
): HostOptions & Pick<ResolvedTrainOptions, 'session' | 'validation' | 'metrics'> {
  const given = checkOptions(options, outermost, streamOptions, anObject)
  const { signal, onEpoch, onEpochEvery, metrics } = given
  const validation = given.validation?.validation
  if (given.validation?.split) refuse('validation', '{ inputs, targets } with trainStream', given.validation)
  if (metrics?.length && !validation) refuse('metrics', 'the option validation beside them with trainStream', metrics)
  const epochs = given.epochs ?? (isRepeatable ? undefined : 1)
  const { targetLoss, earlyStopping, history } = given
  const session = sessionOf({ epochs, targetLoss, earlyStopping, history }, validation !== undefined, metrics)
  if (session.epochs > 1 && !isRepeatable) {
    refuse('epochs', '1, or a source that is a function and gives fresh batches for each epoch', session.epochs)
  }
  return { signal, onEpoch, onEpochEvery, onProgress: undefined, session, metrics, validation }
}

export function resolveResumeOptions(options: ResumeOptions = {}): HostOptions {
  return checkOptions(options, outermost, hostOptions)
}

/** Checks what concerns the ends of epochs. */
export function resolveSession(
  given: Readonly<Partial<Record<keyof typeof sessionOptions, unknown>>>,
  hasValidation: boolean,
  metrics?: MetricChoices,
): SessionOptions {
  return sessionOf(
    checkGiven(Object.assign(Object.create(null), given), outermost, sessionOptions),
    hasValidation,
    metrics,
  )
}

function sessionOf(
  { epochs = 100, targetLoss = Number.NEGATIVE_INFINITY, earlyStopping, history }: Checked<typeof sessionOptions>,
  hasValidation: boolean,
  metrics: MetricChoices = [],
): SessionOptions {
  return {
    epochs,
    targetLoss,
    metrics: undefined,
    earlyStopping: earlyStopping && withMonitor(earlyStopping, hasValidation, metrics),
    history,
  }
}

/** Read once. What metrics they are depends on the network. */
function readChoices(value: unknown): readonly unknown[] {
  return reading('INVALID_CONFIG', 'metrics', 'an array of metrics', () => {
    if (!isArray(value)) refuse('metrics', 'an array of metrics, as in ["accuracy"]', value)
    if (value.length > MOST_METRICS) refuse('metrics', `at most ${MOST_METRICS} metrics`, value)
    return Array.from(value, (choice: unknown) => (isOptionObject(choice) ? { ...choice } : choice))
  })
}

/** The name of a choice; undefined for what is none */
function nameOf(choice: unknown): unknown {
  if (!isOptionObject(choice)) return choice
  return Object.hasOwn(choice, 'name') ? choice.name : undefined
}

function withMonitor(
  given: Checked<typeof sessionOptions.earlyStopping.options>,
  hasValidation: boolean,
  metrics: readonly unknown[],
): Required<EarlyStopping> {
  const path = 'earlyStopping.monitor'
  const { patience, minDelta, monitor = hasValidation ? 'validationLoss' : 'loss', restoreBest } = given
  const monitored = checkMonitor(monitor, path, metrics.map(nameOf))
  if (monitored === 'validationLoss' && !hasValidation) {
    refuse(path, '"loss", or the option validation beside it', monitored)
  }
  return { patience, minDelta, monitor: monitored, restoreBest }
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

/** Without: as the optimizer likes it */
function checkBatchSize(value: unknown): number | 'full' {
  if (value === 'full') return value
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value
  return refuse('batchSize', 'an integer of at least 1, or "full"', value)
}
