// Data of the caller as copies of our own, read once: getters and proxies run here and nowhere later, and what stands on
// Object.prototype is no part of them.
import { type ErrorCode, isArray, reading, unexpected } from '../errors.ts'
import { isOptionObject } from '../options/check.ts'

/** Longer arrays and deeper objects are no options, and no model. */
const LONGEST = 2 ** 24
const DEEPEST = 40

/**
 * Arrays and objects without a prototype, all the way down; whatever else is left as it is, for who checks it. Throws with the code
 * where something cannot be read.
 */
export function plainCopy(value: unknown, path: string, code: ErrorCode = 'INVALID_CONFIG'): unknown {
  return reading(code, path, 'plain data', () => copyOf(value, path, code, 0))
}

function copyOf(value: unknown, path: string, code: ErrorCode, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  const refuse = (expected: string, got: string) => unexpected(code, path, expected, got, { path })
  if (depth > DEEPEST) throw refuse(`plain data of at most ${DEEPEST} levels`, 'more')
  if (isArray(value)) {
    const { length } = value
    if (length > LONGEST) throw refuse(`arrays of at most ${LONGEST} elements`, String(length))
    return Array.from({ length }, (_, index) => copyOf(value[index], path, code, depth + 1))
  }
  if (!isOptionObject(value)) return value
  const copy: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(value)) copy[key] = copyOf(value[key], path, code, depth + 1)
  return copy
}

/** The same properties without a prototype: one that is absent reads as undefined, whatever stands on Object.prototype. */
export function withoutPrototype<T extends object>(properties: T): T {
  return Object.assign(Object.create(null), properties)
}
