// The activation functions: forward over a block of nets, backward from ∂loss/∂output to ∂loss/∂net. Pad lanes are
// computed as well, except in softmax, which leaves zeros there.
import { LINEAR, RELU, SIGMOID, SOFTMAX, TANH } from './ids'
import { exp, expNormal, tanh } from './kernels/exponential'
import { lastVectorMask, VECTOR } from './kernels/vector'

/** 1 / (1 + e^−net) */
@final @unmanaged
class Sigmoid {
  @inline forward<T>(net: v128): v128 {
    const one = v128.splat<T>(<T>1)
    return v128.div<T>(one, v128.add<T>(one, expNormal<T>(v128.neg<T>(net))))
  }

  @inline backward<T>(delta: v128, output: v128): v128 {
    return v128.mul<T>(delta, v128.mul<T>(output, v128.sub<T>(v128.splat<T>(<T>1), output)))
  }
}

@final @unmanaged
class Tanh {
  @inline forward<T>(net: v128): v128 {
    return tanh<T>(net)
  }

  @inline backward<T>(delta: v128, output: v128): v128 {
    return v128.mul<T>(delta, v128.sub<T>(v128.splat<T>(<T>1), v128.mul<T>(output, output)))
  }
}

/** max(0, net), the derivative at 0 is 0 */
@final @unmanaged
class Relu {
  @inline forward<T>(net: v128): v128 {
    return v128.pmax<T>(net, v128.splat<T>(<T>0))
  }

  @inline backward<T>(delta: v128, output: v128): v128 {
    return v128.and(delta, v128.gt<T>(output, v128.splat<T>(<T>0)))
  }
}

/** outputs = f(nets), `bytes` of whole vectors; may work in place. */
// @ts-ignore: decorator
@inline
function mapForward<T, F>(nets: usize, outputs: usize, bytes: usize): void {
  const f = changetype<F>(0)
  const end = nets + bytes
  do {
    v128.store(outputs, f.forward<T>(v128.load(nets)))
    outputs += VECTOR
    nets += VECTOR
  } while (nets < end)
}

// @ts-ignore: decorator
@inline
function mapBackward<T, F>(deltas: usize, outputs: usize, bytes: usize): void {
  const f = changetype<F>(0)
  const end = deltas + bytes
  do {
    v128.store(deltas, f.backward<T>(v128.load(deltas), v128.load(outputs)))
    outputs += VECTOR
    deltas += VECTOR
  } while (deltas < end)
}

/** Block of rows × units, `stride` bytes a row. */
export function activate<T>(activation: u32, nets: usize, outputs: usize, rows: usize, units: usize, stride: usize): void {
  const bytes = rows * stride
  switch (activation) {
    case LINEAR: {
      if (outputs != nets) memory.copy(outputs, nets, bytes)
      break
    }
    case SIGMOID: {
      mapForward<T, Sigmoid>(nets, outputs, bytes)
      break
    }
    case TANH: {
      mapForward<T, Tanh>(nets, outputs, bytes)
      break
    }
    case RELU: {
      mapForward<T, Relu>(nets, outputs, bytes)
      break
    }
    case SOFTMAX: {
      for (let row: usize = 0; row < rows; row++) softmax<T>(nets + row * stride, outputs + row * stride, units, stride)
      break
    }
    default: unreachable()
  }
}

/** deltas: ∂loss/∂output in, ∂loss/∂net out. */
export function differentiate<T>(
  activation: u32, deltas: usize, outputs: usize, rows: usize, units: usize, stride: usize,
): void {
  const bytes = rows * stride
  switch (activation) {
    case LINEAR: break
    case SIGMOID: {
      mapBackward<T, Sigmoid>(deltas, outputs, bytes)
      break
    }
    case TANH: {
      mapBackward<T, Tanh>(deltas, outputs, bytes)
      break
    }
    case RELU: {
      mapBackward<T, Relu>(deltas, outputs, bytes)
      break
    }
    case SOFTMAX: {
      for (let row: usize = 0; row < rows; row++) softmaxBackward<T>(deltas + row * stride, outputs + row * stride, units, stride)
      break
    }
    default: unreachable()
  }
}

/** outputs[j] = e^(net[j] − largest net) / Σ of these, summed in order of j */
function softmax<T>(nets: usize, outputs: usize, units: usize, stride: usize): void {
  const end = outputs + units * sizeof<T>()
  let largest = load<T>(nets)
  for (let net = nets + sizeof<T>(), last = nets + units * sizeof<T>(); net < last; net += sizeof<T>()) {
    const value = load<T>(net)
    if (value > largest) largest = value
  }
  const shift = v128.splat<T>(largest)
  for (let i: usize = 0; i < stride; i += VECTOR) v128.store(outputs + i, exp<T>(v128.sub<T>(v128.load(nets + i), shift)))
  let sum: T = <T>0
  for (let output = outputs; output < end; output += sizeof<T>()) sum += load<T>(output)
  const divisor = v128.splat<T>(sum)
  for (let i: usize = 0; i < stride; i += VECTOR) v128.store(outputs + i, v128.div<T>(v128.load(outputs + i), divisor))
  const last = outputs + stride - VECTOR
  v128.store(last, v128.and(v128.load(last), lastVectorMask<T>(units)))
}

/** The full Jacobian: ∂loss/∂net[j] = output[j] · (delta[j] − Σ delta[k] · output[k]), summed in order of k */
function softmaxBackward<T>(deltas: usize, outputs: usize, units: usize, stride: usize): void {
  let dot: T = <T>0
  for (let i: usize = 0, bytes = units * sizeof<T>(); i < bytes; i += sizeof<T>()) {
    dot += load<T>(deltas + i) * load<T>(outputs + i)
  }
  const shift = v128.splat<T>(dot)
  for (let i: usize = 0; i < stride; i += VECTOR) {
    v128.store(deltas + i, v128.mul<T>(v128.load(outputs + i), v128.sub<T>(v128.load(deltas + i), shift)))
  }
}
