// What a page asks of networks that live in workers: the scenario of all places, and that a large network stays within
// reach while it trains. Plain JavaScript, since a page loads it as it is.
import { scenario } from './scenario.js'

export async function workerScenario(createNetwork, options) {
  const result = await scenario({ createNetwork: (config) => createNetwork(config, options) })
  return { ...result, ...(await reachWhileTraining(createNetwork, options)) }
}

const ROWS = 1024
const INPUTS = 256
const CONFIG = {
  inputs: INPUTS,
  layers: [{ units: 256, activation: 'relu' }, { units: 256, activation: 'relu' }, { units: 10 }],
  seed: 3,
}

/** Whether it answers a read and an abort meanwhile: how the training ended */
async function reachWhileTraining(createNetwork, options) {
  const network = await createNetwork(CONFIG, options)
  const inputs = Float32Array.from({ length: ROWS * INPUTS }, (_, index) => (index % 97) / 97)
  const targets = Float32Array.from({ length: ROWS * 10 }, (_, index) => (index % 7) / 7)
  const before = await network.weightsHash()
  const controller = new AbortController()
  const training = network.train(inputs, targets, { epochs: 1e6, signal: controller.signal })
  while ((await network.weightsHash()) === before);
  controller.abort()
  const { stopReason, steps, epochs } = await training
  await network.dispose()
  return { stopReason, steps, epochs }
}
