// The training of several networks: checks, the beginning and the end. What lies between is in lane-groups.ts for one thread,
// and in distribution.ts for more.

import { LARGEST_SEED, type NetworkConfig, type ResolvedConfig } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import { checkThreads } from '../config/threads.ts'
import type { MatrixInput } from '../data/forms.ts'
import { isRow } from '../data/read-matrix.ts'
import { rowsReader } from '../data/rows.ts'
import type { Configured } from '../data/scaling.ts'
import { finish } from '../data/steps.ts'
import { ofTrained, type Rows, readSampleWeights, selectBoth } from '../data/training-set.ts'
import { automaticThreads } from '../engines/thread-count.ts'
import { describe, reading, unexpected, WasmpropError } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import { checkFactory, type WorkerFactory } from '../hosts/worker.ts'
import { Network } from '../network/network.ts'
import { checkInteger, readOptions, refuse } from '../options/check.ts'
import type { ResolvedTrainOptions, TrainOptions } from '../training/options.ts'
import { anObject, resolveTrainOptions, trainNames } from '../training/resolve-options.ts'
import type { TrainResult } from '../training/result.ts'
import { now } from '../training/run.ts'
import { endRun, startOnRows } from '../training/start.ts'
import type { Distribution, StartedMember } from './distribution.ts'
import { type Callbacks, type PlanLanes, trainMembers } from './lane-groups.ts'
import type { TrainedNetwork, TrainManyOptions } from './options.ts'
import { planLanes } from './throughput.ts'

/**
 * How long one thread trains with 'auto' before workers are started for what is left, in ms: about what it takes until one is
 * ready (25 to 60 in Node on two cores, more where these are busy), so that waiting costs at most as much again.
 */
const ALONE_MILLISECONDS = 50

const manyNames = [
  ...trainNames,
  'rows',
  'threads',
  'worker',
  'seed',
] as const satisfies readonly (keyof TrainManyOptions)[]

/** What networks are trained on, and how */
export interface Plan {
  readonly options: ResolvedTrainOptions
  readonly threads: number | 'auto'
  /** Makes workers in the library's place */
  readonly create: WorkerFactory | undefined
  /** Of the validation split, the same for all. Default: that of the first network */
  readonly seed: number | undefined
  /** All rows, as a network takes them */
  readonly rowsFor: (network: Configured) => Rows
  /** Numbers of the rows of each; undefined: all for all */
  readonly chosen: readonly Uint32Array[] | undefined
  /** Numbers of the rows that each is validated on. Default: as the options have it */
  readonly held: readonly Uint32Array[] | undefined
  /** Called for each when its training has ended */
  readonly onEnd: ((network: Network, result: TrainResult) => void) | undefined
}

/** Of networks that share all rows, as the options have it */
export const sharedPlan = {
  create: undefined,
  seed: undefined,
  chosen: undefined,
  held: undefined,
  onEnd: undefined,
}

/** `chooseLanes` decides who gains by lanes. */
export async function trainTogether(
  configs: readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainManyOptions,
  chooseLanes: PlanLanes = planLanes,
): Promise<TrainedNetwork[]> {
  const given = readOptions(options === undefined ? {} : options, '', manyNames, anObject)
  const { rows: lists, threads: most, worker, seed, ...others } = given
  const resolved = resolveTrainOptions(others as TrainOptions)
  const threads = checkThreads(most)
  const factory = checkFactory(worker)
  const splitSeed = seed === undefined ? undefined : checkInteger(seed, 'seed', 0, LARGEST_SEED)
  const networks = await createAll(resolveConfigs(configs), inConfigs)
  const plan = (): Plan => {
    const rowsFor = rowsReader(inputs, targets)
    const { rows } = rowsFor(Network.stateOf(networks[0])).inputs
    const chosen = lists === undefined ? undefined : readLists(lists, networks.length, rows)
    return { ...sharedPlan, options: resolved, threads, create: factory, seed: splitSeed, rowsFor, chosen }
  }
  return trainNetworks(networks, plan, chooseLanes)
}

