// The one error class of the library, and the phrases that its messages share.

export type ErrorCode =
  | 'INVALID_CONFIG'
  | 'INVALID_SHAPE'
  | 'INVALID_DATA'
  | 'NOT_FINITE'
  | 'NOT_FITTED'
  | 'OUT_OF_MEMORY'
  | 'BUSY'
  | 'DISPOSED'
  | 'INVALID_MODEL'
  | 'UNSUPPORTED_MODEL'
  | 'ENGINE_UNAVAILABLE'
  | 'ENGINE_FAILED'

export interface ErrorPlace {
  /** The option or argument, as one would write it: `layers[1].units` */
  path?: string
  /** Row of the data, counted from 0 */
  row?: number
  /** Column of the data, counted from 0 */
  column?: number
  cause?: unknown
}

/** Every error that the library throws on purpose. `code` is for programs, `message` for people. */
export class WasmpropError extends Error {
  readonly code: ErrorCode
  declare readonly path?: string
  declare readonly row?: number
  declare readonly column?: number

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause })
    this.name = 'WasmpropError'
    this.code = code
    if (place.path !== undefined) this.path = place.path
    if (place.row !== undefined) this.row = place.row
    if (place.column !== undefined) this.column = place.column
  }
}

/** The error for a call after `dispose` */
export function disposed(): WasmpropError {
  return new WasmpropError('DISPOSED', 'the network was disposed; create another one')
}

/** Stands in for what was disposed of: whatever is read of it throws DISPOSED, and nothing is asked as long as it lives. */
export const gone = new Proxy(Object.freeze({}), {
  get() {
    throw disposed()
  },
}) as never

/** A value as an error message shows it: short, quoted where it is text, never throwing. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value !== 'object' || value === null) return String(value)
  const tag = tagOf(value)
  if (/^(Object|Number|String|Boolean)$/.test(tag)) return 'an object' // "a Number" would look right
  const article = /^[AEIO]/.test(tag) ? 'an' : 'a'
  return `${article} ${tag}${tag === 'Promise' ? ' (an `await` may be missing)' : ''}`
}

/** What an object is, of whatever realm: a page's frame, a vm context and a test runner have classes of their own. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value).slice('[object '.length, -1)
  } catch {
    return 'Object' // a proxy of the user that throws
  }
}

/** `expected one of "a", "b"` with the nearest name where one is near. */
export function didYouMean(name: string, names: readonly string[]): string {
  let nearest = ''
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), least)
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  return nearest === '' ? '' : `; did you mean "${nearest}"?`
}

/** Levenshtein's distance, or `limit` where it is not below that. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substitution, previous[j] + 1, current[j - 1] + 1))
    }
    previous = current
  }
  return previous[b.length]
}
