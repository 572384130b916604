// Many networks over threads in real browsers, in pages that are not isolated: the same bits as on one thread in Node.
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { openPage } from '../support/browsers.ts'
import { type Browser, whenFound } from '../support/tools.ts'
import { type Installed, installPackage } from './package.ts'

let installed: Installed
/** What many-scenario.js returns */
let inNode: { hashes: string[]; isShared: boolean }

beforeAll(async () => {
  installed = await installPackage()
  const pages = ['plain', 'bundled'].flatMap((page) => [`many-${page}.html`, `many-${page}.js`])
  installed.add('many-scenario.js', 'many.mjs', 'report.js', ...pages)
  inNode = JSON.parse(await installed.node('many.mjs', '1'))
  await build({
    root: installed.folder,
    configFile: false,
    logLevel: 'warn',
    build: { outDir: 'built', rolldownOptions: { input: join(installed.folder, 'many-bundled.html') } },
  })
})

afterAll(() => installed?.remove())

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
      const page = { ...plain(), headers: { 'Content-Security-Policy': policy } }
      expect(await openPage(browser, page)).toEqual(inNode)
    })
  })
}
