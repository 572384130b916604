// The entry `wasmprop/worker` of Node, Bun and Deno: worker threads, since an idle one lets the process end.
import { Worker } from 'node:worker_threads'
import { startWorkersBy } from './thread.ts'

export * from './client.ts'

// The process's own flags may not be meant for files: --input-type of `node --eval` is not.
startWorkersBy(() => new Worker(new URL('./worker-host-node.js', import.meta.url), { execArgv: [] }))
