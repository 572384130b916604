// Times variants that are to be compared: warm-up of each, then short samples in turn.
import { summarize } from './report.mjs'

/** A sample lasts at least this long; short ones find quiet moments of a busy machine. */
const SAMPLE_MILLISECONDS = 4
const LEAST_SAMPLES = 3

/** Runs for `milliseconds`; returns how many calls fill one sample at the last speed. */
async function warmUp(variant, milliseconds) {
  const end = performance.now() + milliseconds
  let last = 0
  do last = await variant.sample(1)
  while (performance.now() < end)
  return Math.max(1, Math.ceil(SAMPLE_MILLISECONDS / last))
}

/** The variant with the fewest samples as long as it lacks some, then the one that has had the least time. */
function nextOf(states) {
  const lacking = states.filter(({ samples }) => samples.length < LEAST_SAMPLES)
  if (lacking.length > 0) return lacking.reduce((a, b) => (b.samples.length < a.samples.length ? b : a))
  return states.reduce((a, b) => (b.spent < a.spent ? b : a))
}

/**
 * Samples the variants (see variants.mjs) for about `seconds` in all, each for the same time, spread over all of it.
 * Milliseconds per unit of work, summarized, by name.
 */
export async function measure(variants, { seconds, warmUp: warmUpSeconds = 0.3 }) {
  const states = []
  for (const variant of variants) {
    states.push({ variant, calls: await warmUp(variant, 1000 * warmUpSeconds), samples: [], spent: 0 })
  }
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end || states.some(({ samples }) => samples.length < LEAST_SAMPLES)) {
    const state = nextOf(states)
    const milliseconds = await state.variant.sample(state.calls)
    state.samples.push(milliseconds / (state.calls * state.variant.work))
    state.spent += milliseconds
  }
  return Object.fromEntries(states.map(({ variant, samples }) => [variant.name, summarize(samples)]))
}

/** The summary in another unit: `factor` of it make one of the old. */
export function scale({ min, median, spread, count }, factor) {
  return { min: min * factor, median: median * factor, spread: spread * factor, count }
}
