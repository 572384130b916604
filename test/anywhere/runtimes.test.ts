// The installed package gives the same bits in Bun, Deno and a newer Node: in both engines, in a worker, on threads, from a
// file, and of a table.
import { beforeAll, describe, expect } from 'vitest'
import { nameOf, type Runtime, runtimes } from '../support/find-runtime.ts'
import { whenFound } from '../support/tools.ts'
import { type Installed, sharedPackage } from './package.ts'

let installed: Installed
let here: Record<string, { hashes: string[]; engine: object }>

beforeAll(async () => {
  installed = await sharedPackage()
  here = JSON.parse(await installed.node('runtime.mjs'))
})

const ARGUMENTS: Record<Runtime, string[]> = { node: [], bun: [], deno: ['run', '--allow-all'] }

for (const runtime of runtimes) {
  describe(`in ${nameOf(runtime)}`, () => {
    whenFound(runtime, 'everything gives the bits of the Node that runs this', async (executable) => {
      const there = JSON.parse(await installed.run(executable, [...ARGUMENTS[runtime], 'runtime.mjs']))
      expect(there.wasm.engine).toEqual({ name: 'wasm', threads: 1, relaxed: false })
      expect(there.threads.engine).toEqual({ name: 'wasm', threads: 2, relaxed: false })
      expect(there.relaxed).toBe(true)
      expect({ ...there, relaxed: here.relaxed }).toEqual(here)
    })
  })
}
