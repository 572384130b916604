// A network whose products are worth splitting, trained on so many threads. Plain JavaScript, since a page loads it as it is.
export async function threadsScenario(createNetwork, threads) {
  const network = await createNetwork({
    inputs: 200,
    layers: [
      { units: 150, activation: 'relu' },
      { units: 150, activation: 'tanh' },
      { units: 10, activation: 'softmax' },
    ],
    optimizer: { name: 'sgd', learningRate: 0.01 },
    seed: 4,
    threads,
  })
  const inputs = Float32Array.from({ length: 1024 * 200 }, (_, index) => (index % 97) / 97)
  const classes = Array.from({ length: 1024 }, (_, row) => row % 10)
  const { stopReason } = await network.train(inputs, classes, { epochs: 3, batchSize: 256 })
  const result = { hash: await network.weightsHash(), engine: network.engine, stopReason }
  await network.dispose()
  return result
}
