// What a page has put on Object.prototype changes nothing that is done with tables. Of the rest of the library: network/prototype.test.ts.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { optionalNames } from '../support/names.ts'

const names = optionalNames(fileURLToPath(new URL('../../src', import.meta.url)), ['table'])
/** What Node reads of objects of its own */
const OF_NODE = ['name', 'signal', 'type']
const pathOf = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url))

/** What each function gives, before and after these names are on Object.prototype */
async function callAll(polluted: readonly string[], value: unknown): Promise<string[][][]> {
  const env = { ...process.env, POLLUTED_NAMES: polluted.join(), POLLUTED_VALUE: JSON.stringify(value) }
  const args = [pathOf('every-table-call.mjs')]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, maxBuffer: 2 ** 26 })
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('what is on Object.prototype', () => {
  it.each([7, 'x'])('as %o changes no table and no model', { timeout: 300_000 }, async (value) => {
    expect(names).toEqual(expect.arrayContaining(['budget', 'comment', 'missing', 'only', 'categories', 'logarithm']))
    const polluted = [...names.filter((name) => !OF_NODE.includes(name)), 'bytes', 'skip']
    const [clean, changed] = await callAll(polluted, value)
    expect(clean.length).toBeGreaterThan(30)
    expect(changed).toEqual(clean)
  })
})
