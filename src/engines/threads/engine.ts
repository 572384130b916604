// The WebAssembly engine on several threads: the build with threads on a shared memory. Large products and long passes over
// memory are split, all else is the caller's, and the caller never depends on a helper that has not begun.
import { hostRefuses, WasmpropError } from '../../errors.ts'
import { compileBuild } from '../modules.ts'
import { WasmEngine } from '../wasm.ts'
import { NEVER, weightOf } from './board.ts'
import { type Team, teamOfThread } from './team.ts'

/** WebAssembly's 4 GiB. Hosts that cannot reserve addresses for all of it are asked for half, and so on. */
const MOST_PAGES = 65536
const LEAST_MOST_PAGES = 1024

/** The caller looks for the last pieces so long before it sleeps between two looks, in ms. */
const PATIENCE = 0.05
/** After this time, in ms, a helper that has taken a piece is taken to be dead. */
const LONGEST_WAIT = 5000
/** What one look at the clock may count at most, in ms: a computer that slept is no helper that died. */
const LONGEST_LOOK = 50

export class ThreadedEngine extends WasmEngine {
  override readonly threads: number
  readonly #team: Team
  readonly #network: number
  #weight: ArrayBuffer | undefined
  #failure: WasmpropError | undefined
  /** A copy of the memory after a failure */
  #rescued: ArrayBufferLike | undefined
  /** How many worked until `dispose` */
  #workedThreads: number | undefined

  /** Where the helpers are enlisted. Throws ENGINE_FAILED where the host refuses another memory or instance. */
  constructor(module: WebAssembly.Module, threads: number) {
    const memory = makeMemory()
    const team = teamOfThread()
    let network = 0
    const wait = new Wait(team.board)
    super(module, false, {
      env: {
        memory,
        ring: () => team.ring(network),
        linger: (turn: number) => {
          if (wait.isTooLong(turn)) this.#fail()
        },
      },
    })
    network = team.register(threads)
    this.threads = threads
    this.#team = team
    this.#network = network
    abandoned.register(this, { team, network }, this)
  }

  override get workingThreads(): number {
    return this.#workedThreads ?? 1 + this.#team.helpersOf(this.#network)
  }

  override get buffer(): ArrayBufferLike {
    return this.#rescued ?? super.buffer
  }

  override reserve(bytes: number): void {
    if (this.#failure) throw this.#failure
    super.reserve(bytes)
    if (this.#weight?.byteLength === this.buffer.byteLength) return
    this.#weight = weightOf(this.memory)
    this.#team.attach(this.#network, this.memory)
  }

  override dispose(): void {
    this.#workedThreads = this.workingThreads
    abandoned.unregister(this)
    this.#team.detach(this.#network)
    this.release()
    this.#weight = undefined
    this.#rescued = undefined
  }

  /**
   * A helper has died with a piece of work, or is about to write it at any time: nothing may be computed in this memory any
   * more. A copy of what lies in it can be read, and is put in order where a step was interrupted.
   */
  #fail(): never {
    const message =
      'a helper thread has ended in the midst of its work; the weights are those before the steps that were being ' +
      'taken: snapshot() still gives them, and restoreNetwork goes on'
    const failure = new WasmpropError('ENGINE_FAILED', message)
    this.refuseAll(failure)
    this.#failure = failure
    try {
      this.#rescued = this.buffer.slice(0)
    } catch {
      // No room: it is read where it lies.
    }
    this.#team.end()
    throw failure
  }
}

/** Networks that are dropped without being disposed of */
const abandoned = new FinalizationRegistry<{ team: Team; network: number }>(({ team, network }) => team.detach(network))

/** How long a caller has been waiting for the last pieces */
class Wait {
  readonly #board: Int32Array
  readonly #maySleep: boolean
  #milliseconds = 0
  #last = 0

  constructor(board: Int32Array) {
    this.#board = board
    this.#maySleep = maySleep(board)
  }

  /** Called every few µs while it waits. `turn` counts from 1. */
  isTooLong(turn: number): boolean {
    const time = performance.now()
    this.#milliseconds = turn === 1 ? 0 : this.#milliseconds + Math.min(time - this.#last, LONGEST_LOOK)
    this.#last = time
    // With more threads than cores the helper may need this one.
    if (this.#maySleep && this.#milliseconds > PATIENCE) Atomics.wait(this.#board, NEVER, 0, PATIENCE)
    return this.#milliseconds > LONGEST_WAIT
  }
}

/** Whether the host lets this thread sleep: not a page's own. */
function maySleep(board: Int32Array): boolean {
  try {
    Atomics.wait(board, NEVER, 1, 0) // never equal: comes back at once
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
export async function prepareThreads(threads: number): Promise<WebAssembly.Module> {
  const team = teamOfThread()
  const module = await compileBuild('threads')
  await team.enlist(threads, module)
  return module
}
