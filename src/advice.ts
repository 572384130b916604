// What to try after training diverged, in words.
import type { NetworkState } from './state.ts'

export function adviceFor({ config, inputScaling }: NetworkState, learningRate: number): string {
  const advice = [`try a smaller learningRate (it was ${learningRate})`]
  if (inputScaling?.isIdentity) advice.push("scale the inputs, for example with scaling: { inputs: 'standard' }")
  if (config.loss.name === 'halfSquaredError') {
    advice.push('use meanSquaredError, whose gradients do not grow with the rows of a batch')
  }
  return `${advice.join(', or ')}.`
}
