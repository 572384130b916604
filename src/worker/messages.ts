// What passes between the holder of a network and the worker in which it lives, over a port for each network.
import { type ErrorCode, WasmpropError } from '../errors.ts'
import type { Layout } from '../memory/layout.ts'
import type { Network } from '../network/network.ts'
import type { Values } from '../numerics/values.ts'

/** What a network says of itself once it is made */
export type Facts = {
  [Name in keyof Network as Network[Name] extends (...args: never) => unknown ? never : Name]: Network[Name]
}

/** The methods that are called from afar. `trainSync` is not among them: nothing could reach its worker meanwhile. */
export type CallName = Exclude<keyof Network, keyof Facts | 'trainSync' | 'learningRate' | typeof Symbol.dispose>

/** The functions that make a network, by the name that they are exported under */
export type MakerName = 'createNetwork' | 'networkFromJSON' | 'restoreNetwork'

/** What cannot be posted of a call's arguments: its options, which come last, and its source, which comes first */
export interface Hooks {
  /** Whether the signal was aborted before the call */
  signal: 'open' | 'aborted' | undefined
  onEpoch: boolean
  onProgress: boolean
  source: 'iterable' | 'function' | undefined
}

/** What the worker may ask the caller of a training: its `onEpoch`, and its source to begin an epoch, go on and end early */
export type Question = 'onEpoch' | 'onProgress' | 'open' | 'next' | 'return'

export type ToWorker =
  | { kind: 'call'; id: number; name: CallName | MakerName; args: unknown[]; hooks: Hooks | undefined }
  | { kind: 'abort'; id: number }
  | { kind: 'setLearningRate'; rate: number }
  | { kind: 'answer'; question: number; value: unknown; isFailed: boolean }

export type FromWorker =
  | { kind: 'result'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: PackedError }
  /** Asks the caller of `id`. The training goes on after the answer. */
  | { kind: 'question'; id: number; question: number; name: Question; value: unknown }

/** The timeline of a result: a class, which structured clone would leave empty */
export interface PackedTimeline {
  readonly every: number
  readonly epochs: readonly number[]
  readonly joined: Values
  readonly layout: Layout
}

/** Structured clone keeps of an error neither its class nor its own properties. */
export interface PackedError {
  readonly message: string
  readonly stack: string | undefined
  readonly name: string
  readonly code: ErrorCode | undefined
  readonly path: string | undefined
  readonly row: number | undefined
  readonly column: number | undefined
}

export function packError(error: unknown): PackedError {
  const none = { code: undefined, path: undefined, row: undefined, column: undefined }
  if (!(error instanceof Error)) return { ...none, name: 'Error', message: String(error), stack: undefined }
  const { name, message, stack } = error
  const own = error instanceof WasmpropError ? { ...error } : {}
  return { ...none, ...own, name, message, stack }
}

export function unpackError({ code, path, row, column, name, message, stack }: PackedError): Error {
  const error = code === undefined ? new Error(message) : new WasmpropError(code, message, { path, row, column })
  error.name = name
  // Where it was thrown says more than where it arrived.
  if (stack !== undefined) error.stack = stack
  return error
}
