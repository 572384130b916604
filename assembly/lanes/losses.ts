// The losses of networks that are trained together: terms added up in float64 per output and lane over the rows
// (LOSS_COLUMNS), in the order of assembly/losses.ts; the derivatives are its own.
import { ABSOLUTE_ERROR, BINARY_CROSS_ENTROPY, CATEGORICAL_CROSS_ENTROPY, HUBER, QUANTILE, SQUARED_ERROR } from '../ids'
import { exp, expNormal, log, log1p } from '../kernels/exponential'
import { distance, highHalf, lowHalf, VECTOR } from '../kernels/vector'
import { Difference, HeldDifference, mapErrors, Pinball, Sign } from '../losses'

/** Terms of the loss of two lanes, in float64, from outputs, or where the loss is computed from nets from these */
@final @unmanaged
class SquaredError {
  @inline term(output: v128, target: v128, _parameter: f64): v128 {
    const error = f64x2.sub(output, target)
    return f64x2.mul(error, error)
  }
}

@final @unmanaged
class AbsoluteError {
  @inline term(output: v128, target: v128, _parameter: f64): v128 {
    return f64x2.abs(f64x2.sub(output, target))
  }
}

/** ½ error² within ± delta, delta · (|error| − ½ delta) beyond */
@final @unmanaged
class Huber {
  @inline term(output: v128, target: v128, delta: f64): v128 {
    const error = f64x2.abs(f64x2.sub(output, target)), limit = f64x2.splat(delta)
    const within = f64x2.mul(f64x2.mul(f64x2.splat(0.5), error), error)
    const beyond = f64x2.mul(limit, f64x2.sub(error, f64x2.splat(0.5 * delta)))
    return v128.bitselect(within, beyond, f64x2.le(error, limit))
  }
}

/** (1 − quantile) · error above 0, −quantile · error below */
@final @unmanaged
class Quantile {
  @inline term(output: v128, target: v128, quantile: f64): v128 {
    const error = f64x2.sub(output, target)
    const above = f64x2.mul(f64x2.splat(1 - quantile), error), below = f64x2.mul(f64x2.splat(-quantile), error)
    return v128.bitselect(above, below, f64x2.gt(error, f64x2.splat(0)))
  }
}

/** max(net, 0) − net · target + ln(1 + e^−|net|) */
@final @unmanaged
class BinaryCrossEntropy {
  @inline term(net: v128, target: v128, _parameter: f64): v128 {
    const power = exp<f64>(f64x2.neg(f64x2.abs(net)))
    const tail = log1p(power)
    const positive = v128.and(net, f64x2.gt(net, f64x2.splat(0)))
    return f64x2.add(f64x2.sub(positive, f64x2.mul(net, target)), tail)
  }
}

/** sums: f64 per output and lane. Blocks of rows, `stride` bytes a row */
// @ts-ignore: decorator
@inline
function addTerms<T, Loss>(outputs: usize, targets: usize, sums: usize, rows: usize, stride: usize, parameter: f64): void {
  const loss = changetype<Loss>(0)
  const bytes = rows * stride
  for (let column: usize = 0; column < stride; column += VECTOR) {
    let sums01 = v128.load(sums), sums23 = sums01
    if (sizeof<T>() == 4) sums23 = v128.load(sums, 16)
    let offset = column
    do {
      const output = v128.load(outputs + offset), target = v128.load(targets + offset)
      if (sizeof<T>() == 8) {
        sums01 = f64x2.add(sums01, loss.term(output, target, parameter))
      } else {
        sums01 = f64x2.add(sums01, loss.term(lowHalf(output), lowHalf(target), parameter))
        sums23 = f64x2.add(sums23, loss.term(highHalf(output), highHalf(target), parameter))
      }
      offset += stride
    } while (offset < bytes)
    v128.store(sums, sums01)
    if (sizeof<T>() == 4) v128.store(sums, sums23, 16)
    sums += sizeof<T>() == 8 ? 16 : 32
  }
}

