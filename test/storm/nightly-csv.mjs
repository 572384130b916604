// The long storm over tables: `npm run storm:csv -- --inputs 1000000 --seed 1`. Prints its seeds, and ends with 1 at the first
// finding.
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

/** Inputs with one seed: few enough to make them again */
const PART = 10_000

const { values } = parseArgs({ options: { inputs: { type: 'string' }, seed: { type: 'string' } } })
const inputs = Number(values.inputs ?? 1_000_000)
const first = Number(values.seed ?? Date.now() % 2 ** 31)
const outfile = fileURLToPath(new URL('../../build/storm-csv.mjs', import.meta.url))
const entry = fileURLToPath(new URL('csv.ts', import.meta.url))
await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'node', outfile, logLevel: 'warning' })
const { stormCsv } = await import(pathToFileURL(outfile).href)

for (let done = 0, seed = first; done < inputs; done += PART, seed++) {
  const started = performance.now()
  const part = Math.min(PART, inputs - done)
  const finding = await stormCsv({ seed, inputs: part })
  console.log(`seed ${seed}: ${part} inputs in ${Math.round(performance.now() - started)} ms`)
  if (finding) {
    console.error(`input ${finding.input}: ${finding.what}\n${finding.text}`)
    process.exit(1)
  }
}
