// The storm over readTable: text with delimiters as it should not be, drawn with the seed. Whatever it is, the answer is a table
// that fits together or an error of the library that says where; and the same one however the bytes are cut into pieces.
import { WasmpropError } from '../../src/errors.ts'
import { readTable, type Table } from '../../src/table/index.ts'
import { Chance } from './chance.ts'

const LARGEST = 4096
/** Where something is: a line, a column, or a part of what was handed in */
const PLACE = /line \d+|column "|header|rows|expected text|gzip/

const WORDS = [
  'a',
  'b c',
  'Müller',
  '日本',
  '👩‍👩‍👧',
  '\u00e9',
  '"q"',
  "it's",
  '<b>',
  '=1+1',
  '\u001b[31m',
  '\u202e',
  '__proto__',
  'x'.repeat(300),
]
const NUMBERS = [
  '1',
  '-2.5',
  '1e400',
  '1e-400',
  '.5',
  '5.',
  '+3',
  '0x10',
  '007',
  '1,234',
  '1.234,5',
  '12%',
  '$3',
  '(4)',
  '−5',
  '1_000',
]
const OTHERS = [
  '',
  'NA',
  'n/a',
  '?',
  '-',
  'true',
  'no',
  '2024-02-30',
  '31.12.2024',
  '1/2/2024',
  '12:30',
  '20240131',
  'Jan 5, 2024',
  ' ',
  '\t',
  '#',
  '\\',
  '\u0000',
]
const BYTES = [
  0, 9, 10, 13, 34, 39, 44, 59, 92, 124, 32, 35, 0x1f, 0x8b, 0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x80, 0xc3, 0x5b, 0x7b,
]

export interface CsvFinding {
  readonly input: number
  readonly what: string
  readonly text: string
}

export async function stormCsv({ seed, inputs }: { seed: number; inputs: number }): Promise<CsvFinding | undefined> {
  const chance = new Chance(seed)
  for (let input = 0; input < inputs; input++) {
    const bytes = draw(chance)
    if (bytes.length === 0) continue // no pieces: nothing says that it is text
    const what = await tryOne(bytes, chance)
    if (what !== undefined) return { input, what, text: JSON.stringify(new TextDecoder('latin1').decode(bytes)) }
  }
  return undefined
}

function draw(chance: Chance): Uint8Array {
  const delimiter = chance.one([',', ',', ';', '\t', '|', ':', ' '])
  const quote = chance.one(['"', '"', "'"])
  const end = chance.one(['\n', '\r\n', '\r'])
  const width = 1 + chance.below(6)
  const pool = chance.one([WORDS, NUMBERS, NUMBERS, OTHERS, [...WORDS, ...NUMBERS, ...OTHERS]])
  const cell = () => {
    const text = chance.one(pool)
    return chance.is(0.2) ? quote + text.replaceAll(quote, chance.is(0.8) ? quote + quote : quote) + quote : text
  }
  const row = () => Array.from({ length: chance.is(0.97) ? width : 1 + chance.below(8) }, cell).join(delimiter)
  const header = Array.from({ length: width }, (_, column) => `x${column}`).join(delimiter)
  const lines = [...(chance.is(0.8) ? [header] : []), ...Array.from({ length: chance.below(20) }, row)]
  const text = chance.one(['', '', '', '\uFEFF', '# c\n', 'sep=;\n', '[', '{"a":1}\n']) + lines.join(end)
  return mutate(Buffer.from(text, chance.one(['utf8', 'utf8', 'utf8', 'latin1', 'utf16le'])), chance)
}

function mutate(bytes: Buffer, chance: Chance): Uint8Array {
  const list = [...bytes.subarray(0, LARGEST)]
  for (let count = chance.is(0.5) ? 0 : chance.below(6); count > 0; count--) {
    const at = chance.below(list.length + 1)
    const byte = chance.is(0.8) ? chance.one(BYTES) : chance.below(256)
    const [removed, added] = chance.one([
      [0, [byte]],
      [1, [byte]],
      [chance.below(8), []],
    ] as const)
    list.splice(at, removed, ...added)
  }
  return Uint8Array.from(list.slice(0, LARGEST), (byte) => byte ?? 0)
}

/** What is wrong with the answer; undefined where nothing is */
async function tryOne(bytes: Uint8Array, chance: Chance): Promise<string | undefined> {
  const whole = await answerTo(bytes)
  if (typeof whole === 'string' && !whole.startsWith('refused')) return whole
  const inPieces = await answerTo(pieces(bytes, 1 + chance.below(64)))
  const [a, b] = [whole, inPieces].map((answer) =>
    JSON.stringify(typeof answer === 'string' ? answer : fingerprint(answer)),
  )
  return a === b ? undefined : `in pieces another answer: ${a} and ${b}`
}

async function answerTo(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<Table | string> {
  try {
    const table = await readTable(source)
    return faultIn(table) ?? table
  } catch (error) {
    if (!(error instanceof WasmpropError)) return `threw ${String((error as Error)?.stack ?? error)}`
    if (!PLACE.test(error.message)) return `an error without a place: ${error.message}`
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
    if (/[\u0000-\u001f\u007f-\u009f]/.test(error.message)) return `an error with control characters: ${error.message}`
    return `refused: ${error.message}`
  }
}

function faultIn({ rows, schema, columns }: Table): string | undefined {
  if (schema.length !== columns.size) return `${schema.length} columns in the schema, ${columns.size} in the table`
  for (const { name, categories } of schema) {
    const { values = [], kind } = columns.get(name) ?? {}
    if (values.length !== rows) return `${values.length} values of ${rows} rows in ${name}`
    if (!(values instanceof Float64Array)) continue
    if (values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) return `an infinity in ${name}`
    const places = categories?.length ?? 0
    const isPlace = (value: number) => Number.isNaN(value) || (value >= 0 && value < places)
    if ((kind === 'category' || kind === 'boolean') && !values.every(isPlace)) return `no place in ${name}`
  }
  return undefined
}

function fingerprint({ rows, schema, columns, dialect }: Table): unknown {
  return [
    rows,
    schema,
    [...columns].map(([name, { values }]) => [name, Array.from(values as ArrayLike<unknown>, String)]),
    dialect,
  ]
}

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size)
}
