// wasmprop predict MODEL FILE, evaluate MODEL FILE, inspect FILE: what is done with a model, and with a table before there is one.
import Papa from 'papaparse'
import { dialectText, readTable, type TableModel, type TableProbabilities, tableModelFromJSON } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { commonRules, type Rules, UsageError, type Values } from '../arguments.ts'
import { bold, dim, print, printJson, table, warn } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import { recordsOf } from './records.ts'

export const predictUsage = [
  'predicts the rows of a table: wasmprop predict model.json rows.csv > predictions.csv',
  '',
  'Prints CSV: the target and, of classes, the probability of the one that is predicted. Cells that a spreadsheet would take for',
  "formulas begin with ' unless --raw says otherwise.",
]

export const predictRules = {
  probabilities: { type: 'flag', help: 'a column with the probability of each class' },
  'with-rows': { type: 'flag', help: 'the columns of FILE before the predictions' },
  raw: { type: 'flag', help: 'leave cells as they are, formulas as well' },
  quiet: { type: 'flag', help: 'no warnings' },
  ...commonRules,
} as const satisfies Rules

export async function predict(values: Values<typeof predictRules> & { MODEL?: string; FILE?: string }): Promise<void> {
  const { MODEL = '', FILE = '' } = values
  const model = await readModelFile(MODEL)
  const source = await readTableFile(FILE)
  const rows = await inFile(FILE, () => model.readTable(source))
  const predictions = await inFile(FILE, () => model.predictTable(rows))
  const { targets } = model.report
  const areClasses = targets.every(({ task }) => task === 'classification')
  const probabilities = areClasses ? model.probabilitiesOfTable(rows) : undefined
  if (!values.quiet) for (const warning of model.warnings.slice(model.trainingWarnings)) warn(warning)
  if (values.json) {
    printJson({
      target: targets.length === 1 ? targets[0].name : targets.map(({ name }) => name),
      ...(areClasses && targets.length === 1 ? { classes: model.classes(targets[0].name) } : {}),
      predictions,
      ...(probabilities === undefined ? {} : { probabilities }),
    })
    return
  }
  if (values.probabilities && probabilities === undefined)
    throw new UsageError('--probabilities: expected a model of classes, got one of numbers')
  const before = values['with-rows'] ? recordsOf(await inFile(FILE, () => readTable(source))) : []
  const lines = predictions.map((prediction, row) => ({
    ...before[row],
    ...(targets.length === 1 ? { [targets[0].name]: prediction } : (prediction as object)),
    ...probabilityCells(
      targets.map(({ name }) => name),
      prediction,
      probabilities?.[row],
      values.probabilities,
    ),
  }))
  const cell = (value: unknown) => (values.raw || typeof value !== 'string' ? value : neutral(value))
  const safe = lines.map((line) =>
    Object.fromEntries(Object.entries(line).map(([name, value]) => [cell(name), cell(value)])),
  )
  print(Papa.unparse(safe, { newline: '\n' }))
}

function probabilityCells(
  names: readonly string[],
  prediction: unknown,
  probabilities: TableProbabilities | undefined,
  areAll: boolean,
): Record<string, number> {
  if (probabilities === undefined) return {}
  const cells = names.flatMap((name) => {
    const ofTarget = (names.length === 1 ? probabilities : probabilities[name]) as Record<string, number>
    const prefix = names.length === 1 ? '' : `${name} `
    if (areAll) return Object.entries(ofTarget).map(([label, p]) => [`${prefix}${label}`, p] as const)
    const label = names.length === 1 ? prediction : (prediction as Record<string, unknown>)[name]
    return [[`${prefix}probability`, ofTarget[String(label)]] as const]
  })
  return Object.fromEntries(cells)
}

/** A cell that spreadsheets would compute begins with an apostrophe, after OWASP's advice on CSV injection. */
function neutral(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text
}

export const evaluateUsage = ['scores a model on rows whose target is known: wasmprop evaluate model.json test.csv']
export const evaluateRules = { ...commonRules } as const satisfies Rules

export async function evaluate(
  values: Values<typeof evaluateRules> & { MODEL?: string; FILE?: string },
): Promise<void> {
  const { MODEL = '', FILE = '' } = values
  const model = await readModelFile(MODEL)
  const source = await readTableFile(FILE)
  const scores = await inFile(FILE, () => model.evaluate(source))
  if (values.json) return printJson(scores)
  const { targets } = model.report
  for (const { name } of targets) {
    const metrics = targets.length === 1 ? scores : (scores as Record<string, object>)[name]
    print(bold(clip(name)))
    for (const line of table(
      Object.entries(metrics).map(([key, value]) => [`  ${key}`, formatNumber(value)]),
      1,
    ))
      print(line)
  }
}

function formatNumber(value: unknown): string {
  return Number.isInteger(value) ? String(value) : Number(value).toPrecision(4)
}

export const inspectUsage = ['shows what a table or a model is: wasmprop inspect penguins.csv']
export const inspectRules = { ...commonRules } as const satisfies Rules

export async function inspect(values: Values<typeof inspectRules> & { FILE?: string }): Promise<void> {
  const { FILE = '' } = values
  const source = await readTableFile(FILE)
  if (isModel(source)) return inspectModel(await inFile(FILE, () => tableModelFromJSON(source)), values.json)
  const { rows, schema, dialect } = await inFile(FILE, () => readTable(source))
  if (values.json) return printJson({ rows, dialect, schema })
  print(`${rows} rows, ${schema.length} columns`)
  if (dialect !== undefined) print(dim(`as with ${dialectText(dialect)}`))
  printSchema(schema)
}

function isModel(source: unknown): boolean {
  return typeof source === 'object' && source !== null && (source as { format?: unknown }).format === 'wasmprop-table'
}

function inspectModel(model: TableModel, isJson: boolean): void {
  const { report, choices, schema, warnings } = model
  if (isJson) {
    printJson({ report, choices, schema, warnings })
    return
  }
  for (const { name, task, loss } of report.targets) {
    print(
      `${bold(clip(name))}: ${task}, ${report.rows} rows, loss ${loss.model.toPrecision(4)} (linear ${loss.linear.toPrecision(4)}, baseline ${loss.baseline.toPrecision(4)})`,
    )
  }
  printSchema(schema)
}

function printSchema(schema: TableModel['schema']): void {
  const lines = schema.map(({ name, kind, because, missing }) => [
    clip(name),
    kind,
    missing === 0 ? '' : `${missing} missing`,
    dim(because),
  ])
  for (const line of table([['column', 'kind', '', ''], ...lines], 4)) print(line)
}
