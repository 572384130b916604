// Networks from snapshots: reads what `writeSnapshot` gave, which may be torn or hostile, and puts a network where it left off.
import * as P from '../../assembly/program.ts'
import type { ResolvedConfig } from '../config/config.ts'
import { resolveEngineOptions } from '../config/resolve.ts'
import type { RunningRows, Scaling } from '../data/scaling.ts'
import { isArray } from '../errors.ts'
import { packedCount, unpackParameters } from '../memory/parameters.ts'
import { type Blocks, type Values, valuesOf } from '../numerics/values.ts'
import { checkBoolean, checkInteger, checkNumber, readOptions } from '../options/check.ts'
import type { NetworkState } from '../prediction/state.ts'
import { optimizerSlot } from '../program.ts'
import { optimizers } from '../tables/optimizers.ts'
import { isConstant } from '../tables/schedules.ts'
import { frozenCount } from '../training/reconfigure.ts'
import type { TrainingState } from '../training/session.ts'
import { demand, expectBlock, expectNumbers, MOST, MOST_ROWS } from './expect-blocks.ts'
import { type RestoreOptions, restoreNames } from './json.ts'
import { POSITION_PLACE, writeProgress } from './progress.ts'
import { checkRateFunction, readScalings, refuseWithoutRate, resolveModelConfig, within } from './read-json.ts'
import { readSession, restoreSession, type SavedSession } from './read-session.ts'
import { SNAPSHOT_VERSION, type SnapshotParts } from './snapshot.ts'
import { unpack } from './unpack.ts'

/** Bound of the epochs that are left */
const MOST_LEFT = 2 ** 53

/** A checked snapshot */
export interface Snapshot {
  readonly config: ResolvedConfig
  readonly blocks: Blocks
  readonly scalings: { inputs: Scaling | undefined; targets: Scaling | undefined }
  /** Numbers of frozen layers whose states are put aside */
  readonly frozen: readonly number[]
  readonly running: RunningRows
  readonly session: SavedSession | undefined
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
  expectNumbers(blocks, 'parameters', count * (1 + optimizers[optimizer.name].stateBlocks(optimizer.options)), config)
  const scalings = readScalings(given.scaling, config)
  const frozen = given.frozen === undefined ? [] : within('', () => readFrozen(given.frozen, blocks, config))
  const session = within('', () => (given.course === undefined ? undefined : readSession(given.course, blocks, config)))
  within('', () => checkProgress(blocks, config, session))
  const running = within('', () => readRunning(blocks, config))
  return { config, blocks, scalings, frozen, running, session }
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
  const states = optimizers[optimizer.name].stateBlocks(optimizer.options)
  const count = frozen.reduce((sum, layer) => sum + (layers[layer].inputs + 1) * layers[layer].units * states, 0)
  expectNumbers(blocks, 'frozenStates', count, config)
  return frozen
}

/** Numbers with which training would go wrong, stand still, or leave the memory of its rows */
function checkProgress(
  blocks: Blocks,
  { optimizer, learningRate }: ResolvedConfig,
  session: SavedSession | undefined,
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
  const { slots, accepts } = optimizers[optimizer.name]
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
  const running: Readonly<Record<number, number>> = optimizers[{ name, options }.name].running
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
  state.session = restoreSession(state, saved, blocks)
}

function writeCounters({ engine, rate }: NetworkState, counters: Values): void {
  writeProgress(engine.program, counters)
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
