// The optimizers: one pass over the flat blocks of parameters, gradients and states. Formulas are PyTorch's; those of
// assembly/optimizers.ts, which names their sources.
import { ADADELTA, ADAGRAD, ADAM, ADAMAX, NADAM, RMSPROP, RPROP, SGD } from '../../../../assembly/ids.ts'
import * as P from '../../../../assembly/program.ts'
import { log } from '../../../numerics/logarithms.ts'
import { exp } from '../float64/exponential.ts'
import type { Memory } from '../memory.ts'
import { flush, LEAST_NORMAL, LEAST_SQUARE, LEAST_VALUE, round, SHIFT, type Values } from './dtype.ts'

/**
 * Where an optimizer's numbers lie: element indices into `v` of blocks of `count` elements, and its fields of the program. States
 * follow each other from `state` on.
 */
interface Blocks {
  readonly v: Values
  readonly count: number
  readonly w: number
  readonly g: number
  readonly state: number
  readonly doubles: Float64Array
  readonly program: number
}

/** A field of the program */
function get({ doubles, program }: Blocks, field: number): number {
  return doubles[(program + field) >>> 3]
}

function set({ doubles, program }: Blocks, field: number, value: number): void {
  doubles[(program + field) >>> 3] = value
}

/** One step with the gradients as they lie. */
export function update({ words, doubles, values }: Memory<Values>, program: number, rate: number): void {
  const blocks: Blocks = {
    v: values,
    count: words[(program + P.PARAMETER_BYTES) >>> 2] >>> SHIFT,
    w: words[(program + P.PARAMETERS) >>> 2] >>> SHIFT,
    g: words[(program + P.GRADIENTS) >>> 2] >>> SHIFT,
    state: words[(program + P.STATE) >>> 2] >>> SHIFT,
    doubles,
    program,
  }
  const optimizer = words[(program + P.OPTIMIZER) >>> 2]
  const step = steps[optimizer]
  if (step === undefined) throw new RangeError(`unknown optimizer ${optimizer}`)
  step(blocks, rate)
}

const steps: Record<number, (blocks: Blocks, rate: number) => void> = {
  [SGD]: sgd,
  [ADAM]: adam,
  [RMSPROP]: rmsprop,
  [ADAGRAD]: adagrad,
  [ADADELTA]: adadelta,
  [ADAMAX]: adamax,
  [NADAM]: nadam,
  [RPROP]: rprop,
}

/** v = μ · v + g;  w −= rate · v, or rate · (g + μ · v) with Nesterov's look ahead. Without momentum there is no v. */
function sgd(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state } = blocks
  const rate = round(learningRate)
  const momentum = round(get(blocks, P.MOMENTUM))
  if (get(blocks, P.MOMENTUM) === 0) {
    for (let i = 0; i < count; i++) v[w + i] = round(v[w + i] - round(rate * v[g + i]))
    return
  }
  const looksAhead = get(blocks, P.NESTEROV) !== 0
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    let velocity = flush(round(round(momentum * v[state + i]) + gradient), LEAST_VALUE)
    v[state + i] = velocity
    if (looksAhead) velocity = round(gradient + round(momentum * velocity))
    v[w + i] = round(v[w + i] - round(rate * velocity))
  }
}

/** keep · mean + take · x, 0 below the least value */
function average(mean: number, keep: number, take: number, x: number): number {
  return flush(round(round(keep * mean) + round(take * x)), LEAST_VALUE)
}

/** keep · mean + (take · g) · g, 0 below the least square. What adds less than the smallest normal number adds nothing. */
function averageSquare(mean: number, keep: number, take: number, g: number, leastG: number): number {
  const x = flush(g, leastG)
  return flush(round(round(keep * mean) + round(round(take * x) * x)), LEAST_SQUARE)
}

/** From which x on take · x² is a normal number */
function leastRoot(take: number): number {
  return round(Math.sqrt(LEAST_NORMAL / take))
}

/** Multiplies a running power by its base, and gives it; subnormal powers are 0. */
function raise(blocks: Blocks, power: number, base: number): number {
  const product = get(blocks, power) * base
  const raised = product < 2.2250738585072014e-308 ? 0 : product
  set(blocks, power, raised)
  return raised
}

