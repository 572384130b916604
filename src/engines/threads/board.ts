// What passes between the thread that owns networks and its helpers: messages, and the board, a few shared words.

/** Words of the board */
export const BELL = 0 // rung for each product; helpers sleep on it
export const NETWORK = 1 // the number of the network whose product it is
export const SLEEPERS = 2 // helpers that must be woken
export const NEVER = 3 // stays 0: who waits for it to change sleeps for a while
export const MAIL = 4 // for each thread from 1 on, how many messages it was sent
export const BOARD_BYTES = 4 * (MAIL + 65)

export type ToHelper =
  /** The first message. Threads count from 1, the caller is 0. */
  | { kind: 'join'; board: Int32Array; module: WebAssembly.Module; thread: number }
  | { kind: 'attach'; network: number; memory: WebAssembly.Memory }
  | { kind: 'detach'; network: number }

/** The one answer, to `join` */
export const READY = 'ready'

/**
 * node:worker_threads where the host has it. Its name is not written out, so that no bundler for pages looks for the
 * module.
 */
export function nodeThreads(): Promise<typeof import('node:worker_threads')> | undefined {
  const { process } = globalThis as { process?: { versions?: { node?: string } } }
  if (process?.versions?.node === undefined) return undefined
  return import(/* @vite-ignore */ /* webpackIgnore: true */ ['node', 'worker_threads'].join(':'))
}
