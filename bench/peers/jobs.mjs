// The jobs that peers are given: the workloads as in the other benches, predictions (W8) and the start (W9). What is wanted
// is a ratio to the best npm package.
import { dataOf, workloads } from '../../build/bench-kit.js'

/** Wanted ratios to the best npm package, by the name of the job */
const wanted = {
  W1: 5.3,
  W3: 75,
  W4: 39,
  W5a: 4.9,
  W5s: 3.2,
  W6: 2,
  'W8 30-16-1, one row': 4.1,
  'W8 64-64-10, one row': 5.9,
  'W8 30-16-1, 10 000 rows': 2.2,
  'W8 64-64-10, 10 000 rows': 2.2,
  W9: 2.4,
}

const training = ['W1', 'W3', 'W4', 'W5a', 'W5s', 'W6'].map((name) => ({ name, workload: name, kind: 'train' }))

const prediction = [
  ['W3', '30-16-1'],
  ['W4', '64-64-10'],
].flatMap(([workload, network]) => [
  { name: `W8 ${network}, one row`, workload, kind: 'predict', rows: 1 },
  { name: `W8 ${network}, 10 000 rows`, workload, kind: 'predict', rows: 10_000 },
])

export const jobs = [...training, ...prediction, { name: 'W9', workload: 'W1', kind: 'start' }].map((job) => ({
  ...job,
  wanted: wanted[job.name],
}))

/** What a job is, and the unit of its times in milliseconds */
export function describeJob({ name, workload, kind, rows }) {
  if (kind === 'start') return { what: 'from starting the process to its end, one epoch of W1', unit: 'ms', factor: 1 }
  if (kind === 'predict') {
    return rows === 1 ? { what: name, unit: 'µs a row', factor: 1000 } : { what: name, unit: 'ms', factor: 1 }
  }
  const { what, unit } = workloads[workload]
  return { what, unit: `µs per ${unit}`, factor: 1000 }
}

/** The workload in words that every language can read */
export function taskOf({ workload, kind, rows = 0 }) {
  const { columns, units, hidden, output, loss, optimizer, batchRows, shuffles, epochs, unit } = workloads[workload]
  const { rows: dataRows } = workloads[workload]
  return {
    kind,
    predictedRows: rows,
    sizes: [columns, ...units],
    activations: units.map((_, index) => (index === units.length - 1 ? output : hidden)),
    loss,
    optimizer: optimizer.name,
    rate: optimizer.learningRate,
    rows: dataRows,
    batchRows,
    shuffles,
    epochs,
    stepsPerEpoch: unit === 'step' ? Math.ceil(dataRows / batchRows) : 1,
  }
}

export const jobData = ({ workload }) => dataOf(workloads[workload])

const clamp = (p) => Math.min(1 - 1e-7, Math.max(1e-7, p))

/** One formula for all, on what a peer itself predicts: the workload's loss of all rows */
export function lossOf({ workload }, { rows, targets }, predictions) {
  const { loss } = workloads[workload]
  const terms = {
    halfSquaredError: (p, t) => 0.5 * (p - t) ** 2,
    binaryCrossEntropy: (p, t) => -Math.log(clamp(t === 1 ? p : 1 - p)) / rows,
    categoricalCrossEntropy: (p, t) => (t === 1 ? -Math.log(clamp(p)) / rows : 0),
  }
  if (predictions.length !== targets.length) return Number.NaN
  return predictions.reduce((sum, p, i) => sum + terms[loss](p, targets[i]), 0)
}
