// What may be asked of the commands for tables.
import {
  type CommonFlags,
  commonFlags,
  integer,
  LARGEST_SEED,
  oneOf,
  parsed,
  quietFlag,
  text,
  time,
  toggle,
} from '../flags.ts'

const kinds = 'number category boolean date identifier text ignore'

/** How a table is written, where that is not to be found out */
export interface ReadingFlags {
  readonly format?: 'csv' | 'json' | 'jsonl' | 'parquet'
  readonly delimiter?: string
  readonly quote?: string
  readonly escape?: string
  readonly header?: boolean
  readonly encoding?: string
  readonly decimal?: '.' | ','
  readonly thousands?: string
  readonly missing?: readonly string[]
  readonly comment?: string
  readonly skip?: number
}

/** `\t` is a tab; what is right beside one character, the library says. */
const character = (brief: string) =>
  parsed<string>({ placeholder: 'C', expects: 'a character', brief }, (given) => given.replaceAll('\\t', '\t'))

const readingFlags = {
  format: oneOf(['csv', 'json', 'jsonl', 'parquet'], 'what FILE is (by its first bytes)'),
  delimiter: character('between cells, \\t for a tab (found out)'),
  quote: character("around cells with delimiters in them; '' for none (found out)"),
  escape: character('before a quote within quotes (the quote itself, or found out)'),
  header: {
    kind: 'boolean',
    optional: true,
    brief: 'the first row has names; --no-header: it has data (found out)',
  } as const,
  encoding: text({ placeholder: 'NAME', brief: 'utf-8, utf-16le, windows-1252 … (found out)' }),
  decimal: oneOf(['.', ','], 'mark before decimals (found out)'),
  thousands: character("between groups of digits; '' for none (found out)"),
  missing: {
    kind: 'parsed',
    optional: true,
    variadic: ',',
    parse: String,
    placeholder: 'WORDS',
    expects: 'words with commas between',
    brief: 'cells that are no value, besides NA, n/a, null …; with commas between',
  } as const,
  comment: character("lines that begin so are skipped; '' for none (found out)"),
  skip: integer(0, 2 ** 31 - 1, { brief: 'lines above the table (0)' }),
}

/** What is learned, and how */
export interface LearningFlags extends CommonFlags, ReadingFlags {
  readonly schema?: string
  readonly rows?: number | 'all'
  readonly target?: string
  readonly columns?: string
  readonly task?: 'classification' | 'regression'
  readonly effort?: 'quick' | 'standard' | 'thorough'
  readonly only?: 'linear' | 'network'
  readonly seed?: number
  readonly threads?: number | 'auto'
  readonly quiet: boolean
}

const MOST_THREADS = 64
const threadsFlag = parsed<number | 'auto'>(
  {
    placeholder: 'N',
    expects: `an integer from 1 to ${MOST_THREADS}, or auto`,
    brief: 'that networks are divided over, with the same bits (auto)',
  },
  (given) => {
    const count = /^\d+$/.test(given) ? Number(given) : Number.NaN
    return given === 'auto' ? given : count >= 1 && count <= MOST_THREADS ? count : undefined
  },
)

const rowsFlag = parsed<number | 'all'>(
  {
    placeholder: 'N',
    expects: 'an integer of at least 1, or all',
    brief: 'train on a sample of so many rows (all, up to 4,194,304 cells)',
  },
  (given) => (given === 'all' ? given : /^[1-9]\d{0,8}$/.test(given) ? Number(given) : undefined),
)

const learningFlags = {
  target: text({
    placeholder: 'COLUMN',
    expects: 'the column to predict',
    brief: 'what is to be predicted; several with commas between',
  }),
  columns: text({ placeholder: 'NAME=KIND,…', brief: `kinds of columns: ${kinds}` }),
  schema: text({ placeholder: 'FILE', brief: 'kinds of columns as JSON: what inspect --json printed' }),
  rows: rowsFlag,
  task: oneOf(['classification', 'regression'], 'what the target is, where its values do not say it'),
  effort: oneOf(['quick', 'standard', 'thorough'], 'how much is tried (standard)'),
  only: oneOf(['linear', 'network'], 'nothing but linear models, or none'),
  seed: integer(0, LARGEST_SEED, { brief: 'of everything random (0)' }),
  threads: threadsFlag,
  ...readingFlags,
}

export interface TrainFlags extends LearningFlags {
  readonly out?: string
  readonly report?: string
  readonly budget?: number
  readonly resume: boolean
  readonly force: boolean
}

export const trainFlags = {
  ...learningFlags,
  out: text({ placeholder: 'FILE', brief: 'where the model goes (model.json)' }),
  report: text({ placeholder: 'FILE', brief: 'a page that shows what was trained, and how good it is' }),
  budget: time({ brief: 'do the best that can be done in this time' }),
  resume: toggle('go on with a training that Ctrl-C stopped'),
  force: toggle('write over files that are there'),
  quiet: quietFlag,
  ...commonFlags,
}

export interface CompareFlags extends LearningFlags {
  readonly folds?: number
}

export const compareFlags = {
  ...learningFlags,
  folds: integer(2, 100, { brief: 'parts that the rows are divided into (5)' }),
  quiet: quietFlag,
  ...commonFlags,
}

export interface VerifyFlags extends CommonFlags, ReadingFlags {
  readonly threads?: number | 'auto'
  readonly quiet: boolean
}

export const verifyFlags = { threads: threadsFlag, quiet: quietFlag, ...readingFlags, ...commonFlags }

export interface PredictFlags extends CommonFlags, ReadingFlags {
  readonly probabilities: boolean
  readonly withRows: boolean
  readonly raw: boolean
  readonly quiet: boolean
}

export const predictFlags = {
  probabilities: toggle('a column with the probability of each class'),
  withRows: toggle('the columns of FILE before the predictions'),
  raw: toggle('leave cells as they are, formulas as well'),
  quiet: quietFlag,
  ...readingFlags,
  ...commonFlags,
}

export interface EvaluateFlags extends CommonFlags, ReadingFlags {}
export const evaluateFlags = { ...readingFlags, ...commonFlags }

export interface InspectFlags extends CommonFlags, ReadingFlags {}
export const inspectFlags = { ...readingFlags, ...commonFlags }

export interface ExplainFlags extends CommonFlags, ReadingFlags {
  readonly row?: number
}

export const explainFlags = {
  row: integer(1, LARGEST_SEED, { brief: 'the row of FILE, counted from 1 (1)' }),
  ...readingFlags,
  ...commonFlags,
}
