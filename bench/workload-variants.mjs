// The workloads, and the variants of each that run in threads.
import { createNetwork } from '../dist/index.js'
import { classData, generator, tutorialData } from './data.mjs'
import { plainNetwork } from './plain-network.mjs'
import { typedArrays } from './tutorial-loops.mjs'

const digits = { rows: 10_000, columns: 784, outputs: 10, zeros: 0.7, seed: 5 }
const adam = { name: 'adam', learningRate: 0.001 }
const sgd = { name: 'sgd', learningRate: 0.1 }

/** `epochs` of one call, and of one in quick mode; `proofRows` and `proofEpochs` of the comparison of bits */
export const workloads = {
  W1: {
    what: 'tutorial 2-3-1, 3 rows, full batch, sgd',
    units: [3, 1],
    optimizer: sgd,
    batchRows: 3,
    epochs: [7000, 7000],
    proofEpochs: 1000,
  },
  W3: {
    what: '569 × 30, 30-16-1, batch 32, adam',
    data: { rows: 569, columns: 30, outputs: 1, zeros: 0, seed: 3 },
    units: [16, 1],
    optimizer: adam,
    batchRows: 32,
    shuffles: true,
    epochs: [50, 10],
    proofEpochs: 10,
  },
  W4: {
    what: '1797 × 64, 64-64-10, batch 64, adam',
    data: { rows: 1797, columns: 64, outputs: 10, zeros: 0.5, seed: 4 },
    units: [64, 10],
    optimizer: adam,
    batchRows: 64,
    shuffles: true,
    epochs: [20, 2],
    proofEpochs: 3,
  },
  W5a: {
    what: '10 000 × 784, 784-128-10, batch 128, adam',
    data: digits,
    units: [128, 10],
    optimizer: adam,
    batchRows: 128,
    shuffles: true,
    epochs: [1, 1],
    proofEpochs: 1,
    proofRows: 600,
    quickRows: 384,
  },
  W5s: {
    what: '10 000 × 784, 784-128-10, batch 128, sgd',
    data: digits,
    units: [128, 10],
    optimizer: sgd,
    batchRows: 128,
    shuffles: true,
    epochs: [1, 1],
    proofEpochs: 1,
    proofRows: 600,
    quickRows: 384,
  },
  W6: {
    what: '784-512-512-10, batch 256, sgd, per step',
    data: { ...digits, rows: 2560 },
    units: [512, 512, 10],
    optimizer: sgd,
    batchRows: 256,
    shuffles: false,
    epochs: [1, 1],
    proofEpochs: 1,
    proofRows: 300,
    quickRows: 256,
    perStep: true,
  },
}

const isTutorial = ({ data }) => data === undefined

function makeData(workload, rows) {
  return isTutorial(workload) ? tutorialData : classData({ ...workload.data, rows: rows ?? workload.data.rows })
}

function configOf(workload, engine, dtype) {
  const { units, optimizer } = workload
  const start = { name: 'uniform', low: 0, high: 1 }
  const inits = isTutorial(workload) ? { weightInit: start, biasInit: start } : {}
  const output = !isTutorial(workload) && units.at(-1) > 1 ? 'softmax' : 'sigmoid'
  return {
    inputs: workload.data?.columns ?? 2,
    layers: units.map((count, index) => ({
      units: count,
      activation: index === units.length - 1 ? output : isTutorial(workload) ? 'sigmoid' : 'relu',
      ...inits,
    })),
    ...(isTutorial(workload) ? { loss: 'halfSquaredError' } : {}),
    optimizer,
    engine,
    dtype,
    seed: 1,
  }
}

async function createEngine(workload, data, { engine, dtype, epochs, shuffles }) {
  const network = await createNetwork(configOf(workload, engine, dtype))
  const View = dtype === 'float32' ? Float32Array : Float64Array
  const inputs = View.from(data.inputs)
  const targets = View.from(data.targets)
  const options = { epochs, batchSize: workload.batchRows, shuffle: shuffles }
  return {
    run: () => network.trainSync(inputs, targets, options),
    result: () => ({
      hash: network.weightsHash(),
      weights: network.getWeights().flatMap(({ weights, biases }) => [...weights.flat(), ...biases]),
    }),
  }
}

async function createPlain(workload, data, { epochs, shuffles }) {
  // The TypeScript engine draws the same weights, and leaves the isolate without a WebAssembly memory.
  const network = await createNetwork(configOf(workload, 'typescript', 'float64'))
  const { batchRows, optimizer } = workload
  const rate = optimizer.learningRate
  const layers = network.getWeights()
  if (isTutorial(workload)) {
    const { train, weights } = typedArrays(data, layers, rate)
    return { run: () => train(epochs), result: () => ({ weights: weights() }) }
  }
  const { epoch, weights } = plainNetwork(data, layers, {
    batchRows,
    optimizer: optimizer.name,
    rate,
    random: generator(1),
  })
  return {
    run() {
      for (let done = 0; done < epochs; done++) epoch(shuffles)
    },
    result: () => ({ weights: weights() }),
  }
}

/** `engine` is an engine's name or `plain`; a unit of work is an epoch, or a step where the workload says so. */
export async function create({ name, engine, dtype, rows, epochs, shuffles }) {
  const workload = workloads[name]
  const data = makeData(workload, rows)
  const options = { engine, dtype, epochs, shuffles }
  const { run, result } = await (engine === 'plain' ? createPlain : createEngine)(workload, data, options)
  return { work: workload.perStep ? epochs * Math.ceil(data.rows / workload.batchRows) : epochs, run, result }
}
