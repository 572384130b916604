// The training of one target: kind by kind of member, as far as time allows, and what they come to together.
import { blend } from './blend.ts'
import { type SavedMember, type SavedNetwork, saveMembers, type TrainedMembers } from './checkpoint.ts'
import { type BothInputs, outputsOf, predictMember } from './ensemble.ts'
import { drawFolds } from './folds.ts'
import { inputsOf, type MemberOptions, type MemberRows, selectInputs, trainMembers } from './members.ts'
import type { Course } from './progress.ts'
import { type MemberRecipe, type Recipe, workOf } from './recipe.ts'
import type { FittedTarget } from './target.ts'
import { disposeAll, type TrainedCandidate, type TrainedTarget } from './trained.ts'

export interface TargetTraining {
  /** Of the target among all */
  readonly index: number
  readonly fitted: FittedTarget
  readonly inputs: BothInputs
  readonly recipe: Recipe
  /** Numbers of the rows whose target is known */
  readonly rows: Uint32Array
  /** Of an earlier call, member by member; null: left out then */
  readonly saved: readonly (readonly SavedMember[] | null)[]
}

/** What was done about each member of the recipe; null: left out */
type Outcomes = (TrainedCandidate | null)[]

/** Rejects with the signal's reason where it is aborted, after `onStop` was told of all members so far. */
export async function trainTarget(
  training: TargetTraining,
  options: MemberOptions,
  course: Course,
  onStop: (members: (readonly SavedNetwork[] | null)[]) => void,
): Promise<TrainedTarget> {
  const { fitted, recipe, rows } = training
  const outcomes: Outcomes = []
  try {
    await trainAll(training, options, course, outcomes)
  } catch (error) {
    if (options.signal?.aborted) onStop(saveAll(outcomes))
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
    recipe: { ...recipe, members: candidates.map((candidate) => candidate.recipe) },
    left: recipe.members.filter((_, index) => outcomes[index] === null).map(({ name }) => name),
    candidates,
    used,
    idle: candidates.filter((candidate) => !used.includes(candidate)),
    save: () => saveAll(outcomes),
  }
}

export function kindOf({ name, hasBins, isLogarithmic }: MemberRecipe) {
  return { name, hasBins, isLogarithmic }
}

function saveAll(outcomes: Outcomes): (readonly SavedNetwork[] | null)[] {
  return outcomes.map((outcome) => outcome && saveMembers(outcome))
}

async function trainAll(
  training: TargetTraining,
  options: MemberOptions,
  course: Course,
  outcomes: Outcomes,
): Promise<void> {
  const { index, fitted, inputs, recipe, saved } = training
  const { target, values } = fitted
  const folds = drawFolds(target, values, recipe.folds, options.seed)
  const work = recipe.members.map((member) =>
    workOf(member, folds.length, values.length, inputsOf(member, { inputs }).columns),
  )
  course.begin(
    index,
    work.reduce((sum, amount) => sum + amount, 0),
  )
  for (const [at, member] of recipe.members.entries()) {
    const kind = member.isLinear ? 'linear' : 'network'
    const known = saved[at]
    if (known === null || (known === undefined && at > 0 && !course.hasTimeFor(kind, work[at]))) {
      outcomes.push(null)
      course.leaveOut(work[at])
      continue
    }
    const rows = { inputs, target, folds, values: member.isLogarithmic ? (fitted.logarithms as Float64Array) : values }
    const stage = `${target.name}: ${member.name}`
    const trained = await course.measure(kind, work[at], () =>
      trainMembers(member, rows, options, (share, epoch) => course.tell(stage, work[at], share, epoch), known),
    )
    const hasEnded = trained.isDone.every((done) => done)
    outcomes.push({
      recipe: member,
      ...trained,
      unseen: hasEnded ? predictUnseen(member, trained, rows) : new Float64Array(),
    })
    options.signal?.throwIfAborted()
  }
}

/** What the networks of each fold predict for its rows, on the scale of all members: rows × outputs */
function predictUnseen(
  recipe: MemberRecipe,
  { networks }: TrainedMembers,
  { inputs, target, folds, values }: MemberRows,
): Float64Array {
  const outputs = outputsOf(target)
  const unseen = new Float64Array(values.length * outputs)
  folds.forEach(({ held }, fold) => {
    const own = {
      withBins: inputs.withBins,
      plain: inputs.plain,
      [recipe.hasBins ? 'withBins' : 'plain']: selectInputs(inputsOf(recipe, { inputs }), held),
    }
    for (const network of networks.slice(fold * recipe.seeds, (fold + 1) * recipe.seeds)) {
      const predicted = predictMember(recipe, network, target, own)
      held.forEach((row, place) => {
        for (let output = 0; output < outputs; output++)
          unseen[row * outputs + output] += predicted[place * outputs + output] / recipe.seeds
      })
    }
  })
  return unseen
}
