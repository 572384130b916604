// Many networks as one predictor: what it is made of, and what it predicts. How it is trained is in members.ts, what each
// member counts in blend.ts.
import { exp } from '../engines/typescript/float64/exponential.ts'
import type { Network } from '../network/network.ts'
import { log } from '../numerics/logarithms.ts'
import type { MemberRecipe } from './recipe.ts'
import { fromLogarithms, type Target } from './target.ts'

/** Encoded inputs: rows × columns, row after row */
export interface Inputs {
  readonly data: Float32Array
  readonly rows: number
  readonly columns: number
}

/** The same rows with the bins of numbers and without */
export interface BothInputs {
  readonly withBins: Inputs
  readonly plain: Inputs
}

/** What of a recipe predictions need */
export type MemberKind = Pick<MemberRecipe, 'name' | 'hasBins' | 'isLogarithmic'>

/** Networks of one recipe, and how much they count together */
export interface Member {
  readonly recipe: MemberKind
  readonly networks: readonly Network[]
  readonly weight: number
}

/** How probabilities are made as sure as they may be: p^(1 / temperature) over their sum, then mixed with the shares of the classes */
export interface Calibration {
  readonly temperature: number
  /** What the shares of the classes count, from 0 to 1 */
  readonly smoothing: number
}

export interface Ensemble {
  readonly members: readonly Member[]
  readonly calibration: Calibration
}

/** A target with what predicts it */
export interface TargetModel {
  readonly target: Target
  readonly ensemble: Ensemble
  /** Of the inputs without bins, over the rows of the training */
  readonly means: readonly number[]
}

const LEAST_PROBABILITY = 1e-12
export const NO_CALIBRATION: Calibration = { temperature: 1, smoothing: 0 }

export function outputsOf({ task, labels }: Target): number {
  return task === 'classification' ? labels.length : 1
}

/** The outputs of a member's networks on the scale that all members share: rows × outputs, summed by `add` */
export function predictMember(
  { hasBins, isLogarithmic }: MemberKind,
  network: Network,
  target: Target,
  inputs: BothInputs,
): Float32Array | Float64Array {
  const outputs = network.predict(hasBins ? inputs.withBins : inputs.plain) as Float32Array
  return isLogarithmic ? fromLogarithms(target.scale, outputs) : outputs
}

/** The average of all members: rows × outputs, probabilities or scaled numbers */
export function predictEnsemble(ensemble: Ensemble, target: Target, inputs: BothInputs): Float64Array {
  return predictWithSpread(ensemble, target, inputs, false).outputs
}

export interface Spread {
  readonly outputs: Float64Array
  /** Weighted standard deviation of what the networks say each, before probabilities are calibrated */
  readonly deviations: Float64Array
}

export function predictWithSpread(
  { members, calibration }: Ensemble,
  target: Target,
  inputs: BothInputs,
  hasSpread = true,
): Spread {
  const outputs = new Float64Array(inputs.plain.rows * outputsOf(target))
  const squares = new Float64Array(hasSpread ? outputs.length : 0)
  if (outputs.length === 0) return { outputs, deviations: squares }
  for (const { recipe, networks, weight } of members) {
    const share = weight / networks.length
    for (const network of networks) {
      const predicted = predictMember(recipe, network, target, inputs)
      for (let index = 0; index < outputs.length; index++) outputs[index] += share * predicted[index]
      for (let index = 0; index < squares.length; index++) squares[index] += share * predicted[index] * predicted[index]
    }
  }
  const deviations = squares.map((square, index) => Math.sqrt(Math.max(0, square - outputs[index] * outputs[index])))
  return { outputs: target.task === 'classification' ? calibrate(outputs, target, calibration) : outputs, deviations }
}

/** Of rows × classes */
export function calibrate(
  outputs: Float64Array,
  { labels: { length: classes }, shares }: Target,
  { temperature, smoothing }: Calibration,
): Float64Array {
  const calibrated = outputs.map((p) => exp(log(Math.max(LEAST_PROBABILITY, p)) / temperature))
  for (let start = 0; start < calibrated.length; start += classes) {
    let sum = 0
    for (let at = start; at < start + classes; at++) sum += calibrated[at]
    for (let place = 0; place < classes; place++) {
      calibrated[start + place] = ((1 - smoothing) * calibrated[start + place]) / sum + smoothing * shares[place]
    }
  }
  return calibrated
}
