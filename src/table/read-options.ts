// What a caller says of how a table is written, checked; what is not said is found out.
import { describe, unexpected } from '../errors.ts'
import { checkBoolean, checkInteger, checkName, readOptions } from '../options/check.ts'
import { checkEncoding } from './encodings.ts'
import { type Thousands, thousandsMarks } from './numbers.ts'
import { plainCopy, withoutPrototype } from './plain.ts'

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

const names = [
  'format',
  'delimiter',
  'quote',
  'escape',
  'header',
  'encoding',
  'decimal',
  'thousands',
  'missing',
  'comment',
  'skip',
  'rows',
  'file',
  'flags',
] as const satisfies readonly (keyof ReadOptions)[]

export const tableFormats = ['csv', 'json', 'jsonl', 'parquet'] as const
const MOST_LINES_SKIPPED = 2 ** 31 - 1

const LF = 10
const CR = 13

type Checks = { readonly [Name in (typeof names)[number]]: (value: unknown, path: string) => ReadOptions[Name] }

const checks: Checks = {
  format: (value, path) => checkName(value, path, tableFormats),
  delimiter: (value, path) => checkCharacter(value, path, 'one character, such as ";" or "\\t"'),
  quote: (value, path) => checkName(value, path, ['"', "'", ''] as const),
  escape: (value, path) => checkCharacter(value, path, 'one character: the quote itself or "\\\\"'),
  header: checkBoolean,
  encoding: checkEncoding,
  decimal: (value, path) => checkName(value, path, ['.', ','] as const),
  thousands: (value, path) => checkName(value, path, thousandsMarks),
  missing: checkWords,
  comment: (value, path) => (value === '' ? '' : checkCharacter(value, path, 'one character, such as "#"')),
  skip: (value, path) => checkInteger(value, path, 0, MOST_LINES_SKIPPED),
  rows: (value, path) => (value === 'all' ? value : checkInteger(value, path, 1, MOST_LINES_SKIPPED)),
  file: checkText,
  flags: checkBoolean,
}

/** `path`: what the caller wrote the options in, `read` */
export function checkReadOptions(value: unknown, path = 'read'): ReadOptions {
  if (value === undefined) return withoutPrototype({})
  const given = readOptions(plainCopy(value, path), path, names)
  const checked = names.flatMap((name) =>
    given[name] === undefined ? [] : [[name, checks[name](given[name], `${path}.${name}`)] as const],
  )
  const options: ReadOptions = withoutPrototype(Object.fromEntries(checked))
  const { decimal, delimiter, quote, thousands } = options
  const marks = [delimiter, quote, options.comment].filter((mark) => mark !== undefined && mark !== '')
  if (new Set(marks).size < marks.length)
    throw unexpected(
      'INVALID_CONFIG',
      `${path}.delimiter`,
      'another character than the quote and the comment',
      describe(delimiter),
    )
  if (decimal !== undefined && decimal === thousands)
    throw unexpected(
      'INVALID_CONFIG',
      `${path}.thousands`,
      'another character than the decimal one',
      describe(thousands),
    )
  return options
}

/** One byte in UTF-8, and none that ends a line */
function checkCharacter(value: unknown, path: string, expected: string): string {
  const code = typeof value === 'string' && value.length === 1 ? value.charCodeAt(0) : 0
  if (code > 0 && code < 0x7f && code !== LF && code !== CR) return value as string
  throw unexpected('INVALID_CONFIG', path, `${expected} of ASCII`, describe(value))
}

function checkText(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw unexpected('INVALID_CONFIG', path, 'a string', describe(value))
}

function checkWords(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return Array.from(value, (word, index) => checkText(word, `${path}[${index}]`).trim())
  throw unexpected('INVALID_CONFIG', path, 'an array of words such as ["n/a"]', describe(value))
}
