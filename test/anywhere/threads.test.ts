// Networks on several threads in real browsers: in pages that are isolated the same bits as on one thread in Node, in others
// one thread and the reason.
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openPage, type Page } from '../support/browsers.ts'
import { type Browser, whenFound } from '../support/tools.ts'
import { type Installed, sharedPackage } from './package.ts'

/** What threads-scenario.js returns */
interface Result {
  hash: string
  engine: { name: string; threads: number; relaxed: boolean; reason?: string }
  stopReason: string
}

const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

let installed: Installed
let inNode: Result

beforeAll(async () => {
  installed = await sharedPackage()
  inNode = JSON.parse(await installed.node('threads.mjs', '1'))
})

const on = (threads: number) => ({ ...inNode, engine: { name: 'wasm', threads, relaxed: false } })

it('two threads in Node give the bits of one', async () => {
  expect(JSON.parse(await installed.node('threads.mjs', '2'))).toEqual(on(2))
})

/**
 * Of 119 such pages in Firefox 153, 8 reported nothing: they had asked for the scripts of two or three of their four workers, and then no
 * timer of the library's went off. Why is not known; another page does.
 */
const ATTEMPTS: Partial<Record<Browser, number>> = { firefox: 3 }
const PATIENCE = 90_000

const browsers: Browser[] = ['chromium', 'firefox']
for (const browser of browsers) {
  describe(`in ${browser}`, () => {
    const open = async (page: Page) => (await openPage(browser, page)) as Result[]
    const openIsolated = async (page: Page, attempts = ATTEMPTS[browser] ?? 1): Promise<Result[]> => {
      try {
        return await open({ ...page, headers: ISOLATED, timeout: PATIENCE })
      } catch (error) {
        if (attempts === 1 || !/the page reported nothing/.test((error as Error).message)) throw error
        return openIsolated(page, attempts - 1)
      }
    }
    const plain = () => ({ folders: { '/': installed.folder }, path: '/threads-plain.html' })

    whenFound(browser, 'an isolated page and its worker give the bits of Node', async () => {
      expect(await openIsolated(plain())).toEqual([on(2), on(3)])
    })

    whenFound(browser, 'so does a Vite build', async () => {
      const page = {
        folders: { '/': join(installed.folder, 'built') },
        path: '/threads-bundled.html',
      }
      expect(await openIsolated(page)).toEqual([on(2), on(3)])
    })

    whenFound(browser, 'a page that is not isolated has one thread, and says why', async () => {
      const [page, worker] = await open(plain())
      for (const { hash, engine } of [page, worker]) {
        expect(hash).toBe(inNode.hash)
        expect(engine).toMatchObject({ name: 'wasm', threads: 1 })
        expect(engine.reason).toMatch(/^one thread: .*Cross-Origin-Opener-Policy/)
      }
    })

    whenFound(browser, 'a policy that forbids workers leads to one thread', async () => {
      const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'"
      const page = {
        ...plain(),
        path: '/threads-page.html',
        headers: { ...ISOLATED, 'Content-Security-Policy': policy },
      }
      const [{ hash, engine }] = await open(page)
      expect(hash).toBe(inNode.hash)
      expect(engine).toMatchObject({
        name: 'wasm',
        threads: 1,
        reason: expect.stringMatching(/^one thread: no worker could be started/),
      })
    })
  })
}
