// The page in Chromium, as a visitor uses it. What is trained in it is compared with Node, with the command, and with itself.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import { HOSTILE } from '../support/hostile.ts'
import {
  inFolder,
  PATIENCE,
  run,
  runProgram,
  type ServedPlayground,
  servePlayground,
  startChromium,
} from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

let site: ServedPlayground
let browser: Browser | undefined
const contexts: BrowserContext[] = []
const faults: string[] = []

beforeAll(async () => {
  site = await servePlayground()
})

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
  expect(faults.splice(0)).toEqual([])
})

afterAll(async () => {
  await browser?.close()
  await site?.close()
})

/** A visitor of their own, with nothing kept; what the page throws or its policy refuses fails the test. */
async function visitor(executable: string): Promise<BrowserContext> {
  browser ??= await startChromium(executable)
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(PATIENCE)
  contexts.push(context)
  context.on('page', (page) => {
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedScript/.test(message.text())) faults.push(message.text())
    })
  })
  return context
}

async function open(executable: string, view: string, address = site.address): Promise<Page> {
  const page = await (await visitor(executable)).newPage()
  await page.goto(`${address}#/${view}`)
  if (view.startsWith('lab')) await isReady(page)
  return page
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

/** Presses Tab until the button with this name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  await button(page, name).waitFor()
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    if (
      await page.evaluate(
        (wanted) => document.activeElement?.matches('button') && document.activeElement.textContent?.trim() === wanted,
        name,
      )
    )
      return
  }
  throw new Error(`no Tab leads to ${name}`)
}

/** What axe-core finds; the page's own policy lets no script in: this one comes by the tool. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run())
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** Also of what is not drawn because it is out of sight */
const textOf = async (part: Locator, timeout = PATIENCE): Promise<string> => (await part.textContent({ timeout })) ?? ''

/** Nothing trains, and the hash is that of the weights as they are */
const isReady = (page: Page) => button(page, 'One epoch').and(page.locator(':enabled')).waitFor()

async function hashOf(page: Page): Promise<string> {
  await isReady(page)
  return textOf(page.getByTestId('hash'))
}

const epochOf = async (page: Page): Promise<number> =>
  Number(/Epoch\s+([\d ]+)/.exec(await page.locator('.figures').innerText())?.[1].replaceAll(' ', ''))

const reachesEpoch = (page: Page, epoch: number) =>
  page.waitForFunction((least) => Number(/Epoch\s+(\d+)/.exec(document.body.innerText)?.[1]) >= least, epoch)

async function trainEpochs(page: Page, epochs: number): Promise<void> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    await button(page, 'One epoch').click()
    await isReady(page)
  }
}

async function set(page: Page, label: string, value: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(value)
  await page.keyboard.press('Enter')
  await isReady(page)
}

async function programOf(page: Page): Promise<string> {
  await page.getByText('The program that does this run again').click()
  return textOf(page.getByTestId('program').filter({ hasText: 'weightsHash' }))
}

const dropFile = (page: Page, name: string, text: string) =>
  page.locator('.drop').evaluate(
    (element, [fileName, content]) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([content], fileName, { type: 'text/csv' }))
      element.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    },
    [name, text],
  )

/** Codes of terminals are refused where a table is read. */
const hostile = HOSTILE.filter((text) => !text.includes('\u001b'))

/** Hostile names of columns, and of three rows each a hostile class */
function hostileTable(): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const head = ['__proto__', ...hostile, 'kind'].map(quoted)
  const rows = Array.from({ length: hostile.length * 3 }, (_, row) => [
    ...Array.from(head.slice(1), (_, column) => ((row * 37 + column * 11) % 23) + 0.5),
    quoted(hostile[row % hostile.length]),
  ])
  return [head, ...rows].join('\n')
}

