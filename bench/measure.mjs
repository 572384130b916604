// Times variants that are to be compared: warm-up of each, then one sample of each per round.
import { summarize } from './report.mjs'

/** A sample lasts at least this long; shorter ones find a quiet moment of the machine more often. */
const SAMPLE_MILLISECONDS = 4
const LEAST_SAMPLES = 3

const now = () => performance.now()

/** Runs until `milliseconds` have passed; returns how many calls fill one sample at the last speed. */
function warmUp(run, milliseconds) {
  const end = now() + milliseconds
  let last = 0
  do {
    const started = now()
    run()
    last = now() - started
  } while (now() < end)
  return Math.max(1, Math.ceil(SAMPLE_MILLISECONDS / last))
}

function sample({ run, work, calls }) {
  const started = now()
  for (let call = 0; call < calls; call++) run()
  return (now() - started) / (calls * work)
}

/**
 * Takes `rounds` samples of each variant `{ name, run, work }`, where a call of `run` does `work` units: milliseconds per
 * unit, summarized, by name. A variant that has used `budget` milliseconds sits out, once it has a few samples.
 */
export function measure(variants, { rounds, budget = 4000, warmUp: warmUpMilliseconds = 200 }) {
  const states = variants.map((variant) => ({
    ...variant,
    calls: warmUp(variant.run, warmUpMilliseconds),
    samples: [],
    spent: 0,
  }))
  for (let round = 0; round < rounds; round++) {
    for (const state of states) {
      if (state.spent > budget && state.samples.length >= LEAST_SAMPLES) continue
      const each = sample(state)
      state.samples.push(each)
      state.spent += each * state.calls * state.work
    }
  }
  return Object.fromEntries(states.map(({ name, samples }) => [name, summarize(samples)]))
}

/** The summary in another unit: `factor` of it make one of the old. */
export function scale({ min, median, spread, count }, factor) {
  return { min: min * factor, median: median * factor, spread: spread * factor, count }
}
