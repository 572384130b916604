// The activation functions: forward over a block of nets, backward from ∂loss/∂output to ∂loss/∂net. Pad lanes are
// computed as well, except in softmax, which leaves zeros there.
import { ELU, GELU, GELU_TANH, LEAKY_RELU, LINEAR, MISH, RELU, SELU, SIGMOID, SILU, SOFTMAX, SOFTPLUS, TANH } from './ids'
import { exp, expm1Negative, expNormal, expOrZero, log1pUnit, scaledExp, tanh } from './kernels/exponential'
import { gelu, geluDerivative, geluTanh, geluTanhDerivative } from './kernels/gelu'
import { flush, highHalf, lastVectorMask, leastNormal, leastValue, lowHalf, narrow, splat, VECTOR } from './kernels/vector'

/** delta · slope, 0 below the least value: slopes of saturated units are as small as numbers are. */
// @ts-ignore: decorator
@inline
function carry<T>(delta: v128, slope: v128): v128 {
  return flush<T>(v128.mul<T>(delta, slope), leastValue<T>())
}

/** 1 / (1 + e^−net) */
@final @unmanaged
class Sigmoid {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    const one = v128.splat<T>(<T>1)
    return v128.div<T>(one, v128.add<T>(one, expNormal<T>(v128.neg<T>(net))))
  }

  @inline backward<T>(delta: v128, output: v128, _net: v128, _parameter: v128): v128 {
    return carry<T>(delta, v128.mul<T>(output, v128.sub<T>(v128.splat<T>(<T>1), output)))
  }
}

@final @unmanaged
class Tanh {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    return tanh<T>(net)
  }

  @inline backward<T>(delta: v128, output: v128, _net: v128, _parameter: v128): v128 {
    return v128.mul<T>(delta, v128.sub<T>(v128.splat<T>(<T>1), v128.mul<T>(output, output)))
  }
}

/** max(0, net), the derivative at 0 is 0 */
@final @unmanaged
class Relu {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    return v128.pmax<T>(net, v128.splat<T>(<T>0))
  }

  @inline backward<T>(delta: v128, output: v128, _net: v128, _parameter: v128): v128 {
    return v128.and(delta, v128.gt<T>(output, v128.splat<T>(<T>0)))
  }
}

/** net, or slope · net below 0; the derivative at 0 is the slope */
@final @unmanaged
class LeakyRelu {
  @inline forward<T>(net: v128, slope: v128): v128 {
    return v128.bitselect(net, v128.mul<T>(slope, net), v128.gt<T>(net, v128.splat<T>(<T>0)))
  }

  @inline backward<T>(delta: v128, output: v128, _net: v128, slope: v128): v128 {
    return v128.bitselect(delta, v128.mul<T>(delta, slope), v128.gt<T>(output, v128.splat<T>(<T>0)))
  }
}

/** net, or alpha · (e^net − 1) below 0 */
@final @unmanaged
class Elu {
  @inline forward<T>(net: v128, alpha: v128): v128 {
    return v128.bitselect(net, v128.mul<T>(alpha, expm1Negative<T>(net)), v128.gt<T>(net, v128.splat<T>(<T>0)))
  }

  @inline backward<T>(delta: v128, _output: v128, net: v128, alpha: v128): v128 {
    const zero = v128.splat<T>(<T>0)
    const slope = v128.mul<T>(alpha, exp<T>(v128.pmin<T>(net, zero)))
    return v128.bitselect(delta, carry<T>(delta, slope), v128.gt<T>(net, zero))
  }
}

/** scale · net, or scale · alpha · (e^net − 1) below 0 (Klambauer, Unterthiner, Mayr, Hochreiter, 2017) */
@final @unmanaged
class Selu {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    const positive = v128.mul<T>(splat<T>(SELU_SCALE), net)
    const negative = v128.mul<T>(splat<T>(SELU_SCALE_ALPHA), expm1Negative<T>(net))
    return v128.bitselect(positive, negative, v128.gt<T>(net, v128.splat<T>(<T>0)))
  }

  @inline backward<T>(delta: v128, _output: v128, net: v128, _parameter: v128): v128 {
    const zero = v128.splat<T>(<T>0)
    const slope = v128.mul<T>(splat<T>(SELU_SCALE_ALPHA), exp<T>(v128.pmin<T>(net, zero)))
    return carry<T>(delta, v128.bitselect(splat<T>(SELU_SCALE), slope, v128.gt<T>(net, zero)))
  }
}

const SELU_SCALE: f64 = 1.0507009873554805
const SELU_SCALE_ALPHA: f64 = 1.7580993408473768

