// The tutorial in Chromium as a visitor uses it: train, scrub, open numbers down to the data, step, check, by mouse and by
// keyboard; the numbers are those of Node.
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { findings } from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'
import { type Looks, receiveVisitors, tabTo } from '../support/visitors.ts'
import { tutorialInNode } from './in-node.ts'

const visitors = receiveVisitors()

/** A test with the page open. Without motion training ends at its last epoch at once. */
function inPage(name: string, visit: (page: Page) => Promise<void>, looks: Looks = {}): void {
  whenFound('chromium', name, async (path) => {
    await visit(await visitors.open(path, 'tutorial', { reducedMotion: 'reduce', ...looks }))
  })
}

async function train(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Train/ }).click()
  await page.locator('#weights-hash').waitFor()
}

async function goTo(page: Page, epoch: number): Promise<void> {
  await page.getByRole('slider', { name: 'Epoch' }).fill(String(epoch))
}

const predictions = (page: Page): Promise<number[]> =>
  page
    .locator('[data-prediction]')
    .evaluateAll((all) => all.map((each) => Number(each.getAttribute('data-prediction'))))

/** The number behind a button of the network */
async function numberOf(page: Page, quantity: string): Promise<number> {
  const name = await page.locator(`svg [data-quantity="${quantity}"]`).getAttribute('aria-label')
  return Number(name?.split(', exactly ')[1].replace('−', '-'))
}

