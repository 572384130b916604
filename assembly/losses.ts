// The losses of a block of rows: terms added up in float64 per output over the rows (LOSS_COLUMNS), and the derivatives
// times `scale` into the output layer's deltas, whose pad lanes are zeroed here: all gradients stay zero there.
import { ABSOLUTE_ERROR, BINARY_CROSS_ENTROPY, CATEGORICAL_CROSS_ENTROPY, HUBER, QUANTILE, SQUARED_ERROR } from './ids'
import { exp, expNormal, log, log1p } from './kernels/exponential'
import { distance, flush, lastVectorMask, leastValue, splat, VECTOR } from './kernels/vector'

/**
 * @param nets pre-activations, rows × units; read by the cross-entropies, so that they are finite for any finite net
 * @param scale what every derivative is multiplied by
 * @param parameter Huber's delta, or the quantile
 */
export function addLoss<T>(
  loss: u32, nets: usize, outputs: usize, targets: usize, deltas: usize, sums: usize,
  rows: usize, units: usize, stride: usize, scale: T, parameter: f64,
): void {
  if (loss != SQUARED_ERROR) {
    addOtherLoss<T>(loss, nets, outputs, targets, deltas, sums, rows, units, stride, scale, parameter)
    return
  }
  mapErrors<T, Difference>(outputs, targets, deltas, rows, units, stride, scale, 0)
  addSquares<T>(outputs, targets, sums, rows, units, stride)
}

/**
 * The same where row m counts `weights`[m] (f64), or with `weighsOutputs` its output n `weights`[m][n]: terms and derivatives
 * are multiplied by it. The sums of one row are collected behind those of the batch.
 */
export function addWeightedLoss<T>(
  loss: u32, nets: usize, outputs: usize, targets: usize, weights: usize, weighsOutputs: bool, deltas: usize, sums: usize,
  rows: usize, units: usize, stride: usize, scale: f64, parameter: f64,
): void {
  const rowSums = sums + (units << 3), step: usize = weighsOutputs ? 8 : 0
  const least: T = sizeof<T>() == 4 ? <T>7.888609052210118e-31 : <T>1.0020841800044864e-292
  for (let offset: usize = 0, end = rows * stride; offset < end; offset += stride, weights += 8 - step) {
    for (let i: usize = 0; i < units; i++) store<f64>(rowSums + (i << 3), 0)
    addLoss<T>(loss, nets + offset, outputs + offset, targets + offset, deltas + offset, rowSums, 1, units, stride, <T>1, parameter)
    for (let i: usize = 0; i < units; i++, weights += step) {
      const weight = load<f64>(weights)
      const at = deltas + offset + i * sizeof<T>(), sum = sums + (i << 3)
      const delta = load<T>(at) * <T>(scale * weight)
      store<T>(at, abs<T>(delta) < least ? <T>0 : delta)
      store<f64>(sum, load<f64>(sum) + weight * load<f64>(rowSums + (i << 3)))
    }
  }
}

/** A function of its own: V8 compiles whole functions, and the squared error is small. */
function addOtherLoss<T>(
  loss: u32, nets: usize, outputs: usize, targets: usize, deltas: usize, sums: usize,
  rows: usize, units: usize, stride: usize, scale: T, parameter: f64,
): void {
  switch (loss) {
    case BINARY_CROSS_ENTROPY: {
      mapErrors<T, Difference>(outputs, targets, deltas, rows, units, stride, scale, 0)
      addBinaryCrossEntropy<T>(nets, targets, sums, rows, units, stride)
      break
    }
    case CATEGORICAL_CROSS_ENTROPY: {
      mapErrors<T, Difference>(outputs, targets, deltas, rows, units, stride, scale, 0)
      addCategoricalCrossEntropy<T>(nets, targets, sums, rows, units, stride)
      break
    }
    case ABSOLUTE_ERROR: {
      mapErrors<T, Sign>(outputs, targets, deltas, rows, units, stride, scale, 0)
      addMagnitudes<T>(outputs, targets, sums, rows, units, stride)
      break
    }
    case HUBER: {
      mapErrors<T, HeldDifference>(outputs, targets, deltas, rows, units, stride, scale, parameter)
      addHuber<T>(outputs, targets, sums, rows, units, stride, parameter)
      break
    }
    case QUANTILE: {
      mapErrors<T, Pinball>(outputs, targets, deltas, rows, units, stride, scale, parameter)
      addPinball<T>(outputs, targets, sums, rows, units, stride, parameter)
      break
    }
    default: unreachable()
  }
}

