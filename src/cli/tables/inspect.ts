// wasmprop inspect FILE: what a table or a model is.
import { dialectText, readTable, type TableModel, tableModelFromJSON } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { bold, dim, print, printJson, table } from '../terminal.ts'
import { inFile, readTableFile } from './files.ts'
import type { InspectFlags } from './options.ts'

export async function inspect(values: InspectFlags, FILE: string): Promise<void> {
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
