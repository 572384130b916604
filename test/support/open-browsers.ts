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
  /** Opens or closes a tab: never two at once, since Firefox loses a new one while another is closed. */
  inTurn<T>(act: () => Promise<T>): Promise<T>
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
    const { running, driven, inTurn } = await this.#opened(browser)
    const tab = await inTurn(() => driven.newPage())
    // What cannot be opened reports nothing.
    tab.goto(address, { timeout: 0 }).catch(() => {})
    return { ended: running.ended, close: () => inTurn(() => tab.close()) }
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
      return { running, driven: await puppeteer.connect(CONNECTION[browser](running.address)), inTurn: oneByOne() }
    } catch (error) {
      await running.end()
      throw error
    }
  }
}

function oneByOne(): Open['inTurn'] {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const next = last.then(act)
    last = next.catch(() => {})
    return next
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
