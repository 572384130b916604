// neataptic: objects for neurons and connections; batches that sum, SGD only.
import neataptic from 'neataptic'
import { toRows, toShares } from './rows.mjs'

const { architect, methods } = neataptic
const NEVER = 1e-12

export async function create({ sizes, loss, optimizer, rate, batchRows, shuffles }, { rows, inputs, targets }) {
  const isTutorial = loss === 'halfSquaredError'
  const network = new architect.Perceptron(...sizes)
  if (!isTutorial) for (const node of network.nodes) if (node.type === 'hidden') node.squash = methods.activation.RELU
  const outputs = toRows(targets, rows)
  const set = toRows(inputs, rows).map((input, row) => ({ input, output: outputs[row] }))
  const options = {
    rate: isTutorial ? rate : 0.01,
    error: NEVER,
    shuffle: shuffles,
    batchSize: batchRows,
    momentum: 0,
    cost: isTutorial ? methods.cost.MSE : methods.cost.CROSS_ENTROPY,
  }
  return {
    note: optimizer === 'adam' ? 'SGD instead of Adam' : undefined,
    run: (epochs) => network.train(set, { ...options, iterations: epochs }),
    prepare: toRows,
    predict: (prepared) => prepared.map((row) => network.activate(row)),
    values: (predicted) => predicted.flatMap((row) => (sizes.at(-1) > 1 ? toShares(row) : row)),
  }
}
