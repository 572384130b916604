// The tutorial's network, 2-3-1 sigmoids on 3 rows in float64: both engines, plain JavaScript and NumPy, µs per epoch.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createNetwork } from '../dist/index.js'
import { tutorialData as data } from './data.mjs'
import { measure, scale } from './measure.mjs'
import { goal, summarize, summaryCells, summaryColumns, times } from './report.mjs'
import { typedArrays, unrolled } from './tutorial-loops.mjs'

const EPOCHS = 7000
const RATE = 0.1
const TOLERANCE = 1e-9

const start = { name: 'uniform', low: 0, high: 1 }
const create = (engine) =>
  createNetwork({
    inputs: 2,
    layers: [
      { units: 3, activation: 'sigmoid', weightInit: start, biasInit: start },
      { units: 1, activation: 'sigmoid', weightInit: start, biasInit: start },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: RATE },
    dtype: 'float64',
    engine,
    seed: 1,
  })

const train = (network) => network.trainSync(data.inputs, data.targets, { epochs: EPOCHS, batchSize: 'full' })
const flatten = (layers) => layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases])
const difference = (a, b) => Math.max(...a.map((value, index) => Math.abs(value - b[index])))

/** What NumPy makes of the same weights, or undefined where there is none */
function trainInNumPy(layers, rounds) {
  const rowsOf = (values, columns) =>
    Array.from({ length: data.rows }, (_, row) => Array.from(values.subarray(row * columns, (row + 1) * columns)))
  const input = JSON.stringify({
    inputs: rowsOf(data.inputs, 2),
    targets: rowsOf(data.targets, 1),
    layers: layers.flatMap(({ weights, biases }) => [weights, biases]),
    rate: RATE,
    epochs: EPOCHS,
    rounds,
  })
  const program = readFileSync(new URL('tutorial.py', import.meta.url), 'utf8')
  for (const python of ['python3', 'python']) {
    if (spawnSync(python, ['-c', 'import numpy']).status !== 0) continue
    const { status, stdout, stderr } = spawnSync(python, ['-c', program], { input, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${python} failed: ${stderr}`)
    return JSON.parse(stdout)
  }
}

function prove(networks, loops, numPy) {
  const { wasm, typescript } = networks
  for (const network of Object.values(networks)) train(network)
  for (const loop of Object.values(loops)) loop.train(EPOCHS)
  const weights = flatten(wasm.getWeights())
  const near = (name, others) => {
    const worst = difference(weights, others)
    return { name: `${name} within ${TOLERANCE} of wasm`, holds: worst <= TOLERANCE, detail: `${worst}` }
  }
  return [
    {
      name: `typescript and wasm have equal bits after ${EPOCHS} epochs`,
      holds: wasm.weightsHash() === typescript.weightsHash(),
      detail: wasm.weightsHash(),
    },
    ...Object.entries(loops).map(([name, loop]) => near(name, loop.weights())),
    ...(numPy ? [near('NumPy', numPy.weights)] : []),
  ]
}

/** @returns the part as report.mjs prints it */
export async function run({ quick }) {
  const networks = { wasm: await create('wasm'), typescript: await create('typescript') }
  const layers = networks.wasm.getWeights()
  const loops = {
    'plain JavaScript': typedArrays(data, layers, RATE),
    'plain JavaScript, unrolled for 2-3-1': unrolled(data, layers, RATE),
  }
  const numPy = trainInNumPy(layers, quick ? 3 : 12)
  const proofs = prove(networks, loops, numPy)

  const variants = [
    ...Object.entries(networks).map(([name, network]) => ({ name, work: EPOCHS, run: () => train(network) })),
    ...Object.entries(loops).map(([name, loop]) => ({ name, work: EPOCHS, run: () => loop.train(EPOCHS) })),
  ]
  const milliseconds = measure(variants, { rounds: quick ? 40 : 200 })
  if (numPy) milliseconds.NumPy = scale(summarize(numPy.seconds), 1000 / EPOCHS)
  const results = Object.entries(milliseconds).map(([name, summary]) => [name, scale(summary, 1000)])
  const ratioTo = (name) => (milliseconds[name]?.min ?? Number.NaN) / milliseconds.wasm.min
  for (const network of Object.values(networks)) network.dispose()
  return {
    title: `Tutorial network, 2-3-1, float64, µs per epoch of ${data.rows} rows`,
    proofs,
    tables: [
      {
        columns: ['', ...summaryColumns, 'of wasm'],
        rows: results.map(([name, summary]) => [name, ...summaryCells(summary), times(ratioTo(name))]),
      },
    ],
    notes: numPy ? [`NumPy ${numPy.version}`] : ['NumPy: no python3 with numpy was found.'],
    goals: [
      goal('tutorial: wasm against plain JavaScript', ratioTo('plain JavaScript'), 3, times),
      goal('tutorial: wasm against NumPy', ratioTo('NumPy'), 100, times),
    ],
    results: Object.fromEntries(results),
  }
}
