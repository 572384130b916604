// A network in the midst of its training as bytes: weights, optimizer states, counters, rates, scaling, and how its call of
// `train` stands. What is restored from them goes on as if it had never stopped, bit for bit, in either engine.
import * as P from '../assembly/program.ts'
import { checkBoolean, checkInteger, checkName, checkNumber, isOptionObject, readOptions, refuse } from './checks.ts'
import type { NetworkConfig, ResolvedConfig } from './config.ts'
import { type Blocks, pack, unpack } from './container.ts'
import { Course, type CourseData } from './course.ts'
import { fingerprintRows, readOwnRows, reserveRows, writeOwnRows } from './data-set.ts'
import { WasmpropError } from './errors.ts'
import { configToJSON, readScalings, resolveModelConfig, scalingToJSON, within } from './json.ts'
import { layOutData } from './layout.ts'
import { optimizerOf } from './optimizers.ts'
import { newValues, packedCount, packParameters, unpackParameters, type Values, valuesOf } from './parameters.ts'
import type { Scaling } from './scaling.ts'
import type { NetworkState } from './state.ts'
import { type CourseOptions, resolveCourse } from './train-options.ts'

const VERSION = 1
/** Bounds of counters and row numbers */
const MOST = 2 ** 53
const MOST_ROWS = 2 ** 32 - 1

/** What of the host a restored network may be given anew */
export type RestoreOptions = Pick<NetworkConfig, 'engine' | 'arithmetic' | 'wasm'> & {
  /** The rate, where it was a function: the same one again, or training goes on otherwise */
  learningRate?: (step: number, epoch: number) => number
}

/** Fields of the program that steps move on, POSITION aside */
const FIELDS = [P.EPOCH, P.STEP, P.EPOCHS_LEFT, P.EPOCH_SUM].concat(
  Array.from({ length: P.OPTIMIZER_VALUES_COUNT }, (_, index) => P.OPTIMIZER_VALUES + 8 * index),
)

/** All that `restoreNetwork` needs of a network */
export function writeSnapshot(state: NetworkState): Uint8Array {
  const { config, inputScaling, targetScaling } = state
  const { course } = state
  const header = {
    config: configToJSON(config),
    hasRateFunction: config.learningRate.name === 'function',
    scaling: { inputs: scalingToJSON(inputScaling), targets: scalingToJSON(targetScaling) },
    ...(course?.data === undefined ? {} : { course: describeCourse(state, course, course.data) }),
  }
  const blocks = {
    progress: readProgress(state),
    parameters: readTrained(state),
    ...(course?.data === undefined ? {} : readCourseBlocks(state, course, course.data)),
  }
  return pack(VERSION, header, blocks)
}

/** Counters, the optimizer's numbers and what the rate remembers; NaN: no rate was set */
function readProgress({ engine, rate }: NetworkState): Float64Array {
  const view = new DataView(engine.buffer, P.PROGRAM)
  const fields = FIELDS.map((field) => view.getFloat64(field, true))
  const position = view.getUint32(P.POSITION, true)
  return Float64Array.of(...fields, position, rate.rate ?? Number.NaN, rate.best, rate.epochsWithoutGain)
}

function writeProgress({ engine, rate }: NetworkState, progress: Values): void {
  const view = new DataView(engine.buffer, P.PROGRAM)
  FIELDS.forEach((field, index) => {
    view.setFloat64(field, progress[index], true)
  })
  const [position, given, best, epochsWithoutGain] = progress.subarray(FIELDS.length)
  view.setUint32(P.POSITION, position, true)
  Object.assign(rate, { rate: Number.isNaN(given) ? undefined : given, best, epochsWithoutGain })
}

/** Parameters and optimizer states without gaps, one block after another */
function readTrained({ engine, config, layout }: NetworkState): Values {
  const count = packedCount(config)
  const blocks = layout.trainedBytes / layout.parameterBytes
  const trained = newValues(config.dtype, count * blocks)
  const values = valuesOf(engine.buffer, config.dtype)
  for (let block = 0; block < blocks; block++) {
    trained.set(packParameters(values, layout, block * layout.parameterBytes), block * count)
  }
  return trained
}

