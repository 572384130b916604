// The race, and what holds for the whole page, in Chromium: little to load, offline, nothing that axe finds.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { FOLDER, findings, servePlayground } from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'
import { hashOf, receiveVisitors, tabTo, textOf, trainEpochs } from '../support/visitors.ts'

const visitors = receiveVisitors()

describe('the race', () => {
  const minutes = 60_000
  whenFound(
    'chromium',
    'ends with equal weights in both engines, started and read without a mouse',
    async (path) => {
      const page = await visitors.open(path, 'race')
      await tabTo(page, '.race .segmented input')
      // The short race, then back to the button
      for (const key of ['ArrowRight', 'Shift+Tab', 'Shift+Tab', 'Enter']) await page.keyboard.press(key)
      const outcome = await textOf(page.getByTestId('hashes'), 4 * minutes)
      expect(outcome).toMatch(/^Equal weights, to the last bit: [0-9a-f]{16} in both/)
      expect(await textOf(page.getByTestId('ratio-to-plain'))).toMatch(/^[\d. ]+ times$/)
      expect(await textOf(page.locator('.lane').first())).toMatch(/epoch 30.000 of 30.000/)
      const tree = await page.locator('main').ariaSnapshot()
      expect(tree).toMatch(/img "Loss by time of training. Arrow keys read its points/)
      expect(tree).toContain('Equal weights, to the last bit:')
      expect(await findings(page)).toEqual([])
    },
    5 * minutes,
  )
})

describe('the page', () => {
  it('has no part that imports the entry of a worker, which WebKit would run twice', () => {
    const names = readdirSync(`${FOLDER}assets`).filter((name) => name.endsWith('.js'))
    const importing = names.filter((name) =>
      /from ?["'`]\.\/worker-(?!host)/.test(readFileSync(`${FOLDER}assets/${name}`, 'utf8')),
    )
    expect(names.filter((name) => /^worker-(?!host)/.test(name))).toHaveLength(2)
    expect(importing).toEqual([])
  })

  whenFound('chromium', 'loads little before the tutorial stands, and nothing from elsewhere', async (path) => {
    visitors.site.answered.length = 0
    const page = await (await visitors.visit(path)).newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(visitors.site.address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const bytes = visitors.site.answered.reduce((sum, answer) => sum + answer.bytes, 0)
    expect(bytes).toBeLessThan(110 * 1024)
    expect(asked.filter((url) => !url.startsWith(visitors.site.address))).toEqual([])
    await page.getByRole('link', { name: 'Licences' }).click()
    await page.getByText(/\bpreact \d+\.\d/).waitFor()
  })

  whenFound('chromium', 'works offline after the first visit', async (path) => {
    const local = await servePlayground()
    const page = await (await visitors.visit(path, {})).newPage()
    await page.goto(local.address)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await local.close()
    await page.goto(`${local.address}#/lab`)
    await page.reload()
    await trainEpochs(page, 1)
    expect(await hashOf(page)).toMatch(/^[0-9a-f]{16}$/)
  })

  // The tutorial: tutorial.test.ts
  for (const view of ['lab', 'race']) {
    whenFound('chromium', `has no finding of axe-core: ${view}`, async (path) => {
      const page = await visitors.open(path, view)
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
      expect(await findings(page)).toEqual([])
      await page.emulateMedia({ colorScheme: 'dark' }) // differs in its colours alone
      expect(await findings(page, ['color-contrast'])).toEqual([])
    })
  }
})
