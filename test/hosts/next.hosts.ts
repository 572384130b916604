// Next builds and serves an app that trains on the server and in a page.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { installPackage } from '../anywhere/package.ts'
import { openPage } from '../support/browsers.ts'
import { endServer, installHosts, output, say, startServer, versionIn } from './install.ts'
import { expectWorking, type Result } from './result.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const BIN = 'node_modules/next/dist/bin/next'

it.each([15, 16])('Next %i', async (major) => {
  const packages = { next: `next@${major}`, react: 'react@19', 'react-dom': 'react-dom@19' }
  const home = installHosts(`next${major}`, packages)
  const installed = await installPackage() // its build follows no link out of its folder
  const place = 'node_modules/wasmprop'
  rmSync(join(home, place), { recursive: true, force: true })
  cpSync(join(installed.folder, place), join(home, place), { recursive: true })
  installed.remove()
  cpSync(join(here, 'next'), home, { recursive: true })
  cpSync(join(here, 'pages/scenario.js'), join(home, 'scenario.js'))
  output(home, BIN, 'build')
  const port = 4300 + major
  const server = await startServer(home, [BIN, 'start', '-H', '127.0.0.1', '-p', String(port)], /Ready/)
  try {
    const address = `http://127.0.0.1:${port}`
    const html = await (await fetch(address)).text()
    const onServer: Result = JSON.parse((/<pre>(.*)<\/pre>/.exec(html)?.[1] ?? '{}').replaceAll('&quot;', '"'))
    expectWorking(onServer, onServer.hash)
    const visit = { folders: { '/': join(here, 'pages') }, path: `/redirect.html?to=${address}/browser` }
    const inPage = (await openPage('chromium', visit)) as Result
    expect(inPage).toMatchObject({ hash: onServer.hash, engine: 'wasm', worker: onServer.hash })
    const page = `page ${inPage.hash}, worker ${inPage.worker}`
    say('Next', versionIn(home, 'next'), `server ${onServer.hash}, worker, 2 threads, trainMany`, page)
  } finally {
    await endServer(server)
  }
})
