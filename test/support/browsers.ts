// Runs a page in a real browser: serves it on the loopback, starts the browser without a window, waits until the page
// posts its result (anywhere/report.js), and ends exactly the processes it started. Knows nothing of the library.
// Both browsers are started by hand since Debian's Firefox does not answer to Playwright.
import { type ChildProcess, spawn } from 'node:child_process'
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser } from './find-browser.ts'

export interface Page {
  /** What is served: a prefix of the address ending in a slash, and the folder shown there. The first that fits counts. */
  readonly folders: Readonly<Record<string, string>>
  /** The page to open; '/' shows index.html */
  readonly path?: string
  /** A file to open instead of a served page: it is given the address of the server as `?harness=` */
  readonly file?: string
  /** Headers of every response, a Content-Security-Policy for instance */
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until the page must have reported */
  readonly timeout?: number
}

/** Opens a page that loads `/report.js` and calls `report(value)`; returns the value or throws what went wrong. */
export async function openPage(browser: Browser, executable: string, page: Page): Promise<unknown> {
  const timeout = page.timeout ?? 90_000
  const visit = await serve(page)
  const running = start(browser, executable, visit.address)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the page reported nothing within ${timeout} ms`)), timeout)
  })
  try {
    return await Promise.race([visit.reported, running.ended, late])
  } catch (error) {
    const requests = visit.requests.join(', ') || 'none'
    throw new Error(
      `${browser}: ${(error as Error).message}\nRequests: ${requests}\nThe browser's last words:\n${running.words()}`,
    )
  } finally {
    clearTimeout(timer)
    await running.end()
    visit.close()
  }
}

interface Visit {
  readonly address: string
  readonly reported: Promise<unknown>
  readonly requests: string[]
  close(): void
}

const REPORT_SCRIPT = fileURLToPath(new URL('../anywhere/report.js', import.meta.url))

async function serve(page: Page): Promise<Visit> {
  const requests: string[] = []
  let server: Server
  const reported = new Promise<unknown>((resolve, reject) => {
    server = createServer((request, response) => {
      for (const [name, value] of Object.entries(page.headers ?? {})) response.setHeader(name, value)
      response.setHeader('Cache-Control', 'no-store')
      if (request.method === 'POST') return receive(request, response, resolve, reject)
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      requests.push(`${pathname} ${answer(response, fileOf(page, decodeURIComponent(pathname)))}`)
    })
  })
  reported.catch(() => {}) // it may come after the end
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server!.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return {
    address: page.file ? `${pathToFileURL(page.file)}?harness=${origin}` : `${origin}${page.path ?? '/'}`,
    reported,
    requests,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Takes `{ value }` or `{ error }` from the page. */
function receive(
  request: IncomingMessage,
  response: ServerResponse,
  resolve: (value: unknown) => void,
  reject: (error: Error) => void,
) {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (text) => {
    body += text
  })
  request.on('end', () => {
    response.end()
    const outcome = JSON.parse(body)
    if ('error' in outcome) reject(new Error(`the page failed: ${outcome.error}`))
    else resolve(outcome.value)
  })
}

function fileOf(page: Page, pathname: string): string | undefined {
  if (pathname === '/report.js') return REPORT_SCRIPT
  for (const [prefix, folder] of Object.entries(page.folders)) {
    if (!pathname.startsWith(prefix)) continue
    const file = normalize(join(folder, pathname.slice(prefix.length) || 'index.html'))
    return file.startsWith(normalize(folder + sep)) && existsSync(file) && statSync(file).isFile() ? file : undefined
  }
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
}

function answer(response: ServerResponse, file: string | undefined): number {
  response.statusCode = file === undefined ? 404 : 200
  if (file === undefined) response.end()
  else {
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream')
    createReadStream(file).pipe(response)
  }
  return response.statusCode
}

interface Running {
  /** Rejects when the browser ends by itself */
  readonly ended: Promise<never>
  /** The end of what the browser wrote on its standard error */
  words(): string
  /** Ends the browser and removes its profile. */
  end(): Promise<void>
}

function start(browser: Browser, executable: string, address: string): Running {
  const home = mkdtempSync(join(tmpdir(), `wasmprop-${browser}-`))
  const child = launch(executable, ARGUMENTS[browser](home, address), {
    ...process.env,
    HOME: home, // Firefox refuses to run as root in another user's home
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_RUNTIME_DIR: home,
    MOZ_CRASHREPORTER_DISABLE: '1',
  })
  let words = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    words = (words + text).slice(-4000)
  })
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new Error('the browser ended before the page reported')))
  })
  ended.catch(() => {})
  return {
    ended,
    words: () => words.trim() || '(none)',
    end: async () => {
      endGroup(child)
      await gone
      child.stderr?.destroy()
      rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/**
 * A process group of its own, led by a shell that ends the whole group when the browser ends or when its standard input
 * closes: so nothing survives a test process that is killed.
 */
const KEEPER = '{ "$0" "$@" </dev/null; echo "(exit code $?)" >&2; kill -KILL 0; } & read -r _; kill -KILL 0'

export function launch(executable: string, args: string[], env: NodeJS.ProcessEnv): ChildProcess {
  if (process.platform === 'win32') return spawn(executable, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  return spawn('sh', ['-c', KEEPER, executable, ...args], { env, detached: true, stdio: ['pipe', 'ignore', 'pipe'] })
}

export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill()
  else process.kill(-child.pid, 'SIGKILL')
}

const ARGUMENTS = {
  chromium: (home: string, address: string) => [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-breakpad',
    '--no-first-run',
    '--no-proxy-server',
    `--user-data-dir=${home}`,
    address,
  ],
  firefox: (home: string, address: string) => {
    const preferences = Object.entries(FIREFOX_PREFERENCES)
    const lines = preferences.map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)})\n`)
    writeFileSync(join(home, 'user.js'), lines.join(''))
    return ['--headless', '--no-remote', '--profile', home, address]
  },
}

/** No telemetry, no updates, no pages of the first run, no look at the network. */
const FIREFOX_PREFERENCES = {
  'app.normandy.enabled': false,
  'app.shield.optoutstudies.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.region.network.url': '',
  'browser.safebrowsing.downloads.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'browser.search.update': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.healthreport.uploadEnabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.update.enabled': false,
  'media.gmp-manager.url': '',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'services.settings.server': 'data:,',
  'startup.homepage_welcome_url': 'about:blank',
  'termsofuse.bypassNotification': true,
  'toolkit.telemetry.enabled': false,
  'toolkit.telemetry.server': 'data:,',
  'toolkit.telemetry.unified': false,
}
