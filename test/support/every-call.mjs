// Calls every public function of the built package but those of tables, and prints what each gives as a line of JSON: bits, messages and words.
import { createHash } from 'node:crypto'

const load = (entry) => import(new URL(`../../dist/${entry}.js`, import.meta.url))
const library = await load('index')
const worker = await load('worker')
const lesson = await load('lesson')

const X = Array.from({ length: 24 }, (_, row) => [(row % 5) / 5, (row % 7) / 7, row / 24])
const Y = X.map(([a, b]) => [a * b])
const classes = X.map((_, row) => row % 2)
const config = {
  inputs: 3,
  layers: [{ units: 5, activation: 'tanh' }, { units: 1 }],
  optimizer: { name: 'adam' },
  seed: 3,
}
const classifier = {
  ...config,
  layers: [
    { units: 4, activation: 'relu' },
    { units: 2, activation: 'softmax' },
  ],
}
const validated = {
  epochs: 4,
  batchSize: 7,
  validation: { split: 0.25 },
  earlyStopping: { patience: 3 },
  metrics: ['meanAbsoluteError'],
  history: { weights: { every: 2 } },
}

/** What differs from run to run: times and addresses */
const varies = /second|^ratio$|^date/i

function digest(value) {
  const seen = new Set()
  const text = JSON.stringify(value, (key, part) => {
    if (varies.test(key) && key !== '') return undefined
    if (typeof part === 'number') return Object.is(part, -0) ? '-0' : String(part)
    if (ArrayBuffer.isView(part)) return Array.from(part, String)
    if (part !== null && typeof part === 'object') {
      if (seen.has(part)) return 'again'
      seen.add(part)
    }
    return part
  })
  if (text === undefined || text.length < 400) return String(text)
  return `${text.slice(0, 60)}… ${text.length} ${createHash('sha1').update(text).digest('hex')}`
}

const outcomes = Object.create(null)
async function call(name, action) {
  try {
    outcomes[name] = digest(await action())
  } catch (error) {
    outcomes[name] = `${error}`
  }
}

const batches = () => [
  { inputs: X.slice(0, 12), targets: Y.slice(0, 12) },
  { inputs: X.slice(12), targets: Y.slice(12) },
]

async function callNetwork(name, network) {
  const one = (method, ...args) => call(`${name}.${method}`, () => network[method](...args))
  await call(`${name}.train with all`, () => network.train(X, Y, validated))
  await one('train', X, Y)
  await one('trainOnBatch', X, Y)
  await one('trainStream', batches)
  await one('fitScaling', X, Y)
  await one('evaluate', X, Y, { metrics: ['r2', 'meanAbsoluteError'] })
  await one('gradients', X, Y)
  await one('predict', X)
  await one('predictInto', X, new Float32Array(24))
  await one('trainOnGradients', X, Y)
  await one('reconfigure', { learningRate: 0.02 })
  await one('summary')
  await one('getWeights')
  await one('toJSON')
  await one('snapshot')
  await call(`${name}.setWeights`, async () => network.setWeights(await network.getWeights()))
  await one('weightsHash')
}

for (const engine of ['wasm', 'typescript']) {
  const network = await library.createNetwork({ ...config, engine })
  await callNetwork(engine, network)
  await call(`${engine}.trainSync`, () => network.trainSync(X, Y, { epochs: 3 }))
  await call(`${engine}.clone`, () => network.clone().weightsHash())
  await call(`${engine}.networkFromJSON`, async () => await library.networkFromJSON(JSON.stringify(network)))
  await call(`${engine}.restoreNetwork`, async () => {
    const restored = await library.restoreNetwork(network.snapshot())
    return [restored.toJSON(), await restored.train(X, Y, { epochs: 2 })]
  })
  await call(`${engine}.resume`, async () => {
    let bytes
    const onEpoch = ({ snapshot }) => {
      bytes ??= snapshot()
    }
    await network.train(X, Y, { ...validated, onEpoch })
    return (await library.restoreNetwork(bytes)).resume(X, Y)
  })
  await call(`${engine}.explain`, () => library.explain(network, X[0], Y[0]).toText())
  await call(`${engine}.checkGradients`, () => library.checkGradients(network, X.slice(0, 2), Y.slice(0, 2)))
  const ofClasses = await library.createNetwork({ ...classifier, engine, scaling: { inputs: 'standard' } })
  await call(`${engine}.classes`, () => ofClasses.train(X, classes, { epochs: 3, classWeights: 'balanced' }))
  await call(`${engine}.predictClass`, () => ofClasses.predictClass(X))
  await call(`${engine}.confusion`, () => ofClasses.evaluate(X, classes, { metrics: ['confusion', 'accuracy', 'f1'] }))
}

