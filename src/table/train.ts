// trainTable: from raw rows to a model, with every choice made and said.

import { TABLE_IMPORTANCE } from '../../assembly/ids.ts'
import type { NetworkConfig } from '../config/config.ts'
import { clip, describe, didYouMean, unexpected } from '../errors.ts'
import type { Signal } from '../hosts/platform.ts'
import { shuffle } from '../numerics/random.ts'
import { checkInteger, checkName, isOptionObject, isSignal, list, readOptions } from '../options/check.ts'
import type { TrainOptions } from '../training/options.ts'
import { examine } from './doctor.ts'
import { type EnsembleOptions, type TrainedEnsemble, trainEnsemble } from './ensemble.ts'
import { encodeTable, fitInputs } from './inputs.ts'
import { TableModel, type TargetModel, truthOf } from './model.ts'
import { type ReadTableOptions, readTable, type Table, type TableSource } from './read.ts'
import { type Effort, efforts, recipeFor } from './recipe.ts'
import type { TableColumn } from './schema.ts'
import { metricsOf } from './scores.ts'
import { type FittedTarget, fitTarget, labelledRows, type Task } from './target.ts'

export interface TrainTableOptions extends ReadTableOptions {
  /** The column to predict, or several */
  target: string | readonly string[]
  /** Default: from the target's values: words and whole numbers with few values are classes */
  task?: Task | Readonly<Record<string, Task>>
  /** How much is tried: `'quick'`, `'standard'` (default) or `'thorough'` */
  effort?: Effort
  /** Options of `createNetwork` that override what is chosen for networks, not for the linear model */
  network?: Partial<Omit<NetworkConfig, 'inputs' | 'layers' | 'loss'>>
  /** Options of `train` that override what is chosen for networks */
  train?: Pick<TrainOptions, 'epochs' | 'batchSize' | 'earlyStopping'>
  /** What a class counts: `'balanced'`, or a weight by label; of targets that are classes. Default: every row counts the same */
  classWeights?: 'balanced' | Readonly<Record<string, number>>
  /** An unsigned 32-bit integer. Default 0 */
  seed?: number
  signal?: Signal
  /** Told of every network that is trained, with the share of all work that is done, from 0 to 1 */
  onProgress?: (progress: { stage: string; fraction: number }) => void
}

const names = [
  'target',
  'task',
  'columns',
  'effort',
  'network',
  'train',
  'classWeights',
  'seed',
  'signal',
  'onProgress',
] as const satisfies readonly (keyof TrainTableOptions)[]

/** Rows that stand for all in explanations */
const BACKGROUND_ROWS = 32
const LARGEST_SEED = 2 ** 32 - 1
const tasks = ['classification', 'regression'] as const

interface Resolved {
  readonly targets: readonly string[]
  readonly taskOf: (target: string) => Task | undefined
  readonly effort: Effort
  readonly seed: number
  readonly given: Record<(typeof names)[number], unknown>
}

