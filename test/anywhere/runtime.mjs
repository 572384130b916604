// What each runtime has to compute like the Node that runs the tests, from a folder in which the package is installed.
import { createNetwork } from 'wasmprop'
import { loadSnapshot, saveSnapshot } from 'wasmprop/node'
import { trainTable } from 'wasmprop/table'
import { createNetwork as createInWorker } from 'wasmprop/worker'
import { scenario } from './scenario.js'
import { tableScenario } from './table-scenario.js'
import { threadsScenario } from './threads-scenario.js'

/** Trains, saves, loads, and trains on. */
async function saved() {
  const network = await createNetwork({ inputs: 2, layers: [{ units: 3, activation: 'tanh' }, { units: 1 }], seed: 5 })
  const [inputs, targets] = [
    [
      [1, 2],
      [3, 4],
    ],
    [[1], [2]],
  ]
  await network.train(inputs, targets, { epochs: 10 })
  await saveSnapshot(network, 'saved.wasmprop')
  const loaded = await loadSnapshot('saved.wasmprop')
  await loaded.train(inputs, targets, { epochs: 10 })
  return loaded.weightsHash()
}

const relaxed = await createNetwork({ inputs: 1, layers: [{ units: 1 }], arithmetic: 'relaxed', seed: 1 })
const results = {
  wasm: await scenario({ createNetwork }),
  typescript: await scenario({ createNetwork }, 'typescript'),
  worker: await scenario({ createNetwork: createInWorker }),
  threads: await threadsScenario(createNetwork, 2),
  saved: await saved(),
  table: await tableScenario({ trainTable }),
  relaxed: relaxed.engine.relaxed,
}
console.log(JSON.stringify(results))
