// What cold.mjs starts: loads the library, trains the tutorial's network, and writes how long each phase took if asked to.
const marks = [performance.now()]
const { createNetwork } = await import('../dist/index.js')
marks.push(performance.now())
const start = { name: 'uniform', low: 0, high: 1 }
const network = await createNetwork({
  inputs: 2,
  layers: [
    { units: 3, activation: 'sigmoid', weightInit: start, biasInit: start },
    { units: 1, activation: 'sigmoid', weightInit: start, biasInit: start },
  ],
  loss: 'halfSquaredError',
  optimizer: { name: 'sgd', learningRate: 0.1 },
  scaling: { inputs: 'max', targets: { divideBy: 100 } },
  dtype: 'float64',
  seed: 1,
})
marks.push(performance.now())
const inputs = [
  [2, 9],
  [1, 5],
  [3, 6],
]
await network.train(inputs, [[92], [86], [89]], { epochs: 7000, batchSize: 'full' })
marks.push(performance.now())
if (process.argv.includes('--report')) {
  const phases = marks.slice(1).map((mark, index) => mark - marks[index])
  console.log(JSON.stringify({ phases, engine: network.engine.name, hash: network.weightsHash() }))
}
