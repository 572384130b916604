// The workloads: networks and data from the tutorial's to one of 670,000 weights, each with the batch, the optimizer and the
// number of epochs that make up its job. The command, the benches, the page of the browsers and the peers all read this.
import type { NetworkConfig } from '../config/config.ts'
import { classData, type Data, tutorialData } from './data.ts'

/** Those that take batches */
export const batchOptimizers = ['sgd', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'adamw', 'adamax', 'nadam'] as const
export type BatchOptimizer = (typeof batchOptimizers)[number]

export type WorkloadName = 'W1' | 'W3' | 'W4' | 'W5a' | 'W5s' | 'W6'

export interface Workload {
  readonly what: string
  readonly columns: number
  readonly rows: number
  /** Units of each layer */
  readonly units: readonly number[]
  readonly hidden: 'sigmoid' | 'relu'
  readonly output: 'sigmoid' | 'softmax'
  readonly loss: 'halfSquaredError' | 'binaryCrossEntropy' | 'categoricalCrossEntropy'
  readonly optimizer: { readonly name: BatchOptimizer; readonly learningRate?: number }
  readonly batchRows: number
  readonly shuffles: boolean
  /** Epochs of the whole job */
  readonly epochs: number
  /** Times are told per epoch, or per step where an epoch means nothing. */
  readonly unit: 'epoch' | 'step'
  /** Rows and epochs of the comparison of bits, in which the TypeScript engine would need minutes for all */
  readonly proof: { readonly rows?: number; readonly epochs: number }
  readonly data: { readonly zeros: number; readonly seed: number }
}

const adam = { name: 'adam', learningRate: 0.001 } as const
const sgd = { name: 'sgd', learningRate: 0.1 } as const
const classifier = { hidden: 'relu', output: 'softmax', loss: 'categoricalCrossEntropy' } as const

const digits = {
  ...classifier,
  columns: 784,
  rows: 10_000,
  units: [128, 10],
  batchRows: 128,
  shuffles: true,
  epochs: 3,
  unit: 'epoch',
  proof: { rows: 300, epochs: 1 },
  data: { zeros: 0.7, seed: 5 },
} as const

export const workloads: Readonly<Record<WorkloadName, Workload>> = {
  W1: {
    what: 'tutorial 2-3-1, 3 rows, full batch, SGD',
    columns: 2,
    rows: 3,
    units: [3, 1],
    hidden: 'sigmoid',
    output: 'sigmoid',
    loss: 'halfSquaredError',
    optimizer: sgd,
    batchRows: 3,
    shuffles: false,
    epochs: 7000,
    unit: 'epoch',
    proof: { epochs: 7000 },
    data: { zeros: 0, seed: 1 },
  },
  W3: {
    what: '569 × 30, 30-16-1, batch 32, Adam',
    columns: 30,
    rows: 569,
    units: [16, 1],
    hidden: 'relu',
    output: 'sigmoid',
    loss: 'binaryCrossEntropy',
    optimizer: adam,
    batchRows: 32,
    shuffles: true,
    epochs: 50,
    unit: 'epoch',
    proof: { epochs: 10 },
    data: { zeros: 0, seed: 3 },
  },
  W4: {
    ...classifier,
    what: '1797 × 64, 64-64-10, batch 64, Adam',
    columns: 64,
    rows: 1797,
    units: [64, 10],
    optimizer: adam,
    batchRows: 64,
    shuffles: true,
    epochs: 20,
    unit: 'epoch',
    proof: { epochs: 3 },
    data: { zeros: 0.5, seed: 4 },
  },
  W5a: { ...digits, what: '10 000 × 784, 784-128-10, batch 128, Adam', optimizer: adam },
  W5s: { ...digits, what: '10 000 × 784, 784-128-10, batch 128, SGD', optimizer: sgd },
  W6: {
    ...digits,
    what: '784-512-512-10, batch 256, SGD',
    rows: 2560,
    units: [512, 512, 10],
    optimizer: sgd,
    batchRows: 256,
    shuffles: false,
    epochs: 4,
    unit: 'step',
    proof: { rows: 96, epochs: 1 },
  },
}

/** Multiply-adds of an epoch that the slowest contestant is through with in about a second, and of the proof */
const EPOCH_WORK = 1e8
const PROOF_WORK = 1e7
const MOST_ROWS = 10_000

/** A network of one's own: inputs, then the units of each layer; classes where the last has several units */
export function ownWorkload(sizes: readonly number[], batchRows: number, optimizer: BatchOptimizer): Workload {
  const [columns, ...units] = sizes
  const outputs = units[units.length - 1]
  const weights = units.reduce((sum, count, layer) => sum + count * sizes[layer], 0)
  const batches = (work: number) => Math.max(1, Math.floor(Math.min(MOST_ROWS, work / weights) / batchRows))
  const rows = batches(EPOCH_WORK) * batchRows
  return {
    what: `${sizes.join('-')}, batch ${batchRows}, ${optimizer}`,
    columns,
    rows,
    units,
    hidden: 'relu',
    ...(outputs > 1
      ? ({ output: 'softmax', loss: 'categoricalCrossEntropy' } as const)
      : ({ output: 'sigmoid', loss: 'binaryCrossEntropy' } as const)),
    optimizer: isPlain(optimizer) ? { sgd, adam }[optimizer] : { name: optimizer },
    batchRows,
    shuffles: true,
    epochs: 1,
    unit: 'epoch',
    proof: { rows: Math.min(rows, batches(PROOF_WORK) * batchRows), epochs: 1 },
    data: { zeros: 0, seed: 6 },
  }
}

/** Whether plain JavaScript has it */
export const isPlain = (optimizer: BatchOptimizer): optimizer is 'sgd' | 'adam' =>
  optimizer === 'sgd' || optimizer === 'adam'

export const workloadNames = Object.keys(workloads) as WorkloadName[]

const isTutorial = ({ loss }: Workload) => loss === 'halfSquaredError'

export function dataOf(workload: Workload, rows = workload.rows): Data {
  if (isTutorial(workload)) return tutorialData
  const outputs = workload.units[workload.units.length - 1]
  return classData({ rows, columns: workload.columns, outputs, ...workload.data })
}

export function configOf(workload: Workload): NetworkConfig {
  const { columns, units, hidden, output, loss, optimizer } = workload
  const start = { name: 'uniform', low: 0, high: 1 } as const
  const starts = isTutorial(workload) ? { weightInit: start, biasInit: start } : {}
  const last = units.length - 1
  return {
    inputs: columns,
    layers: units.map((count, index) => ({ units: count, activation: index === last ? output : hidden, ...starts })),
    loss,
    optimizer,
    seed: 1,
  }
}
