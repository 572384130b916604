// How a model does on rows that its networks never saw, beside what would be predicted without inputs and linearly.
import type { Curve } from './progress.ts'
import type { Table } from './read.ts'
import { type Metrics, metricsOf, truthOf } from './scores.ts'
import { type Label, type Task, unscale } from './target.ts'
import type { TrainedTarget } from './trained.ts'

export interface TableReport {
  readonly rows: number
  /** Columns that were learned from */
  readonly inputs: number
  readonly targets: readonly TargetReport[]
}

export interface TargetReport {
  readonly name: string
  readonly task: Task
  /** Log loss of classes; of numbers the mean square on the scale of deviation 1 */
  readonly loss: { readonly baseline: number; readonly linear: number; readonly model: number }
  readonly metrics: Metrics
  /** The same of the best linear model (of the best member where there is none) */
  readonly linear: Metrics
  /** Of every kind of network that was trained: losses by epoch of the first of them */
  readonly curves: readonly ({ readonly name: string } & Curve)[]
}

/** What is predicted for the rows whose target is known, by networks that never saw them */
export interface UnseenPredictions {
  readonly target: string
  /** Numbers of the rows */
  readonly rows: Uint32Array
  readonly actual: readonly Label[]
  /** Of classes probabilities, rows × classes in the order of `labels`; of numbers one a row, in the target's units */
  readonly predicted: Float64Array
  readonly labels: readonly Label[]
}

export function unseenOf(table: Table, { model, blend, rows }: TrainedTarget): UnseenPredictions {
  const { name, labels, task, scale } = model.target
  const all = truthOf(table, name)
  return {
    target: name,
    rows,
    actual: Array.from(rows, (row) => all[row] as Label),
    predicted: task === 'classification' ? blend.unseen : blend.unseen.map((value) => unscale(scale, value)),
    labels,
  }
}

export function reportOf(table: Table, inputs: number, trained: readonly TrainedTarget[]): TableReport {
  return {
    rows: table.rows,
    inputs,
    targets: trained.map(({ model: { target }, blend: { loss, unseen, members }, rows, candidates }) => {
      const all = truthOf(table, target.name)
      const truth = Array.from(rows, (row) => all[row])
      return {
        name: target.name,
        task: target.task,
        loss,
        metrics: metricsOf(target, unseen, truth),
        linear: metricsOf(target, members[0].candidate.unseen, truth),
        curves: candidates
          .filter(({ recipe }) => !recipe.isLinear)
          .map(({ recipe: { name }, curves: [curve] }) => ({ name, ...curve })),
      }
    }),
  }
}
