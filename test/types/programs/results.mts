// What is known of results without a look at them. Compiled, never run.
import { createNetwork, type Network, type NetworkConfig, type TrainOptions } from 'wasmprop'
import { createNetwork as createWorkerNetwork } from 'wasmprop/worker'

declare const X: number[][]
declare const y: number[][]
declare const numbers: Float64Array
declare const someOptions: TrainOptions
declare const someConfig: NetworkConfig
const layers = [{ units: 1 }]

const network = await createNetwork({ inputs: 2, layers, dtype: 'float64' })
const small = await createNetwork({ inputs: 2, layers })
const some: Network = await createNetwork(someConfig)
const far = await createWorkerNetwork({ inputs: 2, layers, dtype: 'float64' })

export const accuracy: number = network.evaluate(X, y, { metrics: ['accuracy'] }).accuracy
export const { loss, f1, topK, confusion } = network.evaluate(X, y, {
  metrics: ['f1', { name: 'topK', k: 3 }, { name: 'confusion' }],
})
export const numbersOfMetrics: [number, number, number, number[][]] = [loss, f1, topK, confusion]
const asked: 'r2'[] = ['r2']
export const perhaps: number | undefined = network.evaluate(X, y, { metrics: asked }).r2
export const farAccuracy: number = (await far.evaluate(X, y, { metrics: ['accuracy'] })).accuracy

const split = { validation: { split: 0.2 } }
const own = { validation: { inputs: X, targets: y } }
async function* batches() {
  yield { inputs: X, targets: y }
}
export const losses: Float64Array[] = [
  (await network.train(X, y, split)).validationLoss,
  (await network.train(X, y, { epochs: 5, validation: { split: 0.2, order: 'last' } })).validationLoss,
  network.trainSync(X, y, own).validationLoss,
  (await network.trainStream(batches, own)).validationLoss,
  (await far.train(X, y, split)).validationLoss,
  (await network.train(X, y)).loss,
]
export const perhapsLosses: Float64Array | undefined = (await network.train(X, y, someOptions)).validationLoss

export const flat: Float64Array = network.predict(numbers)
export const flatOfRows: Float64Array = network.predict({ data: numbers, rows: 1, columns: 2 })
export const flat32: Float32Array = small.predict(numbers)
export const flatOfSome: Float32Array | Float64Array = some.predict(numbers)
export const farFlat: Float64Array = await far.predict(numbers)
export const cloned: Float64Array = network.clone().predict(numbers)
export const row: number[] = network.predict([2, 9])
export const rows: number[][] = network.predict(X)
export const typedRows: number[][] = network.predict([numbers, numbers])
export const classes: Uint32Array = network.predictClass(numbers)

// @ts-expect-error: it was not asked for
network.evaluate(X, y, { metrics: ['accuracy'] }).f1
// @ts-expect-error: there is no validation
export const none: Float64Array = (await network.train(X, y)).validationLoss
// @ts-expect-error: it depends on the options
export const dependsOnOptions: Float64Array = (await network.train(X, y, someOptions)).validationLoss
// @ts-expect-error: it depends on the type
export const dependsOnType: Float64Array = some.predict(numbers)
