// The network lives in a worker: the same methods, all of them returning promises, and the thread that asks stays free.
import { createNetwork } from 'wasmprop/worker'

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const network = await createNetwork({
  inputs: 2,
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ],
  optimizer: { name: 'adam', learningRate: 0.1 },
  seed: 7,
})
const { stopReason } = await network.train(X, [[0], [1], [1], [0]], {
  epochs: 300,
  onEpoch: ({ loss }) => loss > 0.01, // false stops; the worker waits for the answer
})
console.log(stopReason, await network.predictClass(X))
await network.dispose() // ends the worker

// Prints
// callback [ 0, 1, 1, 0 ]
