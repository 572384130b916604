// `gradients` against central differences in float64, for every combination of activations and losses that the tables
// allow. The differences are taken from outside: through setWeights and the objective alone.
import { describe, expect, it } from 'vitest'
import { createNetwork, type LayerWeights, type Network } from '../../src/index.ts'
import { activations } from '../../src/tables/activations.ts'
import { losses } from '../../src/tables/losses.ts'
import { type Choice, isAccepted, loosely, variantsOf } from '../support/choices.ts'
import { engines, listOf, numbersOf, relativeDifference, rowsOf } from '../support/networks.ts'

/**
 * The five-point formula misses by h⁴/30 · f⁗′, about 1e-13 with h = 2⁻¹⁰, and by the rounding of the objective, about
 * 1e-16 / h = 1e-13. A bound of 1e-9 of the largest gradient leaves room for steep functions, and no wrong factor.
 */
const STEP = 2 ** -10
const TOLERANCE = 1e-9
const INPUTS = 3
const ROWS = 5

type Targets = number[][]
type Objective = (layers: LayerWeights[]) => number

/** Targets of the kind that a loss takes */
function targetsFor(loss: string, rows: number, outputs: number): Targets {
  const { targets: kind } = losses[loss as keyof typeof losses] as { targets: string }
  const targets = rowsOf(rows, outputs, 99)
  if (kind === 'number') return targets
  const shares = targets.map((row) => row.map((value) => (value + 1) / 2))
  if (kind === 'probability') return shares
  return shares.map((row) => row.map((value) => value / row.reduce((sum, share) => sum + share)))
}

function objectiveOf(network: Network, inputs: number[][], targets: Targets): Objective {
  return (layers) => {
    network.setWeights(layers)
    const { loss, penalty } = network.gradients(inputs, targets)
    return loss + penalty
  }
}

/** All derivatives; NaN where two steps disagree, since a kink lies between them */
function differences(objective: Objective, layers: LayerWeights[], trained: boolean[]): LayerWeights[] {
  const derivative = (row: number[], index: number) => {
    const value = row[index]
    /** Half the difference of the objective, `steps` steps to either side */
    const half = (steps: number) => {
      row[index] = value + steps * STEP
      const above = objective(layers)
      row[index] = value - steps * STEP
      return (above - objective(layers)) / 2
    }
    const [finest, near, far] = [half(0.5), half(1), half(2)]
    row[index] = value
    const found = (8 * near - far) / (6 * STEP)
    const finer = (8 * finest - near) / (3 * STEP)
    return Math.abs(found - finer) > 1e-8 * Math.max(1, Math.abs(found)) ? Number.NaN : found
  }
  return layers.map(({ weights, biases }, layer) => ({
    weights: weights.map((row) => row.map((_, index) => derivative(row, index))),
    biases: biases.map((_, index) => (trained[layer] ? derivative(biases, index) : 0)),
  }))
}

/** Tries seeds until no kink is near, then compares. */
async function expectTrueGradients(config: object, loss: string, rows = ROWS) {
  for (let seed = 1; seed <= 40; seed++) {
    const biasInit = { name: 'uniform', low: -0.5, high: 0.5 }
    const { layers } = config as { layers: object[] }
    const withBiases = layers.map((layer) => ('bias' in layer ? layer : { biasInit, ...layer }))
    const network = await createNetwork(loosely({ ...config, layers: withBiases, dtype: 'float64', seed }))
    const outputs = network.layers[layers.length - 1].units
    const inputs = rowsOf(rows, INPUTS, seed)
    const targets = targetsFor(loss, rows, outputs)
    const start = network.getWeights()
    const found = network.gradients(inputs, targets)
    const wanted = differences(
      objectiveOf(network, inputs, targets),
      start,
      network.layers.map(({ trainBias }) => trainBias),
    )
    network.dispose()
    if (listOf(wanted).flat(2).some(Number.isNaN)) continue
    expect(relativeDifference(listOf(found.layers), listOf(wanted))).toBeLessThan(TOLERANCE)
    return
  }
  throw new Error('expected a seed whose data keep away from kinks')
}

const activationVariants = Object.keys(activations).flatMap((name) => variantsOf(activations, name))
const lossVariants = Object.keys(losses).flatMap((name) => variantsOf(losses, name))
const textOf = ({ name, ...options }: Choice) =>
  [name, ...Object.entries(options).map((pair) => pair.join(' '))].join(', ')

const layersOf = (hidden: Choice | 'tanh', output: Choice) => [
  { units: 4, activation: hidden },
  { units: 3, activation: output },
]

/** An output that goes with the loss: the only one that it takes, else linear */
function outputFor({ name }: Choice): Choice {
  const { activation = 'linear' } = losses[name as keyof typeof losses] as { activation?: string }
  return { name: activation } as Choice
}

const outputCases = activationVariants.flatMap((output) =>
  lossVariants
    .filter((loss) => isAccepted({ inputs: INPUTS, layers: layersOf('tanh', output), loss }))
    .map((loss): [string, string, Choice, Choice] => [textOf(output), textOf(loss), output, loss]),
)
const hiddenCases = activationVariants.flatMap((hidden) =>
  lossVariants.map((loss): [string, string, Choice, Choice] => [textOf(hidden), textOf(loss), hidden, loss]),
)

