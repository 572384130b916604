// trainTable: from raw rows to a model, with every choice made and said.
import { TABLE_IMPORTANCE } from '../../assembly/ids.ts'
import { clip } from '../errors.ts'
import { shuffle } from '../numerics/random.ts'
import { Yielder } from '../training/run.ts'
import { readCheckpoint, type TableCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { choicesOf } from './choices.ts'
import { digestOf } from './digest.ts'
import { examine } from './doctor.ts'
import type { ColumnEncoding } from './encode.ts'
import { outputsOf } from './ensemble.ts'
import { encodeTable, fitInputs } from './inputs.ts'
import { TableModel } from './model.ts'
import type { TableSource } from './open.ts'
import type { ResolvedOptions, TrainTableOptions } from './options.ts'
import { Course } from './progress.ts'
import type { Table } from './read.ts'
import { type Recipe, recipeFor } from './recipe.ts'
import { reportOf, unseenOf } from './report.ts'
import { readClassWeights, readTargets, readTasks, readTrainOptions } from './resolve-options.ts'
import type { ColumnSchema, TableColumn } from './schema.ts'
import { truthOf } from './scores.ts'
import { type FittedTarget, fewWholeNumbers, fitTarget, labelledRows, type Task } from './target.ts'
import { trainTarget } from './target-training.ts'
import { disposeAll, type TrainedTarget } from './trained.ts'
import { bytesFor, encodingsFor, readTrainingTable, rowsWithRoom } from './training-table.ts'

/**
 * Trains a model of a table. Numbers, categories, dates and words are found and encoded; a linear model and networks are trained
 * over folds of the rows and averaged by how they do on rows that they never saw. The same rows, options and seed give the same
 * bits on every host, at any number of threads. Rejects with INVALID_DATA or INVALID_SHAPE for rows that are wrong, naming line
 * and column, with INVALID_CONFIG for options, INVALID_MODEL for a checkpoint of others, and with the reason of `signal`.
 * @example
 * ```js
 * import { trainTable } from 'wasmprop/table'
 *
 * const rows = Array.from({ length: 90 }, (_, i) => ({
 *   petal: (i % 10) / 10 + (i % 3),
 *   colour: ['red', 'blue'][i % 2],
 *   species: ['small', 'middle', 'large'][i % 3],
 * }))
 * const model = await trainTable(rows, { target: 'species', effort: 'quick' })
 * console.log(model.predict({ petal: 2.4, colour: 'red' }))
 * console.log(model.schema.map(({ name, kind }) => `${name}: ${kind}`).join(', '))
 * ```
 *
 * ```text
 * large
 * petal: number, colour: category, species: category
 * ```
 */
export async function trainTable(rows: TableSource, options: TrainTableOptions): Promise<TableModel> {
  const resolved = readTrainOptions(options)
  const table = await readTrainingTable(rows, resolved)
  const { model, idle } = await trainOnTable(table, resolved)
  disposeAll(idle)
  return model
}

/** In which a signal may come, that ends it */
async function turnOfHost(signal: ResolvedOptions['signal']): Promise<void> {
  await new Yielder().yield()
  signal?.throwIfAborted()
}

const NOTHING = { trials: [], members: [] }

export interface TrainedTable {
  readonly model: TableModel
  readonly targets: readonly TrainedTarget[]
  /** Networks that were trained and do not count; to be disposed of */
  readonly idle: TrainedTarget['idle']
}

/** The same of a table that was read. `recipes`: of an earlier training, to be repeated; default: as options and rows ask */
export async function trainOnTable(
  table: Table,
  options: ResolvedOptions,
  recipes?: readonly Recipe[],
): Promise<TrainedTable> {
  const names = readTargets(options.given.target, [...table.columns.keys()])
  const taskOf = readTasks(options.given.task, names)
  const findings = examine(table, names)
  const fittedInputs = fitInputs(table, names, labelledRows(columnOf(table, names[0])))
  const encodings = encodingsFor(fittedInputs, table.rows, bytesFor(options))
  const digest = digestOf(table, options.stored)
  await turnOfHost(options.signal)
  const saved = options.given.checkpoint === undefined ? [] : readCheckpoint(options.given.checkpoint, digest)
  const course = new Course(names.length, options.budget, options.onProgress)
  const trained: TrainedTarget[] = []
  const done: TableCheckpoint['targets'][number][] = []
  try {
    for (const [index, name] of names.entries()) {
      const { fitted, rows, findings: ofTarget } = targetOf(table, name, taskOf(name), encodings, options)
      findings.push(...ofTarget)
      const inputs = encodeTable(encodings, table, rows)
      await turnOfHost(options.signal)
      const hasBins = encodings === fittedInputs
      const problem = { target: fitted.target, rows: rows.length, columns: inputs.withBins.columns, hasBins }
      const recipe = recipes?.[index] ?? recipeFor(problem, options)
      const one = { index, fitted, inputs, recipe, rows, saved: saved[index] ?? NOTHING }
      const result = await trainTarget(one, memberOptions(options, fitted), course, (underway) => {
        options.onCheckpoint?.(writeCheckpoint(digest, [...done, underway]))
      })
      trained.push(result)
      if (options.onCheckpoint !== undefined) done.push(result.save())
    }
  } catch (error) {
    for (const { used, idle } of trained) disposeAll([...used, ...idle])
    throw error
  }
  const model = new TableModel({
    schema: table.schema,
    encodings,
    targets: trained.map(({ model }) => model),
    choices: choicesOf(options, digest, trained),
    report: reportOf(table, encodings.length, trained),
    warnings: findings,
    background: backgroundOf(table, options.seed),
    unseen: trained.map((target) => unseenOf(table, target)),
  })
  return { model, targets: trained, idle: trained.flatMap(({ idle }) => idle) }
}

/** A target for the rows where it is known, or for as many of them as there is room for, which is said then */
function targetOf(
  table: Table,
  name: string,
  task: Task | undefined,
  encodings: readonly ColumnEncoding[],
  options: ResolvedOptions,
): { fitted: FittedTarget; rows: Uint32Array; findings: readonly string[] } {
  const column = columnOf(table, name)
  const schema = table.schema.find((other) => other.name === name) as ColumnSchema
  const known = labelledRows(column)
  const fitted = fitTarget(schema, column, known, task)
  const findings = task === undefined ? taskFindings(column, known, fitted.target) : []
  const rows = rowsWithRoom(known, encodings, outputsOf(fitted.target), {
    seed: options.seed,
    bytes: bytesFor(options),
  })
  if (rows.length === known.length) return { fitted, rows, findings }
  const share = `${rows.length} of ${known.length} rows, drawn with the seed`
  const finding = `target "${clip(name)}": trained on ${share}, since encoded all of them would take too much memory`
  return { fitted: fitTarget(schema, column, rows, fitted.target.task), rows, findings: [...findings, finding] }
}

/** Of whole numbers with few values: what they were taken for, and what takes them for something else */
function taskFindings(
  { kind, values }: TableColumn,
  rows: Uint32Array,
  { name, task }: FittedTarget['target'],
): string[] {
  const distinct = kind === 'number' ? fewWholeNumbers(Float64Array.from(rows, (row) => values[row])) : undefined
  if (distinct === undefined || distinct.length < 3) return []
  const [taken, other] = task === 'regression' ? ['counts', 'classification'] : ['classes', 'regression']
  return [
    `target "${clip(name)}": ${distinct.length} whole numbers, taken as ${taken}; else say that the task is ${other}`,
  ]
}

function memberOptions({ seed, threads, signal, network, train, given }: ResolvedOptions, { target }: FittedTarget) {
  const classWeights = readClassWeights(given.classWeights, target)
  return { seed, threads, signal, network, train, classWeights }
}

function columnOf(table: Table, name: string): TableColumn {
  return table.columns.get(name) as TableColumn
}

/** Rows that stand for all in explanations */
const BACKGROUND_ROWS = 32

/** Rows drawn with the seed, as they stand in the data */
function backgroundOf(table: Table, seed: number) {
  const order = new Uint32Array(table.rows)
  shuffle(order, order.length, seed, 0, TABLE_IMPORTANCE)
  const columns = table.schema.map(({ name }) => truthOf(table, name))
  const isDate = table.schema.map(({ kind }) => kind === 'date')
  const cell = (value: unknown, column: number) =>
    isDate[column] && typeof value === 'number' ? new Date(value).toISOString() : value
  return {
    columns: table.schema.map(({ name }) => name),
    rows: Array.from(order.subarray(0, BACKGROUND_ROWS), (row) =>
      columns.map((values, column) => cell(values[row], column) ?? null),
    ),
  }
}
