// Many networks over threads in real browsers, in pages that are not isolated: the same bits as on one thread in Node.
import { join } from 'node:path'
import { beforeAll, describe, expect } from 'vitest'
import { openPage } from '../support/browsers.ts'
import { type Browser, whenFound } from '../support/tools.ts'
import { type Installed, sharedPackage } from './package.ts'

let installed: Installed
/** What many-scenario.js returns */
let inNode: { hashes: string[]; isShared: boolean }

beforeAll(async () => {
  installed = await sharedPackage()
  inNode = JSON.parse(await installed.node('many.mjs', '1'))
})

const browsers: Browser[] = ['chromium', 'firefox']
for (const browser of browsers) {
  describe(`in ${browser}`, () => {
    const plain = () => ({ folders: { '/': installed.folder }, path: '/many-plain.html' })

    whenFound(browser, 'plain modules share them with a worker', async () => {
      expect(await openPage(browser, plain())).toEqual({ ...inNode, isShared: true })
    })

    whenFound(browser, 'so does a Vite build', async () => {
      const page = { folders: { '/': join(installed.folder, 'built') }, path: '/many-bundled.html' }
      expect(await openPage(browser, page)).toEqual({ ...inNode, isShared: true })
    })

    whenFound(browser, 'a policy that forbids workers leads to one thread', async () => {
      const policy = "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'"
      const page = { ...plain(), path: '/many-plain.html?calls=2', headers: { 'Content-Security-Policy': policy } }
      expect(await openPage(browser, page)).toEqual(inNode)
    })
  })
}
