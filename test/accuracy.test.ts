// What training is for: test accuracy and R² on held-out rows of two classic sets, by the recipes that PyTorch and
// scikit-learn were run with, not worse than theirs over ten seeds.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createNetwork, type NetworkConfig } from '../src/index.ts'

const SEEDS = 10
/** One-sided, in standard errors: a gap that chance makes once in two thousand tests */
const MOST_STANDARD_ERRORS = 3.3
const MARGINS = { classification: 0.01, regression: 0.03 }

type SetName = 'iris' | 'diabetes'

interface Recipe {
  hidden_activation: 'relu' | 'tanh' | 'sigmoid'
  optimizer: 'adam' | 'sgd'
  lr: number
  momentum?: number
  batch: number
  output?: 'sigmoid'
  epochs: Partial<Record<SetName, number>>
}

/** Scores of 30 seeds each, made with PyTorch 2.13 in float64 and scikit-learn 1.2.1 */
const {
  sets,
  recipes,
  scores,
}: {
  sets: Record<SetName, { task: 'classification' | 'regression'; train: number[]; test: number[] }>
  recipes: Record<string, Recipe>
  scores: Record<'torch' | 'sklearn', Record<SetName, Record<string, number[]>>>
} = JSON.parse(readFileSync(new URL('fixtures/accuracy.json', import.meta.url), 'utf8'))

const rowsOfFile = (name: SetName) =>
  readFileSync(new URL(`fixtures/${name}.csv`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))

function configOf(name: SetName, inputs: number, recipe: Recipe): NetworkConfig {
  const { hidden_activation, optimizer, lr, momentum = 0, output } = recipe
  const isClassification = sets[name].task === 'classification'
  const last = output
    ? { units: 3, activation: output }
    : isClassification
      ? { units: 3, activation: 'softmax' as const }
      : { units: 1 }
  const weightInit = 'glorotUniform'
  return {
    inputs,
    layers: [
      { units: 16, activation: hidden_activation, weightInit },
      { ...last, weightInit },
    ],
    ...(output ? { loss: 'halfSquaredError' as const } : {}),
    optimizer:
      optimizer === 'adam' ? { name: optimizer, learningRate: lr } : { name: optimizer, learningRate: lr, momentum },
    scaling: { inputs: 'standard', ...(isClassification ? {} : { targets: 'standard' }) },
  }
}

async function scoresOf(name: SetName, recipe: Recipe): Promise<number[]> {
  const { task, train, test } = sets[name]
  const rows = rowsOfFile(name)
  const inputsOf = (numbers: number[]) => numbers.map((row) => rows[row].slice(0, -1))
  const targetsOf = (numbers: number[]) =>
    numbers.map((row) => {
      const target = rows[row][rows[row].length - 1]
      return recipe.output ? [0, 1, 2].map((number) => Number(number === target)) : [target]
    })
  const metric = task === 'classification' ? 'accuracy' : 'r2'
  const config = configOf(name, rows[0].length - 1, recipe)
  const found: number[] = []
  for (let seed = 0; seed < SEEDS; seed++) {
    const network = await createNetwork({ ...config, seed })
    network.trainSync(inputsOf(train), targetsOf(train), { epochs: recipe.epochs[name], batchSize: recipe.batch })
    const { [metric]: score = Number.NaN } = network.evaluate(inputsOf(test), targetsOf(test), { metrics: [metric] })
    found.push(score)
    network.dispose()
  }
  return found
}

const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Variance of the mean */
function varianceOf(values: number[]): number {
  const mean = meanOf(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / values.length
}

describe.each(Object.keys(sets) as SetName[])('%s', (name) => {
  const cases = Object.entries(scores).flatMap(([source, bySet]) =>
    Object.keys(bySet[name]).map((recipe) => [recipe, source] as const),
  )

  it.each(cases)('the recipe %s is not worse than with %s', async (recipe, source) => {
    const reference = scores[source as 'torch' | 'sklearn'][name][recipe]
    const own = await scoresOf(name, recipes[recipe])
    const gap = meanOf(reference) - MARGINS[sets[name].task] - meanOf(own)
    const standardErrors = gap / (Math.sqrt(varianceOf(own) + varianceOf(reference)) || 1e-12)
    expect(standardErrors, `${meanOf(own)} against ${meanOf(reference)}`).toBeLessThanOrEqual(MOST_STANDARD_ERRORS)
  })
})