@final @unmanaged
class Gelu {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    if (sizeof<T>() == 8) return gelu(net)
    return narrow(gelu(lowHalf(net)), gelu(highHalf(net)))
  }

  @inline backward<T>(delta: v128, _output: v128, net: v128, _parameter: v128): v128 {
    if (sizeof<T>() == 8) return carry<T>(delta, geluDerivative(net))
    return carry<T>(delta, narrow(geluDerivative(lowHalf(net)), geluDerivative(highHalf(net))))
  }
}

@final @unmanaged
class GeluTanh {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    if (sizeof<T>() == 8) return geluTanh(net)
    return narrow(geluTanh(lowHalf(net)), geluTanh(highHalf(net)))
  }

  @inline backward<T>(delta: v128, _output: v128, net: v128, _parameter: v128): v128 {
    if (sizeof<T>() == 8) return carry<T>(delta, geluTanhDerivative(net))
    return carry<T>(delta, narrow(geluTanhDerivative(lowHalf(net)), geluTanhDerivative(highHalf(net))))
  }
}

/** ln(1 + e^net) = max(net, 0) + ln(1 + e^−|net|) */
@final @unmanaged
class Softplus {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    const tail = log1pUnit<T>(exp<T>(v128.neg<T>(v128.abs<T>(net))))
    return v128.add<T>(v128.pmax<T>(net, v128.splat<T>(<T>0)), tail)
  }

  @inline backward<T>(delta: v128, _output: v128, net: v128, _parameter: v128): v128 {
    const one = v128.splat<T>(<T>1)
    return flush<T>(v128.div<T>(delta, v128.add<T>(one, exp<T>(v128.neg<T>(net)))), leastValue<T>())
  }
}

/** net / (1 + e^−net), with e^−|net| alone, so that neither tail overflows; net · e^net is held where it becomes 0 */
@final @unmanaged
class Silu {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    const one = v128.splat<T>(<T>1)
    const low = v128.pmax<T>(v128.neg<T>(v128.abs<T>(net)), splat<T>(sizeof<T>() == 4 ? -112 : -752))
    const numerator = v128.bitselect(net, scaledExp<T>(low, low), v128.gt<T>(net, v128.splat<T>(<T>0)))
    return v128.div<T>(numerator, v128.add<T>(one, scaledExp<T>(one, low)))
  }

  /** s + net · s · (1 − s) with s = 1 / (1 + e^−net) */
  @inline backward<T>(delta: v128, _output: v128, net: v128, _parameter: v128): v128 {
    const one = v128.splat<T>(<T>1)
    const power = exp<T>(v128.neg<T>(v128.abs<T>(net)))
    const inverse = v128.div<T>(one, v128.add<T>(one, power))
    const s = v128.mul<T>(v128.bitselect(one, power, v128.gt<T>(net, v128.splat<T>(<T>0))), inverse)
    const bell = v128.mul<T>(v128.mul<T>(power, inverse), inverse)
    return carry<T>(delta, v128.add<T>(s, v128.mul<T>(net, bell)))
  }
}

/**
 * net · t with t = tanh(ln(1 + e^net)) (Misra, 2019), from p = e^−|net| alone, so that nothing overflows:
 * t = (1 + 2p) / (1 + 2p + 2p²) above 0, p · (2 + p) / (2 + p · (2 + p)) below; net · e^net as in Silu
 */
@final @unmanaged
class Mish {
  @inline forward<T>(net: v128, _parameter: v128): v128 {
    const one = v128.splat<T>(<T>1), two = v128.splat<T>(<T>2)
    const isPositive = v128.gt<T>(net, v128.splat<T>(<T>0))
    const low = v128.pmax<T>(v128.neg<T>(v128.abs<T>(net)), splat<T>(sizeof<T>() == 4 ? -112 : -752))
    const p = scaledExp<T>(one, low)
    const above = v128.add<T>(one, v128.mul<T>(two, p)), below = v128.add<T>(two, p)
    const square = v128.mul<T>(p, p)
    const divisor = v128.bitselect(v128.add<T>(above, v128.add<T>(square, square)), v128.add<T>(two, v128.mul<T>(p, below)), isPositive)
    const factor = v128.bitselect(net, scaledExp<T>(low, low), isPositive)
    return v128.mul<T>(factor, v128.div<T>(v128.bitselect(above, below, isPositive), divisor))
  }

