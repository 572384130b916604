// What passes between the thread that owns networks and its helpers: messages, and the board, a few shared words.

/** Words of the board */
export const BELL = 0 // rung when work is handed out; helpers sleep on it
export const NETWORK = 1 // the number of the network whose work it is
export const SLEEPERS = 2 // helpers that must be woken
export const NEVER = 3 // stays 0: who waits for it to change sleeps for a while
export const MAIL = 4 // for each thread from 1 on, how many messages it was sent
export const BOARD_BYTES = 4 * (MAIL + 65)

export type ToHelper =
  /** The first message. Threads count from 1, the caller is 0. */
  | { kind: 'join'; board: Int32Array; module: WebAssembly.Module; thread: number }
  /** Again when the memory has grown */
  | { kind: 'attach'; network: number; memory: WebAssembly.Memory }
  | { kind: 'detach'; network: number }

/** The one answer, to `join` */
export const READY = 'ready'

/**
 * Unused bytes, held beside a shared memory of that size: engines do not count shared memory and would collect it far too
 * late. Hosts give untouched bytes no real memory.
 */
export function weightOf({ buffer }: WebAssembly.Memory): ArrayBuffer | undefined {
  try {
    return new ArrayBuffer(buffer.byteLength)
  } catch {
    return undefined
  }
}

interface Host {
  readonly process?: { getBuiltinModule?(name: 'node:worker_threads'): typeof import('node:worker_threads') }
}

/** node:worker_threads where the host has it. Not imported, since bundlers for pages would look for the module. */
export function nodeThreads(): typeof import('node:worker_threads') | undefined {
  return (globalThis as Host).process?.getBuiltinModule?.('node:worker_threads')
}
