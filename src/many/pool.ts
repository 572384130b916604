// The workers that `trainMany` trains on: how they are taken, asked and given back. They outlive a call for a moment, in case
// another one comes, and never keep a process alive that does not wait for them.
import { WasmpropError } from '../errors.ts'
import type { Port } from '../hosts/messages.ts'
import type { RunningWorker } from '../hosts/running-worker.ts'
import { startWorker } from '../hosts/start.ts'
import type { WorkerFactory } from '../hosts/worker.ts'
import { buffersOf, type Data, type FromWorker, type Task, type ToWorker, type Trained } from './messages.ts'

/** Who waits for an answer */
interface Pending {
  readonly count: number
  resolve(trained: readonly Trained[]): void
  reject(error: Error): void
}

const REST_MILLISECONDS = 1000

/** One worker, which trains for one call at a time. Made by `takeWorker`. */
export class PooledWorker {
  readonly create: WorkerFactory | undefined
  /** Resolves when the worker runs; rejects where it does not start. */
  readonly ready: Promise<void>
  #running: RunningWorker | undefined
  #port: Port | undefined
  #pending: Pending | undefined
  #data: Data | undefined
  #failure: Error | undefined
  #rest: ReturnType<typeof setTimeout> | undefined

  constructor(create: WorkerFactory | undefined) {
    this.create = create
    this.ready = this.#start()
    this.ready.catch((error) => this.fail(error)) // who waits for it is told as well
  }

  async #start(): Promise<void> {
    this.#running = await startWorker(this.create)
    if (this.#failure) {
      this.end() // it was ended meanwhile
      throw this.#failure
    }
    const { port1, port2 }: { port1: Port; port2: Port } = new MessageChannel()
    this.#port = port1
    port1.onmessage = ({ data }) => this.#receive(data)
    port1.unref?.()
    this.#running.open('many', port2, this)
  }

  /** Trains the tasks to their ends, once it is ready. Rejects where the worker dies or cannot do it. */
  train(data: Data, tasks: readonly Task[]): Promise<readonly Trained[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure) throw this.#failure
      const isKnown = this.#data === data
      this.#post({ kind: 'train', data: isKnown ? undefined : data, tasks }, buffersOf(tasks))
      this.#data = data
      this.#pending = { count: tasks.length, resolve, reject }
      this.#port?.ref?.()
    })
  }

  /** Ends the tasks as an aborted signal does. */
  abort(): void {
    this.#post({ kind: 'abort' }, [])
  }

  #post(message: ToWorker, transfer: ArrayBuffer[]): void {
    this.#port?.postMessage(message, transfer)
  }

  #receive(message: FromWorker): void {
    this.#port?.unref?.()
    const pending = this.#pending
    this.#pending = undefined
    if (message.kind === 'failed') pending?.reject(new WasmpropError('ENGINE_FAILED', message.reason))
    else if (message.trained.length === pending?.count) pending.resolve(message.trained)
    else pending?.reject(new WasmpropError('ENGINE_FAILED', 'a worker has answered what it was not asked'))
  }

  /** Heard from the worker */
  fail(error: Error): void {
    this.#failure ??= error
    this.#pending?.reject(this.#failure)
    this.#pending = undefined
    idle.delete(this)
  }

  stay(): void {
    idle.delete(this)
    clearTimeout(this.#rest)
  }

  /** Waits for another call, and not for long. */
  rest(): void {
    if (this.#failure) return
    this.#data = undefined
    idle.add(this)
    this.#rest = setTimeout(() => this.end(), REST_MILLISECONDS)
    ;(this.#rest as { unref?(): void }).unref?.()
  }

  end(): void {
    this.fail(new WasmpropError('ENGINE_FAILED', 'the worker was ended'))
    this.#port?.close()
    this.#running?.end()
  }
}

const idle = new Set<PooledWorker>()

/** A worker for the caller alone until its `rest` or `end` */
export function takeWorker(create: WorkerFactory | undefined): PooledWorker {
  const known = [...idle].find((worker) => worker.create === create)
  known?.stay()
  return known ?? new PooledWorker(create)
}
