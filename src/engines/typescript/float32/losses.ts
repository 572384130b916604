// The losses of a block of rows: terms added up in float64 per output over the rows, derivatives into the output deltas.
import {
  ABSOLUTE_ERROR,
  BINARY_CROSS_ENTROPY,
  CATEGORICAL_CROSS_ENTROPY,
  HUBER,
  SQUARED_ERROR,
} from '../../../../assembly/ids.ts'
import { log, log1p } from '../../../numerics/logarithms.ts'
import { exp, expNormal } from '../float64/exponential.ts'
import { flush, LEAST_VALUE, round, type Values } from './dtype.ts'

/**
 * All places are indices into `v`.
 * @param sums index into `doubles` of the terms' sums, one per output
 * @param scale what every derivative is multiplied by
 * @param parameter Huber's delta
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
  const limit = loss === HUBER ? round(parameter) : Number.POSITIVE_INFINITY
  for (let row = 0; row < rows; row++, nets += stride, outputs += stride, targets += stride, deltas += stride) {
    for (let i = 0; i < units; i++) {
      const error = round(v[outputs + i] - v[targets + i])
      const derivative = loss === ABSOLUTE_ERROR ? signed(error, scale) : round(clamp(error, limit) * scale)
      v[deltas + i] = flush(derivative, LEAST_VALUE)
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
      default:
        throw new RangeError(`unknown loss ${loss}`)
    }
  }
}

/**
 * The same where row m counts `doubles[weights + m]`: its terms and derivatives are multiplied by it. The sums of one row are
 * collected behind those of the batch.
 */
export function addWeightedLoss(
  v: Values,
  doubles: Float64Array,
  loss: number,
  nets: number,
  outputs: number,
  targets: number,
  weights: number,
  deltas: number,
  sums: number,
  rows: number,
  units: number,
  stride: number,
  scale: number,
  parameter: number,
): void {
  const rowSums = sums + units
  for (let row = 0; row < rows; row++) {
    const weight = doubles[weights + row]
    const offset = row * stride
    doubles.fill(0, rowSums, rowSums + units)
    addLoss(
      v,
      doubles,
      loss,
      nets + offset,
      outputs + offset,
      targets + offset,
      deltas + offset,
      rowSums,
      1,
      units,
      stride,
      round(scale * weight),
      parameter,
    )
    for (let i = 0; i < units; i++) doubles[sums + i] += weight * doubles[rowSums + i]
  }
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

/** Σ target[j] · (ln Σ e^(net[k] − m) − (net[j] − m)), m the largest net */
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
