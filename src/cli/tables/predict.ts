// wasmprop predict MODEL FILE: predictions as CSV or JSON.
import Papa from 'papaparse'
import type { Table, TableModel } from 'wasmprop/table'
import { UsageError } from '../flags.ts'
import { print, printJson, warn } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import type { PredictFlags } from './options.ts'
import { readOptionsOf } from './reading.ts'
import { cellsOf } from './records.ts'

/** Predictions of a target, by row */
interface Predicted {
  readonly name: string
  readonly values: readonly unknown[]
  /** Of classes: their names, and by row the probability of each */
  readonly labels: readonly string[]
  readonly probabilities?: readonly Readonly<Record<string, number>>[]
}

export async function predict(flags: PredictFlags, MODEL: string, FILE: string): Promise<void> {
  const model = await readModelFile(MODEL)
  const source = await readTableFile(FILE)
  const { rows, predicted } = await inFile(FILE, async () => {
    const table = await model.readTable(source, readOptionsOf(FILE, flags))
    return { rows: table, predicted: predictAll(model, table) }
  })
  if (!flags.quiet) for (const warning of model.warnings.slice(model.trainingWarnings)) warn(warning)
  if (flags.json) return printJson(documentOf(model, predicted))
  if (flags.probabilities && predicted.some(({ probabilities }) => probabilities === undefined))
    throw new UsageError('--probabilities: expected a model of classes, got one of numbers')
  print(csvOf(flags, flags.withRows ? cellsOf(rows) : [], predicted))
}

function predictAll(model: TableModel, table: Table): Predicted[] {
  const { targets } = model.report
  const isOne = targets.length === 1
  const predictions = model.predictTable(table)
  const areClasses = targets.every(({ task }) => task === 'classification')
  const probabilities = areClasses ? model.probabilitiesOfTable(table) : undefined
  const part = (whole: unknown, name: string) => (isOne ? whole : (whole as Record<string, unknown>)[name])
  return targets.map(({ name }) => ({
    name,
    values: predictions.map((prediction) => part(prediction, name)),
    labels: model.classes(name).map(String),
    ...(probabilities === undefined
      ? {}
      : { probabilities: probabilities.map((all) => part(all, name) as Record<string, number>) }),
  }))
}

/** `{ target, classes?, predictions, probabilities? }`; of several targets a list of names, and records by row */
function documentOf(model: TableModel, predicted: readonly Predicted[]): object {
  const [{ name, values, probabilities }] = predicted
  if (predicted.length === 1) {
    return {
      target: name,
      ...(probabilities === undefined ? {} : { classes: model.classes(name) }),
      predictions: values,
      ...(probabilities === undefined ? {} : { probabilities }),
    }
  }
  const byTarget = (of: (one: Predicted) => readonly unknown[] | undefined) =>
    values.map((_, row) => Object.fromEntries(predicted.map((one) => [one.name, of(one)?.[row]])))
  return {
    target: predicted.map((one) => one.name),
    predictions: byTarget((one) => one.values),
    ...(probabilities === undefined ? {} : { probabilities: byTarget((one) => one.probabilities) }),
  }
}

type Column = readonly [name: string, values: readonly unknown[]]

function csvOf(flags: PredictFlags, before: readonly Column[], predicted: readonly Predicted[]): string {
  const taken = new Set(before.map(([name]) => name))
  const own = predicted.flatMap((one) => columnsOf(one, predicted.length === 1, flags.probabilities))
  const columns: Column[] = [
    ...before,
    ...own.map(([name, values]): Column => [taken.has(name) ? `${name} (predicted)` : name, values]),
  ]
  const shown = (value: unknown) => (flags.raw || typeof value !== 'string' ? value : withoutFormula(value))
  const fields = columns.map(([name]) => shown(name) as string)
  const data = predicted[0].values.map((_, row) => columns.map(([, values]) => shown(values[row])))
  return Papa.unparse({ fields, data }, { newline: '\n' })
}

/** The prediction, and of classes the probability of it, or of every class */
function columnsOf({ name, values, labels, probabilities }: Predicted, isOne: boolean, areAll: boolean): Column[] {
  const prediction: Column = [name, values]
  if (probabilities === undefined) return [prediction]
  const prefix = isOne ? '' : `${name} `
  if (areAll) {
    return [prediction, ...labels.map((label): Column => [`${prefix}${label}`, probabilities.map((row) => row[label])])]
  }
  return [prediction, [`${prefix}probability`, probabilities.map((row, index) => row[String(values[index])])]]
}

/** A cell that spreadsheets would compute begins with an apostrophe, after OWASP's advice on CSV injection. */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text
}
