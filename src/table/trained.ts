// What the training of a target comes to.
import type { Network } from '../network/network.ts'
import type { Blend, Candidate } from './blend.ts'
import type { SavedNetwork, TrainedMembers } from './checkpoint.ts'
import type { Ensemble } from './ensemble.ts'
import type { Recipe } from './recipe.ts'
import type { Target } from './target.ts'

export interface TrainedCandidate extends Candidate, TrainedMembers {}

export interface TrainedTarget {
  readonly model: { readonly target: Target; readonly ensemble: Ensemble }
  readonly blend: Blend<TrainedCandidate>
  /** Numbers of the rows whose target is known */
  readonly rows: Uint32Array
  /** What was trained: without what was left out */
  readonly recipe: Recipe
  /** Names of the kinds of members that there was no time for */
  readonly left: readonly string[]
  readonly candidates: readonly TrainedCandidate[]
  readonly used: readonly TrainedCandidate[]
  /** Those that do not count */
  readonly idle: readonly TrainedCandidate[]
  readonly save: () => (readonly SavedNetwork[] | null)[]
}

export function disposeAll(candidates: readonly { readonly networks: readonly Network[] }[]): void {
  for (const { networks } of candidates) for (const network of networks) network.dispose()
}
