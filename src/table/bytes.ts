// Where the bytes of a table come from: text, memory, files, streams and pieces of any of them; unpacked where they are
// gzipped. Nothing is held that is not asked for: what can be read again is read again.
import { describe, reading, tagOf, unexpected, WasmpropError } from '../errors.ts'
import type { File, Signal, Stream } from '../platform.ts'
import { Yielder } from '../training/run.ts'

/** CSV text, a file's bytes, or pieces of either as they come */
export type TextSource =
  | string
  | Uint8Array
  | ArrayBuffer
  | File
  | Stream
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>

/** Bytes in pieces, from the start each time that they are asked for where `isRepeatable`, else once */
export interface ByteSource {
  readonly isRepeatable: boolean
  readonly pieces: () => AsyncIterable<Uint8Array>
  /** A file's name, for messages */
  readonly name: string | undefined
  /** Bytes at any place, of what is in memory or in a file */
  readonly bytes:
    | { readonly size: number; readonly slice: (from: number, to: number) => Promise<Uint8Array> }
    | undefined
}

const NEITHER = { name: undefined, bytes: undefined }
const GZIP = [0x1f, 0x8b]

/** Of what is at hand as a whole, taken at a time: the host has its turns between */
const PIECE = 2 ** 20

/** Undefined for what is neither text nor bytes in one object: iterables are told by what they give. May run code of the caller. */
export function byteSource(source: unknown): ByteSource | undefined {
  if (typeof source === 'string') {
    const encoder = new TextEncoder()
    return { ...NEITHER, isRepeatable: true, pieces: () => piecesOfText(source, encoder) }
  }
  if (isBlob(source)) return blobSource(source)
  const bytes = bytesOf(source)
  if (bytes === undefined) return undefined
  const slice = async (from: number, to: number) => bytes.subarray(from, to)
  return {
    ...NEITHER,
    isRepeatable: true,
    pieces: () => unpacked(piecesOfBytes(bytes)),
    bytes: { size: bytes.length, slice },
  }
}

/** The bytes of pieces of text or bytes, of which the first has been read already */
export function pieceSource(first: unknown, others: AsyncIterator<unknown>): ByteSource {
  return { ...NEITHER, isRepeatable: false, pieces: () => unpacked(encoded(first, others)) }
}

/** The same, in whose course the host has its turns; `signal` ends it. */
export function stoppable(source: ByteSource, signal: Signal | undefined): ByteSource {
  const { pieces } = source
  async function* checked(): AsyncIterable<Uint8Array> {
    const yielder = new Yielder()
    for await (const piece of pieces()) {
      if (yielder.isDue()) await yielder.yield()
      signal?.throwIfAborted()
      yield piece
    }
  }
  return { ...source, pieces: checked }
}

export function isPiece(value: unknown): value is string | Uint8Array | ArrayBuffer {
  return typeof value === 'string' || bytesOf(value) !== undefined
}

/** An iterator over whatever can be iterated, streams of hosts without iteration of streams included; undefined for the rest */
export function iteratorOf(source: unknown): AsyncIterator<unknown> | undefined {
  const from = (source ?? {}) as AsyncIterable<unknown> & Iterable<unknown> & ReadableStream<unknown>
  if (typeof from[Symbol.asyncIterator] === 'function') return from[Symbol.asyncIterator]()
  if (typeof from.getReader === 'function') return streamIterator(from)
  if (typeof source === 'string' || typeof from[Symbol.iterator] !== 'function') return undefined
  const iterator = from[Symbol.iterator]()
  return {
    next: async () => iterator.next(),
    return: async () => iterator.return?.() ?? { done: true, value: undefined },
  }
}

function streamIterator(stream: ReadableStream<unknown>): AsyncIterator<unknown> {
  const reader = stream.getReader()
  return {
    next: () => reader.read() as Promise<IteratorResult<unknown>>,
    return: async () => {
      await reader.cancel()
      return { done: true, value: undefined }
    },
  }
}

function bytesOf(source: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  return /^(Shared)?ArrayBuffer$/.test(tagOf(source)) ? new Uint8Array(source as ArrayBuffer) : undefined
}

function isBlob(source: unknown): source is Blob & { name?: unknown } {
  const { stream, slice, size } = (source ?? {}) as Partial<Blob>
  return typeof stream === 'function' && typeof slice === 'function' && typeof size === 'number'
}

function blobSource(blob: Blob & { name?: unknown }): ByteSource {
  const slice = async (from: number, to: number) => new Uint8Array(await blob.slice(from, to).arrayBuffer())
  return {
    isRepeatable: true,
    pieces: () => unpacked(piecesOf(blob.stream())),
    bytes: { size: blob.size, slice },
    name: typeof blob.name === 'string' ? blob.name : undefined,
  }
}

/** Text in pieces, since its bytes as a whole would be a copy of it */
async function* piecesOfText(text: string, encoder: TextEncoder): AsyncIterable<Uint8Array> {
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + PIECE)
    const last = text.charCodeAt(to - 1)
    if (to < text.length && last >= 0xd800 && last < 0xdc00) to-- // not between the halves of a character
    yield encoder.encode(text.slice(from, to))
    from = to
  }
}

async function* piecesOfBytes(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE)
}

async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = streamIterator(stream)
  try {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value as Uint8Array
  } finally {
    await iterator.return?.()
  }
}

async function* encoded(first: unknown, others: AsyncIterator<unknown>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder()
  let index = 0
  try {
    for (let piece = first, done: boolean | undefined = false; !done; index++) {
      const [where, expected] = [`rows[${index}]`, 'text or bytes, as the pieces before']
      const read = () => (typeof piece === 'string' ? encoder.encode(piece) : bytesOf(piece))
      const bytes = reading('INVALID_DATA', where, expected, read)
      if (bytes === undefined) throw unexpected('INVALID_DATA', where, expected, describe(piece))
      yield bytes
      ;({ value: piece, done } = await others.next())
    }
  } finally {
    await others.return?.()
  }
}

/** gzip is known by its first two bytes. */
async function* unpacked(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  try {
    const first = await iterator.next()
    if (first.done) return
    const isPacked = GZIP.every((byte, index) => first.value[index] === byte)
    if (isPacked) yield* unzip(first.value, iterator)
    else {
      yield first.value
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

async function* unzip(first: Uint8Array, others: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  if (typeof DecompressionStream === 'undefined') {
    throw new WasmpropError('INVALID_DATA', 'expected text, got gzip, which this host cannot unpack')
  }
  let piece: Uint8Array | undefined = first
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: async (controller) => {
      if (piece === undefined) {
        const next = await others.next()
        if (next.done) return controller.close()
        piece = next.value
      }
      controller.enqueue(piece as Uint8Array<ArrayBuffer>)
      piece = undefined
    },
  })
  try {
    yield* piecesOf(packed.pipeThrough(new DecompressionStream('gzip')))
  } catch (cause) {
    if (cause instanceof WasmpropError) throw cause
    throw new WasmpropError('INVALID_DATA', `expected gzip that is whole, got ${describe(String(cause))}`, { cause })
  }
}