/** output − target: ∂/∂output of the squared error, ∂/∂net of sigmoid or softmax with its cross-entropy */
@final @unmanaged
export class Difference {
  @inline of<T>(output: v128, target: v128, scale: v128, _limit: v128): v128 {
    return v128.mul<T>(v128.sub<T>(output, target), scale)
  }
}

/** output − target, held within ± limit (Huber) */
@final @unmanaged
export class HeldDifference {
  @inline of<T>(output: v128, target: v128, scale: v128, limit: v128): v128 {
    const error = v128.sub<T>(output, target)
    return v128.mul<T>(v128.pmax<T>(v128.pmin<T>(error, limit), v128.neg<T>(limit)), scale)
  }
}

/** The sign of output − target */
@final @unmanaged
export class Sign {
  @inline of<T>(output: v128, target: v128, scale: v128, _limit: v128): v128 {
    const plus = v128.and(v128.gt<T>(output, target), scale)
    return v128.or(plus, v128.and(v128.lt<T>(output, target), v128.neg<T>(scale)))
  }
}

/** 1 − quantile where the output is above the target, −quantile below */
@final @unmanaged
export class Pinball {
  @inline of<T>(output: v128, target: v128, scale: v128, quantile: v128): v128 {
    const rest = v128.sub<T>(v128.splat<T>(<T>1), quantile)
    const above = v128.and(v128.gt<T>(output, target), v128.mul<T>(rest, scale))
    return v128.or(above, v128.and(v128.lt<T>(output, target), v128.neg<T>(v128.mul<T>(quantile, scale))))
  }
}

/** What was handed in for targets */
@final @unmanaged
class Given {
  @inline of<T>(_output: v128, derivative: v128, _scale: v128, _limit: v128): v128 {
    return derivative
  }
}

/** Deltas that are given as derivatives by the outputs, rows × units as targets are */
export function giveDerivatives<T>(derivatives: usize, deltas: usize, rows: usize, units: usize, stride: usize): void {
  mapErrors<T, Given>(derivatives, derivatives, deltas, rows, units, stride, <T>1, 0)
}

/**
 * deltas = F(outputs, targets) · scale, a vector's width of columns after another; pad lanes become 0, and so do derivatives
 * below the least value: a sigmoid that is saturated stays at the least number that its formula has.
 */
// @ts-ignore: decorator
@inline
export function mapErrors<T, F>(
  outputs: usize, targets: usize, deltas: usize, rows: usize, units: usize, stride: usize, scale: T, limit: f64,
): void {
  const f = changetype<F>(0)
  const factor = v128.splat<T>(scale), most = splat<T>(limit), least = leastValue<T>()
  for (let column: usize = 0; column < stride; column += VECTOR) {
    const mask = column + VECTOR < stride ? v128.splat<i32>(-1) : lastVectorMask<T>(units)
    let at = column
    const end = column + rows * stride
    do {
      const delta = f.of<T>(v128.load(outputs + at), v128.load(targets + at), factor, most)
      v128.store(deltas + at, v128.and(flush<T>(delta, least), mask))
      at += stride
    } while (at < end)
  }
}

/** |output − target| */
// @ts-ignore: decorator
@inline
function addMagnitudes<T>(outputs: usize, targets: usize, sums: usize, rows: usize, units: usize, stride: usize): void {
  for (let i: usize = 0, bytes = units * sizeof<T>(); i < bytes; i += sizeof<T>(), sums += 8) {
    let sum = load<f64>(sums)
    let offset = i
    const end = rows * stride
    do {
      sum += abs(<f64>load<T>(outputs + offset) - <f64>load<T>(targets + offset))
      offset += stride
    } while (offset < end)
    store<f64>(sums, sum)
  }
}

/** ½ error² within ± delta, delta · (|error| − ½ delta) beyond */
// @ts-ignore: decorator
@inline
function addHuber<T>(
  outputs: usize, targets: usize, sums: usize, rows: usize, units: usize, stride: usize, delta: f64,
): void {
  for (let i: usize = 0, bytes = units * sizeof<T>(); i < bytes; i += sizeof<T>(), sums += 8) {
    let sum = load<f64>(sums)
    let offset = i
    const end = rows * stride
    do {
      const error = abs(<f64>load<T>(outputs + offset) - <f64>load<T>(targets + offset))
      sum += error <= delta ? 0.5 * error * error : delta * (error - 0.5 * delta)
      offset += stride
    } while (offset < end)
    store<f64>(sums, sum)
  }
}

