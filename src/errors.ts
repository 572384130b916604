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
  /** The message without the name of a public function */
  readonly #words: string

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause })
    this.name = 'WasmpropError'
    this.code = code
    this.#words = message
    if (place.path !== undefined) this.path = place.path
    if (place.row !== undefined) this.row = place.row
    if (place.column !== undefined) this.column = place.column
  }

  /** @internal Names the public function that throws it, and begins its stack where that was called. */
  thrownBy(name: string, { stack }: Trace): this {
    const prefix = `${name}: `
    this.message = this.#words.startsWith(prefix) ? this.#words : prefix + this.#words
    // The head is that of a nameless error; Safari's stacks have none.
    if (typeof stack === 'string') this.stack = stack.replace(/^Error(: )?(?=\n|$)/, () => String(this))
    return this
  }
}

/** A stack that begins with the line that called a function; empty where the host cannot say */
interface Trace {
  readonly stack?: unknown
}

// biome-ignore lint/complexity/noBannedTypes: any function at all
type Callee = Function

function traceTo(callee: Callee): Trace {
  const trace = {}
  ;(Error as Partial<Pick<ErrorConstructor, 'captureStackTrace'>>).captureStackTrace?.(trace, callee)
  return trace
}

/**
 * What the public function `callee` does. What the library throws in it, or rejects its promise with, begins with the
 * function's name, and its stack with the line of the caller. `explain` makes the library's error of another one, if it can.
 */
export function publicCall<Result>(
  name: string,
  callee: Callee,
  act: () => Result,
  explain = (error: unknown) => error,
): Result {
  const named = (error: unknown, trace: Trace) => {
    const explained = explain(error)
    return explained instanceof WasmpropError ? explained.thrownBy(name, trace) : explained
  }
  try {
    const result = act()
    if (!(result instanceof Promise)) return result
    const trace = traceTo(callee) // later, the caller is no longer on the stack
    return result.catch((error) => {
      throw named(error, trace)
    }) as Result
  } catch (error) {
    throw named(error, traceTo(callee))
  }
}

/**
 * Makes public calls of all methods of a class but `dispose`, which throws nothing. `prefix` goes before their names, `isOwn`
 * tells instances: a method that was taken off its object says so.
 */
export function publishMethods(prototype: object, prefix: string, isOwn: (value: unknown) => boolean): void {
  for (const [key, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof method !== 'function' || key === 'constructor' || key === 'dispose') continue
    const name = prefix + key
    const { [key]: published } = {
      [key](this: unknown, ...args: unknown[]): unknown {
        const explain = (error: unknown) => (isOwn(this) ? error : takenOff(name, this))
        return publicCall(name, published, () => method.apply(this, args), explain)
      },
    }
    Object.defineProperty(prototype, key, { value: published })
  }
}

function takenOff(name: string, owner: unknown): WasmpropError {
  const got = `${describe(owner)}; write network.${name}(…), or (…) => network.${name}(…) where a function is wanted`
  return unexpected('INVALID_CONFIG', name, 'to be called on the object that has it', got, {})
}

/**
 * The error for what is not as expected: `where: expected this, got that`. `got` is shown as it stands, with advice after a
 * semicolon: values go through `describe`, text of others through `clip`. `where` is the error's path, unless its place says
 * more.
 */
export function unexpected(
  code: ErrorCode,
  where: string,
  expected: string,
  got = '',
  place: ErrorPlace = { path: where },
): WasmpropError {
  return new WasmpropError(code, `${where}: expected ${expected}${got === '' ? '' : `, got ${got}`}`, place)
}

/** Reads what the caller gave. What a getter or a proxy of theirs throws becomes an error of the library. */
export function reading<T>(code: ErrorCode, where: string, expected: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw unreadable(code, where, expected, cause)
  }
}

/** The error for what was thrown while something of the caller's was read; one of the library's stays. */
export function unreadable(code: ErrorCode, where: string, expected: string, cause: unknown): WasmpropError {
  if (cause instanceof WasmpropError) return cause
  return unexpected(code, where, expected, 'something that throws an error when it is read', { path: where, cause })
}

/** The error for memory that the host does not give */
export function noRoom(bytes: number, cause: unknown): WasmpropError {
  return new WasmpropError('OUT_OF_MEMORY', `expected room for ${bytes} bytes, the host refuses them`, { cause })
}

/** The error for what a host has only so many of */
export function hostRefuses(what: string, cause: unknown): WasmpropError {
  const message = `expected ${what}, the host refuses it; dispose() of networks no longer used (${clip(String(cause))})`
  return new WasmpropError('ENGINE_FAILED', message, { cause })
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

/** A value as an error message shows it: short, quoted where it is text, never throwing, whatever a proxy may do. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value, 40)
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? `${value}n` : 'a large bigint'
  if (typeof value === 'symbol') return 'a symbol'
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  const length = lengthOf(value)
  if (length !== undefined) return `an array of ${length}`
  const tag = tagOf(value)
  if (/^(Object|Number|String|Boolean)$/.test(tag)) return 'an object' // "a Number" would look right
  const article = /^[AEIO]/.test(tag) ? 'an' : 'a'
  return `${article} ${clip(tag)}${tag === 'Promise' ? ' (an `await` may be missing)' : ''}`
}

/** As `Array.isArray`, which throws for a proxy that was revoked */
export function isArray(value: unknown): value is unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Undefined for what is no array, and for a proxy that gives no number */
function lengthOf(value: object): number | undefined {
  try {
    const length: unknown = Array.isArray(value) ? value.length : undefined // read once: it may be another the next time
    if (Number.isInteger(length)) return length as number
  } catch {
    // Not one that can be read
  }
  return undefined
}

/** Text of others as a message shows it: at most 80 characters, none of which a terminal obeys */
export function clip(text: string): string {
  return quote(text, 80)
    .slice(1, -1)
    .replace(/\\(["\\])/g, '$1')
}

/** As JSON, which escapes C0 and lone surrogates; C1, the line separators and what turns the direction of text as well */
function quote(text: string, most: number): string {
  const shown = text.length > most ? `${text.slice(0, most)}…` : text
  return JSON.stringify(shown).replace(
    /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
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
