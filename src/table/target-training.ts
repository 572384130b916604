// The training of one target: kind by kind of member, as far as time allows, and what they come to together.
import { blend } from './blend.ts'
import { type SavedMember, type SavedNetwork, type SavedTarget, saveMembers } from './checkpoint.ts'
import type { BothInputs, Inputs } from './ensemble.ts'
import { drawFolds } from './folds.ts'
import { inputsOf, type MemberOptions, type MemberRows, trainMembers } from './members.ts'
import { withoutPrototype } from './plain.ts'
import type { Course } from './progress.ts'
import { type MemberRecipe, type Recipe, workOf } from './recipe.ts'
import { searchRecipes, workOfSearch } from './search.ts'
import type { FittedTarget } from './target.ts'
import { disposeAll, type TrainedCandidate, type TrainedTarget } from './trained.ts'
import type { Trial } from './trial.ts'
import { predictUnseen } from './unseen.ts'

export interface TargetTraining {
  /** Of the target among all */
  readonly index: number
  readonly fitted: FittedTarget
  readonly inputs: BothInputs
  readonly recipe: Recipe
  /** Numbers of the rows whose target is known */
  readonly rows: Uint32Array
  /** Of an earlier call */
  readonly saved: SavedTarget<SavedMember>
}

/** What was done about each member of the recipe; null: left out */
type Outcomes = (TrainedCandidate | null)[]

/** Rejects with the signal's reason where it is aborted, after `onStop` was told of all that was done so far. */
export async function trainTarget(
  training: TargetTraining,
  options: MemberOptions,
  course: Course,
  onStop: (saved: SavedTarget<SavedNetwork>) => void,
): Promise<TrainedTarget> {
  const { fitted, rows } = training
  const recipe = withoutPrototype(training.recipe)
  const outcomes: Outcomes = []
  const trials: Trial[] = []
  try {
    await trainAll(training, options, course, outcomes, trials)
  } catch (error) {
    if (options.signal?.aborted) onStop(saveAll(outcomes, trials))
    disposeAll(outcomes.filter((outcome) => outcome !== null))
    throw error
  }
  const candidates = outcomes.filter((outcome) => outcome !== null)
  const blended = blend(candidates, fitted.target, fitted.values)
  const members = blended.members.filter(({ weight }) => weight > 0)
  const used = members.map(({ candidate }) => candidate)
  return {
    model: {
      target: fitted.target,
      means: meansOf(training.inputs.plain),
      ensemble: {
        members: members.map(({ candidate: { recipe: kind, networks }, weight }) => ({
          recipe: kindOf(kind),
          networks,
          weight,
        })),
        calibration: blended.calibration,
      },
    },
    blend: blended,
    rows,
    recipe: { folds: recipe.folds, members: candidates.map((candidate) => candidate.recipe) },
    trials,
    left: leftOut(recipe, outcomes, trials),
    candidates,
    used,
    idle: candidates.filter((candidate) => !used.includes(candidate)),
    save: () => saveAll(outcomes, trials),
  }
}

/** Of every column, over all rows */
function meansOf({ data, rows, columns }: Inputs): number[] {
  const sums = new Float64Array(columns)
  for (let at = 0; at < data.length; at++) sums[at % columns] += data[at]
  return Array.from(sums, (sum) => sum / rows)
}

export function kindOf({ name, hasBins, isLogarithmic }: MemberRecipe) {
  return { name, hasBins, isLogarithmic }
}

function saveAll(outcomes: Outcomes, trials: readonly Trial[]): SavedTarget<SavedNetwork> {
  return { trials: [...trials], members: outcomes.map((outcome) => outcome && saveMembers(outcome)) }
}

/** In words, what there was no time for */
function leftOut({ members, search }: Recipe, outcomes: Outcomes, trials: readonly Trial[]): string[] {
  const names = members.filter((_, index) => outcomes[index] === null).map(({ name }) => name)
  const untried = trials.filter(({ loss }) => loss === null).length
  if (untried > 0) names.push(`${untried} of ${trials.length} trials of the search`)
  const untrained = outcomes.slice(members.length).filter((outcome) => outcome === null).length
  if (untrained > 0) names.push(`${untrained} of the ${search?.kept} that the search found best`)
  return names
}

/** Trains the members of the recipe, then those that a search finds. */
async function trainAll(
  training: TargetTraining,
  options: MemberOptions,
  course: Course,
  outcomes: Outcomes,
  trials: Trial[],
): Promise<void> {
  const { index, fitted, inputs, saved } = training
  const recipe = withoutPrototype(training.recipe)
  const { target, values } = fitted
  const folds = drawFolds(target, values, recipe.folds, options.seed)
  const rowsFor = ({ isLogarithmic }: MemberRecipe): MemberRows => ({
    inputs,
    target,
    folds,
    values: isLogarithmic ? (fitted.logarithms as Float64Array) : values,
  })
  const workFor = (member: MemberRecipe) => workOf(member, folds, inputsOf(member, { inputs }).columns)
  const { search, members } = recipe
  const expected = search === undefined ? undefined : workOfSearch(search, folds, workFor)
  course.begin(index, sum(members.map(workFor)) + (expected === undefined ? 0 : expected.trials + expected.kept))
  const train = async (member: MemberRecipe) => {
    const known = saved.members[outcomes.length]
    outcomes.push(
      await trainOne(member, workFor(member), rowsFor(member), known, options, course, outcomes.length === 0),
    )
    options.signal?.throwIfAborted()
  }
  for (const member of members) await train(member)
  if (search === undefined || expected === undefined) return
  const task = { search, rowsFor, values, options, course, stage: target.name, saved: saved.trials }
  const found = await searchRecipes(task, trials)
  course.leaveOut(expected.kept - sum(found.map(workFor)))
  for (const member of found) await train(member)
}

/** Null where there is no time for it, or was none in an earlier call; the first member is always trained. */
async function trainOne(
  member: MemberRecipe,
  work: number,
  rows: MemberRows,
  known: readonly SavedMember[] | null | undefined,
  options: MemberOptions,
  course: Course,
  isFirst: boolean,
): Promise<TrainedCandidate | null> {
  const kind = member.isLinear ? 'linear' : 'network'
  if (known === null || (known === undefined && !isFirst && !course.hasTimeFor(kind, work))) {
    course.leaveOut(work)
    return null
  }
  const stage = `${rows.target.name}: ${member.name}`
  const trained = await course.measure(kind, work, () =>
    trainMembers(member, rows, options, (share, epoch) => course.tell(stage, work, share, epoch), known),
  )
  const hasEnded = !options.signal?.aborted && trained.isDone.every((done) => done)
  return {
    recipe: member,
    ...trained,
    unseen: hasEnded ? predictUnseen(member, trained.networks, rows) : new Float64Array(),
  }
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)
