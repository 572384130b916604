// The entry `wasmprop/node`: snapshots in files, that a killed process leaves whole.

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ErrorCode, publicCall, reading, tagOf, WasmpropError } from '../errors.ts'
import type { RestoreOptions } from '../model/json.ts'
import { readSnapshot } from '../model/read-snapshot.ts'
import { networkOfSnapshot } from '../network/from-saved.ts'
import type { Network } from '../network/network.ts'
import { checkInteger, readOptions, refuse } from '../options/check.ts'
import type { Address } from '../platform.ts'
import type { EpochProgress } from '../training/options.ts'
import { replaceFile, replaceFileSync } from './files.ts'

export interface CheckpointOptions {
  /** The file, which is replaced each time */
  path: string | Address
  /** A checkpoint after every so many epochs, counted over the network's life. Default 1 */
  everyEpochs?: number
}

/**
 * A function for `onEpoch` that writes snapshots while training runs. Whenever the process is killed, the file has the last
 * snapshot or the one before, never a torn one: go on with `loadSnapshot` and `resume`. An `onEpoch` of your own may call it.
 * Where the file cannot be written, training ends with Node's error, and `resume` goes on once the reason is gone.
 */
export function checkpoint(options: CheckpointOptions): (progress: Pick<EpochProgress, 'epoch' | 'snapshot'>) => void {
  return publicCall('checkpoint', checkpoint, () => {
    const given = readOptions(options, '', ['path', 'everyEpochs'], 'an object such as { path: "network.snapshot" }')
    const path = checkPath(given.path)
    const { everyEpochs: every = 1 } = given
    const everyEpochs = checkInteger(every, 'everyEpochs', 1, Number.MAX_SAFE_INTEGER)
    return ({ epoch, snapshot }) => {
      if ((epoch + 1) % everyEpochs === 0) replaceFileSync(path, snapshot())
    }
  })
}

/** A network, in this thread or in a worker */
export interface Snapshotable {
  snapshot(): Uint8Array | Promise<Uint8Array>
}

/** Writes the network's `snapshot()` to a file. It is on the disk when the promise resolves; until then the old file is. */
export function saveSnapshot(network: Snapshotable, path: string | Address): Promise<void> {
  return publicCall('saveSnapshot', saveSnapshot, async () => {
    const hasSnapshot = reading('INVALID_CONFIG', 'network', 'a network', () => typeof network?.snapshot === 'function')
    if (!hasSnapshot) refuse('network', 'a network', network)
    await replaceFile(checkPath(path), await network.snapshot())
  })
}

/**
 * The network that `saveSnapshot` or `checkpoint` wrote, as `restoreNetwork` makes it. Rejects with Node's error where the
 * file cannot be read, with INVALID_MODEL where it is torn or something else.
 */
export function loadSnapshot(path: string | Address, options?: RestoreOptions): Promise<Network> {
  return publicCall('loadSnapshot', loadSnapshot, async () => load(checkPath(path), options))
}

async function load(file: string, options?: RestoreOptions): Promise<Network> {
  const bytes = await readFile(file)
  try {
    return await networkOfSnapshot(readSnapshot(bytes, options))
  } catch (cause) {
    if (!(cause instanceof WasmpropError) || !FILE_ERRORS.includes(cause.code)) throw cause
    throw new WasmpropError(cause.code, `${file}: ${cause.message}`, { path: cause.path, cause })
  }
}

/** Errors that are the file's, not the options' */
const FILE_ERRORS: readonly ErrorCode[] = ['INVALID_MODEL', 'UNSUPPORTED_MODEL', 'OUT_OF_MEMORY']

/** Absolute, so that a later change of the working directory changes nothing */
function checkPath(value: unknown): string {
  if (tagOf(value) === 'URL' && (value as URL).protocol === 'file:') return fileURLToPath(value as URL)
  if (typeof value === 'string' && value !== '') return resolve(value)
  return refuse('path', 'a path, or a file: URL', value)
}
