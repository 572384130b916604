// Variants of a comparison that run in programs of their own, or here, with the face that `measure` takes; those of Node are in
// src/cli/bench/processes.ts.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/**
 * A program that reads a task from its first line, answers it with `{ work, … }` and each number of calls with milliseconds.
 * `ask` gives it any other line. Lines are JSON, but for the task of a program in C.
 */
export async function inProcess(name, command, parameters, task, options = {}) {
  const child = spawn(command, parameters, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  let words = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    words = (words + text).slice(-2000)
  })
  // A child that cannot be started or has ended is noticed where its answer is missing.
  child.on('error', (error) => {
    words += error.message
  })
  child.stdin.on('error', () => {})
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ask = async (question) => {
    child.stdin.write(`${question}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`${name} ended early: ${lastError(words)}`)
    return JSON.parse(value)
  }
  const stop = () => child.kill()
  try {
    const answer = await ask(task)
    return { name, ...answer, sample: ask, ask, stop }
  } catch (error) {
    stop()
    throw error
  }
}

/** The line of an error among what a program wrote, else its last */
export function lastError(words) {
  const lines = words.trim().split('\n')
  return (lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1)).slice(0, 200)
}

const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }

/**
 * Training of a workload with two layers on full batches in NumPy, on one thread, from the given layers; undefined where no
 * Python has NumPy. It has a result for an empty line.
 */
export async function inNumPy(name, { loss, optimizer }, { rows, inputs, targets }, layers, { dtype, epochs }) {
  const python = ['python3', 'python'].find((command) => spawnSync(command, ['-c', 'import numpy']).status === 0)
  if (python === undefined) return undefined
  const matrix = (values) => {
    const columns = values.length / rows
    return Array.from({ length: rows }, (_, row) => [...values.subarray(row * columns, (row + 1) * columns)])
  }
  const task = {
    inputs: matrix(inputs),
    targets: matrix(targets),
    layers: layers.flatMap(({ weights, biases }) => [weights, biases]),
    rate: optimizer.learningRate,
    loss,
    dtype,
    epochs,
  }
  const file = fileURLToPath(new URL('network.py', import.meta.url))
  const options = { env: { ...process.env, ...ONE_THREAD } }
  const variant = await inProcess(name, python, [file], JSON.stringify(task), options)
  return { ...variant, result: () => variant.ask('') }
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
