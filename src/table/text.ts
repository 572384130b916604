// A source's text as UTF-8, with its beginning at hand: enough of it to find out how it is written.
import type { ByteSource } from './bytes.ts'
import { countLines, Decoder } from './encodings.ts'

/** What is read ahead of what can be read again, and of what comes once: from that, kinds of columns are told. */
const HEAD_BYTES = 2 ** 17
const LEAST_LINES = 3
const LINES_OF_STREAM = 10_000
const MOST_BYTES = 2 ** 24
const SAMPLES = 3
const SAMPLE_BYTES = 2 ** 15

export interface Text {
  /** UTF-8 from the start */
  readonly head: Uint8Array
  /** Whether the head is all of it */
  readonly isWhole: boolean
  /** UTF-8 from the start: again each time where the source can, else once */
  readonly pieces: () => AsyncIterable<Uint8Array>
  /** Bytes in all, where that is known beforehand: of what is packed, before it is unpacked */
  readonly size: number | undefined
  /** As far as it was read */
  readonly encoding: () => string
  /** Bytes at places further on, as they are */
  readonly samples: () => Promise<Uint8Array[]>
  /** Ends a source that comes once, where not all of it was read. */
  readonly close: () => Promise<unknown>
}

export async function openText(source: ByteSource, encoding: string | undefined, place: string): Promise<Text> {
  let decoder = new Decoder(encoding, place)
  const iterator = decoded(source.pieces(), decoder)
  const pieces: Uint8Array[] = []
  const isWhole = await readHead(iterator, pieces, source.isRepeatable)
  const again = () => {
    decoder = new Decoder(encoding, place)
    return decoded(source.pieces(), decoder)
  }
  if (source.isRepeatable) await iterator.return(undefined)
  return {
    head: join(pieces),
    isWhole,
    pieces: source.isRepeatable && !isWhole ? again : () => resumed(pieces, iterator),
    size: source.bytes?.size,
    encoding: () => decoder.encoding,
    samples: () => samplesOf(source, decoder.encoding),
    close: () => iterator.return(undefined),
  }
}

async function* decoded(pieces: AsyncIterable<Uint8Array>, decoder: Decoder): AsyncGenerator<Uint8Array> {
  for await (const block of blocks(pieces)) {
    const text = decoder.decode(block, false)
    if (text.length > 0) yield text
  }
  const rest = decoder.decode(new Uint8Array(0), true)
  if (rest.length > 0) yield rest
}

/** The bytes in blocks of one size, whatever pieces they come in: so nothing that is found out depends on these. */
async function* blocks(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let block = new Uint8Array(HEAD_BYTES)
  let filled = 0
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + HEAD_BYTES - filled)
      at += part.length
      if (part.length === HEAD_BYTES) yield part
      else {
        block.set(part, filled)
        filled += part.length
      }
      if (filled < HEAD_BYTES) continue
      yield block
      block = new Uint8Array(HEAD_BYTES)
      filled = 0
    }
  }
  if (filled > 0) yield block.subarray(0, filled)
}

/** Whether that was all */
async function readHead(
  iterator: AsyncGenerator<Uint8Array>,
  pieces: Uint8Array[],
  isRepeatable: boolean,
): Promise<boolean> {
  let bytes = 0
  let lines = 0
  const wanted = isRepeatable ? LEAST_LINES : LINES_OF_STREAM
  while (bytes < HEAD_BYTES || (lines < wanted && bytes < MOST_BYTES)) {
    const next = await iterator.next()
    if (next.done) return true
    pieces.push(next.value.slice()) // a source may use its memory again
    bytes += next.value.length
    lines += countLines(next.value)
  }
  return false
}

async function* resumed(head: readonly Uint8Array[], others: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* head
  yield* others
}

/** A table need not go on as it begins. */
async function samplesOf({ bytes }: ByteSource, encoding: string): Promise<Uint8Array[]> {
  if (bytes === undefined || encoding !== 'utf-8' || bytes.size < 2 * HEAD_BYTES) return []
  if (await isPacked(bytes)) return []
  const samples: Uint8Array[] = []
  for (let index = 1; index <= SAMPLES; index++) {
    const start = Math.floor((index * (bytes.size - SAMPLE_BYTES)) / SAMPLES)
    const sample = await bytes.slice(start, start + SAMPLE_BYTES)
    samples.push(sample.subarray(sample.indexOf(10) + 1, sample.lastIndexOf(10) + 1))
  }
  return samples
}

async function isPacked(bytes: NonNullable<ByteSource['bytes']>): Promise<boolean> {
  const [first, second] = await bytes.slice(0, 2)
  return first === 0x1f && second === 0x8b
}

export function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
