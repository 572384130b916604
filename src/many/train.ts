// The training of several networks: checks, the beginning and the end. What lies between is in cohorts.ts for one thread,
// and in share.ts for more.
import { isOptionObject, refuse } from '../checks.ts'
import type { NetworkConfig, ResolvedConfig } from '../config.ts'
import { describe, WasmpropError } from '../errors.ts'
import { isRow, type MatrixInput } from '../matrix.ts'
import { Network } from '../network.ts'
import { readRows } from '../rows.ts'
import { endRun, startOnRows } from '../runs.ts'
import { automaticThreads, checkThreads } from '../threads.ts'
import type { TrainedNetwork, TrainManyOptions } from '../train-many.ts'
import { type ResolvedTrainOptions, resolveTrainOptions } from '../train-options.ts'
import type { TrainResult } from '../training.ts'
import { type Rows, readSampleWeights, selectBoth } from '../training-set.ts'
import { now } from '../turns.ts'
import { type Host, type Seat, trainMembers } from './cohorts.ts'
import { seatingFor } from './gain.ts'
import type { Sharing, Started } from './share.ts'

/**
 * How long one thread trains with 'auto' before workers are started for what is left, in ms: about what it takes until one is
 * ready (25 to 60 in Node on two cores, more where these are busy), so that waiting costs at most as much again.
 */
const ALONE_MILLISECONDS = 50

/** `seat` decides who gains by lanes. */
export async function trainTogether(
  configs: readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainManyOptions,
  seat: Seat = seatingFor,
): Promise<TrainedNetwork[]> {
  const networks = await createAll(configs)
  const results = new Map<Network, TrainResult>()
  const finish: Host['finish'] = ({ network, state }, result) => results.set(network, endRun(state, result))
  try {
    const { members, threads, ...sharing } = startAll(networks, inputs, targets, options)
    await trainAll(members, threads, sharing, { seat, finish })
  } catch (error) {
    for (const network of networks) network.dispose()
    throw error
  }
  return networks.map((network) => ({ network, result: results.get(network) as TrainResult }))
}

async function trainAll(
  members: readonly Started[],
  threads: number | 'auto',
  sharing: Omit<Sharing, 'threads'>,
  host: Host,
): Promise<void> {
  const most = threads === 'auto' ? automaticThreads() : threads
  if (most === 1) {
    await trainMembers(members, host)
    return
  }
  const end = now() + ALONE_MILLISECONDS
  const left = threads === 'auto' ? await trainMembers(members, { ...host, isUp: () => now() >= end }) : members
  if (left.length === 0) return
  const { trainOnThreads } = await import('./share.ts')
  await trainOnThreads(left, { ...sharing, threads: most }, host)
}

// Checks

async function createAll(configs: readonly NetworkConfig[]): Promise<Network[]> {
  if (!Array.isArray(configs) || configs.length === 0)
    refuse('configs', 'an array of at least one configuration', configs)
  const settled = await Promise.allSettled(Array.from(configs, create))
  const networks = settled.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []))
  try {
    for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason
    refuseOtherShapes(networks.map((network) => Network.stateOf(network).config))
    return networks
  } catch (error) {
    for (const network of networks) network.dispose()
    throw error
  }
}

/** Errors name the configuration as well: `configs[2].layers[0].units` */
async function create(config: NetworkConfig, index: number): Promise<Network> {
  try {
    return await Network.create(config)
  } catch (error) {
    if (!(error instanceof WasmpropError)) throw error
    const { code, message, path, cause } = error
    const own = `configs[${index}]`
    if (path === 'config') throw new WasmpropError(code, message.replace(path, own), { path: own, cause })
    const isOfPath = path !== undefined && message.startsWith(path)
    throw new WasmpropError(code, `${own}${isOfPath ? '.' : ': '}${message}`, {
      path: path === undefined ? own : `${own}.${path}`,
      cause,
    })
  }
}

