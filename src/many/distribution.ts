// Networks over threads: the calling one trains as well, and workers take of what waits. What fails in a worker is trained by
// the others, so that a worker can only save time.

import type { FlatInput, Matrix } from '../data/matrix.ts'
import type { Rows } from '../data/training-set.ts'
import { type BuildName, compileBuild, type Modules } from '../engines/modules.ts'
import { applySnapshot, readParts, takeParts } from '../model/snapshot.ts'
import { resultOf } from '../training/loop.ts'
import type { TrainingSession } from '../training/session.ts'
import { type Hand, takeHand } from './hands.ts'
import { type Callbacks, groupForLanes, lanePlanFor, type Member, type PlanLanes, trainMembers } from './lane-groups.ts'
import type { Data, Task, Trained } from './messages.ts'

/** A member with the numbers of its rows; undefined: all */
export interface StartedMember extends Member {
  readonly chosen: Uint32Array | undefined
}

export interface Distribution {
  /** At most, the calling one included */
  readonly threads: number
  /** Of all members */
  readonly rows: Rows
  readonly signal: AbortSignal | undefined
}

/** Trains all of them, each to its end. */
export async function trainOnWorkers(
  members: readonly StartedMember[],
  distribution: Distribution,
  callbacks: Callbacks,
): Promise<void> {
  const { threads, rows, signal } = distribution
  const local = members.filter((member) => !isPortable(member))
  const portable = members.filter(isPortable)
  const useful = portable.length - (local.length === 0 ? 1 : 0)
  const hands = takeHands(signal?.aborted ? 0 : Math.min(threads - 1, useful))
  const queue = partition(portable, hands.length + 1, callbacks.planLanes)
  let data: Promise<Data> | undefined
  let isOver = false
  const underway = new Map<Hand, Promise<boolean>>()

  /** False: the worker is not to be asked again. */
  async function trainInWorker(part: readonly StartedMember[], hand: Hand): Promise<boolean> {
    try {
      data ??= dataOf(rows, portable)
      const sent = await data
      if (signal?.aborted) throw new Error('aborted')
      const trained = await hand.train(sent, part.map(taskOf))
      if (isOver) return false // the call has failed, and its networks are gone
      adopt(part, trained, callbacks)
      return true
    } catch {
      queue.push(part) // it stands where it stood
      return false
    }
  }

  async function feed(hand: Hand): Promise<void> {
    await hand.ready
    for (let isFit = true; isFit && !isOver && !signal?.aborted; ) {
      const part = queue.shift()
      if (part === undefined) return
      const training = trainInWorker(part, hand)
      underway.set(hand, training)
      isFit = await training
      underway.delete(hand)
    }
  }

  const abort = () => {
    for (const hand of underway.keys()) hand.abort()
  }
  signal?.addEventListener('abort', abort)
  try {
    for (const hand of hands) feed(hand).catch(() => {}) // one that does not start
    await trainMembers(local, callbacks)
    while (queue.length + underway.size > 0) {
      const part = queue.shift()
      if (part) await trainMembers(part, callbacks)
      else await Promise.race(underway.values())
    }
  } finally {
    isOver = true
    signal?.removeEventListener('abort', abort)
    for (const hand of hands) {
      if (underway.has(hand)) hand.end()
      else hand.rest()
    }
  }
}

/** No function can be posted. */
function isPortable({ state }: StartedMember): boolean {
  return state.config.learningRate.name !== 'function'
}

function takeHands(count: number): Hand[] {
  const hands: Hand[] = []
  for (let index = 0; index < count; index++) {
    const hand = takeHand()
    if (hand === undefined) break
    hands.push(hand)
  }
  return hands
}

/** Times that lanes are filled in one part: where networks end early, others can take their places. */
const FILLS_PER_PART = 2
/** Parts for each thread of those that train in turn: whoever has the short ones takes more. */
const PARTS_PER_THREAD = 8

/** Parts of about equal size, as many for each thread, and as large as lanes like them */
function partition(
  members: readonly StartedMember[],
  threads: number,
  chooseLanes: PlanLanes,
): (readonly StartedMember[])[] {
  const parts: StartedMember[][] = []
  const oneByOne: StartedMember[] = []
  for (const group of groupForLanes(members)) {
    const lanePlan = lanePlanFor(group, chooseLanes)
    if (lanePlan) parts.push(...split(group, threads, FILLS_PER_PART * lanePlan.lanes))
    else oneByOne.push(...group)
  }
  return [...parts, ...split(oneByOne, threads, Math.ceil(oneByOne.length / threads / PARTS_PER_THREAD))]
}

/** `most`: members of a part */
function split(members: readonly StartedMember[], threads: number, most: number): StartedMember[][] {
  const share = Math.ceil(members.length / threads)
  const size = Math.ceil(share / Math.ceil(share / most))
  const parts: StartedMember[][] = []
  for (let from = 0; from < members.length; from += size) parts.push(members.slice(from, from + size))
  return parts
}

function taskOf({ state, chosen }: StartedMember): Task {
  const { arithmetic, wasm } = state.config
  return { parts: takeParts(state), options: { engine: state.engine.name, arithmetic, wasm }, chosen }
}

/** Puts networks where their workers left off. All are read before any is changed. */
function adopt(members: readonly StartedMember[], trained: readonly Trained[], { finish }: Callbacks): void {
  const snapshots = trained.map(({ parts }) => readParts(parts, {}))
  members.forEach((member, index) => {
    const { state } = member
    const { stopReason, advice, milliseconds } = trained[index]
    const before = state.session as TrainingSession
    applySnapshot(state, snapshots[index])
    const session = state.session as TrainingSession
    session.milliseconds = before.milliseconds + milliseconds
    session.samplesBefore = before.samplesBefore
    session.finish(state, stopReason) // once more: timelines forget where they end
    finish(member, resultOf(state, session, stopReason, advice))
  })
}

async function dataOf({ inputs, targets }: Rows, members: readonly StartedMember[]): Promise<Data> {
  const { classes, rows } = targets
  const names = new Set(members.map(({ state }) => (state.engine.relaxed ? 'relaxed' : state.config.dtype)))
  return {
    modules: await modulesOf(['lanes', ...names]),
    inputs: flatten(inputs),
    targets: classes === undefined ? flatten(targets) : { data: classes, rows, columns: 1 },
  }
}

/** Without those that the host forbids to compile: nothing of them is needed then. */
async function modulesOf(names: readonly BuildName[]): Promise<Modules> {
  const compiled = await Promise.allSettled(names.map(compileBuild))
  return Object.fromEntries(
    compiled.flatMap((module, index) => (module.status === 'fulfilled' ? [[names[index], module.value]] : [])),
  )
}

function flatten(matrix: Matrix): FlatInput {
  const { rows, columns } = matrix
  const data = new Float64Array(rows * columns)
  matrix.copyRows(0, rows, data, 0, columns)
  return { data, rows, columns }
}
