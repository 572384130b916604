// `wasmprop tutorial`: trains the teaching script's network, prints what the script prints, and shows that both engines
// come to the same weights.
import { createNetwork, explain, type Network, type TrainResult } from 'wasmprop'
import { commonRules, type Rules, UsageError, type Values } from './arguments.ts'
import { lossChart, sampleLosses } from './chart.ts'
import {
  divisorOf,
  type ExamOptions,
  examConfig,
  HOURS,
  rangeWarnings,
  SCORES,
  scaledHours,
  trainOptions,
} from './exam.ts'
import { explanationText } from './explanation.ts'
import { mazur } from './mazur.ts'
import { type Race, raceEngines } from './race.ts'
import { bold, dim, duration, green, print, printJson, red, table, warn } from './terminal.ts'

export const tutorialUsage = [
  'train the classic 2-3-1 example: hours studied and slept against exam scores',
  '',
  'Prints inputs, scaled inputs, actual and predicted outputs, the loss curve, and the',
  'time that both engines take for the same weights.',
]

export const tutorialRules = {
  epochs: { type: 'integer', value: 'N', least: 1, most: 1e7, help: 'passes over the three rows (default 7000)' },
  'learning-rate': { type: 'number', value: 'N', above: 0, help: 'step size of gradient descent (default 0.1)' },
  hidden: { type: 'integer', value: 'N', least: 1, most: 4096, help: 'units of the hidden layer (default 3)' },
  seed: {
    type: 'integer',
    value: 'N',
    least: 0,
    most: 2 ** 32 - 1,
    help: 'what the first weights are drawn from (default 1)',
  },
  engine: { type: 'choice', choices: ['auto', 'wasm', 'typescript'], help: 'what trains (default auto)' },
  dtype: { type: 'choice', choices: ['float32', 'float64'], help: 'type of the numbers (default float64)' },
  explain: {
    type: 'text',
    value: 'w5',
    means: 'a weight or bias such as w5, or all',
    help: 'the chain rule with numbers, for a weight or bias, or all',
  },
  example: { type: 'choice', choices: ['mazur'], help: "Mazur's 2-2-2 network, one step, with every number" },
  'freeze-hidden-bias': { type: 'flag', help: "leave the hidden layer's biases as they are drawn" },
  unscaled: { type: 'flag', help: 'leave the targets at 92, 86, 89: the output saturates' },
  literal: { type: 'flag', help: 'both of these: the text as it stands' },
  ...commonRules,
} as const satisfies Rules

export type TutorialValues = Values<typeof tutorialRules>

/** Options that change the data or the network, and so do not go with another example */
const EXAM_ONLY = ['epochs', 'hidden', 'seed', 'freeze-hidden-bias', 'unscaled', 'literal'] as const

export async function tutorial(values: TutorialValues): Promise<void> {
  if (values.example === 'mazur') {
    const misplaced = EXAM_ONLY.find((name) => values[name] !== undefined && values[name] !== false)
    if (misplaced) throw new UsageError(`--${misplaced} does not go with --example mazur, whose network is given`)
    return mazur(values)
  }
  const options = readOptions(values)
  const report = await run(options, values.explain)
  if (values.json) printJson(toJson(report))
  else printReport(report)
}

function readOptions(values: TutorialValues): ExamOptions {
  return {
    epochs: values.epochs ?? 7000,
    learningRate: values['learning-rate'] ?? 0.1,
    hidden: values.hidden ?? 3,
    seed: values.seed ?? 1,
    engine: values.engine ?? 'auto',
    dtype: values.dtype ?? 'float64',
    freezesHiddenBias: values['freeze-hidden-bias'] || values.literal,
    isUnscaled: values.unscaled || values.literal,
  }
}

interface Report {
  readonly options: ExamOptions
  readonly network: Network
  readonly result: TrainResult
  readonly predicted: number[]
  readonly race: Race | undefined
  readonly explanation?: { readonly of: string; readonly text: string }
  readonly warnings: readonly string[]
}

async function run(options: ExamOptions, explained: string | undefined): Promise<Report> {
  const network = await createNetwork(examConfig(options))
  network.fitScaling(HOURS, SCORES)
  const explanation =
    explained === undefined
      ? undefined
      : { of: explained, text: explanationText(explain(network, HOURS[0], SCORES[0]), explained) }
  const result = await network.train(HOURS, SCORES, trainOptions(options))
  return {
    options,
    network,
    result,
    predicted: network.predict(HOURS).flat(),
    race: await raceAgainst(network, options),
    ...(explanation === undefined ? {} : { explanation }),
    warnings: [
      ...rangeWarnings(options),
      ...(result.advice === undefined ? [] : [`training diverged: ${result.advice}`]),
    ],
  }
}

