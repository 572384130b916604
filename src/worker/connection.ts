// The caller's end of a network's port: posts calls, answers the worker's questions, and settles every promise, whatever
// becomes of the worker.
import { disposed, WasmpropError } from '../errors.ts'
import type { Port } from '../hosts/messages.ts'
import { givenWorker, type RunningWorker, type WorkerUser } from '../hosts/running-worker.ts'
import { startWorker } from '../hosts/start.ts'
import { checkWorker, type HostWorker, type WorkerFactory } from '../hosts/worker.ts'
import type { Handlers, Kept } from './callbacks.ts'
import { type CallName, type Facts, type FromWorker, type MakerName, type ToWorker, unpackError } from './messages.ts'
import { postPacked } from './posting.ts'

interface Pending {
  resolve(value: unknown): void
  reject(error: unknown): void
  readonly handlers: Handlers
  /** What a handler has thrown */
  thrown: { error: unknown } | undefined
}

export class Connection implements WorkerUser {
  readonly #port: Port
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #worker: RunningWorker | undefined
  #failure: WasmpropError | undefined
  #disposal: Promise<void> | undefined
  #isDropped = false

  private constructor(port: Port) {
    this.#port = port
    port.onmessage = ({ data }) => this.#receive(data)
    // In Node the worker itself tells, and says why.
    if (port.unref) port.unref()
    else port.addEventListener('close', () => this.fail(new WasmpropError('ENGINE_FAILED', 'the worker has ended')))
  }

  /** Makes a network in the worker, or in a new one. */
  static async make(
    name: MakerName,
    args: unknown[],
    worker?: HostWorker | WorkerFactory,
  ): Promise<[Connection, Facts]> {
    const { port1, port2 } = new MessageChannel()
    const connection = new Connection(port1)
    // The call waits in the port: it is checked and copied before anything is started.
    const facts = connection.call(name, args)
    facts.catch(() => {}) // reported below
    try {
      if (connection.#pending.size > 0) await connection.#join(port2, worker)
      return [connection, (await facts) as Facts]
    } catch (error) {
      connection.#leave()
      throw error
    }
  }

  async #join(port: MessagePort, worker?: HostWorker | WorkerFactory): Promise<void> {
    if (worker === undefined || typeof worker === 'function') this.#worker = await startWorker(worker)
    else {
      this.#worker = givenWorker(checkWorker(worker))
      await this.#worker.ready
    }
    this.#worker.open('network', port, this)
  }

  /** A connection to a copy of the network, in the same worker */
  async clone(): Promise<[Connection, Facts]> {
    const { port1, port2 } = new MessageChannel()
    const copy = new Connection(port1)
    copy.#worker = this.#worker
    this.#worker?.add(copy)
    try {
      return [copy, (await this.call('clone', [port2])) as Facts]
    } catch (error) {
      copy.#leave()
      throw error
    }
  }

  /** Calls a method of the network. The host puts others in place of the arguments that are kept. */
  async call(name: CallName | MakerName, args: readonly unknown[], kept?: Kept): Promise<unknown> {
    if (this.#disposal) throw disposed()
    return this.#send(name, args, kept)
  }

  async #send(name: CallName | MakerName, args: readonly unknown[], kept?: Kept): Promise<unknown> {
    if (this.#failure) throw this.#failure
    const id = ++this.#lastId
    postPacked(name, args, (packed, transfer) =>
      this.#post({ kind: 'call', id, name, args: packed, hooks: kept?.hooks }, transfer),
    )
    const abort = () => this.#post({ kind: 'abort', id })
    kept?.signal?.addEventListener('abort', abort)
    try {
      return await this.#reply(id, kept?.handlers ?? {})
    } finally {
      kept?.signal?.removeEventListener('abort', abort)
    }
  }

  #reply(id: number, handlers: Handlers): Promise<unknown> {
    this.#port.ref?.()
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject, handlers, thrown: undefined }))
  }

  setLearningRate(rate: number): void {
    this.#post({ kind: 'setLearningRate', rate })
  }

  /** Aborts what runs and gives the network back. Resolves when all its calls are settled. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#dispose()
    return this.#disposal
  }

  /** Its holder has let go of the network: it is given back once all that was asked of it is answered. */
  drop(): void {
    this.#isDropped = true
    if (this.#pending.size === 0) this.dispose()
  }

  async #dispose(): Promise<void> {
    try {
      await this.#send('dispose', [])
    } catch (error) {
      // Where the worker is gone, so is the network.
      if (!(error instanceof WasmpropError)) throw error
    }
    this.#leave()
  }

  fail(error: WasmpropError): void {
    this.#failure ??= error
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error)
  }

  #leave(): void {
    this.#port.close()
    this.#worker?.leave(this)
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'question') this.#answer(message)
    else this.#finish(message)
  }

  #finish(message: Extract<FromWorker, { kind: 'result' | 'error' }>): void {
    const pending = this.#settle(message.id)
    if (pending?.thrown) pending.reject(pending.thrown.error)
    else if (message.kind === 'result') pending?.resolve(message.value)
    else pending?.reject(unpackError(message.error))
  }

  async #answer({ id, question, name, value }: Extract<FromWorker, { kind: 'question' }>): Promise<void> {
    const pending = this.#pending.get(id)
    try {
      const answer = await pending?.handlers[name]?.(value as never)
      this.#postAnswer(question, name, answer)
    } catch (error) {
      if (pending) pending.thrown = { error }
      this.#post({ kind: 'answer', question, value: undefined, isFailed: true })
    }
  }

  #postAnswer(question: number, name: string, answer: unknown): void {
    const post = ([value]: unknown[], transfer: Transferable[]) =>
      this.#post({ kind: 'answer', question, value, isFailed: false }, transfer)
    if (name === 'next') postPacked('batch', [answer], post, Object.values(answer as object))
    else postPacked(name, [answer], post)
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (this.#pending.size > 0) return pending
    this.#port.unref?.()
    if (this.#isDropped) this.dispose()
    return pending
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer)
  }
}