/** Trains networks that are the call's own: they are disposed of where it fails. */
export async function trainNetworks(
  networks: readonly Network[],
  plan: () => Plan,
  chooseLanes: PlanLanes = planLanes,
): Promise<TrainedNetwork[]> {
  const results = new Map<Network, TrainResult>()
  try {
    const made = plan()
    const finish: Callbacks['finish'] = ({ network, state }, result) => {
      results.set(network, endRun(state, result))
      made.onEnd?.(network, result)
    }
    const { members, threads, ...distribution } = startAll(networks, made)
    const reason = await trainAll(members, threads, distribution, {
      planLanes: chooseLanes,
      finish,
      isTimeUp: undefined,
    })
    return networks.map((network) => ({
      network,
      result: results.get(network) as TrainResult,
      ...(reason === undefined ? {} : { reason }),
    }))
  } catch (error) {
    for (const network of networks) network.dispose()
    throw error
  }
}

/** Gives why it were fewer threads than asked for. */
async function trainAll(
  members: readonly StartedMember[],
  threads: number | 'auto',
  distribution: Omit<Start, 'members' | 'threads'>,
  callbacks: Callbacks,
): Promise<string | undefined> {
  // A worker would have to wait for an answer after every epoch.
  const reason =
    distribution.isTold && threads !== 1
      ? 'one thread: onEpoch and onProgress are called in the calling one'
      : undefined
  const most = threads === 'auto' ? automaticThreads() : threads
  if (most === 1 || distribution.isTold) {
    await trainMembers(members, callbacks)
    return reason
  }
  const end = now() + ALONE_MILLISECONDS
  const left =
    threads === 'auto' ? await trainMembers(members, { ...callbacks, isTimeUp: () => now() >= end }) : members
  if (left.length === 0) return
  const { trainOnWorkers } = await loadPart(import('./distribution.ts'))
  const failures = await trainOnWorkers(left, { ...distribution, threads: most }, callbacks)
  return failures.size === 0 ? undefined : `fewer threads: ${[...failures].join('; ')}`
}

/** A network of each configuration, or none of them: the first that the host refuses ends it. `locate` names its place. */
export async function createAll(
  configs: readonly ResolvedConfig[],
  locate: (error: unknown, index: number) => unknown,
): Promise<Network[]> {
  const networks: Network[] = []
  try {
    for (const config of configs) networks.push(await Network.drawn(config))
    return networks
  } catch (error) {
    const index = networks.length
    for (const network of networks) network.dispose()
    throw locate(error, index)
  }
}

/** Checks configurations that are to see the same rows. Errors name them: `configs[2].layers[0].units` */
export function resolveConfigs(configs: unknown): ResolvedConfig[] {
  return reading('INVALID_CONFIG', 'configs', 'configurations that can be read', () => {
    if (!Array.isArray(configs) || configs.length === 0) {
      refuse('configs', 'an array of at least one configuration', configs)
    }
    const resolved: ResolvedConfig[] = []
    for (let index = 0; index < configs.length; index++) {
      const config = inConfig(index, () => resolveConfig(configs[index]))
      const { inputs } = resolved[0] ?? config
      if (config.inputs !== inputs) {
        refuse(`configs[${index}].inputs`, `${inputs}, as in configs[0] (all see the same rows)`, config.inputs)
      }
      resolved.push(config)
    }
    return resolved
  })
}

function inConfig<Result>(index: number, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw inConfigs(error, index)
  }
}

/** The error, of the configuration of this number */
export function inConfigs(error: unknown, index: number): unknown {
  if (!(error instanceof WasmpropError)) return error
  const { code, message, path, cause } = error
  const own = `configs[${index}]`
  if (path === 'config') return new WasmpropError(code, message.replace(path, own), { path: own, cause })
  const isOfPath = path !== undefined && message.startsWith(path)
  return new WasmpropError(code, `${own}${isOfPath ? '.' : ': '}${message}`, {
    path: path === undefined ? own : `${own}.${path}`,
    cause,
  })
}