function refuseOtherShapes([first, ...others]: readonly ResolvedConfig[]): void {
  const compare = (path: string, wanted: unknown, got: unknown, index: number) => {
    if (got === wanted) return
    const expected = typeof wanted === 'string' ? JSON.stringify(wanted) : wanted
    refuse(`configs[${index}].${path}`, `${expected}, as in configs[0] (all have one shape)`, got)
  }
  others.forEach((config, other) => {
    const index = other + 1
    compare('dtype', first.dtype, config.dtype, index)
    compare('inputs', first.inputs, config.inputs, index)
    compare('layers.length', first.layers.length, config.layers.length, index)
    config.layers.forEach(({ units }, layer) => {
      compare(`layers[${layer}].units`, first.layers[layer].units, units, index)
    })
  })
}

interface Start extends Omit<Sharing, 'threads'> {
  readonly members: readonly Started[]
  readonly threads: number | 'auto'
}

/** Begins the training of all networks, on the rows of each. */
function startAll(
  networks: readonly Network[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options: TrainManyOptions | undefined,
): Start {
  if (options !== undefined && !isOptionObject(options)) refuse('options', 'an object such as { epochs: 100 }', options)
  const { rows: numbers, onEpoch, threads, ...others } = options ?? {}
  const shared = resolveTrainOptions({ ...others, ...(onEpoch === undefined ? {} : { onEpoch: onEpoch as never }) })
  const checkedThreads = checkThreads(threads)
  let rows: Rows | undefined
  const members = networks.map((network, index): Started => {
    const state = Network.stateOf(network)
    const all = readRows(state, inputs, targets)
    rows ??= all
    const { validation } = shared
    const own = validation && readRows(state, validation.inputs, validation.targets, 'validation.')
    const chosen = numbers === undefined ? undefined : readNumbers(numbers, index, networks.length, all.inputs.rows)
    const resolved = optionsOf(shared, index, chosen, all.inputs.rows)
    const run = startOnRows(state, chosen === undefined ? all : selectBoth(all, chosen), own, resolved)
    return { network, state, run, chosen }
  })
  // A worker would have to wait for an answer after every epoch.
  const isShared = onEpoch === undefined
  return { members, threads: isShared ? checkedThreads : 1, rows: rows as Rows, signal: shared.signal }
}

/** The numbers of a network's rows. Throws INVALID_SHAPE or INVALID_DATA. */
function readNumbers(value: unknown, index: number, count: number, rows: number): Uint32Array {
  const lists = Array.isArray(value) ? (value as unknown[]) : undefined
  if (lists?.length !== count) {
    const message = `rows: expected ${count} lists of row numbers, one per network, got ${describe(value)}`
    throw new WasmpropError('INVALID_SHAPE', message, { path: 'rows' })
  }
  const path = `rows[${index}]`
  const list = lists[index]
  if (!isRow(list) || list.length === 0) {
    const what = isRow(list) ? 'at least one row number' : 'an array or typed array of row numbers'
    throw new WasmpropError('INVALID_SHAPE', `${path}: expected ${what}, got ${describe(list)}`, { path })
  }
  return Uint32Array.from(list as ArrayLike<number>, (number: unknown, at) => {
    if (Number.isInteger(number) && Number(number) >= 0 && Number(number) < rows) return Number(number)
    const message = `${path}[${at}]: expected a row number from 0 to ${rows - 1}, got ${describe(number)}`
    throw new WasmpropError('INVALID_DATA', message, { path })
  })
}

/** The options as one network has them */
function optionsOf(
  shared: ResolvedTrainOptions,
  network: number,
  chosen: Uint32Array | undefined,
  rows: number,
): ResolvedTrainOptions {
  const { onEpoch, sampleWeights } = shared
  const selects = sampleWeights !== undefined && chosen !== undefined
  const weights = selects ? readSampleWeights(sampleWeights, rows) : undefined
  return {
    ...shared,
    ...(onEpoch ? { onEpoch: (progress) => onEpoch(Object.assign(progress, { network })) } : {}),
    ...(selects && weights ? { sampleWeights: Float64Array.from(chosen, (row) => weights[row]) } : {}),
  }
}
