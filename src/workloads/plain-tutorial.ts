// The tutorial's training, two layers of sigmoids with plain gradient descent on a full batch, in plain JavaScript.
//
// `typedArrays` is what the goal compares with: any sizes, typed arrays, every sum in a local variable, no gradients
// stored. The fastest of a dozen ways to write it on Node 20: one function that closes over constants beats arrays as
// arguments by a quarter (V8 compiles them in), and a pass of its own over the rows per layer beats one pass through
// both layers by a fifth.
// `unrolled` shows how far JavaScript can be driven for this single network: 2-3-1 written out, no array but the data.
// Nobody could train anything else with it.

import type { LayerWeights } from '../memory/parameters.ts'
import type { Data } from './data.ts'

export interface PlainTraining {
  train(epochs: number): void
  /** Layer by layer, weights, then biases */
  weights(): number[]
}

export function typedArrays(data: Data, layers: readonly LayerWeights[], learningRate: number): PlainTraining {
  const { rows, inputs: x, targets } = data
  const rate = learningRate
  const [w1, b1, w2, b2] = layers.flatMap(({ weights, biases }) => [
    Float64Array.from(weights.flat()),
    Float64Array.from(biases),
  ])
  const hidden = b1.length
  const outputs = b2.length
  const columns = w1.length / hidden
  const h = new Float64Array(rows * hidden)
  const hDelta = new Float64Array(rows * hidden)
  const oDelta = new Float64Array(rows * outputs)

  function epoch() {
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < hidden; unit++) {
        let net = b1[unit]
        for (let k = 0; k < columns; k++) net += x[row * columns + k] * w1[k * hidden + unit]
        h[row * hidden + unit] = 1 / (1 + Math.exp(-net))
      }
    }
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < outputs; unit++) {
        let net = b2[unit]
        for (let k = 0; k < hidden; k++) net += h[row * hidden + k] * w2[k * outputs + unit]
        const out = 1 / (1 + Math.exp(-net))
        oDelta[row * outputs + unit] = (out - targets[row * outputs + unit]) * out * (1 - out)
      }
    }
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < hidden; unit++) {
        let sum = 0
        for (let k = 0; k < outputs; k++) sum += oDelta[row * outputs + k] * w2[unit * outputs + k]
        const out = h[row * hidden + unit]
        hDelta[row * hidden + unit] = sum * out * (1 - out)
      }
    }
    for (let unit = 0; unit < outputs; unit++) {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += oDelta[row * outputs + unit]
      b2[unit] -= rate * sum
      for (let k = 0; k < hidden; k++) {
        let gradient = 0
        for (let row = 0; row < rows; row++) gradient += h[row * hidden + k] * oDelta[row * outputs + unit]
        w2[k * outputs + unit] -= rate * gradient
      }
    }
    for (let unit = 0; unit < hidden; unit++) {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += hDelta[row * hidden + unit]
      b1[unit] -= rate * sum
      for (let k = 0; k < columns; k++) {
        let gradient = 0
        for (let row = 0; row < rows; row++) gradient += x[row * columns + k] * hDelta[row * hidden + unit]
        w1[k * hidden + unit] -= rate * gradient
      }
    }
  }

  return {
    train(epochs: number) {
      for (let done = 0; done < epochs; done++) epoch()
    },
    weights: () => [...w1, ...b1, ...w2, ...b2],
  }
}

/** The same for 2 inputs, 3 hidden units and 1 output only. */
export function unrolled(data: Data, layers: readonly LayerWeights[], learningRate: number): PlainTraining {
  const { rows, inputs: x, targets } = data
  const rate = learningRate
  const all = layers.flatMap(({ weights, biases }) => [...weights.flat(), ...biases])

  function train(epochs: number) {
    let [w00, w01, w02, w10, w11, w12, b0, b1, b2, v0, v1, v2, c] = all
    for (let epoch = 0; epoch < epochs; epoch++) {
      let g00 = 0
      let g01 = 0
      let g02 = 0
      let g10 = 0
      let g11 = 0
      let g12 = 0
      let e0 = 0
      let e1 = 0
      let e2 = 0
      let u0 = 0
      let u1 = 0
      let u2 = 0
      let d = 0
      for (let row = 0; row < rows; row++) {
        const x0 = x[2 * row]
        const x1 = x[2 * row + 1]
        const h0 = 1 / (1 + Math.exp(-(b0 + x0 * w00 + x1 * w10)))
        const h1 = 1 / (1 + Math.exp(-(b1 + x0 * w01 + x1 * w11)))
        const h2 = 1 / (1 + Math.exp(-(b2 + x0 * w02 + x1 * w12)))
        const out = 1 / (1 + Math.exp(-(c + h0 * v0 + h1 * v1 + h2 * v2)))
        const delta = (out - targets[row]) * out * (1 - out)
        const delta0 = delta * v0 * h0 * (1 - h0)
        const delta1 = delta * v1 * h1 * (1 - h1)
        const delta2 = delta * v2 * h2 * (1 - h2)
        g00 += x0 * delta0
        g01 += x0 * delta1
        g02 += x0 * delta2
        g10 += x1 * delta0
        g11 += x1 * delta1
        g12 += x1 * delta2
        e0 += delta0
        e1 += delta1
        e2 += delta2
        u0 += h0 * delta
        u1 += h1 * delta
        u2 += h2 * delta
        d += delta
      }
      w00 -= rate * g00
      w01 -= rate * g01
      w02 -= rate * g02
      w10 -= rate * g10
      w11 -= rate * g11
      w12 -= rate * g12
      b0 -= rate * e0
      b1 -= rate * e1
      b2 -= rate * e2
      v0 -= rate * u0
      v1 -= rate * u1
      v2 -= rate * u2
      c -= rate * d
    }
    all.splice(0, all.length, w00, w01, w02, w10, w11, w12, b0, b1, b2, v0, v1, v2, c)
  }

  return { train, weights: () => all }
}
