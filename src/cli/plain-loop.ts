// The tutorial's network as one writes it by hand: a loop over typed arrays with Math.exp, for comparison in the bench.

export interface PlainNetwork {
  /** Rows × inputs, and a target per row */
  readonly x: Float64Array
  readonly y: Float64Array
  /** [in][hidden], [hidden], [hidden], [1] */
  readonly hiddenWeights: Float64Array
  readonly hiddenBiases: Float64Array
  readonly outputWeights: Float64Array
  readonly outputBias: Float64Array
}

/** Full-batch gradient descent on ½ Σ (out − target)² with sigmoids */
export function trainPlain(network: PlainNetwork, epochs: number, learningRate: number): void {
  const { x, y, hiddenWeights, hiddenBiases, outputWeights, outputBias } = network
  const rows = y.length
  const units = hiddenBiases.length
  const inputs = x.length / rows
  const outputs = new Float64Array(units)
  const weightSums = new Float64Array(hiddenWeights.length)
  const biasSums = new Float64Array(units)
  const outputSums = new Float64Array(units)
  for (let epoch = 0; epoch < epochs; epoch++) {
    weightSums.fill(0)
    biasSums.fill(0)
    outputSums.fill(0)
    let outputBiasSum = 0
    for (let row = 0; row < rows; row++) {
      let net = outputBias[0]
      for (let j = 0; j < units; j++) {
        let hiddenNet = hiddenBiases[j]
        for (let i = 0; i < inputs; i++) hiddenNet += x[row * inputs + i] * hiddenWeights[i * units + j]
        outputs[j] = 1 / (1 + Math.exp(-hiddenNet))
        net += outputs[j] * outputWeights[j]
      }
      const output = 1 / (1 + Math.exp(-net))
      const delta = (output - y[row]) * output * (1 - output)
      outputBiasSum += delta
      for (let j = 0; j < units; j++) {
        outputSums[j] += delta * outputs[j]
        const hiddenDelta = delta * outputWeights[j] * outputs[j] * (1 - outputs[j])
        biasSums[j] += hiddenDelta
        for (let i = 0; i < inputs; i++) weightSums[i * units + j] += hiddenDelta * x[row * inputs + i]
      }
    }
    for (let i = 0; i < weightSums.length; i++) hiddenWeights[i] -= learningRate * weightSums[i]
    for (let j = 0; j < units; j++) hiddenBiases[j] -= learningRate * biasSums[j]
    for (let j = 0; j < units; j++) outputWeights[j] -= learningRate * outputSums[j]
    outputBias[0] -= learningRate * outputBiasSum
  }
}
