// Learning rates over time: by name, by function, or reduced on plateaus. Rates are float64; no Math.cos and no power
// operator, whose results differ between JavaScript engines.

import { checkName, checkNumber, checkOptions, isOptionObject, refuse } from '../options/check.ts'
import { type AnyOption, bare, type Where } from '../options/option.ts'

const units = ['step', 'epoch'] as const
type Unit = (typeof units)[number]

interface Counted {
  /** The rate that the schedule starts from, above 0. Default: the optimizer's */
  initial?: number
  /** What is counted as k, from 0 over the network's life. Default `'epoch'` */
  unit?: Unit
}

/** A learning rate by name, in step or epoch k */
export type Schedule =
  | StepSchedule
  | ExponentialSchedule
  | CosineSchedule
  | LinearWarmupSchedule
  | WarmupCosineSchedule
  | PlateauSchedule

/** initial · gamma^⌊k / stepSize⌋ */
export interface StepSchedule extends Counted {
  name: 'step'
  /** After how many steps or epochs the rate falls: an integer of at least 1 */
  stepSize: number
  /** What the rate is multiplied by then: above 0. Default 0.1 */
  gamma?: number
}

/** initial · gamma^k */
export interface ExponentialSchedule extends Counted {
  name: 'exponential'
  /** What the rate is multiplied by at each step or epoch: above 0 */
  gamma: number
}

/** From initial to minimum along half a cosine over total, then minimum. Loshchilov and Hutter 2017 */
export interface CosineSchedule extends Counted {
  name: 'cosine'
  /** Steps or epochs until the minimum: an integer of at least 1 */
  total: number
  /** The last rate, at least 0. Default 0 */
  minimum?: number
}

/** initial · min(1, (k + 1) / warmup) */
export interface LinearWarmupSchedule extends Counted {
  name: 'linearWarmup'
  /** Steps or epochs until initial is reached: an integer of at least 1 */
  warmup: number
}

/** linearWarmup, then cosine */
export interface WarmupCosineSchedule extends Counted {
  name: 'warmupCosine'
  /** Steps or epochs until initial is reached: an integer of at least 1 */
  warmup: number
  /** Steps or epochs until the minimum, those of the warm-up among them: an integer of at least 1 */
  total: number
  /** The last rate, at least 0. Default 0 */
  minimum?: number
}

/** Falls where the loss (that of the validation, if there is one) no longer does. Counts epochs */
export interface PlateauSchedule {
  name: 'reduceOnPlateau'
  /** The rate that the schedule starts from, above 0. Default: the optimizer's */
  initial?: number
  /** What the rate is multiplied by on a plateau: between 0 and 1. Default 0.1 */
  factor?: number
  /** A plateau is more than so many epochs in a row without gain: an integer of at least 0. Default 10 */
  patience?: number
  /** A loss counts as a gain if it is below the best one by more than this: at least 0. Default 0 */
  minDelta?: number
  /** The least rate, at least 0. Default 0 */
  minimum?: number
}

/** A number, a schedule, or the rate of a step, both counted from 0 over the network's life */
export type LearningRate = number | Schedule | ((step: number, epoch: number) => number)

type Numbers = Readonly<Record<string, number>>

/** A checked learning rate */
export type ResolvedRate =
  | { readonly name: 'constant'; readonly initial: number }
  | { readonly name: 'function'; readonly initial: number; readonly rateOf: (step: number, epoch: number) => number }
  | {
      readonly name: Schedule['name']
      readonly initial: number
      readonly unit: Unit
      readonly numbers: Numbers
    }

/** What a schedule remembers: the rate given from outside, and the course of `reduceOnPlateau` */
export interface RateState {
  /** Set by `setLearningRate` or a plateau: replaces the schedule */
  rate: number | undefined
  best: number
  epochsWithoutGain: number
}

const positive = { kind: 'number', above: 0 } as const
const whole = { kind: 'number', min: 1, isInteger: true, isRequired: true } as const
const minimum = { kind: 'number', default: 0, min: 0 } as const

const common = { name: { check: (value: unknown) => value }, initial: positive } as const
const counted = { ...common, unit: { kind: 'name', names: units, default: 'epoch' } } as const

const schedules = bare({
  step: { ...counted, stepSize: whole, gamma: { ...positive, default: 0.1 } },
  exponential: { ...counted, gamma: { ...positive, isRequired: true } },
  cosine: { ...counted, total: whole, minimum },
  linearWarmup: { ...counted, warmup: whole },
  warmupCosine: { ...counted, warmup: whole, total: whole, minimum },
  reduceOnPlateau: {
    ...common,
    factor: { kind: 'number', default: 0.1, above: 0, below: 1 },
    patience: { kind: 'number', default: 10, min: 0, isInteger: true },
    minDelta: { kind: 'number', default: 0, min: 0 },
    minimum,
  },
} as const satisfies Record<Schedule['name'], Record<string, AnyOption>>)

