// How time and memory grow: a step against rows, width, depth and threads, with plots in build/, the memory that networks
// take against what estimateMemory says beforehand, and with --largest one step of the largest network that fits in 4 GiB.
import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { createNetwork, estimateMemory } from 'wasmprop'
import { generator, measure, scale } from '../build/bench-kit.js'
import { plot } from './plot.mjs'
import { number, percent, times } from './report.mjs'
import { here } from './variants.mjs'

const EPOCHS = 4
const DTYPES = ['float32', 'float64']
const powersOfTwo = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => 2 ** (from + index))

const MOST_THREADS = Math.min(4, 2 * availableParallelism())
const countTo = (most) => Array.from({ length: most }, (_, index) => index + 1)

/** Inputs, hidden units, outputs, the rows of a step, and its threads where it is not one */
const axes = {
  rows: { sizes: powersOfTwo(3, 12), sizesOf: () => [64, 128, 10], rowsOf: (rows) => rows },
  width: { sizes: powersOfTwo(3, 10), sizesOf: (width) => [width, width, width], rowsOf: () => 64 },
  depth: { sizes: powersOfTwo(0, 6), sizesOf: (depth) => Array(depth + 1).fill(64), rowsOf: () => 64 },
  threads: {
    sizes: countTo(MOST_THREADS),
    sizesOf: () => [512, 512, 512],
    rowsOf: () => 256,
    threadsOf: (threads) => threads,
  },
}
const QUICK_SIZES = 4

/** WebAssembly memories of this process, in the order in which they were made */
const memories = []
/** Kept, so that no network is given the memory of another */
const networks = []
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...parameters) {
    super(...parameters)
    memories.push(this.exports.memory)
  }
}

/** A network with a memory of its own, the last one made, once those that other parts left are used up */
async function createNew(config) {
  const made = memories.length
  do networks.push(await createNetwork(config))
  while (memories.length === made)
  return networks.at(-1)
}

const configOf = (sizes, dtype, threads) => ({
  inputs: sizes[0],
  layers: sizes.slice(1).map((units, index) => ({ units, activation: index < sizes.length - 2 ? 'relu' : 'linear' })),
  optimizer: { name: 'sgd', learningRate: 1e-4 },
  dtype,
  seed: 1,
  engine: 'wasm',
  ...(threads > 1 ? { threads } : {}),
})

/** Multiplications and additions of a step: forward, weight gradients, and deltas, which the first layer does not need */
function operationsOf(sizes, rows) {
  return sizes.slice(1).reduce((sum, units, index) => sum + 2 * (index > 0 ? 3 : 2) * rows * sizes[index] * units, 0)
}

function uniform(View, count) {
  return View.from({ length: count }, generator(count))
}

async function stepOf({ sizesOf, rowsOf, threadsOf = () => 1 }, size, dtype) {
  const [sizes, rows, threads] = [sizesOf(size), rowsOf(size), threadsOf(size)]
  const config = configOf(sizes, dtype, threads)
  const network = await createNew(config)
  const View = dtype === 'float32' ? Float32Array : Float64Array
  const [inputs, targets] = [uniform(View, rows * sizes[0]), uniform(View, rows * sizes.at(-1))]
  const run = () => network.trainSync(inputs, targets, { epochs: EPOCHS, batchSize: 'full' })
  run()
  const memoryShare = memories.at(-1).buffer.byteLength / estimateMemory(config, rows)
  return {
    ...here(`${dtype} ${size}`, EPOCHS, run),
    hasThreads: network.engine.threads === threads,
    point: { size, dtype, hash: network.weightsHash(), operations: operationsOf(sizes, rows), memoryShare },
  }
}

/** Microseconds of a step by size and dtype */
async function timeAxis(name, quick) {
  const axis = axes[name]
  const sizes = quick ? axis.sizes.slice(-QUICK_SIZES - 1, -1) : axis.sizes
  const steps = []
  for (const dtype of quick ? ['float32'] : DTYPES)
    for (const size of sizes) steps.push(await stepOf(axis, size, dtype))
  return timeSteps(
    steps.filter(({ hasThreads }) => hasThreads),
    quick,
  )
}

async function timeSteps(steps, quick) {
  const seconds = (quick ? 0.1 : 0.6) * steps.length
  const milliseconds = await measure(steps, { seconds, warmUp: quick ? 0.03 : 0.15 })
  return steps.map(({ name, point }) => ({ ...point, ...scale(milliseconds[name], 1000) }))
}

/** Least squares of log time on log arithmetic: 1 is linear */
function exponentOf(points) {
  const [x, y] = [points.map(({ operations }) => Math.log(operations)), points.map(({ min }) => Math.log(min))]
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanY] = [mean(x), mean(y)]
  const covariance = x.reduce((sum, value, i) => sum + (value - meanX) * (y[i] - meanY), 0)
  return covariance / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0)
}

