// The long storm: `npm run storm -- --calls 10000000 --seed 1`, or `--every 1` to find the very call of a finding. Prints
// its seeds, and ends with 1 at the first finding.

import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

/** Calls with one seed: few enough to make them again */
const PART = 100_000
/** Milliseconds for one call */
const LONGEST = 10_000

const { values } = parseArgs({
  options: { calls: { type: 'string' }, seed: { type: 'string' }, every: { type: 'string' } },
})
const calls = Number(values.calls ?? 10_000_000)
const first = Number(values.seed ?? Date.now() % 2 ** 31)
const outfile = fileURLToPath(new URL('../../build/storm.mjs', import.meta.url))
const entry = fileURLToPath(new URL('storm.ts', import.meta.url))
await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'warning' })
const { storm } = await import(pathToFileURL(outfile).href)

for (let done = 0, seed = first; done < calls; done += PART, seed++) {
  const started = performance.now()
  const part = Math.min(PART, calls - done)
  const finding = await storm({ seed, calls: part, every: Number(values.every ?? 500), longest: LONGEST })
  console.log(`seed ${seed}: ${part} calls in ${Math.round(performance.now() - started)} ms`)
  if (finding) {
    console.error(`call ${finding.call}, ${finding.method}: ${finding.what}`)
    process.exit(1)
  }
}
