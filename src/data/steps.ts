// Long work on rows in steps, between which a call that need not end at once lets the host have its turn.

/** Work that may rest wherever it yields: code of the caller may run then. What is small does not yield at all. */
export type Steps<T> = Generator<undefined, T, undefined>

/** All of it, without a rest */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
