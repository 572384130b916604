// The worker that reads tables and trains models of them, so that 50 MB of text do not hold the page up.
import {
  type ColumnImportance,
  dialectText,
  readTable,
  type Table,
  type TableExplanation,
  type TableModel,
  type TableSource,
  trainTable,
} from 'wasmprop/table'
import { type Cell, cellAt, cellOf, textOf } from './cells.ts'
import { problemOf } from './encode.ts'
import { digestOf, fileOf, keepFile } from './files.ts'
import type { FromTable, OnePrediction, ReadTable, Requests, TakenTable, ToTable, TrainedTable } from './messages.ts'

/** Cells of a column, predicted classes and explaining columns that the page shows */
const SHOWN_CELLS = 6
const SHOWN_CLASSES = 4
const SHOWN_COLUMNS = 10

let source: Blob | string = ''
/** What was handed in last: it is read again where the browser refuses to keep it. */
let taken: { readonly digest: string; readonly file: Blob } | undefined
let table: Table | undefined
let model: TableModel | undefined

const post = (message: FromTable, transfer: Transferable[] = []) => postMessage(message, { transfer })

addEventListener('message', async ({ data }: MessageEvent<ToTable>) => {
  const { id } = data
  try {
    const value = await answer(data)
    post({ id, kind: 'result', value }, buffersOf(value))
  } catch (error) {
    post({ id, kind: 'error', message: (error as Error).message })
  }
})

/** Numbers are handed over, not copied. */
function buffersOf(value: object): Transferable[] {
  return Object.values(value).flatMap((part) => (ArrayBuffer.isView(part) ? [part.buffer as ArrayBuffer] : []))
}

function answer(request: ToTable): Promise<object> {
  if (request.name === 'take') return take(request.args)
  if (request.name === 'read') return readKept(request.args)
  if (request.name === 'encode') return encode(request.args)
  if (request.name === 'train') return train(request.id, request.args)
  if (request.name === 'report') return report(request.args)
  return predict(request.args)
}

async function take({ source: given }: Requests['take']['args']): Promise<TakenTable> {
  const file = typeof given === 'string' ? new Blob([given], { type: 'text/csv' }) : given
  const found = await read(file, {})
  const digest = await digestOf(await file.arrayBuffer())
  await keepFile(digest, file)
  taken = { digest, file }
  return { ...found, digest }
}

async function readKept({ source: kept, kinds }: Requests['read']['args']): Promise<ReadTable> {
  if ('text' in kept) return read(kept.text, kinds)
  const { name, digest } = kept
  const file = taken?.digest === digest ? taken.file : await fileOf(digest)
  if (file !== undefined) return read(file, kinds)
  throw new Error(`This run needs the file “${name}” (SHA-256 ${digest.slice(0, 12)} …): drop it here or pick it.`)
}

async function read(given: Blob | string, columns: Requests['read']['args']['kinds']): Promise<ReadTable> {
  const found = await readTable(given as TableSource, { columns })
  source = given
  table = found
  const { rows, schema, dialect } = found
  const count = Math.min(rows, SHOWN_CELLS)
  return {
    rows,
    columns: schema.map((column) => {
      const { name, kind, because, missing, distinct } = column
      const first = Array.from({ length: count }, (_, row) => textOf(cellAt(found, column, row)))
      return { name, kind, because, missing, distinct, first }
    }),
    dialect: dialect === undefined ? '' : dialectText(dialect),
  }
}

async function encode({ target, title }: Requests['encode']['args']) {
  if (table === undefined) throw new Error('no table has been read')
  return problemOf(table, target, title)
}

async function train(id: number, { targets, kinds, effort, seed }: Requests['train']['args']): Promise<TrainedTable> {
  const started = performance.now()
  const onProgress = ({ stage, fraction }: { stage: string; fraction: number }) =>
    post({ id, kind: 'progress', stage, fraction })
  // The model says which kinds were given: none are none, and one target is one, as for the command.
  const columns = Object.keys(kinds).length > 0 ? { columns: kinds } : {}
  const target = targets.length === 1 ? targets[0] : targets
  const trained = await trainTable(source as TableSource, { target, ...columns, effort, seed, onProgress })
  model?.dispose()
  model = trained
  const bytes = new TextEncoder().encode(`${JSON.stringify(trained)}\n`)
  return {
    ...scoresOf(trained),
    model: new Blob([bytes], { type: 'application/json' }),
    digest: await digestOf(bytes),
    milliseconds: performance.now() - started,
  }
}

function scoresOf({ report: { rows, inputs, targets }, choices, warnings }: TableModel) {
  const members = choices.members.filter(({ weight }) => weight > 0)
  return {
    rows,
    inputs,
    targets: targets.map(({ name, task, loss, metrics: { rows: _, baseline: __, ...metrics } }) => ({
      name,
      task,
      loss: { ...loss },
      metrics: Object.entries(metrics),
    })),
    members: members
      .map(({ target, name, weight }) => {
        const what = targets.length === 1 ? name : `${name} for ${target}`
        return `${Math.round(100 * weight)} % ${what}`
      })
      .join(', '),
    warnings: [...warnings],
  }
}

/** What makes it is loaded when it is first wanted. */
async function report({ file, command }: Requests['report']['args']): Promise<Blob> {
  if (model === undefined) throw new Error('no model has been trained')
  const [{ reportInput }, { reportPage }] = await Promise.all([
    import('../../table/report-input.ts'),
    import('../../report/page.ts'),
  ])
  const { rows, targets } = model.report
  const found = await model.importance(source as TableSource, { read: { rows } })
  const importance = Array.isArray(found) ? { [targets[0].name]: found } : (found as Record<string, ColumnImportance[]>)
  return new Blob([reportPage(reportInput(model, { source: file, command, importance }))], { type: 'text/html' })
}

/** Of the first row, with the cells that the fields of the page have instead */
async function predict({ record }: Requests['predict']['args']): Promise<readonly OnePrediction[]> {
  if (model === undefined || table === undefined) throw new Error('no model has been trained')
  const cells = cellsOf(table, record)
  const { targets } = model.report
  const areClasses = targets.every(({ task }) => task === 'classification')
  const found = {
    predictions: model.predict(cells),
    explanations: model.explain(cells),
    probabilities: areClasses ? model.predictProbabilities(cells) : {},
  }
  const of = (answers: unknown, name: string) => (targets.length === 1 ? answers : (answers as Answers)[name])
  return targets.map(({ name }) => ({
    target: name,
    prediction: wordOf(of(found.predictions, name)),
    probabilities: likeliest((of(found.probabilities, name) ?? {}) as Record<string, number>),
    explanation: withMost(of(found.explanations, name) as TableExplanation),
  }))
}

type Answers = Readonly<Record<string, unknown>>

function cellsOf(read: Table, record: Readonly<Record<string, string>>): Record<string, Cell> {
  const entries = read.schema.map((column) => {
    const { name, type } = column
    return [name, Object.hasOwn(record, name) ? cellOf(record[name], type) : cellAt(read, column, 0)] as const
  })
  return Object.fromEntries(entries)
}

const wordOf = (prediction: unknown): string =>
  typeof prediction === 'number' ? String(Number(prediction.toPrecision(6))) : String(prediction)

const likeliest = (probabilities: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(probabilities)
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN_CLASSES)

function withMost(explanation: TableExplanation): TableExplanation {
  const sorted = [...explanation.columns].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  return { ...explanation, columns: sorted.slice(0, SHOWN_COLUMNS) }
}
