// The optimizers: one pass over the flat blocks of parameters, gradients and states. Formulas are PyTorch's.
// Loops test at their end: only then does V8 compute rates and splats before the loop (Adam: 1.7 times as fast).
import { ADADELTA, ADAGRAD, ADAM, ADAMAX, NADAM, RMSPROP, RPROP, SGD } from './ids'
import { exp, log } from './kernels/exponential'
import { flush, leastNormal, leastSquare, leastValue, splat, VECTOR } from './kernels/vector'
import {
  AMSGRAD, BETA1, BETA1_POWER, BETA2, BETA2_POWER, CENTERED, EPSILON, ETA_MINUS, ETA_PLUS, GRADIENTS, HAS_STEPS, MAX_STEP,
  MIN_STEP, MOMENTUM, MOMENTUM_DECAY, MOMENTUM_DECAY_POWER, MOMENTUM_PRODUCT, NESTEROV, OPTIMIZER, PARAMETER_BYTES, PARAMETERS,
  RHO, RMSPROP_MOMENTUM, STATE, UPDATE_BYTES,
} from './program'
import { dividedRate, rateAt, spreadRate } from './rates'

/** One step with the gradients as they lie. */
export function update<T>(program: usize, rate: f64): void {
  if (load<u32>(program, OPTIMIZER) == SGD) sgd<T>(program, rate)
  else adaptiveUpdate<T>(program, rate)
}

/** All others; a function of its own, since V8 compiles whole functions and most of this is not used. */
function adaptiveUpdate<T>(program: usize, rate: f64): void {
  switch (load<u32>(program, OPTIMIZER)) {
    case ADAM: {
      adam<T>(program, rate)
      break
    }
    case RMSPROP: {
      rmsprop<T>(program, rate)
      break
    }
    case ADAGRAD: {
      adagrad<T>(program, rate)
      break
    }
    case ADADELTA: {
      adadelta<T>(program, rate)
      break
    }
    case ADAMAX: {
      adamax<T>(program, rate)
      break
    }
    case NADAM: {
      nadam<T>(program, rate)
      break
    }
    case RPROP: {
      rprop<T>(program, rate)
      break
    }
    default: unreachable()
  }
}

/** Of the `bytes` of each block, those that are updated: all, but in the pieces of an update that threads share */
function coveredBytes(program: usize): usize {
  const covered = load<u32>(program, UPDATE_BYTES)
  return covered ? covered : load<u32>(program, PARAMETER_BYTES)
}

/** v = μ · v + g;  w −= rate · v, or rate · (g + μ · v) with Nesterov's look ahead. Without momentum there is no v. */
function sgd<T>(program: usize, learningRate: f64): void {
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : load<u32>(program, PARAMETER_BYTES))
  const rate = spreadRate<T>(learningRate)
  if (load<f64>(program, MOMENTUM) == 0) {
    do {
      v128.store(w, v128.sub<T>(v128.load(w), v128.mul<T>(rateAt(rate, w), v128.load(g))))
      g += VECTOR
      w += VECTOR
    } while (w < end)
    return
  }
  let v: usize = load<u32>(program, STATE)
  const momentum = splat<T>(load<f64>(program, MOMENTUM))
  const looksAhead = load<f64>(program, NESTEROV) != 0
  const least = leastValue<T>()
  do {
    const gradient = v128.load(g)
    let velocity = flush<T>(v128.add<T>(v128.mul<T>(momentum, v128.load(v)), gradient), least)
    v128.store(v, velocity)
    if (looksAhead) velocity = v128.add<T>(gradient, v128.mul<T>(momentum, velocity))
    v128.store(w, v128.sub<T>(v128.load(w), v128.mul<T>(rateAt(rate, w), velocity)))
    g += VECTOR
    v += VECTOR
    w += VECTOR
  } while (w < end)
}

/** state = keep · state + take · x, 0 below `least` */
// @ts-ignore: decorator
@inline
function average<T>(state: usize, keep: v128, take: v128, x: v128, least: v128): v128 {
  const mean = flush<T>(v128.add<T>(v128.mul<T>(keep, v128.load(state)), v128.mul<T>(take, x)), least)
  v128.store(state, mean)
  return mean
}

/**
 * The same for g², as keep · state + (take · g) · g. `leastRoot`: what adds less than the smallest normal number adds nothing.
 */
