// Two rings of points: classes by number, scaled inputs, rows held out, the best epoch given back, scores in the end.
import { createNetwork } from 'wasmprop'

const points = Array.from({ length: 400 }, (_, i) => {
  const angle = i * 2.399963 // the golden angle spreads them
  const radius = i % 2 === 0 ? 1 + (i % 7) / 20 : 2 + (i % 11) / 20
  return [10 * radius * Math.cos(angle), 0.1 * radius * Math.sin(angle)]
})
const rings = points.map((_, i) => i % 2)

const network = await createNetwork({
  inputs: 2,
  layers: [
    { units: 16, activation: 'relu' },
    { units: 2, activation: 'softmax' },
  ],
  optimizer: { name: 'adam', learningRate: 0.02 },
  scaling: { inputs: 'standard' },
  seed: 3,
})
const { stopReason, loss, validationLoss, bestEpoch } = await network.train(points, rings, {
  epochs: 300,
  validation: { split: 0.2 },
  earlyStopping: { patience: 20 },
})
console.log(stopReason, loss.length === validationLoss.length, bestEpoch < loss.length)
const { accuracy, confusion } = network.evaluate(points, rings, { metrics: ['accuracy', 'confusion'] })
console.log(accuracy, confusion)
console.log(network.predictClass([12, 0]), network.predictClass([22, 0.05]))

// Prints
// epochs true true
// 1 [ [ 200, 0 ], [ 0, 200 ] ]
// 0 1
