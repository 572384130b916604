// A worker from its start to its end: it is greeted, serves its users over ports, and each of them is told when it fails.
import { unexpected, WasmpropError } from '../errors.ts'
import {
  type Invitation,
  type Opening,
  type Port,
  PROTOCOL,
  type Refusal,
  type Role,
  type Welcome,
} from './messages.ts'
import { type AnyWorker, hearFailures } from './worker.ts'

/** What has a port in the worker */
export interface WorkerUser {
  /** Called once, when the worker has failed, or cannot do what it was opened for */
  fail(error: WasmpropError): void
}

export const SILENCE_MILLISECONDS = 30_000

export const ADVICE =
  'a bundler or a policy may need workers of your own, { worker: () => new Worker(…) }, whose script imports ' +
  '"wasmprop/worker-host"; a Content-Security-Policy must allow that script in worker-src, and the policy "wasmprop" where it ' +
  'requires Trusted Types'

export class RunningWorker {
  /** Resolves when the worker has answered; rejects where it does not. */
  readonly ready: Promise<void>
  readonly #worker: AnyWorker
  readonly #isOurs: boolean
  readonly #control: Port
  /** With a number of their own */
  readonly #users = new Map<WorkerUser, number>()
  #lastUser = 0
  #settle: { resolve(): void; reject(error: Error): void } | undefined
  #failure: WasmpropError | undefined

  /** `isOurs`: it was made for the library, and ends with its last user. */
  constructor(worker: AnyWorker, isOurs: boolean, milliseconds = SILENCE_MILLISECONDS) {
    this.#worker = worker
    this.#isOurs = isOurs
    const { port1, port2 }: { port1: Port; port2: Port } = new MessageChannel()
    this.#control = port1
    const late = setTimeout(() => this.#fail(silence(milliseconds)), milliseconds)
    this.ready = new Promise<void>((resolve, reject) => {
      this.#settle = { resolve, reject }
    }).finally(() => {
      this.#settle = undefined
      clearTimeout(late)
      port1.unref?.()
    })
    this.ready.catch(() => {}) // who waits for it is told
    port1.onmessage = ({ data }) => this.#receive(data)
    this.#hear()
    const invitation: Invitation = { wasmprop: PROTOCOL, port: port2 }
    worker.postMessage(invitation, [port2 as never])
  }

  /** Opens a port's other end in the worker, which serves it as the role says. To be called once it is ready. */
  open(role: Role, port: MessagePort, user: WorkerUser): void {
    this.add(user)
    const opening: Opening = { role, port, user: this.#lastUser }
    this.#control.postMessage(opening, [port])
  }

  /** Takes in a user whose port the worker gets from another one. */
  add(user: WorkerUser): void {
    this.#users.set(user, ++this.#lastUser)
    if (this.#failure) user.fail(this.#failure)
  }

  /** Ends the worker after its last user, if it is ours. */
  leave(user: WorkerUser): void {
    this.#users.delete(user)
    if (this.#isOurs && this.#users.size === 0) this.end()
  }

  end(): void {
    this.#control.close()
    this.#worker.terminate?.()
  }

  #hear(): void {
    hearFailures(this.#worker, this.#isOurs, {
      end: (reason) => this.#fail(this.#failureOf(reason)),
      error: (reason) => {
        // A given worker lives on after errors of its other code.
        if (this.#isOurs || this.#settle) this.#fail(this.#failureOf(reason))
      },
    })
    // In Node the worker itself tells, and says why.
    if (!this.#control.unref) {
      this.#control.addEventListener('close', () => this.#fail(this.#failureOf('the worker has ended')))
    }
    // Only ports on which an answer is awaited keep a process alive.
    if (this.#isOurs) this.#worker.unref?.()
  }

  #receive(message: Welcome | Refusal): void {
    if (Object.hasOwn(message, 'reason')) this.#refuse(message as Refusal)
    else if ((message as Welcome).protocol === PROTOCOL) this.#settle?.resolve()
    else this.#fail(otherVersion())
  }

  /** Others that it serves are none the worse for it. */
  #refuse({ user: number, reason }: Refusal): void {
    const error = this.#failureOf(`the worker could not load what it was asked for: ${reason}`)
    for (const [user, known] of this.#users) if (known === number) user.fail(error)
  }

  #failureOf(reason: string): WasmpropError {
    return new WasmpropError('ENGINE_FAILED', this.#settle ? `${reason}; ${ADVICE}` : reason)
  }

  #fail(error: WasmpropError): void {
    if (this.#failure) return
    this.#failure = error
    this.#settle?.reject(error)
    for (const user of [...this.#users.keys()]) user.fail(error)
    if (this.#isOurs) this.end()
  }
}

function silence(milliseconds: number): WasmpropError {
  const expected = `an answer within ${milliseconds / 1000} s`
  return unexpected('ENGINE_FAILED', 'worker', expected, 'none; its script must import "wasmprop/worker-host"')
}

function otherVersion(): WasmpropError {
  const expected = 'the "wasmprop/worker-host" of the same version of wasmprop'
  return unexpected('ENGINE_FAILED', 'worker', expected, 'another one')
}

const given = new WeakMap<AnyWorker, RunningWorker>()

/** The one for a worker that an app has made, and may share with other code. It is greeted again where that failed. */
export function givenWorker(worker: AnyWorker): RunningWorker {
  const known = given.get(worker)
  if (known) return known
  const running = new RunningWorker(worker, false)
  given.set(worker, running)
  running.ready.catch(() => given.delete(worker))
  return running
}
