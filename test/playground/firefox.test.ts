// The page in Firefox, over WebDriver BiDi: it trains there, to the weights that its program comes to in Node.
import puppeteer, { type Page } from 'puppeteer-core'
import { describe, expect } from 'vitest'
import { inFolder, PATIENCE, runProgram, servePlayground } from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'
import { tutorialInNode } from './in-node.ts'

/** Opens the page; nothing outlives the call. */
async function inFirefox(executablePath: string, use: (page: Page) => Promise<void>): Promise<void> {
  const site = await servePlayground()
  await inFolder(async (home) => {
    const firefox = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      userDataDir: `${home}/profile`,
      env: { ...process.env, HOME: home, XDG_CACHE_HOME: home, MOZ_CRASHREPORTER_DISABLE: '1' },
    })
    try {
      const page = await firefox.newPage()
      page.setDefaultTimeout(PATIENCE)
      await page.goto(site.address)
      await use(page)
    } finally {
      await firefox.close()
      await site.close()
    }
  })
}

const isReady = (page: Page) => page.locator('button::-p-text(One epoch)').setWaitForEnabled(true).wait()

const textOf = (page: Page, selector: string) => page.$eval(selector, (element) => element.textContent ?? '')

describe('the page in Firefox', () => {
  whenFound(
    'firefox',
    'comes to the weights of Node, in the tutorial and in the lab',
    async (path) => {
      await inFirefox(path, async (page) => {
        await page.locator('button.train').setWaitForEnabled(true).click()
        await page.waitForSelector('#weights-hash')
        expect(await textOf(page, '#weights-hash')).toBe((await tutorialInNode(7000)).hash)
        await page.locator('a::-p-text(Your data)').click()
        await isReady(page)
        await page.locator('button::-p-text(One epoch)').click()
        await page.waitForFunction(() => /Weights after epoch 1: [0-9a-f]{16}/.test(document.body.textContent))
        await page.locator('summary::-p-text(The program that does this run again)').click()
        await page.waitForFunction(() => document.body.textContent.includes('weightsHash'))
        const hash = await textOf(page, '[data-testid=hash]')
        expect(await runProgram(await textOf(page, '[data-testid=program]'))).toBe(hash)
      })
    },
    4 * PATIENCE,
  )
})
