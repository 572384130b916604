// Builds the page, serves it under a path of its own as any static host would, and opens it in Chromium or Firefox.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('../../', import.meta.url))
const built = join(root, 'build/playground')
export const run = promisify(execFile)

export const buildPage = () => run(process.execPath, ['scripts/playground.mjs'], { cwd: root })

export interface Host {
  /** Ends in a slash */
  readonly address: string
  /** Paths that were asked for, with the bytes that their compressed bodies had */
  readonly answered: { readonly path: string; readonly bytes: number }[]
  close(): void
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A static host: files as they are, compressed, under `/some/path/` */
export async function host(headers: Readonly<Record<string, string>> = {}): Promise<Host> {
  const prefix = '/some/path/'
  const answered: Host['answered'] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const path = pathname.startsWith(prefix) ? pathname.slice(prefix.length) || 'index.html' : ''
    const file = join(built, path)
    if (path === '' || path.includes('..') || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end()
      return
    }
    const body = gzipSync(readFileSync(file))
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'gzip', ...headers }).end(body)
    answered.push({ path, bytes: body.length })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}${prefix}`,
    answered,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-proxy-server',
]

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
