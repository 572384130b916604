// Tables as JSON: an array of records or of rows, a record a line (JSON Lines), or one object of columns. An array is taken
// apart element by element, so that its text is never held as a whole.
import { clip, describe, unexpected, WasmpropError } from '../errors.ts'
import { isOptionObject } from '../options/check.ts'
import type { RawTable } from './columns.ts'
import { RecordTable } from './records.ts'
import { join } from './text.ts'

const QUOTE = 34
const BACKSLASH = 92
const LF = 10
const COMMA = 44
const OPEN = [0x5b, 0x7b] // [ {
const CLOSE = [0x5d, 0x7d]

/** Whether a text begins as JSON does: a CSV may begin with a bracket, but not with one and another or a quote after it. */
export function looksLikeJson(head: Uint8Array): boolean {
  const start = new TextDecoder().decode(head.subarray(0, 4096)).trimStart()
  return /^\[\s*(?:[[{]|\]\s*$)/.test(start) || /^\{\s*(?:"|\}\s*$)/.test(start)
}

/** A value of the text, and the line that it begins in */
interface Element {
  readonly text: string
  readonly line: number
}

export async function readJson(pieces: AsyncIterable<Uint8Array>, place: string): Promise<RawTable> {
  let table: RecordTable | undefined
  let line = 1
  const placeOf = () => `${place}line ${line}`
  for await (const element of elements(pieces, place)) {
    line = element.line
    const value = parse(element, place)
    if (table === undefined) {
      const whole = wholeTable(value, placeOf)
      if (whole !== undefined) return whole
      table = new RecordTable(Array.isArray(value) ? namesIn(value, placeOf()) : [], placeOf)
      if (Array.isArray(value)) continue
    }
    if (Array.isArray(value)) table.addRow(value)
    else table.addRecord(value)
  }
  if (table === undefined) throw unexpected('INVALID_DATA', `${place}rows`, 'at least one row', 'no rows')
  return table.finish()
}

function parse({ text, line }: Element, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new WasmpropError('INVALID_DATA', `${place}line ${line}: expected JSON, got "${clip(text)}"`, { cause })
  }
}

function namesIn(first: readonly unknown[], place: string): string[] {
  const names = first.filter((name) => typeof name === 'string')
  if (names.length === first.length && names.length > 0) return names
  throw unexpected('INVALID_DATA', place, 'a first row with the names of the columns', describe(first))
}

/** { columns: names, rows }, or { name: values, … }: one object that holds all of it */
function wholeTable(value: unknown, placeOf: () => string): RawTable | undefined {
  if (!isOptionObject(value)) return undefined
  const { columns, rows } = value
  if (Array.isArray(columns) && Array.isArray(rows)) {
    const table = new RecordTable(namesIn(columns, `${placeOf()}, columns`))
    for (const row of rows) table.addRow(row)
    return table.finish()
  }
  const lists = Object.entries(value)
  const [[, first] = ['', undefined]] = lists
  const areColumns =
    Array.isArray(first) && lists.every(([, list]) => Array.isArray(list) && list.length === first.length)
  if (!areColumns) return undefined
  const table = new RecordTable([])
  for (const [name, list] of lists) table.addColumn(name, list as unknown[], 0)
  return table.finish()
}

/** The values at the top of the text or, where it is an array, the array's */
async function* elements(pieces: AsyncIterable<Uint8Array>, place: string): AsyncIterable<Element> {
  const splitter = new Splitter()
  const decoder = new TextDecoder()
  for await (const piece of pieces) {
    for (const { bytes, line } of splitter.push(piece)) yield { text: decoder.decode(bytes), line }
  }
  const { rest } = splitter
  if (rest !== undefined) yield { text: decoder.decode(rest.bytes), line: rest.line }
  else if (splitter.isOpen)
    throw new WasmpropError('INVALID_DATA', `${place}line ${splitter.line}: expected "]", got the end of the text`)
}

interface Found {
  readonly bytes: Uint8Array
  readonly line: number
}

/** Finds where values begin and end: by depth, outside strings. */
class Splitter {
  line = 1
  #startLine = 1
  /** Whether the array around all values has begun and not ended */
  isOpen = false
  #isArray = false
  #isFirst = true
  #depth = 0
  #inString = false
  #isEscaped = false
  #isStarted = false
  readonly #parts: Uint8Array[] = []

  /** The values that end in these bytes */
  push(bytes: Uint8Array): Found[] {
    const found: Found[] = []
    let from = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === LF) this.line++
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) this.#inString = false
        continue
      }
      if (this.#isStarted && this.#depth === 0 && this.#endsBefore(byte)) {
        found.push(this.#take(bytes.subarray(from, at)))
      }
      if (!this.#isStarted) {
        if (!this.#begins(byte)) continue
        from = at
        this.#isStarted = true
        this.#startLine = this.line
      }
      if (byte === QUOTE) this.#inString = true
      else if (OPEN.includes(byte)) this.#depth++
      else if (CLOSE.includes(byte)) this.#depth--
      else continue
      if (this.#depth === 0 && !this.#inString) found.push(this.#take(bytes.subarray(from, at + 1)))
    }
    if (this.#isStarted) this.#parts.push(bytes.slice(from))
    return found
  }

  /** A number or a word ends before what is none of it. */
  #endsBefore(byte: number): boolean {
    return byte === COMMA || byte === LF || (this.#isArray && byte === CLOSE[0])
  }

  /** Whether a value begins with this byte; the brackets of the array around all, commas and spaces begin none. */
  #begins(byte: number): boolean {
    if (byte <= 32 || byte === COMMA) return false
    if (this.#isFirst && byte === OPEN[0]) {
      this.#isArray = true
      this.isOpen = true
      this.#isFirst = false
      return false
    }
    this.#isFirst = false
    if (this.isOpen && byte === CLOSE[0]) {
      this.isOpen = false
      return false
    }
    return true
  }

  #take(last: Uint8Array): Found {
    this.#isStarted = false
    return { bytes: join([...this.#parts.splice(0), last]), line: this.#startLine }
  }

  /** A value that the text ends within */
  get rest(): Found | undefined {
    return this.#isStarted ? this.#take(new Uint8Array(0)) : undefined
  }
}
