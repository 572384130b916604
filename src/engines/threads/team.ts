// The helper threads of this thread: one team for all its networks, since only one of them computes at a time. Helpers are
// started when a network first wants them and end when none is left that does.
import { BELL, BOARD_BYTES, MAIL, NETWORK, nodeThreads, READY, SLEEPERS, type ToHelper } from './board.ts'

/** A Worker of the page, or of node:worker_threads */
interface AnyWorker {
  postMessage(message: ToHelper): void
  terminate(): unknown
  addEventListener?(type: string, listener: (event: MessageEvent & ErrorEvent) => void): void
  on?(type: string, listener: (value: unknown) => void): void
  unref?(): void
}

const START_MILLISECONDS = 5000
/** The team outlives its last network by this, in case another one comes. */
const REST_MILLISECONDS = 1000

class Helper {
  /** Resolves when the helper runs; rejects where it does not start. */
  readonly ready: Promise<void>
  readonly #thread: number
  #worker: AnyWorker | undefined
  #isGone = false

  constructor(thread: number, board: Int32Array, module: WebAssembly.Module) {
    this.#thread = thread
    this.ready = this.#start(board, module).catch((cause) => {
      this.end()
      throw cause
    })
  }

  /** Whether it has failed or was ended. Networks go on without it. */
  get isGone(): boolean {
    return this.#isGone
  }

  async #start(board: Int32Array, module: WebAssembly.Module): Promise<void> {
    Atomics.store(board, MAIL + this.#thread, 0)
    const worker = startWorker()
    this.#worker = worker
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => fail(`did not start within ${START_MILLISECONDS / 1000} s`), START_MILLISECONDS)
      const fail = (reason: string) => {
        clearTimeout(late)
        this.#isGone = true
        reject(new Error(`a helper thread ${reason}`))
      }
      const receive = (answer: unknown) => {
        if (answer !== READY) return
        clearTimeout(late)
        resolve()
      }
      if (worker.on) {
        worker.on('message', receive)
        worker.on('error', (error) => fail(`failed: ${error instanceof Error ? error.message : String(error)}`))
        worker.on('exit', (code) => fail(`ended with exit code ${code}`))
      } else {
        worker.addEventListener?.('message', ({ data }) => receive(data))
        worker.addEventListener?.('error', (event) => {
          event.preventDefault()
          fail(`could not be loaded or failed: ${event.message || 'no reason was given'}`)
        })
      }
      worker.postMessage({ kind: 'join', board, module, thread: this.#thread })
    })
    // From now on it does not keep the process alive.
    worker.unref?.()
  }

  /** Sends a message, and calls the helper from its work to receive it. */
  send(board: Int32Array, message: ToHelper): void {
    if (this.#isGone) return
    this.#worker?.postMessage(message)
    Atomics.add(board, MAIL + this.#thread, 1)
  }

  end(): void {
    this.#isGone = true
    this.#worker?.terminate()
  }
}

/** Not written out for Node, so that bundlers take the file for a page's worker only. */
const HELPER_FILE = './helper.js'

function startWorker(): AnyWorker {
  const threads = nodeThreads()
  // The process's own flags may not be meant for files: --input-type of `node --eval` is not.
  if (threads) return new threads.Worker(new URL(HELPER_FILE, import.meta.url), { execArgv: [] })
  if (typeof Worker === 'undefined') throw new Error('this host starts no workers (Node does from 20.16 on)')
  // To the letter the form that Vite and webpack look for
  return new Worker(new URL('./helper.js', import.meta.url), { type: 'module' })
}

class Team {
  readonly board = new Int32Array(new SharedArrayBuffer(BOARD_BYTES))
  /** helpers[i] is thread i + 1 */
  readonly #helpers: Helper[] = []
  /** The helpers of each network, by its number */
  readonly #networks = new Map<number, readonly Helper[]>()
  #lastNetwork = 0
  #rest: ReturnType<typeof setTimeout> | undefined

  /** Resolves when so many threads can work together, this one included; rejects where they do not start. */
  async enlist(threads: number, module: WebAssembly.Module): Promise<void> {
    this.#stay()
    for (let index = 0; index < threads - 1; index++) {
      if (this.#helpers[index]?.isGone ?? true) this.#helpers[index] = new Helper(index + 1, this.board, module)
    }
    try {
      await Promise.all(this.#helpers.slice(0, threads - 1).map(({ ready }) => ready))
    } finally {
      this.#restUnlessNeeded()
    }
  }

  /** Gives a network on so many threads its number. */
  register(threads: number): number {
    this.#stay()
    this.#networks.set(++this.#lastNetwork, this.#helpers.slice(0, threads - 1))
    return this.#lastNetwork
  }

  /** Makes the network's memory known to the helpers, first and when it has grown. They take part when they have taken note. */
  attach(network: number, memory: WebAssembly.Memory): void {
    this.#send(network, { kind: 'attach', network, memory })
  }

  detach(network: number): void {
    if (!this.#networks.has(network)) return
    this.#send(network, { kind: 'detach', network })
    this.#networks.delete(network)
    this.#restUnlessNeeded()
  }

  /** How many helpers of the network live. None comes back: helpers that are started later know other networks. */
  helpersOf(network: number): number {
    return this.#networks.get(network)?.filter(({ isGone }) => !isGone).length ?? 0
  }

  /** Tells the helpers that work of the network is being split. */
  ring(network: number): void {
    Atomics.store(this.board, NETWORK, network)
    this.#wake()
  }

  /** Ends all helpers; networks go on without them. The next one makes another team. */
  end(): void {
    this.#stay()
    for (const helper of this.#helpers.splice(0)) helper.end()
    if (team === this) team = undefined
  }

  #send(network: number, message: ToHelper): void {
    for (const helper of this.#networks.get(network) ?? []) helper.send(this.board, message)
    this.#wake()
  }

  #wake(): void {
    Atomics.add(this.board, BELL, 1)
    // A system call, which is not needed while the helpers look on
    if (Atomics.load(this.board, SLEEPERS) > 0) Atomics.notify(this.board, BELL)
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

let team: Team | undefined

/** The team of this thread. Throws where the host does not share memory between threads. */
export function teamOfThread(): Team {
  team ??= makeTeam()
  return team
}

function makeTeam(): Team {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean }
  if (crossOriginIsolated === false) {
    throw new Error(
      'memory is shared only in pages served with the headers Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp',
    )
  }
  if (typeof SharedArrayBuffer === 'undefined') throw new Error('this host has no shared memory')
  return new Team()
}

export type { Team }
