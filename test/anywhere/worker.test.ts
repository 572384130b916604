// Networks in the workers of real browsers give the same bits as in Node, and stay within reach while they train.
import { join } from 'node:path'
import { beforeAll, describe, expect } from 'vitest'
import { openPage, type Page } from '../support/browsers.ts'
import { type Browser, whenFound } from '../support/tools.ts'
import { type Installed, sharedPackage } from './package.ts'

/** What worker-scenario.js returns */
interface Result {
  hashes: string[]
  predictions: unknown
  engine: unknown
  stopReason: string
  steps: number
  epochs: number
}

let installed: Installed
let inNode: Result

beforeAll(async () => {
  installed = await sharedPackage()
  inNode = JSON.parse(await installed.node('node.mjs'))
})

function expectTheSame(result: Result) {
  expect(result).toMatchObject({ ...inNode, stopReason: 'aborted' })
  expect(result.steps).toBeGreaterThan(0)
  expect(result.epochs).toBeLessThan(1e6)
}

const browsers: Browser[] = ['chromium', 'firefox']
for (const browser of browsers) {
  describe(`in ${browser}`, () => {
    const open = (page: Page) => openPage(browser, page)
    const plain = () => ({ folders: { '/': installed.folder }, path: '/worker-plain.html' })
    const withPolicy = (policy: string) => ({ ...plain(), headers: { 'Content-Security-Policy': policy } })

    whenFound(browser, 'plain modules give the same as Node', async () => {
      expectTheSame((await open(plain())) as Result)
    })

    whenFound(browser, 'a Vite build gives the same, in its own workers and in a given one', async () => {
      const page = { folders: { '/': join(installed.folder, 'built') }, path: '/worker-bundled.html' }
      const { own, given } = (await open(page)) as Record<string, Result>
      expectTheSame(own)
      expectTheSame(given)
    })

    whenFound(browser, 'a policy that forbids workers is an error that says what to do', async () => {
      const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'"
      const { code, message } = (await open(withPolicy(policy))) as { code: string; message: string }
      expect(code, message).toBe('ENGINE_FAILED')
      expect(message).toMatch(/worker-src/)
    })
  })
}
