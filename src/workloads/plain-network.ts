// Mini-batch training of any relu network with a sigmoid or softmax output, cross-entropy, and sgd or Adam, in plain
// JavaScript on Float64Arrays (Float32Arrays are slower: every access converts). Products keep 2 × 4 sums in local
// variables, which is four times as fast as the textbook's three loops that add into memory.

import type { LayerWeights } from '../memory/parameters.ts'
import type { Data } from './data.ts'
import type { PlainTraining } from './plain-tutorial.ts'

type Numbers = Float64Array

export interface PlainOptions {
  readonly batchRows: number
  readonly optimizer: 'sgd' | 'adam'
  readonly rate: number
  readonly shuffles: boolean
  /** Uniform in [0, 1), for shuffling */
  readonly random: () => number
}

const EPSILON = 1e-8
const BETA1 = 0.9
const BETA2 = 0.999

/** c[i][j] = start[j] + Σ a[i][k] · b[k][j]; a and b are read by strides, so that either may be a transpose. */
function product(
  a: Numbers,
  aRow: number,
  aColumn: number,
  b: Numbers,
  bRow: number,
  bColumn: number,
  start: Numbers,
  c: Numbers,
  rows: number,
  depth: number,
  columns: number,
) {
  const wholeColumns = columns & ~3
  for (let i = 0; i < rows; i += 2) {
    // The last of an odd number of rows is its own neighbour.
    const aNext = i + 1 < rows ? aRow : 0
    const cNext = i + 1 < rows ? columns : 0
    for (let j = 0; j < wholeColumns; j += 4) {
      let s0 = start[j]
      let s1 = start[j + 1]
      let s2 = start[j + 2]
      let s3 = start[j + 3]
      let t0 = s0
      let t1 = s1
      let t2 = s2
      let t3 = s3
      let x = i * aRow
      let y = j * bColumn
      for (let k = 0; k < depth; k++) {
        const p = a[x]
        const q = a[x + aNext]
        const b0 = b[y]
        const b1 = b[y + bColumn]
        const b2 = b[y + 2 * bColumn]
        const b3 = b[y + 3 * bColumn]
        s0 += p * b0
        s1 += p * b1
        s2 += p * b2
        s3 += p * b3
        t0 += q * b0
        t1 += q * b1
        t2 += q * b2
        t3 += q * b3
        x += aColumn
        y += bRow
      }
      const at = i * columns + j
      c[at] = s0
      c[at + 1] = s1
      c[at + 2] = s2
      c[at + 3] = s3
      c[at + cNext] = t0
      c[at + cNext + 1] = t1
      c[at + cNext + 2] = t2
      c[at + cNext + 3] = t3
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = wholeColumns; j < columns; j++) {
      let sum = start[j]
      for (let k = 0, x = i * aRow, y = j * bColumn; k < depth; k++, x += aColumn, y += bRow) sum += a[x] * b[y]
      c[i * columns + j] = sum
    }
  }
}

function softmax(nets: Numbers, rows: number, columns: number) {
  for (let i = 0; i < rows * columns; i += columns) {
    let largest = nets[i]
    for (let j = i + 1; j < i + columns; j++) if (nets[j] > largest) largest = nets[j]
    let sum = 0
    for (let j = i; j < i + columns; j++) {
      nets[j] = Math.exp(nets[j] - largest)
      sum += nets[j]
    }
    for (let j = i; j < i + columns; j++) nets[j] /= sum
  }
}

function descend(parameters: Numbers, gradients: Numbers, rate: number) {
  for (let i = 0; i < parameters.length; i++) parameters[i] -= rate * gradients[i]
}

function adam(parameters: Numbers, gradients: Numbers, m: Numbers, v: Numbers, rate: number, correction: number) {
  for (let i = 0; i < parameters.length; i++) {
    const gradient = gradients[i]
    const first = BETA1 * m[i] + (1 - BETA1) * gradient
    const second = BETA2 * v[i] + (1 - BETA2) * gradient * gradient
    m[i] = first
    v[i] = second
    parameters[i] -= (rate * first) / (Math.sqrt(second) * correction + EPSILON)
  }
}

function makeLayer({ weights, biases }: LayerWeights, batchRows: number) {
  const inputs = weights.length
  const units = biases.length
  const block = () => new Float64Array(units * batchRows)
  const like = () => ({ weights: new Float64Array(inputs * units), biases: new Float64Array(units) })
  return {
    inputs,
    units,
    weights: Float64Array.from(weights.flat()),
    biases: Float64Array.from(biases),
    outputs: block(),
    deltas: block(),
    gradients: like(),
    m: like(),
    v: like(),
  }
}

