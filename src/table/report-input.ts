// What the report of a model that was just trained says.
import type { Unseen } from '../report/evidence.ts'
import type { ReportInput, ReportTarget } from '../report/input.ts'
import type { ColumnImportance } from './importance.ts'
import type { TableModel } from './model.ts'
import type { TargetReport, UnseenPredictions } from './report.ts'

/** What is known beside the model */
export interface ReportFacts {
  /** Name of the data: the file */
  readonly source: string
  /** The command line that comes to the same bits */
  readonly command: string
  /** By target, where it was computed */
  readonly importance?: Readonly<Record<string, readonly ColumnImportance[]>>
}

export function reportInput(model: TableModel, { importance = {}, ...facts }: ReportFacts): ReportInput {
  const { report, schema, warnings, choices, unseen = [] } = model
  return {
    ...facts,
    version: choices.version,
    rows: report.rows,
    schema,
    warnings,
    choices: choicesOf(model),
    targets: report.targets.map((target) => {
      const own = unseen.find((one) => one.target === target.name)
      const columns = importance[target.name]
      return {
        ...targetOf(target),
        members: choices.members.filter((member) => member.target === target.name),
        trials: choices.trials.filter((trial) => trial.target === target.name),
        labels: own?.labels.map(String) ?? [],
        ...(own === undefined ? {} : { unseen: inPlaces(own) }),
        ...(columns === undefined ? {} : { importance: columns }),
      }
    }),
  }
}

function targetOf({ name, task, loss, metrics: { rows, ...metrics }, curves }: TargetReport) {
  return {
    name,
    task,
    rows,
    metrics: Object.entries(metrics),
    lossName: task === 'classification' ? 'log loss' : 'scaled square error',
    loss,
    curves: curves.map(({ name: member, loss: training, validationLoss: validation }) => ({
      name: member,
      training,
      validation,
    })),
  } satisfies Partial<ReportTarget>
}

/** Labels as places among them */
function inPlaces({ actual, predicted, labels }: UnseenPredictions): Unseen {
  const places = new Map(labels.map((label, place) => [label, place]))
  const truth = actual.map((value) => (labels.length === 0 ? Number(value) : (places.get(value) ?? -1)))
  return { truth, outputs: predicted }
}

function choicesOf({ choices, digest }: TableModel): [string, string][] {
  const { effort, seed, folds, members, left, budget } = choices
  const parts = members
    .filter(({ weight }) => weight > 0)
    .map(({ target, name, weight }) => `${target}: ${Math.round(100 * weight)} % ${name}`)
  return [
    ['effort', effort],
    ['seed', String(seed)],
    ['folds', folds.join(', ')],
    ['members', parts.join('; ')],
    ...(budget === undefined ? [] : [['budget', `${budget} ms`] as [string, string]]),
    ...(left.length === 0 ? [] : [['left out for want of time', left.join(', ')] as [string, string]]),
    ['digest of rows and options', choices.digest],
    ['digest of the model', digest],
  ]
}
