// The longest task of `train` in a page, on 10 000 × 784 rows: `node bench/browser/tasks.mjs`, after `npm run build`. A tab
// drops a frame with a task over 16 ms, and feels slow with one over 50. The least of three tries counts.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { formatTable, number } from '../report.mjs'
import { loadHelper } from './load.mjs'

const MINUTES = 10
const here = fileURLToPath(new URL('.', import.meta.url))
const folder = fileURLToPath(new URL('../../build/browser-tasks/', import.meta.url))

const { openPage } = await loadHelper('browsers.ts')

mkdirSync(folder, { recursive: true })
await build({
  entryPoints: [`${here}tasks.js`, `${here}tasks.html`],
  loader: { '.html': 'copy' },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  logOverride: { 'ignored-bare-import': 'silent' },
})
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' }
const page = { folders: { '/': folder }, path: '/tasks.html', headers, timeout: MINUTES * 60_000 }
const { agent, outcomes } = await openPage('chromium', page)
console.log(/Chrome\/[\d.]+/.exec(agent)?.[0] ?? agent)
console.log(
  formatTable({
    columns: ['rows', 'scaling', 'batch', 'ms to the first step', 'longest task before it', 'longest task with resume'],
    rows: outcomes.map(({ form, scaling, batchSize, start, begins, trains }) => [
      form,
      scaling,
      String(batchSize),
      ...[start, begins, trains].map(number),
    ]),
  }),
)
