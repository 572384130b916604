// Tables and models in files, or standard input and output: read whole, written whole or not at all.
import { existsSync } from 'node:fs'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { WasmpropError } from 'wasmprop'
import { type TableModel, type TableRecord, type TableSource, tableModelFromJSON } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { UsageError } from '../flags.ts'

/** What is in a file: CSV as it stands, records of JSON and JSON Lines. `-` is standard input. */
export async function readTableFile(path: string): Promise<TableSource> {
  const bytes = await readBytes(path)
  if (/\.(jsonl|ndjson)$/i.test(path)) return linesOf(path, text(bytes))
  if (/\.json$/i.test(path)) return parseJson(path, text(bytes)) as TableSource
  if (/\.parquet$/i.test(path))
    throw new UsageError(`${clip(path)}: expected CSV, TSV, JSON or JSON Lines; Parquet is not read`)
  return bytes
}

async function readBytes(path: string): Promise<Uint8Array> {
  if (path === '-') {
    const pieces: Buffer[] = []
    for await (const piece of process.stdin) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }
  try {
    return await readFile(path)
  } catch (error) {
    throw new UsageError(`${clip(path)}: cannot be read: ${clip(String((error as Error).message))}`)
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function linesOf(path: string, content: string): TableRecord[] {
  return content.split(/\r?\n/).flatMap((line, index) => {
    return line.trim() === '' ? [] : [parseJson(path, line, `, line ${index + 1}`) as TableRecord]
  })
}

export function parseJson(path: string, content: string, where = ''): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw new WasmpropError(
      'INVALID_DATA',
      `${clip(basename(path))}${where}: expected JSON: ${clip(String((cause as Error).message))}`,
      { cause },
    )
  }
}

export async function readModelFile(path: string): Promise<TableModel> {
  const bytes = await readBytes(path)
  return inFile(path, () => tableModelFromJSON(text(bytes)))
}

/** Errors about data begin with the name of its file. */
export async function inFile<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (
      !(error instanceof WasmpropError) ||
      !/^(INVALID_(DATA|SHAPE|MODEL)|UNSUPPORTED_MODEL|NOT_FINITE)$/.test(error.code)
    )
      throw error
    const { code, message, row, column, cause } = error
    const name = path === '-' ? 'standard input' : clip(basename(path))
    throw new WasmpropError(code, `${name}, ${message}`, { path, row, column, cause })
  }
}

/** Throws before anything is computed where a file could not be written, or would be overwritten. */
export async function checkWritable(path: string, isForced: boolean): Promise<void> {
  const folder = dirname(resolve(path))
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) throw new UsageError(`${clip(path)}: expected a folder that exists, got ${clip(folder)}`)
  if (!isForced && existsSync(path)) throw new UsageError(`${clip(path)} is there already; --force writes over it`)
}

/** Whole or not at all: written beside it, and then given its name */
export async function writeWhole(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, content)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw new UsageError(`${clip(path)}: cannot be written: ${clip(String((error as Error).message))}`)
  }
}
