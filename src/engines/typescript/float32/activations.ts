// The activation functions of one block: forward from nets, backward from ∂loss/∂output to ∂loss/∂net.
import {
  ELU,
  GELU,
  GELU_TANH,
  LEAKY_RELU,
  LINEAR,
  MISH,
  RELU,
  SELU,
  SIGMOID,
  SILU,
  SOFTMAX,
  SOFTPLUS,
  TANH,
} from '../../../../assembly/ids.ts'
import { gelu, geluDerivative, geluTanh, geluTanhDerivative } from '../gelu.ts'
import { flush, LEAST_NORMAL, LEAST_VALUE, LOWEST_SILU, round, type Values } from './dtype.ts'
import { exp, expm1Negative, expNormal, expOrZero, log1pUnit, scaledExp, tanh } from './exponential.ts'

const SELU_SCALE = round(1.0507009873554805)
const SELU_SCALE_ALPHA = round(1.7580993408473768)

/** outputs = f(nets), rows × units with `stride` elements a row; may work in place. */
export function activate(
  v: Values,
  activation: number,
  nets: number,
  outputs: number,
  rows: number,
  units: number,
  stride: number,
  parameter: number,
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
        activateRare(v, activation, nets, outputs, units, round(parameter))
    }
  }
}

/** deltas: ∂loss/∂output in, ∂loss/∂net out; as outputs and nets rows × units with `stride` elements a row. */
export function differentiate(
  v: Values,
  activation: number,
  deltas: number,
  outputs: number,
  nets: number,
  rows: number,
  units: number,
  stride: number,
  parameter: number,
): void {
  for (let row = 0; row < rows; row++, deltas += stride, outputs += stride, nets += stride) {
    switch (activation) {
      case LINEAR:
        break
      case SIGMOID:
        for (let i = 0; i < units; i++) {
          const output = v[outputs + i]
          v[deltas + i] = carry(v[deltas + i], round(output * round(1 - output)))
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
        differentiateRare(v, activation, deltas, outputs, nets, units, round(parameter))
    }
  }
}

// The activations of few networks are functions of their own: V8 inlines by size.

/** One row */
function activateRare(v: Values, activation: number, nets: number, outputs: number, units: number, p: number): void {
  switch (activation) {
    case LEAKY_RELU:
      for (let i = 0; i < units; i++) v[outputs + i] = v[nets + i] > 0 ? v[nets + i] : round(p * v[nets + i])
      break
    case ELU:
      for (let i = 0; i < units; i++) {
        const net = v[nets + i]
        v[outputs + i] = net > 0 ? net : round(p * expm1Negative(net))
      }
      break
    case SELU:
      for (let i = 0; i < units; i++) {
        const net = v[nets + i]
        v[outputs + i] = net > 0 ? round(SELU_SCALE * net) : round(SELU_SCALE_ALPHA * expm1Negative(net))
      }
      break
    case GELU:
      for (let i = 0; i < units; i++) v[outputs + i] = gelu(v[nets + i])
      break
    case GELU_TANH:
      for (let i = 0; i < units; i++) v[outputs + i] = geluTanh(v[nets + i])
      break
    case SOFTPLUS:
      for (let i = 0; i < units; i++) {
        const net = v[nets + i]
        v[outputs + i] = round((net < 0 ? 0 : net) + log1pUnit(exp(-Math.abs(net))))
      }
      break
    case SILU:
      for (let i = 0; i < units; i++) {
        const net = v[nets + i]
        const magnitude = -Math.abs(net)
        const low = magnitude < LOWEST_SILU ? LOWEST_SILU : magnitude
        const numerator = net > 0 ? net : scaledExp(low, low)
        v[outputs + i] = round(numerator / round(1 + scaledExp(1, low)))
      }
      break
    case MISH:
      for (let i = 0; i < units; i++) v[outputs + i] = mish(v[nets + i])
      break
    default:
      throw new RangeError(`unknown activation ${activation}`)
  }
}

/** One row */
function differentiateRare(
  v: Values,
  activation: number,
  deltas: number,
  outputs: number,
  nets: number,
  units: number,
  p: number,
): void {
  switch (activation) {
    case LEAKY_RELU:
      for (let i = 0; i < units; i++) if (!(v[outputs + i] > 0)) v[deltas + i] = round(v[deltas + i] * p)
      break
    case ELU:
      for (let i = 0; i < units; i++) {
        const net = v[nets + i]
        if (!(net > 0)) v[deltas + i] = carry(v[deltas + i], round(p * exp(net)))
      }
      break
    case SELU:
      for (let i = 0; i < units; i++) {
        const net = v[nets + i]
        v[deltas + i] = carry(v[deltas + i], net > 0 ? SELU_SCALE : round(SELU_SCALE_ALPHA * exp(net)))
      }
      break
    case GELU:
      for (let i = 0; i < units; i++) v[deltas + i] = carry(v[deltas + i], round(geluDerivative(v[nets + i])))
      break
    case GELU_TANH:
      for (let i = 0; i < units; i++) v[deltas + i] = carry(v[deltas + i], round(geluTanhDerivative(v[nets + i])))
      break
    case SOFTPLUS:
      for (let i = 0; i < units; i++)
        v[deltas + i] = flush(round(v[deltas + i] / round(1 + exp(-v[nets + i]))), LEAST_VALUE)
      break
    case SILU:
      for (let i = 0; i < units; i++) v[deltas + i] = carry(v[deltas + i], siluDerivative(v[nets + i]))
      break
    case MISH:
      for (let i = 0; i < units; i++) v[deltas + i] = carry(v[deltas + i], mishDerivative(v[nets + i]))
      break
    default:
      throw new RangeError(`unknown activation ${activation}`)
  }
}

/** delta · slope, 0 below the least value: slopes of saturated units are as small as numbers are. */
function carry(delta: number, slope: number): number {
  return flush(round(delta * slope), LEAST_VALUE)
}

/** s + net · s · (1 − s) with s = 1 / (1 + e^−net) */
function siluDerivative(net: number): number {
  const power = exp(-Math.abs(net))
  const inverse = round(1 / round(1 + power))
  const s = round((net > 0 ? 1 : power) * inverse)
  const bell = round(round(power * inverse) * inverse)
  return round(s + round(net * bell))
}

/** net · t with t = tanh(ln(1 + e^net)), from p = e^−|net| */
function mish(net: number): number {
  const magnitude = -Math.abs(net)
  const low = magnitude < LOWEST_SILU ? LOWEST_SILU : magnitude
  const p = scaledExp(1, low)
  if (net > 0) {
    const above = round(1 + round(2 * p))
    const square = round(p * p)
    return round(net * round(above / round(above + round(square + square))))
  }
  const below = round(2 + p)
  return round(scaledExp(low, low) * round(below / round(2 + round(p * below))))
}

/** t + net · t′ */
function mishDerivative(net: number): number {
  const p = exp(-Math.abs(net))
  const square = round(p * p)
  const isPositive = net > 0
  const numerator = isPositive ? round(1 + round(2 * p)) : round(p * round(2 + p))
  const divisor = round(isPositive ? numerator + round(square + square) : 2 + numerator)
  const rise = round(round(4 * round(1 + p)) / round(divisor * divisor))
  const bend = p > 0 ? round(net * round(rise * (isPositive ? square : p))) : 0
  return round(round(numerator / divisor) + bend)
}

/** Of one row: outputs[j] = e^(net[j] − largest net) / Σ of these, summed in order of j; 0 where that would be subnormal */
function softmax(v: Values, nets: number, outputs: number, units: number): void {
  let largest = v[nets]
  for (let i = 1; i < units; i++) if (v[nets + i] > largest) largest = v[nets + i]
  let sum = 0
  for (let i = 0; i < units; i++) {
    v[outputs + i] = expOrZero(round(v[nets + i] - largest))
    sum = round(sum + v[outputs + i])
  }
  for (let i = 0; i < units; i++) v[outputs + i] = flush(round(v[outputs + i] / sum), LEAST_NORMAL)
}

/** The full Jacobian of one row: ∂loss/∂net[j] = output[j] · (delta[j] − Σ delta[k] · output[k]), summed in order of k */
function softmaxBackward(v: Values, deltas: number, outputs: number, units: number): void {
  let dot = 0
  for (let i = 0; i < units; i++) dot = round(dot + round(v[deltas + i] * v[outputs + i]))
  for (let i = 0; i < units; i++) v[deltas + i] = carry(v[outputs + i], round(v[deltas + i] - dot))
}
