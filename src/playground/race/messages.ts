// What passes between the page and the workers that race.
import type { Dtype, Size } from './sizes.ts'

export const runners = ['wasm', 'typescript', 'plain'] as const
export type Runner = (typeof runners)[number]

export type ToRunner =
  | { readonly kind: 'prepare'; readonly runner: Runner; readonly size: Size; readonly dtype: Dtype }
  /** Trains for about so long, at most so many epochs */
  | { readonly kind: 'run'; readonly milliseconds: number; readonly epochs: number }
  | { readonly kind: 'finish' }

export interface Ran {
  readonly epochs: number
  readonly milliseconds: number
  readonly loss: number
}

export type FromRunner =
  /** Milliseconds from the request to the network, and to the end of its first epoch */
  | { readonly kind: 'ready'; readonly made: number; readonly firstEpoch: number; readonly rows: number }
  | ({ readonly kind: 'ran' } & Ran)
  | { readonly kind: 'finished'; readonly hash: string }
  | { readonly kind: 'failed'; readonly message: string }