const penalties = [
  { l1: 0.01, l2: 0 },
  { l1: 0, l2: 0.1 },
  { l1: 0.01, l2: 0.1 },
]

describe.each(engines)('gradients in %s agree with central differences to 1e-9', (engine) => {
  it.each(outputCases)('%s output, %s', async (_output, _loss, output, loss) => {
    await expectTrueGradients({ inputs: INPUTS, layers: layersOf('tanh', output), loss, engine }, loss.name)
  })

  it.each(hiddenCases)('%s in a hidden layer, %s', async (_hidden, _loss, hidden, loss) => {
    await expectTrueGradients({ inputs: INPUTS, layers: layersOf(hidden, outputFor(loss)), loss, engine }, loss.name)
  })

  it.each(lossVariants.map((loss): [string, Choice] => [textOf(loss), loss]))(
    '%s without a hidden layer',
    async (_, loss) => {
      const layers = [{ units: 2, activation: outputFor(loss) }]
      await expectTrueGradients({ inputs: INPUTS, layers, loss, engine }, loss.name)
    },
  )

  it.each([1, 2, 3, 4])('through %d hidden layers, of which one has frozen and one no biases', async (depth) => {
    const widths = [5, 1, 4, 2].slice(0, depth)
    const hidden = widths.map((units, layer) => ({
      units,
      activation: layer % 2 === 0 ? 'tanh' : 'sigmoid',
      ...(layer === 0 ? { trainBias: false } : {}),
      ...(layer === 2 ? { bias: false } : {}),
    }))
    const config = { inputs: INPUTS, layers: [...hidden, { units: 2 }], loss: 'meanSquaredError', engine }
    await expectTrueGradients(config, 'meanSquaredError')
  })

  it('over more rows than one block holds', async () => {
    const config = {
      inputs: INPUTS,
      layers: layersOf('tanh', { name: 'linear' } as Choice),
      loss: 'halfSquaredError',
      engine,
    }
    await expectTrueGradients(config, 'halfSquaredError', 300)
  })

  it.each(penalties)('with the penalties l1 $l1 and l2 $l2', async (regularization) => {
    const layers = layersOf('tanh', { name: 'linear' } as Choice)
    await expectTrueGradients({ inputs: INPUTS, layers, regularization, engine }, 'meanSquaredError')
  })

  it('are those of one batch: norm and loss agree with them, and nothing changes', async () => {
    const layers = [
      { units: 4, activation: 'tanh', trainBias: false },
      { units: 2, bias: false },
    ]
    const network = await createNetwork(loosely({ inputs: INPUTS, layers, dtype: 'float64', engine, seed: 3 }))
    const inputs = rowsOf(300, INPUTS, 1)
    const targets = rowsOf(300, 2, 2)
    const before = JSON.stringify(network)
    const found = network.gradients(inputs, targets)
    const squares = listOf(found.layers)
      .flat(2)
      .map((value) => value * value)
    expect(found.norm).toBeCloseTo(Math.sqrt(squares.reduce((sum, square) => sum + square)), 14)
    expect(found.loss).toBe(network.evaluate(inputs, targets).loss)
    expect(found.penalty).toBe(0)
    expect(found.layers.map(({ biases }) => biases)).toEqual([
      [0, 0, 0, 0],
      [0, 0],
    ])
    expect(JSON.stringify(network)).toBe(before)
    expect(network.gradients(inputs, targets)).toEqual(found)
  })

  it('of a batch are the row-wise ones, averaged or added as the loss says', async () => {
    const inputs = rowsOf(7, INPUTS, 1)
    const targets = rowsOf(7, 2, 2)
    for (const [loss, divisor] of [
      ['meanSquaredError', 7],
      ['halfSquaredError', 1],
    ] as const) {
      const network = await createNetwork({ inputs: INPUTS, layers: [{ units: 2 }], loss, dtype: 'float64', engine })
      const rows = inputs.map((input, row) => listOf(network.gradients([input], [targets[row]]).layers).flat(2))
      const sums = rows[0].map((_, index) => rows.reduce((sum, row) => sum + row[index], 0) / divisor)
      expect(relativeDifference(listOf(network.gradients(inputs, targets).layers).flat(2), sums)).toBeLessThan(1e-14)
    }
  })
})

it('float32 gradients are those of float64 to its precision', async () => {
  const start = { weightInit: [numbersOf(4, 1), numbersOf(4, 2), numbersOf(4, 3)] }
  const layers = [
    { units: 4, activation: 'tanh', ...start },
    { units: 2, weightInit: rowsOf(4, 2, 4) },
  ] as const
  const gradientsIn = async (dtype: 'float32' | 'float64') => {
    const network = await createNetwork({ inputs: INPUTS, layers, dtype })
    return listOf(network.gradients(rowsOf(20, INPUTS, 5), rowsOf(20, 2, 6)).layers)
  }
  // Sums of 20 terms, each rounded to 2⁻²⁴
  expect(relativeDifference(await gradientsIn('float32'), await gradientsIn('float64'))).toBeLessThan(20 * 2 ** -24)
})
