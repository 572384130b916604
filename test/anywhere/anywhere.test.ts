// The installed package gives the same bits everywhere: Node, a Vite build and plain modules in real browsers, and a page
// whose policy forbids WebAssembly.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openPage, type Page } from '../support/browsers.ts'
import { type Browser, whenFound } from '../support/tools.ts'
import { type Installed, sharedPackage } from './package.ts'

/** What scenario.js returns */
interface Result {
  hashes: string[]
  predictions: unknown
  engine: { name: string; threads: number; relaxed: boolean; reason?: string }
}

let installed: Installed
let inNode: Result
/** What table-scenario.js returns: with one thread, with more and in the other engine */
let table: { digest: string }
let tables: unknown[]

beforeAll(async () => {
  installed = await sharedPackage()
  inNode = JSON.parse(await installed.node('node.mjs'))
  ;[table, ...tables] = JSON.parse(await installed.node('table-node.mjs'))
})

const wasm = { name: 'wasm', threads: 1, relaxed: false }

function expectTheSame(result: Result) {
  const { hashes, predictions } = inNode
  expect(result).toMatchObject({ hashes, predictions })
}

describe('in Node', () => {
  it('the package trains in WebAssembly and predicts', () => {
    expect(inNode.engine).toEqual(wasm)
    expect(inNode.hashes).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), expect.stringMatching(/^[0-9a-f]{16}$/)])
    const [scores, classes] = inNode.predictions as [number[][], number[][]]
    // As plain gradient descent from the same weights gives them, computed apart from the library
    expect(scores.map(([score]) => Math.round(score * 10) / 10)).toEqual([89.6, 87.9, 89.4])
    for (const row of classes) expect(row.reduce((sum, share) => sum + share)).toBeCloseTo(1, 5)
  })

  it('the TypeScript engine gives the same', async () => {
    const result = JSON.parse(await installed.node('node.mjs', 'typescript'))
    expect(result.engine.name).toBe('typescript')
    expectTheSame(result)
  })

  it('a table comes to the same model at any number of threads, and in the TypeScript engine', () => {
    expect(table.digest).toMatch(/^[0-9a-f]{16}$/)
    expect(tables).toEqual([table, table, table])
  })

  it.each(['import', 'require'])('a CommonJS program gets the same through %s()', async (way) => {
    expectTheSame(JSON.parse(await installed.node('common.cjs', 'auto', way)))
  })
})

const browsers: Browser[] = ['chromium', 'firefox']
for (const browser of browsers) {
  describe(`in ${browser}`, () => {
    const open = async (page: Page) => (await openPage(browser, page)) as Result
    const plain = () => ({ folders: { '/': installed.folder }, path: '/plain.html' })
    const withPolicy = (policy: string) => ({ ...plain(), headers: { 'Content-Security-Policy': policy } })

    whenFound(browser, 'a Vite build gives the same as Node', async () => {
      const result = await open({ folders: { '/': join(installed.folder, 'built') } })
      expect(result.engine).toEqual(wasm)
      expectTheSame(result)
    })

    whenFound(browser, 'plain modules give the same as Node', async () => {
      const result = await open(plain())
      expect(result.engine).toEqual(wasm)
      expectTheSame(result)
    })

    whenFound(browser, 'a table comes to the same model as in Node, at any number of threads', async () => {
      expect(await openPage(browser, { ...plain(), path: '/table.html' })).toEqual([table, table])
    })

    whenFound(browser, 'a timer can abort what the page trains', async () => {
      expect(await openPage(browser, { ...plain(), path: '/timers.html' })).toBe('aborted')
    })

    whenFound(browser, "a policy with 'wasm-unsafe-eval' is enough", async () => {
      const result = await open(withPolicy("script-src 'self' 'wasm-unsafe-eval'"))
      expect(result.engine).toEqual(wasm)
      expectTheSame(result)
    })

    whenFound(
      browser,
      'a policy without it leads to the TypeScript engine, the reason and the same numbers',
      async () => {
        const result = await open(withPolicy("script-src 'self'"))
        expect(result.engine).toEqual({
          ...wasm,
          name: 'typescript',
          reason: expect.stringMatching(/^the Content-Security-Policy forbids WebAssembly: 'wasm-unsafe-eval'/),
        })
        expectTheSame(result)
      },
    )
  })
}
