// The process of one peer and one job: `node runner.mjs`, copied to build/peers, where the peers' packages are found. Reads
// the task from its first line; does the job once, cold; says so in a line; then answers each line, a number of calls, with
// the milliseconds that they took. `runner.py` and `reference.c` do the same.
//
// An adapter exports `create(task, data)`, which gives a model:
//   run(epochs)             trains on
//   prepare(inputs, rows)   flat numbers in the form that the library takes
//   predict(prepared)       what the library returns
//   values(predicted)       that as flat numbers
//   dispose()               where there is something to free
//   note                    where the library cannot do the job as stated, and does the nearest that it can
// Each call trains a new model, which is made outside of the time, unless the adapter exports `keepsModel`.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const write = process.stdout.write.bind(process.stdout)
const answer = (value) => write(`${JSON.stringify(value)}\n`)
// Some libraries greet.
console.log = console.info = console.warn = console.error

const COLD_MILLISECONDS = 5000
const CALL_MILLISECONDS = 400
const ROWS_OF_A_CALL = 100

function readNumbers(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file)
  return new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength))
}

const isPromise = (value) => typeof value?.then === 'function'

/** In pieces that double, so that a slow peer can be stopped; the epochs that were done and the milliseconds they took */
async function runCold(model, epochs) {
  let done = 0
  let spent = 0
  for (let piece = 1; done < epochs && spent < COLD_MILLISECONDS; piece *= 2) {
    const count = Math.min(piece, epochs - done)
    const started = performance.now()
    await model.run(count)
    spent += performance.now() - started
    done += count
  }
  return { done, spent }
}

async function prepareTraining({ create, keepsModel }, task, data) {
  let model = await create(task, data)
  const predictAll = async () =>
    Array.from(model.values(await model.predict(model.prepare(data.inputs, task.rows))), Number)
  const before = await predictAll()
  const { done, spent } = await runCold(model, task.epochs)
  const after = await predictAll()
  const epochs = Math.max(1, Math.min(task.epochs, Math.floor((CALL_MILLISECONDS * done) / spent)))
  const work = epochs * task.stepsPerEpoch
  const cold = spent / done / task.stepsPerEpoch
  answer({ work, cold, whole: done === task.epochs, before, after, note: model.note })
  return async () => {
    if (!keepsModel) {
      await model.dispose?.()
      model = await create(task, data)
    }
    const started = performance.now()
    await model.run(epochs)
    return performance.now() - started
  }
}

/** One row after another of ROWS_OF_A_CALL in a call, or all rows at once */
async function preparePrediction({ create }, task, data) {
  const model = await create(task, data)
  const { predictedRows } = task
  const columns = task.sizes[0]
  const row = (index) => data.inputs.subarray((index % task.rows) * columns, ((index % task.rows) + 1) * columns)
  const inputs = new Float64Array(Math.max(ROWS_OF_A_CALL, predictedRows) * columns)
  for (let index = 0; index < inputs.length / columns; index++) inputs.set(row(index), index * columns)
  const isOne = predictedRows === 1
  const prepared = isOne
    ? Array.from({ length: ROWS_OF_A_CALL }, (_, index) => model.prepare(row(index), 1))
    : [model.prepare(inputs, predictedRows)]
  const started = performance.now()
  const first = model.predict(prepared[0])
  const predicted = Array.from(model.values(await first), Number)
  answer({ work: isOne ? ROWS_OF_A_CALL : 1, cold: performance.now() - started, predicted, note: model.note })
  // Awaiting costs as much as a prediction of one row.
  const all = isPromise(first)
    ? async () => {
        for (const each of prepared) await model.predict(each)
      }
    : () => {
        for (const each of prepared) model.predict(each)
      }
  return async () => {
    const start = performance.now()
    if (isPromise(first)) await all()
    else all()
    return performance.now() - start
  }
}

const lines = createInterface(process.stdin)[Symbol.asyncIterator]()
const { adapter: file, options, files, ...task } = JSON.parse((await lines.next()).value)
const data = { rows: task.rows, inputs: readNumbers(files.inputs), targets: readNumbers(files.targets) }
const adapter = await import(`./adapters/${file}`)
const all = { ...task, ...options }
if (task.kind === 'start') {
  const model = await adapter.create(all, data)
  await model.run(1)
  process.exit(0)
}
const call = await (task.kind === 'train' ? prepareTraining : preparePrediction)(adapter, all, data)
for await (const line of lines) {
  let spent = 0
  for (let calls = Number(line); calls > 0; calls--) spent += await call()
  answer(spent)
}
process.exit(0)
