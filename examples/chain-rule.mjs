// The chain rule in numbers: why a weight of the textbooks' 2-2-2 network changes as it does (Mazur 2015).
import { createNetwork, explain } from 'wasmprop'

const network = await createNetwork({
  inputs: 2,
  layers: [
    {
      units: 2,
      activation: 'sigmoid',
      weightInit: [
        [0.15, 0.25],
        [0.2, 0.3],
      ],
      biasInit: [0.35, 0.35],
    },
    {
      units: 2,
      activation: 'sigmoid',
      weightInit: [
        [0.4, 0.5],
        [0.45, 0.55],
      ],
      biasInit: [0.6, 0.6],
    },
  ],
  loss: 'halfSquaredError',
  optimizer: { name: 'sgd', learningRate: 0.5 },
  dtype: 'float64',
})
console.log(explain(network, [0.05, 0.1], [0.01, 0.99]).toText({ weight: 'w5' }))

// Prints
// Chain of w5, from h1 to o1
//   ∂E/∂out o1      = out o1 − target o1                         = 0.75136507 − 0.01                      = 0.74136507
//   ∂out o1/∂net o1 = out o1 · (1 − out o1)                      = 0.75136507 · (1 − 0.75136507)          = 0.186815602
//   ∂net o1/∂w5     = out h1                                                                              = 0.593269992
//   ∂E/∂w5          = ∂E/∂out o1 · ∂out o1/∂net o1 · ∂net o1/∂w5 = 0.74136507 · 0.186815602 · 0.593269992 = 0.082167041
//   w5⁺             = w5 − η · ∂E/∂w5                            = 0.4 − 0.5 · 0.082167041                = 0.35891648
