// One table, written in many ways, is one table: the same columns, the same digest, the same predictions to the bit.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import Papa from 'papaparse'
import { beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../src/table/digest.ts'
import {
  dialectText,
  readTable,
  type Table,
  type TableModel,
  type TableSource,
  trainTable,
} from '../../src/table/index.ts'

const text = readFileSync(new URL('../../data/penguins.csv', import.meta.url), 'utf8')
const rows = Papa.parse<string[]>(text.trimEnd()).data
const [names, ...body] = rows

interface Writing {
  delimiter?: string
  quote?: string
  end?: string
  decimal?: string
  missing?: string
  all?: boolean
}

/** The table as another program would have written it */
function write({
  delimiter = ',',
  quote = '"',
  end = '\n',
  decimal = '.',
  missing = 'NA',
  all = false,
}: Writing): string {
  const cellOf = (cell: string) => {
    const number = /^-?\d+\.\d+$/.test(cell) ? cell.replace('.', decimal) : cell
    const shown = cell === 'NA' ? missing : number
    const isQuoted = all || shown.includes(delimiter) || shown.includes(quote) || shown.includes('\n')
    return isQuoted ? quote + shown.replaceAll(quote, quote + quote) + quote : shown
  }
  return rows.map((row) => row.map(cellOf).join(delimiter)).join(end) + end
}

const utf16 = (order: 'le' | 'be') => {
  const bytes = Buffer.from(`\uFEFF${write({})}`, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}
const bytes = new TextEncoder().encode(write({}))
/** In pieces of a prime number of bytes, so that rows and characters are cut anywhere */
async function* pieces(size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}

const variants: [string, () => TableSource, string?][] = [
  ['semicolons', () => write({ delimiter: ';' }), "--delimiter ';'"],
  ['semicolons and decimal commas', () => write({ delimiter: ';', decimal: ',' }), "--decimal ','"],
  ['tabs', () => write({ delimiter: '\t' }), "--delimiter '\\t'"],
  ['bars', () => write({ delimiter: '|' }), "--delimiter '|'"],
  ['decimal commas between commas', () => write({ decimal: ',' }), "--decimal ','"],
  ['every cell in quotes', () => write({ all: true })],
  ['single quotes', () => write({ all: true, quote: "'" }), `--quote ''\\'''`],
  ['CRLF', () => write({ end: '\r\n' })],
  ['CR', () => write({ end: '\r' })],
  ['no last line end', () => write({}).trimEnd()],
  ['blank lines at the end', () => `${write({})}\n\n`],
  ['empty cells for missing ones', () => write({ missing: '' })],
  ['another word for missing ones', () => write({ missing: 'NaN' })],
  ['a byte order mark', () => `\uFEFF${write({})}`],
  ['UTF-16 LE', () => utf16('le'), '--encoding utf-16le'],
  ['UTF-16 BE', () => utf16('be'), '--encoding utf-16be'],
  ['windows-1252', () => Buffer.from(write({}), 'latin1')],
  ['gzip', () => gzipSync(write({}))],
  ['a Blob', () => new Blob([write({})])],
  ['a stream', () => new Blob([write({})]).stream()],
  ['pieces of 7 bytes', () => pieces(7)],
  ['pieces of 4093 bytes', () => pieces(4093)],
  ['comments above', () => `# penguins\n# of Palmer Station\n${write({})}`, "--comment '#'"],
  ['a title above', () => `Penguins of Palmer Station\n\n${write({})}`, '--skip 2'],
  ['sep= above', () => `sep=;\n${write({ delimiter: ';' })}`, '--skip 1'],
]

const recordsOf = () =>
  body.map((row) => Object.fromEntries(row.map((cell, column) => [names[column], cell === 'NA' ? null : cell])))
const asValues = () =>
  recordsOf().map((record) =>
    Object.fromEntries(
      Object.entries(record).map(([name, cell]) => [name, /^-?\d+(\.\d+)?$/.test(cell ?? '') ? Number(cell) : cell]),
    ),
  )

const others: [string, () => TableSource][] = [
  ['records of text', recordsOf],
  ['records of values', asValues],
  ['rows with names', () => ({ columns: names, rows: asValues().map((record) => Object.values(record)) })],
  ['JSON', () => JSON.stringify(asValues(), undefined, 1)],
  [
    'JSON Lines',
    () =>
      asValues()
        .map((record) => JSON.stringify(record))
        .join('\n'),
  ],
  [
    'JSON Lines, gzipped',
    () =>
      gzipSync(
        asValues()
          .map((record) => JSON.stringify(record))
          .join('\n'),
      ),
  ],
]

describe('penguins.csv', () => {
  let plain: Table
  let model: TableModel
  let predictions: unknown
  beforeAll(async () => {
    plain = await readTable(text)
    model = await trainTable(text, { target: 'Species', effort: 'quick' })
    predictions = model.predictTable(await model.readTable(text))
  })

  it.each([...variants, ...others])('with %s is the same table', async (_, source, words) => {
    const table = await readTable(source())
    expect(table.columns).toEqual(plain.columns)
    expect(digestOf(table, {})).toBe(digestOf(plain, {}))
    expect(model.predictTable(await model.readTable(source()))).toEqual(predictions)
    if (words !== undefined) expect(dialectText(table.dialect!)).toContain(words)
  })
})
