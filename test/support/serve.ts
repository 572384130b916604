// Files on the loopback, for pages in browsers: what lies where is the caller's. Knows nothing of browsers.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface Site {
  /** A prefix of the address ending in a slash, and the folder shown there. The first that fits counts. */
  readonly folders: Readonly<Record<string, string>>
  /** Headers of every response, a Content-Security-Policy for instance */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether bodies are compressed, as static hosts do */
  readonly isCompressed?: boolean
  /** Single files by their address */
  readonly files?: Readonly<Record<string, string>>
  onPost?(request: IncomingMessage, response: ServerResponse): void
}

export interface Answer {
  readonly path: string
  readonly status: number
  /** Of the body as it was sent */
  readonly bytes: number
}

export interface Served {
  /** `http://127.0.0.1:port` */
  readonly origin: string
  readonly answered: Answer[]
  close(): Promise<void>
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}

export async function serveSite(site: Site): Promise<Served> {
  const answered: Answer[] = []
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(site.headers ?? {})) response.setHeader(name, value)
    if (request.method === 'POST' && site.onPost) return site.onPost(request, response)
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname)
    answered.push({ path, ...answer(response, fileOf(site, path), site.isCompressed === true) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function fileOf({ folders, files = {} }: Site, path: string): string | undefined {
  if (Object.hasOwn(files, path)) return files[path]
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue
    const file = normalize(join(folder, path.slice(prefix.length) || 'index.html'))
    return file.startsWith(normalize(folder + sep)) && existsSync(file) && statSync(file).isFile() ? file : undefined
  }
}

function answer(response: ServerResponse, file: string | undefined, isCompressed: boolean): Omit<Answer, 'path'> {
  if (file === undefined) {
    response.writeHead(404).end()
    return { status: 404, bytes: 0 }
  }
  const body = isCompressed ? compressed(file) : readFileSync(file)
  response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream')
  if (isCompressed) response.setHeader('Content-Encoding', 'gzip')
  response.writeHead(200).end(body)
  return { status: 200, bytes: body.length }
}

const compressedFiles = new Map<string, { readonly at: number; readonly body: Buffer }>()

/** Once for each file as long as it is not written anew: a page is opened many times. */
function compressed(file: string): Buffer {
  const { mtimeMs: at } = statSync(file)
  const known = compressedFiles.get(file)
  if (known?.at === at) return known.body
  const body = gzipSync(readFileSync(file))
  compressedFiles.set(file, { at, body })
  return body
}
