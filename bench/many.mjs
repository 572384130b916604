// Many small networks: `trainMany`, a network per lane of a vector, against `train` one after the other, both on one core and
// with the creation of the networks in the time. Milliseconds for all of them.
import { measure, tutorialData } from '../build/bench-kit.js'
import { createNetwork, trainMany } from '../dist/index.js'
import { goal, summaryCells, summaryColumns, times } from './report.mjs'

const COUNT = 64
const start = { name: 'uniform', low: 0, high: 1 }

const TUTORIAL = {
  config: {
    inputs: 2,
    layers: [
      { units: 3, activation: 'sigmoid', weightInit: start, biasInit: start },
      { units: 1, activation: 'sigmoid', weightInit: start, biasInit: start },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: 0.1 },
  },
  inputs: tutorialData.inputs,
  targets: tutorialData.targets,
  options: { epochs: 7000, batchSize: 'full' },
}
const XOR = {
  config: {
    inputs: 2,
    layers: [
      { units: 5, activation: 'tanh' },
      { units: 1, activation: 'sigmoid' },
    ],
    optimizer: { name: 'adam', learningRate: 0.01 },
  },
  inputs: Float64Array.of(0, 0, 0, 1, 1, 0, 1, 1),
  targets: Float64Array.of(0, 1, 1, 0),
  options: { epochs: 2000, batchSize: 2 },
}

/** What is wanted of the ratio; NaN: nothing */
const CASES = [
  { name: 'tutorial 2-3-1, 7000 full batches', task: TUTORIAL, dtype: 'float64', wanted: 1.8 },
  { name: 'tutorial 2-3-1, 7000 full batches', task: TUTORIAL, dtype: 'float32', wanted: 3 },
  { name: 'XOR 2-5-1 with Adam, 2000 epochs of 2 shuffled batches', task: XOR, dtype: 'float64' },
  { name: 'XOR 2-5-1 with Adam, 2000 epochs of 2 shuffled batches', task: XOR, dtype: 'float32' },
]

const configsOf = ({ config }, dtype) => Array.from({ length: COUNT }, (_, seed) => ({ ...config, dtype, seed }))

async function inTurn(task, dtype) {
  const trained = []
  for (const config of configsOf(task, dtype)) {
    const network = await createNetwork(config)
    trained.push({ network, result: await network.train(task.inputs, task.targets, task.options) })
  }
  return trained
}

const together = (task, dtype) => trainMany(configsOf(task, dtype), task.inputs, task.targets, task.options)

function disposeAll(trained) {
  for (const { network } of trained) network.dispose()
}

const bitsOf = (trained) =>
  trained.map(({ network, result }) => `${network.weightsHash()} ${result.loss.join()} ${result.stopReason}`).join('\n')

async function prove({ name, task, dtype }) {
  const [wanted, got] = [await inTurn(task, dtype), await together(task, dtype)]
  const holds = bitsOf(wanted) === bitsOf(got)
  disposeAll([...wanted, ...got])
  return { name: `${name}, ${dtype}: ${COUNT} networks have weights and losses as each has alone`, holds }
}

function variant(name, train, { task, dtype }) {
  return {
    name,
    work: 1,
    async sample(calls) {
      let milliseconds = 0
      for (let call = 0; call < calls; call++) {
        const started = performance.now()
        const trained = await train(task, dtype)
        milliseconds += performance.now() - started
        disposeAll(trained)
      }
      return milliseconds
    },
  }
}

export async function run({ quick }) {
  const proofs = []
  for (const test of CASES) proofs.push(await prove(test))
  const rows = []
  const goals = []
  const results = {}
  for (const test of CASES) {
    const variants = [variant('one after the other', inTurn, test), variant('trainMany', together, test)]
    const measured = await measure(variants, { seconds: quick ? 2 : 15, warmUp: 0.5 })
    const ratio = measured['one after the other'].min / measured.trainMany.min
    const name = `${test.name}, ${test.dtype}`
    results[name] = { ...measured, ratio }
    for (const [key, summary] of Object.entries(measured)) {
      rows.push([`${name}: ${key}`, ...summaryCells(summary), key === 'trainMany' ? times(ratio) : ''])
    }
    if (test.wanted) goals.push(goal(`many: ${test.dtype}, ${COUNT} tutorial networks`, ratio, test.wanted, times))
  }
  return {
    title: `${COUNT} small networks on one core, ms for all`,
    proofs,
    tables: [{ columns: ['', ...summaryColumns, 'times as fast'], rows }],
    goals,
    results,
  }
}
