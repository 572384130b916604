// The optimizer L-BFGS: one iteration to a step, over the losses and gradients of either engine. Numbers are those of
// PyTorch's LBFGS with a strong Wolfe line search and `max_iter` 1. Sums are float64 in one fixed order and elements are
// rounded once, when stored, so that equal evaluations give equal bits. All that outlives a step lies in the blocks
//
//   state       + 1 · count     + 2 · count     + 3 · count     + 5 · count           + (2 · historySize + 1) · count
//   ┌───────────┬───────────────┬───────────────┬───────┬───────┬───────┬───────┬─────┬───────┬───────┐
//   │ direction │ gradients     │ weights       │ s     │ y     │ s     │ y     │  …  │ s     │ y     │
//   └───────────┴───────────────┴───────────────┴───────┴───────┴───────┴───────┴─────┴───────┴───────┘
//     of the last step, and where it started      the history: a ring of pairs, a step's move s, its gradients' change y
//
// and in the slots. After Nocedal and Wright, Numerical Optimization, second edition: algorithms 7.4 and 7.5 for the
// direction, 3.5 and 3.6 for the line search.

import { LBFGS_NEXT_PAIR, LBFGS_PAIRS, OPTIMIZER_VALUES } from '../../assembly/program.ts'
import { normOf } from '../numerics/norms.ts'

/** What a step works on. Addresses are indices into `values`; pads are 0 in weights, gradients and state. */
export interface LbfgsProblem {
  /** The network's memory in its dtype */
  readonly values: Float32Array | Float64Array
  /** Numbers in a block, pads among them: a multiple of 4 */
  readonly count: number
  readonly weights: number
  /** Where `evaluate` leaves the gradients */
  readonly gradients: number
  /** The first of 3 + 2 · historySize blocks, one after another, 0 before the first step */
  readonly state: number
  readonly historySize: number
  /** PyTorch's tolerance_change; its tolerance_grad is 100 times as much. */
  readonly tolerance: number
  /** The optimizer's own numbers, of which four are used: 0 before the first step */
  get(slot: number): number
  set(slot: number, value: number): void
  /** The objective at the present weights, perhaps not finite; leaves its gradients. */
  evaluate(): number
}

/** What a step did */
export interface LbfgsStep {
  /** Before the move: that of the step's first evaluation */
  readonly objective: number
  /**
   * `moved`: the weights are where the line search led. `converged`: the gradients, the descent that they promise, or what
   * the step changed are within the tolerances, or nothing lower was found twice in a row. Else the weights are as they
   * were: `failed`, the line search found nothing lower; `notFinite`, the objective or a gradient is no finite number, and
   * the optimizer is as it was, too.
   */
  readonly outcome: 'moved' | 'converged' | 'failed' | 'notFinite'
  readonly evaluations: number
}

// Slots
const HAS_DIRECTION = 0 // 0: the next step is a first one
const STEP_LENGTH = 1 // of the last step, as a multiple of its direction; 0 where it did not move
const PAIRS = (LBFGS_PAIRS - OPTIMIZER_VALUES) / 8 // in the history
const NEXT_PAIR = (LBFGS_NEXT_PAIR - OPTIMIZER_VALUES) / 8 // where in the ring the next one goes

// PyTorch's numbers
// `tolerance` holds for the directional derivative, the objective's change, and a weight's largest |change|
const GRADIENT_TOLERANCES = 100 // of them for the largest |gradient|
const LEAST_CURVATURE = 1e-10 // of s · y
const SUFFICIENT_DECREASE = 1e-4 // c₁ of the Wolfe conditions
const CURVATURE = 0.9 // c₂
const MOST_EVALUATIONS = 26 // of a line search: the first and 25 more
const MOST_EXTRAPOLATION = 10
const LEAST_EXTRAPOLATION = 0.01
const END_OF_BRACKET = 0.1

