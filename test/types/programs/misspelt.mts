// What is misspelt or of the wrong kind does not compile. Never run.
import { createNetwork } from 'wasmprop'

declare const X: number[][]
declare const y: number[][]
const layers = [{ units: 1 }]
const network = await createNetwork({ inputs: 2, layers })

// @ts-expect-error
await createNetwork({ inputs: 2, layers, dtype: 'float16' })
// @ts-expect-error
await createNetwork({ inputs: 2, layers, sed: 1 })
// @ts-expect-error
await createNetwork({ inputs: 2, layers, optimizer: { name: 'sgd', momentun: 0.9 } })
// @ts-expect-error
await createNetwork({ inputs: 2, layers, optimizer: { name: 'adagrad', momentum: 0.9 } })
// @ts-expect-error
await createNetwork({ inputs: 2, layers, loss: { name: 'meanSquaredError', delta: 1 } })
// @ts-expect-error
await createNetwork({ inputs: 2, layers: [{ units: 1, weightInit: { name: 'zeros', low: 1 } }] })
// @ts-expect-error
await createNetwork({ inputs: 2, layers: [{ units: 1, activation: { name: 'elu', slope: 1 } }] })
// @ts-expect-error
await createNetwork({ inputs: 2, layers, optimizer: { name: 'adam', learningRate: { name: 'step', gamma: 0.1 } } })
// @ts-expect-error
await network.train(X, y, { epoch: 5 })
// @ts-expect-error
await network.train(X, y, { epochs: 5, validation: { split: 0.2, ordr: 'last' } })
// @ts-expect-error
network.evaluate(X, y, { metrics: ['acuracy'] })
// @ts-expect-error
network.evaluate(X, y, { metric: ['accuracy'] })
