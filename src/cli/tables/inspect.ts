// wasmprop inspect FILE: what a table or a model is.
import { dialectText, readTable, type TableModel, type TableSource, tableModelFromJSON } from 'wasmprop/table'
import { dim, paragraph, print, printJson } from '../terminal.ts'
import { inFile, readTableFile } from './files.ts'
import type { InspectFlags } from './options.ts'
import { readOptionsOf } from './reading.ts'
import { modelLines, schemaLines } from './words.ts'

export async function inspect(values: InspectFlags, FILE: string): Promise<void> {
  const source = await readTableFile(FILE)
  const text = await modelText(source)
  if (text !== undefined) return inspectModel(await inFile(FILE, () => tableModelFromJSON(text)), values.json)
  const { rows, schema, dialect } = await inFile(FILE, () => readTable(source, { read: readOptionsOf(FILE, values) }))
  if (values.json) return printJson({ rows, dialect, schema })
  print(`${rows} rows, ${schema.length} columns`)
  if (dialect !== undefined) print(dim(paragraph(`as with ${dialectText(dialect)}`).join('\n')))
  for (const line of schemaLines(schema)) print(line)
}

/** As much of a file as shows whether it is a model */
const HEAD = 200

async function modelText(source: TableSource): Promise<string | undefined> {
  const blob = source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>])
  const isModel = /^\s*\{\s*"format"\s*:\s*"wasmprop-table"/.test(await blob.slice(0, HEAD).text())
  return isModel ? blob.text() : undefined
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
