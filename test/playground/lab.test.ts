// The lab in Chromium, as a visitor uses it. What is trained in it is compared with Node, and with itself.
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { PATIENCE, runProgram, servePlayground } from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'
import { button, hashOf, isReady, receiveVisitors, tabTo, textOf, trainEpochs } from '../support/visitors.ts'

const visitors = receiveVisitors()

const epochOf = async (page: Page): Promise<number> =>
  Number(/Epoch\s+([\d ]+)/.exec(await page.locator('.figures').innerText())?.[1].replaceAll(' ', ''))

const reachesEpoch = (page: Page, epoch: number) =>
  page.waitForFunction((least) => Number(/Epoch\s+(\d+)/.exec(document.body.innerText)?.[1]) >= least, epoch)

async function set(page: Page, label: string, value: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(value)
  await page.keyboard.press('Enter')
  await isReady(page)
}

async function programOf(page: Page): Promise<string> {
  await page.getByText('The program that does this run again').click()
  return textOf(page.getByTestId('program').filter({ hasText: 'weightsHash' }))
}

describe('the lab', () => {
  whenFound(
    'chromium',
    'comes to the weights that its program comes to in Node, steps and epochs alike',
    async (path) => {
      const page = await visitors.open(path, 'lab')
      await button(page, 'One step').click()
      await isReady(page)
      await trainEpochs(page, 3)
      const hash = await hashOf(page)
      expect(hash).toMatch(/^[0-9a-f]{16}$/)
      expect(await runProgram(await programOf(page))).toBe(hash)
    },
  )

  whenFound('chromium', 'keeps a run over a reload, and gives it to others by a link', async (path) => {
    const page = await visitors.open(path, 'lab')
    await page.getByText('XOR').click()
    await set(page, 'Learning rate', '0.05')
    await trainEpochs(page, 2)
    const hash = await hashOf(page)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await button(page, 'Copy a link to this run').click()
    await page.getByText('Link copied').waitFor()
    const link = await page.evaluate(() => navigator.clipboard.readText())
    await page.reload()
    expect(await hashOf(page)).toBe(hash)
    const other = await visitors.open(path, link.slice(link.indexOf('#/') + 2))
    expect(await hashOf(other)).toBe(hash)
    expect(await other.getByLabel('Learning rate', { exact: true }).inputValue()).toBe('0.05')
  })

  whenFound(
    'chromium',
    'changes rate, penalty and frozen layers while it trains, and repeats that exactly',
    async (path) => {
      const page = await visitors.open(path, 'lab')
      await button(page, 'Train').click()
      await reachesEpoch(page, 2)
      await page.getByText('More: regularization').click()
      for (const [label, value] of Object.entries({ 'Learning rate': '0.005', L2: '0.01', 'Clip their norm': '0.5' })) {
        await page.getByLabel(label, { exact: true }).fill(value)
        await page.keyboard.press('Enter')
        await page.getByText(`${label}: changed from here on`).waitFor()
      }
      await page.getByLabel('Schedule').selectOption('cosine')
      const freeze = page.getByRole('button', { name: 'Layer 1: freeze' })
      await freeze.click()
      await reachesEpoch(page, (await epochOf(page)) + 2)
      await button(page, 'Pause').click()
      await isReady(page)
      await freeze.click() // thawed while it rests
      await trainEpochs(page, 1)
      const hash = await hashOf(page)
      const program = await programOf(page)
      expect(program.match(/network\.reconfigure/g)).toHaveLength(6)
      expect(await runProgram(program)).toBe(hash)
      await page.reload()
      expect(await hashOf(page)).toBe(hash)
      expect(await page.getByLabel('Learning rate', { exact: true }).inputValue()).toBe('0.005')
      expect(await page.getByLabel('Schedule').inputValue()).toBe('cosine')
      await page.getByLabel('Layer 2: dropout').selectOption('0.2')
      await page.getByText('Hidden layers: changed. The network starts anew').waitFor()
      await expect.poll(() => epochOf(page), { timeout: PATIENCE }).toBe(0)
    },
  )

  whenFound('chromium', 'names a rate of 1000 as the trouble and mends it', async (path) => {
    const page = await visitors.open(path, 'lab')
    await set(page, 'Learning rate', '1000')
    await button(page, 'Train').click()
    const mend = page.getByRole('button', { name: /^Set the rate to/ })
    await mend.click()
    await page.getByText('Mended').waitFor()
    expect(await page.getByLabel('Learning rate', { exact: true }).inputValue()).toBe('0.02')
    await page.waitForFunction(() => Number(/Found\s+([\d.]+)/.exec(document.body.innerText)?.[1]) > 90)
  })

  whenFound('chromium', 'works with keys alone, and says what they point at', async (path) => {
    const page = await visitors.open(path, 'lab')
    await tabTo(page, '.bar .play')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => Number(/Epoch\s+(\d+)/.exec(document.body.innerText)?.[1]) > 4)
    await page.keyboard.press('Enter')
    await isReady(page)
    await page.getByRole('img', { name: /^What the network gives/ }).focus()
    await page.keyboard.press('ArrowLeft')
    await page
      .getByRole('status')
      .filter({ hasText: /x .*, y .* → (blue|orange)/ })
      .waitFor()
    const place = await page.locator('.crosshair').evaluate((cross: HTMLElement) => [cross.style.left, cross.style.top])
    expect(place).toEqual([expect.stringMatching(/^\d+\.?\d*%$/), expect.stringMatching(/^\d+\.?\d*%$/)])
    await page.getByRole('img', { name: /^Loss by epoch/ }).focus()
    await page.keyboard.press('End')
    await page
      .getByRole('status')
      .filter({ hasText: /epoch \d+: training loss/ })
      .waitFor()
    await page.getByRole('radio', { name: 'XOR' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('radio', { name: 'Circles' }).isChecked()).toBe(true)
    await isReady(page)
  })

  whenFound(
    'chromium',
    'trains on TypeScript where a policy forbids WebAssembly, to the same weights',
    async (path) => {
      const strict = await servePlayground({ 'Content-Security-Policy': "script-src 'self'" })
      try {
        const here = await visitors.open(path, 'lab')
        await trainEpochs(here, 1)
        const hash = await hashOf(here)
        const there = await visitors.open(path, 'lab', { address: strict.address })
        await there.getByText('TypeScript (no WebAssembly here)').waitFor()
        await trainEpochs(there, 1)
        expect(await hashOf(there)).toBe(hash)
      } finally {
        await strict.close()
        visitors.faults.length = 0 // the refusal of WebAssembly is one
      }
    },
  )
})
