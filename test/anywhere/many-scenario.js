// Networks that are trained over threads: their fingerprints, and how many of them came from workers. Plain JavaScript, since
// a page loads it as it is.
let away = 0
globalThis.MessageChannel = class extends MessageChannel {
  constructor() {
    super()
    this.port1.addEventListener('message', ({ data }) => {
      away += data?.trained?.length ?? 0
    })
  }
}

/** Again where no worker was ready in time, `calls` times at most */
export async function manyScenario(trainMany, threads, calls = 20) {
  const layers = [
    { units: 6, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ]
  const configs = Array.from({ length: 12 }, (_, seed) => ({ inputs: 3, layers, seed }))
  const inputs = Float32Array.from({ length: 60 * 3 }, (_, index) => ((index * index) % 17) / 17)
  const targets = Array.from({ length: 60 }, (_, row) => row % 2)
  const hashes = new Set()
  for (let call = 0; call < calls && away === 0; call++) {
    const trained = await trainMany(configs, inputs, targets, { epochs: 300, threads })
    hashes.add(trained.map(({ network }) => network.weightsHash()).join())
    for (const { network } of trained) network.dispose()
  }
  return { hashes: [...hashes], isShared: away > 0 }
}
