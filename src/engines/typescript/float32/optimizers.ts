// The optimizers: one pass over the flat blocks of parameters, gradients and states. Formulas are PyTorch's.
import { ADAM, SGD } from '../../../../assembly/ids.ts'
import {
  BETA1,
  BETA1_POWER,
  BETA2,
  BETA2_POWER,
  EPSILON,
  GRADIENTS,
  MOMENTUM,
  NESTEROV,
  OPTIMIZER,
  PARAMETER_BYTES,
  PARAMETERS,
  STATE,
} from '../../../../assembly/program.ts'
import type { Memory } from '../memory.ts'
import { round, SHIFT, type Values } from './dtype.ts'

/** One step with the gradients as they lie. */
export function update(memory: Memory<Values>, program: number, rate: number): void {
  const optimizer = memory.words[(program + OPTIMIZER) >>> 2]
  if (optimizer === SGD) sgd(memory, program, rate)
  else if (optimizer === ADAM) adam(memory, program, rate)
  else throw new RangeError(`unknown optimizer ${optimizer}`)
}

/** v = μ · v + g;  w −= rate · v, or rate · (g + μ · v) with Nesterov's look ahead. Without momentum there is no v. */
function sgd({ words, doubles, values }: Memory<Values>, program: number, learningRate: number): void {
  const w = words[(program + PARAMETERS) >>> 2] >>> SHIFT
  const g = words[(program + GRADIENTS) >>> 2] >>> SHIFT
  const v = words[(program + STATE) >>> 2] >>> SHIFT
  const count = words[(program + PARAMETER_BYTES) >>> 2] >>> SHIFT
  const rate = round(learningRate)
  const momentum = round(doubles[(program + MOMENTUM) >>> 3])
  if (doubles[(program + MOMENTUM) >>> 3] === 0) {
    for (let i = 0; i < count; i++) values[w + i] = round(values[w + i] - round(rate * values[g + i]))
    return
  }
  const looksAhead = doubles[(program + NESTEROV) >>> 3] !== 0
  for (let i = 0; i < count; i++) {
    const gradient = values[g + i]
    let velocity = round(round(momentum * values[v + i]) + gradient)
    values[v + i] = velocity
    if (looksAhead) velocity = round(gradient + round(momentum * velocity))
    values[w + i] = round(values[w + i] - round(rate * velocity))
  }
}

/**
 * m = β1 · m + (1 − β1) · g;  v = β2 · v + (1 − β2) · g²;
 * w −= rate / (1 − β1^t) · m / (√v / √(1 − β2^t) + ε)      (Kingma, Ba, "Adam", 2015, with PyTorch's place of ε)
 */
function adam({ words, doubles, values }: Memory<Values>, program: number, learningRate: number): void {
  const beta1 = doubles[(program + BETA1) >>> 3]
  const beta2 = doubles[(program + BETA2) >>> 3]
  const power1 = doubles[(program + BETA1_POWER) >>> 3] * beta1
  const power2 = doubles[(program + BETA2_POWER) >>> 3] * beta2
  doubles[(program + BETA1_POWER) >>> 3] = power1
  doubles[(program + BETA2_POWER) >>> 3] = power2
  const rate = round(learningRate / (1 - power1))
  const correction = round(1 / Math.sqrt(1 - power2))
  const epsilon = round(doubles[(program + EPSILON) >>> 3])
  const keep1 = round(beta1)
  const take1 = round(1 - beta1)
  const keep2 = round(beta2)
  const take2 = round(1 - beta2)

  const count = words[(program + PARAMETER_BYTES) >>> 2] >>> SHIFT
  const w = words[(program + PARAMETERS) >>> 2] >>> SHIFT
  const g = words[(program + GRADIENTS) >>> 2] >>> SHIFT
  const m = words[(program + STATE) >>> 2] >>> SHIFT
  const v = m + count
  for (let i = 0; i < count; i++) {
    const gradient = values[g + i]
    const first = round(round(keep1 * values[m + i]) + round(take1 * gradient))
    const second = round(round(keep2 * values[v + i]) + round(round(take2 * gradient) * gradient))
    values[m + i] = first
    values[v + i] = second
    const divisor = round(round(round(Math.sqrt(second)) * correction) + epsilon)
    values[w + i] = round(values[w + i] - round(round(rate * first) / divisor))
  }
}
