// How the library starts workers of its own: from the file of their script, else from the script's text, which needs neither a
// bundler that brings the file along nor a page of the same origin.
import { WasmpropError } from '../errors.ts'
import { scriptAddress } from './address.ts'
import { loadPart } from './load.ts'
import { nodeThreads } from './node-threads.ts'
import { ADVICE, RunningWorker } from './running-worker.ts'
import { type AnyWorker, checkWorker, type WorkerFactory, wordsOf } from './worker.ts'

/** The address that the last worker was started from */
let known: string | undefined

/**
 * Starts a worker, by what the app has for it where that is given. Rejects with ENGINE_FAILED where none starts; what `create`
 * throws is passed on. Where a script is silent, that is found after `milliseconds`.
 */
export async function startWorker(create?: WorkerFactory, milliseconds?: number): Promise<RunningWorker> {
  if (create) return ready(checkWorker(create()), milliseconds)
  const tried: string[] = []
  for (const [place, address] of known === undefined ? PLACES : [['its address', () => known as string] as const]) {
    let found: string | undefined
    try {
      found = await address()
      const running = await ready(makeWorker(found), milliseconds)
      known = found
      return running
    } catch (cause) {
      const where = found === undefined || /^(blob|data):/.test(found) ? place : found
      tried.push(`${where} (${reasonOf(cause)})`)
    }
  }
  known = undefined
  throw new WasmpropError('ENGINE_FAILED', `no worker could be started from ${tried.join(', nor from ')}; ${ADVICE}`)
}

type Place = readonly [name: string, address: () => string | Promise<string>]

const PLACES: readonly Place[] = [
  ['the file of its script', scriptAddress],
  ["its script's own text", textAddress],
]

async function ready(worker: AnyWorker, milliseconds?: number): Promise<RunningWorker> {
  const running = new RunningWorker(worker, true, milliseconds)
  await running.ready
  return running
}

/** Kept as long as the page, for workers of workers. Node knows no blobs here. */
async function textAddress(): Promise<string> {
  const { default: text } = await loadPart(import('./script-text.ts'))
  if (nodeThreads()) return `data:text/javascript,${encodeURIComponent(text)}`
  return URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
}

function makeWorker(address: string): AnyWorker {
  const threads = nodeThreads()
  // The process's own flags may not be meant for files: --input-type of `node --eval` is not.
  if (threads) return new threads.Worker(new URL(address), { execArgv: [] })
  if (typeof Worker === 'undefined') throw new Error('this host starts no workers (Node does from 20.16 on)')
  return new Worker(trusted(address), { type: 'module' })
}

interface TrustedTypes {
  createPolicy(name: string, rules: object): { createScriptURL(address: string): string }
}

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined

/** As pages want it that require Trusted Types. The policy stays here, and so takes addresses of our own alone. */
function trusted(address: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  if (!trustedTypes) return address
  try {
    policy ??= trustedTypes.createPolicy('wasmprop', { createScriptURL: (own: string) => own })
  } catch {
    return address // where the page requires the policy, the worker is refused, and says so
  }
  return policy.createScriptURL(address)
}

/** What was wrong with one place: the advice comes once, at the end. */
function reasonOf(cause: unknown): string {
  return cause instanceof WasmpropError ? cause.message.replace(`; ${ADVICE}`, '') : wordsOf(cause)
}
