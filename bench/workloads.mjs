// Workloads from the tutorial's network to 784-512-512-10, both engines and plain JavaScript: µs per epoch or step.
import { measure, scale } from './measure.mjs'
import { nearTo, number, percent, sameBits, times } from './report.mjs'
import { inThread } from './variants.mjs'
import { workloads } from './workload-variants.mjs'

const TOLERANCE = 1e-9
const WASM32 = 'wasm float32'
const WASM64 = 'wasm float64'
const TYPESCRIPT32 = 'typescript float32'
const PLAIN = 'plain JavaScript'

const start = (name, options) => inThread(name, './workload-variants.mjs', options)

async function trainOnce(options) {
  const variant = await start('', options)
  await variant.sample(1)
  const result = await variant.result()
  variant.stop()
  return result
}

/** The engines' bits in both dtypes as the workload is, and plain JavaScript's weights where rows are not shuffled */
async function prove(name) {
  const { proofRows: rows, proofEpochs: epochs, shuffles } = workloads[name]
  const common = { name, rows, epochs, shuffles: Boolean(shuffles) }
  const inOrder = { ...common, shuffles: false }
  const [wasm32, typescript32, wasm64, typescript64, wasm, plain] = await Promise.all([
    trainOnce({ ...common, engine: 'wasm', dtype: 'float32' }),
    trainOnce({ ...common, engine: 'typescript', dtype: 'float32' }),
    trainOnce({ ...common, engine: 'wasm', dtype: 'float64' }),
    trainOnce({ ...common, engine: 'typescript', dtype: 'float64' }),
    trainOnce({ ...inOrder, engine: 'wasm', dtype: 'float64' }),
    trainOnce({ ...inOrder, engine: 'plain' }),
  ])
  return [
    sameBits(`${name} float32`, wasm32, typescript32),
    sameBits(`${name} float64`, wasm64, typescript64),
    nearTo(`${name}: plain JavaScript`, wasm, plain, TOLERANCE),
  ]
}

async function time(name, quick) {
  const { epochs: epochsOf, quickRows, shuffles } = workloads[name]
  const epochs = epochsOf[Number(quick)]
  const common = { name, epochs, rows: quick ? quickRows : undefined, shuffles: Boolean(shuffles) }
  const variants = [
    await start(WASM32, { ...common, engine: 'wasm', dtype: 'float32' }),
    await start(WASM64, { ...common, engine: 'wasm', dtype: 'float64' }),
    await start(TYPESCRIPT32, { ...common, engine: 'typescript', dtype: 'float32' }),
    await start(PLAIN, { ...common, engine: 'plain' }),
  ]
  const options = quick ? { seconds: 1, warmUp: 0.1 } : { seconds: 15, warmUp: 0.5 }
  const milliseconds = await measure(variants, options)
  for (const { stop } of variants) stop()
  return Object.fromEntries(Object.entries(milliseconds).map(([key, summary]) => [key, scale(summary, 1000)]))
}

function row(name, results) {
  const cell = ({ min, median, spread }) => `${number(min)} (${number(median)} ± ${percent(spread / median)})`
  const ratio = (other, wasm) => times(results[other].min / results[wasm].min)
  return [
    `${name}: ${workloads[name].what}`,
    ...[WASM32, WASM64, TYPESCRIPT32, PLAIN].map((key) => cell(results[key])),
    ratio(TYPESCRIPT32, WASM32),
    ratio(PLAIN, WASM32),
    ratio(PLAIN, WASM64),
  ]
}

export async function run({ quick }) {
  const proofs = []
  const rows = []
  const results = {}
  for (const name of Object.keys(workloads)) {
    proofs.push(...(await prove(name)))
    results[name] = await time(name, quick)
    rows.push(row(name, results[name]))
  }
  return {
    title: 'Workloads, µs per epoch: min (median ± spread)',
    proofs,
    tables: [
      {
        columns: [
          '',
          WASM32,
          WASM64,
          TYPESCRIPT32,
          PLAIN,
          'typescript : wasm',
          'plain : wasm float32',
          'plain : wasm float64',
        ],
        rows,
      },
    ],
    notes: [
      `Rows are shuffled but in W1 and W6. ${PLAIN} computes in float64, its fastest.`,
      ...(quick ? ['Quick: W5 with 384 rows, W6 with 256, little time.'] : []),
    ],
    results,
  }
}
