// The search among recipes of networks: all are tried briefly on some of the folds, the better half longer on the others
// (successive halving: Jamieson, Talwalkar 2016), and the best of these are given back to be trained in full. Rounds look at
// different folds, so that a recipe that was lucky with one is not taken for it.
import { lossOf } from './blend.ts'
import { outputsOf } from './ensemble.ts'
import type { Fold } from './folds.ts'
import { inputsOf, type MemberOptions, type MemberRows, trainMembers } from './members.ts'
import type { Course } from './progress.ts'
import { briefly, type MemberRecipe, type Search, workOf } from './recipe.ts'
import type { Trial } from './trial.ts'
import { predictUnseen } from './unseen.ts'

interface Round {
  /** Of the epochs of the full training */
  readonly epochs: number
  readonly folds: readonly Fold[]
  /** How many recipes go on */
  readonly kept: number
}

export interface SearchTask {
  readonly search: Search
  /** Rows on the scale of a recipe; `folds`: all of them */
  readonly rowsFor: (recipe: MemberRecipe) => MemberRows
  /** Of the rows, on the scale of all members */
  readonly values: Float64Array
  readonly options: MemberOptions
  readonly course: Course
  /** What progress is told as */
  readonly stage: string
  /** Of an earlier call */
  readonly saved: readonly Trial[]
}

/** Of the folds those of the first round; the others are the second's. */
const FIRST_FOLDS = 0.4
const FIRST_EPOCHS = 0.25
const SECOND_EPOCHS = 0.5

function roundsOf({ recipes, kept }: Search, folds: readonly Fold[]): Round[] {
  const first = Math.max(1, Math.round(FIRST_FOLDS * folds.length))
  return [
    { epochs: FIRST_EPOCHS, folds: folds.slice(0, first), kept: Math.max(kept, Math.ceil(recipes.length / 2)) },
    { epochs: SECOND_EPOCHS, folds: folds.slice(first), kept },
  ]
}

/** About how much all trials come to, and the training of the best */
export function workOfSearch(
  search: Search,
  folds: readonly Fold[],
  workFor: (recipe: MemberRecipe) => number,
): { trials: number; kept: number } {
  const mean = search.recipes.reduce((sum, recipe) => sum + workFor(recipe) / recipe.seeds, 0) / search.recipes.length
  let tried = search.recipes.length
  let trials = 0
  for (const round of roundsOf(search, folds)) {
    trials += (tried * mean * round.epochs * round.folds.length) / folds.length
    tried = round.kept
  }
  return { trials, kept: search.kept * mean * search.recipes[0].seeds }
}

/** Adds every trial to `trials` as it ends, and gives the best recipes, the best first. */
export async function searchRecipes(task: SearchTask, trials: Trial[]): Promise<MemberRecipe[]> {
  const { search, rowsFor, course } = task
  let recipes = [...search.recipes]
  const reserved = course.left / 2 // for the training of the best
  for (const [round, plan] of roundsOf(search, rowsFor(recipes[0]).folds).entries()) {
    const losses = new Map<MemberRecipe, number>()
    for (const recipe of recipes) {
      const known = task.saved[trials.length]
      const trial = known ?? { name: recipe.name, round, loss: await tryRecipe(task, recipe, plan, reserved) }
      task.options.signal?.throwIfAborted()
      trials.push(trial)
      if (trial.loss !== null) losses.set(recipe, trial.loss)
    }
    // A round that was cut short has not compared all of them.
    if (round > 0 && losses.size < recipes.length) break
    const ranked = [...losses].sort(([, a], [, b]) => a - b).map(([recipe]) => recipe)
    recipes = ranked.slice(0, plan.kept)
  }
  return recipes.slice(0, search.kept)
}

async function tryRecipe(
  { rowsFor, values, options, course, stage }: SearchTask,
  recipe: MemberRecipe,
  { epochs, folds }: Round,
  reserved: number,
): Promise<number | null> {
  const brief = briefly(recipe, epochs)
  const rows = { ...rowsFor(recipe), folds }
  const work = workOf(brief, folds, inputsOf(brief, rows).columns)
  if (!course.hasTimeFor('network', work, reserved)) {
    course.leaveOut(work)
    return null
  }
  const { networks } = await course.measure('network', work, () =>
    trainMembers(brief, rows, options, (share, epoch) =>
      course.tell(`${stage}, trial of ${recipe.name}`, work, share, epoch),
    ),
  )
  try {
    options.signal?.throwIfAborted()
    return lossOfHeld(rows, values, predictUnseen(brief, networks, rows))
  } finally {
    for (const network of networks) network.dispose()
  }
}

/** Of the rows of these folds */
function lossOfHeld({ target, folds }: MemberRows, values: Float64Array, unseen: Float64Array): number {
  const held = folds.flatMap((fold) => Array.from(fold.held))
  const outputs = outputsOf(target)
  const own = new Float64Array(held.length * outputs)
  held.forEach((row, place) => {
    own.set(unseen.subarray(row * outputs, (row + 1) * outputs), place * outputs)
  })
  return lossOf(
    target,
    own,
    Float64Array.from(held, (row) => values[row]),
  )
}
