// The entry `wasmprop/worker-host` of Node, Bun and Deno: makes a host of the worker that imports it.
import { parentPort } from 'node:worker_threads'
import { accept } from './host.ts'

// Without a parent's port it is a web worker, which Bun and Deno have as well.
if (parentPort) parentPort.on('message', accept)
else globalThis.addEventListener?.('message', ({ data }) => accept(data))
