// What the page costs its visitor, in Chromium: `node bench/browser/page.mjs` after the page was built (`npm run playground`, or its
// tests); `--only start,lab`, `--visits 5`, `--json file`. Tasks of the main thread are measured by its own clock of work, which
// stands still while others have the processor, and frames by the clock on the wall; of several visits the best counts.
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { loadHelper } from './load.mjs'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'start,tutorial,lab,table,race' },
    visits: { type: 'string', default: '3' },
    json: { type: 'string' },
  },
})
const visits = Number(options.visits)

await (await loadHelper('build-page.ts')).default() // else it would measure whatever page was built last
const { servePlayground } = await loadHelper('playground.ts')
const { findBrowser } = await loadHelper('find-browser.ts')

const FOLDER = fileURLToPath(new URL('../../build/', import.meta.url))
const TABLE_BYTES = 50_000_000

/** In the page before anything else: counts frames */
function watch() {
  globalThis.frames = async (milliseconds) => {
    const [start, gaps] = [performance.now(), []]
    let last = start
    while (last - start < milliseconds) {
      const now = await new Promise(requestAnimationFrame)
      gaps.push(now - last)
      last = now
    }
    gaps.sort((a, b) => a - b)
    return { second: (1000 * gaps.length) / (last - start), median: gaps[gaps.length >> 1] }
  }
}

const site = await servePlayground()
const executablePath = await findBrowser('chromium')
const browser = await chromium.launch({
  executablePath,
  chromiumSandbox: false,
  args: ['--no-first-run', '--no-proxy-server'],
})

const tracing = await browser.newBrowserCDPSession()

/** Milliseconds of work in the longest task that the page's main thread had meanwhile */
async function longestTask(act) {
  const events = []
  const collect = ({ value }) => events.push(...value)
  tracing.on('Tracing.dataCollected', collect)
  const complete = new Promise((resolve) => tracing.once('Tracing.tracingComplete', resolve))
  const includedCategories = ['toplevel', 'devtools.timeline']
  await tracing.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories } })
  await act()
  await tracing.send('Tracing.end')
  await complete
  tracing.off('Tracing.dataCollected', collect)
  const isPages = ({ args }) => JSON.stringify(args ?? {}).includes(site.address)
  const own = new Set(events.filter(isPages).map(({ pid }) => pid))
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
  const threads = new Set(mains.filter(({ pid }) => own.has(pid)).map(({ pid, tid }) => `${pid}/${tid}`))
  const tasks = events.filter(
    ({ name, pid, tid, tdur }) => /RunTask/.test(name) && tdur && threads.has(`${pid}/${tid}`),
  )
  return Math.max(0, ...tasks.map(({ tdur }) => tdur / 1000))
}

async function visit(view, look) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  context.setDefaultTimeout(240_000)
  const page = await context.newPage()
  await page.addInitScript(watch)
  site.answered.length = 0
  try {
    return await look(page, `${site.address}#/${view}`)
  } finally {
    await context.close()
  }
}

const now = (page) => page.evaluate(() => performance.now())
const button = (page, name) => page.getByRole('button', { name, exact: true })

/** When the lab can be played, by the page's clock: asked in every frame, and without looking for roles, which takes long */
const isReady = (page) =>
  page.evaluate(async () => {
    const isPlayable = ({ textContent, disabled }) => textContent === 'One epoch' && !disabled
    while (![...document.querySelectorAll('.bar button')].some(isPlayable)) await new Promise(requestAnimationFrame)
    return performance.now()
  })
/** What came before the service worker began to keep the page */
function bytes() {
  const end = site.answered.findIndex(({ path }) => path.endsWith('/service-worker.js'))
  return site.answered.slice(0, end < 0 ? undefined : end).reduce((sum, answer) => sum + answer.bytes, 0)
}

/** Until the tutorial's button can be pressed; then until it has trained */
const start = () =>
  visit('tutorial', async (page, address) => {
    let interactive
    const task = await longestTask(async () => {
      await page.goto(address)
      interactive = await page.evaluate(async () => {
        while (document.querySelector('.train:enabled') === null) await new Promise(requestAnimationFrame)
        return performance.now()
      })
      await page.getByRole('button', { name: /^Train/ }).click()
      await page.locator('#weights-hash').waitFor()
    })
    return { 'ms to interactive': interactive, 'KB until trained': bytes() / 1024, 'longest task, ms': task }
  })

const tutorial = () =>
  visit('tutorial', async (page, address) => {
    await page.goto(address)
    await page.getByRole('button', { name: /^Train/ }).click()
    await page.locator('#weights-hash').waitFor()
    const task = await longestTask(async () => {
      const slider = page.getByRole('slider', { name: 'Epoch' })
      for (let epoch = 0; epoch <= 7000; epoch += 350) await slider.fill(String(epoch))
      await page.locator('svg [data-quantity="w5"]').click()
      await page.locator('.operand').first().click()
    })
    return { 'longest task while scrubbing and opening, ms': task }
  })

