// What `train` and `compare` share: options of the command as those of the library, and back as a command line.
import type { TableSource, TrainTableOptions } from 'wasmprop/table'
import { readTable } from 'wasmprop/table'
import { shellWord } from '../../shell.ts'
import { UsageError } from '../flags.ts'
import { kebab } from '../help.ts'
import { inFile } from './files.ts'
import type { LearningFlags } from './options.ts'
import { columnsOf, readOptionsOf } from './reading.ts'

export async function learningOptions(
  path: string,
  source: TableSource,
  flags: LearningFlags,
): Promise<TrainTableOptions> {
  const { target, task, effort, seed, only, threads = 'auto' } = flags
  if (target === undefined) throw new UsageError('--target needs a value: the column to predict')
  const columns = await columnsOf(flags)
  const { rows } = flags
  const read = { ...readOptionsOf(path, flags), ...(rows === undefined ? {} : { rows }) }
  return {
    target: await targetsIn(path, source, target, read),
    read,
    ...(columns === undefined ? {} : { columns }),
    ...(task === undefined ? {} : { task }),
    ...(effort === undefined ? {} : { effort }),
    ...(seed === undefined ? {} : { seed }),
    ...(only === undefined ? {} : { only }),
    threads,
  }
}

/** Enough to see the names, however large the table is */
const FEW_ROWS = 1000

/** A name with commas in it is one target where a column is called so. */
async function targetsIn(
  path: string,
  source: TableSource,
  given: string,
  read: NonNullable<TrainTableOptions['read']>,
): Promise<string | string[]> {
  if (!given.includes(',')) return given
  const { schema } = await inFile(path, () => readTable(source, { read: { ...read, rows: FEW_ROWS } }))
  if (schema.some(({ name }) => name === given)) return given
  return given.split(',').map((name) => name.trim())
}

/** What decides about the bits; threads, files and words do not. */
const DECIDING = [
  ...([
    'target',
    'columns',
    'schema',
    'task',
    'effort',
    'seed',
    'rows',
    'only',
    'format',
    'delimiter',
    'quote',
    'escape',
  ] as const),
  ...(['encoding', 'decimal', 'thousands', 'missing', 'comment', 'skip'] as const),
] as const

/** The command line that trains to the same bits */
export function trainingCommand(path: string, flags: LearningFlags): string {
  const options = DECIDING.flatMap((name) => {
    const value = flags[name]
    return value === undefined ? [] : [`--${kebab(name)}`, shellWord(String(value))]
  })
  const header = flags.header === undefined ? [] : [flags.header ? '--header' : '--no-header']
  return ['wasmprop train', shellWord(path), ...options, ...header].join(' ')
}
