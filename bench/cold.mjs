// From a cold process to a trained network, against a process that does nothing: the library with each engine, and plain
// JavaScript, which loads nothing but its loop. All take turns.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createNetwork } from 'wasmprop'
import { configOf, dataOf, nearTo, sameBits, summarize, uncertainty, workloads } from '../build/bench-kit.js'
import { goal, number, percent, summaryCells, summaryColumns } from './report.mjs'

const WANTED = 10
/** Of the time of plain JavaScript */
const WANTED_RATIO = 1.3
const TOLERANCE = 1e-9
const EMPTY = 'empty process'
const PHASES = ['import', 'create', 'train']
const contestants = { wasm: 'wasm', typescript: 'typescript', plain: 'plain JavaScript' }
const JOBS = ['W1', 'W3']
const [emptyScript, script] = ['cold-empty.mjs', 'cold-run.mjs'].map((name) =>
  fileURLToPath(new URL(name, import.meta.url)),
)
const milliseconds = (value) => `${value.toFixed(1)} ms`

/** Milliseconds from before the start of the process to after its end */
function runNode(parameters) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, { encoding: 'utf8' })
  const elapsed = performance.now() - started
  if (status !== 0) throw new Error(`node ${parameters.join(' ')} failed: ${stderr}`)
  return { elapsed, stdout }
}

/** Writes data and first weights of a job; returns what starts a contestant on it. */
async function prepare(name) {
  const workload = workloads[name]
  const { rows, inputs, targets } = dataOf(workload)
  const config = configOf(workload)
  const network = await createNetwork({ ...config, dtype: 'float64' })
  const weights = network.getWeights().flatMap(({ weights, biases }) => [...weights.flat(), ...biases])
  network.dispose()
  const file = fileURLToPath(new URL(`../build/cold-${name}.data`, import.meta.url))
  writeFileSync(file, Float64Array.of(...inputs, ...targets, ...weights))
  const { epochs, batchRows } = workload
  const job = JSON.stringify({ config, rows, epochs, batchRows })
  const start = (contestant, ...options) => runNode([script, contestant, job, file, ...options])
  return { name, start, times: Object.fromEntries(Object.keys(contestants).map((contestant) => [contestant, []])) }
}

function prove({ name, start }) {
  const [wasm, typescript, plain] = Object.keys(contestants).map((contestant) =>
    JSON.parse(start(contestant, '--report').stdout),
  )
  return [
    sameBits(`${name} float64`, wasm, typescript),
    nearTo(`${name}: ${contestants.plain}`, wasm, plain, TOLERANCE),
  ]
}

const wrap = (samples) => summarize(samples.map((sample) => [sample]))

/** What a process takes longer than an empty one: by medians, with the interval of both, and by minima */
function extraOf(summary, empty) {
  const median = summary.median - empty.median
  const half = Math.hypot(summary.high - summary.low, empty.high - empty.low) / 2
  return { median, low: median - half, high: median + half, min: summary.min - empty.min }
}

/** What the library takes of W1 against plain JavaScript, by minima: `reports` of its processes and of the others */
function compareWithPlain({ wasm, plain }, times) {
  const least = (samples) => Math.min(...samples)
  const mainThread = ({ phases }) => phases.reduce((sum, phase) => sum + phase, 0)
  const ways = {
    'main thread': (_, reports) => least(reports.map(mainThread)),
    'whole process': (contestant) => least(times[contestant]),
    'CPU of all threads': (_, reports) => least(reports.map(({ cpu }) => cpu)),
  }
  return Object.entries(ways).map(([way, leastOf]) => {
    const [library, other] = [leastOf('wasm', wasm), leastOf('plain', plain)]
    return { way, library, other, ratio: library / other }
  })
}

const times = (ratio) => `${ratio.toFixed(2)} times`

export async function run({ quick }) {
  const jobs = []
  for (const name of JOBS) jobs.push(await prepare(name))
  const proofs = jobs.flatMap(prove)
  const empties = []
  const reports = { wasm: [], plain: [] }
  for (let round = 0; round < (quick ? 6 : 40); round++) {
    empties.push(runNode([emptyScript]).elapsed)
    for (const { start, times } of jobs) {
      for (const contestant of Object.keys(contestants)) times[contestant].push(start(contestant).elapsed)
    }
    for (const contestant of Object.keys(reports)) {
      reports[contestant].push(JSON.parse(jobs[0].start(contestant, '--report').stdout))
    }
  }
  const empty = wrap(empties)
  const results = { [EMPTY]: empty }
  const rows = [[EMPTY, ...summaryCells(empty), '', '', '']]
  for (const { name, times } of jobs) {
    for (const [contestant, samples] of Object.entries(times)) {
      const summary = wrap(samples)
      const extra = extraOf(summary, empty)
      const title = `${name} ${contestants[contestant]}`
      results[title] = { ...summary, extra }
      const cells = [number(extra.median), percent(uncertainty(extra)), number(extra.min)]
      rows.push([title, ...summaryCells(summary), ...cells])
    }
  }
  const inside = PHASES.map((phase, index) => [phase, wrap(reports.wasm.map(({ phases }) => phases[index]))])
  const compared = compareWithPlain(reports, jobs[0].times)
  const { median, min } = results['W1 wasm'].extra
  return {
    title: 'Cold start, ms from starting Node to its end; float64, without shuffling',
    proofs,
    tables: [
      { columns: ['', ...summaryColumns, 'over empty, median', '±', 'min − min'], rows },
      {
        columns: ['inside W1 wasm', ...summaryColumns],
        rows: inside.map(([phase, summary]) => [phase, ...summaryCells(summary)]),
      },
      {
        columns: ['W1, minima', contestants.wasm, contestants.plain, 'ratio'],
        rows: compared.map(({ way, library, other, ratio }) => [way, number(library), number(other), times(ratio)]),
      },
    ],
    notes: JOBS.map((name) => `${name}: ${workloads[name].what}, ${workloads[name].epochs} epochs.`),
    goals: [
      goal(`cold start of W1 over an empty process (min ${milliseconds(min)})`, median, WANTED, milliseconds, true),
      ...compared
        .filter(({ way }) => !way.startsWith('CPU'))
        .map(({ way, ratio }) =>
          goal(`cold start of W1 against plain JavaScript: ${way}`, ratio, WANTED_RATIO, times, true),
        ),
    ],
    results: { ...results, phases: Object.fromEntries(inside), compared },
  }
}
