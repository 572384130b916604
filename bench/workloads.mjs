// Workloads from the tutorial's network to 784-512-512-10, both engines, relaxed arithmetic where the host has it, and plain
// JavaScript: µs per epoch or step.
import { measure, nearTo, prove, ratioOf, scale, whyNotRelaxed, workloadNames, workloads } from '../build/bench-kit.js'
import { inChild, trainOnce } from '../build/bench-processes.js'
import { guard, ratioText, summaryText, times } from './report.mjs'

const WASM32 = 'wasm float32'
const RELAXED32 = 'relaxed float32'
const WASM64 = 'wasm float64'
const TYPESCRIPT32 = 'typescript float32'
const PLAIN = 'plain JavaScript'

const contestants = {
  [WASM32]: { contestant: 'wasm', dtype: 'float32' },
  [RELAXED32]: { contestant: 'relaxed', dtype: 'float32' },
  [WASM64]: { contestant: 'wasm', dtype: 'float64' },
  [TYPESCRIPT32]: { contestant: 'typescript', dtype: 'float32' },
  [PLAIN]: { contestant: 'plain', dtype: 'float64' },
}

/** Epochs of a call, and fewer epochs and rows in quick mode, where what needs seconds for a call is left out */
const calls = {
  W1: { epochs: 7000 },
  W3: { epochs: 50, quick: { epochs: 10 } },
  W4: { epochs: 20, quick: { epochs: 2 } },
  W5a: { epochs: 1, quick: { rows: 384 }, isLong: true },
  W5s: { epochs: 1, quick: { rows: 384 }, isLong: true },
  W6: { epochs: 1, quick: { rows: 256 }, isLong: true },
}

/**
 * At most half of the gains of wasm over plain JavaScript, in float32 and in float64, by the fastest samples of quick runs on a
 * busy machine. With a product of one lane at a time they were 0.9 to 1.1 and 1.3 to 1.6. W1 says nothing: its gain is
 * below 2.
 */
const leastGains = {
  W3: [2.5, 2],
  W4: [3, 2],
  W5a: [4, 1.8],
  W5s: [4, 2],
  W6: [4, 2],
}

/** Fused sums are others, and Adam divides by small ones. */
const RELAXED_TOLERANCE = 1e-4

async function proveRelaxed(name) {
  const { proof, shuffles } = workloads[name]
  const train = (key) => trainOnce({ workload: name, ...contestants[key], ...proof, shuffles })
  return nearTo(`${name}: ${RELAXED32}`, ...(await Promise.all([train(WASM32), train(RELAXED32)])), RELAXED_TOLERANCE)
}

async function time(name, quick, withRelaxed) {
  const { shuffles } = workloads[name]
  const options = { workload: name, epochs: calls[name].epochs, ...(quick ? calls[name].quick : {}), shuffles }
  const names = Object.keys(contestants).filter(
    (key) => !(quick && calls[name].isLong && key === TYPESCRIPT32) && (withRelaxed || key !== RELAXED32),
  )
  const variants = []
  for (const key of names) variants.push(await inChild(key, { ...options, ...contestants[key] }))
  const milliseconds = await measure(variants, quick ? { seconds: 1, warmUp: 0.1 } : { seconds: 15, warmUp: 0.5 })
  for (const { stop } of variants) await stop()
  return Object.fromEntries(Object.entries(milliseconds).map(([key, summary]) => [key, scale(summary, 1000)]))
}

/** Columns of ratios: how many times as long the first takes as the second */
const RATIOS = [
  [WASM32, RELAXED32],
  [TYPESCRIPT32, WASM32],
  [PLAIN, WASM32],
  [PLAIN, WASM64],
]

function row(name, results) {
  const { what, unit } = workloads[name]
  const cell = (text, keys) =>
    keys.every((key) => results[key]) ? text() : keys.includes(RELAXED32) ? 'not available' : '–'
  return [
    `${name}: ${what}${unit === 'step' ? ', per step' : ''}`,
    ...Object.keys(contestants).map((key) => cell(() => summaryText(results[key]), [key])),
    ...RATIOS.map((keys) => cell(() => ratioText(ratioOf(...keys.map((key) => results[key]))), keys)),
  ]
}

function guardsOf(name, results) {
  return (leastGains[name] ?? []).map((least, index) => {
    const wasm = [WASM32, WASM64][index]
    const gain = results[PLAIN].min / results[wasm].min
    return guard(`${name}: ${wasm} against plain JavaScript`, gain, least, times)
  })
}

export async function run({ quick }) {
  const whyNot = await whyNotRelaxed()
  const proofs = []
  const rows = []
  const guards = []
  const results = {}
  for (const name of workloadNames) {
    proofs.push(...(await prove(name, trainOnce)))
    if (whyNot === undefined) proofs.push(await proveRelaxed(name))
    results[name] = await time(name, quick, whyNot === undefined)
    rows.push(row(name, results[name]))
    guards.push(...guardsOf(name, results[name]))
  }
  return {
    title: 'Workloads, µs per epoch: median ± half of its 95 % interval (minimum)',
    proofs,
    guards,
    tables: [
      {
        columns: ['', ...Object.keys(contestants), ...RATIOS.map((names) => names.join(' : '))],
        rows,
      },
    ],
    notes: [
      ...(whyNot === undefined ? [] : [`Relaxed arithmetic is not available: ${whyNot}.`]),
      `Rows are shuffled but in W1 and W6. Plain JavaScript computes in float64, its fastest.`,
      ...(quick ? ['Quick: W5 with 384 rows, W6 with 256, little time.'] : []),
    ],
    results,
  }
}
