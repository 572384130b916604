// How arguments are posted: nothing that is handed in is changed or taken away, and what cannot be posted is refused by name.
import { describe, unexpected, type WasmpropError } from '../errors.ts'

/** Options are not nested more deeply; where it ends, so do circles. */
const DEEPEST = 4

/**
 * Posts what the caller gave; where it has proxies, which nothing can post, a plain copy of it. Throws an error that names the
 * call, and what of `blamed` cannot be posted.
 */
export function postPacked(
  call: string,
  values: readonly unknown[],
  post: (packed: unknown[], transfer: Transferable[]) => void,
  blamed = values,
): void {
  const attempt = (given: readonly unknown[]) => {
    const transfer: Transferable[] = []
    const packed = given.map((value) => pack(value, transfer))
    post(packed, transfer)
  }
  try {
    attempt(values)
  } catch {
    try {
      attempt(values.map((value) => plainOf(value)))
    } catch (cause) {
      throw unpostable(call, blamed, cause)
    }
  }
}

/** An argument as it is posted. What must be transferred with it is added to `transfer`. */
function pack(argument: unknown, transfer: Transferable[], depth = 0): unknown {
  if (argument instanceof MessagePort) {
    transfer.push(argument)
    return argument
  }
  if (isTypedArray(argument)) return copyOf(argument, transfer)
  if (!isPlainObject(argument) || depth > DEEPEST) return argument
  return Object.fromEntries(Object.entries(argument).map(([key, part]) => [key, pack(part, transfer, depth + 1)]))
}

/** Options, and matrices given as `{ data, rows, columns }`. Modules and what else is an object are left as they are. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Empty ones are left to structured clone, which refuses those whose buffer was given away. */
function isTypedArray(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && value.byteLength > 0
}

/**
 * A copy that is handed over: structured clone would copy twice, and the whole buffer even for a part of it. The method of
 * the prototype, since that of Node's Buffer gives a view of the same memory.
 */
function copyOf(array: Uint8Array, transfer: Transferable[]): Uint8Array {
  const copy: Uint8Array<ArrayBuffer> = Uint8Array.prototype.slice.call(array)
  transfer.push(copy.buffer)
  return copy
}

/** A copy without proxies, such as reactive frameworks make of data: of arrays, and of objects where options may be. */
function plainOf(value: unknown, depth = 0): unknown {
  if (depth > DEEPEST || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return Array.from(value, (part) => plainOf(part, depth + 1))
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plainOf(part, depth + 1)]))
}

/** The error for arguments that structured clone refuses */
function unpostable(call: string, args: readonly unknown[], cause: unknown): WasmpropError {
  const path = findFunction(args)
  if (path === undefined) {
    const expected = 'arguments that can be posted to a worker: plain arrays, typed arrays and objects'
    return unexpected('INVALID_DATA', call, expected, `others: ${describe((cause as Error).message)}`, { cause })
  }
  const place = { path, cause }
  if (!path.endsWith('learningRate')) {
    return unexpected('INVALID_CONFIG', path, 'something that can be posted to a worker', 'a function', place)
  }
  const expected =
    'a number or a schedule such as { name: "cosine", total: 100 }, since no function can be posted to a worker'
  const advice = '; call setLearningRate in onEpoch, or createNetwork of "wasmprop" in a worker of your own'
  return unexpected('INVALID_CONFIG', path, expected, `a function${advice}`, place)
}

/** Undefined for what cannot even be looked at, as a revoked proxy */
function findFunction(args: readonly unknown[]): string | undefined {
  try {
    return args.map((argument) => pathOfFunction(argument, '', 0)).find((found) => found !== undefined)
  } catch {
    return undefined
  }
}

/** Where the first function in options lies. Data have none, and their numbers are not looked at. */
function pathOfFunction(value: unknown, path: string, depth: number): string | undefined {
  if (typeof value === 'function') return path
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > DEEPEST) return
  if (Array.isArray(value) && typeof value[0] === 'number') return
  for (const [key, part] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`
    const found = pathOfFunction(part, place, depth + 1)
    if (found !== undefined) return found
  }
}
