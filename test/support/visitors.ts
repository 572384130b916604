// Visitors of the page in Chromium: one browser for a file of tests, and one tab in which visitors come one after another, each with
// nothing kept, since a tab that has shown the page shows it again at a third of the work. What the page throws, or its policy
// refuses, fails the test.
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { PATIENCE, type ServedPlayground, servePlayground, startChromium } from './playground.ts'

export interface Visitors {
  readonly site: ServedPlayground
  /** What went wrong so far: a test that expects it empties this. */
  readonly faults: string[]
  /** A visitor with tabs of their own; by default without a service worker, which would keep all files each time */
  visit(executable: string, options?: BrowserContextOptions): Promise<BrowserContext>
  /** The next visitor in the tab, at a view of the page; the lab as soon as it can be played */
  open(executable: string, view: string, looks?: Looks): Promise<Page>
}

/** How a visitor sees the page, and where */
export interface Looks {
  readonly address?: string
  readonly colorScheme?: 'light' | 'dark'
  readonly reducedMotion?: 'reduce'
  readonly viewport?: { readonly width: number; readonly height: number }
}

const UNCACHED = { serviceWorkers: 'block' } as const
const VIEWPORT = { width: 1280, height: 900 }

/** To be called at the top of a file of tests */
export function receiveVisitors(): Visitors {
  let site: ServedPlayground
  let browser: Promise<Browser> | undefined
  let tab: Page | undefined
  const contexts: BrowserContext[] = []
  const faults: string[] = []
  const enter = async (executable: string, options: BrowserContextOptions = UNCACHED) => {
    browser ??= startChromium(executable)
    const context = await (await browser).newContext({ viewport: VIEWPORT, ...options })
    context.setDefaultTimeout(PATIENCE)
    context.on('page', (page) => noteFaults(page, faults))
    return context
  }
  beforeAll(async () => {
    site = await servePlayground()
  })
  afterEach(async ({ task }) => {
    for (const context of contexts.splice(0)) await context.close()
    if (task.result?.state === 'fail') {
      await tab?.context().close()
      tab = undefined
    }
    expect(faults.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await (await browser)?.close()
    await site?.close()
  })
  return {
    get site() {
      return site
    },
    faults,
    visit: async (executable, options) => {
      const context = await enter(executable, options)
      contexts.push(context)
      return context
    },
    open: async (executable, view, { address = site.address, viewport = VIEWPORT, ...media } = {}) => {
      tab ??= await (await enter(executable)).newPage()
      await forgetAll(tab, address)
      await tab.setViewportSize(viewport)
      await tab.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference', ...media })
      await tab.goto(`${address}#/${view}`)
      if (view.startsWith('lab')) await isReady(tab)
      return tab
    },
  }
}

/** All that the page has kept, as seen from a file beside it: the page itself may keep more until it is left. */
async function forgetAll(tab: Page, address: string): Promise<void> {
  await tab.goto(`${address}icon.svg`)
  const session = await tab.context().newCDPSession(tab)
  await session.send('Storage.clearDataForOrigin', { origin: new URL(address).origin, storageTypes: 'all' })
  await session.detach()
}

function noteFaults(page: Page, faults: string[]): void {
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('dialog', (dialog) => {
    faults.push(dialog.message())
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    // Pages of plain text have no icon of their own.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) faults.push(message.text())
  })
}

export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })

/** Nothing trains, and the hash is that of the weights as they are. Found by its text: to ask for roles takes long on such a page. */
export const isReady = (page: Page): Promise<void> => page.locator('.bar button:enabled:text-is("One epoch")').waitFor()

/** Also of what is not drawn because it is out of sight */
export const textOf = async (part: Locator, timeout = PATIENCE): Promise<string> =>
  (await part.textContent({ timeout })) ?? ''

export async function hashOf(page: Page): Promise<string> {
  await isReady(page)
  return textOf(page.getByTestId('hash'))
}

export async function trainEpochs(page: Page, epochs: number): Promise<void> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    await button(page, 'One epoch').click()
    await isReady(page)
  }
}

/** Presses Tab until what has the focus is that. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  await page.locator(selector).first().waitFor()
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return
  }
  throw new Error(`no Tab leads to ${selector}`)
}
