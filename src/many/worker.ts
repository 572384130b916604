// What runs in a worker of `trainMany`: takes networks that stand somewhere in their training, trains them to its end as the
// calling thread would, in lanes where they gain by it, and gives them back.

import { readRows } from '../data/rows.ts'
import { finish } from '../data/steps.ts'
import { selectBoth } from '../data/training-set.ts'
import { adoptModules } from '../engines/modules.ts'
import { readParts } from '../model/read-snapshot.ts'
import { takeParts } from '../model/snapshot.ts'
import { networkOfSnapshot } from '../network/from-saved.ts'
import { Network } from '../network/network.ts'
import { resumeOnRows } from '../training/start.ts'
import { type Callbacks, type Member, trainMembers } from './lane-groups.ts'
import { buffersOf, type Data, type FromWorker, type Task, type ToWorker, type Trained } from './messages.ts'
import { planLanes } from './throughput.ts'

type Post = (answer: FromWorker, transfer?: ArrayBuffer[]) => void

let data: Data
let controller: AbortController | undefined

/** Serves `trainMany` over this port. */
export function serve(port: MessagePort): void {
  const post = (answer: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(answer, transfer)
  port.onmessage = ({ data: message }: MessageEvent<ToWorker>) => {
    if (message.kind === 'abort') controller?.abort()
    else answer(message, post)
  }
}

async function answer(message: Extract<ToWorker, { kind: 'train' }>, post: Post): Promise<void> {
  controller = new AbortController()
  try {
    if (message.data) {
      data = message.data
      adoptModules(data.modules)
    }
    const trained = await train(message.tasks, controller.signal)
    post({ kind: 'trained', trained }, buffersOf(trained))
  } catch (error) {
    post({ kind: 'failed', reason: String(error) })
  }
}

async function train(tasks: readonly Task[], signal: AbortSignal): Promise<Trained[]> {
  const members: Member[] = []
  const trained = new Map<Member, Trained>()
  const finish: Callbacks['finish'] = (member, { stopReason, advice, milliseconds }) => {
    trained.set(member, { parts: takeParts(member.state), stopReason, advice, milliseconds })
  }
  try {
    for (const task of tasks) members.push(await resume(task, signal))
    await trainMembers(members, { planLanes, finish, isTimeUp: undefined })
    return members.map((member) => trained.get(member) as Trained)
  } finally {
    for (const { network } of members) network.dispose()
  }
}

async function resume({ parts, options, chosen }: Task, signal: AbortSignal): Promise<Member> {
  const network = await networkOfSnapshot(readParts(parts, options))
  const state = Network.stateOf(network)
  const { session } = state
  if (session === undefined) throw new Error('expected a network in the midst of its training')
  const all = readRows(state, data.inputs, data.targets)
  const rows = chosen === undefined ? all : selectBoth(all, chosen)
  return {
    network,
    state,
    run: finish(
      resumeOnRows(state, session, rows, {
        signal,
        onEpoch: undefined,
        onEpochEvery: undefined,
        onProgress: undefined,
      }),
    ),
  }
}
