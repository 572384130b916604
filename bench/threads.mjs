// Several threads against one, where each first proves the bits of one: whole epochs of the larger workloads with all that
// `train` does (checks, copies, the shuffle), steps of square layers, and what the machine itself gives to more threads:
// the peak kernel of build/testing.wasm, once and on each thread at the same time. What is a processor to the system may
// be half of a core, and less when other work runs beside it.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { createNetwork } from 'wasmprop'
import { generator, measure, scale, workloads } from '../build/bench-kit.js'
import { inChild, trainOnce } from '../build/bench-processes.js'
import { goal, number, summaryCells, summaryColumns, times } from './report.mjs'
import { here } from './variants.mjs'

/** 1, 2, 4 … as many as the host runs at once, and 2 in any case */
const COUNTS = [1, 2, 4, 8].filter((count) => count <= Math.max(2, availableParallelism()))
const NAMES = ['W5a', 'W5s', 'W6']
const SIZES = [64, 128, 256, 512]
/** Of two threads on two cores */
const WANTED = 1.6
/** Fewer rows in quick mode */
const quickRows = { W5a: 1280, W5s: 1280, W6: 512 }
const EPOCHS = 4
const PEAK_TURNS = 20_000

const keyOf = (count) => `${count} ${count === 1 ? 'thread' : 'threads'}`

/** The same job at every count, and what it came to */
function proofOf(name, results) {
  const differs = results.find(({ hash, threads }, index) => hash !== results[0].hash || threads !== COUNTS[index])
  const detail = differs ? `${differs.threads}: ${differs.hash}, not ${results[0].hash}` : results[0].hash
  return { name: `${name}: ${COUNTS.slice(1).join(', ')} threads have the bits of one`, holds: !differs, detail }
}

async function proveWorkload(name) {
  const { proof, shuffles } = workloads[name]
  const results = []
  for (const threads of COUNTS) {
    results.push(await trainOnce({ workload: name, contestant: 'wasm', dtype: 'float32', ...proof, shuffles, threads }))
  }
  return proofOf(name, results)
}

/** Microseconds per epoch, or step, by count */
async function timeWorkload(name, quick) {
  const options = {
    workload: name,
    contestant: 'wasm',
    dtype: 'float32',
    epochs: 1,
    shuffles: workloads[name].shuffles,
  }
  const variants = []
  for (const threads of COUNTS) {
    variants.push(await inChild(keyOf(threads), { ...options, threads, ...(quick ? { rows: quickRows[name] } : {}) }))
  }
  const milliseconds = await measure(variants, quick ? { seconds: 0.5, warmUp: 0.05 } : { seconds: 20, warmUp: 0.5 })
  for (const { stop } of variants) await stop()
  return milliseconds
}

/** n inputs, n units, n outputs, n rows: five products of n³ */
async function makeSquare(size, threads) {
  const layers = [{ units: size, activation: 'relu' }, { units: size }]
  const optimizer = { name: 'sgd', learningRate: 1e-4 }
  const network = await createNetwork({
    inputs: size,
    layers,
    optimizer,
    dtype: 'float32',
    seed: 1,
    engine: 'wasm',
    threads,
  })
  const random = generator(size)
  const [inputs, targets] = [0, 1].map(() => Float32Array.from({ length: size * size }, random))
  const run = () => network.trainSync(inputs, targets, { epochs: EPOCHS, batchSize: 'full', shuffle: false })
  run()
  return { ...here(keyOf(threads), EPOCHS, run), network }
}

async function timeSquare(size, quick) {
  const variants = []
  for (const threads of COUNTS) variants.push(await makeSquare(size, threads))
  const results = variants.map(({ network }) => ({ hash: network.weightsHash(), threads: network.engine.threads }))
  const proof = proofOf(`${size}-${size}-${size}, ${size} rows`, results)
  const milliseconds = await measure(variants, quick ? { seconds: 0.3, warmUp: 0.05 } : { seconds: 6, warmUp: 0.2 })
  for (const { network } of variants) network.dispose()
  return { proof, milliseconds }
}

/** Work is counted in all threads: more of them that get no more done are no faster. */
async function timePeak(quick) {
  const workers = Array.from({ length: COUNTS.at(-1) }, () => new Worker(new URL(import.meta.url)))
  const variants = COUNTS.map((count) => ({
    name: keyOf(count),
    work: count,
    async sample(calls) {
      const started = performance.now()
      const answers = workers.slice(0, count).map((worker) => once(worker, 'message'))
      for (const worker of workers.slice(0, count)) worker.postMessage(calls)
      await Promise.all(answers)
      return performance.now() - started
    },
  }))
  const milliseconds = await measure(variants, quick ? { seconds: 0.3, warmUp: 0.05 } : { seconds: 6, warmUp: 0.2 })
  for (const worker of workers) await worker.terminate()
  return milliseconds
}

function rowsOf(name, milliseconds) {
  const microseconds = Object.entries(milliseconds).map(([key, summary]) => [key, scale(summary, 1000)])
  const [[, one]] = microseconds
  return microseconds.map(([key, summary]) => [
    `${name}, ${key}`,
    ...summaryCells(summary),
    times(one.min / summary.min),
    times(one.median / summary.median),
  ])
}

const gainOf = (milliseconds) => milliseconds[keyOf(1)].min / milliseconds[keyOf(2)].min

export async function run({ quick }) {
  const proofs = []
  const rows = []
  const goals = []
  const results = { peak: await timePeak(quick) }
  for (const name of NAMES) {
    proofs.push(await proveWorkload(name))
    results[name] = await timeWorkload(name, quick)
    const { unit } = workloads[name]
    rows.push(...rowsOf(`${name} per ${unit}`, results[name]))
    goals.push(goal(`threads: two on ${name}`, gainOf(results[name]), WANTED, times))
  }
  for (const size of SIZES) {
    const { proof, milliseconds } = await timeSquare(size, quick)
    proofs.push(proof)
    results[size] = milliseconds
    rows.push(...rowsOf(`${size}-${size}-${size}, ${size} rows, per step`, milliseconds))
  }
  return {
    title: 'Threads, µs',
    proofs,
    tables: [{ columns: ['', ...summaryColumns, 'as fast as one', 'by medians'], rows }],
    notes: [
      `What the machine gave: two threads did ${number(gainOf(results.peak))} times as much arithmetic as one (by medians ` +
        `${number(results.peak[keyOf(1)].median / results.peak[keyOf(2)].median)}).`,
      'Epochs are whole calls of `trainSync`, which check and copy the rows on one thread.',
    ],
    goals,
    results,
  }
}

if (!isMainThread) {
  const kernels = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync(new URL('../build/testing.wasm', import.meta.url))),
  ).exports
  const address = Math.ceil((kernels.freeAddress() >>> 0) / 64) * 64
  kernels.memory.grow(1)
  parentPort.on('message', (calls) => {
    for (let call = 0; call < calls; call++) {
      // Small numbers again before each call: the sum that it leaves among its operands must not grow.
      new Float32Array(kernels.memory.buffer, address, 256).fill(1e-3)
      kernels.peakFloat32(PEAK_TURNS, address)
    }
    parentPort.postMessage(calls)
  })
}
