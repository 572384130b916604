// A training of a table that was stopped, as plain data: networks that are done as their JSON, those underway as snapshots, and
// what the clock decided. Training goes on from it to the same bits.
import { clip, describe, unexpected } from '../errors.ts'
import { VERSION } from '../generated/version.ts'
import { toBase64 } from '../model/json.ts'
import { fromBase64 } from '../model/read-json.ts'
import type { Network } from '../network/network.ts'
import { isOptionObject, readOptions } from '../options/check.ts'
import { withoutPrototype } from './plain.ts'
import type { Curve } from './progress.ts'
import type { Trial } from './trial.ts'

/** What `onCheckpoint` is given and `checkpoint` takes; only the version of the package that made it reads it. */
export interface TableCheckpoint {
  readonly format: 'wasmprop-table-checkpoint'
  /** Of the package */
  readonly version: string
  /** Of the rows and options, which have to be the same again */
  readonly digest: string
  /** Of each target so far */
  readonly targets: readonly SavedTarget<SavedNetwork>[]
}

/** What was done for a target */
export interface SavedTarget<Saved> {
  /** Of the search for recipes */
  readonly trials: readonly Trial[]
  /** Of each kind of member so far its networks; null: left out for want of time */
  readonly members: readonly (readonly Saved[] | null)[]
}

/** JSON of a network that is done, a snapshot in base64 of one that is not, or null for one that was not begun, or is to begin anew */
export type SavedNetwork = { readonly network: object; readonly curve: Curve } | { readonly snapshot: string } | null

/** A network as it was when training was stopped */
export type SavedMember =
  | { readonly network: unknown; readonly curve: Curve }
  | { readonly snapshot: Uint8Array }
  | undefined

export interface TrainedMembers {
  /** Of the first fold all seeds, then of the next */
  readonly networks: readonly Network[]
  /** By network: whether it was trained to its end, and its losses */
  readonly isDone: readonly boolean[]
  readonly curves: readonly Curve[]
  /** Bytes of all encoded rows: a snapshot holds those that validate */
  readonly rowBytes: number
}

/** Of more bytes of rows a network that is not done is left out, and trained anew, to the same bits: who stops waits a second. */
const MOST_ROW_BYTES = 2 ** 25

const FORMAT = 'wasmprop-table-checkpoint'

export function writeCheckpoint(digest: string, targets: TableCheckpoint['targets']): TableCheckpoint {
  return { format: FORMAT, version: VERSION, digest, targets }
}

export function saveMembers({ networks, isDone, curves, rowBytes }: TrainedMembers): SavedNetwork[] {
  return networks.map((network, index) => {
    if (isDone[index]) return { network: network.toJSON(), curve: curves[index] }
    return rowBytes > MOST_ROW_BYTES ? null : { snapshot: toBase64(network.snapshot()) }
  })
}

/** What a checkpoint holds of a target. Throws INVALID_MODEL for what is no checkpoint, or is one of other rows or options. */
export function readCheckpoint(value: unknown, digest: string): SavedTarget<SavedMember>[] {
  const given = readOptions(
    value,
    'checkpoint',
    ['format', 'version', 'digest', 'targets'],
    'what onCheckpoint was given',
  )
  expectSame('format', given.format, FORMAT)
  expectSame('version', given.version, VERSION)
  expectSame('digest', given.digest, digest, 'of these rows and options')
  return readLists(given.targets, 'targets').map((target, index) => {
    const path = `targets[${index}]`
    const { trials, members } = isOptionObject(target) ? target : {}
    return {
      trials: readLists(trials, `${path}.trials`).map((trial) => readTrial(trial, `${path}.trials`)),
      members: readLists(members, `${path}.members`).map((networks) =>
        networks === null ? null : readLists(networks, `${path}.members`).map(readMember),
      ),
    }
  })
}

function readTrial(value: unknown, path: string): Trial {
  const { name, round, loss } = isOptionObject(value) ? value : {}
  if (typeof name === 'string' && typeof round === 'number' && (loss === null || typeof loss === 'number'))
    return { name, round, loss }
  throw unexpected('INVALID_MODEL', `checkpoint.${path}`, 'trials with name, round and loss', clip(describe(value)))
}

function expectSame(name: string, got: unknown, expected: string, what = ''): void {
  if (got === expected) return
  throw unexpected('INVALID_MODEL', `checkpoint.${name}`, `"${expected}"${what && ` ${what}`}`, describe(got))
}

function readLists(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value
  throw unexpected('INVALID_MODEL', `checkpoint.${path}`, 'an array', describe(value))
}

function readMember(value: unknown): SavedMember {
  if (value === null) return undefined
  if (isOptionObject(value) && isOptionObject(value.network))
    return { network: value.network, curve: value.curve as Curve }
  const bytes = isOptionObject(value) && typeof value.snapshot === 'string' ? fromBase64(value.snapshot) : undefined
  if (bytes !== undefined) return withoutPrototype({ snapshot: bytes })
  throw unexpected('INVALID_MODEL', 'checkpoint', 'networks or snapshots', clip(describe(value)))
}
