// What a report is made of: plain data, from a model that was just trained or from anything that has the same to say.
import type { Unseen } from './evidence.ts'

export interface ReportInput {
  /** Name of the data: the file */
  readonly source: string
  /** Of the package */
  readonly version: string
  /** The command line that comes to the same bits */
  readonly command: string
  readonly rows: number
  readonly schema: readonly ColumnFacts[]
  readonly warnings: readonly string[]
  /** What was decided: names and values */
  readonly choices: readonly (readonly [name: string, value: string])[]
  readonly targets: readonly ReportTarget[]
}

/** A column of the table, and what it was taken for */
export interface ColumnFacts {
  readonly name: string
  readonly kind: string
  /** Why it was taken for that, in words */
  readonly because: string
  /** Cells without a value */
  readonly missing: number
  /** Distinct values */
  readonly distinct: number
}

export interface ReportTarget {
  readonly name: string
  readonly task: 'classification' | 'regression'
  readonly rows: number
  /** Of classes, in the order of the outputs */
  readonly labels: readonly string[]
  /** Metrics by name, as `evaluate` has them */
  readonly metrics: readonly (readonly [name: string, value: number])[]
  /** What the loss is, and that of what predicts without inputs, of the linear model, and of the model */
  readonly lossName: string
  readonly loss: { readonly baseline: number; readonly linear: number; readonly model: number }
  readonly members: readonly LeaderboardRow[]
  /** Of a search for recipes; none: there was no search */
  readonly trials?: readonly TrialRow[]
  readonly unseen?: Unseen
  readonly curves?: readonly Curve[]
  readonly importance?: readonly { readonly column: string; readonly mean: number; readonly deviation: number }[]
}

/** A kind of member of the average */
export interface LeaderboardRow {
  readonly name: string
  readonly loss?: number
  /** Its part in the average, from 0 to 1 */
  readonly weight: number
}

/** What a recipe came to in a round of the search, from 0; null: there was no time for it */
export interface TrialRow {
  readonly name: string
  readonly round: number
  readonly loss: number | null
}

/** Losses by epoch of one network */
export interface Curve {
  readonly name: string
  readonly training: ArrayLike<number>
  readonly validation?: ArrayLike<number>
}
