// The page of `node bench/browser/tasks.mjs`: the longest task that a tab sees while `train` begins, trains and ends.
import { createNetwork } from '../../dist/index.js'

const [ROWS, COLUMNS] = [10_000, 784]
const UNITS = 128
const EPOCHS = 1
const REPEATS = 3

const pixels = (count) => Float32Array.from({ length: count }, (_, index) => ((index * 2654435761) >>> 24) / 255)

/** Longest time between two turns of a message that goes round and round */
function watch() {
  const { port1, port2 } = new MessageChannel()
  let last = performance.now()
  let longest = 0
  const look = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  port1.onmessage = () => {
    look()
    port2.postMessage(undefined)
  }
  port2.postMessage(undefined)
  return {
    /** The longest since the last look */
    read() {
      look()
      const found = longest
      longest = 0
      return found
    },
    end() {
      port1.close()
    },
  }
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 20))

async function measure({ inputs, targets, scaling, batchSize }) {
  const network = await createNetwork({
    inputs: COLUMNS,
    layers: [{ units: UNITS, activation: 'relu' }, { units: 1 }],
    scaling: { inputs: scaling },
    optimizer: { name: 'sgd', learningRate: 1e-6 },
  })
  await nextTurn()
  const watched = watch()
  await nextTurn()
  watched.read()
  const began = performance.now()
  const aborted = await network.train(inputs, targets, { epochs: EPOCHS, batchSize, signal: AbortSignal.abort() })
  const start = performance.now() - began
  const begins = watched.read()
  if (aborted.steps !== 0) throw new Error('expected no step')
  await network.resume(inputs, targets)
  const trains = watched.read()
  watched.end()
  network.dispose()
  return { start, begins, trains }
}

const flat = pixels(ROWS * COLUMNS)
const forms = {
  Float32Array: flat,
  Float64Array: Float64Array.from(flat),
  nested: Array.from({ length: ROWS }, (_, row) => Array.from(flat.subarray(row * COLUMNS, (row + 1) * COLUMNS))),
}
const targets = pixels(ROWS)
const outcomes = []
for (const [form, inputs] of Object.entries(forms)) {
  for (const scaling of ['none', 'standard']) {
    for (const batchSize of [32, 'full']) {
      const least = { start: Infinity, begins: Infinity, trains: Infinity }
      for (let repeat = 0; repeat < REPEATS; repeat++) {
        const figures = await measure({ inputs, targets, scaling, batchSize })
        for (const name of Object.keys(least)) least[name] = Math.min(least[name], figures[name])
      }
      outcomes.push({ form, scaling, batchSize, ...least })
    }
  }
}
report({ agent: navigator.userAgent, outcomes })
