// wasmprop inspect FILE: what a table or a model is.
import { dialectText, readTable, type TableModel, tableModelFromJSON } from 'wasmprop/table'
import { dim, paragraph, print, printJson } from '../terminal.ts'
import { inFile, readTableFile } from './files.ts'
import type { InspectFlags } from './options.ts'
import { modelLines, schemaLines } from './words.ts'

export async function inspect(values: InspectFlags, FILE: string): Promise<void> {
  const source = await readTableFile(FILE)
  if (isModel(source)) return inspectModel(await inFile(FILE, () => tableModelFromJSON(source)), values.json)
  const { rows, schema, dialect } = await inFile(FILE, () => readTable(source))
  if (values.json) return printJson({ rows, dialect, schema })
  print(`${rows} rows, ${schema.length} columns`)
  if (dialect !== undefined) print(dim(paragraph(`as with ${dialectText(dialect)}`).join('\n')))
  for (const line of schemaLines(schema)) print(line)
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
  for (const line of modelLines(model)) print(line)
  for (const line of schemaLines(schema)) print(line)
}