// @ts-ignore: decorator
@inline
function averageSquare<T>(state: usize, keep: v128, take: v128, g: v128, least: v128, leastRoot: v128): v128 {
  const x = flush<T>(g, leastRoot)
  const mean = v128.add<T>(v128.mul<T>(keep, v128.load(state)), v128.mul<T>(v128.mul<T>(take, x), x))
  const kept = v128.andnot(mean, v128.lt<T>(mean, least))
  v128.store(state, kept)
  return kept
}

/** From which x on take · x² is a normal number */
// @ts-ignore: decorator
@inline
function leastRoot<T>(take: f64): v128 {
  return splat<T>(sqrt((sizeof<T>() == 4 ? 1.1754943508222875e-38 : 2.2250738585072014e-308) / take))
}

/** Multiplies a running power by its base, and gives it; subnormal powers are 0. */
// @ts-ignore: decorator
@inline
function raise(program: usize, power: usize, base: f64): f64 {
  let raised = load<f64>(program + power) * base
  if (raised < 2.2250738585072014e-308) raised = 0
  store<f64>(program + power, raised)
  return raised
}

/**
 * m = β1 · m + (1 − β1) · g;  v = β2 · v + (1 − β2) · g²;
 * w −= rate / (1 − β1^t) · m / (√v / √(1 − β2^t) + ε)      (Kingma, Ba, "Adam", 2015, with PyTorch's place of ε)
 * AMSGrad divides by the largest v so far (Reddi, Kale, Kumar, 2018).
 */
function adam<T>(program: usize, learningRate: f64): void {
  const beta1 = load<f64>(program, BETA1), beta2 = load<f64>(program, BETA2)
  const rate = dividedRate<T>(learningRate, 1, 1 - raise(program, BETA1_POWER, beta1))
  const correction = splat<T>(1 / sqrt(1 - raise(program, BETA2_POWER, beta2)))
  const epsilon = splat<T>(load<f64>(program, EPSILON))
  const keep1 = splat<T>(beta1), take1 = splat<T>(1 - beta1), keep2 = splat<T>(beta2), take2 = splat<T>(1 - beta2)
  const least = leastValue<T>(), least2 = leastSquare<T>(), least2Root = leastRoot<T>(1 - beta2)
  const keepsLargest = load<f64>(program, AMSGRAD) != 0

  const bytes: usize = load<u32>(program, PARAMETER_BYTES)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let m: usize = load<u32>(program, STATE)
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : bytes)
  do {
    const gradient = v128.load(g)
    const first = average<T>(m, keep1, take1, gradient, least)
    let second = averageSquare<T>(m + bytes, keep2, take2, gradient, least2, least2Root)
    if (keepsLargest) {
      second = v128.pmax<T>(second, v128.load(m + 2 * bytes))
      v128.store(m + 2 * bytes, second)
    }
    const divisor = v128.add<T>(v128.mul<T>(v128.sqrt<T>(second), correction), epsilon)
    v128.store(w, v128.sub<T>(v128.load(w), v128.div<T>(v128.mul<T>(rateAt(rate, w), first), divisor)))
    g += VECTOR
    m += VECTOR
    w += VECTOR
  } while (w < end)
}

/**
 * v = ρ · v + (1 − ρ) · g²;  step = g / (√v + ε), with `centered` g / (√(v − a²) + ε) for a the mean of g;
 * w −= rate · step, or rate · b with b = μ · b + step      (Tieleman, Hinton, 2012; Graves, 2013)
 */
function rmsprop<T>(program: usize, learningRate: f64): void {
  const rho = load<f64>(program, RHO), momentum = load<f64>(program, RMSPROP_MOMENTUM)
  const rate = spreadRate<T>(learningRate), epsilon = splat<T>(load<f64>(program, EPSILON))
  const keep = splat<T>(rho), take = splat<T>(1 - rho), mu = splat<T>(momentum)
  const least = leastValue<T>(), least2 = leastSquare<T>(), least2Root = leastRoot<T>(1 - rho), leastMean = leastRoot<T>(1)
  const centers = load<f64>(program, CENTERED) != 0
  const bytes: usize = load<u32>(program, PARAMETER_BYTES)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let v: usize = load<u32>(program, STATE)
  const buffer: usize = centers ? 2 * bytes : bytes
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : bytes)
  do {
    const gradient = v128.load(g)
    let spread = averageSquare<T>(v, keep, take, gradient, least2, least2Root)
    if (centers) {
      const mean = flush<T>(average<T>(v + bytes, keep, take, gradient, least), leastMean)
      spread = v128.pmax<T>(v128.sub<T>(spread, v128.mul<T>(mean, mean)), v128.splat<T>(<T>0)) // rounding may go below 0
    }
    let step = v128.div<T>(gradient, v128.add<T>(v128.sqrt<T>(spread), epsilon))
    if (momentum != 0) {
      step = flush<T>(v128.add<T>(v128.mul<T>(mu, v128.load(v + buffer)), step), least)
      v128.store(v + buffer, step)
    }
    v128.store(w, v128.sub<T>(v128.load(w), v128.mul<T>(rateAt(rate, w), step)))
    g += VECTOR
    v += VECTOR
    w += VECTOR
  } while (w < end)
}

