// The losses of a block of rows: terms added up in float64 per output over the rows (LOSS_COLUMNS), and the derivatives
// times `scale` into the output layer's deltas, whose pad lanes are zeroed here: all gradients stay zero there.
import { BINARY_CROSS_ENTROPY, CATEGORICAL_CROSS_ENTROPY, SQUARED_ERROR } from './ids'
import { exp, log, log1p } from './kernels/exponential'
import { lastVectorMask, VECTOR } from './kernels/vector'

/**
 * @param nets pre-activations, rows × units; read by the cross-entropies, so that they are finite for any finite net
 * @param scale what every derivative is multiplied by
 */
export function addLoss<T>(
  loss: u32, nets: usize, outputs: usize, targets: usize, deltas: usize, sums: usize,
  rows: usize, units: usize, stride: usize, scale: T,
): void {
  const mask = lastVectorMask<T>(units)
  for (let row: usize = 0; row < rows; row++) {
    scaledErrors<T>(outputs, targets, deltas, stride, scale, mask)
    switch (loss) {
      case SQUARED_ERROR: {
        addSquares<T>(outputs, targets, sums, units)
        break
      }
      case BINARY_CROSS_ENTROPY: {
        addBinaryCrossEntropy<T>(nets, targets, sums, units)
        break
      }
      case CATEGORICAL_CROSS_ENTROPY: {
        addCategoricalCrossEntropy<T>(nets, targets, sums, units)
        break
      }
      default: unreachable()
    }
    nets += stride
    outputs += stride
    targets += stride
    deltas += stride
  }
}

/** deltas = (outputs − targets) · scale: ∂/∂output of the squared error, ∂/∂net of sigmoid or softmax with its cross-entropy */
// @ts-ignore: decorator
@inline
function scaledErrors<T>(outputs: usize, targets: usize, deltas: usize, stride: usize, scale: T, mask: v128): void {
  const factor = v128.splat<T>(scale)
  let i: usize = 0
  for (; i < stride - VECTOR; i += VECTOR) {
    v128.store(deltas + i, v128.mul<T>(v128.sub<T>(v128.load(outputs + i), v128.load(targets + i)), factor))
  }
  v128.store(deltas + i, v128.and(v128.mul<T>(v128.sub<T>(v128.load(outputs + i), v128.load(targets + i)), factor), mask))
}

/** (output − target)² */
// @ts-ignore: decorator
@inline
function addSquares<T>(outputs: usize, targets: usize, sums: usize, units: usize): void {
  for (const end = sums + (units << 3); sums < end; sums += 8) {
    const error = <f64>load<T>(outputs) - <f64>load<T>(targets)
    store<f64>(sums, load<f64>(sums) + error * error)
    outputs += sizeof<T>()
    targets += sizeof<T>()
  }
}

/** −t · ln o − (1 − t) · ln(1 − o) with o = sigmoid(net): max(net, 0) − net · t + ln(1 + e^−|net|) */
// @ts-ignore: decorator
@inline
function addBinaryCrossEntropy<T>(nets: usize, targets: usize, sums: usize, units: usize): void {
  for (const end = sums + (units << 3); sums < end; sums += 8) {
    const net = <f64>load<T>(nets)
    const tail = log1p(f64x2.extract_lane(exp<f64>(f64x2.splat(-abs(net))), 0))
    store<f64>(sums, load<f64>(sums) + ((net > 0 ? net : 0) - net * <f64>load<T>(targets) + tail))
    nets += sizeof<T>()
    targets += sizeof<T>()
  }
}

/** −Σ target[j] · ln output[j] with output = softmax(net): Σ target[j] · (ln Σ e^(net[k] − m) − (net[j] − m)), m the largest net */
// @ts-ignore: decorator
@inline
function addCategoricalCrossEntropy<T>(nets: usize, targets: usize, sums: usize, units: usize): void {
  const bytes = units * sizeof<T>()
  let largest = <f64>load<T>(nets)
  for (let i: usize = sizeof<T>(); i < bytes; i += sizeof<T>()) {
    const net = <f64>load<T>(nets + i)
    if (net > largest) largest = net
  }
  let sum: f64 = 0
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) {
    sum += f64x2.extract_lane(exp<f64>(f64x2.splat(<f64>load<T>(nets + i) - largest)), 0)
  }
  const logSum = log(sum)
  let row: f64 = 0
  for (let i: usize = 0; i < bytes; i += sizeof<T>()) {
    row += <f64>load<T>(targets + i) * (logSum - (<f64>load<T>(nets + i) - largest))
  }
  store<f64>(sums, load<f64>(sums) + row)
}
