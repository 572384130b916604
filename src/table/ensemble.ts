// Many networks as one predictor. The rows are divided into folds; of every recipe a network is trained per fold on all other
// rows, and what it predicts for the rows that it never saw decides: which linear model is taken, how much each kind of member
// counts in the average (greedy selection of Caruana and others 2004), and how sure probabilities may be. So the average is never
// worse on those rows than its best member, the linear model among them.

import { TABLE_FOLDS } from '../../assembly/ids.ts'
import { exp } from '../engines/typescript/float64/exponential.ts'
import type { Signal } from '../hosts/platform.ts'
import { createNetwork, type Network } from '../network/network.ts'
import { log } from '../numerics/logarithms.ts'
import { shuffle } from '../numerics/random.ts'
import type { MemberRecipe, Recipe } from './recipe.ts'
import type { FittedTarget, Target } from './target.ts'

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

/** Networks of one recipe, and how much they count together */
export interface Member {
  readonly recipe: Pick<MemberRecipe, 'name' | 'hasBins'>
  readonly networks: readonly Network[]
  readonly weight: number
}

export interface Ensemble {
  readonly members: readonly Member[]
  /** Probabilities are raised to 1 / temperature and made to sum to 1 again. */
  readonly temperature: number
}

/** What the folds found, by their own rows */
export interface FoldScores {
  /** Losses of what would be predicted without inputs, of the linear model, and of the average */
  readonly baseline: number
  readonly linear: number
  readonly average: number
  readonly members: readonly { readonly name: string; readonly loss: number; readonly weight: number }[]
}

export interface TrainedEnsemble {
  readonly ensemble: Ensemble
  readonly scores: FoldScores
  /** Outputs for every row by networks that never saw it: rows × outputs */
  readonly unseen: Float64Array
}

export interface EnsembleOptions {
  readonly seed: number
  readonly signal?: Signal
  readonly network?: object
  readonly train?: object
  readonly classWeights?: readonly number[] | 'balanced'
  /** Called as networks are done: so many of all */
  readonly onMember?: (done: number, total: number, name: string) => void
}

const ROUNDS = 20
const LEAST_PROBABILITY = 1e-12
const TEMPERATURES = Array.from({ length: 31 }, (_, step) => 0.5 + step * 0.05)

interface Candidate {
  readonly recipe: MemberRecipe
  readonly networks: Network[]
  readonly unseen: Float64Array
}

export async function trainEnsemble(
  recipe: Recipe,
  inputs: BothInputs,
  { target, values }: FittedTarget,
  options: EnsembleOptions,
): Promise<TrainedEnsemble> {
  const outputs = target.task === 'classification' ? target.labels.length : 1
  const foldOf = drawFolds(target, values, recipe.folds, options.seed)
  const recipes = [...recipe.linear, ...recipe.networks]
  const total = recipes.reduce((sum, { seeds }) => sum + seeds * recipe.folds, 0)
  const candidates: Candidate[] = []
  let done = 0
  try {
    for (const one of recipes) {
      const candidate = { recipe: one, networks: [], unseen: new Float64Array(values.length * outputs) }
      candidates.push(candidate)
      for (let fold = 0; fold < recipe.folds; fold++) {
        for (let seed = 0; seed < one.seeds; seed++) {
          await trainMember(candidate, inputs, target, values, foldOf, fold, seed, options)
          options.onMember?.(++done, total, one.name)
        }
      }
    }
    return combine(candidates, recipe, target, values)
  } catch (error) {
    for (const { networks } of candidates) for (const network of networks) network.dispose()
    throw error
  }
}

/** The fold of every row: dealt out in a drawn order, class by class or from the least number to the greatest */
function drawFolds(target: Target, values: Float64Array, folds: number, seed: number): Uint32Array {
  const order = new Uint32Array(values.length)
  shuffle(order, order.length, seed, 0, TABLE_FOLDS)
  const sorted = target.task === 'classification' ? Array.from(order).sort((a, b) => values[a] - values[b]) : order
  const foldOf = new Uint32Array(values.length)
  sorted.forEach((row, place) => {
    foldOf[row] = place % folds
  })
  return foldOf
}

