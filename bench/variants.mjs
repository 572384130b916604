// Where the variants of a comparison run, all with one face: `sample(calls)` gives the milliseconds that so many calls
// took inside, `result()` what they computed, `work` the units of work in a call, `stop()` ends it.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

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
