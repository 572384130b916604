// How well models of a table do on rows that they never saw: every row is held out once from all of the training, choices
// among members and their calibration included.
import { unexpected } from '../errors.ts'
import { checkInteger, readOptions, refuse } from '../options/check.ts'
import { type Ensemble, NO_CALIBRATION, predictEnsemble } from './ensemble.ts'
import { drawFolds } from './folds.ts'
import { encodeTable } from './inputs.ts'
import type { TableSource } from './open.ts'
import type { ResolvedOptions, TrainTableOptions } from './options.ts'
import { withoutPrototype } from './plain.ts'
import type { Table } from './read.ts'
import { optionNames, readTargets, readTasks, readTrainOptions } from './resolve-options.ts'
import type { ColumnSchema, TableColumn } from './schema.ts'
import { baselineMetrics, type Metrics, metricsOf, truthOf } from './scores.ts'
import { fitTarget, labelledRows, type Task } from './target.ts'
import { kindOf } from './target-training.ts'
import { trainOnTable } from './train.ts'
import { disposeAll, type TrainedTarget } from './trained.ts'
import { readTrainingTable } from './training-table.ts'

export interface CrossValidateTableOptions extends Omit<TrainTableOptions, 'checkpoint' | 'onCheckpoint'> {
  /** Parts that the rows are divided into, each held out once: an integer from 2 to the number of rows. Default 5 */
  folds?: number
}

/** Of what is compared: the commonest class or the mean, the linear model, the networks without it, and the whole model */
export interface TableScores {
  readonly baseline: Metrics
  readonly linear?: Metrics
  readonly network?: Metrics
  readonly model: Metrics
}

export interface TableFold {
  /** Numbers of the held-out rows, ascending */
  readonly rows: Uint32Array
  readonly scores: TableScores
}

/** By target */
export interface TableCrossValidation {
  readonly target: string
  readonly folds: readonly TableFold[]
  /** Of every metric: the mean over the folds, and its standard error */
  readonly mean: Readonly<Record<string, Metrics>>
  readonly standardError: Readonly<Record<string, Metrics>>
}

/**
 * Trains a model for every fold on the rows of all others, with the options of `trainTable`, and scores it on its own rows, beside
 * what needs no network: per fold, and over all. One target gives one result, several a list. Rejects as `trainTable` does.
 */
export async function crossValidateTable(
  rows: TableSource,
  options: CrossValidateTableOptions,
): Promise<TableCrossValidation | TableCrossValidation[]> {
  const given = readOptions(options, '', [...optionNames, 'folds'], 'an object such as { target: "price" }')
  for (const path of ['checkpoint', 'onCheckpoint'] as const) {
    if (given[path] !== undefined) refuse(path, 'no such option with crossValidateTable', given[path])
  }
  const { folds = 5 } = given
  const resolved = readTrainOptions({ ...given, folds: undefined })
  const table = await readTrainingTable(rows, resolved)
  const names = readTargets(resolved.given.target, [...table.columns.keys()])
  const task = tasksOf(table, names, readTasks(resolved.given.task, names))
  const divided = divide(table, names[0], task[names[0]], folds, resolved.seed)
  const found = names.map((): TableFold[] => [])
  for (const [index, fold] of divided.entries()) {
    const given = { ...resolved.given, task }
    const own = { ...resolved, given, ...tellOfFold(resolved, index, divided.length) }
    const scores = await scoreFold(table, fold, own)
    for (const [target, list] of found.entries()) list.push({ rows: fold.held, scores: scores[target] })
  }
  const results = found.map((list, target) => ({ target: names[target], folds: list, ...summarize(list) }))
  return results.length === 1 ? results[0] : results
}

/** What each target is, by all rows: those of a fold may look like something else. */
function tasksOf(table: Table, names: readonly string[], taskOf: ReturnType<typeof readTasks>): Record<string, Task> {
  return withoutPrototype(
    Object.fromEntries(names.map((name) => [name, fittedTarget(table, name, taskOf(name)).target.task])),
  )
}

function fittedTarget(table: Table, name: string, task: Task | undefined) {
  const column = table.columns.get(name) as TableColumn
  const schema = table.schema.find((other) => other.name === name) as ColumnSchema
  const known = labelledRows(column)
  if (known.length < 2)
    throw unexpected('INVALID_DATA', 'rows', 'at least two rows with the target', String(known.length))
  return { known, ...fitTarget(schema, column, known, task) }
}

