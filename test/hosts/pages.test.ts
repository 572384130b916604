// Workers and threads in pages that give the library no file for them: a bundle of one file, another origin, and where Trusted
// Types are required. All give the bits of Node. More bundlers: matrix.hosts.ts, by `npm run test:hosts`.
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPackage, type OwnInstalled } from '../anywhere/package.ts'
import { openPage, type Page } from '../support/browsers.ts'
import { type Browser, whenFound } from '../support/tools.ts'
import { expectWorking, type Result } from './result.ts'

const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

let installed: OwnInstalled
let inNode: Result

beforeAll(async () => {
  installed = await installPackage()
  cpSync(fileURLToPath(new URL('pages', import.meta.url)), installed.folder, { recursive: true })
  installed.add('report.js')
  const classic = readFileSync(join(installed.folder, 'scenario.js'), 'utf8').replaceAll('export ', '')
  writeFileSync(join(installed.folder, 'classic-scenario.js'), classic)
  inNode = JSON.parse(await installed.node('node.mjs'))
  const { warnings } = await esbuild.build({
    entryPoints: [join(installed.folder, 'bundled.js')],
    outfile: join(installed.folder, 'built.js'),
    bundle: true,
    format: 'esm',
    logLevel: 'silent',
  })
  expect(warnings).toEqual([])
})

afterAll(() => installed?.remove())

it('Node runs all of it', () => {
  expectWorking(inNode, inNode.hash)
})

const browsers: Browser[] = ['chromium', 'firefox']
for (const browser of browsers) {
  describe(`in ${browser}`, () => {
    const open = async (path: string, headers: Page['headers'] = {}) => {
      const page = { folders: { '/': installed.folder }, path, headers: { ...ISOLATED, ...headers } }
      return (await openPage(browser, page)) as Result
    }

    whenFound(browser, 'a bundle without the file of workers', async () => {
      expectWorking(await open('/built.html'), inNode.hash)
    })

    whenFound(browser, 'a library from another origin', async () => {
      const headers = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' }
      expectWorking(await open('/other-origin.html', headers), inNode.hash)
    })

    whenFound(browser, 'where Trusted Types are required, by the policy "wasmprop"', async () => {
      const policy = "require-trusted-types-for 'script'; trusted-types wasmprop"
      expectWorking(await open('/plain.html', { 'Content-Security-Policy': policy }), inNode.hash)
    })

    whenFound(browser, 'a page that is a file, with the classic script', async () => {
      const page = { folders: { '/': installed.folder }, file: join(installed.folder, 'file.html') }
      const { hash, engine, worker, many } = (await openPage(browser, page)) as Result
      expect({ hash, engine, worker }).toEqual({ hash: inNode.hash, engine: 'wasm', worker: 'NONE: not asked here' })
      expect(many.hashes).toEqual([inNode.hash])
    })

    whenFound(browser, 'a service worker, with the classic script', async () => {
      const { hash, engine, threads } = await open('/service-worker.html')
      expect({ hash, engine }).toEqual({ hash: inNode.hash, engine: 'wasm' })
      expect(threads).toMatchObject({ hash: inNode.hash, count: 1 })
    })

    whenFound(browser, 'where neither file nor text may be a worker, all addresses are named', async () => {
      const policy = "worker-src 'none'"
      const result = await open('/plain.html', { 'Content-Security-Policy': policy })
      expect(result).toMatchObject({ hash: inNode.hash, threads: { hash: inNode.hash, count: 1 } })
      expect(result.many.hashes).toEqual([inNode.hash])
      const tried = /no worker could be started from http:.*worker-host\.js \(.*\), nor from its script's own text \(/
      expect(result.worker).toMatch(tried)
      expect(result.threads.reason).toMatch(tried)
    })
  })
}
