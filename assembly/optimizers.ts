// The optimizers: one pass over the flat blocks of parameters, gradients and states. Formulas are PyTorch's.
// Loops test at their end: only then does V8 compute rates and splats before the loop (Adam: 1.7 times as fast).
import { ADAM, SGD } from './ids'
import { splat, VECTOR } from './kernels/vector'
import {
  BETA1, BETA1_POWER, BETA2, BETA2_POWER, EPSILON, GRADIENTS, MOMENTUM, NESTEROV, OPTIMIZER, PARAMETER_BYTES, PARAMETERS, STATE,
} from './program'

/** One step with the gradients as they lie. */
export function update<T>(program: usize, rate: f64): void {
  switch (load<u32>(program, OPTIMIZER)) {
    case SGD: {
      sgd<T>(program, rate)
      break
    }
    case ADAM: {
      adam<T>(program, rate)
      break
    }
    default: unreachable()
  }
}

/** v = μ · v + g;  w −= rate · v, or rate · (g + μ · v) with Nesterov's look ahead. Without momentum there is no v. */
function sgd<T>(program: usize, learningRate: f64): void {
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  const end = w + load<u32>(program, PARAMETER_BYTES)
  const rate = splat<T>(learningRate)
  if (load<f64>(program, MOMENTUM) == 0) {
    do {
      v128.store(w, v128.sub<T>(v128.load(w), v128.mul<T>(rate, v128.load(g))))
      g += VECTOR
      w += VECTOR
    } while (w < end)
    return
  }
  let v: usize = load<u32>(program, STATE)
  const momentum = splat<T>(load<f64>(program, MOMENTUM))
  const looksAhead = load<f64>(program, NESTEROV) != 0
  do {
    const gradient = v128.load(g)
    let velocity = v128.add<T>(v128.mul<T>(momentum, v128.load(v)), gradient)
    v128.store(v, velocity)
    if (looksAhead) velocity = v128.add<T>(gradient, v128.mul<T>(momentum, velocity))
    v128.store(w, v128.sub<T>(v128.load(w), v128.mul<T>(rate, velocity)))
    g += VECTOR
    v += VECTOR
    w += VECTOR
  } while (w < end)
}

/**
 * m = β1 · m + (1 − β1) · g;  v = β2 · v + (1 − β2) · g²;
 * w −= rate / (1 − β1^t) · m / (√v / √(1 − β2^t) + ε)      (Kingma, Ba, "Adam", 2015, with PyTorch's place of ε)
 */
function adam<T>(program: usize, learningRate: f64): void {
  const beta1 = load<f64>(program, BETA1), beta2 = load<f64>(program, BETA2)
  const power1 = load<f64>(program, BETA1_POWER) * beta1, power2 = load<f64>(program, BETA2_POWER) * beta2
  store<f64>(program, power1, BETA1_POWER)
  store<f64>(program, power2, BETA2_POWER)
  const rate = splat<T>(learningRate / (1 - power1))
  const correction = splat<T>(1 / sqrt(1 - power2))
  const epsilon = splat<T>(load<f64>(program, EPSILON))
  const keep1 = splat<T>(beta1), take1 = splat<T>(1 - beta1), keep2 = splat<T>(beta2), take2 = splat<T>(1 - beta2)

  const bytes: usize = load<u32>(program, PARAMETER_BYTES)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let m: usize = load<u32>(program, STATE)
  const end = w + bytes
  do {
    const gradient = v128.load(g)
    const first = v128.add<T>(v128.mul<T>(keep1, v128.load(m)), v128.mul<T>(take1, gradient))
    v128.store(m, first)
    const v = m + bytes
    const second = v128.add<T>(v128.mul<T>(keep2, v128.load(v)), v128.mul<T>(v128.mul<T>(take2, gradient), gradient))
    v128.store(v, second)
    const divisor = v128.add<T>(v128.mul<T>(v128.sqrt<T>(second), correction), epsilon)
    v128.store(w, v128.sub<T>(v128.load(w), v128.div<T>(v128.mul<T>(rate, first), divisor)))
    g += VECTOR
    m += VECTOR
    w += VECTOR
  } while (w < end)
}
