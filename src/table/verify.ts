// Proof that a model comes of these rows: the training again, by the choices that the model holds, and every weight compared.
import { clip, describe, unexpected } from '../errors.ts'
import { VERSION } from '../generated/version.ts'
import { readOptions } from '../options/check.ts'
import { digestOf } from './digest.ts'
import { TableModel } from './model.ts'
import type { TableSource } from './open.ts'
import type { StoredOptions, TrainTableOptions } from './options.ts'
import { withoutPrototype } from './plain.ts'
import { checkReadOptions, type ReadOptions } from './read-options.ts'
import { readTrainOptions } from './resolve-options.ts'
import { trainOnTable } from './train.ts'
import { disposeAll } from './trained.ts'
import { readTrainingTable } from './training-table.ts'

export interface VerifyTableOptions extends Pick<TrainTableOptions, 'threads' | 'signal' | 'onProgress'> {
  /** How these rows are written, where that is not to be found out as it was for the training. Default: as the training was told */
  read?: ReadOptions
}

export interface TableVerification {
  /** Whether every weight, and all that is predicted with, is the same to the last bit */
  readonly isEqual: boolean
  /** Fingerprints of the model, and of that which was trained now */
  readonly digest: string
  readonly trained: string
  /** Networks and parameters that were compared */
  readonly networks: number
  readonly parameters: number
  /** What differs, in words */
  readonly differences: readonly string[]
}

/**
 * Trains again what `model` was trained with, on the rows that it was trained on, and compares every weight. A budget of time plays
 * no part: what was done is repeated. Rejects with UNSUPPORTED_MODEL for a model of another version of this package, INVALID_DATA
 * for other rows, INVALID_MODEL for what is no model.
 */
export async function verifyTable(
  model: TableModel,
  rows: TableSource,
  options: VerifyTableOptions = {},
): Promise<TableVerification> {
  if (!(model instanceof TableModel))
    throw unexpected('INVALID_MODEL', 'model', 'a model, as trainTable and tableModelFromJSON give it', describe(model))
  const { read, ...given } = readOptions(options, '', ['threads', 'signal', 'onProgress', 'read'])
  const { version, digest, options: stored, recipes } = model.choices
  if (version !== VERSION) {
    const advice = `; install wasmprop@${clip(String(version))} to verify it`
    throw unexpected(
      'UNSUPPORTED_MODEL',
      'model',
      `one that version ${VERSION} trained`,
      `one of ${clip(String(version))}${advice}`,
    )
  }
  const resolved = readTrainOptions({ ...stored, ...given })
  const table = await readTrainingTable(rows, {
    ...resolved,
    given: { ...resolved.given, read: mergedRead(stored, read) },
  })
  const found = digestOf(table, resolved.stored)
  if (found !== digest) {
    throw unexpected(
      'INVALID_DATA',
      'rows',
      `those of the training, with the digest ${clip(digest)}`,
      `others, with ${found}`,
    )
  }
  const { model: again, idle } = await trainOnTable(table, resolved, recipes)
  disposeAll(idle)
  try {
    return compare(model, again)
  } finally {
    again.dispose()
  }
}

/** What is said now, over what the training was told */
function mergedRead(stored: StoredOptions, read: unknown): ReadOptions {
  return withoutPrototype({ ...withoutPrototype(stored).read, ...checkReadOptions(read) })
}

function compare(model: TableModel, again: TableModel): TableVerification {
  const ours = model.networks
  const theirs = again.networks
  const differences = ours.flatMap((network, index) =>
    network.weightsHash() === theirs[index]?.weightsHash()
      ? []
      : [`the weights of network ${index + 1} of ${ours.length}`],
  )
  if (ours.length !== theirs.length) differences.push(`${ours.length} networks, ${theirs.length} were trained`)
  const digest = model.digest
  const trained = again.digest
  if (differences.length === 0 && digest !== trained)
    differences.push('what columns are encoded or members weighted by')
  return {
    isEqual: differences.length === 0,
    digest,
    trained,
    networks: ours.length,
    parameters: ours.reduce((sum, { parameterCount }) => sum + parameterCount, 0),
    differences,
  }
}
