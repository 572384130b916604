// brain.js trains row by row, on the squared error, with one activation for all layers.
import { toRows, toShares } from './rows.mjs'

/** It may not stop early. */
const NEVER = 1e-9

export async function create({ sizes, loss, optimizer, rate, library }, { rows, inputs, targets }) {
  const { NeuralNetwork } = (await import(library)).default
  const isTutorial = loss === 'halfSquaredError'
  const network = new NeuralNetwork({ hiddenLayers: sizes.slice(1, -1), activation: 'sigmoid' })
  const outputs = toRows(targets, rows)
  const set = toRows(inputs, rows).map((input, row) => ({ input, output: outputs[row] }))
  const options = {
    errorThresh: NEVER,
    learningRate: isTutorial ? rate : optimizer === 'adam' ? 0.001 : 0.05,
    momentum: 1e-12, // 0 would be its default
    log: false,
    ...(optimizer === 'adam' ? { praxis: 'adam' } : {}),
  }
  network.train(set.slice(0, 1), { ...options, iterations: 1, learningRate: NEVER }) // makes the weights
  return {
    note: 'row by row, squared error, sigmoids',
    run: (epochs) => network.train(set, { ...options, iterations: epochs }),
    prepare: toRows,
    predict(prepared) {
      if (prepared.length === 1) return [network.run(prepared[0])]
      return prepared.map((row) => network.run(row))
    },
    values: (predicted) => predicted.flatMap((row) => (sizes.at(-1) > 1 ? toShares(Array.from(row)) : Array.from(row))),
  }
}