export function plainNetwork(
  { rows, inputs, targets }: Data,
  given: readonly LayerWeights[],
  { batchRows, optimizer, rate, shuffles, random }: PlainOptions,
): PlainTraining & { predict(inputs: Numbers, outputs: Numbers): void } {
  const layers = given.map((layer) => makeLayer(layer, batchRows))
  const columns = layers[0].inputs
  const last = layers[layers.length - 1]
  const order = Uint32Array.from({ length: rows }, (_, row) => row)
  const gatheredInputs = new Float64Array(batchRows * columns)
  const gatheredTargets = new Float64Array(batchRows * last.units)
  const zeros = new Float64Array(Math.max(...layers.map((layer) => Math.max(layer.inputs, layer.units))))
  let steps = 0

  /** The rows of a batch: where they lie, unless they are shuffled */
  function take(from: Numbers, to: Numbers, width: number, first: number, count: number): Numbers {
    if (!shuffles) return from.subarray(first * width, (first + count) * width)
    for (let i = 0; i < count; i++) {
      const row = order[first + i] * width
      for (let j = 0; j < width; j++) to[i * width + j] = from[row + j]
    }
    return to
  }

  function forward(batch: Numbers, count: number): Numbers {
    let below = batch
    for (const layer of layers) {
      const { weights, biases, outputs, inputs: depth, units } = layer
      product(below, depth, 1, weights, units, 1, biases, outputs, count, depth, units)
      if (layer !== last) for (let i = 0; i < count * units; i++) outputs[i] = outputs[i] > 0 ? outputs[i] : 0
      else if (units > 1) softmax(outputs, count, units)
      else for (let i = 0; i < count; i++) outputs[i] = 1 / (1 + Math.exp(-outputs[i]))
      below = outputs
    }
    return below
  }

  function backward(batch: Numbers, wanted: Numbers, count: number) {
    for (let i = 0; i < count * last.units; i++) last.deltas[i] = (last.outputs[i] - wanted[i]) / count
    for (let index = layers.length - 1; index >= 0; index--) {
      const { weights, deltas, gradients, inputs: depth, units } = layers[index]
      const below = index > 0 ? layers[index - 1].outputs : batch
      product(below, 1, depth, deltas, units, 1, zeros, gradients.weights, depth, count, units)
      gradients.biases.fill(0)
      for (let i = 0; i < count * units; i += units) {
        for (let j = 0; j < units; j++) gradients.biases[j] += deltas[i + j]
      }
      if (index === 0) return
      const belowDeltas = layers[index - 1].deltas
      product(deltas, units, 1, weights, 1, units, zeros, belowDeltas, count, units, depth)
      for (let i = 0; i < count * depth; i++) if (below[i] <= 0) belowDeltas[i] = 0
    }
  }

  function update() {
    steps++
    const correction = 1 / Math.sqrt(1 - BETA2 ** steps)
    const corrected = rate / (1 - BETA1 ** steps)
    for (const { weights, biases, gradients, m, v } of layers) {
      if (optimizer === 'adam') {
        adam(weights, gradients.weights, m.weights, v.weights, corrected, correction)
        adam(biases, gradients.biases, m.biases, v.biases, corrected, correction)
      } else {
        descend(weights, gradients.weights, rate)
        descend(biases, gradients.biases, rate)
      }
    }
  }

  function shuffle() {
    for (let i = rows - 1; i > 0; i--) {
      const other = Math.floor(random() * (i + 1))
      const row = order[i]
      order[i] = order[other]
      order[other] = row
    }
  }

  function epoch() {
    if (shuffles) shuffle()
    for (let first = 0; first < rows; first += batchRows) {
      const count = Math.min(batchRows, rows - first)
      const batch = take(inputs, gatheredInputs, columns, first, count)
      forward(batch, count)
      backward(batch, take(targets, gatheredTargets, last.units, first, count), count)
      update()
    }
  }

  function predict(given: Numbers, outputs: Numbers) {
    const { units } = last
    for (let first = 0; first * columns < given.length; first += batchRows) {
      const count = Math.min(batchRows, given.length / columns - first)
      const batch = first === 0 ? given : given.subarray(first * columns)
      const block = forward(batch, count)
      for (let i = 0; i < count * units; i++) outputs[first * units + i] = block[i]
    }
  }

  return {
    predict,
    train(epochs: number) {
      for (let done = 0; done < epochs; done++) epoch()
    },
    weights: () => layers.flatMap(({ weights, biases }) => [...weights, ...biases]),
  }
}
