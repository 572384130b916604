// wasmprop explain MODEL FILE --row N: what each column adds to one prediction.
import type { TableExplanation, TableRecord } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { UsageError } from '../flags.ts'
import { bold, dim, isNarrow, paragraph, print, printJson, table, width } from '../terminal.ts'
import { inFile, readModelFile, readTableFile } from './files.ts'
import type { ExplainFlags } from './options.ts'
import { readOptionsOf } from './reading.ts'
import { recordAt } from './records.ts'
import { cell } from './words.ts'

export async function explain(flags: ExplainFlags, MODEL: string, FILE: string): Promise<void> {
  const { row = 1, json } = flags
  const model = await readModelFile(MODEL)
  const source = await readTableFile(FILE)
  const rows = await inFile(FILE, () => model.readTable(source, readOptionsOf(FILE, flags)))
  if (row > rows.rows) throw new UsageError(`--row: expected an integer from 1 to ${rows.rows}, got ${row}`)
  const record = recordAt(rows, row - 1)
  const explanation = await inFile(FILE, () => model.explain(record))
  if (json) return printJson(explanation)
  const { targets } = model.report
  for (const { name } of targets) {
    const one = targets.length === 1 ? explanation : (explanation as Record<string, TableExplanation>)[name]
    tell(name, one as TableExplanation, record)
  }
}

function tell(name: string, { label, prediction, base, columns }: TableExplanation, record: TableRecord): void {
  const digits = decimalsOf([base, prediction, ...columns.map(({ contribution }) => contribution)])
  const what = label === undefined ? prediction.toFixed(digits) : `${clip(label)}, probability ${prediction.toFixed(4)}`
  print(paragraph(`${bold(clip(name))}: ${what}`).join('\n'))
  const sorted = [...columns].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  const numbers = sorted.map(({ contribution, error }) => [
    `${contribution < 0 ? '' : '+'}${contribution.toFixed(digits)}`,
    ...(isNarrow ? [] : [`± ${error.toFixed(digits)}`]),
  ])
  const taken = Math.max(...numbers.map((pair) => pair.join('  ').length)) + 6
  // What the numbers leave is shared by names and cells; where that is little, names need more of it.
  const room = Math.max(6, Math.floor((width - taken) * (isNarrow ? 0.6 : 0.5)))
  const lines = sorted.map(({ column }, index) => [
    `  ${cell(column, room)}`,
    cell(String(record[column] ?? '–'), Math.min(24, width - taken - room)),
    ...numbers[index],
  ])
  const start = isNarrow ? '  mean' : '  mean of the training rows'
  const first = [start, '', base.toFixed(digits), ...(isNarrow ? [] : [''])]
  for (const line of table([first, ...lines], 2)) print(line)
  print(dim(`  together ${prediction.toFixed(digits)}`))
}

/** As many decimals as give the largest of the numbers four digits */
function decimalsOf(numbers: readonly number[]): number {
  const largest = Math.max(...numbers.map(Math.abs))
  return largest > 0 && largest < Infinity ? Math.max(0, Math.min(12, 4 - Math.ceil(Math.log10(largest)))) : 0
}
