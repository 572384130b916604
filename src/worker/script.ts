// What the library's workers run, and `wasmprop/worker-host`: makes a worker of the library of the one that imports it, besides
// what else that does. One file that imports nothing, so that it starts from any address, or from its text.
import { nodeThreads } from '../hosts/node-threads.ts'
import { accept } from './accept.ts'

export { accept } from './accept.ts'

// Without a parent's port it is a web worker, which Bun and Deno have as well.
const port = nodeThreads()?.parentPort
if (port) port.on('message', accept)
else globalThis.addEventListener?.('message', ({ data }) => accept(data))
