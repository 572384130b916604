// What `wasmprop tutorial` found out, for people and as JSON.
import type { Network, TrainResult } from 'wasmprop'
import { lossChart, sampleLosses } from './chart.ts'
import { divisorOf, type ExamOptions, HOURS, SCORES, scaledHours } from './exam.ts'
import { type Fitted, printFitted } from './fitted.ts'
import type { Race } from './race.ts'
import { bold, dim, duration, green, print, table, warn } from './terminal.ts'

/** What a run found out */
export interface Report {
  readonly options: ExamOptions
  readonly network: Network
  readonly result: TrainResult
  readonly predicted: number[]
  readonly race: Race | undefined
  readonly fitted: Fitted
  readonly explanation?: { readonly of: string; readonly text: string }
  readonly warnings: readonly string[]
}

/** Everything that is printed, for machines */
export function toJson({ options, network, result, predicted, race, fitted, explanation, warnings }: Report): unknown {
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
    fitted,
    ...(explanation === undefined ? {} : { explanation }),
    warnings,
  }
}

export function printHead({ hidden, dtype, seed }: ExamOptions): void {
  const title = bold('Exam scores from hours studied and slept')
  print(`${title}: 2-${hidden}-1 sigmoid network, ${dtype}, seed ${seed}\n`)
}

export function printReport(report: Report): void {
  const { explanation, warnings } = report
  for (const line of rowsTable(report)) print(`  ${line}`)
  printLoss(report)
  printRace(report)
  printFitted(report.fitted, report.predicted, report.result.epochs)
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
  const proof = ['weights hash', hashes.wasm, hashes.typescript, identical ? green('identical') : bold('different')]
  const lines = table(
    [head, times, proof].map((row) => row.slice(0, 3)),
    1,
  )
  for (const [index, row] of [head, times, proof].entries()) print(`  ${lines[index]}  ${row[3]}`.trimEnd())
}
