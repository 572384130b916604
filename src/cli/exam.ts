// The tutorial's data and network: hours studied and slept against exam scores, 2-3-1, as the teaching script has it.
import type { NetworkConfig, TrainOptions } from 'wasmprop'

/** Hours studied, hours slept */
export const HOURS = [
  [2, 9],
  [1, 5],
  [3, 6],
]
/** Exam scores, of at most FULL_SCORE */
export const SCORES = [[92], [86], [89]]
export const FULL_SCORE = 100

export interface ExamOptions {
  readonly epochs: number
  readonly learningRate: number
  readonly hidden: number
  readonly seed: number
  readonly engine: 'auto' | 'wasm' | 'typescript'
  readonly dtype: 'float32' | 'float64'
  /** As the tutorial's text has it: the hidden layer's biases stay, and targets are scores instead of shares */
  readonly freezesHiddenBias: boolean
  readonly isUnscaled: boolean
}

export function examConfig(options: ExamOptions): NetworkConfig {
  const { learningRate, hidden, seed, engine, dtype, freezesHiddenBias, isUnscaled } = options
  const start = { name: 'uniform', low: 0, high: 1 } as const
  const layer = { activation: 'sigmoid', weightInit: start, biasInit: start } as const
  return {
    inputs: 2,
    layers: [
      { ...layer, units: hidden, trainBias: !freezesHiddenBias },
      { ...layer, units: 1 },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate },
    scaling: { inputs: 'max', targets: isUnscaled ? 'none' : { divideBy: FULL_SCORE } },
    dtype,
    engine,
    seed,
  }
}

export const trainOptions = ({ epochs }: ExamOptions): TrainOptions => ({ epochs, batchSize: 'full' })

/** The rows as the network sees them: every column divided by its largest value */
export function scaledHours(): number[][] {
  const largest = HOURS[0].map((_, column) => Math.max(...HOURS.map((row) => row[column])))
  return HOURS.map((row) => row.map((value, column) => value / largest[column]))
}

/** What the scores are divided by before the network sees them */
export const divisorOf = ({ isUnscaled }: ExamOptions): number => (isUnscaled ? 1 : FULL_SCORE)

/** A sigmoid gives 0 to 1: what lies outside cannot be learned. */
export function rangeWarnings(options: ExamOptions): string[] {
  const divisor = divisorOf(options)
  const outside = SCORES.flat().filter((score) => score / divisor < 0 || score / divisor > 1)
  if (outside.length === 0) return []
  return [
    `targets ${outside.join(', ')} lie outside 0 to 1, the range of the sigmoid output: ` +
      `it saturates and the loss stalls near ${leastLoss(divisor)}; scale the targets`,
  ]
}

/** The loss of the best outputs that a sigmoid can give */
function leastLoss(divisor: number): number {
  const errors = SCORES.flat().map((score) => score / divisor - Math.min(1, Math.max(0, score / divisor)))
  return errors.reduce((sum, error) => sum + 0.5 * error * error, 0)
}
