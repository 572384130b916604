// Parts that are loaded on demand: a host that forbids import() is named, in every place that uses it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import { isRefusal, loadPart } from '../../src/hosts/load.ts'
import { rejection } from '../support/networks.ts'

it('gives what import() gives', async () => {
  expect(await loadPart(Promise.resolve({ part: 1 }))).toEqual({ part: 1 })
})

it('names import() where the host forbids it, and what to do', async () => {
  const cause = new TypeError('import() is disallowed on ServiceWorkerGlobalScope by the HTML specification.')
  const error = await rejection(loadPart(Promise.reject(cause)))
  expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE', cause })
  expect(error.message).toMatch(/import\(\), the host refuses it \(import\(\) is disallowed.*"wasmprop\/single"/)
})

it("passes the library's own errors on", async () => {
  const own = new WasmpropError('OUT_OF_MEMORY', 'on purpose')
  expect(await rejection(loadPart(Promise.reject(own)))).toBe(own)
})

it("tells refusals of the host from the library's mistakes", () => {
  const refusals = [new WasmpropError('ENGINE_FAILED', ''), new RangeError(), new WebAssembly.CompileError()]
  expect(refusals.map(isRefusal)).toEqual([true, true, true])
  expect([new TypeError(), new ReferenceError(), undefined].map(isRefusal)).toEqual([false, false, false])
})

it('is used by every import() of the library', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url))
  const unguarded = readdirSync(src, { recursive: true, encoding: 'utf8' })
    // The command runs in Node, the page is built by Vite, and the script of workers is one file.
    .filter((name) => name.endsWith('.ts') && !/^cli|^playground|accept\.ts$/.test(name))
    .flatMap((name) => {
      const lines = readFileSync(join(src, name), 'utf8').split('\n')
      const calls = lines.filter(
        (line) => /(?<!typeof )\bimport\(['"]\.{1,2}\//.test(line) && !/loadPart\(import/.test(line),
      )
      return calls.map((line) => `${name}: ${line.trim()}`)
    })
  expect(unguarded.filter((line) => !line.startsWith('engines/modules.ts'))).toEqual([])
  expect(readFileSync(join(src, 'engines/modules.ts'), 'utf8')).toContain('loadPart(hexadecimals[name]())')
})
