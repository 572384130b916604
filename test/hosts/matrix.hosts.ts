// Every bundler that npm brings, in Chromium: no warnings, and the bits of Node in the page, in a worker, on threads and in
// trainMany. Prints host, version, what ran and the hash.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPackage, type OwnInstalled, ROOT } from '../anywhere/package.ts'
import { openPage } from '../support/browsers.ts'
import { bundlers, installBundlers, serveByVite, versionOf } from './bundlers.ts'
import { expectWorking, type Result } from './result.ts'

const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }

let installed: OwnInstalled
let inNode: Result
const table: string[][] = []

beforeAll(async () => {
  installBundlers()
  installed = await installPackage()
  cpSync(fileURLToPath(new URL('pages', import.meta.url)), installed.folder, { recursive: true })
  cpSync(join(ROOT, 'test/anywhere/report.js'), join(installed.folder, 'report.js'))
  inNode = JSON.parse(await installed.node('node.mjs'))
})

afterAll(() => {
  installed?.remove()
  console.log(table.map((cells) => cells.join('\t')).join('\n'))
})

async function open(host: string, version: string, path: string): Promise<void> {
  const page = { folders: { '/': installed.folder }, path, headers: ISOLATED }
  const result = (await openPage('chromium', page)) as Result
  const { threads, many, worker, hash } = result
  const ran = [`page ${hash}`, `worker ${worker}`, `${threads.count} threads`, `trainMany ${many.reason ?? 'shared'}`]
  table.push([host, version, ...ran])
  expectWorking(result, inNode.hash)
}

describe.each(Object.keys(bundlers))('%s', (name) => {
  it('builds a page without warnings, which works', async () => {
    const warnings = await bundlers[name](installed.folder, `by-${name}`)
    expect(warnings).toEqual([])
    await open(name, versionOf(name), `/by-${name}/bundler.html`)
  })
})

describe.each(['vite5', 'vite6', 'vite7'] as const)('the server of %s', (name) => {
  it('serves a page that works', async () => {
    const server = await serveByVite(name, installed.folder, ISOLATED)
    try {
      await open(`${name} dev`, versionOf(name), `/redirect.html?to=${encodeURIComponent(server.address)}`)
    } finally {
      await server.close()
    }
  })
})
