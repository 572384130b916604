// The two networks that the tutorial shows: what they learn, how they begin, how long they are trained.
import type { NetworkConfig } from 'wasmprop'

export interface Lesson {
  readonly title: string
  /** Under the title, in a sentence */
  readonly words: string
  readonly config: NetworkConfig
  readonly inputs: readonly (readonly number[])[]
  readonly targets: readonly (readonly number[])[]
  readonly epochs: number
  /** By column */
  readonly inputNames: readonly string[]
  readonly targetNames: readonly string[]
  /** What inputs and targets are divided by before the network sees them */
  readonly inputScale: readonly number[]
  readonly targetScale: number
  /** Where the first weights come from */
  readonly start: string
}

const drawn = { name: 'uniform', low: 0, high: 1 } as const
const sigmoid = { activation: 'sigmoid', weightInit: drawn, biasInit: drawn } as const

const exam: Lesson = {
  title: 'Exam scores',
  words: 'Three students: hours studied and slept go in at the left, the exam score comes out at the right.',
  config: {
    inputs: 2,
    layers: [
      { ...sigmoid, units: 3 },
      { ...sigmoid, units: 1 },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    scaling: { inputs: 'max', targets: { divideBy: 100 } },
    dtype: 'float64',
    seed: 1,
  },
  inputs: [
    [2, 9],
    [1, 5],
    [3, 6],
  ],
  targets: [[92], [86], [89]],
  epochs: 7000,
  inputNames: ['studied', 'slept'],
  targetNames: ['score'],
  inputScale: [3, 9],
  targetScale: 100,
  start: 'drawn between 0 and 1 with the seed 1',
}

const held = { units: 2, activation: 'sigmoid', trainBias: false } as const

const mazur: Lesson = {
  title: 'Mazur’s example',
  words: 'Matt Mazur’s 2-2-2 network of “A Step by Step Backpropagation Example”: one row, every number printed.',
  config: {
    inputs: 2,
    layers: [
      {
        ...held,
        weightInit: [
          [0.15, 0.25],
          [0.2, 0.3],
        ],
        biasInit: [0.35, 0.35],
      },
      {
        ...held,
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
    seed: 1,
  },
  inputs: [[0.05, 0.1]],
  targets: [[0.01, 0.99]],
  epochs: 10_000,
  inputNames: ['i1', 'i2'],
  targetNames: ['o1', 'o2'],
  inputScale: [1, 1],
  targetScale: 1,
  start: 'given by the text',
}

export const lessons = { exam, mazur } as const
export type LessonName = keyof typeof lessons
