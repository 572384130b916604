// The WebAssembly engine on several threads: the build with threads on a shared memory. Large products and long passes over
// memory are split, all else is the caller's, and the caller never depends on a worker that has not begun.
import { hostRefuses, WasmpropError } from '../../errors.ts'
import type { WorkerFactory } from '../../hosts/worker.ts'
import { compileBuild } from '../modules.ts'
import { WasmEngine } from '../wasm.ts'
import { NEVER, weightOf } from './messages.ts'
import { type Pool, poolOfThread } from './pool.ts'

/** WebAssembly's 4 GiB. Hosts that cannot reserve addresses for all of it are asked for half, and so on. */
const MOST_PAGES = 65536
const LEAST_MOST_PAGES = 1024

/** The caller looks for the last pieces so long before it sleeps between two looks, in ms. */
const PATIENCE = 0.05
/** After this time, in ms, a worker that has taken a piece is taken to be dead. */
const LONGEST_WAIT = 5000
/** What one look at the clock may count at most, in ms: a computer that slept is no worker that died. */
const LONGEST_LOOK = 50

export class ThreadedEngine extends WasmEngine {
  override readonly threads: number
  readonly #pool: Pool
  readonly #network: number
  #weight: ArrayBuffer | undefined
  #failure: WasmpropError | undefined
  /** How many worked until `dispose` */
  #workedThreads: number | undefined

  /** Where the pool has started. Throws ENGINE_FAILED where the host refuses another memory or instance. */
  constructor(module: WebAssembly.Module, threads: number) {
    const memory = makeMemory()
    const pool = poolOfThread()
    let network = 0
    const wait = new Wait(pool.shared)
    super(module, false, {
      env: {
        memory,
        ring: () => pool.wake(network),
        linger: (turn: number) => {
          if (wait.isTooLong(turn)) this.#fail()
        },
      },
    })
    network = pool.register(threads)
    this.threads = threads
    this.#pool = pool
    this.#network = network
    abandoned.register(this, { pool, network }, this)
  }

  override get workingThreads(): number {
    return this.#workedThreads ?? 1 + this.#pool.workersOf(this.#network)
  }

  override get missingThreads(): string | undefined {
    const failure = this.#pool.failureOf(this.#network)
    return failure && `fewer threads: ${failure.message}`
  }

  override reserve(bytes: number): void {
    if (this.#failure) throw this.#failure
    super.reserve(bytes)
    if (this.#weight?.byteLength === this.buffer.byteLength) return
    this.#weight = weightOf(this.memory)
    this.#pool.attach(this.#network, this.memory)
  }

  override dispose(): void {
    this.#workedThreads = this.workingThreads
    abandoned.unregister(this)
    this.#pool.detach(this.#network)
    this.release()
    this.#weight = undefined
  }

  /**
   * A worker has died with a piece of work, or is about to write it at any time: nothing may be computed in this memory any
   * more. A copy of what lies in it can be read, and is put in order where a step was interrupted.
   */
  #fail(): never {
    const message =
      'a worker has ended in the midst of its work; the weights are those before the steps that were being ' +
      'taken: snapshot() still gives them, and restoreNetwork goes on'
    const failure = new WasmpropError('ENGINE_FAILED', message)
    this.refuseAll(failure)
    this.#failure = failure
    try {
      this.show(this.buffer.slice(0))
    } catch (error) {
      if (!(error instanceof RangeError)) throw error // no room: it is read where it lies
    }
    this.#pool.end()
    throw failure
  }
}

/** Networks that are dropped without being disposed of */
const abandoned = new FinalizationRegistry<{ pool: Pool; network: number }>(({ pool, network }) => pool.detach(network))

/** How long a caller has been waiting for the last pieces */
class Wait {
  readonly #shared: Int32Array
  readonly #maySleep: boolean
  #milliseconds = 0
  #last = 0

  constructor(shared: Int32Array) {
    this.#shared = shared
    this.#maySleep = maySleep(shared)
  }

  /** Called every few µs while it waits. `turn` counts from 1. */
  isTooLong(turn: number): boolean {
    const time = performance.now()
    this.#milliseconds = turn === 1 ? 0 : this.#milliseconds + Math.min(time - this.#last, LONGEST_LOOK)
    this.#last = time
    // With more threads than cores the worker may need this one.
    if (this.#maySleep && this.#milliseconds > PATIENCE) Atomics.wait(this.#shared, NEVER, 0, PATIENCE)
    return this.#milliseconds > LONGEST_WAIT
  }
}

/** Whether the host lets this thread sleep: not a page's own. */
function maySleep(shared: Int32Array): boolean {
  try {
    Atomics.wait(shared, NEVER, 1, 0) // never equal: comes back at once
    return true
  } catch {
    return false
  }
}

function makeMemory(): WebAssembly.Memory {
  for (let maximum = MOST_PAGES; ; maximum /= 2) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared: true })
    } catch (cause) {
      if (maximum > LEAST_MOST_PAGES) continue
      throw hostRefuses('a shared memory', cause)
    }
  }
}

/** The module of the build with threads, when so many threads can work together */
export async function prepareThreads(threads: number, create?: WorkerFactory): Promise<WebAssembly.Module> {
  const pool = poolOfThread()
  const module = await compileBuild('threads')
  await pool.start(threads, module, create)
  return module
}