  /** t + net · t′ with t′ = 4 · p² · (1 + p) / (1 + 2p + 2p²)² above 0, 4 · p · (1 + p) / (2 + p · (2 + p))² below */
  @inline backward<T>(delta: v128, _output: v128, net: v128, _parameter: v128): v128 {
    const one = v128.splat<T>(<T>1), two = v128.splat<T>(<T>2)
    const isPositive = v128.gt<T>(net, v128.splat<T>(<T>0))
    const p = exp<T>(v128.neg<T>(v128.abs<T>(net)))
    const above = v128.add<T>(one, v128.mul<T>(two, p)), below = v128.mul<T>(p, v128.add<T>(two, p))
    const square = v128.mul<T>(p, p)
    const divisor = v128.bitselect(v128.add<T>(above, v128.add<T>(square, square)), v128.add<T>(two, below), isPositive)
    const t = v128.div<T>(v128.bitselect(above, below, isPositive), divisor)
    const rise = v128.div<T>(v128.mul<T>(v128.splat<T>(<T>4), v128.add<T>(one, p)), v128.mul<T>(divisor, divisor))
    const slope = v128.mul<T>(rise, v128.bitselect(square, p, isPositive))
    // Where p is 0 so is the slope, and an infinite net would make NaN of it.
    const bend = v128.and(v128.mul<T>(net, slope), v128.gt<T>(p, v128.splat<T>(<T>0)))
    return carry<T>(delta, v128.add<T>(t, bend))
  }
}

/**
 * outputs = f(nets), `bytes` of whole vectors; may work in place. `pairs`: the build of lanes, which has an even number of
 * vectors more often than not, takes two at a time (5 % of the tutorial's step there).
 */
// @ts-ignore: decorator
@inline
function mapForward<T, F>(nets: usize, outputs: usize, bytes: usize, parameter: f64, pairs: bool = false): void {
  const f = changetype<F>(0)
  const p = splat<T>(parameter)
  const end = nets + bytes
  if (isDefined(LANES) && pairs && (bytes & VECTOR) == 0) {
    do {
      const first = f.forward<T>(v128.load(nets), p), second = f.forward<T>(v128.load(nets, 16), p)
      v128.store(outputs, first)
      v128.store(outputs, second, 16)
      outputs += 2 * VECTOR
      nets += 2 * VECTOR
    } while (nets < end)
    return
  }
  do {
    v128.store(outputs, f.forward<T>(v128.load(nets), p))
    outputs += VECTOR
    nets += VECTOR
  } while (nets < end)
}

/**
 * The same in float32 for rows of one unit, a vector each: four rows are gathered in one, where three pad lanes in four would
 * be computed. Whole vectors are stored, since whole ones are read right after. Leaves up to three last rows as they are;
 * gives the bytes that are done. In float64 two rows gain nothing.
 */
// @ts-ignore: decorator
@inline
function mapColumn<F>(nets: usize, outputs: usize, bytes: usize, parameter: f64): usize {
  const f = changetype<F>(0)
  const p = splat<f32>(parameter)
  const done = bytes & ~(4 * VECTOR - 1)
  for (const end = nets + done; nets < end; nets += 4 * VECTOR) {
    const x01 = v128.load32_lane(nets, v128.load32_zero(nets), 1, 16)
    const y = f.forward<f32>(v128.load32_lane(nets, v128.load32_lane(nets, x01, 2, 32), 3, 48), p)
    v128.store(outputs, v128.shuffle<i32>(y, y, 0, 0, 0, 0))
    v128.store(outputs, v128.shuffle<i32>(y, y, 1, 1, 1, 1), 16)
    v128.store(outputs, v128.shuffle<i32>(y, y, 2, 2, 2, 2), 32)
    v128.store(outputs, v128.shuffle<i32>(y, y, 3, 3, 3, 3), 48)
    outputs += 4 * VECTOR
  }
  return done
}

// @ts-ignore: decorator
@inline
function mapBackward<T, F>(deltas: usize, outputs: usize, nets: usize, bytes: usize, parameter: f64): void {
  const f = changetype<F>(0)
  const p = splat<T>(parameter)
  const end = deltas + bytes
  do {
    v128.store(deltas, f.backward<T>(v128.load(deltas), v128.load(outputs), v128.load(nets), p))
    outputs += VECTOR
    nets += VECTOR
    deltas += VECTOR
  } while (deltas < end)
}

/** Block of rows × units, `stride` bytes a row. */
export function activate<T>(
  activation: u32, nets: usize, outputs: usize, rows: usize, units: usize, stride: usize, parameter: f64,
): void {
  const bytes = rows * stride
  switch (activation) {
    case LINEAR: {
      if (outputs != nets) memory.copy(outputs, nets, bytes)
      break
    }
    case SIGMOID: {
      const gathers = !isDefined(LANES) && sizeof<T>() == 4 && units == 1
      const done: usize = gathers ? mapColumn<Sigmoid>(nets, outputs, bytes, parameter) : 0
      if (done < bytes) mapForward<T, Sigmoid>(nets + done, outputs + done, bytes - done, parameter, true)
      break
    }
    case TANH: {
      mapForward<T, Tanh>(nets, outputs, bytes, parameter, true)
      break
    }
    case RELU: {
      mapForward<T, Relu>(nets, outputs, bytes, parameter)
      break
    }
    case SOFTMAX: {
      for (let row: usize = 0; row < rows; row++) softmax<T>(nets + row * stride, outputs + row * stride, units, stride)
      break
    }
    default: activateRare<T>(activation, nets, outputs, bytes, parameter)
  }
}

