// What each part of the recipe gains: `node bench/tables/ablation.mjs FOLDER [--effort standard] [--sets a,b] [--splits 0,1]
// [--parts "the bag"]` after `npm run build`. Every part is left out once (parts.mjs says how), and the same sets and splits are
// trained with it and without. FOLDER has cut.mjs (see scores.mjs) and compare.mjs, whose `score(entry)` gives `metrics`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { parts } from './parts.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    effort: { type: 'string', default: 'standard' },
    sets: { type: 'string' },
    splits: { type: 'string', default: '0' },
    parts: { type: 'string', default: '' },
  },
})
const folder = resolve(positionals[0] ?? '.')
const [{ cut, index }, { score }] = await Promise.all(
  ['cut.mjs', 'compare.mjs'].map((name) => import(pathToFileURL(join(folder, name)).href)),
)
const root = fileURLToPath(new URL('../..', import.meta.url))
const place = mkdtempSync(join(root, 'build', 'ablation-'))
const sets = values.sets?.split(',') ?? index.filter((set) => set.variant_of === undefined).map(({ name }) => name)
const runs = values.splits.split(',').flatMap((split) => sets.map((set) => ({ set, split: Number(split) })))

/** The library without a part */
async function bundle(edits, number) {
  const edited = new Map()
  for (const { file, from, to } of edits) {
    const before = edited.get(join(root, file)) ?? readFileSync(join(root, file), 'utf8')
    if (before.split(from).length !== 2) throw new Error(`${file}: expected "${from}" once`)
    edited.set(join(root, file), before.replace(from, to))
  }
  const outdir = join(place, String(number))
  const plugin = {
    name: 'edits',
    setup: (building) =>
      building.onLoad({ filter: /\.ts$/ }, ({ path }) =>
        edited.has(path) ? { contents: edited.get(path), loader: 'ts' } : undefined,
      ),
  }
  const entryPoints = { table: join(root, 'src/table/index.ts') }
  const options = { bundle: true, splitting: true, format: 'esm', platform: 'node', logLevel: 'error' }
  await build({ ...options, entryPoints, outdir, outExtension: { '.js': '.mjs' }, plugins: [plugin] })
  return import(pathToFileURL(join(outdir, 'table.mjs')).href)
}

/** Metrics of each run */
async function measure({ options = {}, edits = [] }, number) {
  const { trainTable } = await bundle(edits, number)
  const found = []
  for (const { set, split } of runs) {
    const { train, test, target, task } = cut(set, split)
    const model = await trainTable(train, { target, effort: values.effort, ...options })
    const table = await model.readTable(test)
    const predictions = model.predictTable(table)
    const probabilities = task === 'regression' ? {} : { probabilities: model.probabilitiesOfTable(table) }
    model.dispose()
    found.push(score({ set, split, predictions, ...probabilities }).metrics)
  }
  return found
}

/** Mean and standard error of what a measure loses without the part, over the runs that have it */
function loss(whole, without, measureOf) {
  const pairs = whole
    .map((metrics, run) => measureOf(metrics) - measureOf(without[run]))
    .filter((x) => !Number.isNaN(x))
  const mean = pairs.reduce((sum, x) => sum + x, 0) / pairs.length
  const error = Math.sqrt(pairs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (pairs.length - 1) / pairs.length)
  return pairs.length === 0 ? '' : `${mean.toFixed(4)} ± ${error.toFixed(4)}`
}

const measures = [
  ({ accuracy = Number.NaN }) => accuracy,
  ({ log_loss: logLoss = Number.NaN }) => -logLoss,
  ({ r2 = Number.NaN }) => r2,
]
try {
  process.stdout.write('| without | accuracy lost | log loss gained | R² lost |\n| --- | --- | --- | --- |\n')
  const whole = await measure({}, 'whole')
  for (const [number, part] of parts.entries()) {
    if (!part.name.includes(values.parts)) continue
    const without = await measure(part, number)
    const cells = measures.map((measureOf) => loss(whole, without, measureOf))
    process.stdout.write(`| ${[part.name, ...cells].join(' | ')} |\n`)
  }
} finally {
  rmSync(place, { recursive: true, force: true })
}
