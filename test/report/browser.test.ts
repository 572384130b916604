// The report in a browser: what axe finds of barriers, whether it fits narrow screens, and that its policy blocks nothing of it.
import type { Browser, Page } from 'playwright-core'
import { afterAll, describe, expect } from 'vitest'
import { reportPage } from '../../src/report/page.ts'
import { findings, startChromium } from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'

const rows = Array.from({ length: 120 }, (_, row) => row)
const common = {
  rows: 120,
  lossName: 'log loss',
  loss: { baseline: 1, linear: 0.5, model: 0.4 },
  members: [{ name: 'linear, l2 0.003', loss: 0.5, weight: 1 }],
  curves: [{ name: 'network', training: [1, 0.5, 0.2], validation: [1, 0.6, 0.4] }],
  importance: [{ column: 'a column with a long name and <b>markup</b>', mean: 0.3, deviation: 0.1 }],
}
const page = reportPage({
  source: 'data.csv',
  version: '1.0.0',
  command: `wasmprop train data.csv --target ${'long'.repeat(60)}`,
  rows: 120,
  schema: [{ name: 'x'.repeat(90), kind: 'number', because: 'numbers', missing: 1, distinct: 3 }],
  warnings: [`column "${'y'.repeat(70)}": left out`],
  choices: [['seed', '0']],
  targets: [
    {
      ...common,
      name: 'species',
      task: 'classification',
      labels: Array.from({ length: 12 }, (_, label) => `a class of the ${label}th kind`),
      metrics: [['accuracy', 0.75]],
      unseen: {
        truth: rows.map((row) => row % 12),
        outputs: rows.flatMap((row) =>
          Array.from({ length: 12 }, (_, label) => (label === (row * 5) % 12 ? 0.6 : 0.036)),
        ),
      },
    },
    {
      ...common,
      name: 'price',
      task: 'regression',
      labels: [],
      metrics: [['r2', 0.7]],
      unseen: { truth: rows, outputs: rows.map((row) => row + (row % 7)) },
    },
  ],
})

describe('the report in Chromium', () => {
  let opened: Promise<Browser> | undefined
  const launch = (executablePath: string) => {
    opened ??= startChromium(executablePath)
    return opened
  }
  let shown: Promise<Page> | undefined
  /** One tab for all looks. axe is a script, which the page's own policy would refuse. */
  const show = async (executablePath: string) => {
    const tab = await (await launch(executablePath)).newPage({ bypassCSP: true })
    await tab.setContent(page)
    return tab
  }
  afterAll(async () => (await opened)?.close())

  const looks = [
    [1440, 'light'],
    [1440, 'dark'],
    [360, 'light'],
    [320, 'dark'],
  ] as const
  for (const [width, colorScheme] of looks) {
    whenFound('chromium', `has no barriers and fits at ${width} px, ${colorScheme}`, async (path) => {
      shown ??= show(path)
      const tab = await shown
      await tab.setViewportSize({ width, height: 800 })
      await tab.emulateMedia({ colorScheme })
      expect(await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      // What is dark or narrow differs in nothing but colours and sizes.
      expect(
        await findings(tab, width === 1440 && colorScheme === 'light' ? undefined : ['color-contrast', 'target-size']),
      ).toEqual([])
    })
  }

  whenFound('chromium', 'is styled under its policy, which refuses a script', async (path) => {
    const browser = await launch(path)
    const tab = await browser.newPage()
    const words: string[] = []
    tab.on('console', (message) => words.push(message.text()))
    await tab.setContent(page)
    expect(words).toEqual([])
    const color = await tab.evaluate(() => getComputedStyle(document.body).backgroundColor)
    expect(color).toBe('rgb(251, 251, 250)')
    await tab.setContent(page.replace('<body>', '<body><script>document.title = "run"</script>'))
    expect(await tab.title()).toBe('species, price from data.csv')
    expect(words.join()).toMatch(/Content Security Policy/)
    await tab.close()
  })
})
