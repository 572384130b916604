// Moments at which snapshots are taken, and what a network restored from one lets be resumed. That a training ends with the
// same bits wherever it is cut is in snapshot.test.ts.
import { describe, expect, it } from 'vitest'
import { type Network, restoreNetwork, type TrainOptions, type TrainResult } from '../src/index.ts'
import { bitsOf, engines, rowsOf, small, trainedBits } from './networks.ts'

const ROWS = 23
const INPUTS = rowsOf(ROWS, 3, 1)
const TARGETS = rowsOf(ROWS, 2, 2)
/** Everything that the end of an epoch can bring */
const OPTIONS: TrainOptions = {
  epochs: 6,
  batchSize: 5,
  validation: { inputs: rowsOf(7, 3, 3), targets: rowsOf(7, 2, 4) },
  earlyStopping: { patience: 50 },
  sampleWeights: INPUTS.map((_, row) => row % 3),
  history: { weights: { every: 2 } },
}

const outcomeOf = (network: Network, { epochs, steps, loss, validationLoss, bestEpoch, timeline }: TrainResult) => ({
  trained: trainedBits(network),
  losses: bitsOf(loss, validationLoss),
  moments: timeline?.epochs,
  bestEpoch,
  epochs,
  steps,
})

describe.each(engines)('a snapshot that onEpoch takes in %s', (engine) => {
  it.each(['train', 'trainSync'] as const)('of %s goes on with the next epoch', async (train) => {
    const network = await small(engine)
    const snapshots: Uint8Array[] = []
    const onEpoch: TrainOptions['onEpoch'] = ({ snapshot }) => {
      snapshots.push(snapshot())
      expect(network.snapshot()).toEqual(snapshots.at(-1))
    }
    const result = await network[train](INPUTS, TARGETS, { ...OPTIONS, onEpoch })
    const expected = outcomeOf(network, result)
    expect(snapshots.length).toBe(6)
    for (const [index, bytes] of snapshots.entries()) {
      const restored = await restoreNetwork(bytes)
      const epochs: number[] = []
      const resumed = await restored.resume(INPUTS, TARGETS, { onEpoch: ({ epoch }) => epochs.push(epoch) })
      expect(epochs).toEqual([0, 1, 2, 3, 4, 5].slice(index + 1))
      expect(outcomeOf(restored, resumed)).toEqual(expected)
      expect(resumed.stopReason).toBe('epochs')
    }
  })
})
