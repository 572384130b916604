// The page as its visitors get it: served on the loopback, opened in Chromium. build-page.ts has built it.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export const run = promisify(execFile)

const FOLDER = fileURLToPath(new URL('../../build/playground/', import.meta.url))

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
}

export interface ServedPlayground {
  /** Ends in a slash */
  readonly address: string
  /** Paths that were asked for, with the bytes that their compressed bodies had */
  readonly answered: { readonly path: string; readonly bytes: number }[]
  close(): Promise<void>
}

/** Under a path of its own, as a page on a static host may have */
const PREFIX = '/some/path/'

/** Serves the built page as any static host does: files as they are, compressed. */
export async function servePlayground(headers: Readonly<Record<string, string>> = {}): Promise<ServedPlayground> {
  const answered: ServedPlayground['answered'] = []
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = pathname.startsWith(PREFIX) ? decodeURIComponent(pathname.slice(PREFIX.length)) || 'index.html' : ''
    const file = normalize(join(FOLDER, path))
    if (path === '' || !file.startsWith(FOLDER) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end()
      return
    }
    const body = gzipSync(readFileSync(file))
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'gzip', ...headers }).end(body)
    answered.push({ path, bytes: body.length })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PREFIX}`,
    answered,
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

/** Milliseconds that a step of a visitor may take, on a slow and busy machine too */
export const PATIENCE = 90_000

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
    context.setDefaultTimeout(PATIENCE)
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

/** A folder that is gone after `use` */
export async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wasmprop-page-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

/** What a program of the page prints in Node, with the package as it is built */
export async function runProgram(text: string): Promise<string> {
  const index = new URL('../../dist/index.js', import.meta.url).href
  const program = text.replace("from 'wasmprop'", `from ${JSON.stringify(index)}`)
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program])
  return stdout.trim()
}
