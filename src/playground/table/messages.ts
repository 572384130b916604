// What passes between the page and the worker that reads tables.
import type { ColumnKind, ColumnSchema, Effort, TableChoices, TableExplanation, TableReport } from 'wasmprop/table'
import type { Problem } from '../lab/problem.ts'

export type Kinds = Readonly<Record<string, ColumnKind>>

/** A table that was read; its cells stay in the worker */
export interface ReadTable {
  readonly rows: number
  readonly schema: readonly ColumnSchema[]
  /** How its text is written, in words */
  readonly dialect: string
  /** The first rows, as text */
  readonly preview: readonly (readonly string[])[]
}

export interface TrainedTable {
  readonly report: TableReport
  readonly choices: TableChoices
  readonly warnings: readonly string[]
  /** The model as the command writes it, and the SHA-256 of these bytes */
  readonly json: string
  readonly digest: string
  readonly milliseconds: number
}

export interface OnePrediction {
  readonly prediction: string
  readonly probabilities: readonly (readonly [string, number])[]
  readonly explanation: TableExplanation
}

export interface Requests {
  read: { args: { source: Blob | string; kinds: Kinds }; result: ReadTable }
  encode: { args: { target: string; title: string }; result: Problem }
  train: { args: { target: string; kinds: Kinds; effort: Effort; seed: number }; result: TrainedTable }
  /** The page that `wasmprop train --report` writes */
  report: { args: { file: string; command: string }; result: string }
  predict: { args: { record: Readonly<Record<string, string>> }; result: OnePrediction }
}

export type RequestName = keyof Requests
export type ToTable = { [Name in RequestName]: { id: number; name: Name; args: Requests[Name]['args'] } }[RequestName]
export type FromTable =
  | { id: number; kind: 'result'; value: unknown }
  | { id: number; kind: 'error'; message: string }
  | { id: number; kind: 'progress'; stage: string; fraction: number }
