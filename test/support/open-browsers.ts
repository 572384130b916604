// The browsers that pages are opened in: each is started when a page first wants it, and serves all that come after.
import type { Browser as Driven } from 'puppeteer-core'
import { type Browser, findBrowser } from './find-browser.ts'
import { type Running, startBrowser } from './start-browser.ts'

/** A page that is open */
export interface Visit {
  /** Rejects when the browser could not be started or ended by itself */
  readonly ended: Promise<never>
  close(): Promise<void>
}

interface Open {
  readonly running: Running
  readonly driven: Driven
}

export class OpenBrowsers {
  readonly #open = new Map<Browser, Promise<Open>>()
  readonly #find: typeof findBrowser

  /** @param find gives the path of a browser's executable */
  constructor(find = findBrowser) {
    this.#find = find
  }

  /** Opens an address in a tab of its own. What is stored there is kept by origins, so each visit wants an own one. */
  async visit(browser: Browser, address: string): Promise<Visit> {
    const { running, driven } = await this.#opened(browser)
    const tab = await driven.newPage()
    // What cannot be opened reports nothing.
    tab.goto(address, { timeout: 0 }).catch(() => {})
    return { ended: running.ended, close: () => tab.close() }
  }

  async end(): Promise<void> {
    const open = await Promise.allSettled(this.#open.values())
    this.#open.clear()
    for (const each of open) if (each.status === 'fulfilled') await each.value.running.end()
  }

  #opened(browser: Browser): Promise<Open> {
    const known = this.#open.get(browser)
    if (known !== undefined) return known
    const opening = this.#start(browser)
    this.#open.set(browser, opening)
    // One that ended is started anew for the next page.
    const forget = () => this.#open.get(browser) === opening && this.#open.delete(browser)
    opening.then(({ running }) => running.ended).catch(forget)
    return opening
  }

  async #start(browser: Browser): Promise<Open> {
    const executable = await this.#find(browser)
    if (executable === undefined) throw new Error(`${browser} was not found: npm run setup`)
    const running = await startBrowser(browser, executable)
    try {
      const { default: puppeteer } = await import('puppeteer-core') // here only: it takes a second
      return { running, driven: await puppeteer.connect(CONNECTION[browser](running.address)) }
    } catch (error) {
      await running.end()
      throw error
    }
  }
}

const CONNECTION = {
  chromium: (address: string) => ({ browserWSEndpoint: address, defaultViewport: null }),
  firefox: (address: string) => ({
    browserWSEndpoint: `${address}/session`,
    protocol: 'webDriverBiDi' as const,
    defaultViewport: null,
  }),
}
