// From bytes in the encoding of a file to UTF-8, piece by piece. The encoding is told by a byte order mark, else by the first
// bytes that are not ASCII: they are UTF-8, or the file is windows-1252.
import { WasmpropError } from '../errors.ts'
import { refuse } from '../options/check.ts'
import type { Path } from '../options/option.ts'

const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
const LONGEST_MARK = 3
const LF = 10
const CR = 13

/** The name by which the platform knows an encoding; refuses what it does not know. */
export function checkEncoding(value: unknown, path: Path): string {
  try {
    if (typeof value === 'string') return new TextDecoder(value).encoding
  } catch {
    // Not one that this host knows
  }
  return refuse(path, 'an encoding such as "utf-8", "utf-16le" or "windows-1252"', value)
}

export class Decoder {
  /** What was found so far; ASCII alone is UTF-8 */
  encoding: string
  readonly #isGiven: boolean
  readonly #place: string
  readonly #encoder = new TextEncoder()
  #decoder: TextDecoder | undefined
  /** The first bytes, until there are enough of them for a mark, and later the start of a character that a piece ends in */
  #rest: Uint8Array = new Uint8Array(0)
  #isStarted = false
  #isAscii = true
  #lines = 0

  /** `place`: what messages begin with, a file's name and a comma */
  constructor(given: string | undefined, place = '') {
    this.#place = place
    this.encoding = given ?? 'utf-8'
    this.#isGiven = given !== undefined
  }

  /** UTF-8 of the next bytes, without a byte order mark */
  decode(piece: Uint8Array, isLast: boolean): Uint8Array {
    let bytes = this.#rest.length === 0 ? piece : joined(this.#rest, piece)
    this.#rest = bytes.subarray(0, 0)
    if (!this.#isStarted) {
      if (bytes.length < LONGEST_MARK && !isLast) {
        this.#rest = bytes
        return this.#rest.subarray(0, 0)
      }
      this.#isStarted = true
      bytes = this.#start(bytes)
    }
    if (this.#decoder !== undefined) return this.#recode(bytes, isLast)
    return this.#check(bytes, isLast)
  }

  #start(bytes: Uint8Array): Uint8Array {
    const [encoding, mark] = MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte)) ?? ['', []]
    if (encoding !== '' && !this.#isGiven) this.encoding = encoding
    if (this.encoding !== 'utf-8') this.#decoder = new TextDecoder(this.encoding)
    if (this.#decoder === undefined && encoding === 'utf-8') this.#isAscii = false // the mark has said so
    return encoding === this.encoding ? bytes.subarray(mark.length) : bytes
  }

  #recode(bytes: Uint8Array, isLast: boolean): Uint8Array {
    return this.#encoder.encode(this.#decoder?.decode(bytes, { stream: !isLast }))
  }

  #check(bytes: Uint8Array, isLast: boolean): Uint8Array {
    const lines = linesOfAscii(bytes)
    if (lines >= 0) {
      this.#lines += lines
      return bytes
    }
    if (bytes.includes(0)) throw this.#binary(bytes)
    const valid = validUtf8(bytes)
    const isCut = !isLast && valid < bytes.length && isStartOfCharacter(bytes, valid)
    if (isCut) this.#rest = bytes.slice(valid)
    else if (valid < bytes.length) return this.#surprise(bytes, valid, isLast)
    const text = bytes.subarray(0, valid)
    if (this.#isAscii) this.#isAscii = isAscii(text)
    this.#lines += countLines(text)
    return text
  }

  /** Bytes that are no UTF-8: after ASCII alone the file is windows-1252, after UTF-8 it is broken. */
  #surprise(bytes: Uint8Array, at: number, isLast: boolean): Uint8Array {
    if (this.#isAscii && !this.#isGiven && isAscii(bytes.subarray(0, at))) {
      this.encoding = 'windows-1252'
      this.#decoder = new TextDecoder(this.encoding)
      return this.#recode(bytes, isLast)
    }
    const line = 1 + this.#lines + countLines(bytes.subarray(0, at))
    const byte = `byte 0x${bytes[at].toString(16)}`
    throw new WasmpropError(
      'INVALID_DATA',
      `${this.#place}line ${line}: expected UTF-8, as before, got ${byte}; save the file as UTF-8, or give its encoding, such as windows-1252`,
    )
  }

  #binary(bytes: Uint8Array): WasmpropError {
    const line = 1 + this.#lines + countLines(bytes.subarray(0, bytes.indexOf(0)))
    const isAt = (parity: number) => bytes.subarray(0, 200).every((byte, index) => index % 2 !== parity || byte === 0)
    const encoding = isAt(1) ? 'utf-16le' : isAt(0) ? 'utf-16be' : ''
    const what =
      encoding === ''
        ? `line ${line}: got NUL bytes: UTF-16 without a byte order mark, or a binary file; save it as UTF-8`
        : `got NUL bytes: UTF-16 without a byte order mark; give its encoding, ${encoding}, or save it as UTF-8`
    return new WasmpropError('INVALID_DATA', `${this.#place}expected text, ${what}`)
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] >= 0x80) return false
  return true
}

