// Every entry, in a program that knows nothing of the web or of Node. Compiled, never run.
import * as core from 'wasmprop'
import * as node from 'wasmprop/node'
import * as table from 'wasmprop/table'
import * as worker from 'wasmprop/worker'

const signal = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} }
const network = await core.createNetwork({ inputs: 2, layers: [{ units: 1, activation: 'relu' }], wasm: {} })
await network.train([[2, 9]], [[92]], { signal, onEpoch: node.checkpoint({ path: { href: 'file:///network' } }) })
network[Symbol.dispose]()

export { core, node, table, worker }
