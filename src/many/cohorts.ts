// Who shares lanes with whom, and the slices of those that do: the same in the calling thread and in the workers.

import type { NetworkState } from '../memory/state.ts'
import type { Network } from '../network/network.ts'
import { runUntil, type TrainingRun, type TrainResult } from '../training/loop.ts'
import { now, Turns } from '../training/yielding.ts'
import type { Seating, seatingFor } from './gain.ts'
import { agree, type Cohort, Lanes } from './lanes.ts'

/** A network whose training has begun, and does not yet have its result */
export interface Member {
  readonly network: Network
  readonly state: NetworkState
  readonly run: TrainingRun
}

export type Seat = typeof seatingFor

export interface Host {
  readonly seat: Seat
  /** Called for each when its run has ended */
  readonly finish: (member: Member, result: TrainResult) => void
  /** Whether the time is up. Default: never */
  readonly isUp?: () => boolean
}

/** Trains all of them, or until the time is up. Gives those that are not done. */
export async function trainMembers<M extends Member>(members: readonly M[], host: Host): Promise<M[]> {
  const left: M[] = []
  for (const cohort of cohortsOf(members)) left.push(...(await trainCohort(cohort, host)))
  for (const { run } of left) run.pause()
  return left
}

/** How a cohort is seated; undefined: its members gain by turns. */
export function seatingOf(cohort: readonly Member[], seat: Seat): Seating | undefined {
  return cohort.length > 1 ? seat(workOf(cohort[0].state), cohort.length) : undefined
}

/** Members that may share lanes, as far as it is known beforehand */
export function cohortsOf<M extends Member>(members: readonly M[]): M[][] {
  const cohorts = new Map<string, M[]>()
  for (const member of members) {
    const key = keyOf(member) ?? `alone ${cohorts.size}`
    const cohort = cohorts.get(key)
    if (cohort) cohort.push(member)
    else cohorts.set(key, [member])
  }
  return [...cohorts.values()]
}

/** The same for those that may share lanes; undefined for what the build of lanes cannot do */
function keyOf({ state }: Member): string | undefined {
  const { config, engine, fullBatch } = state
  const { layers, loss, optimizer, regularization, clipNorm, clipValue } = config
  const { rows, batchRows, isShuffled, hasRates, isWeighted } = workOf(state)
  const sharesLanes =
    engine.name === 'wasm' &&
    !engine.relaxed &&
    config.wasm === undefined && // such a host forbids to compile others
    fullBatch === undefined &&
    !isWeighted &&
    config.learningRate.name !== 'function' && // it would be asked twice for the same step
    layers.every(({ dropout }) => dropout === 0)
  if (!sharesLanes) return undefined
  const ofLayers = layers.map(({ activation, hasBiases, trainsBiases }) => [activation, hasBiases, trainsBiases])
  const ofProgram = [ofLayers, loss, optimizer, regularization, clipNorm, clipValue]
  return JSON.stringify([...ofProgram, rows, batchRows, isShuffled, hasRates])
}

function workOf({ config, session }: NetworkState): Cohort {
  if (session?.data === undefined) throw new Error('expected a session that has begun')
  return { config, ...session.data }
}

async function trainCohort<M extends Member>(cohort: readonly M[], host: Host): Promise<M[]> {
  const seating = seatingOf(cohort, host.seat)
  const lanes = seating && (await lanesFor(workOf(cohort[0].state), seating.lanes))
  if (seating && lanes) return trainInLanes(cohort, lanes, seating.least, host)
  return trainInTurn(cohort, host)
}

/** Undefined where the host does not give them: the same bits come without */
async function lanesFor(cohort: Cohort, count: number): Promise<Lanes | undefined> {
  try {
    return await Lanes.of(cohort, count)
  } catch {
    return undefined
  }
}

async function trainInTurn<M extends Member>(members: readonly M[], { finish, isUp = never }: Host): Promise<M[]> {
  for (const [index, member] of members.entries()) {
    if (isUp() || !(await runUntil(member.run, isUp))) return members.slice(index)
    finish(member, member.run.result())
  }
  return []
}

const never = () => false

/**
 * As many at a time as there are lanes; where one ends, the next takes its place if it can. Fewer than `least` take turns
 * instead.
 */
async function trainInLanes<M extends Member>(
  members: readonly M[],
  lanes: Lanes,
  least: number,
  host: Host,
): Promise<M[]> {
  const { finish, isUp = never } = host
  const waiting = [...members]
  let seats: M[] = []
  const turns = new Turns()
  while (waiting.length + seats.length > 0 && !isUp()) {
    while (seats.length < lanes.count && waiting.length > 0) {
      if (seats.length > 0 && !agree(seats[0].state, waiting[0].state)) break
      seats.push(waiting.shift() as M)
    }
    if (seats.length < least) {
      seats = await trainInTurn(seats, host)
      continue
    }
    // All of them, since each may be due for something; batches come when none is.
    const areReady = seats.map(({ run }) => run.prepare())
    if (areReady.every((isReady) => isReady)) advance(seats, lanes)
    if (seats.some(({ run }) => run.pending !== undefined)) await settleAll(seats)
    const ended = seats.filter(({ run }) => run.hasEnded())
    for (const member of ended) finish(member, member.run.result())
    seats = seats.filter((member) => !ended.includes(member))
    if (turns.isDue()) await turns.yield()
  }
  return [...seats, ...waiting]
}

/** Waits for all that `onEpoch` promised. Throws the first reason where some are not kept, when none is left waiting. */
async function settleAll(seats: readonly Member[]): Promise<void> {
  const runs = seats.map(({ run }) => run).filter(({ pending }) => pending !== undefined)
  const answers = await Promise.allSettled(runs.map(({ pending }) => pending))
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'rejected') throw answer.reason
    runs[index].settle(answer.value)
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
