// What to try after training diverged, in words.

import { forEachBlock, type Matrix } from '../data/matrix.ts'
import type { DataLayout } from '../memory/layout.ts'
import type { NetworkState } from '../prediction/state.ts'
import { losses } from '../tables/losses.ts'
import { optimizers } from '../tables/optimizers.ts'
import { placedRows } from './training-rows.ts'

/** Inputs of greater magnitude are named: scaled ones seldom come near it. */
const LARGE = 10

/** Which weights there are where rows that are not trained on were the fault */
export const AFTER_THE_EPOCH = 'the weights are those after the epoch'

/** What a run that ends as `diverged` says: what happened, which weights there are now, and what to try */
export function divergenceAdvice(
  state: NetworkState,
  what: string,
  weights: string,
  learningRate: number,
  inputs: Matrix,
): string {
  return `${what}; ${weights}. ${adviceFor(state, learningRate, inputs)}`
}

/** Values of the validation rows that are so many times those of the trained ones, and at least so large, are named. */
const OUTLYING = 100

/**
 * The same where it were the validation rows: an outlier among them alone is no fault of the training. `trainedRows` is 0
 * with a stream, whose rows are gone.
 */
export function validationAdvice(
  state: NetworkState,
  what: string,
  weights: string,
  learningRate: number,
  places: DataLayout,
  validationRows: number,
  trainedRows: number,
): string {
  const held = { inputs: places.validationInputs, targets: places.validationTargets }
  // Those of classes are at most 1.
  const hasNumbers = losses[state.config.loss.name].targets === 'number'
  for (const name of hasNumbers ? (['inputs', 'targets'] as const) : (['inputs'] as const)) {
    const { column, magnitude } = largestColumn(placedRows(state, validationRows, held[name], name))
    const usual = trainedRows > 0 ? largestColumn(placedRows(state, trainedRows, places[name], name)).magnitude : LARGE
    if (!(magnitude > OUTLYING * Math.max(1, usual))) continue
    const whose = trainedRows > 0 ? `, the trained rows ${short(usual)}` : ''
    const where = `the validation ${name}, whose column ${column} reaches ${short(magnitude)}${whose} (after scaling)`
    return `${what}; ${weights}. Look for outliers in ${where}: the training itself went well.`
  }
  const inputs = placedRows(state, validationRows, held.inputs)
  return divergenceAdvice(state, what, weights, learningRate, inputs)
}

/** `learningRate` is that of the step that went wrong; `inputs` are as the network sees them, after scaling. */
export function adviceFor(state: NetworkState, learningRate: number, inputs: Matrix): string {
  const { config, inputScaling, targetScaling } = state
  const advice = [rateAdvice(state, learningRate)]
  const { column, magnitude } = largestColumn(inputs)
  if (magnitude > LARGE) {
    const where = `inputs, whose column ${column} reaches ${short(magnitude)}`
    advice.push(
      inputScaling?.isIdentity
        ? `scale the ${where}, for example with scaling: { inputs: 'standard' }`
        : `look for outliers in the ${where} even after scaling`,
    )
  }
  if (targetScaling?.isIdentity && losses[config.loss.name].targets === 'number') {
    advice.push("scale the targets if they are large, for example with scaling: { targets: 'standard' }")
  }
  if (config.loss.name === 'halfSquaredError') {
    advice.push('use meanSquaredError, whose gradients do not grow with the rows of a batch')
  }
  return `${advice.join(', or ')}.`
}

function rateAdvice({ config }: NetworkState, learningRate: number): string {
  const { name } = config.optimizer
  const usual = optimizers[config.optimizer.name].options.learningRate.default
  const isHigh = learningRate > usual
  const smaller = isHigh ? `${usual}, the default of ${name}` : short(learningRate / 10)
  return `try a smaller learningRate (it was ${learningRate}), such as ${smaller}`
}

function largestColumn(inputs: Matrix): { column: number; magnitude: number } {
  let largest = { column: 0, magnitude: 0 }
  forEachBlock(inputs, (block, from, to) => {
    const end = (to - from) * inputs.columns
    for (let index = 0; index < end; index++) {
      const magnitude = Math.abs(block[index])
      if (magnitude > largest.magnitude) largest = { column: index % inputs.columns, magnitude }
    }
  })
  return largest
}

/** Three digits, but of the largest numbers all: rounded up they would be Infinity. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(3))
  return String(rounded < Infinity ? rounded : value)
}