function writeTrained({ engine, config, layout }: NetworkState, trained: Values): void {
  const count = packedCount(config)
  const values = valuesOf(engine.buffer, config.dtype)
  for (let block = 0; block * count < trained.length; block++) {
    const packed = trained.subarray(block * count, (block + 1) * count)
    unpackParameters(values, layout, packed, block * layout.parameterBytes)
  }
}

function describeCourse(state: NetworkState, course: Course, data: CourseData) {
  course.fingerprint ??= fingerprintRows(state, data, layOutData(state.layout, data))
  const { options, firstStep, awaitsEpochEnd, milliseconds, fingerprint } = course
  return { options, data, firstStep, awaitsEpochEnd, milliseconds, fingerprint }
}

function readCourseBlocks(state: NetworkState, course: Course, data: CourseData): Blocks {
  const { losses, validationLosses, best, timeline } = course
  return {
    losses: losses.toArray(),
    validationLosses: validationLosses.toArray(),
    best: Float64Array.of(best.loss, best.epoch, best.epochsWithoutGain),
    ...(best.weights ? { bestWeights: best.weights } : {}),
    ...(timeline ? { timelineEpochs: Float64Array.from(timeline.epochs), timeline: timeline.join() } : {}),
    ...readOwnRows(state, data),
  }
}

/** A checked snapshot */
export interface Snapshot {
  readonly config: ResolvedConfig
  readonly blocks: Blocks
  readonly scalings: { inputs: Scaling | undefined; targets: Scaling | undefined }
  readonly course?: {
    readonly options: CourseOptions
    readonly data: CourseData
    readonly firstStep: number
    readonly awaitsEpochEnd: boolean
    readonly milliseconds: number
    readonly fingerprint: number
  }
}

/** Checks what should be a snapshot. Throws INVALID_MODEL, UNSUPPORTED_MODEL, or INVALID_CONFIG for the options. */
export function readSnapshot(bytes: unknown, options: RestoreOptions = {}): Snapshot {
  const given = readOptions(options, '', ['engine', 'arithmetic', 'wasm', 'learningRate'])
  const { header, blocks } = unpack(bytes, VERSION)
  const { learningRate, ...host } = given
  const isFunction = typeof learningRate === 'function'
  if (header.hasRateFunction !== isFunction) {
    const path = 'learningRate'
    if (isFunction || learningRate !== undefined)
      refuse(path, 'no such option: the rate of the snapshot is no function', learningRate)
    refuse(path, 'the function that the network was made with, which bytes cannot hold', undefined)
  }
  const config = within('config.', () => resolveModelConfig(header.config, host, isFunction ? learningRate : undefined))
  const count = packedCount(config)
  const { optimizer } = config
  expectLength(blocks, 'progress', FIELDS.length + 4)
  expectLength(blocks, 'parameters', count * (1 + optimizerOf(optimizer).stateBlocks(optimizer.options)), config)
  if (!blocks.parameters.every(Number.isFinite)) throw invalid('parameters', 'finite numbers', 'others')
  return {
    config,
    blocks,
    scalings: readScalings(header.scaling, config),
    ...(header.course === undefined ? {} : { course: within('', () => readCourse(header.course, blocks, config)) }),
  }
}

