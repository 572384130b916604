// Times variants that are to be compared: warm-up of each until it gets no faster, then short samples in turn. Knows no
// host and no network: the command, the benches and the page of the browsers all measure with this.
//
// Samples are tinybench's. It would run one task to its end before the next begins; where other work runs on the machine, a
// slow second then hits one of them alone. So every sample is a run of its own, and the tasks take turns.
import { Bench, type Task } from 'tinybench'
import { generator } from '../../workloads/data.ts'

/** Something to time, wherever it runs */
export interface Variant {
  readonly name: string
  /** Units of work in a call: epochs, steps, rows */
  readonly work: number
  /** Milliseconds that so many calls took */
  sample(calls: number): Promise<number> | number
}

/** Of samples; `low` to `high` is the 95 % interval of the median */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly low: number
  readonly high: number
  /** Whether the warm-up ended with samples that got no faster */
  readonly isSteady: boolean
  /** The samples. In each round all that are compared had a turn, and the same time where a sample allows it. */
  readonly rounds: readonly (readonly number[])[]
}

/** How many times as long one takes as another: by medians, with the 95 % interval of that, and by minima */
export type Ratio = Pick<Summary, 'median' | 'low' | 'high' | 'min'>

export interface MeasureOptions {
  /** Seconds of samples, of all variants together */
  readonly seconds: number
  /** Seconds of warm-up of each variant, at least */
  readonly warmUp?: number
}

/** A sample lasts at least this long; short ones find quiet moments of a busy machine. */
const SAMPLE_MILLISECONDS = 4
/** With fewer, no interval of ranks holds the median in 95 % of all cases. */
const LEAST_ROUNDS = 6
/** Warm is what has not become faster by this share in so many samples. */
const GAIN = 0.03
const STEADY_SAMPLES = 3
/** After so many times the least warm-up, what is not steady yet is timed as it is, and marked. */
const MOST_WARM_UP = 10
const RESAMPLES = 400

interface State {
  readonly variant: Variant
  readonly task: Task
  readonly calls: number
  readonly isSteady: boolean
  readonly rounds: number[][]
  spent: number
}

/**
 * Samples the variants for about `seconds` in all, each for the same time, spread over all of it. Milliseconds per unit of
 * work, by name.
 */
export async function measure(
  variants: readonly Variant[],
  { seconds, warmUp: warmUpSeconds = 0.3 }: MeasureOptions,
): Promise<Record<string, Summary>> {
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, throws: true, retainSamples: true })
  const states: State[] = []
  for (const [index, variant] of variants.entries()) {
    const { calls, isSteady } = await warmUp(variant, 1000 * warmUpSeconds)
    // The variant's own clock counts: it may run in another process.
    bench.add(variant.name, async () => ({ overriddenDuration: await variant.sample(calls) }), { async: true })
    states.push({ variant, task: bench.tasks[index], calls, isSteady, rounds: [], spent: 0 })
  }
  const end = performance.now() + 1000 * seconds
  for (let round = 0; round < LEAST_ROUNDS || performance.now() < end; round++) await runRound(states, end)
  return Object.fromEntries(states.map(({ variant, rounds, isSteady }) => [variant.name, summarize(rounds, isSteady)]))
}

/** One sample of each, then until `end` more of those that have had less time than the slowest */
async function runRound(states: readonly State[], end: number): Promise<void> {
  for (const state of states) {
    state.rounds.push([])
    await takeSample(state)
  }
  const most = Math.max(...states.map(({ spent }) => spent))
  while (performance.now() < end) {
    const state = states.reduce((a, b) => (b.spent < a.spent ? b : a))
    if (state.spent + SAMPLE_MILLISECONDS > most) return
    await takeSample(state)
  }
}

async function takeSample(state: State): Promise<void> {
  const { task, calls, variant, rounds } = state
  task.reset(false)
  const { result } = await task.run()
  if (result.state !== 'completed')
    throw new Error(`${task.name}: expected a sample, got a task that is ${result.state}`)
  const milliseconds = result.latency.mean
  rounds[rounds.length - 1].push(milliseconds / (calls * variant.work))
  state.spent += milliseconds
}

/** Runs for `least` milliseconds and until it is steady; tells how many calls fill one sample at the best speed. */
async function warmUp(variant: Variant, least: number): Promise<{ calls: number; isSteady: boolean }> {
  const started = performance.now()
  // No clock that is used here is coarser than a hundredth of a millisecond.
  const callsFor = (perCall: number) => Math.ceil(SAMPLE_MILLISECONDS / Math.max(0.01, perCall))
  let best = Number.POSITIVE_INFINITY
  let calls = 1
  let steady = 0
  let elapsed = 0
  for (let taken = 0; elapsed < least || steady < STEADY_SAMPLES; taken++) {
    if (elapsed >= least * MOST_WARM_UP && taken > STEADY_SAMPLES) return { calls, isSteady: false }
    const perCall = (await variant.sample(calls)) / calls
    steady = perCall < best * (1 - GAIN) ? 0 : steady + 1
    best = Math.min(best, perCall)
    calls = callsFor(best)
    elapsed = performance.now() - started
  }
  return { calls, isSteady: true }
}

/** The interval is that of ranks (binomial): it supposes nothing about how the samples are spread. */
export function summarize(rounds: readonly (readonly number[])[], isSteady = true): Summary {
  const sorted = sort(rounds.flat())
  const count = sorted.length
  const reach = 0.98 * Math.sqrt(count)
  return {
    median: medianOf(sorted),
    min: sorted[0],
    low: sorted[Math.max(0, Math.floor(count / 2 - reach) - 1)],
    high: sorted[Math.min(count - 1, Math.ceil(count / 2 + reach))],
    isSteady,
    rounds,
  }
}

const sort = (numbers: readonly number[]) => Float64Array.from(numbers).sort()

function medianOf(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * Of two that were measured together. The interval is a bootstrap over their rounds: what slows a round slows both, and
 * does not count as a difference.
 */
export function ratioOf(other: Summary, base: Summary): Ratio {
  const count = base.rounds.length
  if (other.rounds.length !== count) throw new RangeError('expected summaries of one measurement')
  const random = generator(1)
  const ratios = Array.from({ length: RESAMPLES }, () => {
    const drawn = base.rounds.map(() => Math.floor(random() * count))
    const median = ({ rounds }: Summary) => medianOf(sort(drawn.flatMap((round) => rounds[round])))
    return median(other) / median(base)
  })
  const sorted = sort(ratios)
  return {
    median: other.median / base.median,
    low: sorted[Math.floor(0.025 * RESAMPLES)],
    high: sorted[Math.ceil(0.975 * RESAMPLES) - 1],
    min: other.min / base.min,
  }
}

/** The summary in another unit: `factor` of it make one of the old. */
export function scale({ min, median, low, high, isSteady, rounds }: Summary, factor: number): Summary {
  return {
    median: median * factor,
    min: min * factor,
    low: low * factor,
    high: high * factor,
    isSteady,
    rounds: rounds.map((samples) => samples.map((sample) => sample * factor)),
  }
}

/** Half of the interval as a share of the median: what stands behind ± */
export const uncertainty = ({ median, low, high }: Pick<Summary, 'median' | 'low' | 'high'>): number =>
  (high - low) / 2 / median
