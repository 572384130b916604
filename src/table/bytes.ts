// The text of a table, from whatever a caller has of it, as UTF-8 bytes: unpacked, decoded, without a byte order mark.

import { describe, WasmpropError } from '../errors.ts'
import type { File } from '../hosts/platform.ts'

/** CSV text, a file's bytes, or pieces of either as they come */
export type TextSource =
  | string
  | Uint8Array
  | ArrayBuffer
  | File
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>

/** The text, and the encoding that it was found in */
export interface TextBytes {
  readonly bytes: Uint8Array
  readonly encoding: string
}

export function isTextSource(source: unknown): source is TextSource {
  return typeof source === 'string' || isBytes(source) || isBlob(source)
}

export async function readText(source: TextSource): Promise<TextBytes> {
  if (typeof source === 'string')
    return { bytes: new TextEncoder().encode(source.replace(/^\uFEFF/, '')), encoding: 'utf-8' }
  const bytes = await unpack(await gather(source))
  return decode(bytes)
}

function isBytes(source: unknown): source is Uint8Array | ArrayBuffer {
  return ArrayBuffer.isView(source) || Object.prototype.toString.call(source) === '[object ArrayBuffer]'
}

function isBlob(source: unknown): source is File {
  return typeof (source as File | null)?.arrayBuffer === 'function'
}

async function gather(source: Exclude<TextSource, string>): Promise<Uint8Array> {
  if (isBlob(source)) return new Uint8Array(await source.arrayBuffer())
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  if (isBytes(source)) return new Uint8Array(source)
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

/** gzip is known by its first two bytes. */
async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  if (typeof DecompressionStream === 'undefined') {
    throw new WasmpropError('INVALID_DATA', 'expected text, got gzip, which this host cannot unpack')
  }
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'))
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (cause) {
    throw new WasmpropError('INVALID_DATA', `expected gzip that is whole, got ${describe(String(cause))}`, { cause })
  }
}

function decode(bytes: Uint8Array): TextBytes {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return { bytes: bytes.subarray(3), encoding: 'utf-8' }
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : ''
  if (marked !== '') return { bytes: recode(bytes, marked), encoding: marked }
  if (bytes.includes(0)) {
    const what = 'got NUL bytes: UTF-16 without a byte order mark, or a binary file; save it as UTF-8'
    throw new WasmpropError('INVALID_DATA', `expected text, ${what}`)
  }
  if (isUtf8(bytes)) return { bytes, encoding: 'utf-8' }
  return { bytes: recode(bytes, 'windows-1252'), encoding: 'windows-1252' }
}

function recode(bytes: Uint8Array, encoding: string): Uint8Array {
  return new TextEncoder().encode(new TextDecoder(encoding).decode(bytes))
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false // what a fatal decoder throws says just that
  }
}
