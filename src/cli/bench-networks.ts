// The networks that `wasmprop bench` races, from the tutorial's to one of 40,000 weights, with data drawn from a seed.
import type { NetworkConfig } from 'wasmprop'
import { examConfig, SCORES, scaledHours } from './exam.ts'

export interface BenchNetwork {
  readonly name: string
  readonly config: NetworkConfig
  readonly inputs: number[][]
  readonly targets: number[][]
  readonly batchSize: number | 'full'
  /** Epochs of one timed run: enough that starting it weighs little */
  readonly epochs: number
}

const exam = examConfig({
  epochs: 1,
  learningRate: 0.1,
  hidden: 3,
  seed: 1,
  engine: 'auto',
  dtype: 'float64',
  freezesHiddenBias: false,
  isUnscaled: false,
})

export const benchNetworks: readonly BenchNetwork[] = [
  {
    name: '2-3-1 sigmoid (tutorial)',
    config: { ...exam, scaling: {} },
    inputs: scaledHours(),
    targets: SCORES.map(([score]) => [score / 100]),
    batchSize: 'full',
    epochs: 1000,
  },
  classifier([16, 32, 8], 'tanh', 128, 32, 20),
  classifier([64, 128, 10], 'relu', 512, 64, 2),
  classifier([128, 256, 32, 10], 'relu', 512, 128, 1),
]

function classifier(
  widths: readonly number[],
  activation: 'tanh' | 'relu',
  rows: number,
  batchSize: number,
  epochs: number,
): BenchNetwork {
  const [inputs, ...units] = widths
  const classes = units[units.length - 1]
  const hidden = units.slice(0, -1).map((count) => ({ units: count, activation }))
  const draw = numbers(widths.length + rows)
  return {
    name: `${widths.join('-')} ${activation}, softmax`,
    config: {
      inputs,
      layers: [...hidden, { units: classes, activation: 'softmax' }],
      optimizer: { name: 'sgd', learningRate: 0.01 },
      seed: 1,
    },
    inputs: Array.from({ length: rows }, () => Array.from({ length: inputs }, draw)),
    targets: Array.from({ length: rows }, (_, row) =>
      Array.from({ length: classes }, (_, i) => Number(i === row % classes)),
    ),
    batchSize,
    epochs,
  }
}

/** Numbers from −1 to 1 by a linear congruential generator: the data need not be good, only the same everywhere */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}
