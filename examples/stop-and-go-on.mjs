// A training that may be killed at any time: run it again, and it goes on from its last checkpoint to the same bits.
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNetwork } from 'wasmprop'
import { checkpoint, loadSnapshot } from 'wasmprop/node'

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const y = [[0], [1], [1], [0]]
const config = {
  inputs: 2,
  layers: [
    { units: 4, activation: 'tanh' },
    { units: 1, activation: 'sigmoid' },
  ],
  seed: 7,
}
const path = join(tmpdir(), `example-${process.pid}.snapshot`)
const save = checkpoint({ path, everyEpochs: 10 })

/** Trains until it is done, or until `stop` says that the power is off. */
async function run(stop = () => false) {
  const onEpoch = async (progress) => {
    await save(progress)
    return !stop(progress.epoch)
  }
  const isNew = !existsSync(path)
  const network = isNew ? await createNetwork(config) : await loadSnapshot(path)
  const { epochs } = isNew
    ? await network.train(X, y, { epochs: 300, onEpoch })
    : await network.resume(X, y, { onEpoch })
  return `${epochs} ${network.weightsHash()}`
}

const undisturbed = await run()
rmSync(path)
await run((epoch) => epoch === 123)
const goneOn = await run()
rmSync(path)
console.log(undisturbed === goneOn, goneOn)

// Prints
// true 300 c9158d0441d4837c