/** m = β1 · m + (1 − β1) · g;  v = β2 · v + (1 − β2) · g²;  w −= rate / (1 − β1^t) · m / (√v / √(1 − β2^t) + ε) */
function adam(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state: m } = blocks
  const beta1 = get(blocks, P.BETA1)
  const beta2 = get(blocks, P.BETA2)
  const rate = round(learningRate / (1 - raise(blocks, P.BETA1_POWER, beta1)))
  const correction = round(1 / Math.sqrt(1 - raise(blocks, P.BETA2_POWER, beta2)))
  const epsilon = round(get(blocks, P.EPSILON))
  const keep1 = round(beta1)
  const take1 = round(1 - beta1)
  const keep2 = round(beta2)
  const take2 = round(1 - beta2)
  const least = leastRoot(1 - beta2)
  const keepsLargest = get(blocks, P.AMSGRAD) !== 0
  const squares = m + count
  const largest = squares + count
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    const first = average(v[m + i], keep1, take1, gradient)
    let second = averageSquare(v[squares + i], keep2, take2, gradient, least)
    v[m + i] = first
    v[squares + i] = second
    if (keepsLargest) {
      if (second < v[largest + i]) second = v[largest + i]
      v[largest + i] = second
    }
    const divisor = round(round(round(Math.sqrt(second)) * correction) + epsilon)
    v[w + i] = round(v[w + i] - round(round(rate * first) / divisor))
  }
}

/** v = ρ · v + (1 − ρ) · g²;  step = g / (√v + ε), centered g / (√(v − a²) + ε);  w −= rate · (step or its momentum) */
function rmsprop(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state } = blocks
  const momentum = get(blocks, P.RMSPROP_MOMENTUM)
  const rate = round(learningRate)
  const epsilon = round(get(blocks, P.EPSILON))
  const keep = round(get(blocks, P.RHO))
  const take = round(1 - get(blocks, P.RHO))
  const mu = round(momentum)
  const least = leastRoot(1 - get(blocks, P.RHO))
  const leastMean = leastRoot(1)
  const centers = get(blocks, P.CENTERED) !== 0
  const means = state + count
  const buffer = centers ? means + count : means
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    let spread = averageSquare(v[state + i], keep, take, gradient, least)
    v[state + i] = spread
    if (centers) {
      const mean = average(v[means + i], keep, take, gradient)
      v[means + i] = mean
      const center = flush(mean, leastMean)
      spread = round(spread - round(center * center))
      if (spread < 0) spread = 0
    }
    let step = round(gradient / round(round(Math.sqrt(spread)) + epsilon))
    if (momentum !== 0) {
      step = flush(round(round(mu * v[buffer + i]) + step), LEAST_VALUE)
      v[buffer + i] = step
    }
    v[w + i] = round(v[w + i] - round(rate * step))
  }
}

/** s += g²;  w −= rate · g / (√s + ε) */
function adagrad(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state } = blocks
  const rate = round(learningRate)
  const epsilon = round(get(blocks, P.EPSILON))
  const least = leastRoot(1)
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    const root = flush(gradient, least)
    const sum = round(v[state + i] + round(root * root))
    v[state + i] = sum
    v[w + i] = round(v[w + i] - round(round(rate * gradient) / round(round(Math.sqrt(sum)) + epsilon)))
  }
}

/** s = ρ · s + (1 − ρ) · g²;  d = √(a + ε) / √(s + ε) · g;  a = ρ · a + (1 − ρ) · d²;  w −= rate · d */
function adadelta(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state } = blocks
  const rate = round(learningRate)
  const epsilon = round(get(blocks, P.EPSILON))
  const keep = round(get(blocks, P.RHO))
  const take = round(1 - get(blocks, P.RHO))
  const least = leastRoot(1 - get(blocks, P.RHO))
  const moves = state + count
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    const square = averageSquare(v[state + i], keep, take, gradient, least)
    v[state + i] = square
    const above = round(Math.sqrt(round(v[moves + i] + epsilon)))
    const step = round(round(above / round(Math.sqrt(round(square + epsilon)))) * gradient)
    v[moves + i] = averageSquare(v[moves + i], keep, take, step, least)
    v[w + i] = round(v[w + i] - round(rate * step))
  }
}

