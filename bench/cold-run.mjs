// What cold.mjs starts: `node cold-run.mjs CONTESTANT JOB FILE`, with `--report` to tell the phases and the result. Trains once
// and ends. FILE has inputs, targets and first weights in float64; the library draws the same weights itself.
import { readFileSync } from 'node:fs'

const marks = [performance.now()]
const [contestant, jobText, file, report] = process.argv.slice(2)
const job = JSON.parse(jobText)
const { buffer, byteOffset, byteLength } = readFileSync(file)
const numbers = new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength))
const [rows, columns, outputs] = [job.rows, job.config.inputs, job.config.layers.at(-1).units]
const inputs = numbers.subarray(0, rows * columns)
const targets = numbers.subarray(rows * columns, rows * (columns + outputs))
const mark = () => marks.push(performance.now())

async function trainLibrary() {
  const { createNetwork } = await import('../dist/index.js')
  mark()
  const network = await createNetwork({ ...job.config, dtype: 'float64', engine: contestant })
  mark()
  await network.train(inputs, targets, { epochs: job.epochs, batchSize: job.batchRows, shuffle: false })
  mark()
  return () => ({
    hash: network.weightsHash(),
    values: network.getWeights().flatMap(({ weights, biases }) => [...weights.flat(), ...biases]),
  })
}

function firstLayers() {
  let next = rows * (columns + outputs)
  const take = (count) => {
    next += count
    return [...numbers.subarray(next - count, next)]
  }
  return job.config.layers.map(({ units }, index) => {
    const below = index > 0 ? job.config.layers[index - 1].units : columns
    return { weights: Array.from({ length: below }, () => take(units)), biases: take(units) }
  })
}

async function trainPlain() {
  const { name: optimizer, learningRate: rate } = job.config.optimizer
  const data = { rows, inputs, targets }
  let plain
  if (job.config.loss === 'halfSquaredError') {
    const { typedArrays } = await import('../build/plain-tutorial.js')
    mark()
    plain = typedArrays(data, firstLayers(), rate)
  } else {
    const { plainNetwork } = await import('../build/plain-network.js')
    mark()
    plain = plainNetwork(data, firstLayers(), { batchRows: job.batchRows, optimizer, rate, shuffles: false })
  }
  mark()
  plain.train(job.epochs)
  mark()
  return () => ({ values: plain.weights() })
}

const result = await (contestant === 'plain' ? trainPlain() : trainLibrary())
if (report) {
  const { user, system } = process.cpuUsage()
  const phases = marks.slice(1).map((at, index) => at - marks[index])
  console.log(JSON.stringify({ phases, cpu: (user + system) / 1000, ...result() }))
}
