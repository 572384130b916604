// What was decided for a table, and why: plain data with which the same training can be repeated.
import { VERSION } from '../generated/version.ts'
import type { ResolvedOptions, StoredOptions } from './options.ts'
import type { Effort, Recipe } from './recipe.ts'
import type { TrainedTarget } from './trained.ts'
import type { Trial } from './trial.ts'

export interface TableChoices {
  /** Of the package: another may train other bits */
  readonly version: string
  /** A fingerprint of the rows and the options, by what cells mean: of 64 bits, in hexadecimal */
  readonly digest: string
  readonly effort: Effort
  readonly seed: number
  readonly budget?: number
  readonly options: StoredOptions
  /** Of each target */
  readonly folds: readonly number[]
  /** Of each target the linear model that was taken, and all networks; `weight` is what each counts in the average. */
  readonly members: readonly {
    readonly target: string
    readonly name: string
    readonly isLinear: boolean
    readonly weight: number
    /** On rows that its networks never saw */
    readonly loss: number
  }[]
  /** Of each target: all that was trained in full */
  readonly recipes: readonly Recipe[]
  /** Of a search for recipes: what they came to in each round, in the order in which they were tried */
  readonly trials: readonly ({ readonly target: string } & Trial)[]
  /** What the budget left no time for, as `target: what` */
  readonly left: readonly string[]
}

export function choicesOf(
  { effort, seed, budget, stored }: ResolvedOptions,
  digest: string,
  trained: readonly TrainedTarget[],
): TableChoices {
  return {
    version: VERSION,
    digest,
    effort,
    seed,
    ...(budget === undefined ? {} : { budget }),
    options: stored,
    folds: trained.map(({ recipe }) => recipe.folds),
    members: trained.flatMap(({ model: { target }, blend: { members } }) =>
      members.map(({ candidate: { recipe }, weight, loss }) => ({
        target: target.name,
        name: recipe.name,
        isLinear: recipe.isLinear,
        weight,
        loss,
      })),
    ),
    recipes: trained.map(({ recipe }) => recipe),
    trials: trained.flatMap(({ model: { target }, trials }) =>
      trials.map((trial) => ({ target: target.name, ...trial })),
    ),
    left: trained.flatMap(({ model: { target }, left }) => left.map((name) => `${target.name}: ${name}`)),
  }
}