/** One step: a direction, and a line search along it. A rate of 0 moves by nothing and forgets nothing. */
export function lbfgsStep(problem: LbfgsProblem, learningRate: number): LbfgsStep {
  const { values, count, weights, gradients, state, tolerance } = problem
  const objective = problem.evaluate()
  const stay = (outcome: LbfgsStep['outcome']): LbfgsStep => ({ objective, outcome, evaluations: 1 })
  const steepest = largest(problem, gradients)
  if (!Number.isFinite(objective) || !Number.isFinite(steepest)) return stay('notFinite')
  if (steepest <= GRADIENT_TOLERANCES * tolerance) return stay('converged')
  if (learningRate === 0) return stay('moved')

  const hadDirection = problem.get(HAS_DIRECTION) === 1
  const hasFailed = hadDirection && problem.get(STEP_LENGTH) === 0 && problem.get(PAIRS) === 0
  const slope = aim(problem)
  const isFirst = problem.get(HAS_DIRECTION) === 0
  const length = isFirst ? Math.min(1, 1 / sumOfMagnitudes(problem, gradients)) * learningRate : learningRate
  problem.set(HAS_DIRECTION, 1)
  problem.set(STEP_LENGTH, 0)
  values.copyWithin(state + count, gradients, gradients + count)
  values.copyWithin(state + 2 * count, weights, weights + count)
  if (slope > -tolerance) return stay('converged')

  const search = new LineSearch(problem, { length: 0, objective, slope })
  const found = search.run(length)
  const evaluations = 1 + search.evaluations
  if (found.length === 0) {
    values.copyWithin(weights, state + 2 * count, state + 3 * count)
    // The next step tries what this one did not: the gradients' direction, and a first step's length or the rate alone.
    if (!isFirst) startAfresh(problem)
    return { objective, outcome: hasFailed ? 'converged' : 'failed', evaluations }
  }
  moveTo(problem, found.length)
  problem.set(STEP_LENGTH, found.length)
  const isSettled = objective - found.objective < tolerance || found.length * largest(problem, state) <= tolerance
  return { objective, outcome: isSettled ? 'converged' : 'moved', evaluations }
}

/** Leaves a direction that leads down, and returns the objective's derivative along it. */
function aim(problem: LbfgsProblem): number {
  if (problem.get(HAS_DIRECTION) === 1) remember(problem)
  descend(problem)
  const slope = dot(problem, problem.gradients, problem.state)
  if (problem.get(PAIRS) === 0 || (slope < 0 && slope > Number.NEGATIVE_INFINITY)) return slope
  // Rounding spoilt the history. The gradients themselves always lead down.
  startAfresh(problem)
  descend(problem)
  return dot(problem, problem.gradients, problem.state)
}

/** Adds the last step to the history, if the objective bends upwards along it. */
function remember(problem: LbfgsProblem): void {
  const { values, count, gradients, state, historySize } = problem
  const length = problem.get(STEP_LENGTH)
  if (length === 0) return
  // In place: nothing needs the last direction and gradients any longer.
  const s = state
  const y = state + count
  for (let i = 0; i < count; i++) {
    values[s + i] = length * values[s + i]
    values[y + i] = values[gradients + i] - values[y + i]
  }
  const curvature = dot(problem, s, y)
  // Finite only if s and y are, so the history is.
  if (!(curvature > LEAST_CURVATURE && curvature < Infinity)) return
  const next = problem.get(NEXT_PAIR)
  values.copyWithin(pairAt(problem, next), s, s + 2 * count)
  problem.set(NEXT_PAIR, (next + 1) % historySize)
  problem.set(PAIRS, Math.min(problem.get(PAIRS) + 1, historySize))
}

/**
 * Algorithm 7.4, the two loops: direction = −H · gradients, where H approximates the inverse Hessian by the history's
 * pairs over the identity times s·y / y·y of the newest. −gradients without a history.
 */
function descend(problem: LbfgsProblem): void {
  const { values, count, gradients, state: direction } = problem
  // 0 − g instead of −g: pads stay +0.
  for (let i = 0; i < count; i++) values[direction + i] = 0 - values[gradients + i]
  const pairs = newestFirst(problem)
  if (pairs.length === 0) return
  const curvatures = pairs.map((s) => dot(problem, s, s + count))
  const alphas = pairs.map((s, age) => {
    const alpha = dot(problem, s, direction) / curvatures[age]
    add(problem, direction, -alpha, s + count)
    return alpha
  })
  const scale = inverseCurvature(problem, curvatures[0], pairs[0] + count)
  for (let i = direction; i < direction + count; i++) values[i] = scale * values[i]
  for (let age = pairs.length - 1; age >= 0; age--) {
    const beta = dot(problem, pairs[age] + count, direction) / curvatures[age]
    add(problem, direction, alphas[age] - beta, pairs[age])
  }
}

