// Tables in the lab, in Chromium: what is trained of them is what the command trains, what they say is never markup, and however
// large they are, the page gets no more than it shows.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { HOSTILE } from '../support/hostile.ts'
import { findings, inFolder, run } from '../support/playground.ts'
import { whenFound } from '../support/tools.ts'
import { button, hashOf, isReady, receiveVisitors, textOf, trainEpochs } from '../support/visitors.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const visitors = receiveVisitors()

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

/** Trains a model of the table that is open; its file and its report are those of the command. */
async function trainAsCommand(page: Page, csv: string, target: string): Promise<void> {
  await button(page, 'Train a model of the table').click()
  const digest = await textOf(page.getByTestId('model-digest'))
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'flowers.csv'), csv)
    const options = ['--target', target, '--effort', 'quick', '--seed', '0']
    const files = ['--out', 'model.json', '--report', 'report.html']
    await run(process.execPath, [cli, 'train', 'flowers.csv', ...options, ...files], { cwd: folder })
    const written = createHash('sha256').update(readFileSync(join(folder, 'model.json')))
    expect(digest).toBe(written.digest('hex'))
    const [saved] = await Promise.all([page.waitForEvent('download'), button(page, 'Report (HTML)').click()])
    await saved.saveAs(join(folder, 'saved.html'))
    const [own, theirs] = ['saved', 'report'].map((name) => readFileSync(join(folder, `${name}.html`), 'utf8'))
    expect(own).toBe(theirs)
  })
}

/** In the page before anything else: what workers are told and tell, and what is drawn */
function watch(): void {
  const seen = { toWorkers: 0, fromWorkers: 0, numbers: 0, dots: 0 }
  Object.assign(globalThis, { seen })
  /** Values and characters; those of typed arrays, which can be handed over, apart */
  const sizeOf = (value: unknown): number => {
    if (typeof value === 'string') return value.length
    if (ArrayBuffer.isView(value)) seen.numbers += value.byteLength / 8
    else if (typeof value === 'object' && value !== null && !(value instanceof Blob)) {
      return Object.values(value).reduce((sum: number, part) => sum + sizeOf(part), 0)
    }
    return 1
  }
  const { Worker: Own, CanvasRenderingContext2D: Canvas } = globalThis
  globalThis.Worker = class extends Own {
    constructor(address: string | URL, options?: WorkerOptions) {
      super(address, options)
      this.addEventListener('message', ({ data }) => {
        seen.fromWorkers += sizeOf(data)
      })
    }
    override postMessage(message: unknown, transfer?: Transferable[] | StructuredSerializeOptions): void {
      seen.toWorkers += sizeOf(message)
      super.postMessage(message, transfer as Transferable[])
    }
  }
  const { arc } = Canvas.prototype
  Canvas.prototype.arc = function (...args) {
    seen.dots++
    return arc.apply(this, args)
  }
}

interface Seen {
  readonly toWorkers: number
  readonly fromWorkers: number
  readonly numbers: number
  readonly dots: number
}

const seenBy = (page: Page) => page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen)

/** More than the lab takes */
const LARGE_ROWS = 25_000

/** A column that counts, numbers, words of which each comes five times, and a class */
function largeTable(): string {
  const rows = Array.from({ length: LARGE_ROWS }, (_, row) => {
    const word = `a word of many ${(row * 7919) % (LARGE_ROWS / 5)}`
    return `${row},${(row * 7919) % 1000},${((row * 104_729) % 10_007) / 7},${word},${row % 3 ? 'yes' : 'no'}`
  })
  return `id,size,weight,word,good\n${rows.join('\n')}\n`
}

function wideTable(columns: number): string {
  const row = (_: unknown, index: number) =>
    Array.from({ length: columns }, (_, column) => ((index * 37 + column * 101) % 97) / 4).join()
  return [
    Array.from({ length: columns }, (_, column) => `c${column}`).join(),
    ...Array.from({ length: 100 }, row),
  ].join('\n')
}

