// What Node has of the tutorial, to compare what a browser shows.
import { createNetwork, explain } from '../../src/index.ts'
import { lessons } from '../../src/playground/tutorial/lessons.ts'

/** After so many epochs */
export async function tutorialInNode(epochs: number) {
  const { config, inputs, targets } = lessons.exam
  const network = await createNetwork(config)
  network.fitScaling(inputs, targets)
  if (epochs > 0) await network.train(inputs, targets, { epochs, batchSize: 'full' })
  const rows = inputs.map((input, row) => explain(network, [...input], [...targets[row]]))
  return { rows, hash: network.weightsHash(), predicted: network.predict(inputs).flat() }
}
