// What a caller says of how a table is written, checked; what is not said is found out.
import { checkInteger, checkOptions, outermost, refuse } from '../options/check.ts'
import { type AnyOption, bare, type Path } from '../options/option.ts'
import { checkEncoding } from './encodings.ts'
import { type Thousands, thousandsMarks } from './numbers.ts'
import { plainCopy, withoutPrototype } from './plain.ts'

export const columnKinds = ['number', 'category', 'boolean', 'date', 'identifier', 'text', 'ignore'] as const
export type ColumnKind = (typeof columnKinds)[number]

/** How a table is written, as far as it is not to be found out */
export interface ReadOptions {
  /** Default: by the first bytes */
  format?: 'csv' | 'json' | 'jsonl' | 'parquet'
  /** One character between cells */
  delimiter?: string
  /** What cells stand in that hold delimiters or line ends; '' for none */
  quote?: '"' | "'" | ''
  /** What a quote within quotes is written after: the quote itself (default) or a backslash */
  escape?: string
  /** Whether the first row has the names of the columns */
  header?: boolean
  /** A name that `TextDecoder` knows. Default: by the byte order mark, else UTF-8 where it can be, else windows-1252 */
  encoding?: string
  decimal?: '.' | ','
  /** Between groups of three digits; '' for none */
  thousands?: Thousands
  /** Words for no value, besides those that are known: '', NA, n/a, NaN, null, ? and more */
  missing?: readonly string[]
  /** Lines that begin with this character are skipped; '' for none */
  comment?: string
  /** Lines above the table that are skipped */
  skip?: number
  /**
   * Most rows: of more a sample is drawn, with the seed of the training. Default: `'all'`; where a table is trained on, as many as
   * have 4,194,304 cells
   */
  rows?: number | 'all'
  /** The file's name, for messages. Default: that of a `File` */
  file?: string
  /** Whether advice in messages is spelt as the command's options. Default false */
  flags?: boolean
}

export const tableFormats = ['csv', 'json', 'jsonl', 'parquet'] as const
const MOST_LINES_SKIPPED = 2 ** 31 - 1

const LF = 10
const CR = 13

/** Of `ReadOptions`: the command makes its flags of them as well. */
export const howWritten = bare({
  format: { kind: 'name', names: tableFormats, words: 'what FILE is (by its first bytes)' },
  delimiter: {
    check: (value, where) => checkCharacter(value, where, 'one character, such as ";" or "\\t"'),
    words: 'between cells, \\t for a tab (found out)',
  },
  quote: {
    kind: 'name',
    names: ['"', "'", ''],
    words: "around cells with delimiters in them; '' for none (found out)",
  },
  escape: {
    check: (value, where) => checkCharacter(value, where, 'one character: the quote itself or "\\\\"'),
    words: 'before a quote within quotes (the quote itself, or found out)',
  },
  header: { kind: 'boolean', words: 'the first row has names; --no-header: it has data (found out)' },
  encoding: { check: checkEncoding, words: 'utf-8, utf-16le, windows-1252 … (found out)' },
  decimal: { kind: 'name', names: ['.', ','], words: 'mark before decimals (found out)' },
  thousands: { kind: 'name', names: thousandsMarks, words: "between groups of digits; '' for none (found out)" },
  missing: { check: checkWords, words: 'cells that are no value, besides NA, n/a, null …; with commas between' },
  comment: {
    check: (value, where) => (value === '' ? '' : checkCharacter(value, where, 'one character, such as "#"')),
    words: "lines that begin so are skipped; '' for none (found out)",
  },
  skip: { kind: 'integer', min: 0, max: MOST_LINES_SKIPPED, words: 'lines above the table (0)' },
  rows: {
    check: (value, where) => (value === 'all' ? value : checkInteger(value, where, 1, MOST_LINES_SKIPPED)),
    words: 'train on a sample of so many rows (all, up to 4,194,304 cells)',
  },
  file: { check: checkText },
  flags: { kind: 'boolean' },
} as const satisfies Record<keyof ReadOptions, AnyOption>)

/** What is set of them. `path`: what the caller wrote them in, `read` */
export function checkReadOptions(value: unknown, path = 'read'): ReadOptions {
  if (value === undefined) return withoutPrototype({})
  const checked = checkOptions(plainCopy(value, path), outermost.at(path), howWritten)
  const set = Object.entries(checked).filter(([, option]) => option !== undefined)
  const options: ReadOptions = withoutPrototype(Object.fromEntries(set))
  const { decimal, delimiter, quote, thousands, comment } = options
  const marks = [delimiter, quote, comment].filter((mark) => mark !== undefined && mark !== '')
  if (new Set(marks).size < marks.length) {
    refuse(`${path}.delimiter`, 'another character than the quote and the comment', delimiter)
  }
  if (decimal !== undefined && decimal === thousands) {
    refuse(`${path}.thousands`, 'another character than the decimal one', thousands)
  }
  return options
}

/** One byte in UTF-8, and none that ends a line */
function checkCharacter(value: unknown, path: Path, expected: string): string {
  const code = typeof value === 'string' && value.length === 1 ? value.charCodeAt(0) : 0
  if (code > 0 && code < 0x7f && code !== LF && code !== CR) return value as string
  return refuse(path, `${expected} of ASCII`, value)
}

function checkText(value: unknown, path: Path): string {
  if (typeof value === 'string') return value
  return refuse(path, 'a string', value)
}

function checkWords(value: unknown, path: Path): string[] {
  if (Array.isArray(value)) return Array.from(value, (word, index) => checkText(word, `${path}[${index}]`).trim())
  return refuse(path, 'an array of words such as ["n/a"]', value)
}