/** quantile · (target − output) where the output is below the target, (1 − quantile) · (output − target) above */
// @ts-ignore: decorator
@inline
function addPinball<T>(
  outputs: usize, targets: usize, sums: usize, rows: usize, units: usize, stride: usize, quantile: f64,
): void {
  for (let i: usize = 0, bytes = units * sizeof<T>(); i < bytes; i += sizeof<T>(), sums += 8) {
    let sum = load<f64>(sums)
    let offset = i
    const end = rows * stride
    do {
      const error = <f64>load<T>(outputs + offset) - <f64>load<T>(targets + offset)
      sum += error > 0 ? (1 - quantile) * error : -quantile * error
      offset += stride
    } while (offset < end)
    store<f64>(sums, sum)
  }
}

/** (output − target)² */
// @ts-ignore: decorator
@inline
function addSquares<T>(outputs: usize, targets: usize, sums: usize, rows: usize, units: usize, stride: usize): void {
  for (let i: usize = 0, bytes = units * sizeof<T>(); i < bytes; i += sizeof<T>(), sums += 8) {
    let sum = load<f64>(sums)
    let offset = i
    const end = rows * stride
    do {
      const error = <f64>load<T>(outputs + offset) - <f64>load<T>(targets + offset)
      sum += error * error
      offset += stride
    } while (offset < end)
    store<f64>(sums, sum)
  }
}

// The cross-entropies work on two rows at a time, one in each lane, and add up row after row. A last row without a partner
// stands in both lanes.

/** The float64 values of two elements */
// @ts-ignore: decorator
@inline
function pair<T>(first: usize, second: usize): v128 {
  // Put together before they are converted: half the conversions and shuffles.
  if (sizeof<T>() == 4) return f64x2.promote_low_f32x4(v128.load32_lane(second, v128.load32_zero(first), 1))
  return v128.load64_lane(second, v128.load64_zero(first), 1)
}

/** −t · ln o − (1 − t) · ln(1 − o) with o = sigmoid(net): max(net, 0) − net · t + ln(1 + e^−|net|) */
// @ts-ignore: decorator
@inline
function addBinaryCrossEntropy<T>(nets: usize, targets: usize, sums: usize, rows: usize, units: usize, stride: usize): void {
  for (let i: usize = 0, bytes = units * sizeof<T>(); i < bytes; i += sizeof<T>(), sums += 8) {
    let sum = load<f64>(sums)
    let net = nets + i, target = targets + i
    const end = net + rows * stride
    do {
      const second: usize = net + stride < end ? stride : 0
      const x = pair<T>(net, net + second)
      const positive = v128.and(x, f64x2.gt(x, f64x2.splat(0)))
      const tail = log1p(exp<f64>(f64x2.neg(f64x2.abs(x))))
      const terms = f64x2.add(f64x2.sub(positive, f64x2.mul(x, pair<T>(target, target + second))), tail)
      sum += f64x2.extract_lane(terms, 0)
      if (second) sum += f64x2.extract_lane(terms, 1)
      net += 2 * stride
      target += 2 * stride
    } while (net < end)
    store<f64>(sums, sum)
  }
}

/** −Σ target[j] · ln output[j] with output = softmax(net): Σ target[j] · (ln Σ e^(net[k] − m) − (net[j] − m)), m the largest net */
// @ts-ignore: decorator
@inline
function addCategoricalCrossEntropy<T>(nets: usize, targets: usize, sums: usize, rows: usize, units: usize, stride: usize): void {
  const bytes = units * sizeof<T>()
  let sum = load<f64>(sums)
  const end = nets + rows * stride
  do {
    const second: usize = nets + stride < end ? stride : 0
    let largest = pair<T>(nets, nets + second)
    for (let net = nets + sizeof<T>(), last = nets + bytes; net < last; net += sizeof<T>()) {
      largest = f64x2.pmax(largest, pair<T>(net, net + second))
    }
    // Powers below e^−708 are lost beside the largest net's, which is 1.
    let powers = f64x2.splat(0)
    let net = nets, target = targets
    const last = nets + bytes
    do {
      powers = f64x2.add(powers, expNormal<f64>(f64x2.sub(pair<T>(net, net + second), largest)))
      net += sizeof<T>()
    } while (net < last)
    const logSum = log(powers)
    let terms = f64x2.splat(0)
    net = nets
    do {
      const logOutput = f64x2.sub(logSum, distance(pair<T>(net, net + second), largest))
      terms = f64x2.add(terms, f64x2.mul(pair<T>(target, target + second), logOutput))
      net += sizeof<T>()
      target += sizeof<T>()
    } while (net < last)
    sum += f64x2.extract_lane(terms, 0)
    if (second) sum += f64x2.extract_lane(terms, 1)
    nets += 2 * stride
    targets += 2 * stride
  } while (nets < end)
  store<f64>(sums, sum)
}
