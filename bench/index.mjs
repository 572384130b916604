// The benches: `npm run bench`, with `-- --quick`, `-- --only tutorial,product` and `-- --json file`. Owns the order of the
// parts and what is said of them all.
//
// Method. Each part first proves that what it is about to time computes the same: engine against engine to the last bit,
// foreign code within a stated difference. Only then is anything timed. Variants that are compared are warmed up and take
// turns, sample by sample and for the same time in all, so that a slow second of the machine hits all of them; networks
// run in threads of their own, so that none runs on what V8 learned from another. What else runs on the machine only ever
// adds time: ratios are minimum against minimum, and medians stand beside them with their median absolute deviation (±),
// which says how quiet the machine was. All data is seeded.
//
// Plain JavaScript is the code that a careful reader would write instead of taking a library: typed arrays, no objects
// in loops, sums in registers; see tutorial-loops.mjs and plain-network.mjs. It is spared what the library does beside
// training: no losses are computed or kept, nothing is checked.
//
// --quick proves all of it, times less of it, and is meant for CI. Goals are said to be met or not; the exit code is 0
// unless a proof fails, never for speed.
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeMachine, formatGoal, formatPart } from './report.mjs'

const PARTS = ['tutorial', 'product', 'workloads', 'optimizers', 'cold', 'size']

/** A part that throws has proved nothing. */
async function runPart(name, options) {
  try {
    const { run } = await import(`./${name}.mjs`)
    return { name, ...(await run(options)) }
  } catch (error) {
    return { name, title: name, proofs: [{ name: 'runs to its end', holds: false, detail: error.stack }] }
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, json: { type: 'string' }, only: { type: 'string' } },
  })
  const names = values.only?.split(',') ?? PARTS
  const unknown = names.find((name) => !PARTS.includes(name))
  if (unknown !== undefined) throw new Error(`--only: expected some of ${PARTS.join(',')}, got ${unknown}`)
  for (const file of ['dist/index.js', 'build/testing.wasm']) {
    if (!existsSync(new URL(`../${file}`, import.meta.url))) throw new Error(`${file} is missing: npm run build`)
  }
  return { ...values, names }
}

const { quick, json, names } = readOptions()
const machine = describeMachine()
const started = performance.now()
console.log(`# Benches${quick ? ' (quick)' : ''}\n\n${Object.values(machine).join(', ')}\n`)
const parts = []
for (const name of names) {
  const part = await runPart(name, { quick })
  parts.push(part)
  console.log(formatPart(part))
}
console.log(`${Math.round((performance.now() - started) / 1000)} s\n`)

const proofs = parts.flatMap((part) => part.proofs ?? [])
const goals = parts.flatMap((part) => part.goals ?? [])
for (const goal of goals) console.log(formatGoal(goal))
const failed = proofs.filter(({ holds }) => !holds)
console.log(`${proofs.length - failed.length} of ${proofs.length} proofs hold`)
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, quick, parts }, null, 2)}\n`)
process.exitCode = failed.length > 0 ? 1 : 0