/** m as in Adam;  u = max(β2 · u, |g| + ε);  w −= rate / (1 − β1^t) · m / u */
function adamax(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state: m } = blocks
  const beta1 = get(blocks, P.BETA1)
  const rate = round(learningRate / (1 - raise(blocks, P.BETA1_POWER, beta1)))
  const epsilon = round(get(blocks, P.EPSILON))
  const keep1 = round(beta1)
  const take1 = round(1 - beta1)
  const keep2 = round(get(blocks, P.BETA2))
  const norms = m + count
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    const first = average(v[m + i], keep1, take1, gradient)
    v[m + i] = first
    const decayed = round(keep2 * v[norms + i])
    const magnitude = round(Math.abs(gradient) + epsilon)
    const largest = magnitude < decayed ? decayed : magnitude
    v[norms + i] = largest
    v[w + i] = round(v[w + i] - round(round(rate * first) / largest))
  }
}

/** Adam with Nesterov's look ahead: μ(t) = β1 · (1 − ½ · 0.96^(ψ · t)), Π the product of all μ so far */
function nadam(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state: m } = blocks
  const beta1 = get(blocks, P.BETA1)
  const beta2 = get(blocks, P.BETA2)
  const base = exp(get(blocks, P.MOMENTUM_DECAY) * log(0.96))
  const power = raise(blocks, P.MOMENTUM_DECAY_POWER, base)
  const momentum = beta1 * (1 - 0.5 * power)
  const next = beta1 * (1 - 0.5 * (power * base))
  const product = raise(blocks, P.MOMENTUM_PRODUCT, momentum)
  const gradientRate = round((learningRate * (1 - momentum)) / (1 - product))
  const momentRate = round((learningRate * next) / (1 - product * next))
  const correction = round(1 / Math.sqrt(1 - raise(blocks, P.BETA2_POWER, beta2)))
  const epsilon = round(get(blocks, P.EPSILON))
  const keep1 = round(beta1)
  const take1 = round(1 - beta1)
  const keep2 = round(beta2)
  const take2 = round(1 - beta2)
  const least = leastRoot(1 - beta2)
  const squares = m + count
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    const first = average(v[m + i], keep1, take1, gradient)
    const second = averageSquare(v[squares + i], keep2, take2, gradient, least)
    v[m + i] = first
    v[squares + i] = second
    const divisor = round(round(round(Math.sqrt(second)) * correction) + epsilon)
    const step = round(round(gradientRate * gradient) + round(momentRate * first))
    v[w + i] = round(v[w + i] - round(step / divisor))
  }
}

/** A step per parameter: η+ times as long where the gradient kept its sign, η− times, and left out once, where not */
function rprop(blocks: Blocks, learningRate: number): void {
  const { v, count, w, g, state: previous } = blocks
  const lengths = previous + count
  const start = round(learningRate)
  const hasSteps = get(blocks, P.HAS_STEPS) !== 0
  set(blocks, P.HAS_STEPS, 1)
  const longer = round(get(blocks, P.ETA_PLUS))
  const shorter = round(get(blocks, P.ETA_MINUS))
  const most = round(get(blocks, P.MAX_STEP))
  const least = round(get(blocks, P.MIN_STEP))
  for (let i = 0; i < count; i++) {
    const gradient = v[g + i]
    const agreement = Math.sign(gradient) * Math.sign(v[previous + i])
    const factor = agreement > 0 ? longer : agreement < 0 ? shorter : 1
    const length = round((hasSteps ? v[lengths + i] : start) * factor)
    const below = most < length ? most : length
    const step = below < least ? least : below
    v[lengths + i] = step
    const used = agreement < 0 ? 0 : gradient
    v[previous + i] = used
    const move = used > 0 ? step : used < 0 ? -step : 0
    v[w + i] = round(v[w + i] - move)
  }
}
