// Tables and models in files, or standard input and output: read whole, written whole or not at all.
import { constants, existsSync, openAsBlob, renameSync, rmSync, writeFileSync } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { WasmpropError } from 'wasmprop'
import { type TableModel, type TableSource, tableModelFromJSON } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { UsageError } from '../flags.ts'

/**
 * A file as the library reads it: in pieces, as often as it needs to. `-` is standard input; pipes come once, and are held as a
 * whole unless that is enough.
 */
export async function readTableFile(path: string, isOnceEnough = false): Promise<TableSource> {
  if (path === '-') return isOnceEnough ? (process.stdin as AsyncIterable<Uint8Array>) : readBytes(path)
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw new Error('it is a folder')
    await access(path, constants.R_OK)
    return await (found.isFile() ? openAsBlob(path) : readBytes(path))
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(path, error)
  }
}

export function unreadable(path: string, error: unknown): UsageError {
  return new UsageError(`${clip(path)}: cannot be read: ${clip(String((error as Error).message))}`)
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
    throw unreadable(path, error)
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

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
    // What reads the table knows the file's name too.
    const words = message.includes(name) ? message : `${name}, ${message}`
    throw new WasmpropError(code, words, { path, row, column, cause })
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
export function writeWhole(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new UsageError(`${clip(path)}: cannot be written: ${clip(String((error as Error).message))}`)
  }
}
