// Ctrl-C. It ends a command at once, unless that has something to put away first; a second one ends it in any case.

const INTERRUPTED = 130

let putAway: (() => void) | undefined

/** Called, not imported for its effect: bundlers may drop such an import. */
export function listenForInterrupts(): void {
  process.on('SIGINT', () => {
    const act = putAway
    putAway = undefined
    if (act === undefined) process.exit(INTERRUPTED)
    act()
  })
}

/** While `work` lasts, the first Ctrl-C only aborts its signal. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  putAway = () => controller.abort()
  try {
    return await work(controller.signal)
  } finally {
    putAway = undefined
  }
}
