// `wasmprop bench`: proves that all contestants come to the same weights, then times them in turn, and says where plain
// JavaScript is ahead.
import { cpus } from 'node:os'
import { commonRules, type Rules, UsageError, type Values } from '../arguments.ts'
import { bold, dim, duration, green, print, printJson, table } from '../terminal.ts'
import { measure, type Summary, uncertainty } from './measure.ts'
import { inChild, type ProcessVariant, trainOnce } from './processes.ts'
import { type Contestant, type Dtype, type Proof, prove } from './trainees.ts'
import { type WorkloadName, workloads } from './workloads.ts'

export const benchUsage = [
  'race the engines and plain JavaScript over networks of several sizes',
  '',
  'Proves first that all come to the same weights, then times them in turn, each in a process of its own.',
]

export const benchRules = {
  quick: { type: 'flag', help: 'the two small networks, a moment each' },
  markdown: { type: 'flag', help: 'print Markdown' },
  ...commonRules,
} as const satisfies Rules

interface Entry {
  readonly name: WorkloadName
  /** Epochs of a call */
  readonly epochs: number
  /** Of a workload that would take minutes with all of its rows */
  readonly rows?: number
}

const ENTRIES: readonly Entry[] = [
  { name: 'W1', epochs: 1000 },
  { name: 'W3', epochs: 1 },
  { name: 'W4', epochs: 1 },
  { name: 'W5a', epochs: 1, rows: 640 },
]
const QUICK_ENTRIES = 2

const CONTESTANTS: readonly (readonly [Contestant, Dtype])[] = [
  ['wasm', 'float32'],
  ['wasm', 'float64'],
  ['typescript', 'float32'],
  ['typescript', 'float64'],
  ['plain', 'float64'],
]

const NAMES: Record<Contestant, string> = {
  wasm: 'wasm',
  typescript: 'typescript',
  plain: 'plain JavaScript',
  unrolled: 'written out for 2-3-1',
}

/** Milliseconds of an epoch */
interface Timing extends Summary {
  readonly contestant: string
  readonly isPlain: boolean
  readonly dtype: Dtype
  /** Fastest sample : that of wasm in float32 */
  readonly ratio: number
}

interface Outcome {
  readonly workload: WorkloadName
  readonly what: string
  readonly rows: number
  readonly proofs: readonly Proof[]
  readonly timings: readonly Timing[]
}

/** Results differ that have to be equal: a fault of the library or of the host */
export class ProofError extends Error {}

export async function bench({ quick, json, markdown }: Values<typeof benchRules>): Promise<void> {
  if (json && markdown) throw new UsageError('--markdown does not go with --json')
  const machine = describeMachine()
  if (!json) printHead(machine, markdown)
  const outcomes: Outcome[] = []
  for (const entry of quick ? ENTRIES.slice(0, QUICK_ENTRIES) : ENTRIES) {
    const outcome = await raceOn(entry, quick)
    outcomes.push(outcome)
    if (!json) (markdown ? printMarkdown : printOutcome)(outcome)
  }
  const crossover = findCrossover(outcomes)
  if (json) printJson({ command: 'bench', ...machine, unit: 'milliseconds per epoch', quick, outcomes, crossover })
  else print(`\n${crossover.text}`)
}

function describeMachine() {
  const processors = cpus()
  return {
    machine: processors[0]?.model.trim() ?? 'unknown processor',
    processors: processors.length,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    date: new Date().toISOString().slice(0, 10),
  }
}

async function raceOn({ name, epochs, rows }: Entry, quick: boolean): Promise<Outcome> {
  const proofs = await prove(name, trainOnce)
  const failed = proofs.find(({ holds }) => !holds)
  if (failed) throw new ProofError(`nothing was timed, since it is not so that ${failed.name} (${failed.detail})`)
  const timings = await time({ name, epochs, rows }, quick)
  const { what, rows: allRows } = workloads[name]
  return { workload: name, what, rows: rows ?? allRows, proofs, timings }
}

