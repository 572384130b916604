// The benches: `npm run bench`, with `-- --quick`, `-- --only tutorial,product`, `-- --largest` (growth: a network of 4 GiB),
// `-- --json file` and `-- --markdown file`. Owns the order of the parts and what is said of them all.
//
// Method. Each part first proves that what it is about to time computes the same: engine against engine to the last bit,
// foreign code within a stated difference. Only then is anything timed. Variants that are compared are warmed up and take
// turns, sample by sample and for the same time in all, so that a slow second of the machine hits all of them; networks
// run in processes of their own. Tables have medians with half of their 95 % interval (±), and minima: what else runs on a
// machine only ever adds time, so where it is busy minima are the steadier figure, and guards compare them. All data is
// seeded. What is measured, and how, is shared with the command `wasmprop bench`: src/cli/bench.
//
// --quick proves all of it, times less of it, and is meant for CI. Goals are said to be met or not. The exit code is 1 when
// a proof fails or a guard: a gain over plain code in the same run that is less than half of what it used to be, twice in a
// row, so that a busy machine fails nothing and a lost vector loop does; or bytes above a limit.
import { existsSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { describeMachine, machineText } from '../build/bench-machine.js'
import { formatGoal, formatGuard, formatPart } from './report.mjs'

const PARTS = [
  'tutorial',
  'product',
  'workloads',
  'prediction',
  'crossover',
  'threads',
  'many',
  'growth',
  'optimizers',
  'after-convergence',
  'cold',
  'size',
]

const LEGEND =
  '± is half of the 95 % interval of a median, or of the ratio of two. On a busy machine minima are steadier. * was still ' +
  'getting faster when its warm-up ended.'

const NOT_QUICK = ['crossover', 'after-convergence']

/** A part that throws has proved nothing. */
async function runPart(name, options) {
  try {
    const { run } = await import(`./${name}.mjs`)
    return { name, ...(await run(options)) }
  } catch (error) {
    return { name, title: name, proofs: [{ name: 'runs to its end', holds: false, detail: error.stack }] }
  }
}

const hasFallen = ({ guards = [] }) => guards.some(({ holds }) => !holds)

/** Once more where a guard has failed: only what fails twice has failed. */
async function runGuarded(name, options) {
  const part = await runPart(name, options)
  if (!hasFallen(part)) return part
  const again = await runPart(name, options)
  const best = (guard, index) => (guard.holds ? guard : (again.guards?.[index] ?? guard))
  return { ...part, guards: part.guards.map(best), notes: [...(part.notes ?? []), 'Guards were tried twice.'] }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      largest: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
    },
  })
  const names = values.only?.split(',') ?? PARTS.filter((name) => !(values.quick && NOT_QUICK.includes(name)))
  const unknown = names.find((name) => !PARTS.includes(name))
  if (unknown !== undefined) throw new Error(`--only: expected some of ${PARTS.join(',')}, got ${unknown}`)
  for (const file of ['dist/index.js', 'build/testing.wasm', 'build/bench-kit.js']) {
    if (!existsSync(new URL(`../${file}`, import.meta.url))) throw new Error(`${file} is missing: npm run build`)
  }
  return { ...values, names }
}

const { quick, largest, json, markdown, names } = readOptions()
const machine = describeMachine()
const started = performance.now()
const said = []
const say = (text) => {
  said.push(text)
  console.log(text)
}
say(`# Benches${quick ? ' (quick)' : ''}\n\n${machineText(machine)}\n\n${LEGEND}\n`)
const parts = []
for (const name of names) {
  const part = await runGuarded(name, { quick, largest })
  parts.push(part)
  say(formatPart(part))
}
say(`${Math.round((performance.now() - started) / 1000)} s\n`)

const proofs = parts.flatMap((part) => part.proofs ?? [])
const goals = parts.flatMap((part) => part.goals ?? [])
for (const goal of goals) say(formatGoal(goal))
const guards = parts.flatMap((part) => part.guards ?? [])
for (const guard of guards) say(formatGuard(guard))
const failed = proofs.filter(({ holds }) => !holds)
say(`${proofs.length - failed.length} of ${proofs.length} proofs hold`)
if (markdown !== undefined) writeFileSync(markdown, `${said.join('\n')}\n`)
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ machine, quick, parts }, null, 2)}\n`)
process.exitCode = failed.length > 0 || parts.some(hasFallen) ? 1 : 0