describe('the tutorial', () => {
  inPage('trains to the predictions and the weights that Node has', async (page) => {
    await train(page)
    const wanted = await tutorialInNode(7000)
    expect(await page.locator('#weights-hash').textContent()).toBe(wanted.hash)
    expect(await predictions(page)).toEqual(wanted.predicted)
    expect(await page.getByRole('slider').inputValue()).toBe('7000')
  })

  inPage('goes through every epoch with the slider: weights, outputs and loss move', async (page) => {
    await train(page)
    for (const epoch of [0, 1, 1234]) {
      await goTo(page, epoch)
      const { rows, predicted } = await tutorialInNode(epoch)
      expect(await predictions(page)).toEqual(predicted)
      const [{ layers }] = rows
      expect(await numberOf(page, 'w7')).toBeCloseTo(layers[1].neurons[0].weights[0].value, 8)
      expect(await numberOf(page, 'out h2 row 1')).toBeCloseTo(layers[0].neurons[1].output, 8)
      const loss = rows.reduce((sum, { totalError }) => sum + totalError, 0)
      expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toContain(`epoch ${epoch} of 7000`)
      expect(await page.getByRole('button', { name: /^Loss/ }).textContent()).toContain(loss.toPrecision(4))
    }
    await page.getByRole('slider').press('ArrowRight')
    expect(await page.getByRole('slider').inputValue()).toBe('1235')
  })

  inPage('opens w5 down to the data', async (page) => {
    await page.locator('svg [data-quantity="w5"]').click()
    const { rows } = await tutorialInNode(0)
    const w5 = rows.map(({ layers }) => layers[0].neurons[2].weights[0])
    const gradient = w5.reduce((sum, { errorByWeight }) => sum + errorByWeight, 0)
    const [{ value }] = w5
    const opened = page.locator('#opened-number')
    expect(await opened.textContent()).toContain(`new w5 is ${(value - 0.1 * gradient).toPrecision(9)}`)
    await opened.getByRole('button', { name: /^∂E\/∂w5 = / }).click()
    await opened.getByRole('button', { name: /^∂E\/∂w5, row 2 = / }).click()
    const delta = opened.getByRole('button', { name: /^∂E\/∂out h3, row 2 = / })
    await delta.click()
    await opened.getByRole('button', { name: /^∂E\/∂net o1, row 2 = / }).click()
    await opened.getByRole('button', { name: /^∂net\/∂w5, row 2 = / }).click()
    await opened.getByRole('button', { name: /^i1, row 2 = / }).click()
    expect(await opened.textContent()).toContain('The data: 1 hours studied, divided by the largest, 3.')
    await delta.click()
    expect(await delta.getAttribute('aria-expanded')).toBe('false')
  })

  inPage('goes through a step number by number, and on to the next epoch', async (page) => {
    await train(page)
    await goTo(page, 5)
    const opened = page.locator('#opened-number')
    const start = page.getByRole('button', { name: 'Start' })
    await start.click()
    expect(await opened.textContent()).toContain('net h1, row 1 is')
    for (const [stage, text] of Object.entries({
      Error: 'E o1, row 1 is',
      Backward: '∂E/∂out o1, row 1 is',
      Update: 'new w7 is',
    })) {
      await page.getByRole('button', { name: stage, exact: true }).click()
      expect(await opened.textContent()).toContain(text)
    }
    const next = page.getByRole('button', { name: 'Next', exact: true })
    while (await next.isVisible()) await next.click()
    await page.getByRole('button', { name: 'Next epoch' }).click()
    expect(await page.getByRole('slider').inputValue()).toBe('6')
    expect(await opened.textContent()).toContain('net h1, row 1 is')
  })

  inPage('says which slip a wrong number comes from, and accuses no right one', async (page) => {
    await page.getByText('Mazur’s example').click()
    await page.locator('svg [data-quantity="w8"]').waitFor()
    const verdictOn = async (quantity: string, written: string) => {
      await page.getByLabel('Number', { exact: true }).selectOption({ label: quantity })
      await page.getByLabel('What you got').fill(written)
      await page.getByRole('button', { name: 'Check', exact: true }).click()
      return page.locator('#check-verdict').textContent()
    }
    expect(await verdictOn('new w5', '0.3589')).toContain('w5 is right: rounded to 4 digits')
    expect(await verdictOn('new w1', '0.14982')).toContain('the new w5 … w8 were used')
    expect(await verdictOn('net h1', '0,0275')).toContain('the bias was left out')
    expect(await verdictOn('net h1', '<b>1</b>')).toContain('expected a number such as 0.3589, got "<b>1</b>"')
  })

  inPage('checks against all rows of the batch', async (page) => {
    const { rows } = await tutorialInNode(0)
    const [first] = rows
    await page.getByLabel('Number', { exact: true }).selectOption({ label: 'new w3' })
    await page.getByLabel('What you got').fill(first.layers[0].neurons[1].weights[0].updated.toFixed(9))
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    expect(await page.locator('#check-verdict').textContent()).toContain('one row alone was counted')
  })

  inPage('gives a worksheet as a file', async (page) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Moodle XML' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('moodle-7.xml')
  })

  inPage('is used with the keyboard alone', async (page) => {
    await tabTo(page, '.train')
    await page.keyboard.press('Enter')
    await page.locator('#weights-hash').waitFor()
    await tabTo(page, '#epoch')
    await page.keyboard.press('Home')
    expect(await page.getByRole('slider').inputValue()).toBe('0')
    await tabTo(page, '[data-quantity="w2"]')
    await page.keyboard.press('Enter')
    expect(await page.locator('#opened-number').textContent()).toContain('new w2 is')
    await tabTo(page, '.operand')
    await page.keyboard.press('Space')
    expect(await page.locator('.operand').first().getAttribute('aria-expanded')).toBe('true')
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    inPage(
      `has nothing that axe finds, and fits 320 pixels: ${colorScheme}`,
      async (page) => {
        await train(page)
        await page.locator('svg [data-quantity="w1"]').click()
        await page.locator('.operand').last().click()
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(wide).toBeLessThanOrEqual(320)
        // Dark differs in its colours alone.
        expect(await findings(page, colorScheme === 'dark' ? ['color-contrast'] : undefined)).toEqual([])
      },
      { colorScheme, viewport: { width: 320, height: 700 } },
    )
  }
})
