// A program that knows the web and Node: their own types are taken, others are not. Compiled, never run.
import { createNetwork } from 'wasmprop'
import { loadSnapshot } from 'wasmprop/node'
import { readTable } from 'wasmprop/table'
import { createNetwork as createWorkerNetwork } from 'wasmprop/worker'

declare const module: WebAssembly.Module
declare const file: File
const config = { inputs: 2, layers: [{ units: 1 }] }
const network = await createNetwork({ ...config, wasm: module })
await createWorkerNetwork(config, { worker: new Worker('worker.js') })
await createWorkerNetwork(config, { worker: () => new Worker('worker.js') })
await network.train([[2, 9]], [[92]], { signal: new AbortController().signal })
await loadSnapshot(new URL('file:///network'))
await readTable(file)

// @ts-expect-error
await network.train([[2, 9]], [[92]], { signal: { aborted: false } })
// @ts-expect-error
await loadSnapshot({ href: 'file:///network' })
