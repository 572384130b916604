// What a page has put on Object.prototype changes no result, here and in workers: neither options nor what the library
// leaves out of its own objects is read through it.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { optionalNames } from '../support/names.ts'

const ROOMS = ['analysis', 'config', 'data', 'engines', 'hosts', 'many', 'memory', 'model', 'network']
const MORE_ROOMS = ['numerics', 'options', 'prediction', 'tables', 'training', 'worker']
/** What Node reads of objects of its own, as when it loads a module */
const OF_NODE = ['cause', 'env', 'name', 'path', 'process', 'signal', 'type', 'value']

const names = optionalNames(fileURLToPath(new URL('../../src', import.meta.url)), [...ROOMS, ...MORE_ROOMS])
const pathOf = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url))

/** What each public function gives, in a process where these names are on Object.prototype */
async function callAll(polluted: readonly string[], value: unknown): Promise<Map<string, string>> {
  const env = { ...process.env, POLLUTED_NAMES: polluted.join(), POLLUTED_VALUE: JSON.stringify(value) }
  const args = ['--import', pathOf('pollute.mjs'), pathOf('every-call.mjs')]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  )
}

describe('what is on Object.prototype', () => {
  let clean: Map<string, string>

  beforeAll(async () => {
    clean = await callAll([], 0)
  })

  it('has names of options of every room', () => {
    expect(names).toEqual(expect.arrayContaining(['weights', 'labelSmoothing', 'momentum', 'validation', 'threads']))
    expect(clean.size).toBeGreaterThan(80)
  })

  it.each([3, true, 'x'])('as %o changes no result', { timeout: 300_000 }, async (value) => {
    const polluted = names.filter((name) => !OF_NODE.includes(name))
    expect(await callAll([...polluted, 'isUp'], value)).toEqual(clean)
  })
})