function tableOf(name, points) {
  return {
    columns: [name, 'dtype', 'µs per step', 'median', 'GFLOP/s', 'memory : estimate'],
    rows: points.map(({ size, dtype, min, median, operations, memoryShare }) => [
      size,
      dtype,
      number(min),
      number(median),
      number(operations / min / 1000),
      percent(memoryShare),
    ]),
  }
}

function writePlot(name, points) {
  const file = fileURLToPath(new URL(`../build/growth-${name}.svg`, import.meta.url))
  const series = {}
  for (const { dtype, size, min } of points) {
    series[dtype] ??= []
    series[dtype].push([size, min])
  }
  writeFileSync(file, plot({ title: `A step against ${name}`, x: name, y: 'µs per step', series }))
  return `build/growth-${name}.svg`
}

/** How the time goes with the size of an axis, in words: with arithmetic, or how far threads help */
function growthNote(name, points) {
  const measured = points.filter(({ dtype }) => dtype === 'float32')
  if (name !== 'threads') {
    const exponent = exponentOf(measured.slice(-QUICK_SIZES))
    return `time grows as arithmetic to the power ${number(exponent)} over the largest sizes`
  }
  const gains = measured.slice(1).map(({ size, min }) => `${size}: ${times(measured[0].min / min)}`)
  return gains.length > 0 ? `512-512-512, 256 rows, as fast as one: ${gains.join(', ')}` : 'one only, here'
}

/** Of the points of an axis on which nothing but the time may change */
function sameBits({ threads }) {
  const hashesOf = (dtype) => new Set(threads.filter((point) => point.dtype === dtype).map(({ hash }) => hash))
  return {
    name: 'any number of threads has the bits of one',
    holds: DTYPES.every((dtype) => hashesOf(dtype).size <= 1),
    detail: `up to ${Math.max(...threads.map(({ size }) => size))}`,
  }
}

/** Inputs × as many units × 10 outputs: the most that fits with the rows of one step */
function findLargest(rows) {
  const fits = (width) => {
    try {
      return estimateMemory(configOf([width, width, 10], 'float32'), rows) > 0
    } catch {
      return false
    }
  }
  let [least, most] = [1000, 40_000]
  while (most - least > 1) {
    const middle = (least + most) >> 1
    if (fits(middle)) least = middle
    else most = middle
  }
  return least
}

async function trainLargest() {
  const rows = 16
  const width = findLargest(rows)
  const config = configOf([width, width, 10], 'float32')
  const marks = [performance.now()]
  const network = await createNew(config)
  marks.push(performance.now())
  const { loss, stopReason } = network.trainSync(
    uniform(Float32Array, rows * width),
    uniform(Float32Array, rows * 10),
    {
      epochs: 1,
      batchSize: rows,
      shuffle: false,
    },
  )
  marks.push(performance.now())
  const taken = memories.at(-1).buffer.byteLength
  const [creating, training] = marks.slice(1).map((mark, index) => (mark - marks[index]) / 1000)
  const parameters = network.parameterCount
  network.dispose()
  return {
    text:
      `The largest network, ${width}-${width}-10, ${number(parameters / 1e6)} million parameters in float32: ` +
      `${(taken / 2 ** 30).toFixed(3)} GiB, created in ${number(creating)} s, one step on ${rows} rows in ${number(training)} s; ` +
      `at most ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(1)} GiB of the process.`,
    proof: {
      name: 'the largest network takes a step',
      holds: stopReason === 'epochs' && Number.isFinite(loss[0]) && taken > 3.9 * 2 ** 30,
      detail: `loss ${number(loss[0])}`,
    },
  }
}

export async function run({ quick, largest: wantsLargest }) {
  const tables = []
  const notes = []
  const results = {}
  for (const name of Object.keys(axes)) {
    const points = await timeAxis(name, quick)
    results[name] = points
    tables.push(tableOf(name, points))
    notes.push(`${name}: ${growthNote(name, points)}; ${writePlot(name, points)}`)
  }
  const shares = Object.values(results)
    .flat()
    .map(({ memoryShare }) => memoryShare)
  const proofs = [
    sameBits(results),
    {
      name: 'networks take no more memory than estimateMemory says',
      holds: Math.max(...shares) <= 1,
      detail: `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`,
    },
  ]
  if (wantsLargest) {
    const { text, proof } = await trainLargest()
    notes.push(text)
    proofs.push(proof)
  }
  return { title: 'Growth: a step against rows, width, depth and threads', proofs, tables, notes, results }
}
