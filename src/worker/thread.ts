// The worker behind one or more networks: how it is made, how its end is noticed, and when it is ended.

import { WasmpropError } from '../errors.ts'
import { refuse } from '../options/check.ts'
import { type Invitation, PROTOCOL } from './protocol.ts'

/** A Worker of the page, or of node:worker_threads, that runs `wasmprop/worker-host` */
export interface HostWorker {
  postMessage(message: unknown, transfer: never[]): void
}

/** What else a worker has: of the web's or of Node's */
export interface AnyWorker extends HostWorker {
  terminate(): unknown
  addEventListener?(type: 'error', listener: (event: ErrorEvent) => void): void
  on?(type: 'error' | 'exit', listener: (reason: unknown) => void): void
  unref?(): void
  readonly threadId?: number
}

/** Who is told when the worker fails */
export interface Guest {
  /** Whether the worker has answered it */
  readonly isReady: boolean
  fail(error: WasmpropError): void
}

const ADVICE =
  'a bundler or a policy may need a worker of your own, { worker: new Worker(…) }, whose script imports ' +
  '"wasmprop/worker-host"; worker-src of a Content-Security-Policy must allow that script'

let start: () => AnyWorker

/** Each platform's entry says how it starts a worker. */
export function startWorkersBy(starter: () => AnyWorker): void {
  start = starter
}

const given = new WeakMap<HostWorker, Thread>()

export class Thread {
  readonly #worker: AnyWorker
  readonly #isOurs: boolean
  readonly #guests = new Set<Guest>()
  #failure: WasmpropError | undefined

  private constructor(worker: AnyWorker, isOurs: boolean) {
    this.#worker = worker
    this.#isOurs = isOurs
    if (worker.on) this.#listenInNode(worker)
    else worker.addEventListener?.('error', (event) => this.#onError(event))
  }

  /** The thread of a given worker, else one with a new worker */
  static of(worker: HostWorker | undefined): Thread {
    if (worker === undefined) return Thread.#start()
    if (typeof worker?.postMessage !== 'function') {
      refuse('worker', 'a Worker that runs "wasmprop/worker-host"', worker)
    }
    const thread = given.get(worker) ?? new Thread(worker as AnyWorker, false)
    given.set(worker, thread)
    return thread
  }

  static #start(): Thread {
    try {
      return new Thread(start(), true)
    } catch (cause) {
      throw failure(`no worker could be started: ${wordsOf(cause)}`, cause)
    }
  }

  /** Takes a guest in, and sends the worker the other end of its port. */
  invite(guest: Guest, port: MessagePort): void {
    const invitation: Invitation = { wasmprop: PROTOCOL, port }
    this.#worker.postMessage(invitation, [port as never])
    this.add(guest)
  }

  /** Takes a guest in whose port the worker gets from another one. */
  add(guest: Guest): void {
    this.#guests.add(guest)
    if (this.#failure) guest.fail(this.#failure)
  }

  /** Ends the worker after its last guest, if it was made here. */
  leave(guest: Guest): void {
    this.#guests.delete(guest)
    if (this.#isOurs && this.#guests.size === 0) this.#worker.terminate()
  }

  #listenInNode(worker: AnyWorker): void {
    worker.on?.('exit', (code) => this.#end(`the worker has ended with exit code ${code}`))
    if (worker.threadId === -1) this.#end('the worker had ended before')
    if (!this.#isOurs) return // its errors are its owner's to see
    worker.on?.('error', (error) => this.#end(`the worker has failed: ${wordsOf(error)}`))
    // Only ports on which an answer is awaited keep the process alive.
    worker.unref?.()
  }

  #onError(event: ErrorEvent): void {
    const what = `the worker could not be loaded or has failed: ${event.message || 'no reason was given'}`
    if (this.#isOurs) {
      event.preventDefault()
      this.#end(what)
    } else {
      // A given worker lives on after errors of its other code.
      for (const guest of [...this.#guests]) if (!guest.isReady) guest.fail(failure(what))
    }
  }

  #end(what: string): void {
    this.#failure ??= failure(what)
    for (const guest of [...this.#guests]) guest.fail(this.#failure)
  }
}

function failure(what: string, cause?: unknown): WasmpropError {
  return new WasmpropError('ENGINE_FAILED', `${what}; ${ADVICE}`, { cause })
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
