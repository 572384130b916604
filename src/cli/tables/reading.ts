// How a table in a file is written, as options of the command say it, and as the library takes it.
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ColumnKind, ReadTableOptions, TrainTableOptions } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { UsageError } from '../flags.ts'
import { parseJson } from './files.ts'
import { type LearningFlags, type ReadingFlags, readingFlags } from './options.ts'

type Read = NonNullable<ReadTableOptions['read']>

/** What was not said is found out. */
export function readOptionsOf(path: string, flags: ReadingFlags): Read {
  const given = Object.fromEntries(
    (Object.keys(readingFlags) as (keyof ReadingFlags)[]).flatMap((name) =>
      flags[name] === undefined ? [] : [[name, flags[name]]],
    ),
  )
  const isLines = flags.format === undefined && /\.(jsonl|ndjson)(\.gz)?$/i.test(path)
  return {
    ...given,
    ...(isLines ? { format: 'jsonl' } : {}),
    file: path === '-' ? 'standard input' : clip(basename(path)),
    flags: true,
  } as Read
}

/** Kinds of columns: those of a file that `inspect --json` wrote or of one's own, and over them those given by name */
export async function columnsOf(flags: LearningFlags): Promise<TrainTableOptions['columns']> {
  const { schema, columns } = flags
  const own = columns === undefined ? undefined : readKinds(columns)
  if (schema === undefined) return own
  const known = await readSchema(schema)
  if (own === undefined) return known
  const byName = Array.isArray(known)
    ? Object.fromEntries(known.map(({ name, ...column }) => [name, { kind: column.kind }]))
    : known
  return { ...byName, ...own } as TrainTableOptions['columns']
}

async function readSchema(path: string): Promise<TrainTableOptions['columns'] & object> {
  const content = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UsageError(`--schema: ${clip(path)}: cannot be read: ${clip(error.message)}`)
  })
  const value = parseJson(path, content)
  // What `inspect FILE --json` prints has the schema among other things.
  const schema = (value as { schema?: unknown } | null)?.schema
  return (Array.isArray(schema) ? schema : value) as TrainTableOptions['columns'] & object
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
