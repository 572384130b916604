// The workers that `trainMany` trains on: how they are started, asked and ended. They outlive a call for a moment, in case
// another one comes, and never keep a process alive that does not wait for them.
import { nodeThreads } from '../engines/threads/board.ts'
import { buffersOf, type Data, type FromHand, READY, type Task, type ToHand, type Trained } from './messages.ts'

/** A Worker of the page, or of node:worker_threads */
interface AnyWorker {
  postMessage(message: ToHand, transfer: ArrayBuffer[]): void
  terminate(): unknown
  addEventListener?(type: string, listener: (event: MessageEvent & ErrorEvent) => void): void
  on?(type: string, listener: (value: unknown) => void): void
  ref?(): void
  unref?(): void
}

/** Who waits for an answer */
interface Waiting<Value> {
  resolve(value: Value): void
  reject(error: Error): void
}

const REST_MILLISECONDS = 1000

/** One worker, which trains for one call at a time. Made by `takeHand`. */
export class Hand {
  /** Resolves when the worker runs; rejects where it does not start. */
  readonly ready: Promise<void>
  readonly #worker: AnyWorker
  #start: Waiting<void> | undefined
  #answer: Waiting<readonly Trained[]> | undefined
  #data: Data | undefined
  #failure: Error | undefined
  #rest: ReturnType<typeof setTimeout> | undefined

  /** Throws where the host starts no workers. */
  constructor() {
    this.ready = new Promise((resolve, reject) => {
      this.#start = { resolve, reject }
    })
    this.ready.catch(() => {}) // who waits for it is told
    this.#worker = startWorker()
    this.#worker.unref?.()
    this.#listen(this.#worker)
  }

  #listen(worker: AnyWorker): void {
    if (worker.on) {
      worker.on('message', (message) => this.#receive(message as FromHand))
      worker.on('error', (error) => this.#fail(String(error)))
      worker.on('messageerror', () => this.#fail('an answer could not be read'))
      worker.on('exit', (code) => this.#fail(`it ended with exit code ${code}`))
    } else {
      worker.addEventListener?.('message', ({ data }) => this.#receive(data))
      worker.addEventListener?.('messageerror', () => this.#fail('an answer could not be read'))
      worker.addEventListener?.('error', (event) => {
        event.preventDefault()
        this.#fail(event.message)
      })
    }
  }

  /** Trains the tasks to their ends. Rejects where the worker dies or cannot do it. */
  train(data: Data, tasks: readonly Task[]): Promise<readonly Trained[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure) throw this.#failure
      const isKnown = this.#data === data
      this.#worker.postMessage({ ...(isKnown ? {} : { data }), tasks }, buffersOf(tasks))
      this.#data = data
      this.#answer = { resolve, reject }
      this.#worker.ref?.()
    })
  }

  /** Ends the tasks as an aborted signal does. */
  abort(): void {
    this.#worker.postMessage('abort', [])
  }

  #receive(message: FromHand): void {
    if (message === READY) {
      this.#start?.resolve()
      return
    }
    this.#worker.unref?.()
    if ('trained' in message) this.#answer?.resolve(message.trained)
    else this.#answer?.reject(new Error(message.failure))
    this.#answer = undefined
  }

  #fail(reason: string): void {
    this.#failure ??= new Error(`a worker has failed: ${reason}`)
    this.#start?.reject(this.#failure)
    this.#answer?.reject(this.#failure)
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
    this.#fail('it was ended')
    this.#worker.terminate()
  }
}

const idle = new Set<Hand>()

/** A hand for the caller alone until its `rest` or `end`; undefined where the host starts no workers */
export function takeHand(): Hand | undefined {
  const [known] = idle
  known?.stay()
  try {
    return known ?? new Hand()
  } catch {
    return undefined
  }
}

/** Not written out for Node, so that bundlers take the file for a page's worker only. */
const HAND_FILE = './hand.js'

function startWorker(): AnyWorker {
  const threads = nodeThreads()
  // The process's own flags may not be meant for files: --input-type of `node --eval` is not.
  if (threads) return new threads.Worker(new URL(HAND_FILE, import.meta.url), { execArgv: [] })
  // To the letter the form that Vite and webpack look for
  return new Worker(new URL('./hand.js', import.meta.url), { type: 'module' })
}
