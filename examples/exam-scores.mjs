// Exam scores from hours studied and hours slept: raw rows in, predictions in the rows' own units out.
import { createNetwork, networkFromJSON } from 'wasmprop'

const X = [
  [2, 9],
  [1, 5],
  [3, 6],
]
const y = [[92], [86], [89]]

const network = await createNetwork({
  inputs: 2,
  layers: [
    { units: 3, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ],
  loss: 'halfSquaredError',
  optimizer: { name: 'adam', learningRate: 0.1 },
  scaling: { inputs: 'max', targets: { divideBy: 100 } },
  seed: 1,
})
const { epochs, stopReason } = await network.train(X, y, { epochs: 5000, batchSize: 'full', targetLoss: 1e-7 })
console.log(stopReason, epochs < 1000)
console.log(network.predict(X).map(([score]) => Math.round(score)))

const copy = await networkFromJSON(JSON.parse(JSON.stringify(network)))
console.log(copy.weightsHash() === network.weightsHash())

// Prints
// targetLoss true
// [ 92, 86, 89 ]
// true