/** Both engines, whose weights must be those of the network too */
async function raceAgainst(network: Network, options: ExamOptions): Promise<Race | undefined> {
  const race = await raceEngines(examConfig(options), trainOptions(options))
  return race && { ...race, identical: race.identical && network.weightsHash() === race.hashes.wasm }
}

/** Everything that is printed, for machines */
function toJson({ options, network, result, predicted, race, explanation, warnings }: Report): unknown {
  const { epochs, stopReason, loss, milliseconds } = result
  const divisor = divisorOf(options)
  return {
    command: 'tutorial',
    options,
    network: [network.inputs, ...network.layers.map(({ units }) => units)],
    X: HOURS,
    XScaled: scaledHours(),
    actual: SCORES.flat(),
    actualScaled: SCORES.flat().map((score) => score / divisor),
    predicted,
    predictedScaled: predicted.map((score) => score / divisor),
    epochs,
    stopReason,
    loss: { first: loss[0] ?? null, last: loss[loss.length - 1] ?? null, curve: sampleLosses(loss, 100) },
    trainedBy: { ...network.engine, milliseconds },
    weights: network.getWeights(),
    weightsHash: network.weightsHash(),
    engines: race ?? null,
    ...(explanation === undefined ? {} : { explanation }),
    warnings,
  }
}

function printReport(report: Report): void {
  const { options, network, explanation, warnings } = report
  const shape = [network.inputs, ...network.layers.map(({ units }) => units)].join('-')
  print(
    `${bold('Exam scores from hours studied and slept')}: ${shape} sigmoid network, ${options.dtype}, seed ${options.seed}\n`,
  )
  for (const line of rowsTable(report)) print(`  ${line}`)
  printLoss(report)
  printRace(report)
  if (explanation) print(`\n${bold(`Row 1 before training, ${explanation.of}`)}\n\n${explanation.text}`)
  for (const warning of warnings) warn(warning)
}

/** What the teaching script prints */
function rowsTable({ options, predicted }: Report): string[] {
  const divisor = divisorOf(options)
  const scaled = scaledHours()
  const rows = HOURS.map((hours, row) => {
    const [score] = SCORES[row]
    const outputs = options.isUnscaled
      ? [String(score), predicted[row].toFixed(6)]
      : [String(score), (score / divisor).toFixed(2), predicted[row].toFixed(4), (predicted[row] / divisor).toFixed(6)]
    return [...hours.map(String), ...scaled[row].map((value) => value.toFixed(6)), ...outputs]
  })
  const groups = options.isUnscaled ? ['Actual', 'Predicted'] : ['Actual', '', 'Predicted', '']
  const columns = options.isUnscaled ? ['score', 'score'] : ['score', 'scaled', 'score', 'scaled']
  const head = [
    ['X', '', 'X scaled', '', ...groups],
    ['studied', 'slept', 'studied', 'slept', ...columns],
  ]
  const [first, second, ...lines] = table([...head, ...rows], 0)
  return [dim(first), dim(second), ...lines]
}

function printLoss({ options, result }: Report): void {
  const { loss, epochs } = result
  const numbers = epochs === 0 ? 'none' : `${loss[0].toPrecision(6)} → ${loss[epochs - 1].toPrecision(6)}`
  const stop = result.stopReason === 'epochs' ? '' : `, ${result.stopReason}`
  print(
    `\nLoss ½ Σ (actual − predicted)²${options.isUnscaled ? '' : ', scaled'}: ${bold(numbers)} in ${epochsOf(epochs)}${stop}`,
  )
  for (const line of lossChart(loss)) print(line)
}

const epochsOf = (count: number): string => (count === 1 ? '1 epoch' : `${count} epochs`)

function printRace({ options, network, result, race }: Report): void {
  const { name, reason } = network.engine
  const by = `by the ${name} engine${reason === undefined ? '' : ` (${reason})`}`
  print(`\nTrained ${by} in ${duration(result.milliseconds)} from a cold start`)
  if (race === undefined) {
    print('WebAssembly is not available here: nothing to compare with.')
    return
  }
  print('Both engines, warm:')
  const { milliseconds, hashes, ratio, identical, runs } = race
  const head = ['', 'wasm', 'typescript', '']
  const times = [
    `time for ${epochsOf(options.epochs)}`,
    duration(milliseconds.wasm),
    duration(milliseconds.typescript),
    `ratio ${ratio.toFixed(1)}, best of ${runs}`,
  ]
  const proof = ['weights hash', hashes.wasm, hashes.typescript, identical ? green('identical') : red('different')]
  const lines = table(
    [head, times, proof].map((row) => row.slice(0, 3)),
    1,
  )
  for (const [index, row] of [head, times, proof].entries()) print(`  ${lines[index]}  ${row[3]}`.trimEnd())
}
