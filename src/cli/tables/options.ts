// What may be asked of the commands for tables.
import { MOST_THREADS } from '../../config/threads.ts'
import type { Thousands } from '../../table/numbers.ts'
import type { Only } from '../../table/options.ts'
import { columnKinds, howWritten, type ReadOptions } from '../../table/read-options.ts'
import type { Effort } from '../../table/recipe.ts'
import { learning } from '../../table/resolve-options.ts'
import type { Task } from '../../table/target.ts'
import {
  bounded,
  type CommonFlags,
  commonFlags,
  integer,
  LARGEST_SEED,
  named,
  parsed,
  quietFlag,
  text,
  time,
  toggle,
} from '../flags.ts'

/** How a table is written, where that is not to be found out */
export type ReadingFlags = Pick<ReadOptions, Exclude<keyof typeof howWritten, 'rows' | 'file' | 'flags'>>

/** `\t` is a tab; what is right beside one character, the library says. */
const character = <T extends string>({ words }: { readonly words: string }) =>
  parsed<T>({ placeholder: 'C', expects: 'a character', brief: words }, (given) => given.replaceAll('\\t', '\t') as T)

export const readingFlags = {
  format: named(howWritten.format),
  delimiter: character(howWritten.delimiter),
  quote: character<'"' | "'" | ''>(howWritten.quote),
  escape: character(howWritten.escape),
  header: { kind: 'boolean', optional: true, brief: howWritten.header.words } as const,
  encoding: text({ placeholder: 'NAME', brief: howWritten.encoding.words }),
  decimal: named(howWritten.decimal),
  thousands: character<Thousands>(howWritten.thousands),
  missing: {
    kind: 'parsed',
    optional: true,
    variadic: ',',
    parse: String,
    placeholder: 'WORDS',
    expects: 'words with commas between',
    brief: howWritten.missing.words,
  } as const,
  comment: character(howWritten.comment),
  skip: bounded(howWritten.skip),
}

/** What is learned, and how */
export interface LearningFlags extends CommonFlags, ReadingFlags {
  readonly schema?: string
  readonly rows?: number | 'all'
  readonly target?: string
  readonly columns?: string
  readonly task?: Task
  readonly effort?: Effort
  readonly only?: Only
  readonly seed?: number
  readonly threads?: number | 'auto'
  readonly quiet: boolean
}

const threadsFlag = parsed<number | 'auto'>(
  {
    placeholder: 'N',
    expects: `an integer from 1 to ${MOST_THREADS}, or auto`,
    brief: learning.threads.words,
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
    brief: howWritten.rows.words,
  },
  (given) => (given === 'all' ? given : /^[1-9]\d{0,8}$/.test(given) ? Number(given) : undefined),
)

const learningFlags = {
  target: text({
    placeholder: 'COLUMN',
    expects: 'the column to predict',
    brief: learning.target.words,
  }),
  columns: text({ placeholder: 'NAME=KIND,…', brief: `kinds of columns: ${columnKinds.join(' ')}` }),
  schema: text({ placeholder: 'FILE', brief: 'kinds of columns as JSON: what inspect --json printed' }),
  rows: rowsFlag,
  task: named(learning.task),
  effort: named(learning.effort),
  only: named(learning.only),
  seed: bounded(learning.seed),
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
  budget: time({ brief: learning.budget.words }),
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
