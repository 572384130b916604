// Training that goes on 30 times as long as its job, when gradients and what decays with them have all but gone: numbers that
// became subnormal would take 20 times the time. The fastest call of every span is compared with that of the first.
import { createNetwork } from 'wasmprop'
import { configOf, dataOf, workloads } from '../build/bench-kit.js'
import { goal, guard, number, times } from './report.mjs'

const WANTED = 1.2
/** Without flushing it was 2 to 49. */
const MOST = 2
/** Calls of a span: its fastest is one that nothing else on the machine has slowed down */
const CALLS = 8

const JOBS = ['W1', 'W3', 'W4', 'W5a', 'W5s']
const QUICK = ['W1', 'W3']
/** An online loop: one state again and again */
const STEPS = 400
const online = (optimizer) => ({
  inputs: 400,
  layers: [{ units: 64, activation: 'relu' }, { units: 64, activation: 'relu' }, { units: 3 }],
  optimizer,
  seed: 1,
})
const OPTIMIZERS = ['adam', 'rmsprop', { name: 'sgd', learningRate: 0.01, momentum: 0.9 }]

/** What trains a part of a job at each call */
async function trainerOf(name, dtype) {
  const workload = workloads[name]
  const data = dataOf(workload)
  const network = await createNetwork({ ...configOf(workload), dtype })
  const View = dtype === 'float32' ? Float32Array : Float64Array
  const [inputs, targets] = [View.from(data.inputs), View.from(data.targets)]
  const { batchRows: batchSize, shuffles: shuffle, epochs } = workload
  const options = { batchSize, shuffle, epochs: Math.ceil(epochs / CALLS) }
  return { network, call: () => network.trainSync(inputs, targets, options) }
}

async function onlineTrainerOf(optimizer, dtype) {
  const network = await createNetwork({ ...online(optimizer), dtype })
  const state = new Float32Array(400).fill(0.5)
  const call = () => {
    for (let step = 0; step < STEPS / CALLS; step++) network.trainOnBatch(state, [1, 2, 3])
  }
  return { network, call }
}

/** Milliseconds of the fastest call in every span */
function spansOf({ network, call }, spans) {
  call() // compiled and warm
  const fastest = Array.from({ length: spans }, () => {
    let least = Number.POSITIVE_INFINITY
    for (let index = 0; index < CALLS; index++) {
      const started = performance.now()
      call()
      least = Math.min(least, performance.now() - started)
    }
    return least
  })
  network.dispose()
  return fastest
}

export async function run({ quick }) {
  const spans = quick ? 10 : 30
  const dtypes = quick ? ['float32'] : ['float32', 'float64']
  const rows = []
  const [goals, guards] = [[], []]
  const note = async (name, dtype, trainer) => {
    const [first, ...later] = spansOf(trainer, spans)
    const worst = Math.max(...later)
    rows.push([name, dtype, number(first), number(worst), times(worst / first)])
    const what = `${name}, ${dtype}: slowest span : first`
    goals.push(goal(what, worst / first, WANTED, times, true))
    guards.push(guard(what, worst / first, MOST, times, true))
  }
  for (const dtype of dtypes) {
    for (const name of quick ? QUICK : JOBS) await note(name, dtype, await trainerOf(name, dtype))
    for (const optimizer of OPTIMIZERS) {
      await note(`online, ${optimizer.name ?? optimizer}`, dtype, await onlineTrainerOf(optimizer, dtype))
    }
  }
  const columns = ['job', 'dtype', 'first, ms a call', 'slowest, ms a call', 'slowest : first']
  return { title: `After convergence: ${spans} times as long as the job`, tables: [{ columns, rows }], goals, guards }
}
