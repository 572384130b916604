// Epochs, that is steps on all rows, that each optimizer takes to a loss on small data. Nothing is timed: the numbers are the
// same everywhere. Every optimizer gets the best of several rates, so that none loses for its default.
import { readFileSync } from 'node:fs'
import { createNetwork } from 'wasmprop'

const MOST_EPOCHS = 20_000
const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]
const OPTIMIZERS = ['sgd', 'momentum', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'nadam', 'rprop', 'lbfgs']

/** What takes at most this part of the epochs of another: all that is run in quick mode */
const PROVED = [
  ['rprop', 'sgd', 5],
  ['lbfgs', 'adam', 2],
]

const iris = readFileSync(new URL('../test/fixtures/iris.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map(Number))

const tanh = (units) => ({ units, activation: 'tanh' })

const PROBLEMS = [
  {
    name: 'XOR, 2-4-1 tanh, loss 0.001',
    config: { inputs: 2, layers: [tanh(4), { units: 1, activation: 'sigmoid' }] },
    inputs: [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    targets: [0, 1, 1, 0],
    loss: 0.001,
  },
  {
    name: 'exam scores, 2-3-1 sigmoid, loss 1e-6',
    config: {
      inputs: 2,
      layers: [
        { units: 3, activation: 'sigmoid' },
        { units: 1, activation: 'sigmoid' },
      ],
      loss: 'halfSquaredError',
      scaling: { inputs: 'max', targets: { divideBy: 100 } },
    },
    inputs: [
      [2, 9],
      [1, 5],
      [3, 6],
    ],
    targets: [92, 86, 89],
    loss: 1e-6,
  },
  {
    name: 'iris, 4-8-3 tanh, loss 0.03',
    config: { inputs: 4, layers: [tanh(8), { units: 3, activation: 'softmax' }], scaling: { inputs: 'standard' } },
    inputs: iris.map((row) => row.slice(0, 4)),
    targets: iris.map((row) => row[4]),
    loss: 0.03,
  },
]

/** Infinity where `most` epochs are not enough */
async function epochsTo({ config, inputs, targets, loss }, name, learningRate, most) {
  const optimizer = name === 'momentum' ? { name: 'sgd', momentum: 0.9, learningRate } : { name, learningRate }
  const network = await createNetwork({ ...config, optimizer, dtype: 'float64', seed: 1 })
  const options = { epochs: most, batchSize: 'full', targetLoss: loss }
  const { epochs, stopReason } = network.trainSync(inputs, targets, options)
  network.dispose()
  return stopReason === 'targetLoss' ? epochs : Number.POSITIVE_INFINITY
}

async function bestOf(problem, name) {
  let best = { epochs: Number.POSITIVE_INFINITY, rate: Number.NaN }
  for (const rate of RATES) {
    const epochs = await epochsTo(problem, name, rate, Math.min(best.epochs, MOST_EPOCHS))
    if (epochs < best.epochs) best = { epochs, rate }
  }
  return best
}

export async function run({ quick }) {
  const rows = []
  for (const name of OPTIMIZERS.filter((each) => !quick || PROVED.some((pair) => pair.includes(each)))) {
    const found = []
    for (const problem of PROBLEMS) found.push(await bestOf(problem, name))
    rows.push([name, found])
  }
  const text = ({ epochs, rate }) => (Number.isFinite(epochs) ? `${epochs} (${rate})` : `above ${MOST_EPOCHS}`)
  const of = (wanted) => rows.find(([name]) => name === wanted)[1]
  const proofs = PROVED.map(([name, other, times]) => ({
    name: `${name} needs at most 1/${times} of the epochs of ${other} on each`,
    holds: of(name).every(({ epochs }, i) => epochs * times <= of(other)[i].epochs),
    detail: of(name)
      .map(({ epochs }, i) => `${epochs} : ${of(other)[i].epochs}`)
      .join(', '),
  }))
  return {
    title: 'Epochs to a loss on small data, full batch, with the best of eight rates (which one)',
    tables: [
      {
        columns: ['', ...PROBLEMS.map(({ name }) => name)],
        rows: rows.map(([name, found]) => [name, ...found.map(text)]),
      },
    ],
    proofs,
    results: Object.fromEntries(rows),
  }
}