/** deltas: ∂loss/∂output in, ∂loss/∂net out. */
export function differentiate<T>(
  activation: u32, deltas: usize, outputs: usize, nets: usize, rows: usize, units: usize, stride: usize, parameter: f64,
): void {
  const bytes = rows * stride
  switch (activation) {
    case LINEAR: break
    case SIGMOID: {
      mapBackward<T, Sigmoid>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case TANH: {
      mapBackward<T, Tanh>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case RELU: {
      mapBackward<T, Relu>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case SOFTMAX: {
      for (let row: usize = 0; row < rows; row++) softmaxBackward<T>(deltas + row * stride, outputs + row * stride, units, stride)
      break
    }
    default: differentiateRare<T>(activation, deltas, outputs, nets, bytes, parameter)
  }
}

// The activations of few networks are functions of their own: V8 compiles whole functions, and who trains with sigmoid
// should not wait for gelu.

function activateRare<T>(activation: u32, nets: usize, outputs: usize, bytes: usize, parameter: f64): void {
  switch (activation) {
    case LEAKY_RELU: {
      mapForward<T, LeakyRelu>(nets, outputs, bytes, parameter)
      break
    }
    case ELU: {
      mapForward<T, Elu>(nets, outputs, bytes, parameter)
      break
    }
    case SELU: {
      mapForward<T, Selu>(nets, outputs, bytes, parameter)
      break
    }
    case GELU: {
      mapForward<T, Gelu>(nets, outputs, bytes, parameter)
      break
    }
    case GELU_TANH: {
      mapForward<T, GeluTanh>(nets, outputs, bytes, parameter)
      break
    }
    case SOFTPLUS: {
      mapForward<T, Softplus>(nets, outputs, bytes, parameter)
      break
    }
    case SILU: {
      mapForward<T, Silu>(nets, outputs, bytes, parameter)
      break
    }
    case MISH: {
      mapForward<T, Mish>(nets, outputs, bytes, parameter)
      break
    }
    default: unreachable()
  }
}

function differentiateRare<T>(
  activation: u32, deltas: usize, outputs: usize, nets: usize, bytes: usize, parameter: f64,
): void {
  switch (activation) {
    case LEAKY_RELU: {
      mapBackward<T, LeakyRelu>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case ELU: {
      mapBackward<T, Elu>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case SELU: {
      mapBackward<T, Selu>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case GELU: {
      mapBackward<T, Gelu>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case GELU_TANH: {
      mapBackward<T, GeluTanh>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case SOFTPLUS: {
      mapBackward<T, Softplus>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case SILU: {
      mapBackward<T, Silu>(deltas, outputs, nets, bytes, parameter)
      break
    }
    case MISH: {
      mapBackward<T, Mish>(deltas, outputs, nets, bytes, parameter)
      break
    }
    default: unreachable()
  }
}

/** The largest of a row of `units`, in all lanes */
// @ts-ignore: decorator
@inline
function largestOf<T>(row: usize, units: usize, stride: usize): v128 {
  const last = row + stride - VECTOR
  let largest = v128.bitselect(v128.load(last), v128.splat<T>(<T>-Infinity), lastVectorMask<T>(units))
  for (; row < last; row += VECTOR) largest = v128.pmax<T>(largest, v128.load(row))
  largest = v128.pmax<T>(largest, v128.shuffle<i64>(largest, largest, 1, 0))
  return sizeof<T>() == 4 ? v128.pmax<T>(largest, v128.shuffle<i32>(largest, largest, 1, 0, 3, 2)) : largest
}

/** outputs[j] = e^(net[j] − largest net) / Σ of these, summed in order of j; 0 where that would be subnormal */
function softmax<T>(nets: usize, outputs: usize, units: usize, stride: usize): void {
  // No branch per element: what it depends on is not to be predicted.
  const shift = largestOf<T>(nets, units, stride)
  const end = outputs + units * sizeof<T>(), last = outputs + stride - VECTOR
  let output = outputs
  do {
    v128.store(output, expOrZero<T>(v128.sub<T>(v128.load(nets), shift)))
    nets += VECTOR
    output += VECTOR
  } while (output <= last)
  let sum: T = <T>0
  for (let output = outputs; output < end; output += sizeof<T>()) sum += load<T>(output)
  const divisor = v128.splat<T>(sum), least = leastNormal<T>()
  for (let output = outputs; output <= last; output += VECTOR) {
    v128.store(output, flush<T>(v128.div<T>(v128.load(output), divisor), least))
  }
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
    v128.store(deltas + i, carry<T>(v128.load(outputs + i), v128.sub<T>(v128.load(deltas + i), shift)))
  }
}