interface Start extends Omit<Distribution, 'threads'> {
  readonly members: readonly StartedMember[]
  readonly threads: number | 'auto'
  /** Whether somebody is told of every epoch */
  readonly isTold: boolean
}

/** Begins the training of all networks, on the rows of each. */
function startAll(networks: readonly Network[], plan: Plan): Start {
  const { threads, create, rowsFor, chosen, held } = plan
  const options = withSharedSplit(plan, networks[0].seed)
  const rows = rowsFor(Network.stateOf(networks[0]))
  const { validation, sampleWeights, onEpoch, onProgress, signal } = options
  const ownFor = validation && rowsReader(validation.inputs, validation.targets, 'validation.')
  const weights =
    sampleWeights === undefined ? undefined : readSampleWeights(sampleWeights, rows.inputs.rows, ofTrained)
  const members = networks.map((network, index): StartedMember => {
    const state = Network.stateOf(network)
    const all = rowsFor(state)
    const numbers = chosen?.[index]
    const own = { ...options, ...ownOptions(index, options, weights, numbers) }
    const rowsOfIt = numbers === undefined ? all : selectBoth(all, numbers)
    const validated = held === undefined ? ownFor?.(state) : selectBoth(all, held[index])
    const run = finish(startOnRows(state, rowsOfIt, validated, own))
    return { network, state, run, chosen: numbers }
  })
  return { members, threads, create, isTold: onEpoch !== undefined || onProgress !== undefined, rows, signal }
}

/** Networks that are compared are to be watched on the same rows, whatever their own seeds. */
function withSharedSplit({ options, seed }: Plan, first: number): ResolvedTrainOptions {
  const { split } = options
  return split === undefined ? options : { ...options, split: { ...split, seed: split.seed ?? seed ?? first } }
}

/** The options that are a network's own */
function ownOptions(
  network: number,
  { onEpoch, onProgress }: ResolvedTrainOptions,
  weights: Float64Array | undefined,
  numbers: Uint32Array | undefined,
): Pick<ResolvedTrainOptions, 'onEpoch' | 'onProgress' | 'sampleWeights'> {
  return {
    onEpoch: onEpoch && ((progress) => onEpoch(Object.assign(progress, { network }))),
    onProgress: onProgress && ((progress) => onProgress(Object.assign(progress, { network }))),
    sampleWeights: weights && numbers ? Float64Array.from(numbers, (row) => weights[row]) : weights,
  }
}

/** The numbers of every network's rows. Throws INVALID_SHAPE or INVALID_DATA. */
function readLists(value: unknown, count: number, rows: number): Uint32Array[] {
  return reading('INVALID_DATA', 'rows', 'lists of row numbers', () => {
    if (!Array.isArray(value) || value.length !== count) {
      const expected = `${count} lists of row numbers, one per network`
      throw unexpected('INVALID_SHAPE', 'rows', expected, describe(value))
    }
    return Array.from(value, (list: unknown, index) => readNumbers(list, `rows[${index}]`, rows))
  })
}

function readNumbers(list: unknown, path: string, rows: number): Uint32Array {
  if (!isRow(list) || list.length === 0) {
    const what = isRow(list) ? 'at least one row number' : 'an array or typed array of row numbers'
    throw unexpected('INVALID_SHAPE', path, what, describe(list))
  }
  // A loop, since `from` copies the whole list before it looks at the first number.
  const numbers: number[] = []
  for (let at = 0; at < list.length; at++) {
    const number: unknown = list[at]
    if (!(Number.isInteger(number) && Number(number) >= 0 && Number(number) < rows)) {
      const expected = `a row number from 0 to ${rows - 1}`
      throw unexpected('INVALID_DATA', `${path}[${at}]`, expected, describe(number), { path })
    }
    numbers.push(Number(number))
  }
  return Uint32Array.from(numbers)
}