async function trainMember(
  { recipe, networks, unseen }: Candidate,
  inputs: BothInputs,
  target: Target,
  values: Float64Array,
  foldOf: Uint32Array,
  fold: number,
  seed: number,
  options: EnsembleOptions,
): Promise<void> {
  const all = recipe.hasBins ? inputs.withBins : inputs.plain
  const held = numbersWhere(foldOf, (other) => other === fold)
  const trained = numbersWhere(foldOf, (other) => other !== fold)
  const config = { inputs: all.columns, ...recipe.network, ...options.network }
  const network = await createNetwork({ ...config, seed: (options.seed + 7919 * fold + 104_729 * seed) >>> 0 })
  networks.push(network)
  const heldInputs = selectRows(all, held)
  const { stopReason } = await network.train(selectRows(all, trained), targetsOf(target, values, trained), {
    ...recipe.train,
    ...options.train,
    ...(options.classWeights === undefined ? {} : { classWeights: options.classWeights as number[] }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    validation: { inputs: heldInputs, targets: targetsOf(target, values, held) },
  })
  if (stopReason === 'aborted') options.signal?.throwIfAborted()
  const predicted = network.predict(heldInputs) as Float32Array
  const outputs = predicted.length / held.length
  held.forEach((row, place) => {
    for (let output = 0; output < outputs; output++) {
      unseen[row * outputs + output] += predicted[place * outputs + output] / recipe.seeds
    }
  })
}

function numbersWhere(foldOf: Uint32Array, isWanted: (fold: number) => boolean): Uint32Array {
  return foldOf.map((_, row) => row).filter((row) => isWanted(foldOf[row]))
}

function selectRows({ data, columns }: Inputs, rows: Uint32Array): Inputs {
  const selected = new Float32Array(rows.length * columns)
  rows.forEach((row, place) => {
    selected.set(data.subarray(row * columns, (row + 1) * columns), place * columns)
  })
  return { data: selected, rows: rows.length, columns }
}

function targetsOf({ task }: Target, values: Float64Array, rows: Uint32Array) {
  const selected = Float64Array.from(rows, (row) => values[row])
  return task === 'classification' ? Array.from(selected) : { data: selected, rows: rows.length, columns: 1 }
}

function combine(
  candidates: readonly Candidate[],
  recipe: Recipe,
  target: Target,
  values: Float64Array,
): TrainedEnsemble {
  const losses = candidates.map(({ unseen }) => lossOf(target, unseen, values))
  const linear = candidates.slice(0, recipe.linear.length)
  const best = losses
    .slice(0, linear.length)
    .reduce((least, loss, index, all) => (loss < all[least] ? index : least), 0)
  const chosen = [candidates[best], ...candidates.slice(linear.length)]
  const { weights, average } = select(chosen, target, values)
  const temperature = target.task === 'classification' ? fitTemperature(target, average, values) : 1
  const members = chosen
    .map(({ recipe: { name, hasBins }, networks }, index) => ({
      recipe: { name, hasBins },
      networks,
      weight: weights[index],
    }))
    .filter(({ weight }) => weight > 0)
  const kept = new Set(members.flatMap(({ networks }) => networks))
  for (const { networks } of candidates) for (const network of networks) if (!kept.has(network)) network.dispose()
  const unseen = temper(average, target.labels.length, temperature)
  return {
    ensemble: { members, temperature },
    unseen,
    scores: {
      baseline: baselineLoss(target, values),
      linear: losses[best],
      average: lossOf(target, unseen, values),
      members: chosen.map((candidate, index) => ({
        name: candidate.recipe.name,
        loss: losses[candidates.indexOf(candidate)],
        weight: weights[index],
      })),
    },
  }
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

/** Log loss of probabilities, mean square of scaled numbers: over rows */
export function lossOf({ task, labels }: Target, outputs: Float64Array, values: Float64Array): number {
  let sum = 0
  for (let row = 0; row < values.length; row++) {
    if (task === 'classification') sum -= log(Math.max(LEAST_PROBABILITY, outputs[row * labels.length + values[row]]))
    else sum += (outputs[row] - values[row]) * (outputs[row] - values[row])
  }
  return sum / values.length
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

function fitTemperature(target: Target, outputs: Float64Array, values: Float64Array): number {
  const losses = TEMPERATURES.map((temperature) =>
    lossOf(target, temper(outputs, target.labels.length, temperature), values),
  )
  return TEMPERATURES[losses.indexOf(Math.min(...losses))]
}

/** p^(1 / temperature), over its sum */
export function temper(outputs: Float64Array, classes: number, temperature: number): Float64Array {
  if (classes === 0) return outputs
  const tempered = outputs.map((p) => exp(log(Math.max(LEAST_PROBABILITY, p)) / temperature))
  for (let start = 0; start < tempered.length; start += classes) {
    let sum = 0
    for (let at = start; at < start + classes; at++) sum += tempered[at]
    for (let at = start; at < start + classes; at++) tempered[at] /= sum
  }
  return tempered
}

/** The average of all members: rows × outputs, probabilities or scaled numbers */
export function predictEnsemble(
  { members, temperature }: Ensemble,
  { task, labels }: Target,
  inputs: BothInputs,
): Float64Array {
  const outputs = task === 'classification' ? labels.length : 1
  const sums = new Float64Array(inputs.plain.rows * outputs)
  if (sums.length === 0) return sums
  for (const { recipe, networks, weight } of members) {
    for (const network of networks) {
      const predicted = network.predict(recipe.hasBins ? inputs.withBins : inputs.plain) as Float32Array
      const share = weight / networks.length
      for (let index = 0; index < sums.length; index++) sums[index] += share * predicted[index]
    }
  }
  return task === 'classification' ? temper(sums, outputs, temperature) : sums
}
