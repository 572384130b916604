// What passes between the thread that called `trainMany` and its workers. A network travels as the parts of a snapshot, and
// comes back so: whatever becomes of a worker, the one in the calling thread still stands where it was.

import type { FlatInput } from '../data/forms.ts'
import type { Modules } from '../engines/modules.ts'
import type { RestoreOptions } from '../model/json.ts'
import type { SnapshotParts } from '../model/snapshot.ts'
import type { StopReason } from '../training/options.ts'

/** All rows of a call and what the workers compute with, sent to each of them once */
export interface Data {
  readonly modules: Modules
  readonly inputs: FlatInput
  readonly targets: FlatInput
}

/** A network that is to be trained to its end */
export interface Task {
  readonly parts: SnapshotParts
  readonly options: RestoreOptions
  /** Numbers of its rows; undefined: all */
  readonly chosen: Uint32Array | undefined
}

/** One that was: its session is still the one that ended. */
export interface Trained {
  readonly parts: SnapshotParts
  readonly stopReason: StopReason
  readonly advice: string | undefined
  /** What it took there */
  readonly milliseconds: number
}

/** `abort` ends the tasks before it as an aborted signal does. `data` is undefined where the worker has it. */
export type ToWorker =
  | { readonly kind: 'train'; readonly data: Data | undefined; readonly tasks: readonly Task[] }
  | { readonly kind: 'abort' }

/** One answer for each message with tasks, in their order */
export type FromWorker =
  | { readonly kind: 'trained'; readonly trained: readonly Trained[] }
  | { readonly kind: 'failed'; readonly reason: string }

/** Buffers that are handed over instead of copied: no block is anybody else's. */
export function buffersOf(all: readonly { readonly parts: SnapshotParts }[]): ArrayBuffer[] {
  return all.flatMap(({ parts }) => Object.values(parts.blocks).map(({ buffer }) => buffer as ArrayBuffer))
}
