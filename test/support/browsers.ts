// Runs a page in a real browser: serves it on the loopback, starts the browser without a window, waits until the page
// posts its result (anywhere/report.js), and ends exactly the processes it started. Knows nothing of the library.
// Both browsers are started by hand since Debian's Firefox does not answer to Playwright.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser } from './find-browser.ts'
import { serveSite } from './serve.ts'

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
    const requests = visit.requests().join(', ') || 'none'
    throw new Error(
      `${browser}: ${(error as Error).message}\nRequests: ${requests}\nThe browser's last words:\n${running.words()}`,
    )
  } finally {
    clearTimeout(timer)
    await running.end()
    await visit.close()
  }
}

interface Visit {
  readonly address: string
  readonly reported: Promise<unknown>
  /** What was asked for, with the status of the answer */
  requests(): string[]
  close(): Promise<void>
}

const REPORT_SCRIPT = fileURLToPath(new URL('../anywhere/report.js', import.meta.url))

async function serve({ folders, path, file, headers }: Page): Promise<Visit> {
  let settle: ((outcome: Outcome) => void) | undefined
  const reported = new Promise<unknown>((resolve, reject) => {
    settle = (outcome) => {
      if ('error' in outcome) reject(new Error(`the page failed: ${outcome.error}`))
      else resolve(outcome.value)
    }
  })
  reported.catch(() => {}) // it may come after the end
  const { origin, answered, close } = await serveSite({
    folders,
    files: { '/report.js': REPORT_SCRIPT },
    headers: { ...headers, 'Cache-Control': 'no-store' },
    onPost: (request, response) => receive(request, response, (outcome) => settle?.(outcome)),
  })
  return {
    address: file ? `${pathToFileURL(file)}?harness=${origin}` : `${origin}${path ?? '/'}`,
    reported,
    requests: () => answered.map(({ path: asked, status }) => `${asked} ${status}`),
    close,
  }
}

type Outcome = { readonly value: unknown } | { readonly error: string }

function receive(request: IncomingMessage, response: ServerResponse, settle: (outcome: Outcome) => void): void {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (text) => {
    body += text
  })
  request.on('end', () => {
    response.end()
    settle(JSON.parse(body))
  })
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

/** No graphics card, no look at the network */
export const CHROMIUM_ARGUMENTS = [
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
]

const ARGUMENTS = {
  chromium: (home: string, address: string) => [
    '--headless',
    ...CHROMIUM_ARGUMENTS,
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
