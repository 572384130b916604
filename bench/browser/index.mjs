// The workloads in headless browsers: `npm run bench:browser`, with `-- --quick`, `-- --only chromium`, `-- --json file`,
// `-- --markdown file`. The bits are compared with Node's first; a browser that has others is not timed, and the exit code
// is 1. Browsers are found and started as in the tests, and a page is isolated, since only such a page has a fine clock.
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { measure, prove, scale, uncertainty, workloads } from '../../build/bench-kit.js'
import { describeMachine, machineText } from '../../build/bench-machine.js'
import { inChild, trainOnce } from '../../build/bench-processes.js'
import { formatTable, number, percent, times } from '../report.mjs'
import { loadHelper } from './load.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const folder = fileURLToPath(new URL('../../build/browser/', import.meta.url))

const entries = [
  { workload: 'W1', epochs: 7000 },
  { workload: 'W3', epochs: 10 },
  { workload: 'W4', epochs: 2 },
  { workload: 'W5a', epochs: 1, rows: 1280 },
]
const COLUMNS = ['wasm float32', 'wasm float64', 'typescript float32', 'plain float64']
const ISOLATED = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
const MINUTES = 10

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
})
const seconds = options.quick ? 1 : 8

const { openPage } = await loadHelper('browsers.ts')
const { findBrowser } = await loadHelper('find-browser.ts')

async function buildPage() {
  await build({
    entryPoints: [`${here}page.js`, `${here}thread.js`, `${here}index.html`],
    loader: { '.html': 'copy' },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    // Modules that are imported for nothing but their effects, of which they have none
    logOverride: { 'ignored-bare-import': 'silent' },
  })
  writeFileSync(`${folder}task.json`, JSON.stringify({ entries, seconds }))
}

async function raceInNode() {
  const outcomes = []
  for (const { workload, ...rest } of entries) {
    const proofs = await prove(workload, trainOnce)
    const variants = []
    for (const name of COLUMNS) {
      const [contestant, dtype] = name.split(' ')
      const { shuffles } = workloads[workload]
      variants.push(await inChild(name, { workload, contestant, dtype, shuffles, ...rest }))
    }
    const milliseconds = await measure(variants, { seconds, warmUp: 0.3 })
    for (const { stop } of variants) await stop()
    outcomes.push({ workload, proofs, milliseconds })
  }
  return { host: `Node ${process.version}`, outcomes }
}

async function raceInBrowser(browser) {
  if ((await findBrowser(browser)) === undefined) return undefined
  const folders = { '/task/': folder, '/': folder }
  const page = { folders, headers: ISOLATED, timeout: MINUTES * 60_000 }
  const { agent, isIsolated, outcomes } = await openPage(browser, page)
  const version = /(Chrome|Firefox)\/[\d.]+/.exec(agent)?.[0].replace('/', ' ') ?? agent
  return { host: `${version}${isIsolated ? '' : ' (coarse clock)'}`, outcomes }
}

/** The hashes that Node came to, proof by proof */
function findFaults(outcomes, wanted) {
  return outcomes.flatMap(({ proofs }, index) =>
    proofs
      .map((proof, at) => ({ ...proof, wanted: wanted[index].proofs[at].detail }))
      .filter(({ holds, detail, wanted: hash, name }) => !holds || (name.includes('bits') && detail !== hash))
      .map(({ name, detail, wanted: hash }) => `${name}: ${detail}, in Node ${hash}`),
  )
}

const cell = (summary) => `${number(summary.min)} (${number(summary.median)} ± ${percent(uncertainty(summary))})`

function tableOf({ workload }, hosts, index) {
  const rows = hosts.map(({ host, outcomes }) => {
    const { milliseconds } = outcomes[index]
    const [wasm32, , , plain] = COLUMNS.map((name) => milliseconds[name].min)
    return [host, ...COLUMNS.map((name) => cell(scale(milliseconds[name], 1000))), times(plain / wasm32)]
  })
  const { rows: count } = { ...workloads[workload], ...entries[index] }
  const less = count === workloads[workload].rows ? '' : `, here with ${count} rows`
  return `## ${workload}: ${workloads[workload].what}${less}\n\n${formatTable({
    columns: ['', ...COLUMNS.map((name) => name.replace('plain float64', 'plain JavaScript')), 'plain : wasm float32'],
    rows,
  })}\n`
}

mkdirSync(folder, { recursive: true })
await buildPage()
const inNode = await raceInNode()
const hosts = [inNode]
const notes = []
for (const browser of options.only?.split(',') ?? ['chromium', 'firefox']) {
  const host = await raceInBrowser(browser)
  if (host === undefined) notes.push(`- ${browser} was not found: npm run setup`)
  else {
    const faults = findFaults(host.outcomes, inNode.outcomes)
    const hashes = 2 * entries.length
    notes.push(
      `- ${faults.length === 0 ? `proved: ${host.host} has Node's ${hashes} hashes` : `FAILED: ${faults.join('; ')}`}`,
    )
    if (faults.length > 0) process.exitCode = 1
    else hosts.push(host)
  }
}
const legend = 'µs per epoch: min (median ± half of its 95 % interval)'
const tables = entries.map((entry, index) => tableOf(entry, hosts, index))
const text = `# In browsers\n\n${machineText(describeMachine())}\n\n${notes.join('\n')}\n\n${legend}\n\n${tables.join('\n')}`
console.log(text)
if (options.markdown !== undefined) writeFileSync(options.markdown, text)
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(hosts, null, 2)}\n`)
