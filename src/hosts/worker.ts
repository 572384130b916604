// The workers of the web and of Node as one: how their end and their failures are heard.
import { clip, describe, tagOf } from '../errors.ts'
import { refuse } from '../options/check.ts'

/** A Worker of the page, or of node:worker_threads, that runs `wasmprop/worker-host` */
export interface HostWorker {
  postMessage(message: unknown, transfer: never[]): void
}

/** Makes such a worker, a new one at each call */
export type WorkerFactory = () => HostWorker

/** What else a worker has: of the web's or of Node's */
export interface AnyWorker extends HostWorker {
  terminate?(): unknown
  addEventListener?(type: string, listener: (event: { readonly message: string; preventDefault(): void }) => void): void
  on?(type: string, listener: (reason: unknown) => void): void
  unref?(): void
  readonly threadId?: number
}

/** Throws where it is no worker. */
export function checkWorker(value: unknown): AnyWorker {
  if (typeof (value as AnyWorker | undefined)?.postMessage === 'function') return value as AnyWorker
  return refuse('worker', 'a Worker that runs "wasmprop/worker-host", or a function that makes one', value)
}

/** Checks an option that takes factories only: of threads there are several. */
export function checkFactory(value: unknown): WorkerFactory | undefined {
  if (value === undefined || typeof value === 'function') return value as WorkerFactory | undefined
  return refuse('worker', 'a function that makes a Worker, such as () => new Worker(…)', value)
}

export interface FailureListener {
  /** Called when it has ended, or what it was sent could not be read */
  end(reason: string): void
  /** Called when its script has thrown, or could not be loaded. Not called for those of Node that `isOurs` is false for. */
  error(reason: string): void
}

/** Tells what becomes of a worker. Errors of one that is not ours are its owner's to see as well. */
export function hearFailures(worker: AnyWorker, isOurs: boolean, { end, error }: FailureListener): void {
  const unreadable = () => end('a message could not be read')
  if (worker.on) {
    if (isOurs) worker.on('error', (cause) => error(`the worker has failed: ${wordsOf(cause)}`))
    worker.on('messageerror', unreadable)
    worker.on('exit', (code) => end(`the worker has ended with exit code ${code}`))
    if (worker.threadId === -1) end('the worker had ended before')
  } else {
    worker.addEventListener?.('messageerror', unreadable)
    worker.addEventListener?.('error', (event) => {
      if (isOurs) event.preventDefault()
      error(`the worker could not be loaded or has failed: ${clip(event.message || 'no reason was given')}`)
    })
  }
}

/** What has been thrown, as a message shows it */
export function wordsOf(cause: unknown): string {
  return /^(Error|DOMException)$/.test(tagOf(cause)) ? clip(String((cause as Error).message)) : describe(cause)
}