/** s += g²;  w −= rate · g / (√s + ε)      (Duchi, Hazan, Singer, 2011) */
function adagrad<T>(program: usize, learningRate: f64): void {
  const rate = spreadRate<T>(learningRate), epsilon = splat<T>(load<f64>(program, EPSILON)), least = leastRoot<T>(1)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let s: usize = load<u32>(program, STATE)
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : load<u32>(program, PARAMETER_BYTES))
  do {
    const gradient = v128.load(g)
    const root = flush<T>(gradient, least)
    const sum = v128.add<T>(v128.load(s), v128.mul<T>(root, root))
    v128.store(s, sum)
    const step = v128.div<T>(v128.mul<T>(rateAt(rate, w), gradient), v128.add<T>(v128.sqrt<T>(sum), epsilon))
    v128.store(w, v128.sub<T>(v128.load(w), step))
    g += VECTOR
    s += VECTOR
    w += VECTOR
  } while (w < end)
}

/** s = ρ · s + (1 − ρ) · g²;  d = √(a + ε) / √(s + ε) · g;  a = ρ · a + (1 − ρ) · d²;  w −= rate · d      (Zeiler, 2012) */
function adadelta<T>(program: usize, learningRate: f64): void {
  const rho = load<f64>(program, RHO)
  const least = leastSquare<T>(), root = leastRoot<T>(1 - rho)
  const rate = spreadRate<T>(learningRate), epsilon = splat<T>(load<f64>(program, EPSILON))
  const keep = splat<T>(rho), take = splat<T>(1 - rho)
  const bytes: usize = load<u32>(program, PARAMETER_BYTES)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let s: usize = load<u32>(program, STATE)
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : bytes)
  do {
    const gradient = v128.load(g)
    const square = averageSquare<T>(s, keep, take, gradient, least, root)
    const above = v128.sqrt<T>(v128.add<T>(v128.load(s + bytes), epsilon))
    const step = v128.mul<T>(v128.div<T>(above, v128.sqrt<T>(v128.add<T>(square, epsilon))), gradient)
    averageSquare<T>(s + bytes, keep, take, step, least, root)
    v128.store(w, v128.sub<T>(v128.load(w), v128.mul<T>(rateAt(rate, w), step)))
    g += VECTOR
    s += VECTOR
    w += VECTOR
  } while (w < end)
}

/** m as in Adam;  u = max(β2 · u, |g| + ε);  w −= rate / (1 − β1^t) · m / u      (Kingma, Ba, 2015) */
function adamax<T>(program: usize, learningRate: f64): void {
  const beta1 = load<f64>(program, BETA1)
  const rate = dividedRate<T>(learningRate, 1, 1 - raise(program, BETA1_POWER, beta1))
  const epsilon = splat<T>(load<f64>(program, EPSILON))
  const keep1 = splat<T>(beta1), take1 = splat<T>(1 - beta1), keep2 = splat<T>(load<f64>(program, BETA2))
  const least = leastValue<T>()
  const bytes: usize = load<u32>(program, PARAMETER_BYTES)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let m: usize = load<u32>(program, STATE)
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : bytes)
  do {
    const gradient = v128.load(g)
    const first = average<T>(m, keep1, take1, gradient, least)
    const decayed = v128.mul<T>(keep2, v128.load(m + bytes))
    const largest = v128.pmax<T>(v128.add<T>(v128.abs<T>(gradient), epsilon), decayed)
    v128.store(m + bytes, largest)
    v128.store(w, v128.sub<T>(v128.load(w), v128.div<T>(v128.mul<T>(rateAt(rate, w), first), largest)))
    g += VECTOR
    m += VECTOR
    w += VECTOR
  } while (w < end)
}

/**
 * m, v as in Adam;  μ(t) = β1 · (1 − ½ · 0.96^(ψ · t)), Π the product of all μ so far;
 * w −= (rate · (1 − μ(t)) / (1 − Π) · g + rate · μ(t + 1) / (1 − Π · μ(t + 1)) · m) / (√(v / (1 − β2^t)) + ε)   (Dozat, 2016)
 */
