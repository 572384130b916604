// The losses of a block of rows: terms added up in float64 per output over the rows, derivatives into the output deltas.
import {
  ABSOLUTE_ERROR,
  BINARY_CROSS_ENTROPY,
  CATEGORICAL_CROSS_ENTROPY,
  HUBER,
  QUANTILE,
  SQUARED_ERROR,
} from '../../../../assembly/ids.ts'
import { log, log1p } from '../../../numerics/logarithms.ts'
import { exp, expNormal } from '../float64/exponential.ts'
import { flush, LEAST_VALUE, round, type Values } from './dtype.ts'

/**
 * Places are indices into `v`: outputs, targets and deltas are rows × units, `stride` elements a row.
 * @param nets pre-activations, rows × units; read by the cross-entropies, so that they are finite for any finite net
 * @param deltas ∂loss/∂output, or ∂loss/∂net where the loss contains the activation
 * @param sums index into `doubles` of the terms' sums, one per output
 * @param scale what every derivative is multiplied by
 * @param parameter Huber's delta, or the quantile
 */
export function addLoss(
  v: Values,
  doubles: Float64Array,
  loss: number,
  nets: number,
  outputs: number,
  targets: number,
  deltas: number,
  sums: number,
  rows: number,
  units: number,
  stride: number,
  scale: number,
  parameter: number,
): void {
  const limit = loss === HUBER || loss === QUANTILE ? round(parameter) : Number.POSITIVE_INFINITY
  for (let row = 0; row < rows; row++, nets += stride, outputs += stride, targets += stride, deltas += stride) {
    for (let i = 0; i < units; i++) {
      const error = round(v[outputs + i] - v[targets + i])
      v[deltas + i] = flush(derivativeOf(loss, error, scale, limit), LEAST_VALUE)
    }
    switch (loss) {
      case SQUARED_ERROR:
        for (let i = 0; i < units; i++) {
          const error = v[outputs + i] - v[targets + i]
          doubles[sums + i] += error * error
        }
        break
      case BINARY_CROSS_ENTROPY:
        for (let i = 0; i < units; i++) {
          const net = v[nets + i]
          doubles[sums + i] += (net > 0 ? net : 0) - net * v[targets + i] + log1p(exp(-Math.abs(net)))
        }
        break
      case CATEGORICAL_CROSS_ENTROPY:
        doubles[sums] += categoricalCrossEntropy(v, nets, targets, units)
        break
      case ABSOLUTE_ERROR:
        for (let i = 0; i < units; i++) doubles[sums + i] += Math.abs(v[outputs + i] - v[targets + i])
        break
      case HUBER:
        for (let i = 0; i < units; i++) doubles[sums + i] += huber(v[outputs + i] - v[targets + i], parameter)
        break
      case QUANTILE:
        for (let i = 0; i < units; i++) doubles[sums + i] += pinball(v[outputs + i] - v[targets + i], parameter)
        break
      default:
        throw new RangeError(`unknown loss ${loss}`)
    }
  }
}

/**
 * The same where row m counts `doubles[weights + m]`, or with `weighsOutputs` its output n `doubles[weights + m · units + n]`:
 * terms and derivatives are multiplied by it. The sums of one row are collected behind those of the batch.
 */
export function addWeightedLoss(
  v: Values,
  doubles: Float64Array,
  loss: number,
  nets: number,
  outputs: number,
  targets: number,
  weights: number,
  weighsOutputs: boolean,
  deltas: number,
  sums: number,
  rows: number,
  units: number,
  stride: number,
  scale: number,
  parameter: number,
): void {
  const rowSums = sums + units
  for (let row = 0, o = 0; row < rows; row++, o += stride) {
    doubles.fill(0, rowSums, rowSums + units)
    addLoss(v, doubles, loss, nets + o, outputs + o, targets + o, deltas + o, rowSums, 1, units, stride, 1, parameter)
    for (let i = 0; i < units; i++) {
      const weight = doubles[weighsOutputs ? weights + row * units + i : weights + row]
      v[deltas + o + i] = flush(round(v[deltas + o + i] * round(scale * weight)), LEAST_VALUE)
      doubles[sums + i] += weight * doubles[rowSums + i]
    }
  }
}

/** Deltas that are given as derivatives by the outputs, rows × units as targets are */
export function giveDerivatives(
  v: Values,
  derivatives: number,
  deltas: number,
  rows: number,
  units: number,
  stride: number,
): void {
  for (let row = 0, o = 0; row < rows; row++, o += stride) {
    for (let i = 0; i < units; i++) v[deltas + o + i] = flush(v[derivatives + o + i], LEAST_VALUE)
  }
}

/** Of one term by its output; by the net where the loss contains the activation */
function derivativeOf(loss: number, error: number, scale: number, parameter: number): number {
  if (loss === ABSOLUTE_ERROR) return signed(error, scale)
  if (loss === QUANTILE) return pinballDerivative(error, scale, parameter)
  return round(clamp(error, parameter) * scale)
}

function pinballDerivative(error: number, scale: number, quantile: number): number {
  if (error > 0) return round(round(1 - quantile) * scale)
  return error < 0 ? -round(quantile * scale) : 0
}

/** quantile · (target − output) where the output is below the target, (1 − quantile) · (output − target) above */
function pinball(error: number, quantile: number): number {
  return error > 0 ? (1 - quantile) * error : -quantile * error
}

/** scale with the sign of x; 0, never −0, for zeros */
function signed(x: number, scale: number): number {
  if (x > 0) return scale
  return x < 0 ? -scale : 0
}

function clamp(x: number, limit: number): number {
  const below = limit < x ? limit : x
  return below < -limit ? -limit : below
}

/** ½ error² within ± delta, delta · (|error| − ½ delta) beyond */
function huber(difference: number, delta: number): number {
  const error = Math.abs(difference)
  return error <= delta ? 0.5 * error * error : delta * (error - 0.5 * delta)
}

/** net − largest, never below the least number: finite for finite nets, NaN for infinite ones */
function distance(net: number, largest: number): number {
  const difference = net - largest
  return (difference < -Number.MAX_VALUE ? -Number.MAX_VALUE : difference) + (net - net)
}

/** Of one row, `units` long: Σ target[j] · (ln Σ e^(net[k] − m) − (net[j] − m)), m the largest net */
function categoricalCrossEntropy(v: Values, nets: number, targets: number, units: number): number {
  let largest = v[nets]
  for (let i = 1; i < units; i++) if (v[nets + i] > largest) largest = v[nets + i]
  let sum = 0
  for (let i = 0; i < units; i++) sum += expNormal(v[nets + i] - largest)
  const logSum = log(sum)
  let row = 0
  for (let i = 0; i < units; i++) row += v[targets + i] * (logSum - distance(v[nets + i], largest))
  return row
}