const ONES = 0x01010101
const SEVENS = 0x7f7f7f7f
const HIGH = 0x80808080
const LINE_FEEDS = 0x0a0a0a0a
const RETURNS = 0x0d0d0d0d
const NO_WORDS = new Int32Array(0)
/** Words whose counts fit into the bytes of one */
const COUNTED = 255

/**
 * Lines of ASCII without NUL; −1 of all else. Four bytes at a time, since every byte of a file comes by here: of words of bytes up
 * to 7f, w − 01010101 has a high bit where a byte is 0 (the lowest such one is exact), and w + 7f7f7f7f where one is not.
 */
function linesOfAscii(bytes: Uint8Array): number {
  const head = Math.min(bytes.length, -bytes.byteOffset & 3)
  const count = (bytes.length - head) >> 2
  const words = count === 0 ? NO_WORDS : new Int32Array(bytes.buffer, bytes.byteOffset + head, count)
  let strange = 0
  let returns = 0
  let lines = 0
  for (let from = 0; from < words.length; from += COUNTED) {
    const to = Math.min(words.length, from + COUNTED)
    let others = 0
    for (let index = from; index < to; index++) {
      const word = words[index]
      strange |= word | (word - ONES)
      returns |= (word ^ RETURNS) - ONES
      others += (((word ^ LINE_FEEDS) + SEVENS) >>> 7) & ONES
    }
    lines += 4 * (to - from) - sumOfBytes(others)
  }
  const ends = [...bytes.subarray(0, head), ...bytes.subarray(head + 4 * words.length)]
  if ((strange & HIGH) !== 0 || ends.some((byte) => byte === 0 || byte >= 0x80)) return -1
  return (returns & HIGH) !== 0 || ends.includes(CR)
    ? countLines(bytes)
    : lines + ends.filter((byte) => byte === LF).length
}

const sumOfBytes = (word: number): number => (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24)

/** Length of a character by its first byte; 0 for a byte that begins none */
const lengthOf = (byte: number): number =>
  byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80

/** Second bytes that would make a character too long, a surrogate, or one beyond U+10FFFF */
const isForbidden = (first: number, second: number): boolean =>
  (first === 0xe0 && second < 0xa0) ||
  (first === 0xed && second > 0x9f) ||
  (first === 0xf0 && second < 0x90) ||
  (first === 0xf4 && second > 0x8f)

/** How many bytes from the start are whole characters of UTF-8 (Unicode 15, table 3-7) */
function validUtf8(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] < 0x80) {
      at++
      continue
    }
    const length = lengthOf(bytes[at])
    if (length === 0 || at + length > bytes.length || !isWhole(bytes, at, length)) return at
    at += length
  }
  return bytes.length
}

function isWhole(bytes: Uint8Array, at: number, length: number): boolean {
  for (let next = 1; next < length && at + next < bytes.length; next++) {
    if (!isContinuation(bytes[at + next])) return false
  }
  return length === 1 || at + 1 >= bytes.length || !isForbidden(bytes[at], bytes[at + 1])
}

function isStartOfCharacter(bytes: Uint8Array, at: number): boolean {
  const length = lengthOf(bytes[at])
  return at + length > bytes.length && isWhole(bytes, at, length)
}

/** LF, CRLF and CR each end a line. */
export function countLines(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] !== LF)) count++
  return count
}
