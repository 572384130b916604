// What each kind of member counts. What networks predict for the rows that they never saw decides which linear model is taken,
// how much each kind counts in the average (greedy selection of Caruana and others 2004), and how sure probabilities may be. So
// the average is never worse on those rows than its best member, the linear model among them.
import { log } from '../numerics/logarithms.ts'
import { type Calibration, calibrate, NO_CALIBRATION } from './ensemble.ts'
import type { MemberRecipe } from './recipe.ts'
import { meanOf, type Target } from './target.ts'

const ROUNDS = 20
/**
 * Standard errors by which the average has to be better than the linear model: to count at all, and to count in full. A single
 * row, however far out, makes a gain of 1 of them at most, and k rows that gain alike of √k.
 */
const POSSIBLE = 1
const CERTAIN = 3
const TEMPERATURES = Array.from({ length: 31 }, (_, step) => 0.5 + step * 0.05)
const TEMPERATURE_DEVIATION = 0.3
const SMOOTHINGS = [0, 0.0003, 0.001, 0.003, 0.01, 0.03]
const LEAST_PROBABILITY = 1e-12

/** A recipe, and what its networks predict for the rows that they never saw: rows × outputs */
export interface Candidate {
  readonly recipe: MemberRecipe
  readonly unseen: Float64Array
}

export interface Blend<C extends Candidate> {
  /** With what each counts, 0 among it; the best linear model first */
  readonly members: readonly { readonly candidate: C; readonly loss: number; readonly weight: number }[]
  readonly calibration: Calibration
  /** Of the average: rows × outputs */
  readonly unseen: Float64Array
  /** Losses of what would be predicted without inputs, of the best linear model, and of the average */
  readonly loss: { readonly baseline: number; readonly linear: number; readonly model: number }
}

export function blend<C extends Candidate>(candidates: readonly C[], target: Target, values: Float64Array): Blend<C> {
  const losses = new Map(candidates.map((candidate) => [candidate, lossOf(target, candidate.unseen, values)]))
  const loss = (candidate: C) => losses.get(candidate) as number
  const chosen = chooseLinear(candidates, loss)
  const { weights, average } = shrink(select(chosen, target, values), chosen[0], target, values)
  const calibration = target.task === 'classification' ? fitCalibration(target, average, values) : NO_CALIBRATION
  const unseen = target.task === 'classification' ? calibrate(average, target, calibration) : average
  return {
    members: chosen.map((candidate, index) => ({ candidate, loss: loss(candidate), weight: weights[index] })),
    calibration,
    unseen,
    loss: {
      baseline: baselineLoss(target, values),
      linear: loss(chosen[0]),
      model: lossOf(target, unseen, values),
    },
  }
}

/** Of the linear models on each scale the best one, the better first; and all others */
function chooseLinear<C extends Candidate>(candidates: readonly C[], loss: (candidate: C) => number): C[] {
  const best = [false, true].flatMap((isLogarithmic) => {
    const linear = candidates.filter(({ recipe }) => recipe.isLinear && recipe.isLogarithmic === isLogarithmic)
    return linear.length === 0 ? [] : [linear.reduce((a, b) => (loss(b) < loss(a) ? b : a))]
  })
  return [...best.sort((a, b) => loss(a) - loss(b)), ...candidates.filter(({ recipe }) => !recipe.isLinear)]
}

/** Adds, so many times, the member with which the average is best; a member counts as often as it was added. */
function select(candidates: readonly Candidate[], target: Target, values: Float64Array) {
  const counts = new Float64Array(candidates.length)
  let average = new Float64Array(candidates[0].unseen.length)
  for (let round = 0; round < ROUNDS; round++) {
    const next = candidates.map(({ unseen }) =>
      average.map((sum, index) => (sum * round + unseen[index]) / (round + 1)),
    )
    const losses = next.map((outputs) => lossOf(target, outputs, values))
    const best = losses.indexOf(Math.min(...losses))
    counts[best]++
    average = next[best]
  }
  return { weights: counts.map((count) => count / ROUNDS), average }
}

/**
 * Goes back towards the linear model as far as it is not certain that the average is better: what few rows, or a few rows far
 * out, say for it may be chance, and best epochs were chosen by the same rows. `z`: the gain by standard errors
 */
function shrink(
  { weights, average }: { weights: Float64Array; average: Float64Array },
  linear: Candidate,
  target: Target,
  values: Float64Array,
) {
  if (!linear.recipe.isLinear) return { weights, average }
  const share = certainty(lossesOf(target, linear.unseen, values), lossesOf(target, average, values))
  return {
    weights: weights.map((weight, index) => share * weight + (index === 0 ? 1 - share : 0)),
    average: average.map((output, index) => share * output + (1 - share) * linear.unseen[index]),
  }
}

/** How certain it is, from 0 to 1, that the second losses are less than the first, row by row */
function certainty(before: Float64Array, after: Float64Array): number {
  const gains = before.map((loss, row) => loss - after[row])
  const mean = meanOf(gains)
  const error = Math.sqrt(meanOf(gains.map((gain) => (gain - mean) * (gain - mean))) / (gains.length - 1))
  const z = mean / error
  return z > POSSIBLE ? Math.min(1, (z - POSSIBLE) / (CERTAIN - POSSIBLE)) : 0
}

/** Log loss of probabilities, squares of scaled numbers: of every row */
function lossesOf({ task, labels }: Target, outputs: Float64Array, values: Float64Array): Float64Array {
  return values.map((value, row) =>
    task === 'classification'
      ? -log(Math.max(LEAST_PROBABILITY, outputs[row * labels.length + value]))
      : (outputs[row] - value) * (outputs[row] - value),
  )
}

/** Their mean over rows */
export function lossOf(target: Target, outputs: Float64Array, values: Float64Array): number {
  return meanOf(lossesOf(target, outputs, values))
}

function baselineLoss(target: Target, values: Float64Array): number {
  const { task, shares } = target
  const outputs = task === 'classification' ? shares : [0]
  const all = Float64Array.from(
    { length: values.length * outputs.length },
    (_, index) => outputs[index % outputs.length],
  )
  return lossOf(target, all, values)
}

/** The best of a grid; as if beforehand log(temperature) were 0 ± 0.3, so that few rows move it little */
function fitCalibration(target: Target, outputs: Float64Array, values: Float64Array): Calibration {
  const best = (tried: readonly Calibration[]) => {
    const losses = tried.map((calibration) => {
      const surprise = log(calibration.temperature) / TEMPERATURE_DEVIATION
      return lossOf(target, calibrate(outputs, target, calibration), values) + (surprise * surprise) / 2 / values.length
    })
    return tried[losses.indexOf(Math.min(...losses))]
  }
  const { temperature } = best(TEMPERATURES.map((degree) => ({ temperature: degree, smoothing: 0 })))
  return best(SMOOTHINGS.map((smoothing) => ({ temperature, smoothing })))
}
