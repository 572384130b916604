// What may be asked of `wasmprop worksheet`.
import { type CommonFlags, commonFlags, integer, LARGEST_SEED, text, toggle } from './flags.ts'

export interface WorksheetFlags extends CommonFlags {
  readonly seed?: number
  readonly out?: string
  readonly force: boolean
}

export const worksheetFlags = {
  seed: integer(0, LARGEST_SEED, { brief: 'what the numbers are drawn from (default 1)' }),
  out: text({ placeholder: 'FOLDER', brief: 'where the files go (the current folder)' }),
  force: toggle('write over files that are there'),
  ...commonFlags,
}
