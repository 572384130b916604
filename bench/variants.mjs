// Where the variants of a comparison run, all with one face: `sample(calls)` gives the milliseconds that so many calls
// took inside, `result()` what they computed, `work` the units of work in a call, `stop()` ends it.
//
// A thread of its own means an isolate of its own: compiled code of one variant never meets the types of another, and a
// WebAssembly memory that grows does not slow the typed arrays of plain JavaScript (once any buffer has been detached, V8
// checks for that at every access in the isolate; 15 % of the tutorial's loop).
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/** Makes the variant in a thread: `create(options)` of a module beside this one gives `{ work, run, result }`. */
export async function inThread(name, module, options) {
  const worker = new Worker(new URL('thread.mjs', import.meta.url), { workerData: { module, options } })
  const [{ work }] = await once(worker, 'message')
  const ask = async (question) => {
    worker.postMessage(question)
    const [answer] = await once(worker, 'message')
    return answer
  }
  return {
    name,
    work,
    sample: (calls) => ask({ calls }),
    result: () => ask({}),
    stop: () => worker.terminate(),
  }
}

/** A Python program that reads a task, answers each number of calls with milliseconds, and an empty line with a result. */
export async function inPython(name, script, task) {
  const python = ['python3', 'python'].find((command) => spawnSync(command, ['-c', 'import numpy']).status === 0)
  if (python === undefined) return undefined
  const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url))], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ask = async (question) => {
    child.stdin.write(`${question}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${script} ended early`)
    return JSON.parse(value)
  }
  const { work } = await ask(JSON.stringify(task))
  return { name, work, sample: ask, result: () => ask(''), stop: () => child.kill() }
}

/** A function in this thread, for variants that share WebAssembly code and nothing else */
export function here(name, work, run) {
  const sample = (calls) => {
    const started = performance.now()
    for (let call = 0; call < calls; call++) run()
    return performance.now() - started
  }
  return { name, work, sample, stop: () => {} }
}
