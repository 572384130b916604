// wasmprop predict MODEL FILE: predictions as CSV or JSON.
import Papa from 'papaparse'
import { readTable, type TableProbabilities } from 'wasmprop/table'
import { UsageError } from '../flags.ts'
import { print, printJson, warn } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import type { PredictFlags } from './options.ts'
import { recordsOf } from './records.ts'

export async function predict(values: PredictFlags, MODEL: string, FILE: string): Promise<void> {
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
  const before = values.withRows ? recordsOf(await inFile(FILE, () => readTable(source))) : []
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