function readCourse(value: unknown, blocks: Blocks, config: ResolvedConfig): NonNullable<Snapshot['course']> {
  const names = ['options', 'data', 'firstStep', 'awaitsEpochEnd', 'milliseconds', 'fingerprint'] as const
  const given = readOptions(value, 'course', names)
  const data = readData(given.data)
  const options = isOptionObject(given.options) ? given.options : {}
  const course = {
    options: resolveCourse(
      { ...options, targetLoss: options.targetLoss ?? undefined, history: wrapHistory(options.history) },
      data.validationRows > 0,
    ),
    data,
    firstStep: checkInteger(given.firstStep, 'course.firstStep', 0, MOST),
    awaitsEpochEnd: checkBoolean(given.awaitsEpochEnd, 'course.awaitsEpochEnd'),
    milliseconds: checkNumber(given.milliseconds, 'course.milliseconds', { min: 0 }),
    fingerprint: checkInteger(given.fingerprint, 'course.fingerprint', 0, MOST_ROWS),
  }
  const count = packedCount(config)
  const outputs = config.layers[config.layers.length - 1].units
  for (const name of ['losses', 'validationLosses']) expectLength(blocks, name, blocks[name]?.length ?? -1)
  expectLength(blocks, 'best', 3)
  if (blocks.bestWeights) expectLength(blocks, 'bestWeights', count, config)
  if (course.options.history) {
    expectLength(blocks, 'timelineEpochs', blocks.timelineEpochs?.length ?? -1)
    expectLength(blocks, 'timeline', blocks.timelineEpochs.length * count, config)
  }
  if (data.isWeighted) expectLength(blocks, 'weights', data.rows)
  if (data.validationRows > 0 && !data.split) {
    expectLength(blocks, 'validationInputs', data.validationRows * config.inputs, config)
    expectLength(blocks, 'validationTargets', data.validationRows * outputs, config)
  }
  return course
}

/** `every` and `bytes` as the option `history` has them */
function wrapHistory(history: unknown): unknown {
  return history === undefined ? undefined : { weights: history }
}

function readData(value: unknown): CourseData {
  const path = 'course.data'
  const names = ['rows', 'batchRows', 'validationRows', 'isShuffled', 'isWeighted', 'hasRates', 'split'] as const
  const given = readOptions(value, path, names)
  const rows = checkInteger(given.rows, `${path}.rows`, 1, MOST_ROWS)
  const flag = (name: 'isShuffled' | 'isWeighted' | 'hasRates') => checkBoolean(given[name], `${path}.${name}`)
  return {
    rows,
    batchRows: checkInteger(given.batchRows, `${path}.batchRows`, 1, rows),
    validationRows: checkInteger(given.validationRows, `${path}.validationRows`, 0, MOST_ROWS),
    isShuffled: flag('isShuffled'),
    isWeighted: flag('isWeighted'),
    hasRates: flag('hasRates'),
    ...(given.split === undefined ? {} : { split: readSplit(given.split, `${path}.split`) }),
  }
}

function readSplit(value: unknown, path: string): NonNullable<CourseData['split']> {
  const { share, order } = readOptions(value, path, ['share', 'order'])
  return {
    share: checkNumber(share, `${path}.share`, { above: 0, below: 1 }),
    order: checkName(order, `${path}.order`, ['random', 'last']),
  }
}

/** Checks a block that must be there; float64 unless it is in the network's type. */
function expectLength(blocks: Blocks, name: string, length: number, config?: ResolvedConfig): void {
  const size = config?.dtype === 'float32' ? 4 : 8
  const block = blocks[name]
  if (block?.length === length && block.BYTES_PER_ELEMENT === size) return
  throw invalid(name, `${Math.max(length, 0)} numbers of ${size} bytes`, block ? `${block.length}` : 'none')
}

/** Puts a fresh network where the snapshot left off. */
export function applySnapshot(state: NetworkState, { blocks, scalings, course: saved }: Snapshot): void {
  writeTrained(state, blocks.parameters)
  writeProgress(state, blocks.progress)
  state.inputScaling = scalings.inputs
  state.targetScaling = scalings.targets
  if (saved === undefined) return
  const { options, data, firstStep, ...rest } = saved
  const course = Object.assign(new Course(options, data, state, firstStep), rest)
  course.losses.add(blocks.losses)
  course.validationLosses.add(blocks.validationLosses)
  const [loss, epoch, epochsWithoutGain] = blocks.best
  Object.assign(course.best, { loss, epoch, epochsWithoutGain, weights: blocks.bestWeights })
  course.timeline?.split(Array.from(blocks.timelineEpochs), blocks.timeline)
  reserveRows(state, data)
  writeOwnRows(state, data, blocks)
  state.course = course
}

function invalid(name: string, expected: string, got: string): WasmpropError {
  return new WasmpropError('INVALID_MODEL', `snapshot: ${name}: expected ${expected}, got ${got}`, { path: name })
}
