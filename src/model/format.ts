// A file of named blocks of numbers behind a header, with a version and a checksum: the binary form of snapshots.
//
//   ┌────────────┬─────────────┬──────────────────┬──────────────┬──────────────────────────┬──────────┐
//   │ "wasmprop" │ u32 version │ u32 header bytes │ JSON, spaces │ blocks, little-endian, … │ FNV-1a   │
//   └────────────┴─────────────┴──────────────────┴──────────────┴──────────────────────────┴──────────┘
//   0            8             12                 16             each from a multiple of 8  the last 8 bytes, of all before
//
// Later versions keep the name, the version and the checksum where they are, so that what is newer is told from what is torn.

import { clip, describe, reading, tagOf, unexpected, type WasmpropError } from '../errors.ts'
import { Fnv1a } from '../numerics/hash.ts'
import { kindOf, plainView } from '../numerics/typed.ts'
import { type Blocks, fromLittleEndian, littleEndian, type Values } from '../numerics/values.ts'
import { isOptionObject } from '../options/check.ts'

const MAGIC = 'wasmprop'
const START = 16
const CHECKSUM = 8

/** What is said of a block in the header */
interface BlockEntry {
  name: string
  dtype: 'float32' | 'float64'
  length: number
}

const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8

/** `header` is JSON; it gets the list of the blocks as `blocks`. */
export function pack(version: number, header: object, blocks: Blocks): Uint8Array {
  const entries = Object.entries(blocks).map(
    ([name, values]): BlockEntry => ({
      name,
      dtype: values.BYTES_PER_ELEMENT === 4 ? 'float32' : 'float64',
      length: values.length,
    }),
  )
  const json = new TextEncoder().encode(JSON.stringify({ ...header, blocks: entries }))
  const headerBytes = aligned(json.length)
  const size = Object.values(blocks).reduce((sum, { byteLength }) => sum + aligned(byteLength), START + headerBytes)
  const bytes = new Uint8Array(size + CHECKSUM)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(MAGIC))
  view.setUint32(8, version, true)
  view.setUint32(12, headerBytes, true)
  bytes.fill(32, START, START + headerBytes)
  bytes.set(json, START)
  let at = START + headerBytes
  for (const values of Object.values(blocks)) {
    bytes.set(littleEndian(values), at)
    at += aligned(values.byteLength)
  }
  bytes.set(checksumOf(bytes), size)
  return bytes
}

/**
 * What `pack` made. Throws INVALID_MODEL for anything else, torn or changed, and UNSUPPORTED_MODEL for a version above
 * `version`. What the header says beside its blocks is not checked.
 */
export function unpack(value: unknown, version: number): { header: Record<string, unknown>; blocks: Blocks } {
  const bytes = bytesOf(value)
  const end = bytes.length - CHECKSUM
  if (end < START || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) {
    throw invalid('bytes that start as those of a snapshot', `${bytes.length} others`)
  }
  if (checksumOf(bytes).some((byte, index) => byte !== bytes[end + index])) {
    throw invalid('bytes with their checksum', 'some that were cut or changed')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = view.getUint32(8, true)
  if (found > version) {
    const got = `${found}; a newer wasmprop wrote it`
    throw unexpected('UNSUPPORTED_MODEL', 'snapshot', `a version of at most ${version}`, got)
  }
  const headerEnd = START + view.getUint32(12, true)
  if (found < 1 || headerEnd > end) throw invalid('a version and a header', 'none')
  const header = parse(bytes.subarray(START, headerEnd))
  return { header, blocks: readBlocks(header.blocks, bytes.subarray(0, end), headerEnd) }
}

/** A plain Uint8Array, since `slice` of Node's Buffer copies nothing; a copy of shared bytes, which others might change */
function bytesOf(value: unknown): Uint8Array {
  return reading('INVALID_MODEL', 'snapshot', 'a Uint8Array that snapshot() gave', () => {
    if (tagOf(value) === 'ArrayBuffer') return new Uint8Array(value as ArrayBuffer)
    if (kindOf(value) !== 'Uint8Array') throw invalid('a Uint8Array that snapshot() gave', describe(value))
    const plain = plainView(value as Uint8Array)
    return tagOf(plain.buffer) === 'ArrayBuffer' ? plain : plain.slice()
  })
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw invalid('a header in JSON', clip(String(cause)))
  }
  if (!isOptionObject(header)) throw invalid('a header that is an object', describe(header))
  return header
}

function readBlocks(entries: unknown, bytes: Uint8Array, start: number): Blocks {
  if (!Array.isArray(entries)) throw invalid('a list of blocks', describe(entries))
  const blocks: Record<string, Values> = Object.create(null)
  let at = start
  for (const entry of entries as Partial<BlockEntry>[]) {
    const { name, dtype, length } = isOptionObject(entry) ? entry : {}
    const isKnown = typeof name === 'string' && (dtype === 'float32' || dtype === 'float64')
    if (!isKnown || !Number.isSafeInteger(length) || Number(length) < 0) throw invalid('blocks by name', 'others')
    const blockBytes = Number(length) * (dtype === 'float32' ? 4 : 8)
    if (name in blocks) throw invalid('blocks of different names', `${clip(name)} twice`)
    if (at + blockBytes > bytes.length) throw invalid(`${length} numbers of ${clip(name)}`, 'fewer')
    blocks[name] = fromLittleEndian(bytes.subarray(at, at + blockBytes), dtype)
    at += aligned(blockBytes)
  }
  if (at !== bytes.length) throw invalid(`${at} bytes`, String(bytes.length))
  return blocks
}

function checksumOf(bytes: Uint8Array): Uint8Array {
  const hash = new Fnv1a()
  hash.add(bytes.subarray(0, bytes.length - CHECKSUM))
  return hash.toBytes()
}

function invalid(expected: string, got: string): WasmpropError {
  return unexpected('INVALID_MODEL', 'snapshot', expected, got)
}
