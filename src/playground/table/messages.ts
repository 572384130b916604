// What passes between the page and the worker that reads tables. Rows stay in the worker: the page gets what it shows of them, a
// sample for the network of its own, whose numbers are handed over, and files as blobs, which are no more than names of bytes.
import type { ColumnKind, ColumnSchema, Effort, TableExplanation } from 'wasmprop/table'
import type { Problem } from '../lab/problem.ts'

export type Kinds = Readonly<Record<string, ColumnKind>>

/** Classes that the page's own network tells apart at most */
export const MOST_CLASSES = 50

/** What is shown of a column */
export interface ShownColumn extends Pick<ColumnSchema, 'name' | 'kind' | 'because' | 'missing' | 'distinct'> {
  /** Its first cells as text, cut where they are long */
  readonly first: readonly string[]
}

/** A table that was read */
export interface ReadTable {
  readonly rows: number
  readonly columns: readonly ShownColumn[]
  /** How its text is written, in words */
  readonly dialect: string
}

export interface TakenTable extends ReadTable {
  /** SHA-256 of the file, by which it is kept */
  readonly digest: string
}

/** How good a model is at one of its targets */
export interface TargetScores {
  readonly name: string
  readonly task: string
  readonly loss: Readonly<Record<string, number>>
  readonly metrics: readonly (readonly [string, number])[]
}

export interface TrainedTable {
  readonly rows: number
  readonly inputs: number
  readonly targets: readonly TargetScores[]
  /** Its networks and linear models, with the shares that they have, in words */
  readonly members: string
  readonly warnings: readonly string[]
  /** As the command writes it, and the SHA-256 of these bytes */
  readonly model: Blob
  readonly digest: string
  readonly milliseconds: number
}

export interface OnePrediction {
  readonly target: string
  readonly prediction: string
  /** The likeliest first */
  readonly probabilities: readonly (readonly [string, number])[]
  /** Those columns that add most */
  readonly explanation: TableExplanation
}

/** A text, or a file that was kept, by its digest */
export type Kept = { readonly text: string } | { readonly digest: string; readonly name: string }

export interface Requests {
  /** A table that the visitor hands in; it is kept for the next visit. */
  take: { args: { source: Blob | string }; result: TakenTable }
  read: { args: { source: Kept; kinds: Kinds }; result: ReadTable }
  encode: { args: { target: string; title: string }; result: Problem }
  train: { args: { targets: readonly string[]; kinds: Kinds; effort: Effort; seed: number }; result: TrainedTable }
  /** The page that `wasmprop train --report` writes */
  report: { args: { file: string; command: string }; result: Blob }
  /** Of the first row with these cells instead of its own */
  predict: { args: { record: Readonly<Record<string, string>> }; result: readonly OnePrediction[] }
}

export type RequestName = keyof Requests
export type ToTable = { [Name in RequestName]: { id: number; name: Name; args: Requests[Name]['args'] } }[RequestName]
export type FromTable =
  | { id: number; kind: 'result'; value: unknown }
  | { id: number; kind: 'error'; message: string }
  | { id: number; kind: 'progress'; stage: string; fraction: number }