async function time({ name, epochs, rows }: Entry, quick: boolean): Promise<Timing[]> {
  const { shuffles } = workloads[name]
  const all = [...CONTESTANTS, ...(name === 'W1' ? [['unrolled', 'float64'] as const] : [])]
  const variants: ProcessVariant[] = []
  for (const [contestant, dtype] of all) {
    const options = { workload: name, contestant, dtype, epochs, rows, shuffles }
    variants.push(await inChild(`${contestant} ${dtype}`, options))
  }
  const measured = await measure(variants, quick ? { seconds: 0.8, warmUp: 0.05 } : { seconds: 6, warmUp: 0.3 })
  for (const { stop } of variants) await stop()
  return all.map(([contestant, dtype]) => {
    const summary = measured[`${contestant} ${dtype}`]
    const ratio = summary.min / measured['wasm float32'].min
    const isPlain = contestant === 'plain' || contestant === 'unrolled'
    return { contestant: NAMES[contestant], isPlain, dtype, ...summary, ratio }
  })
}

/** Where plain JavaScript is ahead of wasm in the faster of its dtypes, by the fastest samples */
function findCrossover(outcomes: readonly Outcome[]) {
  const gains = outcomes.flatMap(({ workload, timings }) => {
    const wasm = Math.min(...timings.filter(({ contestant }) => contestant === 'wasm').map(({ min }) => min))
    const plain = timings.filter(({ isPlain }) => isPlain)
    return plain.map(({ contestant, min }) => ({ workload, contestant, gain: min / wasm }))
  })
  const ahead = gains.filter(({ gain }) => gain < 1)
  const told = (ahead.length > 0 ? ahead : gains).map(
    ({ workload, contestant, gain }) => `${workload} ${contestant} (${gain.toFixed(2)})`,
  )
  const start =
    ahead.length > 0 ? 'Plain JavaScript is ahead of wasm on' : 'Wasm is ahead of plain JavaScript on all of these'
  return { gains, ahead, text: `${start}: ${told.join(', ')}. In brackets: its fastest sample : that of wasm.` }
}

function printHead(machine: ReturnType<typeof describeMachine>, markdown: boolean): void {
  const { machine: name, processors, platform, node, v8, date } = machine
  const host = `${name}, ${processors} processors, ${platform}, Node ${node} (V8 ${v8}), ${date}`
  const legend = 'Time per epoch; ± is half of the 95 % interval of the median; ratio is min : that of wasm in float32.'
  if (markdown) print(`# wasmprop bench\n\n${host}\n\n${legend}`)
  else print(`${bold('wasmprop bench')}: ${host}\n${dim(legend)}`)
}

const HEAD = ['', 'dtype', 'median', '±', 'min', 'ratio']

const cellsOf = (timings: readonly Timing[]) =>
  timings.map((timing) => [
    timing.contestant,
    timing.dtype,
    duration(timing.median),
    `${(100 * uncertainty(timing)).toFixed(1)} %`,
    duration(timing.min),
    timing.ratio.toFixed(2),
  ])

const titleOf = ({ workload, what, rows }: Outcome) =>
  `${workload}: ${what}${rows === workloads[workload].rows ? '' : `, here with ${rows} rows`}`

function printOutcome(outcome: Outcome): void {
  print(`\n${bold(titleOf(outcome))}`)
  for (const { name, detail } of outcome.proofs) print(`  ${green('proved')}: ${name} (${detail})`)
  const [head, ...body] = table([HEAD, ...cellsOf(outcome.timings)], 2)
  print(`  ${dim(head)}`)
  for (const line of body) print(`  ${line}`)
}

function printMarkdown(outcome: Outcome): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  print(`\n## ${titleOf(outcome)}\n`)
  for (const { name, detail } of outcome.proofs) print(`- proved: ${name} (${detail})`)
  print(`\n${line(HEAD)}\n${line(['---', '---', '---:', '---:', '---:', '---:'])}`)
  for (const cells of cellsOf(outcome.timings)) print(line(cells))
}
