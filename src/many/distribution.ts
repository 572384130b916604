// Networks over threads: the calling one trains as well, and workers take of what waits. What fails in a worker is trained by
// the others, so that a worker can only save time.

import type { FlatInput } from '../data/forms.ts'
import type { Matrix } from '../data/matrix.ts'
import type { Rows } from '../data/training-set.ts'
import { type BuildName, compileBuild, type Modules } from '../engines/modules.ts'
import type { WasmpropError } from '../errors.ts'
import { isRefusal } from '../hosts/load.ts'
import type { WorkerFactory } from '../hosts/worker.ts'
import { applySnapshot, readParts } from '../model/read-snapshot.ts'
import { takeParts } from '../model/snapshot.ts'
import { resultOf } from '../training/result.ts'
import type { TrainingSession } from '../training/session.ts'
import { type Callbacks, groupForLanes, lanePlanFor, type Member, type PlanLanes, trainMembers } from './lane-groups.ts'
import type { Data, Task, Trained } from './messages.ts'
import { type PooledWorker, takeWorker } from './pool.ts'

/** A member with the numbers of its rows; undefined: all */
export interface StartedMember extends Member {
  readonly chosen: Uint32Array | undefined
}

export interface Distribution {
  /** At most, the calling one included */
  readonly threads: number
  /** Makes workers in the library's place */
  readonly create: WorkerFactory | undefined
  /** Of all members */
  readonly rows: Rows
  readonly signal: AbortSignal | undefined
}

/** Trains all of them, each to its end. Gives what went wrong with workers: no network is the worse for it. */
export async function trainOnWorkers(
  members: readonly StartedMember[],
  distribution: Distribution,
  callbacks: Callbacks,
): Promise<Set<string>> {
  const { threads, create, rows, signal } = distribution
  const local = members.filter((member) => !isPortable(member))
  const portable = members.filter(isPortable)
  const useful = portable.length - (local.length === 0 ? 1 : 0)
  const count = signal?.aborted ? 0 : Math.min(threads - 1, useful)
  const workers = Array.from({ length: Math.max(0, count) }, () => takeWorker(create))
  const queue = partition(portable, workers.length + 1, callbacks.planLanes)
  const failures = new Set<string>()
  let data: Promise<Data> | undefined
  let isOver = false
  /** An error of this thread in what a worker is asked or has answered */
  let broken: { error: unknown } | undefined
  const underway = new Map<PooledWorker, Promise<boolean>>()

  /** False: the worker is not to be asked again. */
  async function trainInWorker(part: readonly StartedMember[], worker: PooledWorker): Promise<boolean> {
    data ??= dataOf(rows, portable)
    const sent = await data
    if (signal?.aborted) {
      queue.push(part)
      return false
    }
    const trained = await worker.train(sent, part.map(taskOf)).catch((error: WasmpropError) => {
      failures.add(error.message)
      queue.push(part) // it stands where it stood
    })
    if (trained === undefined || isOver) return false // over: the call has failed, and its networks are gone
    adopt(part, trained, callbacks)
    return true
  }

  async function feed(worker: PooledWorker): Promise<void> {
    try {
      await worker.ready
    } catch (error) {
      failures.add((error as WasmpropError).message)
      return
    }
    for (let isFit = true; isFit && !isOver && !signal?.aborted; ) {
      const part = queue.shift()
      if (part === undefined) return
      const training = trainInWorker(part, worker)
      underway.set(worker, training)
      isFit = await training.finally(() => underway.delete(worker))
    }
  }

  const abort = () => {
    for (const worker of underway.keys()) worker.abort()
  }
  signal?.addEventListener('abort', abort)
  try {
    for (const worker of workers) {
      feed(worker).catch((error) => {
        broken ??= { error }
      })
    }
    await trainMembers(local, callbacks)
    while (queue.length + underway.size > 0) {
      const part = queue.shift()
      if (part) await trainMembers(part, callbacks)
      else await Promise.race(underway.values())
    }
    if (broken) throw broken.error
    return failures
  } finally {
    isOver = true
    signal?.removeEventListener('abort', abort)
    for (const worker of workers) {
      if (underway.has(worker)) worker.end()
      else worker.rest()
    }
  }
}

/** No function can be posted. */
function isPortable({ state }: StartedMember): boolean {
  return state.config.learningRate.name !== 'function'
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
    const [rows, inputs, targets] = state.engine.program.read('dataRows', 'dataInputs', 'dataTargets')
    const before = state.session as TrainingSession
    applySnapshot(state, snapshots[index])
    const session = state.session as TrainingSession
    session.milliseconds = before.milliseconds + milliseconds
    session.samplesBefore = before.samplesBefore
    session.heldRows = before.heldRows
    session.validates = before.validates
    session.finish(state, stopReason) // once more: timelines forget where they end
    const ending = {
      stopReason,
      advice,
      learningRate: undefined,
      trained: { rows, inputs, targets },
      samples: undefined,
    }
    finish(member, resultOf(state, session, ending))
  })
}

async function dataOf({ inputs, targets }: Rows, members: readonly StartedMember[]): Promise<Data> {
  const { classes, rows } = targets
  const names = new Set(members.map(({ state }) => (state.engine.relaxed ? 'relaxed' : state.config.dtype)))
  return {
    modules: await modulesOf(['lanes', ...names]),
    inputs: flatten(inputs, areSingle(members) ? Float32Array : Float64Array),
    targets: classes === undefined ? flatten(targets, Float64Array) : { data: classes, rows, columns: 1 },
  }
}

/** Without those that the host forbids to compile: nothing of them is needed then. */
async function modulesOf(names: readonly BuildName[]): Promise<Modules> {
  const compiled = await Promise.allSettled(names.map(compileBuild))
  const modules: { [Name in BuildName]?: WebAssembly.Module } = {}
  compiled.forEach((module, index) => {
    if (module.status === 'fulfilled') modules[names[index]] = module.value
    else if (!isRefusal(module.reason)) throw module.reason
  })
  return modules
}

/** Whether all of them take inputs as they are, in single precision: nothing more need be sent. */
function areSingle(members: readonly StartedMember[]): boolean {
  return members.every(({ state: { config } }) => config.dtype === 'float32' && config.scaling.inputs.name === 'none')
}

/** In memory that workers share where the host has such, so that it is there once */
function flatten(matrix: Matrix, Kind: typeof Float32Array | typeof Float64Array): FlatInput {
  const { rows, columns } = matrix
  const Memory = typeof SharedArrayBuffer === 'undefined' ? ArrayBuffer : SharedArrayBuffer
  const data = new Kind(new Memory(rows * columns * Kind.BYTES_PER_ELEMENT) as ArrayBuffer)
  matrix.copyRows(0, rows, data, 0, columns)
  return { data, rows, columns }
}
