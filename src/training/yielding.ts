// Time, and the host's turns while a training runs: a frame, a message, a timer.

/** A slice ends after about this time: half a frame at 60 Hz. */
export const SLICE_MILLISECONDS = 8
/** Before the first of them: rows may be looked at, all of them, when these are over. */
export const START_MILLISECONDS = 2

export const now = (): number => (typeof performance === 'undefined' ? Date.now() : performance.now())

/** When the host is due for a turn */
export class Yielder {
  #last = now()

  isDue(after = SLICE_MILLISECONDS): boolean {
    const passed = now() - this.#last
    return !(passed > 0 && passed < after) // 0: the clock may stand still
  }

  async yield(): Promise<void> {
    await yieldToHost()
    this.#last = now()
  }
}

/**
 * Lets the host do what waits: a frame, a message, a timer. Resolves in microseconds, where `setTimeout` takes 4 ms.
 * Not by `scheduler.yield`: what goes on after it comes before all messages and timers, so that nothing could abort.
 */
function yieldToHost(): Promise<void> {
  const host = globalThis as { setImmediate?: (f: () => void) => unknown }
  if (host.setImmediate) return new Promise((resolve) => host.setImmediate?.(resolve))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
