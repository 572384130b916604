// wasmprop explain MODEL FILE --row N: what each column adds to one prediction.
import { readTable, type TableExplanation, type TableRecord } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { UsageError } from '../flags.ts'
import { bold, dim, print, printJson, table } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import type { ExplainFlags } from './options.ts'
import { recordsOf } from './records.ts'

export async function explain(values: ExplainFlags, MODEL: string, FILE: string): Promise<void> {
  const { row = 1 } = values
  const model = await readModelFile(MODEL)
  const source = await readTableFile(FILE)
  const records = recordsOf(await inFile(FILE, () => readTable(source)))
  if (row > records.length) throw new UsageError(`--row: expected an integer from 1 to ${records.length}, got ${row}`)
  const record = records[row - 1]
  const explanation = await inFile(FILE, () => model.explain(record))
  if (values.json) return printJson(explanation)
  const { targets } = model.report
  for (const { name } of targets) {
    const one = targets.length === 1 ? explanation : (explanation as Record<string, TableExplanation>)[name]
    tell(name, one as TableExplanation, record)
  }
}

function tell(name: string, { label, prediction, base, columns }: TableExplanation, record: TableRecord): void {
  const what =
    label === undefined ? prediction.toPrecision(5) : `${clip(label)}, probability ${prediction.toPrecision(4)}`
  print(`${bold(clip(name))}: ${what}`)
  const sorted = [...columns].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  const lines = sorted.map(({ column, contribution, error }) => [
    `  ${clip(column)}`,
    clip(String(record[column] ?? '')).slice(0, 24),
    `${contribution < 0 ? '' : '+'}${contribution.toPrecision(3)}`,
    `± ${error.toPrecision(2)}`,
  ])
  for (const line of table([['  mean of the training rows', '', base.toPrecision(4), ''], ...lines], 2)) print(line)
  print(dim(`  together ${prediction.toPrecision(5)}`))
}
