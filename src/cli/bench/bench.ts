// `wasmprop bench`: proves that all contestants come to the same weights, then times them in turn, and says where plain
// JavaScript is ahead.

import { isPlain, ownWorkload, type Workload, type WorkloadName, workloads } from '../../workloads/workloads.ts'
import { UsageError } from '../flags.ts'
import { ProofError } from '../messages.ts'
import { bold, dim, duration, green, print, printJson, table } from '../terminal.ts'
import { describeMachine, type Machine, machineText } from './machine.ts'
import { measure, type Ratio, ratioOf, type Summary, uncertainty } from './measure.ts'
import type { BenchFlags } from './options.ts'
import { inChild, type ProcessVariant, trainOnce } from './processes.ts'
import { type Contestant, type Dtype, type Proof, prove } from './trainees.ts'

interface Entry {
  /** `own`: a network that was asked for */
  readonly name: WorkloadName | 'own'
  readonly workload: WorkloadName | Workload
  /** Epochs of a call */
  readonly epochs: number
  /** Of a workload that would take minutes with all of its rows */
  readonly rows?: number
}

const ENTRIES: readonly Entry[] = [
  { name: 'W1', workload: 'W1', epochs: 1000 },
  { name: 'W3', workload: 'W3', epochs: 10 },
  { name: 'W4', workload: 'W4', epochs: 2 },
  { name: 'W5a', workload: 'W5a', epochs: 1, rows: 640 },
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
  readonly workload: Entry['name']
  readonly what: string
  readonly rows: number
  /** That the workload has */
  readonly allRows: number
  readonly proofs: readonly Proof[]
  readonly timings: readonly Timing[]
}

export async function bench(flags: BenchFlags): Promise<void> {
  const { quick, json, markdown } = flags
  if (json && markdown) throw new UsageError('--markdown does not go with --json')
  const entries = entriesOf(flags)
  const machine = describeMachine()
  const form = markdown ? markdownForm : textForm
  if (!json) print(form.head(machine))
  const outcomes: Outcome[] = []
  for (const entry of entries) {
    const outcome = await raceOn(entry, flags)
    outcomes.push(outcome)
    if (!json) print(form.outcome(outcome))
  }
  const crossover = findCrossover(outcomes)
  if (json) printJson({ command: 'bench', ...machine, unit: 'milliseconds per epoch', quick, outcomes, crossover })
  else if (crossover.text !== '') print(`\n${crossover.text}`)
}

const DEFAULT_BATCH = 32
/** Multiply-adds of a call: enough that the clock's own time is nothing beside it */
const CALL_WORK = 1e6

function entriesOf({ quick, layers, batch, optimizer }: BenchFlags): readonly Entry[] {
  if (layers === undefined) {
    const misplaced = batch !== undefined ? 'batch' : optimizer !== undefined ? 'optimizer' : undefined
    if (misplaced) throw new UsageError(`--${misplaced} needs --layers: a network of your own, as 784,128,10`)
    return quick ? ENTRIES.slice(0, QUICK_ENTRIES) : ENTRIES
  }
  const workload = ownWorkload(layers, batch ?? DEFAULT_BATCH, optimizer ?? 'adam')
  const weights = layers.slice(1).reduce((sum, units, layer) => sum + units * layers[layer], 0)
  return [{ name: 'own', workload, epochs: Math.ceil(CALL_WORK / (weights * workload.rows)) }]
}

const workloadOf = ({ workload }: Entry): Workload => (typeof workload === 'string' ? workloads[workload] : workload)

async function raceOn(entry: Entry, flags: BenchFlags): Promise<Outcome> {
  const { name, workload, rows } = entry
  const proofs = await prove(workload, trainOnce)
  const failed = proofs.find(({ holds }) => !holds)
  if (failed) throw new ProofError(`nothing was timed, since it is not so that ${failed.name} (${failed.detail})`)
  const timings = await time(entry, flags)
  const { what, rows: allRows } = workloadOf(entry)
  return { workload: name, what, rows: rows ?? allRows, allRows, proofs, timings }
}

async function time(entry: Entry, { quick, dtype: wanted }: BenchFlags): Promise<Timing[]> {
  const { name, workload, epochs, rows } = entry
  const { shuffles, optimizer } = workloadOf(entry)
  const contestants = CONTESTANTS.filter(([contestant, dtype]) =>
    contestant === 'plain' ? isPlain(optimizer.name) : wanted === undefined || dtype === wanted,
  )
  const all = [...contestants, ...(name === 'W1' ? [['unrolled', 'float64'] as const] : [])]
  const variants: ProcessVariant[] = []
  let measured: Record<string, Summary>
  try {
    for (const [contestant, dtype] of all) {
      const options = { workload, contestant, dtype, epochs, rows, shuffles }
      variants.push(await inChild(`${contestant} ${dtype}`, options))
    }
    measured = await measure(variants, quick ? { seconds: 0.8, warmUp: 0.05 } : { seconds: 6, warmUp: 0.3 })
  } finally {
    // Those that live would keep the command from ending where one has died.
    for (const { stop } of variants) await stop()
  }
  return all.map(([contestant, dtype]) => {
    const summary = measured[`${contestant} ${dtype}`]
    const ratio = ratioOf(summary, measured[`wasm ${wanted ?? 'float32'}`])
    const isOther = contestant === 'plain' || contestant === 'unrolled'
    return { contestant: NAMES[contestant], isPlain: isOther, dtype, ...summary, ratio }
  })
}

/**
 * Where plain JavaScript is ahead of wasm in the faster of its dtypes, and where wasm is: as far as the interval of the ratio lies on
 * one side of 1. What crosses it is told as undecided.
 */
export function findCrossover(outcomes: readonly Outcome[]) {
  const gains = outcomes.flatMap(({ workload, timings }) => {
    const wasm = timings.filter(({ contestant }) => contestant === NAMES.wasm)
    const best = wasm.reduce((a, b) => (b.median < a.median ? b : a))
    const plain = timings.filter(({ isPlain }) => isPlain)
    return plain.map((timing) => ({ workload, contestant: timing.contestant, gain: ratioOf(timing, best) }))
  })
  const ahead = gains.filter(({ gain }) => gain.high < 1)
  const behind = gains.filter(({ gain }) => gain.low > 1)
  const undecided = gains.filter(({ gain }) => gain.low <= 1 && gain.high >= 1)
  const told = (start: string, some: typeof gains) =>
    some.length === 0
      ? []
      : [
          `${start}: ${some.map(({ workload, contestant, gain }) => `${workload} ${contestant} (${rangeText(gain)})`).join(', ')}.`,
        ]
  const lines = [
    ...told('Plain JavaScript is ahead of wasm on', ahead),
    ...told('Wasm is ahead of plain JavaScript on', behind),
    ...told('Too near to tell apart here', undecided),
  ]
  const legend = 'In brackets: its median : that of wasm, and the interval of 95 %.'
  return { gains, ahead, undecided, text: lines.length === 0 ? '' : [...lines, legend].join('\n') }
}

const rangeText = ({ median, low, high }: Ratio) => `${median.toFixed(2)}, ${low.toFixed(2)} to ${high.toFixed(2)}`
const shareText = (share: number) => `${(100 * share).toFixed(1)} %`

const LEGEND =
  'Time per epoch; ratios are to wasm, in float32 where that runs. ± is half of the 95 % interval of a median, or of the ratio of two; on a ' +
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

const titleOf = ({ workload, what, rows, allRows }: Outcome) =>
  `${workload}: ${what}${rows === allRows ? '' : `, here with ${rows} rows`}`

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
