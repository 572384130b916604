// Runs a page in a real browser: serves it on the loopback, opens it and waits until the page posts its result
// (anywhere/report.js). In a run of tests the browser is that of the whole run (shared.ts), else one for the page.
// Knows nothing of the library.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser } from './find-browser.ts'
import { OpenBrowsers } from './open-browsers.ts'
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
export async function openPage(browser: Browser, page: Page): Promise<unknown> {
  const timeout = page.timeout ?? 180_000
  const served = await serve(page)
  const kept = process.env.WASMPROP_SHARED
  const visit = kept === undefined ? visitAlone(browser, served.address) : visitAt(kept, browser, served.address)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the page reported nothing within ${timeout} ms`)), timeout)
  })
  try {
    return await Promise.race([served.reported, visit.ended, late])
  } catch (error) {
    const requests = served.requests().join(', ') || 'none'
    throw new Error(`${browser}: ${(error as Error).message}\nRequests: ${requests}`)
  } finally {
    clearTimeout(timer)
    await visit.close()
    await served.close()
  }
}

interface Visit {
  /** Rejects when the browser cannot be started, or ends */
  readonly ended: Promise<never>
  close(): Promise<void> | void
}

/** In the browser that is kept for all tests: as long as the request lasts */
function visitAt(place: string, browser: Browser, address: string): Visit {
  const controller = new AbortController()
  const body = JSON.stringify({ browser, address })
  const ended = fetch(`${place}/page`, { method: 'POST', body, signal: controller.signal }).then(async (response) => {
    throw new Error(await response.text())
  })
  ended.catch(() => {}) // it is aborted in the end
  return { ended, close: () => controller.abort() }
}

function visitAlone(browser: Browser, address: string): Visit {
  const browsers = new OpenBrowsers()
  const ended = browsers.visit(browser, address).then((visit) => visit.ended)
  ended.catch(() => {})
  return { ended, close: () => browsers.end() }
}

interface ServedPage {
  readonly address: string
  readonly reported: Promise<unknown>
  /** What was asked for, with the status of the answer */
  requests(): string[]
  close(): Promise<void>
}

const REPORT_SCRIPT = fileURLToPath(new URL('../anywhere/report.js', import.meta.url))

async function serve({ folders, path, file, headers }: Page): Promise<ServedPage> {
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
