// The worker that reads tables and trains models of them, so that 50 MB of text do not hold the page up.
import {
  type ColumnImportance,
  dialectText,
  readTable,
  type Table,
  type TableModel,
  type TablePrediction,
  trainTable,
} from 'wasmprop/table'
import { problemOf } from './encode.ts'
import type { FromTable, OnePrediction, ReadTable, Requests, ToTable, TrainedTable } from './messages.ts'

const PREVIEW_ROWS = 6

let source: Blob | string = ''
let table: Table | undefined
let model: TableModel | undefined

const post = (message: FromTable, transfer: Transferable[] = []) => postMessage(message, { transfer })

addEventListener('message', async ({ data }: MessageEvent<ToTable>) => {
  const { id } = data
  try {
    const value = await answer(data)
    post({ id, kind: 'result', value })
  } catch (error) {
    post({ id, kind: 'error', message: (error as Error).message })
  }
})

function answer(request: ToTable): Promise<unknown> {
  if (request.name === 'read') return read(request.args)
  if (request.name === 'encode') return encode(request.args)
  if (request.name === 'train') return train(request.id, request.args)
  if (request.name === 'report') return report(request.args)
  return predict(request.args)
}

async function read({ source: given, kinds }: Requests['read']['args']): Promise<ReadTable> {
  const found = await readTable(given, { columns: kinds })
  source = given
  table = found
  const { rows, schema, dialect } = found
  return { rows, schema, dialect: dialect === undefined ? '' : dialectText(dialect), preview: previewOf(found) }
}

function previewOf({ rows, schema, columns }: Table): string[][] {
  return Array.from({ length: Math.min(rows, PREVIEW_ROWS) }, (_, row) =>
    schema.map(({ name, categories }) => {
      const value = columns.get(name)?.values[row]
      if (value === undefined || Number.isNaN(value)) return ''
      return String(categories === undefined ? value : categories[value as number])
    }),
  )
}

async function encode({ target, title }: Requests['encode']['args']) {
  if (table === undefined) throw new Error('no table has been read')
  return problemOf(table, target, title)
}

async function train(id: number, { target, kinds, effort, seed }: Requests['train']['args']): Promise<TrainedTable> {
  const started = performance.now()
  const onProgress = (progress: { stage: string; fraction: number }) => post({ id, kind: 'progress', ...progress })
  // The model says which kinds were given: none are none, as for the command.
  const columns = Object.keys(kinds).length > 0 ? { columns: kinds } : {}
  const trained = await trainTable(source, { target, ...columns, effort, seed, onProgress })
  model?.dispose()
  model = trained
  const json = `${JSON.stringify(trained)}\n`
  const { report, choices } = trained
  const digest = await digestOf(new TextEncoder().encode(json))
  const milliseconds = performance.now() - started
  return { report, choices, warnings: [...trained.warnings], json, digest, milliseconds }
}

/** What makes it is loaded when it is first wanted. */
async function report({ file, command }: Requests['report']['args']): Promise<string> {
  if (model === undefined) throw new Error('no model has been trained')
  const [{ reportInput }, { reportPage }] = await Promise.all([
    import('../../report/of-model.ts'),
    import('../../report/page.ts'),
  ])
  const [{ name }] = model.report.targets
  const importance = { [name]: (await model.importance(source)) as ColumnImportance[] }
  return reportPage(reportInput(model, { source: file, command, importance }))
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Cells as the fields of the page have them: texts, of which those of number columns are numbers */
async function predict({ record }: Requests['predict']['args']): Promise<OnePrediction> {
  if (model === undefined) throw new Error('no model has been trained')
  const numbers = new Set(model.schema.filter(({ type }) => type === 'number').map(({ name }) => name))
  const entries = Object.entries(record).map(([name, text]) => {
    const value = text.trim() === '' ? null : numbers.has(name) ? Number(text) : text
    return [name, value]
  })
  const cells = Object.fromEntries(entries)
  const isClasses = model.report.targets[0].task === 'classification'
  const probabilities = isClasses ? (Object.entries(model.predictProbabilities(cells)) as [string, number][]) : []
  return {
    prediction: wordOf(model.predict(cells)),
    probabilities: probabilities.sort((a, b) => b[1] - a[1]),
    explanation: model.explain(cells) as OnePrediction['explanation'],
  }
}

const wordOf = (prediction: TablePrediction): string =>
  typeof prediction === 'number' ? String(Number(prediction.toPrecision(6))) : String(prediction)
