// The page as its visitors get it: built once for all tests of a run, served on the loopback, opened in Chromium.
import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { isMade, makeOnce, stampOf } from '../../scripts/stamps.mjs'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = join(ROOT, 'build/playground')
const LOCK = join(ROOT, 'build/playground.lock')
/** What the page is made of, beside the package */
const INPUTS = ['src', 'scripts', 'assembly', 'package-lock.json']

/** Builds the page unless it is there, in one process at a time. */
export async function buildPlayground(): Promise<void> {
  const stamp = stampOf(INPUTS)
  const isThere = () => isMade('build/playground', stamp) && existsSync(join(FOLDER, 'index.html'))
  while (!isThere()) {
    try {
      mkdirSync(LOCK)
    } catch {
      await wait(200) // another file's tests build it
      continue
    }
    try {
      const build = () => execFileSync(process.execPath, ['scripts/playground.mjs'], { cwd: ROOT, stdio: 'inherit' })
      await makeOnce('build/playground', stamp, build)
    } finally {
      rmSync(LOCK, { recursive: true })
    }
  }
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

export interface ServedPlayground {
  readonly address: string
  close(): Promise<void>
}

/** Serves the built page as any static host does. */
export async function servePlayground(headers: Readonly<Record<string, string>> = {}): Promise<ServedPlayground> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = normalize(join(FOLDER, pathname === '/' ? 'index.html' : decodeURIComponent(pathname)))
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (!file.startsWith(FOLDER) || !existsSync(file) || !statSync(file).isFile()) {
      response.statusCode = 404
      response.end()
      return
    }
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-proxy-server',
]

/** Imported here only: it takes a second. */
export async function startChromium(executablePath: string): Promise<Browser> {
  const { chromium } = await import('playwright-core')
  return chromium.launch({ executablePath, chromiumSandbox: false, args: ARGUMENTS })
}

/** Runs `visit` with a page of its own; an error that nobody caught in the page fails it. */
export async function visiting(
  browser: Browser,
  address: string,
  options: BrowserContextOptions,
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const errors: string[] = []
    page.on('pageerror', ({ message }) => errors.push(message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    await page.goto(address)
    await visit(page)
    if (errors.length > 0) throw new Error(`the page has errors: ${errors.join('; ')}`)
  } finally {
    await context.close()
  }
}
