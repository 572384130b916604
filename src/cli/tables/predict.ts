// wasmprop predict MODEL FILE: predictions as CSV or JSON, block by block as the rows are read.
import Papa from 'papaparse'
import type { Table, TableModel, TargetAnswers } from 'wasmprop/table'
import { unknownWarning } from '../../table/answers.ts'
import { UsageError } from '../flags.ts'
import { warn, write } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import type { PredictFlags } from './options.ts'
import { readOptionsOf } from './reading.ts'
import { cellsOf } from './records.ts'

export async function predict(flags: PredictFlags, MODEL: string, FILE: string): Promise<void> {
  const model = await readModelFile(MODEL)
  const areClasses = model.report.targets.every(({ task }) => task === 'classification')
  if (flags.probabilities && !flags.json && !areClasses)
    throw new UsageError('--probabilities: expected a model of classes, got one of numbers')
  const source = await readTableFile(FILE, true)
  const unknown = new Map<string, number>()
  const out = flags.json ? new Document(model, areClasses) : new Csv(flags)
  await inFile(FILE, async () => {
    for await (const rows of model.readBlocks(source, readOptionsOf(FILE, flags)))
      await out.add(model.answers(rows, unknown), rows)
  })
  await out.end()
  if (flags.quiet) return
  for (const warning of model.warnings.slice(model.trainingWarnings)) warn(warning)
  for (const [name, count] of unknown) warn(unknownWarning(name, count))
}

/** The probabilities of one row by label */
function probabilitiesAt({ labels, probabilities }: TargetAnswers, row: number): Record<string, number> {
  return Object.fromEntries(
    labels.map((label, place) => [String(label), probabilities?.[row * labels.length + place] ?? 0]),
  )
}

/** `{ target, classes?, predictions, probabilities? }`; of several targets a list of names, and records by row */
class Document {
  readonly #model: TableModel
  readonly #areClasses: boolean
  /** What is said after all predictions, as bytes: these take the least room */
  readonly #probabilities: Uint8Array[] = []
  #isFirst = true

  constructor(model: TableModel, areClasses: boolean) {
    this.#model = model
    this.#areClasses = areClasses
  }

  async add(answers: readonly TargetAnswers[], { rows }: Table): Promise<void> {
    const [first] = answers
    const at = (of: (one: TargetAnswers) => unknown): unknown =>
      answers.length === 1 ? of(first) : Object.fromEntries(answers.map((one) => [one.name, of(one)]))
    const list = (of: (one: TargetAnswers, row: number) => unknown): string =>
      Array.from({ length: rows }, (_, row) => JSON.stringify(at((one) => of(one, row)))).join()
    const comma = this.#isFirst ? '' : ','
    await write(`${this.#isFirst ? this.#head(answers) : comma}${list(({ values }, row) => values[row])}`)
    if (this.#areClasses) this.#probabilities.push(new TextEncoder().encode(`${comma}${list(probabilitiesAt)}`))
    this.#isFirst = false
  }

  #head(answers: readonly TargetAnswers[]): string {
    const names = answers.map(({ name }) => name)
    const { targets } = this.#model.report
    const isOne = targets.length === 1
    const classes = isOne && this.#areClasses ? `"classes":${JSON.stringify(answers[0].labels)},` : ''
    return `{"target":${JSON.stringify(isOne ? names[0] : names)},${classes}"predictions":[`
  }

  async end(): Promise<void> {
    await write(']')
    if (this.#areClasses) {
      await write(',"probabilities":[')
      for (const piece of this.#probabilities) await write(piece)
      await write(']')
    }
    await write('}\n')
  }
}

type Column = readonly [name: string, values: readonly unknown[]]

class Csv {
  readonly #flags: PredictFlags
  #isFirst = true

  constructor(flags: PredictFlags) {
    this.#flags = flags
  }

  async add(answers: readonly TargetAnswers[], rows: Table): Promise<void> {
    const { withRows, probabilities, raw } = this.#flags
    const before = withRows ? cellsOf(rows) : []
    const taken = new Set(before.map(([name]) => name))
    const own = answers.flatMap((one) => columnsOf(one, answers.length === 1, probabilities))
    const columns: Column[] = [
      ...before,
      ...own.map(([name, values]): Column => [taken.has(name) ? `${name} (predicted)` : name, values]),
    ]
    const shown = (value: unknown) => (raw || typeof value !== 'string' ? value : withoutFormula(value))
    const fields = columns.map(([name]) => shown(name) as string)
    const data = Array.from({ length: rows.rows }, (_, row) => columns.map(([, values]) => shown(values[row])))
    await write(`${Papa.unparse({ fields, data }, { newline: '\n', header: this.#isFirst })}\n`)
    this.#isFirst = false
  }

  async end(): Promise<void> {}
}

/** The prediction, and of classes the probability of it, or of every class */
function columnsOf(one: TargetAnswers, isOne: boolean, areAll: boolean): Column[] {
  const { name, values, labels, probabilities } = one
  const prediction: Column = [name, values]
  if (probabilities === undefined) return [prediction]
  const prefix = isOne ? '' : `${name} `
  const count = labels.length
  if (areAll) {
    const column = (label: unknown, place: number): Column => [
      `${prefix}${label}`,
      values.map((_, row) => probabilities[row * count + place]),
    ]
    return [prediction, ...labels.map(column)]
  }
  const places = new Map(labels.map((label, place) => [label, place]))
  const own = values.map((value, row) => probabilities[row * count + (places.get(value) ?? 0)])
  return [prediction, [`${prefix}probability`, own]]
}

/** A cell that spreadsheets would compute begins with an apostrophe, after OWASP's advice on CSV injection. */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? `'${text}` : text
}
