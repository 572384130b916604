// The page of `npm run bench:browser`: proves and times each workload in workers of their own, and reports all of it.
import { measure, prove, workloads } from '../../build/bench-kit.js'

const CONTESTANTS = [
  ['wasm', 'float32'],
  ['wasm', 'float64'],
  ['typescript', 'float32'],
  ['plain', 'float64'],
]

async function inWorker(name, options) {
  const worker = new Worker('thread.js', { type: 'module' })
  const ask = (question) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data?.error === undefined ? resolve(data) : reject(new Error(data.error)))
      worker.onerror = ({ message }) => reject(new Error(message))
      worker.postMessage(question)
    })
  const work = await ask({ options })
  return { name, work, sample: (calls) => ask({ calls }), result: () => ask({}), stop: () => worker.terminate() }
}

async function trainOnce(options) {
  const variant = await inWorker('', options)
  await variant.sample(1)
  const result = await variant.result()
  variant.stop()
  return result
}

async function race({ workload, rows, epochs }, seconds) {
  const proofs = await prove(workload, trainOnce)
  const { shuffles } = workloads[workload]
  const variants = []
  for (const [contestant, dtype] of CONTESTANTS) {
    variants.push(await inWorker(`${contestant} ${dtype}`, { workload, contestant, dtype, rows, epochs, shuffles }))
  }
  const milliseconds = await measure(variants, { seconds, warmUp: 0.3 })
  for (const { stop } of variants) stop()
  return { workload, proofs, milliseconds }
}

const { entries, seconds } = await (await fetch('/task/task.json')).json()
const outcomes = []
for (const entry of entries) outcomes.push(await race(entry, seconds))
report({ outcomes, agent: navigator.userAgent, isIsolated: crossOriginIsolated })
