// `wasmprop tutorial`: trains the teaching script's network, prints what the script prints, and shows that both engines
// come to the same weights.

import { createNetwork, explain, type Network } from 'wasmprop'
import { type ExamOptions, examConfig, HOURS, rangeWarnings, SCORES, trainOptions } from './exam.ts'
import { explanationText } from './explanation.ts'
import { fit } from './fitted.ts'
import { UsageError } from './flags.ts'
import { kebab } from './help.ts'
import { mazur } from './mazur.ts'
import { EXIT } from './messages.ts'
import { type Race, raceEngines } from './race.ts'
import { printJson } from './terminal.ts'
import type { TutorialFlags } from './tutorial-options.ts'
import { printHead, printReport, type Report, toJson } from './tutorial-report.ts'

/** Options that change the data or the network, and so do not go with another example */
const EXAM_ONLY = ['epochs', 'hidden', 'seed', 'freezeHiddenBias', 'unscaled', 'literal'] as const

export async function tutorial(values: TutorialFlags): Promise<void> {
  if (values.example === 'mazur' || values.check !== undefined) {
    const misplaced = EXAM_ONLY.find((name) => values[name] !== undefined && values[name] !== false)
    if (misplaced)
      throw new UsageError(`--${kebab(misplaced)} does not go with ${givenBy(values)}, whose network is given`)
    if (values.check === undefined) return mazur(values)
    const { check } = await import('./check.ts')
    return check(values, values.check)
  }
  const options = readOptions(values)
  const prepared = await prepare(options, values.explain)
  if (!values.json) printHead(options)
  const report = await run(options, prepared)
  if (values.json) printJson(toJson(report))
  else printReport(report)
  if (report.result.stopReason === 'diverged') process.exitCode = EXIT.diverged
}

const givenBy = ({ check }: TutorialFlags): string => (check === undefined ? '--example mazur' : '--check')

function readOptions(values: TutorialFlags): ExamOptions {
  return {
    epochs: values.epochs ?? 7000,
    learningRate: values.learningRate ?? 0.1,
    hidden: values.hidden ?? 3,
    seed: values.seed ?? 1,
    engine: values.engine ?? 'auto',
    dtype: values.dtype ?? 'float64',
    freezesHiddenBias: values.freezeHiddenBias || values.literal,
    isUnscaled: values.unscaled || values.literal,
  }
}

type Prepared = Pick<Report, 'network' | 'explanation'>

async function prepare(options: ExamOptions, explained: string | undefined): Promise<Prepared> {
  const network = await createNetwork(examConfig(options))
  network.fitScaling(HOURS, SCORES)
  if (explained === undefined) return { network }
  return {
    network,
    explanation: { of: explained, text: explanationText(explain(network, HOURS[0], SCORES[0]), explained) },
  }
}

async function run(options: ExamOptions, prepared: Prepared): Promise<Report> {
  const { network } = prepared
  const result = await network.train(HOURS, SCORES, trainOptions(options))
  const diverged = result.advice === undefined ? [] : [`training diverged: ${result.advice}`]
  return {
    ...prepared,
    options,
    result,
    predicted: network.predict(HOURS).flat(),
    race: await raceAgainst(network, options),
    fitted: await fit(options),
    warnings: [...rangeWarnings(options), ...diverged],
  }
}

/** Both engines, whose weights must be those of the network too */
async function raceAgainst(network: Network, options: ExamOptions): Promise<Race | undefined> {
  const race = await raceEngines(examConfig(options), trainOptions(options))
  return race && { ...race, identical: race.identical && network.weightsHash() === race.hashes.wasm }
}