/** Checks a learning rate. `usual` is the optimizer's default. */
export function resolveRate(value: unknown, usual: number, where: Where): ResolvedRate {
  if (typeof value === 'number') return { name: 'constant', initial: checkNumber(value, where, positive) }
  if (typeof value === 'function') {
    return { name: 'function', initial: usual, rateOf: value as (step: number, epoch: number) => number }
  }
  if (isOptionObject(value)) return resolveSchedule(value, usual, where)
  return refuse(
    where,
    'a finite number above 0, a schedule such as { name: "cosine", total: 100 } or a function',
    value,
  )
}

function resolveSchedule(value: Record<string, unknown>, usual: number, where: Where): ResolvedRate {
  const chosen = Object.hasOwn(value, 'name') ? value.name : undefined
  const name = checkName(chosen, where.at('name'), Object.keys(schedules) as Schedule['name'][])
  const given = checkOptions(value, where, schedules[name] as typeof schedules.step)
  const { name: _name, initial = usual, unit = 'epoch', ...numbers } = given
  const { warmup, total } = numbers as Numbers
  if (name === 'warmupCosine' && total <= warmup) {
    refuse(where.at('total'), `a number above warmup, which is ${warmup} (total has the warm-up in it)`, total)
  }
  return { name, initial, unit, numbers }
}

/** Whether every step has the same rate, until something outside the schedule changes it */
export function isConstant({ name }: ResolvedRate, state: Pick<RateState, 'rate'>): boolean {
  return state.rate !== undefined || name === 'constant' || name === 'reduceOnPlateau'
}

/** The rate of a step. Throws INVALID_CONFIG where a function gives no number of at least 0. */
export function rateAt(rate: ResolvedRate, state: RateState, step: number, epoch: number): number {
  if (state.rate !== undefined) return state.rate
  const { initial } = rate
  if (rate.name === 'constant') return initial
  if (rate.name === 'function') return checkRate(rate.rateOf(step, epoch), step)
  const k = rate.unit === 'step' ? step : epoch
  const { gamma, stepSize, total, minimum, warmup } = rate.numbers
  switch (rate.name) {
    case 'step':
      return initial * power(gamma, Math.floor(k / stepSize))
    case 'exponential':
      return initial * power(gamma, k)
    case 'cosine':
      return cosine(initial, minimum, k / total)
    case 'linearWarmup':
      return initial * Math.min(1, (k + 1) / warmup)
    case 'warmupCosine':
      return k < warmup ? initial * ((k + 1) / warmup) : cosine(initial, minimum, (k - warmup) / (total - warmup))
    case 'reduceOnPlateau':
      return initial
  }
}

function checkRate(value: unknown, step: number): number {
  if (typeof value === 'number' && value >= 0 && value < Infinity) return value
  return refuse(
    'optimizer.learningRate',
    'the function to give a finite number of at least 0',
    value,
    ` for step ${step}`,
  )
}

/** Multiplies the rate by `factor` after more than `patience` epochs whose loss was no lower by `minDelta` than the best. */
export function afterEpoch(rate: ResolvedRate, state: RateState, loss: number): void {
  if (rate.name !== 'reduceOnPlateau') return
  const { factor, patience, minDelta, minimum } = rate.numbers
  if (loss < state.best - minDelta) {
    state.best = loss
    state.epochsWithoutGain = 0
    return
  }
  state.epochsWithoutGain++
  if (state.epochsWithoutGain <= patience) return
  state.rate = Math.max(minimum, (state.rate ?? rate.initial) * factor)
  state.epochsWithoutGain = 0
}

export function newRateState(): RateState {
  return { rate: undefined, best: Number.POSITIVE_INFINITY, epochsWithoutGain: 0 }
}

/** base^exponent for a whole exponent of at least 0, by squaring */
function power(base: number, exponent: number): number {
  let result = 1
  for (let factor = base, rest = exponent; rest > 0; rest = Math.floor(rest / 2), factor *= factor) {
    if (rest % 2 === 1) result *= factor
  }
  return result
}

/** From initial to minimum along half a cosine; stays there. */
function cosine(initial: number, minimum: number, share: number): number {
  return share >= 1 ? minimum : minimum + ((initial - minimum) * (1 + cosineOfPi(share))) / 2
}

/** cos(π x) for 0 ≤ x ≤ 1, from the series of sine and cosine up to π / 4 */
function cosineOfPi(x: number): number {
  if (x > 0.5) return -cosineOfPi(1 - x)
  return x > 0.25 ? sineSeries(Math.PI * (0.5 - x)) : cosineSeries(Math.PI * x)
}

function cosineSeries(x: number): number {
  return 1 - series(x * x, 0) * x * x
}

function sineSeries(x: number): number {
  return x - series(x * x, 1) * x * x * x
}

/** Σ (−z)^i / (n + 2) … (n + 2i + 2) · …: what remains of cosine (n = 0) and sine (n = 1) after their first terms */
function series(z: number, n: 0 | 1): number {
  let sum = 0
  for (let i = 9; i >= 0; i--) sum = (1 - z * sum) / ((2 * i + 1 + n) * (2 * i + 2 + n))
  return sum
}