describe('a table in the lab', () => {
  whenFound('chromium', 'learns a dropped CSV to the model that the command writes', async (path) => {
    const csv = readFileSync(new URL('../../data/iris.csv', import.meta.url), 'utf8')
    const page = await visitors.open(path, 'lab')
    await dropFile(page, 'flowers.csv', csv)
    await page.getByRole('heading', { name: 'A model of the table' }).waitFor()
    await page.getByLabel('Effort').selectOption('quick')
    await trainAsCommand(page, csv, 'species')
    await button(page, 'Show the report').click()
    const heading = page.frameLocator('iframe.report').getByRole('heading', { level: 1, name: 'What predicts species' })
    const fontOf = (element: Element) => getComputedStyle(element).fontFamily
    expect(await heading.evaluate(fontOf)).toContain('system-ui') // the policy lets its style through
    await button(page, 'Predict').click()
    await page.locator('.prediction').getByText('setosa').first().waitFor()
    // The longest bar is that of the column that adds most.
    const bars = page.locator('.bar-cell i')
    expect(await bars.first().evaluate((bar: HTMLElement) => bar.style.width)).toBe('100%')
    expect(Number.parseFloat(await bars.last().evaluate((bar: HTMLElement) => bar.style.width))).toBeLessThan(100)
    expect(await findings(page, undefined, '.table-card')).toEqual([])
    await page.getByText('add more columns').click()
    await page.getByRole('checkbox', { name: 'petal_width_cm' }).check()
    await trainAsCommand(page, csv, 'species,petal_width_cm')
    await button(page, 'Predict').click()
    await page.locator('.prediction').filter({ hasText: 'petal_width_cm: 0.' }).waitFor()
    await page.getByLabel('What petal_width_cm is').selectOption('ignore')
    await page.getByText('150 rows; 3 inputs').waitFor()
    await trainEpochs(page, 1)
    const hash = await hashOf(page)
    await page.reload()
    expect(await hashOf(page)).toBe(hash) // the file, and what was corrected of it, are kept
  })

  whenFound('chromium', 'stays in its worker: the page gets what it shows, and a sample', async (path) => {
    const page = await (await visitors.visit(path)).newPage()
    await page.addInitScript(watch)
    await page.goto(`${visitors.site.address}#/lab`)
    await isReady(page)
    await dropFile(page, 'large.csv', largeTable())
    await page.getByText('20 000 of 25 000 rows, taken evenly; 2 inputs').waitFor()
    await isReady(page)
    const opened = await seenBy(page)
    expect(opened.toWorkers).toBeLessThan(1000) // the file is a blob, and goes by its name
    expect(opened.fromWorkers).toBeLessThan(3000) // neither cells nor the words of a column
    expect(opened.numbers).toBe(20_000 * 3) // inputs and targets
    expect(opened.dots).toBeLessThan(10_000) // a part of the rows, drawn a few times
    await trainEpochs(page, 1)
    expect((await seenBy(page)).dots).toBe(opened.dots) // and never again while it trains
    await page.getByText('Paste a table').click()
    const field = page.getByLabel('A table as text')
    await field.evaluate((element, text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', text)
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    }, wideTable(300))
    await page.getByText('100 rows; the first 200 of 299 inputs').waitFor()
    await isReady(page)
    expect(await field.inputValue()).toBe('')
    expect(await page.locator('.table-card tbody tr').count()).toBe(60)
    await page.getByLabel('Find a column').fill('c29')
    await page.getByText('11 of 300 columns').waitFor()
  })

  whenFound(
    'chromium',
    'shows hostile names of columns, classes, files and links as the text that they are',
    async (path) => {
      const page = await visitors.open(path, 'lab')
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
        await page.goto(`${visitors.site.address}#/lab?${encodeURIComponent(link)}`)
        if (link === links[0]) await page.getByText(`This run needs the file “${hostile[0]}”`).waitFor()
        else await isReady(page)
      }
      await page.getByText('The link holds no run that can be read').waitFor()
      await dropFile(page, 'large.csv', 'a,b,y\n1,1e308,3\n-1,4,5\n2,1,1\n')
      await page.getByText('"b" has 1e+308 in row 1').waitFor()
      const made = () => [
        document.images.length,
        document.scripts.length,
        document.querySelectorAll('main style').length,
      ]
      expect(await page.evaluate(made)).toEqual([1, 1, 0])
    },
  )
})