/** s·y / y·y, finite where y·y is not */
function inverseCurvature(problem: LbfgsProblem, curvature: number, y: number): number {
  const squares = dot(problem, y, y)
  if (squares < Infinity) return curvature / squares
  const norm = normOf([problem.values.subarray(y, y + problem.count)])
  return curvature / norm / norm
}

/** Where the pairs of the history lie: s, and behind it y */
function newestFirst(problem: LbfgsProblem): number[] {
  const { historySize } = problem
  const newest = problem.get(NEXT_PAIR) - 1 + historySize
  return Array.from({ length: problem.get(PAIRS) }, (_, age) => pairAt(problem, (newest - age) % historySize))
}

// An integer: slots are floats, and indices computed from floats halve the speed of the loops below.
const pairAt = ({ count, state }: LbfgsProblem, place: number): number => (state + (3 + 2 * place) * count) | 0

/** Forgets the history. */
function startAfresh(problem: LbfgsProblem): void {
  problem.set(HAS_DIRECTION, 0)
  problem.set(PAIRS, 0)
  problem.set(NEXT_PAIR, 0)
}

/** Weights = those at the start + length · direction */
function moveTo({ values, count, weights, state }: LbfgsProblem, length: number): void {
  const start = state + 2 * count
  for (let i = 0; i < count; i++) values[weights + i] = values[start + i] + length * values[state + i]
}

/** The objective along the direction: value and derivative at one step length. Infinity and NaN where not finite. */
interface Point {
  readonly length: number
  readonly objective: number
  readonly slope: number
}

/**
 * Looks for a step length that fulfils the strong Wolfe conditions
 *
 *   f(t) ≤ f(0) + c₁ · t · f′(0)   and   |f′(t)| ≤ c₂ · |f′(0)|
 *
 * or for the lowest point that it meets. A point that is not finite counts as infinitely high: no search goes beyond it.
 */
class LineSearch {
  evaluations = 0
  readonly #problem: LbfgsProblem
  readonly #start: Point
  readonly #largestDirection: number
  #wasNearEnd = false

  constructor(problem: LbfgsProblem, start: Point) {
    this.#problem = problem
    this.#start = start
    this.#largestDirection = largest(problem, problem.state)
  }

  /** The point found: the start where nothing lower was. Leaves the weights anywhere. */
  run(length: number): Point {
    return this.#zoom(this.#bracket(length))
  }

