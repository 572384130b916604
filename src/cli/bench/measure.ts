// Times variants that are to be compared: warm-up of each until it gets no faster, then short samples in turn. Knows no
// host and no network: the command, the benches and the page of the browsers all measure with this.
//
// Samples are tinybench's. It would run one task to its end before the next begins; where other work runs on the machine, a
// slow second then hits one of them alone. So every sample is a run of its own, and the tasks take turns.
import { Bench, type Task } from 'tinybench'

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
  readonly count: number
}

export interface MeasureOptions {
  /** Seconds of samples, of all variants together */
  readonly seconds: number
  /** Seconds of warm-up of each variant, at least */
  readonly warmUp?: number
}

/** A sample lasts at least this long; short ones find quiet moments of a busy machine. */
const SAMPLE_MILLISECONDS = 4
const LEAST_SAMPLES = 5
/** Warm is what has not become faster by this share in so many samples. */
const GAIN = 0.03
const STEADY_SAMPLES = 3
/** What never gets steady is called warm after so many times the least warm-up. */
const MOST_WARM_UP = 10

interface State {
  readonly variant: Variant
  readonly task: Task
  readonly calls: number
  readonly samples: number[]
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
    const calls = await warmUp(variant, 1000 * warmUpSeconds)
    // The variant's own clock counts: it may run in another process.
    bench.add(variant.name, async () => ({ overriddenDuration: await variant.sample(calls) }), { async: true })
    states.push({ variant, task: bench.tasks[index], calls, samples: [], spent: 0 })
  }
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end || states.some(({ samples }) => samples.length < LEAST_SAMPLES)) {
    const state = nextOf(states)
    const milliseconds = await sampleOf(state.task)
    state.samples.push(milliseconds / (state.calls * state.variant.work))
    state.spent += milliseconds
  }
  return Object.fromEntries(states.map(({ variant, samples }) => [variant.name, summarize(samples)]))
}

/** Milliseconds of one more run */
async function sampleOf(task: Task): Promise<number> {
  task.reset(false)
  const { result } = await task.run()
  if (result.state !== 'completed')
    throw new Error(`${task.name}: expected a sample, got a task that is ${result.state}`)
  return result.latency.mean
}

/** Runs for `least` milliseconds and until it is steady; returns how many calls fill one sample at the best speed. */
async function warmUp(variant: Variant, least: number): Promise<number> {
  const started = performance.now()
  // No clock that is used here is coarser than a hundredth of a millisecond.
  const callsFor = (perCall: number) => Math.ceil(SAMPLE_MILLISECONDS / Math.max(0.01, perCall))
  let best = Number.POSITIVE_INFINITY
  let calls = 1
  let steady = 0
  for (let elapsed = 0; elapsed < least * MOST_WARM_UP && (elapsed < least || steady < STEADY_SAMPLES); ) {
    const perCall = (await variant.sample(calls)) / calls
    steady = perCall < best * (1 - GAIN) ? 0 : steady + 1
    best = Math.min(best, perCall)
    calls = callsFor(best)
    elapsed = performance.now() - started
  }
  return calls
}

/** The variant with the fewest samples as long as it lacks some, then the one that has had the least time. */
function nextOf(states: readonly State[]): State {
  const lacking = states.filter(({ samples }) => samples.length < LEAST_SAMPLES)
  if (lacking.length > 0) return lacking.reduce((a, b) => (b.samples.length < a.samples.length ? b : a))
  return states.reduce((a, b) => (b.spent < a.spent ? b : a))
}

/** The interval is that of ranks (binomial): it supposes nothing about how the samples are spread. */
export function summarize(samples: ArrayLike<number>): Summary {
  const sorted = Float64Array.from(samples).sort()
  const count = sorted.length
  const middle = count >> 1
  const reach = 0.98 * Math.sqrt(count)
  return {
    median: count % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2,
    min: sorted[0],
    low: sorted[Math.max(0, Math.floor(count / 2 - reach) - 1)],
    high: sorted[Math.min(count - 1, Math.ceil(count / 2 + reach))],
    count,
  }
}

/** The summary in another unit: `factor` of it make one of the old. */
export function scale({ min, median, low, high, count }: Summary, factor: number): Summary {
  return { median: median * factor, min: min * factor, low: low * factor, high: high * factor, count }
}

/** Half of the interval as a share of the median: what stands behind ± */
export const uncertainty = ({ median, low, high }: Summary): number => (high - low) / 2 / median
