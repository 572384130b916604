// The activation functions of one block: forward from nets, backward from ∂loss/∂output to ∂loss/∂net.
import { LINEAR, RELU, SIGMOID, SOFTMAX, TANH } from '../../../../assembly/ids.ts'
import { round, type Values } from './dtype.ts'
import { exp, expNormal, tanh } from './exponential.ts'

/** outputs = f(nets), rows × units with `stride` elements a row; may work in place. */
export function activate(
  v: Values,
  activation: number,
  nets: number,
  outputs: number,
  rows: number,
  units: number,
  stride: number,
): void {
  for (let row = 0; row < rows; row++, nets += stride, outputs += stride) {
    switch (activation) {
      case LINEAR:
        for (let i = 0; i < units; i++) v[outputs + i] = v[nets + i]
        break
      case SIGMOID:
        for (let i = 0; i < units; i++) v[outputs + i] = round(1 / round(1 + expNormal(-v[nets + i])))
        break
      case TANH:
        for (let i = 0; i < units; i++) v[outputs + i] = tanh(v[nets + i])
        break
      case RELU:
        for (let i = 0; i < units; i++) v[outputs + i] = v[nets + i] < 0 ? 0 : v[nets + i]
        break
      case SOFTMAX:
        softmax(v, nets, outputs, units)
        break
      default:
        throw new RangeError(`unknown activation ${activation}`)
    }
  }
}

/** deltas: ∂loss/∂output in, ∂loss/∂net out. */
export function differentiate(
  v: Values,
  activation: number,
  deltas: number,
  outputs: number,
  rows: number,
  units: number,
  stride: number,
): void {
  for (let row = 0; row < rows; row++, deltas += stride, outputs += stride) {
    switch (activation) {
      case LINEAR:
        break
      case SIGMOID:
        for (let i = 0; i < units; i++) {
          const output = v[outputs + i]
          v[deltas + i] = round(v[deltas + i] * round(output * round(1 - output)))
        }
        break
      case TANH:
        for (let i = 0; i < units; i++) {
          const output = v[outputs + i]
          v[deltas + i] = round(v[deltas + i] * round(1 - round(output * output)))
        }
        break
      case RELU:
        for (let i = 0; i < units; i++) if (!(v[outputs + i] > 0)) v[deltas + i] = 0
        break
      case SOFTMAX:
        softmaxBackward(v, deltas, outputs, units)
        break
      default:
        throw new RangeError(`unknown activation ${activation}`)
    }
  }
}

/** outputs[j] = e^(net[j] − largest net) / Σ of these, summed in order of j */
function softmax(v: Values, nets: number, outputs: number, units: number): void {
  let largest = v[nets]
  for (let i = 1; i < units; i++) if (v[nets + i] > largest) largest = v[nets + i]
  let sum = 0
  for (let i = 0; i < units; i++) {
    v[outputs + i] = exp(round(v[nets + i] - largest))
    sum = round(sum + v[outputs + i])
  }
  for (let i = 0; i < units; i++) v[outputs + i] = round(v[outputs + i] / sum)
}

/** The full Jacobian: ∂loss/∂net[j] = output[j] · (delta[j] − Σ delta[k] · output[k]), summed in order of k */
function softmaxBackward(v: Values, deltas: number, outputs: number, units: number): void {
  let dot = 0
  for (let i = 0; i < units; i++) dot = round(dot + round(v[deltas + i] * v[outputs + i]))
  for (let i = 0; i < units; i++) v[deltas + i] = round(v[outputs + i] * round(v[deltas + i] - dot))
}
