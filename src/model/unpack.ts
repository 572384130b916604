// Reads files of named blocks, which may be torn or hostile: see format.ts.
import { clip, describe, reading, tagOf, unexpected, type WasmpropError } from '../errors.ts'
import { kindOf, plainView } from '../numerics/typed.ts'
import { type Blocks, fromLittleEndian, type Values } from '../numerics/values.ts'
import { isOptionObject } from '../options/check.ts'
import { aligned, type BlockEntry, CHECKSUM, checksumOf, MAGIC, START } from './format.ts'

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

function invalid(expected: string, got: string): WasmpropError {
  return unexpected('INVALID_MODEL', 'snapshot', expected, got)
}
