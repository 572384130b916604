// The tutorial's network, 2-3-1 sigmoids on 3 rows in float64: both engines, plain JavaScript and NumPy, µs per epoch.
import { createNetwork } from 'wasmprop'
import {
  configOf,
  tutorialData as data,
  measure,
  nearTo,
  ratioOf,
  sameBits,
  scale,
  workloads,
} from '../build/bench-kit.js'
import { inChild } from '../build/bench-processes.js'
import { guard, ratioCells, ratioColumns, summaryCells, summaryColumns, times } from './report.mjs'
import { inNumPy } from './variants.mjs'

const { epochs: EPOCHS } = workloads.W1
const TOLERANCE = 1e-9
/** Half of the gain over the engine in TypeScript; plain JavaScript is too near to say anything. */
const LEAST = 2
/** NumPy trains this part of the epochs in a call: samples as short as the others' */
const NUMPY_SHARE = 20

async function startVariants() {
  const network = await createNetwork({ ...configOf(workloads.W1), dtype: 'float64' })
  const layers = network.getWeights()
  network.dispose()
  const start = (name, contestant) =>
    inChild(name, { workload: 'W1', contestant, dtype: 'float64', epochs: EPOCHS, shuffles: false })
  const variants = [
    await start('wasm', 'wasm'),
    await start('typescript', 'typescript'),
    await start('plain JavaScript', 'plain'),
    await start('plain JavaScript, unrolled for 2-3-1', 'unrolled'),
    await inNumPy('NumPy', workloads.W1, data, layers, { dtype: 'float64', epochs: EPOCHS / NUMPY_SHARE }),
  ]
  return variants.filter((variant) => variant !== undefined)
}

/** The tutorial's epochs from the same weights leads to the same ones. */
async function prove(variants) {
  for (const variant of variants) await variant.sample(EPOCHS / variant.work)
  const [wasm, typescript, ...others] = await Promise.all(variants.map(({ result }) => result()))
  const near = others.map((other, index) => nearTo(variants[index + 2].name, wasm, other, TOLERANCE))
  return [sameBits(`${EPOCHS} epochs`, wasm, typescript), ...near]
}

export async function run({ quick }) {
  const variants = await startVariants()
  const proofs = await prove(variants)
  const milliseconds = await measure(variants, quick ? { seconds: 1, warmUp: 0.1 } : { seconds: 30 })
  for (const { stop } of variants) stop()
  const { wasm } = milliseconds
  const results = Object.entries(milliseconds).map(([name, summary]) => [
    name,
    { ...scale(summary, 1000), ratio: ratioOf(summary, wasm) },
  ])
  return {
    title: `Tutorial network, 2-3-1, float64, µs per epoch of ${data.rows} rows`,
    proofs,
    tables: [
      {
        columns: ['', ...summaryColumns, ...ratioColumns('wasm')],
        rows: results.map(([name, summary]) => [name, ...summaryCells(summary), ...ratioCells(summary.ratio)]),
      },
    ],
    notes: milliseconds.NumPy ? [] : ['NumPy: no python3 with numpy was found.'],
    guards: [guard('tutorial: wasm against typescript', milliseconds.typescript.min / wasm.min, LEAST, times)],
    results: Object.fromEntries(results),
  }
}
