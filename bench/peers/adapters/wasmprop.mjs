// The package as its users have it: `train`, which yields, and `predictInto`.
import { createNetwork } from 'wasmprop'

export async function create(task, { inputs, targets }) {
  const { sizes, activations, loss, optimizer, rate, batchRows, shuffles, dtype } = task
  const start = { name: 'uniform', low: 0, high: 1 }
  const starts = loss === 'halfSquaredError' ? { weightInit: start, biasInit: start } : {}
  const network = await createNetwork({
    inputs: sizes[0],
    layers: activations.map((activation, index) => ({ units: sizes[index + 1], activation, ...starts })),
    loss,
    optimizer: { name: optimizer, learningRate: rate },
    dtype,
    seed: 1,
  })
  const View = dtype === 'float32' ? Float32Array : Float64Array
  const [x, y] = [View.from(inputs), View.from(targets)]
  return {
    run: (epochs) => network.train(x, y, { epochs, batchSize: batchRows, shuffle: shuffles }),
    prepare: (flat, rows) => ({ given: View.from(flat), outputs: new View(rows * sizes.at(-1)) }),
    predict({ given, outputs }) {
      network.predictInto(given, outputs)
      return outputs
    },
    values: (outputs) => outputs,
    dispose: () => network.dispose(),
  }
}
