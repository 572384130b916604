// What is raced: the sizes, each with as much work as makes a race of a few seconds.
import type { LayerConfig, NetworkConfig } from 'wasmprop'
import { classData, type Data, tutorialData } from '../../workloads/data.ts'
import { configOf, type Workload, workloads } from '../../workloads/workloads.ts'

export type Dtype = 'float32' | 'float64'

export interface Size {
  readonly title: string
  readonly workload: Workload
  readonly epochs: number
  /** Of a race that is over at once, on slow devices too */
  readonly shortEpochs: number
  readonly dtype: Dtype
}

const ROWS_OF_DIGITS = 512

export const sizes = {
  tutorial: {
    title: 'Tutorial: 2-3-1, 3 rows',
    workload: workloads.W1,
    epochs: 750_000,
    shortEpochs: 30_000,
    dtype: 'float64',
  },
  medium: {
    title: '64-64-10, 1797 rows, Adam',
    workload: workloads.W4,
    epochs: 60,
    shortEpochs: 6,
    dtype: 'float32',
  },
  digits: {
    title: `784-128-10, ${ROWS_OF_DIGITS} rows, Adam`,
    workload: { ...workloads.W5a, rows: ROWS_OF_DIGITS },
    epochs: 16,
    shortEpochs: 2,
    dtype: 'float32',
  },
} as const satisfies Record<string, Size>
export type SizeName = keyof typeof sizes

/** Widths of the hidden layer in the sweep */
export const widths = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** A network of 16 inputs, so many hidden units and one output, on 512 rows */
export const sizeOfWidth = (width: number): Size => ({
  title: `16-${width}-1`,
  workload: {
    ...workloads.W3,
    what: `16-${width}-1`,
    columns: 16,
    rows: 512,
    units: [width, 1],
    optimizer: { name: 'sgd', learningRate: 0.05 },
  },
  epochs: 1_000_000,
  shortEpochs: 1000,
  dtype: 'float32',
})

export function dataOf({ workload }: Size): Data {
  if (workload.loss === 'halfSquaredError') return tutorialData
  const outputs = workload.units[workload.units.length - 1]
  return classData({ rows: workload.rows, columns: workload.columns, outputs, ...workload.data })
}

export const configFor = (
  size: Size,
  dtype: Dtype,
  engine: 'wasm' | 'typescript',
): NetworkConfig & { layers: LayerConfig[] } => ({
  ...configOf(size.workload),
  layers: [...configOf(size.workload).layers],
  dtype,
  engine,
})