/**
 * Trains a model of a table. Numbers, categories, dates and words are found and encoded; a linear model and networks are trained
 * over folds of the rows and averaged by how they do on rows that they never saw. The same rows, options and seed give the same
 * bits on every host. Rejects with INVALID_DATA or INVALID_SHAPE for rows that are wrong, naming line and column, with
 * INVALID_CONFIG for options.
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
  const given = readOptions(options, '', names, 'an object such as { target: "price" }')
  const table = await readTable(rows, { ...(given.columns === undefined ? {} : { columns: given.columns as never }) })
  const resolved = resolve(given, table)
  const findings = examine(table, resolved.targets)
  const trained: { model: TargetModel; result: TrainedEnsemble; rows: Uint32Array; folds: number }[] = []
  const encodings = fitInputs(table, resolved.targets, labelledRows(targetColumn(table, resolved.targets[0])))
  try {
    for (const [index, name] of resolved.targets.entries()) {
      const schema = table.schema.find((column) => column.name === name)
      const known = labelledRows(targetColumn(table, name))
      const fitted = fitTarget(schema as never, targetColumn(table, name), known, resolved.taskOf(name))
      const inputs = encodeTable(encodings, table, known)
      const recipe = recipeFor(fitted.target, known.length, inputs.withBins.columns, resolved.effort)
      const result = await trainEnsemble(recipe, inputs, fitted, ensembleOptions(resolved, fitted, index))
      trained.push({
        model: { target: fitted.target, ensemble: result.ensemble },
        result,
        rows: known,
        folds: recipe.folds,
      })
    }
  } catch (error) {
    for (const { model } of trained)
      for (const { networks } of model.ensemble.members) for (const network of networks) network.dispose()
    throw error
  }
  return new TableModel({
    schema: table.schema,
    encodings,
    targets: trained.map(({ model }) => model),
    choices: choicesOf(resolved, trained),
    report: reportOf(table, encodings.length, trained),
    warnings: findings,
    background: backgroundOf(table, resolved.seed),
  })
}

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

type Trained = { model: TargetModel; result: TrainedEnsemble; rows: Uint32Array; folds: number }[]

function choicesOf({ effort, seed }: Resolved, trained: Trained) {
  const members = trained.flatMap(({ model, result }) =>
    result.scores.members.map(({ name, weight }) => ({ target: model.target.name, name, weight })),
  )
  return { effort, seed, folds: trained.map(({ folds }) => folds), members }
}

function reportOf(table: Table, inputs: number, trained: Trained) {
  return {
    rows: table.rows,
    inputs,
    targets: trained.map(({ model: { target }, result: { scores, unseen }, rows }) => {
      const truth = truthOf(table, target.name)
      return {
        name: target.name,
        task: target.task,
        loss: { baseline: scores.baseline, linear: scores.linear, model: scores.average },
        metrics: metricsOf(
          target,
          unseen,
          Array.from(rows, (row) => truth[row]),
        ),
      }
    }),
  }
}

function targetColumn(table: Table, name: string): TableColumn {
  return table.columns.get(name) as TableColumn
}

function resolve(given: Resolved['given'], table: Table): Resolved {
  const { effort = 'standard', seed = 0, signal, network, train } = given
  const targets = readTargets(given.target, table)
  if (signal !== undefined && !isSignal(signal))
    throw unexpected('INVALID_CONFIG', 'signal', 'an AbortSignal', describe(signal))
  for (const [path, value] of Object.entries({ network, train })) {
    if (value !== undefined && !isOptionObject(value))
      throw unexpected('INVALID_CONFIG', path, 'an object with options', describe(value))
  }
  return {
    targets,
    taskOf: readTasks(given.task, targets),
    effort: checkName(effort, 'effort', efforts),
    seed: checkInteger(seed, 'seed', 0, LARGEST_SEED),
    given,
  }
}

function readTargets(value: unknown, table: Table): string[] {
  const targets = Array.isArray(value) ? [...value] : [value]
  if (targets.length === 0 || value === undefined) {
    throw unexpected(
      'INVALID_CONFIG',
      'target',
      `the name of a column: one of ${clip(list([...table.columns.keys()]))}`,
      describe(value),
    )
  }
  for (const target of targets) {
    if (typeof target === 'string' && table.columns.has(target)) continue
    const known = [...table.columns.keys()]
    const advice = (typeof target === 'string' && didYouMean(target, known)) || `; expected one of ${clip(list(known))}`
    throw unexpected('INVALID_CONFIG', 'target', 'the name of a column', `${describe(target)}${advice}`)
  }
  return targets
}

function readTasks(value: unknown, targets: readonly string[]): (target: string) => Task | undefined {
  if (value === undefined) return () => undefined
  if (!isOptionObject(value)) {
    const task = checkName(value, 'task', tasks)
    return () => task
  }
  const byTarget = readOptions(value, 'task', targets)
  return (target) => (byTarget[target] === undefined ? undefined : checkName(byTarget[target], `task.${target}`, tasks))
}

function ensembleOptions({ seed, given, targets }: Resolved, { target }: FittedTarget, index: number): EnsembleOptions {
  const { signal, network, train, onProgress, classWeights } = given
  const tell = onProgress as TrainTableOptions['onProgress']
  return {
    seed,
    ...(signal === undefined ? {} : { signal: signal as Signal }),
    ...(network === undefined ? {} : { network: network as object }),
    ...(train === undefined ? {} : { train: train as object }),
    ...(classWeights === undefined || target.task === 'regression'
      ? {}
      : { classWeights: readClassWeights(classWeights, target) }),
    ...(tell === undefined
      ? {}
      : {
          onMember: (done: number, total: number, stage: string) =>
            tell({ stage: `${target.name}: ${stage}`, fraction: (index + done / total) / targets.length }),
        }),
  }
}

function readClassWeights(value: unknown, { labels }: FittedTarget['target']): 'balanced' | number[] {
  if (value === 'balanced') return value
  if (!isOptionObject(value))
    throw unexpected(
      'INVALID_CONFIG',
      'classWeights',
      '"balanced", or an object with a weight by label',
      describe(value),
    )
  const weights = readOptions(value, 'classWeights', labels.map(String))
  return labels.map((label) => {
    const weight = weights[String(label)] ?? 1
    if (typeof weight === 'number' && weight >= 0 && weight < Infinity) return weight
    throw unexpected(
      'INVALID_CONFIG',
      `classWeights.${clip(String(label))}`,
      'a number of at least 0',
      describe(weight),
    )
  })
}
