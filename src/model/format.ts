// A file of named blocks of numbers behind a header, with a version and a checksum: the binary form of snapshots.
//
//   ┌────────────┬─────────────┬──────────────────┬──────────────┬──────────────────────────┬──────────┐
//   │ "wasmprop" │ u32 version │ u32 header bytes │ JSON, spaces │ blocks, little-endian, … │ FNV-1a   │
//   └────────────┴─────────────┴──────────────────┴──────────────┴──────────────────────────┴──────────┘
//   0            8             12                 16             each from a multiple of 8  the last 8 bytes, of all before
//
// Later versions keep the name, the version and the checksum where they are, so that what is newer is told from what is torn.

import { Fnv1a } from '../numerics/hash.ts'
import { type Blocks, littleEndian } from '../numerics/values.ts'

export const MAGIC = 'wasmprop'
export const START = 16
export const CHECKSUM = 8

/** What is said of a block in the header */
export interface BlockEntry {
  name: string
  dtype: 'float32' | 'float64'
  length: number
}

export const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8

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

export function checksumOf(bytes: Uint8Array): Uint8Array {
  const hash = new Fnv1a()
  hash.add(bytes.subarray(0, bytes.length - CHECKSUM))
  return hash.toBytes()
}
