// Times variants that are to be compared: warm-up of each, then one sample of each per round.
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

/**
 * Takes `rounds` samples of each variant (see variants.mjs): milliseconds per unit of work, summarized, by name. A variant
 * that has used `budget` milliseconds sits out, once it has a few samples.
 */
export async function measure(variants, { rounds, budget = 5000, warmUp: warmUpMilliseconds = 300 }) {
  const states = []
  for (const variant of variants) {
    states.push({ variant, calls: await warmUp(variant, warmUpMilliseconds), samples: [], spent: 0 })
  }
  for (let round = 0; round < rounds; round++) {
    for (const state of states) {
      const { variant, calls, samples } = state
      if (state.spent > budget && samples.length >= LEAST_SAMPLES) continue
      const milliseconds = await variant.sample(calls)
      samples.push(milliseconds / (calls * variant.work))
      state.spent += milliseconds
    }
  }
  return Object.fromEntries(states.map(({ variant, samples }) => [variant.name, summarize(samples)]))
}

/** The summary in another unit: `factor` of it make one of the old. */
export function scale({ min, median, spread, count }, factor) {
  return { min: min * factor, median: median * factor, spread: spread * factor, count }
}