/** Numbers of rows of the table, by fold: those without the (first) target are left out. */
function divide(table: Table, name: string, task: Task, folds: unknown, seed: number) {
  const { known, target, values } = fittedTarget(table, name, task)
  const count = checkInteger(folds, 'folds', 2, known.length)
  return drawFolds(target, values, count, seed).map(({ trained, held }) => ({
    trained: trained.map((row) => known[row]),
    held: held.map((row) => known[row]),
  }))
}

function tellOfFold({ onProgress }: ResolvedOptions, fold: number, folds: number): Pick<ResolvedOptions, 'onProgress'> {
  if (onProgress === undefined) return { onProgress }
  return {
    onProgress: ({ stage, fraction, millisecondsLeft, ...more }) =>
      onProgress({
        stage: `fold ${fold + 1} of ${folds}, ${stage}`,
        fraction: (fold + fraction) / folds,
        millisecondsLeft: millisecondsLeft + ((folds - fold - 1) * millisecondsLeft) / Math.max(0.01, 1 - fraction),
        ...more,
      }),
  }
}

/** By target */
async function scoreFold(
  table: Table,
  { trained, held }: { trained: Uint32Array; held: Uint32Array },
  options: ResolvedOptions,
): Promise<TableScores[]> {
  const { model, targets, idle } = await trainOnTable(selectTable(table, trained), options)
  try {
    const inputs = encodeTable(model.encodings, table, held)
    return targets.map((one) => {
      const all = truthOf(table, one.model.target.name)
      const truth = Array.from(held, (row) => all[row])
      const { target } = one.model
      const score = (ensemble: Ensemble) => metricsOf(target, predictEnsemble(ensemble, target, inputs), truth)
      const [linear, network] = [true, false].map((isLinear) => bestOf(one, isLinear))
      return withoutPrototype({
        baseline: baselineMetrics(target, truth),
        ...(linear === undefined ? {} : { linear: score(linear) }),
        ...(network === undefined ? {} : { network: score(network) }),
        model: score(one.model.ensemble),
      })
    })
  } finally {
    model.dispose()
    disposeAll(idle)
  }
}

/** The best member of a kind alone */
function bestOf({ blend: { members } }: TrainedTarget, isLinear: boolean): Ensemble | undefined {
  const ofKind = members.filter(({ candidate }) => candidate.recipe.isLinear === isLinear)
  if (ofKind.length === 0) return undefined
  const { candidate } = ofKind.reduce((a, b) => (b.loss < a.loss ? b : a))
  const member = { recipe: kindOf(candidate.recipe), networks: candidate.networks, weight: 1 }
  return { members: [member], calibration: NO_CALIBRATION }
}

function selectTable(table: Table, rows: Uint32Array): Table {
  const columns = new Map(
    [...table.columns].map(([name, column]) => {
      const values = Array.from(rows, (row) => column.values[row])
      return [
        name,
        { ...column, values: column.values instanceof Float64Array ? Float64Array.from(values as number[]) : values },
      ]
    }),
  )
  return { ...table, rows: rows.length, columns: columns as Table['columns'] }
}

function summarize(folds: readonly TableFold[]): Pick<TableCrossValidation, 'mean' | 'standardError'> {
  const mean: Record<string, Metrics> = {}
  const standardError: Record<string, Metrics> = {}
  for (const kind of ['baseline', 'linear', 'network', 'model'] as const) {
    const scores = folds.flatMap(({ scores: { [kind]: metrics } }) => metrics ?? [])
    if (scores.length === 0) continue
    const over = (act: (values: number[]) => number) =>
      Object.fromEntries(
        Object.keys(scores[0]).map((key) => [key, act(scores.map((one) => one[key as keyof Metrics] as number))]),
      ) as unknown as Metrics
    mean[kind] = over(meanOfAll)
    standardError[kind] = over((values) => {
      const middle = meanOfAll(values)
      const squares = values.reduce((sum, value) => sum + (value - middle) * (value - middle), 0)
      return Math.sqrt(squares / (values.length - 1) / values.length)
    })
  }
  return { mean, standardError }
}

const meanOfAll = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
