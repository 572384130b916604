// The training of several networks: checks, who shares lanes with whom, and the slices of those that do.
import { isOptionObject, refuse } from '../checks.ts'
import type { NetworkConfig, ResolvedConfig } from '../config.ts'
import { describe, WasmpropError } from '../errors.ts'
import type { MatrixInput } from '../matrix.ts'
import { Network } from '../network.ts'
import { readRows } from '../rows.ts'
import { endRun, startOnRows } from '../runs.ts'
import type { NetworkState } from '../state.ts'
import type { TrainedNetwork, TrainManyOptions } from '../train-many.ts'
import { type ResolvedTrainOptions, resolveTrainOptions } from '../train-options.ts'
import { runYielding, type TrainingRun, type TrainResult } from '../training.ts'
import { readSampleWeights, selectBoth } from '../training-set.ts'
import { now, Turns } from '../turns.ts'
import { seatingFor } from './gain.ts'
import { agree, type Cohort, Lanes } from './lanes.ts'

/** A network whose training has begun, and does not yet have its result */
interface Member {
  readonly network: Network
  readonly state: NetworkState
  readonly run: TrainingRun
  readonly cohort: Cohort
}

/** `seat` decides who gains by lanes. */
export async function trainTogether(
  configs: readonly NetworkConfig[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options?: TrainManyOptions,
  seat: typeof seatingFor = seatingFor,
): Promise<TrainedNetwork[]> {
  const networks = await createAll(configs)
  const members = new Set<Member>()
  const results = new Map<Network, TrainResult>()
  const finish = (member: Member) => {
    results.set(member.network, endRun(member.state, member.run.result()))
    members.delete(member)
  }
  try {
    startAll(networks, inputs, targets, options, (member) => members.add(member))
    for (const cohort of cohortsOf([...members])) await trainCohort(cohort, seat, finish)
  } catch (error) {
    for (const network of networks) network.dispose()
    throw error
  }
  return networks.map((network) => ({ network, result: results.get(network) as TrainResult }))
}

// Checks

async function createAll(configs: readonly NetworkConfig[]): Promise<Network[]> {
  if (!Array.isArray(configs) || configs.length === 0)
    refuse('configs', 'an array of at least one configuration', configs)
  const settled = await Promise.allSettled(configs.map((config, index) => create(config, index)))
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
    const isOfPath = path !== undefined && message.startsWith(path)
    throw new WasmpropError(code, `configs[${index}]${isOfPath ? '.' : ': '}${message}`, {
      path: `configs[${index}]${path === undefined ? '' : `.${path}`}`,
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

/** Begins the training of all networks, on the rows of each. */
function startAll(
  networks: readonly Network[],
  inputs: MatrixInput,
  targets: MatrixInput,
  options: TrainManyOptions | undefined,
  note: (member: Member) => void,
): void {
  if (options !== undefined && !isOptionObject(options)) refuse('options', 'an object such as { epochs: 100 }', options)
  const { rows: numbers, onEpoch, ...others } = options ?? {}
  const shared = resolveTrainOptions({ ...others, ...(onEpoch === undefined ? {} : { onEpoch: onEpoch as never }) })
  networks.forEach((network, index) => {
    const state = Network.stateOf(network)
    const all = readRows(state, inputs, targets)
    const { validation } = shared
    const own = validation && readRows(state, validation.inputs, validation.targets, 'validation.')
    const chosen = numbers === undefined ? undefined : readNumbers(numbers, index, networks.length, all.inputs.rows)
    const resolved = optionsOf(shared, index, chosen, all.inputs.rows)
    const run = startOnRows(state, chosen === undefined ? all : selectBoth(all, chosen), own, resolved)
    note({ network, state, run, cohort: cohortOf(state) })
  })
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
  const isList = Array.isArray(list) || ArrayBuffer.isView(list)
  if (!isList || (list as ArrayLike<unknown>).length === 0) {
    const message = `${path}: expected at least one row number, got ${describe(list)}`
    throw new WasmpropError('INVALID_SHAPE', message, { path })
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

// Cohorts

function cohortOf({ config, course }: NetworkState): Cohort {
  const data = course?.data
  if (data === undefined) throw new Error('expected a course that has begun')
  return { config, ...data }
}

/** Members that may share lanes, as far as it is known beforehand */
function cohortsOf(members: readonly Member[]): Member[][] {
  const cohorts = new Map<string, Member[]>()
  for (const member of members) {
    const key = sharesLanes(member) ? keyOf(member.cohort) : `alone ${cohorts.size}`
    cohorts.set(key, [...(cohorts.get(key) ?? []), member])
  }
  return [...cohorts.values()]
}

/** What the build of lanes can do */
function sharesLanes({ state, cohort }: Member): boolean {
  const { config, engine, fullBatch } = state
  return (
    engine.name === 'wasm' &&
    !engine.relaxed &&
    config.wasm === undefined && // such a host forbids to compile others
    fullBatch === undefined &&
    !cohort.isWeighted &&
    config.learningRate.name !== 'function' && // it would be asked twice for the same step
    config.layers.every(({ dropout }) => dropout === 0)
  )
}

function keyOf({ config, rows, batchRows, isShuffled, hasRates }: Cohort): string {
  const { layers, loss, optimizer, regularization, clipNorm, clipValue } = config
  const ofLayers = layers.map(({ activation, hasBiases, trainsBiases }) => [activation, hasBiases, trainsBiases])
  const ofProgram = [ofLayers, loss, optimizer, regularization, clipNorm, clipValue]
  return JSON.stringify([...ofProgram, rows, batchRows, isShuffled, hasRates])
}

type Finish = (member: Member) => void

async function trainCohort(cohort: readonly Member[], seat: typeof seatingFor, finish: Finish): Promise<void> {
  const seating = cohort.length > 1 ? seat(cohort[0].cohort, cohort.length) : undefined
  const lanes = seating && (await lanesFor(cohort[0].cohort, seating.lanes))
  if (seating && lanes) await trainInLanes(cohort, lanes, seating.least, finish)
  else await trainInTurn(cohort, finish)
}

/** Undefined where the host does not give them: the same bits come without */
async function lanesFor(cohort: Cohort, count: number): Promise<Lanes | undefined> {
  try {
    return await Lanes.of(cohort, count)
  } catch {
    return undefined
  }
}

async function trainInTurn(members: readonly Member[], finish: Finish): Promise<void> {
  for (const member of members) {
    await runYielding(member.run)
    finish(member)
  }
}

/**
 * As many at a time as there are lanes; where one ends, the next takes its place if it can. Fewer than `least` take turns
 * instead.
 */
async function trainInLanes(members: readonly Member[], lanes: Lanes, least: number, finish: Finish): Promise<void> {
  const waiting = [...members]
  let seats: Member[] = []
  const turns = new Turns()
  while (waiting.length + seats.length > 0) {
    while (seats.length < lanes.count && waiting.length > 0) {
      if (seats.length > 0 && !agree(seats[0].state, waiting[0].state)) break
      seats.push(waiting.shift() as Member)
    }
    if (seats.length < least) {
      await trainInTurn(seats, finish)
      seats = []
      continue
    }
    // All of them, since each may be due for something; batches come when none is.
    const areReady = seats.map(({ run }) => run.prepare())
    if (areReady.every((isReady) => isReady)) advance(seats, lanes)
    const ended: Member[] = []
    for (const member of seats) {
      const { run } = member
      if (run.pending !== undefined) run.settle(await run.pending)
      if (run.hasEnded()) ended.push(member)
    }
    ended.forEach(finish)
    seats = seats.filter((member) => !ended.includes(member))
    if (turns.isDue()) await turns.yield()
  }
}

/** A slice of all, as long as the shortest */
function advance(seats: readonly Member[], lanes: Lanes): void {
  const steps = Math.min(...seats.map(({ run }) => run.begin()))
  const started = now()
  const reasons = lanes.train(
    seats.map(({ state }) => state),
    steps,
  )
  const milliseconds = now() - started
  seats.forEach(({ run }, seat) => {
    run.end(reasons[seat], milliseconds)
  })
}
