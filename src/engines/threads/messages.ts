// What passes between the thread that owns networks and the workers of its pool: messages, and a few shared words.

/** Shared words, by their index. Of WAKE and SLEEPERS each worker is woken, the others are read after that. */
export const WAKE = 0 // counts up when work is handed out; idle workers sleep on it
export const NETWORK = 1 // the number of the network whose work it is
export const SLEEPERS = 2 // workers that must be woken
export const NEVER = 3 // stays 0: who waits for it to change sleeps for a while
export const SENT = 4 // for each thread from 1 on, how many messages it was sent
export const SHARED_BYTES = 4 * (SENT + 65)

export type ToWorker =
  /** The first message. Threads count from 1, the caller is 0. */
  | { kind: 'join'; shared: Int32Array; module: WebAssembly.Module; thread: number }
  /** Again when the memory has grown */
  | { kind: 'attach'; network: number; memory: WebAssembly.Memory }
  | { kind: 'detach'; network: number }

/** The one answer, to `join` */
export const JOINED = 'joined'

/**
 * Unused bytes, held beside a shared memory of that size: engines do not count shared memory and would collect it far too
 * late. Hosts give untouched bytes no real memory.
 */
export function weightOf({ buffer }: WebAssembly.Memory): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(buffer.byteLength)
  } catch (cause) {
    if (cause instanceof RangeError) return undefined // no room for what is only counted
    throw cause
  }
}
