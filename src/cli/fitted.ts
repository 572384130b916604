// The tutorial's second half: the same three rows fitted, beside the teaching script's plain steps, which stop near the mean.
import { createNetwork, type NetworkConfig } from 'wasmprop'
import { type ExamOptions, FULL_SCORE, HOURS, SCORES } from './exam.ts'
import { bold, dim, print, table } from './terminal.ts'

/** Half the sum of squares, of scores divided by 100: off by less than 0.05 points a row */
const TARGET_LOSS = 1e-7
const MOST_EPOCHS = 5000

export interface Fitted {
  readonly config: NetworkConfig
  readonly epochs: number
  readonly loss: number
  readonly predicted: number[]
  readonly weightsHash: string
}

/** README's first network: tanh instead of sigmoid below the output, weights drawn around 0, Adam; the library's own defaults else */
const configOf = ({ engine }: ExamOptions): NetworkConfig => ({
  inputs: 2,
  layers: [
    { units: 3, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ],
  loss: 'halfSquaredError',
  optimizer: { name: 'adam', learningRate: 0.1 },
  scaling: { inputs: 'max', targets: { divideBy: FULL_SCORE } },
  engine,
  seed: 1,
})

export async function fit(options: ExamOptions): Promise<Fitted> {
  const config = configOf(options)
  const network = await createNetwork(config)
  const { epochs, loss } = await network.train(HOURS, SCORES, {
    epochs: MOST_EPOCHS,
    batchSize: 'full',
    targetLoss: TARGET_LOSS,
  })
  const predicted = network.predict(HOURS).flat()
  const weightsHash = network.weightsHash()
  network.dispose()
  return { config, epochs, loss: loss[loss.length - 1], predicted, weightsHash }
}

export function printFitted({ epochs, predicted }: Fitted, plain: readonly number[], plainEpochs: number): void {
  print(`\n${bold('The same three rows, fitted')}: tanh below, weights drawn around 0, Adam`)
  const scores = (values: readonly number[]) => values.map((value) => value.toFixed(2))
  const rows = [
    ['Actual', ...SCORES.flat().map(String)],
    [`Plain steps, ${plainEpochs}`, ...scores(plain)],
    [`Adam, ${epochs} epochs`, ...scores(predicted)],
  ]
  const [actual, ...others] = table(rows, 1)
  print(`  ${dim(actual)}`)
  for (const line of others) print(`  ${line}`)
}