/** Adds the terms of a block of rows to `sums`, and leaves their derivatives times `scale` in `deltas`. */
export function addLaneLoss<T>(
  loss: u32, nets: usize, outputs: usize, targets: usize, deltas: usize, sums: usize,
  rows: usize, stride: usize, element: usize, scale: T, parameter: f64,
): void {
  const units = stride / sizeof<T>() // no pads
  if (loss == SQUARED_ERROR) {
    mapErrors<T, Difference>(outputs, targets, deltas, rows, units, stride, scale, 0)
    addTerms<T, SquaredError>(outputs, targets, sums, rows, stride, parameter)
    return
  }
  addOtherLoss<T>(loss, nets, outputs, targets, deltas, sums, rows, stride, element, scale, parameter)
}

/** A function of its own: V8 compiles whole functions, and the squared error is small. */
function addOtherLoss<T>(
  loss: u32, nets: usize, outputs: usize, targets: usize, deltas: usize, sums: usize,
  rows: usize, stride: usize, element: usize, scale: T, parameter: f64,
): void {
  const units = stride / sizeof<T>()
  if (loss == ABSOLUTE_ERROR) mapErrors<T, Sign>(outputs, targets, deltas, rows, units, stride, scale, 0)
  else if (loss == HUBER) mapErrors<T, HeldDifference>(outputs, targets, deltas, rows, units, stride, scale, parameter)
  else if (loss == QUANTILE) mapErrors<T, Pinball>(outputs, targets, deltas, rows, units, stride, scale, parameter)
  else mapErrors<T, Difference>(outputs, targets, deltas, rows, units, stride, scale, 0)
  switch (loss) {
    case ABSOLUTE_ERROR: {
      addTerms<T, AbsoluteError>(outputs, targets, sums, rows, stride, parameter)
      break
    }
    case HUBER: {
      addTerms<T, Huber>(outputs, targets, sums, rows, stride, parameter)
      break
    }
    case QUANTILE: {
      addTerms<T, Quantile>(outputs, targets, sums, rows, stride, parameter)
      break
    }
    case BINARY_CROSS_ENTROPY: {
      addTerms<T, BinaryCrossEntropy>(nets, targets, sums, rows, stride, parameter)
      break
    }
    case CATEGORICAL_CROSS_ENTROPY: {
      for (let row: usize = 0; row < rows; row++, nets += stride, targets += stride) {
        for (let pair: usize = 0; pair < element; pair += 2 * sizeof<T>()) {
          addCategoricalCrossEntropy<T>(nets + pair, targets + pair, sums + (pair / sizeof<T>() << 3), stride, element)
        }
      }
      break
    }
    default: unreachable()
  }
}

/** Two lanes in float64 */
// @ts-ignore: decorator
@inline
function loadPair<T>(at: usize): v128 {
  return sizeof<T>() == 8 ? v128.load(at) : f64x2.promote_low_f32x4(v128.load64_zero(at))
}

/** Σ target[j] · (ln Σ e^(net[k] − m) − (net[j] − m)), m the largest net, of one row and two lanes */
function addCategoricalCrossEntropy<T>(nets: usize, targets: usize, sums: usize, stride: usize, element: usize): void {
  let largest = loadPair<T>(nets)
  for (let i = element; i < stride; i += element) {
    const net = loadPair<T>(nets + i)
    largest = v128.bitselect(net, largest, f64x2.gt(net, largest))
  }
  let sum = f64x2.splat(0)
  for (let i: usize = 0; i < stride; i += element) sum = f64x2.add(sum, expNormal<f64>(f64x2.sub(loadPair<T>(nets + i), largest)))
  const logSum = log(sum)
  let row = f64x2.splat(0)
  for (let i: usize = 0; i < stride; i += element) {
    const part = f64x2.sub(logSum, distance(loadPair<T>(nets + i), largest))
    row = f64x2.add(row, f64x2.mul(loadPair<T>(targets + i), part))
  }
  v128.store(sums, f64x2.add(v128.load(sums), row))
}
