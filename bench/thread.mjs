// The inside of a thread that variants.mjs starts: makes one variant, then times it as it is asked to.
import { parentPort, workerData } from 'node:worker_threads'

const { create } = await import(workerData.module)
const { work, run, result } = await create(workerData.options)

function sample(calls) {
  const started = performance.now()
  for (let call = 0; call < calls; call++) run()
  return performance.now() - started
}

parentPort.on('message', ({ calls }) => parentPort.postMessage(calls === undefined ? result() : sample(calls)))
parentPort.postMessage({ work })
