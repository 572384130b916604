// Rows and options as a store of Vue or MobX has them, here and in a worker; and the same as plain values.
import { createNetwork } from 'wasmprop'
import { createNetwork as createInWorker } from 'wasmprop/worker'

const { reactive } = process.argv[2] === 'vue' ? await import('vue') : {}
const { observable } = process.argv[2] === 'mobx' ? await import('mobx') : {}
const store = () => ({
  config: { inputs: 2, layers: [{ units: 3, activation: 'tanh' }, { units: 1 }], seed: 1 },
  inputs: Array.from({ length: 20 }, (_, row) => [row % 3, row % 5]),
  targets: Array.from({ length: 20 }, (_, row) => [row % 7]),
  options: { epochs: 5, validation: { split: 0.2 } },
})

async function trained(create, { config, inputs, targets, options }) {
  const network = await create(config)
  await network.train(inputs, targets, options)
  return network.weightsHash()
}

const wrapped = () => (reactive ?? observable)(store())
const plain = await trained(createNetwork, store())
const results = {
  plain,
  reactive: await trained(createNetwork, wrapped()),
  worker: await trained(createInWorker, wrapped()),
}
console.log(JSON.stringify(results))
process.exit()