/** 64 columns of numbers that tell ten classes apart, as many as the digits of scikit-learn */
function digits() {
  const lines = [[...Array.from({ length: 64 }, (_, column) => `pixel ${column}`), 'digit'].join(',')]
  for (let row = 0; row < 1797; row++) {
    const digit = (row * 7) % 10
    const pixel = (_, column) => ((column * 37 + digit * 101) % 17) + ((row * 31 + column * 17 + digit) % 5)
    lines.push([...Array.from({ length: 64 }, pixel), `d${digit}`].join(','))
  }
  return { name: 'digits.csv', mimeType: 'text/csv', buffer: Buffer.from(`${lines.join('\n')}\n`) }
}

/** 64-64-10 trains, then it is played with */
const lab = () =>
  visit('lab', async (page, address) => {
    let ready
    const opening = await longestTask(async () => {
      await page.goto(address)
      ready = await isReady(page)
    })
    await page.locator('input[type=file]').setInputFiles(digits())
    await page.getByRole('heading', { name: 'A model of the table' }).waitFor()
    await isReady(page)
    await button(page, '− Remove the last').click()
    await page.getByLabel('Layer 1: units').fill('64')
    await page.keyboard.press('Enter')
    await page.getByText('4810 weights').waitFor()
    await isReady(page)
    let frames
    const training = await longestTask(async () => {
      await button(page, 'Train').click()
      frames = await page.evaluate(() => globalThis.frames(5000))
    })
    const interacting = await longestTask(async () => {
      await page.getByLabel('Learning rate', { exact: true }).fill('0.01')
      await page.keyboard.press('Enter')
      await page.getByText('Full speed').click()
      await page.getByRole('img', { name: /^What the network gives/ }).hover()
      await page.getByLabel('Across').selectOption('5')
      await page.waitForTimeout(1000)
      await page.getByLabel('Layer 1: activation').selectOption('relu')
      await page.waitForTimeout(2000)
    })
    return {
      'ms to ready': ready,
      'longest task until ready, ms': opening,
      'longest task while training, ms': training,
      'longest task while interacting, ms': interacting,
      'frames a second': frames.second,
      'median frame, ms': frames.median,
    }
  })

function writeTable() {
  mkdirSync(FOLDER, { recursive: true })
  const file = `${FOLDER}page-bench.csv`
  const line = (row) =>
    `${row},${(row * 7919) % 1000},${((row * 104729) % 10007) / 7},${'abcdefgh'[row % 8]},${row % 3 ? 'yes' : 'no'}\n`
  const lines = ['id,size,weight,kind,good\n']
  let length = 0
  for (let row = 0; length < TABLE_BYTES; row++) {
    const next = line(row)
    length += next.length
    lines.push(next)
  }
  writeFileSync(file, lines.join(''))
  return file
}

/** A file of 50 MB is opened, until it can be learned, and then learned */
const table = () =>
  visit('lab', async (page, address) => {
    const file = writeTable()
    await page.goto(address)
    await isReady(page)
    let read
    const task = await longestTask(async () => {
      const since = await now(page)
      await page.locator('input[type=file]').setInputFiles(file)
      await page.locator('.table-card').waitFor()
      read = (await isReady(page)) - since
      await button(page, 'Train').click()
      await page.waitForTimeout(3000)
    })
    return { 'seconds until it can be learned': read / 1000, 'longest task, ms': task }
  })

const sizes = { tutorial: /^Tutorial/, '64-64-10': /64-64-10/, '784-128-10': /784-128-10/ }

/** The race as its visitor sees it */
const race = () =>
  visit('race', async (page, address) => {
    await page.goto(address)
    const found = {}
    for (const [name, title] of Object.entries(sizes)) {
      const select = page.getByRole('combobox').first()
      const option = await select.locator('option').filter({ hasText: title }).first().getAttribute('value')
      await select.selectOption(option)
      await button(page, 'Race').click()
      await page.getByTestId('hashes').waitFor()
      found[name] = Number(/is ([\d.]+) times/.exec(await page.locator('main').innerText())?.[1])
      await page.reload()
    }
    return found
  })

const isBetterHigh = (name) => name === 'frames a second' || name in sizes

async function best(part) {
  const rounds = []
  for (let round = 0; round < visits; round++) rounds.push(await part())
  return Object.fromEntries(
    Object.keys(rounds[0]).map((name) => {
      const values = rounds.map((each) => each[name])
      return [name, { best: (isBetterHigh(name) ? Math.max : Math.min)(...values), all: values }]
    }),
  )
}

const parts = { start, tutorial, lab, table, race }
const outcome = {}
try {
  for (const name of options.only.split(',')) {
    outcome[name] = await best(parts[name])
    console.log(`${name} (load ${loadavg()[0].toFixed(1)})`)
    for (const [figure, { best: value, all }] of Object.entries(outcome[name])) {
      console.log(`  ${figure}: ${value.toFixed(1)}   (${all.map((each) => each.toFixed(1)).join(', ')})`)
    }
  }
} finally {
  await browser.close()
  await site.close()
}
if (options.json) {
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(options.json, `${JSON.stringify(outcome, null, 2)}\n`)
}