  /** Algorithm 3.5: walks on until there is a fitting point between two; the same point twice where it fits itself. */
  #bracket(length: number): [Point, Point] {
    let previous = this.#start
    let point = this.#probe(length)
    while (this.evaluations < MOST_EVALUATIONS) {
      // The book compares with the previous point from the second one on, PyTorch from the third.
      const hasRisen = this.evaluations > 2 && point.objective >= previous.objective
      if (!this.#isLow(point) || hasRisen) return [previous, point]
      if (this.#isFlat(point)) return [point, point]
      if (point.slope >= 0) return [previous, point]
      const least = point.length + LEAST_EXTRAPOLATION * (point.length - previous.length)
      const next = interpolate(previous, point, least, MOST_EXTRAPOLATION * point.length)
      previous = point
      point = this.#probe(next)
    }
    return [this.#start, point]
  }

  /** Algorithm 3.6: narrows a bracket down to a fitting point, or gives its lower end. */
  #zoom(bracket: [Point, Point]): Point {
    let low = lowerOf(bracket)
    while (this.evaluations < MOST_EVALUATIONS && this.#isWide(bracket)) {
      const high = 1 - low
      const point = this.#probe(this.#between(bracket))
      if (!this.#isLow(point) || point.objective >= bracket[low].objective) {
        bracket[high] = point
        low = lowerOf(bracket)
        continue
      }
      if (this.#isFlat(point)) return point
      if (point.slope * (bracket[high].length - bracket[low].length) >= 0) bracket[high] = bracket[low]
      bracket[low] = point
    }
    return bracket[low]
  }

  /** A step length inside the bracket: the cubic's minimum, but not close to an end twice in a row. */
  #between([first, second]: [Point, Point]): number {
    const least = Math.min(first.length, second.length)
    const most = Math.max(first.length, second.length)
    const length = interpolate(first, second, least, most)
    const margin = END_OF_BRACKET * (most - least)
    const isNearEnd = Math.min(most - length, length - least) < margin
    const isTooNear = isNearEnd && (this.#wasNearEnd || length >= most || length <= least)
    this.#wasNearEnd = isNearEnd && !isTooNear
    if (!isTooNear) return length
    return most - length < length - least ? most - margin : least + margin
  }

  #probe(length: number): Point {
    const { weights, gradients, state } = this.#problem
    moveTo(this.#problem, length)
    this.evaluations++
    const objective = this.#problem.evaluate()
    const slope = dot(this.#problem, gradients, state)
    // An activation can turn infinite weights into a finite objective.
    const isUsable = Number.isFinite(objective) && Number.isFinite(slope) && largest(this.#problem, weights) < Infinity
    return isUsable ? { length, objective, slope } : { length, objective: Infinity, slope: Number.NaN }
  }

  #isLow({ length, objective }: Point): boolean {
    return objective <= this.#start.objective + SUFFICIENT_DECREASE * length * this.#start.slope
  }

  #isFlat({ slope }: Point): boolean {
    return Math.abs(slope) <= -CURVATURE * this.#start.slope
  }

  /** Whether weights differ between the ends by more than the tolerance */
  #isWide([first, second]: [Point, Point]): boolean {
    return Math.abs(second.length - first.length) * this.#largestDirection >= this.#problem.tolerance
  }
}

function lowerOf([first, second]: [Point, Point]): 0 | 1 {
  return second.objective < first.objective ? 1 : 0
}

/**
 * Where the cubic through values and derivatives of two points has its minimum (equation 3.59), kept within `least` and
 * `most`; halfway between these where it has none or a point is not finite.
 */
function interpolate(first: Point, second: Point, least: number, most: number): number {
  const [left, right] = first.length <= second.length ? [first, second] : [second, first]
  const width = right.length - left.length
  const bend = left.slope + right.slope - (3 * (right.objective - left.objective)) / width
  const square = bend * bend - left.slope * right.slope
  const root = Math.sqrt(square)
  const length = right.length - width * ((right.slope + root - bend) / (right.slope - left.slope + 2 * root))
  return Number.isNaN(length) ? (least + most) / 2 : Math.min(Math.max(length, least), most)
}

/** Σ aᵢ · bᵢ: four sums at a time, since one would wait for itself (twice as fast) */
function dot({ values, count }: LbfgsProblem, a: number, b: number): number {
  let sum0 = 0
  let sum1 = 0
  let sum2 = 0
  let sum3 = 0
  for (let i = 0; i < count; i += 4) {
    sum0 += values[a + i] * values[b + i]
    sum1 += values[a + i + 1] * values[b + i + 1]
    sum2 += values[a + i + 2] * values[b + i + 2]
    sum3 += values[a + i + 3] * values[b + i + 3]
  }
  return sum0 + sum1 + (sum2 + sum3)
}

/** x ← x + factor · y */
function add({ values, count }: LbfgsProblem, x: number, factor: number, y: number): void {
  for (let i = 0; i < count; i++) values[x + i] = values[x + i] + factor * values[y + i]
}

/** The largest magnitude; NaN where one is NaN */
function largest({ values, count }: LbfgsProblem, block: number): number {
  let found = 0
  for (let i = block; i < block + count; i++) found = Math.max(found, Math.abs(values[i]))
  return found
}

function sumOfMagnitudes({ values, count }: LbfgsProblem, block: number): number {
  let sum = 0
  for (let i = block; i < block + count; i++) sum += Math.abs(values[i])
  return sum
}