describe('the lab', () => {
  whenFound(
    'chromium',
    'comes to the weights that its program comes to in Node, steps and epochs alike',
    async (path) => {
      const page = await open(path, 'lab')
      await button(page, 'One step').click()
      await isReady(page)
      await trainEpochs(page, 3)
      const hash = await hashOf(page)
      expect(hash).toMatch(/^[0-9a-f]{16}$/)
      expect(await runProgram(await programOf(page))).toBe(hash)
    },
  )

  whenFound('chromium', 'keeps a run over a reload, and gives it to others by a link', async (path) => {
    const page = await open(path, 'lab')
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
    const other = await open(path, link.slice(link.indexOf('#/') + 2))
    expect(await hashOf(other)).toBe(hash)
    expect(await other.getByLabel('Learning rate', { exact: true }).inputValue()).toBe('0.05')
  })

  whenFound(
    'chromium',
    'changes rate, penalty and frozen layers while it trains, and repeats that exactly',
    async (path) => {
      const page = await open(path, 'lab')
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
    const page = await open(path, 'lab')
    await set(page, 'Learning rate', '1000')
    await button(page, 'Train').click()
    const mend = page.getByRole('button', { name: /^Set the rate to/ })
    await mend.click()
    await page.getByText('Mended').waitFor()
    expect(await page.getByLabel('Learning rate', { exact: true }).inputValue()).toBe('0.02')
    await page.waitForFunction(() => Number(/Found\s+([\d.]+)/.exec(document.body.innerText)?.[1]) > 90)
  })

  whenFound('chromium', 'learns a dropped CSV to the model that the command writes', async (path) => {
    const csv = readFileSync(new URL('../../data/iris.csv', import.meta.url), 'utf8')
    const page = await open(path, 'lab')
    await dropFile(page, 'flowers.csv', csv)
    await page.getByRole('heading', { name: 'A model of the table' }).waitFor()
    await page.getByLabel('Effort').selectOption('quick')
    await button(page, 'Train a model of the table').click()
    const digest = await textOf(page.getByTestId('model-digest'))
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'flowers.csv'), csv)
      const options = ['--target', 'species', '--effort', 'quick', '--seed', '0']
      const files = ['--out', 'model.json', '--report', 'report.html']
      await run(process.execPath, [cli, 'train', 'flowers.csv', ...options, ...files], { cwd: folder })
      const written = createHash('sha256').update(readFileSync(join(folder, 'model.json')))
      expect(digest).toBe(written.digest('hex'))
      const [saved] = await Promise.all([page.waitForEvent('download'), button(page, 'Report (HTML)').click()])
      await saved.saveAs(join(folder, 'saved.html'))
      const [own, theirs] = ['saved', 'report'].map((name) => readFileSync(join(folder, `${name}.html`), 'utf8'))
      expect(own).toBe(theirs)
    })
    await button(page, 'Show the report').click()
    const heading = page.frameLocator('iframe.report').getByRole('heading', { level: 1, name: 'What predicts species' })
    const fontOf = (element: Element) => getComputedStyle(element).fontFamily
    expect(await heading.evaluate(fontOf)).toContain('system-ui') // the policy lets its style through
    await button(page, 'Predict').click()
    await page.locator('.prediction').getByText('setosa').first().waitFor()
    expect(await findings(page)).toEqual([])
    await page.getByLabel('What petal_width_cm is').selectOption('ignore')
    await page.getByText('150 rows; 3 inputs').waitFor()
    await trainEpochs(page, 1)
    const hash = await hashOf(page)
    await page.reload()
    expect(await hashOf(page)).toBe(hash) // the file, and what was corrected of it, are kept
  })

  whenFound(
    'chromium',
    'shows hostile names of columns, classes, files and links as the text that they are',
    async (path) => {
      const page = await open(path, 'lab')
      page.on('dialog', (dialog) => faults.push(dialog.message()))
      await dropFile(page, `${hostile[1]}.csv`, hostileTable())
      await page.getByRole('row', { name: hostile[0] }).first().waitFor()
      await page.getByText(`${hostile.length * 3} rows; `).waitFor()
      await isReady(page)
      await trainEpochs(page, 1)
      await page.getByRole('columnheader', { name: hostile[1] }).first().waitFor() // a class
      const script = { kind: 'file', name: hostile[0], digest: hostile[3], target: hostile[2] }
      const links = [
        JSON.stringify({ data: script }),
        '{"hidden":[{"units":1e9}],"frozen":[1e9],"log":[{"change":{"learningRate":-1}}],"__proto__":{"seed":7}}',
        hostile[1],
      ]
      for (const link of links) {
        await page.goto(`${site.address}#/lab?${encodeURIComponent(link)}`)
        if (link === links[0]) await page.getByText(`This run needs the file “${hostile[0]}”`).waitFor()
        else await isReady(page)
      }
      const made = () => [
        document.images.length,
        document.scripts.length,
        document.querySelectorAll('main style').length,
      ]
      expect(await page.evaluate(made)).toEqual([1, 1, 0])
    },
  )

  whenFound('chromium', 'works with keys alone, and says what they point at', async (path) => {
    const page = await open(path, 'lab')
    await tabTo(page, 'Train')
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
        const [here, there] = [await open(path, 'lab'), await open(path, 'lab', strict.address)]
        await there.getByText('TypeScript (no WebAssembly here)').waitFor()
        for (const page of [here, there]) await trainEpochs(page, 1)
        expect(await hashOf(there)).toBe(await hashOf(here))
      } finally {
        await strict.close()
        faults.length = 0 // the refusal of WebAssembly is one
      }
    },
  )
})

describe('the race', () => {
  const minutes = 60_000
  whenFound(
    'chromium',
    'ends with equal weights in both engines, started and read without a mouse',
    async (path) => {
      const page = await open(path, 'race')
      await tabTo(page, 'Race')
      await page.keyboard.press('Enter')
      const outcome = await textOf(page.getByTestId('hashes'), 4 * minutes)
      expect(outcome).toMatch(/^Equal weights, to the last bit: [0-9a-f]{16} in both/)
      const tree = await page.locator('main').ariaSnapshot()
      expect(tree).toMatch(/img "Loss by time of training. Arrow keys read its points/)
      expect(tree).toContain('Equal weights, to the last bit:')
      expect(await findings(page)).toEqual([])
    },
    5 * minutes,
  )
})

describe('the page', () => {
  whenFound('chromium', 'loads little before the tutorial stands, and nothing from elsewhere', async (path) => {
    site.answered.length = 0
    const page = await (await visitor(path)).newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    await page.goto(site.address)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const bytes = site.answered.reduce((sum, answer) => sum + answer.bytes, 0)
    expect(bytes).toBeLessThan(110 * 1024)
    expect(asked.filter((url) => !url.startsWith(site.address))).toEqual([])
    await page.getByRole('link', { name: 'Licences' }).click()
    await page.getByText(/\bpreact \d+\.\d/).waitFor()
  })

  whenFound('chromium', 'works offline after the first visit', async (path) => {
    const local = await servePlayground()
    const page = await open(path, 'tutorial', local.address)
    await page.evaluate(async () => void (await navigator.serviceWorker.ready))
    await local.close()
    await page.goto(`${local.address}#/lab`)
    await page.reload()
    await trainEpochs(page, 1)
    expect(await hashOf(page)).toMatch(/^[0-9a-f]{16}$/)
  })

  for (const view of ['tutorial', 'lab', 'race']) {
    whenFound('chromium', `has no finding of axe-core: ${view}`, async (path) => {
      const page = await open(path, view)
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme })
        expect(await findings(page), scheme).toEqual([])
      }
    })
  }
})
