// What `train` and `compare` share: options of the command as those of the library, and back as a command line.
import type { ColumnKind, TableSource, TrainTableOptions } from 'wasmprop/table'
import { readTable } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { UsageError } from '../flags.ts'
import { kebab } from '../help.ts'
import { inFile } from './files.ts'
import type { LearningFlags } from './options.ts'

export async function learningOptions(
  path: string,
  source: TableSource,
  flags: LearningFlags,
): Promise<TrainTableOptions> {
  const { target, columns, task, effort, seed, only, threads = 'auto' } = flags
  if (target === undefined) throw new UsageError('--target needs a value: the column to predict')
  return {
    target: await targetsIn(path, source, target),
    ...(columns === undefined ? {} : { columns: readKinds(columns) }),
    ...(task === undefined ? {} : { task }),
    ...(effort === undefined ? {} : { effort }),
    ...(seed === undefined ? {} : { seed }),
    ...(only === undefined ? {} : { only }),
    threads,
  }
}

/** A name with commas in it is one target where a column is called so. */
async function targetsIn(path: string, source: TableSource, given: string): Promise<string | string[]> {
  if (!given.includes(',')) return given
  const { schema } = await inFile(path, () => readTable(source))
  if (schema.some(({ name }) => name === given)) return given
  return given.split(',').map((name) => name.trim())
}

function readKinds(text: string): Record<string, ColumnKind> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at < 1) throw new UsageError(`--columns: expected NAME=KIND with commas between, got "${clip(pair)}"`)
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim() as ColumnKind]
    }),
  )
}

/** What decides about the bits; threads, files and words do not. */
const DECIDING = ['target', 'columns', 'task', 'effort', 'seed', 'only'] as const

/** The command line that trains to the same bits */
export function trainingCommand(path: string, flags: LearningFlags): string {
  const options = DECIDING.flatMap((name) => {
    const value = flags[name]
    return value === undefined ? [] : [`--${kebab(name)}`, shellWord(String(value))]
  })
  return ['wasmprop train', shellWord(path), ...options].join(' ')
}

/** As a POSIX shell takes it for one word, whatever is in it */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text) && !/^[-=]/.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}
