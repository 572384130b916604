// What may be asked of the commands for tables.
import { type CommonFlags, commonFlags, integer, LARGEST_SEED, oneOf, quietFlag, text, toggle } from '../flags.ts'

const kinds = 'number category boolean date identifier text ignore'

/** What is learned, and how */
interface LearningFlags extends CommonFlags {
  readonly target?: string
  readonly columns?: string
  readonly task?: 'classification' | 'regression'
  readonly effort?: 'quick' | 'standard' | 'thorough'
  readonly seed?: number
  readonly quiet: boolean
}

const learningFlags = {
  target: text({
    placeholder: 'COLUMN',
    expects: 'the column to predict',
    brief: 'what is to be predicted; several with commas between',
  }),
  columns: text({ placeholder: 'NAME=KIND,…', brief: `kinds of columns: ${kinds}` }),
  task: oneOf(['classification', 'regression'], 'what the target is, where its values do not say it'),
  effort: oneOf(['quick', 'standard', 'thorough'], 'how much is tried (standard)'),
  seed: integer(0, LARGEST_SEED, { brief: 'of everything random (0)' }),
}

export interface TrainFlags extends LearningFlags {
  readonly out?: string
  readonly report?: string
  readonly force: boolean
}

export const trainFlags = {
  ...learningFlags,
  out: text({ placeholder: 'FILE', brief: 'where the model goes (model.json)' }),
  report: text({ placeholder: 'FILE', brief: 'a page that shows what was trained, and how good it is' }),
  force: toggle('write over files that are there'),
  quiet: quietFlag,
  ...commonFlags,
}

export interface PredictFlags extends CommonFlags {
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
  ...commonFlags,
}

export type EvaluateFlags = CommonFlags
export const evaluateFlags = commonFlags

export type InspectFlags = CommonFlags
export const inspectFlags = commonFlags

export interface ExplainFlags extends CommonFlags {
  readonly row?: number
}

export const explainFlags = {
  row: integer(1, LARGEST_SEED, { brief: 'the row of FILE, counted from 1 (1)' }),
  ...commonFlags,
}
