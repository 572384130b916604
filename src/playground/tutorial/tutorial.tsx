// The view that greets: the tutorial's network.
import { signal } from '@preact/signals'
import { createNetwork, type TrainResult } from 'wasmprop'

const start = { name: 'uniform', low: 0, high: 1 } as const
const layer = { activation: 'sigmoid', weightInit: start, biasInit: start } as const
const outcome = signal<{ result: TrainResult; hash: string } | undefined>(undefined)

async function train(): Promise<void> {
  const network = await createNetwork({
    inputs: 2,
    layers: [
      { ...layer, units: 3 },
      { ...layer, units: 1 },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    scaling: { inputs: 'max', targets: { divideBy: 100 } },
    dtype: 'float64',
    seed: 1,
  })
  const hours = [
    [2, 9],
    [1, 5],
    [3, 6],
  ]
  const result = await network.train(hours, [[92], [86], [89]], { epochs: 7000, batchSize: 'full' })
  outcome.value = { result, hash: network.weightsHash() }
  network.dispose()
}

export function Tutorial() {
  if (outcome.value === undefined) void train()
  return (
    <section class="card">
      <h1>A network that learns exam scores</h1>
      <p>
        Weights: <span class="number">{outcome.value?.hash ?? '…'}</span>
      </p>
    </section>
  )
}
