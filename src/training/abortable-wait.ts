// Waits for what users promise, which an abort cuts short.

/**
 * One wait at a time. A race with a promise that outlives the waits would leave something behind in it for each: here only
 * the present one is known.
 */
export class AbortableWait {
  #leave: (() => void) | undefined
  #isOver = false

  /** What is promised; undefined once `abort` was called: what becomes of it then is ignored, a rejection as well. */
  for<T>(promised: PromiseLike<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      promised.then(resolve, reject)
      this.#leave = () => resolve(undefined)
      if (this.#isOver) this.#leave()
    })
  }

  /** Ends the present wait, and all later ones as soon as they begin. */
  abort(): void {
    this.#isOver = true
    this.#leave?.()
  }
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
