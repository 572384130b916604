// How the messages show what others wrote: short, escaped, and never throwing.
import { describe, expect, it } from 'vitest'
import { clip, describe as shown, unexpected } from '../src/errors.ts'

const revoked = (target: object) => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

/** An array that says of its length what it likes */
const lying = (length: unknown) => new Proxy([], { get: () => length })

const throwing = new Proxy([], {
  get() {
    throw new Error('a trap')
  },
})

describe('a value in a message', () => {
  // Named, since vitest cannot show hostile values itself.
  const cases: Record<string, [value: unknown, words: string]> = {
    text: ['text', '"text"'],
    'control characters': ['\u009b31m\u202ered\u0007', '"\\u009b31m\\u202ered\\u0007"'],
    'long text': ['A'.repeat(1e6), `"${'A'.repeat(40)}…"`],
    'a bigint': [7n, '7n'],
    'a large bigint': [10n ** 30n, 'a large bigint'],
    'a symbol': [Symbol('name'), 'a symbol'],
    'an array': [[1, 2], 'an array of 2'],
    'a revoked array': [revoked([]), 'an object'],
    'a revoked object': [revoked({}), 'an object'],
    'a revoked function': [revoked(() => 0), 'a function'],
    'an array whose length is a symbol': [lying(Symbol('length')), 'an Array'],
    'an array whose length is text': [lying('B'.repeat(1e6)), `a ${'B'.repeat(80)}…`],
    'an array that throws': [throwing, 'an object'],
    'a tag of control characters': [
      { [Symbol.toStringTag]: `\u001b[31m${'C'.repeat(1e6)}` },
      `a \\u001b[31m${'C'.repeat(75)}…`,
    ],
    'a map': [new Map(), 'a Map'],
  }

  it.each(Object.keys(cases))('is shown: %s', (name) => {
    const [value, words] = cases[name]
    expect(shown(value)).toBe(words)
  })
})

describe('text of others', () => {
  it('is shown as it stands where it is short and plain, quotes and backslashes too', () => {
    const text = 'C:\\new "file".csv'
    expect(clip(text)).toBe(text)
  })

  it.each([...'\0\b\n\x1b\x7f\x80\x9b\x9f\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ud800'])(
    'has no character that a terminal obeys: %j',
    (character) => {
      expect(clip(`a${character}b`)).toMatch(/^a\\(u[0-9a-f]{4}|[bn])b$/)
    },
  )

  it('is cut after 80 characters', () => {
    expect(clip('A'.repeat(80))).toBe('A'.repeat(80))
    expect(clip('A'.repeat(81))).toBe(`${'A'.repeat(80)}…`)
  })
})

describe('unexpected', () => {
  it('names the place, what was expected and what came', () => {
    const error = unexpected('INVALID_DATA', 'inputs[3]', 'a number', 'a Map', { path: 'inputs', row: 3 })
    expect(error).toMatchObject({ code: 'INVALID_DATA', path: 'inputs', row: 3 })
    expect(error.message).toBe('inputs[3]: expected a number, got a Map')
  })

  it('is of the place that it names, and says nothing of what came where there is nothing to say', () => {
    const error = unexpected('INVALID_SHAPE', 'targets', 'rows')
    expect(error).toMatchObject({ path: 'targets', message: 'targets: expected rows' })
  })
})
