// What is tried in every host: a network in the page, in a worker, on two threads, and several over threads. Plain JavaScript,
// since pages load it as it is.
const CONFIG = { inputs: 3, layers: [{ units: 6, activation: 'tanh' }, { units: 2 }], seed: 7 }
const INPUTS = Array.from({ length: 40 }, (_, row) => [row % 3, row % 5, row % 7])
const TARGETS = INPUTS.map(([a, b, c]) => [a - b, b * c])
const OPTIONS = { epochs: 20 }

/** The fingerprint of each, and what kept threads from working */
export async function hostScenario({ createNetwork, trainMany }, createInWorker) {
  const trained = async (network) => {
    await network.train(INPUTS, TARGETS, OPTIONS)
    return network.weightsHash()
  }
  const attempt = (act) => act().catch(({ code, message }) => `${code}: ${message}`)
  const here = await createNetwork(CONFIG)
  const threaded = await createNetwork({ ...CONFIG, threads: 2 })
  const configs = Array.from({ length: 12 }, () => CONFIG)
  const many = await trainMany(configs, INPUTS, TARGETS, { ...OPTIONS, threads: 2 })
  return {
    hash: await trained(here),
    engine: here.engine.name,
    worker: await attempt(async () => trained(await createInWorker(CONFIG))),
    threads: { hash: await trained(threaded), count: threaded.engine.threads, reason: threaded.engine.reason },
    many: { hashes: [...new Set(many.map(({ network }) => network.weightsHash()))], reason: many[0].reason },
  }
}
