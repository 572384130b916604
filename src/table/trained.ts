// What the training of a target comes to.
import type { Network } from '../network/network.ts'
import type { Blend, Candidate } from './blend.ts'
import type { SavedNetwork, SavedTarget, TrainedMembers } from './checkpoint.ts'
import type { TargetModel } from './ensemble.ts'
import type { Recipe } from './recipe.ts'
import type { Trial } from './trial.ts'

export interface TrainedCandidate extends Candidate, TrainedMembers {}

export interface TrainedTarget {
  readonly model: TargetModel
  readonly blend: Blend<TrainedCandidate>
  /** Numbers of the rows whose target is known */
  readonly rows: Uint32Array
  /** What was trained: without what was left out */
  readonly recipe: Recipe
  /** Of the search for recipes */
  readonly trials: readonly Trial[]
  /** What there was no time for */
  readonly left: readonly string[]
  readonly candidates: readonly TrainedCandidate[]
  readonly used: readonly TrainedCandidate[]
  /** Those that do not count */
  readonly idle: readonly TrainedCandidate[]
  readonly save: () => SavedTarget<SavedNetwork>
}

export function disposeAll(candidates: readonly { readonly networks: readonly Network[] }[]): void {
  for (const { networks } of candidates) for (const network of networks) network.dispose()
}
