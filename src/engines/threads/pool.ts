// The workers that compute with this thread: one pool for all its networks, since only one of them computes at a time. Workers
// are started when a network first wants them and end when none is left that does.
import type { Port } from '../../hosts/messages.ts'
import type { RunningWorker } from '../../hosts/running-worker.ts'
import { startWorker } from '../../hosts/start.ts'
import type { WorkerFactory } from '../../hosts/worker.ts'
import { JOINED, NETWORK, SENT, SHARED_BYTES, SLEEPERS, type ToWorker, WAKE } from './messages.ts'

const START_MILLISECONDS = 5000
/** The pool outlives its last network by this, in case another one comes. */
const REST_MILLISECONDS = 1000

/** A place in the pool, and the worker in it */
class Slot {
  /** Resolves when the worker takes part; rejects where it does not start. */
  readonly ready: Promise<void>
  readonly #thread: number
  #port: Port | undefined
  #running: RunningWorker | undefined
  #failure: Error | undefined
  #reject: (error: Error) => void = () => {}

  constructor(thread: number, shared: Int32Array, module: WebAssembly.Module, create?: WorkerFactory) {
    this.#thread = thread
    this.ready = this.#start(shared, module, create).catch((cause) => {
      this.#failure ??= cause
      this.end()
      throw this.#failure
    })
  }

  /** Why its worker takes no part any more. Networks go on without it. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Heard from the worker */
  fail(error: Error): void {
    this.#failure ??= error
    this.#reject(this.#failure)
  }

  async #start(shared: Int32Array, module: WebAssembly.Module, create?: WorkerFactory): Promise<void> {
    Atomics.store(shared, SENT + this.#thread, 0)
    const running = await startWorker(create, START_MILLISECONDS)
    this.#running = running
    const { port1, port2 }: { port1: Port; port2: Port } = new MessageChannel()
    this.#port = port1
    await new Promise<void>((resolve, reject) => {
      this.#reject = reject
      if (this.#failure) throw this.#failure // it was ended meanwhile
      port1.onmessage = ({ data }) => {
        if (data === JOINED) resolve()
      }
      running.open('thread', port2, this)
      this.#post({ kind: 'join', shared, module, thread: this.#thread })
    })
    // From now on it does not keep the process alive.
    this.#port.unref?.()
  }

  /** Sends a message, and calls the worker from its work to receive it. */
  send(shared: Int32Array, message: ToWorker): void {
    if (this.#failure) return
    this.#post(message)
    Atomics.add(shared, SENT + this.#thread, 1)
  }

  #post(message: ToWorker): void {
    this.#port?.postMessage(message)
  }

  end(): void {
    this.fail(new Error('the worker was ended'))
    this.#port?.close()
    this.#running?.end()
  }
}

class Pool {
  readonly shared: Int32Array = new Int32Array(new SharedArrayBuffer(SHARED_BYTES))
  /** slots[i] is thread i + 1 */
  readonly #slots: Slot[] = []
  /** The slots of each network, by its number */
  readonly #networks = new Map<number, readonly Slot[]>()
  #lastNetwork = 0
  #rest: ReturnType<typeof setTimeout> | undefined

  /** Resolves when so many threads can work together, this one included; rejects where they do not start. */
  async start(threads: number, module: WebAssembly.Module, create?: WorkerFactory): Promise<void> {
    this.#stay()
    for (let index = 0; index < threads - 1; index++) {
      const isVacant = this.#slots[index] === undefined || this.#slots[index].failure !== undefined
      if (isVacant) this.#slots[index] = new Slot(index + 1, this.shared, module, create)
    }
    try {
      await Promise.all(this.#slots.slice(0, threads - 1).map(({ ready }) => ready))
    } finally {
      this.#restUnlessNeeded()
    }
  }

  /** Gives a network on so many threads its number. */
  register(threads: number): number {
    this.#stay()
    this.#networks.set(++this.#lastNetwork, this.#slots.slice(0, threads - 1))
    return this.#lastNetwork
  }

  /** Makes the network's memory known to its workers, first and when it has grown. They take part when they have taken note. */
  attach(network: number, memory: WebAssembly.Memory): void {
    this.#send(network, { kind: 'attach', network, memory })
  }

  detach(network: number): void {
    if (!this.#networks.has(network)) return
    this.#send(network, { kind: 'detach', network })
    this.#networks.delete(network)
    this.#restUnlessNeeded()
  }

  /** How many workers of the network live. None comes back: workers that are started later know other networks. */
  workersOf(network: number): number {
    return this.#networks.get(network)?.filter(({ failure }) => failure === undefined).length ?? 0
  }

  /** Why one of the network's workers takes no part any more */
  failureOf(network: number): Error | undefined {
    return this.#networks.get(network)?.find(({ failure }) => failure !== undefined)?.failure
  }

  /** Tells the workers that work of the network is being split. */
  wake(network: number): void {
    Atomics.store(this.shared, NETWORK, network)
    this.#wake()
  }

  /** Ends all workers; networks go on without them. The next one makes another pool. */
  end(): void {
    this.#stay()
    for (const slot of this.#slots.splice(0)) slot.end()
    if (pool === this) pool = undefined
  }

  #send(network: number, message: ToWorker): void {
    for (const slot of this.#networks.get(network) ?? []) slot.send(this.shared, message)
    this.#wake()
  }

  #wake(): void {
    Atomics.add(this.shared, WAKE, 1)
    // A system call, which is not needed while the workers look on
    if (Atomics.load(this.shared, SLEEPERS) > 0) Atomics.notify(this.shared, WAKE)
  }

  #stay(): void {
    clearTimeout(this.#rest)
  }

  #restUnlessNeeded(): void {
    if (this.#networks.size > 0) return
    this.#stay()
    this.#rest = setTimeout(() => this.end(), REST_MILLISECONDS)
    ;(this.#rest as { unref?(): void }).unref?.()
  }
}

let pool: Pool | undefined

/** The pool of this thread. Throws where the host does not share memory between threads. */
export function poolOfThread(): Pool {
  pool ??= makePool()
  return pool
}

function makePool(): Pool {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  if (crossOriginIsolated === false) {
    throw new Error(
      'memory is shared only in pages served with the headers Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp',
    )
  }
  if (typeof SharedArrayBuffer === 'undefined') throw new Error('this host has no shared memory')
  return new Pool()
}

export type { Pool }
