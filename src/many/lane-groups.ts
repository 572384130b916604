// Who shares lanes with whom, and the slices of those that do: the same in the calling thread and in the workers.

import { isRefusal } from '../hosts/load.ts'
import type { Network } from '../network/network.ts'
import type { TrainingRun } from '../training/loop.ts'
import type { TrainResult } from '../training/result.ts'
import { now, runUntil, Yielder } from '../training/run.ts'
import type { TrainingState } from '../training/session.ts'
import { agree, type LaneGroup, Lanes } from './lanes.ts'
import type { LanePlan, planLanes } from './throughput.ts'

/** A network whose training has begun, and does not yet have its result */
export interface Member {
  readonly network: Network
  readonly state: TrainingState
  readonly run: TrainingRun
}

export type PlanLanes = typeof planLanes

export interface Callbacks {
  readonly planLanes: PlanLanes
  /** Called for each when its run has ended */
  readonly finish: (member: Member, result: TrainResult) => void
  /** Whether the time is up. Default: never */
  readonly isTimeUp: (() => boolean) | undefined
}

/** Trains all of them, or until the time is up. Gives those that are not done. */
export async function trainMembers<M extends Member>(members: readonly M[], callbacks: Callbacks): Promise<M[]> {
  const left: M[] = []
  for (const group of groupForLanes(members)) left.push(...(await trainGroup(group, callbacks)))
  for (const { run } of left) run.pause()
  return left
}

/** The lanes of a group; undefined: its members are trained one by one. */
export function lanePlanFor(group: readonly Member[], chooseLanes: PlanLanes): LanePlan | undefined {
  return group.length > 1 ? chooseLanes(workloadOf(group[0].state), group.length) : undefined
}

/** Members that may share lanes, as far as it is known beforehand */
export function groupForLanes<M extends Member>(members: readonly M[]): M[][] {
  const groups = new Map<string, M[]>()
  for (const member of members) {
    const key = keyOf(member) ?? `alone ${groups.size}`
    const group = groups.get(key)
    if (group) group.push(member)
    else groups.set(key, [member])
  }
  return [...groups.values()]
}

/** The same for those that may share lanes; undefined for what the build of lanes cannot do */
function keyOf({ state }: Member): string | undefined {
  const { config, engine, fullBatch } = state
  const { inputs, layers, dtype, loss, optimizer, regularization, clipNorm, clipValue } = config
  const { rows, batchRows, isShuffled, hasRates, isWeighted } = workloadOf(state)
  const sharesLanes =
    engine.name === 'wasm' &&
    !engine.relaxed &&
    config.wasm === undefined && // such a host forbids to compile others
    fullBatch === undefined &&
    !isWeighted &&
    !state.session?.data.classTargets &&
    config.learningRate.name !== 'function' && // it would be asked twice for the same step
    layers.every(({ dropout }) => dropout === 0)
  if (!sharesLanes) return undefined
  const ofLayers = layers.map(({ units, activation, hasBiases, trainsBiases, isTrainable }) => [
    units,
    activation,
    hasBiases,
    trainsBiases,
    isTrainable,
  ])
  const ofProgram = [inputs, ofLayers, dtype, loss, optimizer, regularization, clipNorm, clipValue]
  return JSON.stringify([...ofProgram, rows, batchRows, isShuffled, hasRates])
}

function workloadOf({ config, session }: TrainingState): LaneGroup {
  if (session?.data === undefined) throw new Error('expected a session that has begun')
  return { config, ...session.data }
}

async function trainGroup<M extends Member>(group: readonly M[], callbacks: Callbacks): Promise<M[]> {
  const lanePlan = lanePlanFor(group, callbacks.planLanes)
  const lanes = lanePlan && (await lanesFor(workloadOf(group[0].state), lanePlan.lanes))
  if (lanePlan && lanes) return trainInLanes(group, lanes, lanePlan.least, callbacks)
  return trainOneByOne(group, callbacks)
}

/** Undefined where the host does not give them: the same bits come without */
async function lanesFor(group: LaneGroup, count: number): Promise<Lanes | undefined> {
  try {
    return await Lanes.of(group, count)
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

async function trainOneByOne<M extends Member>(
  members: readonly M[],
  { finish, isTimeUp = never }: Callbacks,
): Promise<M[]> {
  for (const [index, member] of members.entries()) {
    if (isTimeUp() || !(await runUntil(member.run, isTimeUp))) return members.slice(index)
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
  callbacks: Callbacks,
): Promise<M[]> {
  const { finish, isTimeUp = never } = callbacks
  const queue = [...members]
  let active: M[] = []
  const turns = new Yielder()
  while (queue.length + active.length > 0 && !isTimeUp()) {
    while (active.length < lanes.count && queue.length > 0) {
      if (active.length > 0 && !agree(active[0].state, queue[0].state)) break
      active.push(queue.shift() as M)
    }
    if (active.length < least) {
      active = await trainOneByOne(active, callbacks)
      continue
    }
    // All of them, since each may be due for something; batches come when none is.
    const areReady = active.map(({ run }) => run.prepare())
    if (areReady.every((isReady) => isReady)) advance(active, lanes)
    if (active.some(({ run }) => run.pending !== undefined)) await settleAll(active)
    const ended = active.filter(({ run }) => run.hasEnded())
    for (const member of ended) finish(member, member.run.result())
    active = active.filter((member) => !ended.includes(member))
    if (turns.isDue()) await turns.yield()
  }
  return [...active, ...queue]
}

/** Waits for all that `onEpoch` promised. Throws the first reason where some are not kept, when none is left waiting. */
async function settleAll(active: readonly Member[]): Promise<void> {
  const runs = active.map(({ run }) => run).filter(({ pending }) => pending !== undefined)
  const answers = await Promise.allSettled(runs.map(({ pending }) => pending))
  for (const [index, answer] of answers.entries()) {
    if (answer.status === 'rejected') throw answer.reason
    runs[index].settle(answer.value)
  }
}

/** A slice of all, as long as the shortest */
function advance(active: readonly Member[], lanes: Lanes): void {
  const steps = Math.min(...active.map(({ run }) => run.begin()))
  const started = now()
  const reasons = lanes.train(
    active.map(({ state }) => state),
    steps,
  )
  const milliseconds = now() - started
  active.forEach(({ run }, lane) => {
    run.end(reasons[lane], milliseconds)
  })
}
