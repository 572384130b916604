// Where each lead changes hands: networks of n inputs, n hidden units and one output, one step on 32 rows, with wasm, plain
// JavaScript and NumPy on one thread, from n = 2 to 512; µs per step.
import { createNetwork } from 'wasmprop'
import { configOf, dataOf, measure, nearTo, prove, ratioOf, scale, workloads } from '../build/bench-kit.js'
import { inChild, trainOnce } from '../build/bench-processes.js'
import { ratioText, summaryText } from './report.mjs'
import { inNumPy } from './variants.mjs'

const WIDTHS = { quick: [2, 32], whole: [2, 4, 8, 16, 32, 64, 128, 256, 512] }
const ROWS = 32
/** Multiplications and additions of a call */
const OPERATIONS = 5e7
const MOST_EPOCHS = 2000
/** Sums in another order, in float64 and in float32 */
const TOLERANCES = { float64: 1e-9, float32: 1e-5 }
const PROVED_EPOCHS = 5

const DTYPES = ['float32', 'float64']
const PLAIN = 'plain JavaScript'
/** Which wasm is compared with what */
const PAIRS = [
  ['wasm float32', PLAIN],
  ['wasm float64', PLAIN],
  ['wasm float32', 'NumPy float32'],
  ['wasm float64', 'NumPy float64'],
]

const workloadOf = (width) => ({
  ...workloads.W3,
  what: `${width}-${width}-1, ${ROWS} rows, SGD`,
  columns: width,
  rows: ROWS,
  units: [width, 1],
  optimizer: { name: 'sgd', learningRate: 0.01 },
  batchRows: ROWS,
  shuffles: false,
  proof: { epochs: PROVED_EPOCHS },
})

async function startNumPy(workload, epochs) {
  const network = await createNetwork({ ...configOf(workload), dtype: 'float64' })
  const layers = network.getWeights()
  network.dispose()
  const started = []
  for (const dtype of DTYPES)
    started.push(await inNumPy(`NumPy ${dtype}`, workload, dataOf(workload), layers, { dtype, epochs }))
  return started.filter((variant) => variant !== undefined)
}

/** NumPy against wasm, from the same weights */
async function proveNumPy(workload) {
  const variants = await startNumPy(workload, PROVED_EPOCHS)
  const proofs = []
  for (const [index, { name, sample, result, stop }] of variants.entries()) {
    await sample(1)
    const dtype = DTYPES[index]
    const options = { workload, contestant: 'wasm', dtype, epochs: PROVED_EPOCHS, shuffles: false }
    proofs.push(nearTo(`${workload.what}: ${name}`, await trainOnce(options), await result(), TOLERANCES[dtype]))
    stop()
  }
  return proofs
}

async function time(width, workload, quick) {
  const epochs = Math.min(MOST_EPOCHS, Math.ceil(OPERATIONS / (6 * ROWS * width ** 2)))
  const options = { workload, epochs, shuffles: false }
  const variants = [
    await inChild('wasm float32', { ...options, contestant: 'wasm', dtype: 'float32' }),
    await inChild('wasm float64', { ...options, contestant: 'wasm', dtype: 'float64' }),
    await inChild(PLAIN, { ...options, contestant: 'plain', dtype: 'float64' }),
    ...(await startNumPy(workload, Math.ceil(epochs / 20))),
  ]
  const milliseconds = await measure(variants, quick ? { seconds: 1, warmUp: 0.1 } : { seconds: 6, warmUp: 0.3 })
  for (const { stop } of variants) await stop()
  return Object.fromEntries(Object.entries(milliseconds).map(([name, summary]) => [name, scale(summary, 1000)]))
}

/** One is ahead where the 95 % interval of the ratio says so. */
function leaderOf({ low, high }, other) {
  if (low > 1) return 'wasm is ahead'
  return high < 1 ? `${other} is ahead` : 'about even'
}

/** wasm is ahead from 2 to 64, NumPy is ahead from 128 to 512 */
function tellLeads([wasm, other], points) {
  const spans = []
  for (const { width, results } of points) {
    if (results[other] === undefined) return `${wasm} against ${other}: not measured.`
    const leader = leaderOf(ratioOf(results[other], results[wasm]), other)
    if (spans.at(-1)?.leader === leader) spans.at(-1).to = width
    else spans.push({ leader, from: width, to: width })
  }
  const told = spans.map(({ leader, from, to }) => `${leader} ${from === to ? `at ${from}` : `from ${from} to ${to}`}`)
  return `${wasm} against ${other}: ${told.join(', ')}.`
}

export async function run({ quick }) {
  const proofs = []
  const points = []
  for (const width of WIDTHS[quick ? 'quick' : 'whole']) {
    const workload = workloadOf(width)
    proofs.push(...(await prove(workload, trainOnce)), ...(await proveNumPy(workload)))
    points.push({ width, results: await time(width, workload, quick) })
  }
  const names = ['wasm float32', 'wasm float64', PLAIN, 'NumPy float32', 'NumPy float64']
  const rowOf = ({ width, results }) => [
    width,
    ...names.map((name) => (results[name] ? summaryText(results[name]) : '–')),
    ...PAIRS.map(([wasm, other]) => (results[other] ? ratioText(ratioOf(results[other], results[wasm])) : '–')),
  ]
  return {
    title: 'Crossover: n-n-1, one step on 32 rows, µs: median ± half of its 95 % interval (minimum)',
    proofs,
    tables: [
      { columns: ['n', ...names, ...PAIRS.map(([wasm, other]) => `${other} : ${wasm}`)], rows: points.map(rowOf) },
    ],
    notes: PAIRS.map((pair) => tellLeads(pair, points)),
    results: points,
  }
}