function nadam<T>(program: usize, learningRate: f64): void {
  const beta1 = load<f64>(program, BETA1), beta2 = load<f64>(program, BETA2)
  const base = f64x2.extract_lane(exp<f64>(f64x2.mul(f64x2.splat(load<f64>(program, MOMENTUM_DECAY)), log(f64x2.splat(0.96)))), 0)
  const power = raise(program, MOMENTUM_DECAY_POWER, base)
  const momentum = beta1 * (1 - 0.5 * power), next = beta1 * (1 - 0.5 * (power * base))
  const product = raise(program, MOMENTUM_PRODUCT, momentum)
  const gradientRate = dividedRate<T>(learningRate, 1 - momentum, 1 - product)
  const momentRate = dividedRate<T>(learningRate, next, 1 - product * next, 1)
  const correction = splat<T>(1 / sqrt(1 - raise(program, BETA2_POWER, beta2)))
  const epsilon = splat<T>(load<f64>(program, EPSILON))
  const keep1 = splat<T>(beta1), take1 = splat<T>(1 - beta1), keep2 = splat<T>(beta2), take2 = splat<T>(1 - beta2)
  const least = leastValue<T>(), least2 = leastSquare<T>(), least2Root = leastRoot<T>(1 - beta2)
  const bytes: usize = load<u32>(program, PARAMETER_BYTES)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let m: usize = load<u32>(program, STATE)
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : bytes)
  do {
    const gradient = v128.load(g)
    const first = average<T>(m, keep1, take1, gradient, least)
    const second = averageSquare<T>(m + bytes, keep2, take2, gradient, least2, least2Root)
    const divisor = v128.add<T>(v128.mul<T>(v128.sqrt<T>(second), correction), epsilon)
    const step = v128.add<T>(v128.mul<T>(rateAt(gradientRate, w), gradient), v128.mul<T>(rateAt(momentRate, w, 1), first))
    v128.store(w, v128.sub<T>(v128.load(w), v128.div<T>(step, divisor)))
    g += VECTOR
    m += VECTOR
    w += VECTOR
  } while (w < end)
}

/**
 * Every parameter has a step of its own: η+ times as long where the gradient kept its sign, η− times, and left out once,
 * where it changed. All start with the learning rate.      (Riedmiller, Braun, 1993, as PyTorch has it)
 */
function rprop<T>(program: usize, learningRate: f64): void {
  const bytes: usize = load<u32>(program, PARAMETER_BYTES)
  let w: usize = load<u32>(program, PARAMETERS)
  let g: usize = load<u32>(program, GRADIENTS)
  let previous: usize = load<u32>(program, STATE)
  const start = spreadRate<T>(learningRate)
  const hasSteps = load<f64>(program, HAS_STEPS) != 0
  store<f64>(program, 1, HAS_STEPS)
  const longer = splat<T>(load<f64>(program, ETA_PLUS)), shorter = splat<T>(load<f64>(program, ETA_MINUS))
  const most = splat<T>(load<f64>(program, MAX_STEP)), least = splat<T>(load<f64>(program, MIN_STEP))
  const zero = v128.splat<T>(<T>0), one = v128.splat<T>(<T>1)
  const end = w + (ASC_FEATURE_THREADS ? coveredBytes(program) : bytes)
  do {
    const gradient = v128.load(g), before = v128.load(previous)
    // Signs are compared, not multiplied: a product of two small gradients would round to 0.
    const up = v128.gt<T>(gradient, zero), down = v128.lt<T>(gradient, zero)
    const wasUp = v128.gt<T>(before, zero), wasDown = v128.lt<T>(before, zero)
    const kept = v128.or(v128.and(up, wasUp), v128.and(down, wasDown))
    const turned = v128.or(v128.and(up, wasDown), v128.and(down, wasUp))
    const factor = v128.bitselect(longer, v128.bitselect(shorter, one, turned), kept)
    const length = v128.mul<T>(hasSteps ? v128.load(previous + bytes) : rateAt(start, w), factor)
    const step = v128.pmax<T>(v128.pmin<T>(length, most), least)
    v128.store(previous + bytes, step)
    const used = v128.andnot(gradient, turned)
    v128.store(previous, used)
    const move = v128.or(
      v128.and(v128.gt<T>(used, zero), step),
      v128.and(v128.lt<T>(used, zero), v128.neg<T>(step)),
    )
    v128.store(w, v128.sub<T>(v128.load(w), move))
    g += VECTOR
    previous += VECTOR
    w += VECTOR
  } while (w < end)
}