for (const [loss, targets] of Object.entries({ huber: Y, halfSquaredError: Y, binaryCrossEntropy: Y })) {
  for (const optimizer of ['sgd', 'rmsprop', 'lbfgs', 'nadam']) {
    const layers = [
      { units: 3, activation: 'elu', dropout: optimizer === 'lbfgs' ? 0 : 0.2 },
      { units: 1, activation: 'sigmoid' },
    ]
    const network = await library.createNetwork({ ...config, layers, loss, optimizer })
    await call(`${loss} ${optimizer}`, () => network.train(X, targets, { epochs: 3 }))
  }
}
const schedules = [
  { name: 'cosine', total: 9 },
  { name: 'exponential', gamma: 0.9 },
  { name: 'step', stepSize: 2 },
  { name: 'reduceOnPlateau', unit: undefined },
  { name: 'linearWarmup', warmup: 3 },
  { name: 'warmupCosine', warmup: 2, total: 9 },
]
for (const schedule of schedules) {
  await call(`schedule ${schedule.name}`, async () => {
    const learningRate = { initial: 0.1, unit: 'epoch', ...schedule }
    const network = await library.createNetwork({ ...config, optimizer: { name: 'sgd', learningRate } })
    return network.train(X, Y, { epochs: 3 })
  })
}

await call('diagnose', () => library.diagnose(X, Y, config))
await call('estimateMemory', () => library.estimateMemory(config, 24, validated))
await call('compareEngines', () => library.compareEngines(config, X, Y, { epochs: 3 }))
for (const threads of [1, 2]) {
  await call(`trainMany on ${threads}`, async () => {
    const trained = await library.trainMany(
      [config, { ...config, seed: 4 }, { ...config, layers: [{ units: 2 }, { units: 1 }] }],
      X,
      Y,
      { epochs: 3, threads },
    )
    return trained.map(({ network, result }) => [network.weightsHash(), result])
  })
}
await call('crossValidate', () => library.crossValidate(config, X, Y, { folds: 3, epochs: 2, seed: 1, threads: 1 }))
await call('threads', async () => {
  const network = await library.createNetwork({ ...config, threads: 2 })
  return [network.engine, await network.train(X, Y, { epochs: 2 })]
})
await call('refusals', async () => {
  const said = []
  const wrong = [{}, { inputs: 3 }, { ...config, layers: [{}] }, { ...config, lr: 1 }, { ...config, optimizer: {} }]
  for (const each of wrong) said.push(await library.createNetwork(each).catch(String))
  return said
})

const remote = await worker.createNetwork(config)
await callNetwork('worker', remote)
await call('worker.onEpoch', () => remote.train(X, Y, { epochs: 9, onEpoch: ({ epoch }) => epoch % 4 !== 3 }))
await call('worker.clone', async () => (await remote.clone()).weightsHash())
await remote.dispose()

await call('lesson', async () => {
  const network = await library.createNetwork(config)
  const explanation = library.explain(network, X[0], Y[0])
  const [quantity] = lesson.quantitiesOf(explanation)
  return [lesson.checkCalculation(explanation, quantity, '0.5'), lesson.createWorksheet({ seed: 2 }).toHTML()]
})

for (const [name, outcome] of Object.entries(outcomes)) console.log(JSON.stringify([name, outcome]))
process.exit()
