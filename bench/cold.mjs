// From a cold process to the trained tutorial network, against a process that does nothing. Both take turns.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { summarize } from '../build/bench-kit.js'
import { goal, summaryCells, summaryColumns } from './report.mjs'

const WANTED = 15
const PHASES = ['import', 'create', 'train']
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

export async function run({ quick }) {
  const empty = []
  const trained = []
  const reports = []
  const rounds = quick ? 15 : 50
  for (let round = 0; round < rounds; round++) {
    empty.push(runNode([emptyScript]).elapsed)
    trained.push(runNode([script]).elapsed)
    if (round % 2 === 0) reports.push(JSON.parse(runNode([script, '--report']).stdout))
  }
  const processes = {
    'empty process': summarize(empty.map((sample) => [sample])),
    'trained network': summarize(trained),
  }
  const inside = PHASES.map((phase, index) => [`… ${phase}`, summarize(reports.map(({ phases }) => phases[index]))])
  const extra = ['min', 'median'].map((key) => processes['trained network'][key] - processes['empty process'][key])
  const hashes = new Set(reports.map(({ engine, hash }) => `${engine} ${hash}`))
  return {
    title: 'Cold start, ms from starting Node to its end',
    proofs: [
      { name: 'every process trained the same weights', holds: hashes.size === 1, detail: [...hashes].join(', ') },
    ],
    tables: [
      {
        columns: ['', ...summaryColumns],
        rows: [
          ...[...Object.entries(processes), ...inside].map(([name, summary]) => [name, ...summaryCells(summary)]),
          ['trained − empty', ...extra.map((value) => value.toFixed(1)), ''],
        ],
      },
    ],
    goals: [goal('cold start over an empty process (min − min)', extra[0], WANTED, milliseconds, true)],
    results: { ...processes, phases: Object.fromEntries(inside.map(([name, summary]) => [name.slice(2), summary])) },
  }
}
