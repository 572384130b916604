// `wasmprop bench`: proves that all contestants come to the same weights, then times them in turn, and says where plain
// JavaScript is ahead.
import { UsageError } from '../flags.ts'
import { ProofError } from '../messages.ts'
import { bold, dim, duration, green, print, printJson, table } from '../terminal.ts'
import { describeMachine, type Machine, machineText } from './machine.ts'
import { measure, type Ratio, ratioOf, type Summary, uncertainty } from './measure.ts'
import type { BenchFlags } from './options.ts'
import { inChild, type ProcessVariant, trainOnce } from './processes.ts'
import { type Contestant, type Dtype, type Proof, prove } from './trainees.ts'
import { type WorkloadName, workloads } from './workloads.ts'

interface Entry {
  readonly name: WorkloadName
  /** Epochs of a call */
  readonly epochs: number
  /** Of a workload that would take minutes with all of its rows */
  readonly rows?: number
}

const ENTRIES: readonly Entry[] = [
  { name: 'W1', epochs: 1000 },
  { name: 'W3', epochs: 10 },
  { name: 'W4', epochs: 2 },
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
  relaxed: 'wasm, relaxed',
  typescript: 'typescript',
  plain: 'plain JavaScript',
  unrolled: 'written out for 2-3-1',
}

/** Milliseconds of an epoch */
interface Timing extends Summary {
  readonly contestant: string
  readonly isPlain: boolean
  readonly dtype: Dtype
  /** To wasm in float32 */
  readonly ratio: Ratio
}

export interface Outcome {
  readonly workload: WorkloadName
  readonly what: string
  readonly rows: number
  readonly proofs: readonly Proof[]
  readonly timings: readonly Timing[]
}

export async function bench({ quick, json, markdown }: BenchFlags): Promise<void> {
  if (json && markdown) throw new UsageError('--markdown does not go with --json')
  const machine = describeMachine()
  const form = markdown ? markdownForm : textForm
  if (!json) print(form.head(machine))
  const outcomes: Outcome[] = []
  for (const entry of quick ? ENTRIES.slice(0, QUICK_ENTRIES) : ENTRIES) {
    const outcome = await raceOn(entry, quick)
    outcomes.push(outcome)
    if (!json) print(form.outcome(outcome))
  }
  const crossover = findCrossover(outcomes)
  if (json) printJson({ command: 'bench', ...machine, unit: 'milliseconds per epoch', quick, outcomes, crossover })
  else print(`\n${crossover.text}`)
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
    const ratio = ratioOf(summary, measured['wasm float32'])
    const isPlain = contestant === 'plain' || contestant === 'unrolled'
    return { contestant: NAMES[contestant], isPlain, dtype, ...summary, ratio }
  })
}

/** Where plain JavaScript is ahead of wasm in the faster of its dtypes, by medians */
export function findCrossover(outcomes: readonly Outcome[]) {
  const gains = outcomes.flatMap(({ workload, timings }) => {
    const wasm = timings.filter(({ contestant }) => contestant === NAMES.wasm)
    const best = wasm.reduce((a, b) => (b.median < a.median ? b : a))
    const plain = timings.filter(({ isPlain }) => isPlain)
    return plain.map((timing) => ({ workload, contestant: timing.contestant, gain: ratioOf(timing, best) }))
  })
  const ahead = gains.filter(({ gain }) => gain.median < 1)
  const told = (ahead.length > 0 ? ahead : gains).map(
    ({ workload, contestant, gain }) => `${workload} ${contestant} (${ratioText(gain)})`,
  )
  const start =
    ahead.length > 0 ? 'Plain JavaScript is ahead of wasm on' : 'Wasm is ahead of plain JavaScript on all of these'
  return { gains, ahead, text: `${start}: ${told.join(', ')}. In brackets: its median : that of wasm.` }
}

const shareText = (share: number) => `${(100 * share).toFixed(1)} %`
const ratioText = (ratio: Ratio) => `${ratio.median.toFixed(2)} ± ${shareText(uncertainty(ratio))}`

const LEGEND =
  'Time per epoch; ratios are to wasm in float32. ± is half of the 95 % interval of a median, or of the ratio of two; on a ' +
  'busy machine minima are steadier. * was still getting faster when its warm-up ended.'

const HEAD = ['', 'dtype', 'median', '±', 'min', 'ratio', '±', 'of minima']
const LEFTS = 2

const cellsOf = (timings: readonly Timing[]) =>
  timings.map((timing) => [
    timing.contestant,
    timing.dtype,
    `${timing.isSteady ? '' : '* '}${duration(timing.median)}`,
    shareText(uncertainty(timing)),
    duration(timing.min),
    timing.ratio.median.toFixed(2),
    shareText(uncertainty(timing.ratio)),
    timing.ratio.min.toFixed(2),
  ])

const titleOf = ({ workload, what, rows }: Outcome) =>
  `${workload}: ${what}${rows === workloads[workload].rows ? '' : `, here with ${rows} rows`}`

interface Form {
  head(machine: Machine): string
  outcome(outcome: Outcome): string
}

export const textForm: Form = {
  head: (machine) => `${bold('wasmprop bench')}: ${machineText(machine)}\n${dim(LEGEND)}`,
  outcome(outcome) {
    const proofs = outcome.proofs.map(({ name, detail }) => `${green('proved')}: ${name} (${detail})`)
    const [head, ...body] = table([HEAD, ...cellsOf(outcome.timings)], LEFTS)
    const lines = [...proofs, dim(head), ...body].map((line) => `  ${line}`)
    return `\n${bold(titleOf(outcome))}\n${lines.join('\n')}`
  },
}

export const markdownForm: Form = {
  head: (machine) => `# wasmprop bench\n\n${machineText(machine)}\n\n${LEGEND}`,
  outcome(outcome) {
    const proofs = outcome.proofs.map(({ name, detail }) => `- proved: ${name} (${detail})`)
    const rules = HEAD.map((_, column) => (column < LEFTS ? '---' : '---:'))
    const rows = [HEAD, rules, ...cellsOf(outcome.timings)].map((cells) => `| ${cells.join(' | ')} |`)
    return `\n## ${titleOf(outcome)}\n\n${proofs.join('\n')}\n\n${rows.join('\n')}`
  },
}
