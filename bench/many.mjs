// Many small networks: `trainMany`, a network per lane of a vector, against `train` one after the other, both on one core, and
// then on two; and the folds of `crossValidate` on one and two. With the creation of the networks in the time, and that of
// the workers where none rests from the call before. Milliseconds for all of them.
import { measure, tutorialData } from '../build/bench-kit.js'
import { createNetwork, crossValidate, trainMany } from '../dist/index.js'
import { goal, summaryCells, summaryColumns, times } from './report.mjs'

const COUNT = 64
const THREADS = 2
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

/** As large as the table of breast cancers that scikit-learn has */
const FOLDS = {
  name: '10 folds of 569 × 30, 30-16-1 with Adam, 200 epochs',
  config: {
    inputs: 30,
    layers: [
      { units: 16, activation: 'relu' },
      { units: 1, activation: 'sigmoid' },
    ],
    seed: 1,
  },
  inputs: Float32Array.from({ length: 569 * 30 }, (_, index) => ((index * 7919) % 1000) / 500 - 1),
  targets: Float32Array.from({ length: 569 }, (_, row) => row % 2),
  options: { folds: 10, epochs: 200 },
}

/** What is wanted of the ratio of lanes */
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

function onThreads(task, dtype) {
  return trainMany(configsOf(task, dtype), task.inputs, task.targets, { ...task.options, threads: THREADS })
}

async function folds({ config, inputs, targets, options }, threads) {
  const { folds } = await crossValidate(config, inputs, targets, { ...options, threads })
  return folds
}

function disposeAll(trained) {
  for (const { network } of trained) network.dispose()
}

const bitsOf = (trained) =>
  trained.map(({ network, result }) => `${network.weightsHash()} ${result.loss.join()} ${result.stopReason}`).join('\n')

async function prove({ name, task, dtype }) {
  const all = [await inTurn(task, dtype), await together(task, dtype), await onThreads(task, dtype)]
  const holds = new Set(all.map(bitsOf)).size === 1
  all.forEach(disposeAll)
  return { name: `${name}, ${dtype}: ${COUNT} networks have weights and losses as each has alone`, holds }
}

async function proveFolds() {
  const all = [await folds(FOLDS, 1), await folds(FOLDS, THREADS)]
  const holds = new Set(all.map(bitsOf)).size === 1
  all.forEach(disposeAll)
  return { name: `${FOLDS.name}: ${THREADS} threads give the weights and losses of one`, holds }
}

function variant(name, train) {
  return {
    name,
    work: 1,
    async sample(calls) {
      let milliseconds = 0
      for (let call = 0; call < calls; call++) {
        const started = performance.now()
        const trained = await train()
        milliseconds += performance.now() - started
        disposeAll(trained)
      }
      return milliseconds
    },
  }
}

/** Times the variants; gives how many times as fast as the first one the second is. */
async function race(name, variants, quick) {
  const measured = await measure(variants, quick ? { seconds: 0.5, warmUp: 0.05 } : { seconds: 15, warmUp: 0.5 })
  const [first, second] = Object.values(measured)
  const rows = Object.entries(measured).map(([key, summary]) => {
    return [`${name}: ${key}`, ...summaryCells(summary), summary === first ? '' : times(first.min / summary.min)]
  })
  const ratio = first.min / second.min
  return { rows, ratio, result: { ...measured, ratio } }
}

export async function run({ quick }) {
  const proofs = []
  for (const test of CASES) proofs.push(await prove(test))
  proofs.push(await proveFolds())
  const rows = []
  const goals = []
  const results = {}
  const compare = async (name, variants) => {
    const raced = await race(name, variants, quick)
    rows.push(...raced.rows)
    results[name] = raced.result
    return raced.ratio
  }
  for (const test of CASES) {
    const { task, dtype } = test
    const variants = [
      variant('one after the other', () => inTurn(task, dtype)),
      variant('trainMany', () => together(task, dtype)),
      variant(`trainMany, ${THREADS} threads`, () => onThreads(task, dtype)),
    ]
    const ratio = await compare(`${test.name}, ${dtype}`, variants)
    if (test.wanted) goals.push(goal(`many: ${test.dtype}, ${COUNT} tutorial networks`, ratio, test.wanted, times))
  }
  const onOne = variant('one thread', () => folds(FOLDS, 1))
  await compare(FOLDS.name, [onOne, variant(`${THREADS} threads`, () => folds(FOLDS, THREADS))])
  return {
    title: `Many small networks (${COUNT}, or the folds), ms for all`,
    proofs,
    tables: [{ columns: ['', ...summaryColumns, 'times as fast'], rows }],
    goals,
    results,
  }
}
