// Who is timed on a workload: both engines in both dtypes, wasm with relaxed arithmetic, and plain JavaScript; and the proof, before anything is timed,
// that they come to the same weights.
//
// Plain JavaScript is the code that a careful reader would write instead of taking a library: typed arrays, no objects in
// loops, sums in registers; float64, which is its fastest. It is spared what the library does beside training: no losses
// are computed or kept, nothing is checked.
import { createNetwork, type Network, type NetworkConfig } from 'wasmprop'
import { type Data, generator } from '../../workloads/data.ts'
import { plainNetwork } from '../../workloads/plain-network.ts'
import { type PlainTraining, typedArrays, unrolled } from '../../workloads/plain-tutorial.ts'
import { configOf, dataOf, isPlain, type Workload, type WorkloadName, workloads } from '../../workloads/workloads.ts'

export type Contestant = 'wasm' | 'relaxed' | 'typescript' | 'plain' | 'unrolled'
export type Dtype = 'float32' | 'float64'

export interface TraineeOptions {
  readonly workload: WorkloadName | Workload
  readonly contestant: Contestant
  readonly dtype: Dtype
  /** Fewer rows than the workload has */
  readonly rows?: number
  /** Epochs of a call */
  readonly epochs: number
  readonly shuffles: boolean
  /** Predicts all rows, together or one by one, instead of training */
  readonly predicts?: 'together' | 'one by one'
  /** Of an engine's network; 1 where it is not given */
  readonly threads?: number
}

export interface Result {
  /** Of an engine's network, and the threads that it has */
  readonly hash?: string
  readonly threads?: number
  /** Weights, then biases, layer by layer; or predictions */
  readonly values: number[]
}

export interface Trainee {
  /** Epochs, steps or predicted rows in a call */
  readonly work: number
  run(): void
  result(): Result
}

const workloadOf = (workload: WorkloadName | Workload) =>
  typeof workload === 'string' ? workloads[workload] : workload

export async function createTrainee(options: TraineeOptions): Promise<Trainee> {
  const workload = workloadOf(options.workload)
  const data = dataOf(workload, options.rows)
  const { contestant, epochs } = options
  const isPlain = contestant === 'plain' || contestant === 'unrolled'
  const made = await (isPlain ? createPlain : createEngine)(workload, data, options)
  if (options.predicts !== undefined) return { ...made, work: data.rows }
  return { ...made, work: workload.unit === 'step' ? epochs * Math.ceil(data.rows / workload.batchRows) : epochs }
}

async function createEngine(workload: Workload, data: Data, options: TraineeOptions): Promise<Omit<Trainee, 'work'>> {
  const { contestant, dtype, epochs, shuffles, threads = 1 } = options
  const config: NetworkConfig = { ...configOf(workload), ...engineOf(contestant), dtype, threads }
  const network = await createNetwork(config)
  if (contestant === 'relaxed' && !network.engine.relaxed) throw new Error(network.engine.reason)
  const View = dtype === 'float32' ? Float32Array : Float64Array
  const inputs = View.from(data.inputs)
  const targets = View.from(data.targets)
  if (options.predicts !== undefined) {
    const outputs = new View(targets.length)
    const predict = (from: typeof inputs, to: typeof outputs) => network.predictInto(from, to)
    return { run: predictor(predict, inputs, outputs, data.rows, options), result: () => ({ values: [...outputs] }) }
  }
  const trainOptions = { epochs, batchSize: workload.batchRows, shuffle: shuffles }
  return {
    run: () => void network.trainSync(inputs, targets, trainOptions),
    result: () => ({ hash: network.weightsHash(), threads: network.engine.threads, values: weightsOf(network) }),
  }
}

function engineOf(contestant: Contestant): Pick<NetworkConfig, 'engine' | 'arithmetic'> {
  if (contestant === 'typescript') return { engine: 'typescript' }
  return { engine: 'wasm', arithmetic: contestant === 'relaxed' ? 'relaxed' : 'reproducible' }
}

/** Why relaxed arithmetic is not to be had here, if so */
export async function whyNotRelaxed(): Promise<string | undefined> {
  const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], ...engineOf('relaxed') })
  const { relaxed, reason = 'no relaxed SIMD' } = network.engine
  network.dispose()
  return relaxed ? undefined : reason
}

const weightsOf = (network: Network) =>
  network.getWeights().flatMap(({ weights, biases }) => [...weights.flat(), ...biases])

async function createPlain(workload: Workload, data: Data, options: TraineeOptions): Promise<Omit<Trainee, 'work'>> {
  // The TypeScript engine draws the same weights, and leaves the isolate without a WebAssembly memory.
  const network = await createNetwork({ ...configOf(workload), engine: 'typescript', dtype: 'float64' })
  const layers = network.getWeights()
  const { name: optimizer, learningRate: rate } = workload.optimizer
  if (!isPlain(optimizer) || rate === undefined) throw new Error(`plain JavaScript has no ${optimizer}`)
  const { batchRows, loss } = workload
  const { shuffles, contestant, epochs } = options
  if (options.predicts !== undefined) {
    const { predict } = plainNetwork(data, layers, { batchRows, optimizer, rate, shuffles, random: generator(1) })
    const outputs = new Float64Array(data.targets.length)
    const run = predictor(predict, data.inputs, outputs, data.rows, options)
    return { run, result: () => ({ values: [...outputs] }) }
  }
  let plain: PlainTraining
  if (contestant === 'unrolled') plain = unrolled(data, layers, rate)
  else if (loss === 'halfSquaredError') plain = typedArrays(data, layers, rate)
  else plain = plainNetwork(data, layers, { batchRows, optimizer, rate, shuffles, random: generator(1) })
  return { run: () => plain.train(epochs), result: () => ({ values: plain.weights() }) }
}

/** All rows in a call of `predict`, or each in one of its own */
function predictor<T extends Float32Array | Float64Array>(
  predict: (inputs: T, outputs: T) => void,
  inputs: T,
  outputs: T,
  rows: number,
  { predicts }: TraineeOptions,
): () => void {
  if (predicts === 'together') return () => predict(inputs, outputs)
  const rowsOf = (of: T) =>
    Array.from({ length: rows }, (_, row) => of.subarray((row * of.length) / rows, ((row + 1) * of.length) / rows) as T)
  const [from, to] = [rowsOf(inputs), rowsOf(outputs)]
  return () => {
    for (let row = 0; row < rows; row++) predict(from[row], to[row])
  }
}

export interface Proof {
  readonly name: string
  readonly holds: boolean
  readonly detail: string
}

/** Trains once, somewhere of its own, and gives the result. */
export type TrainOnce = (options: TraineeOptions) => Promise<Result>

/** Plain JavaScript's exponential is not that of the engines. */
const TOLERANCE = 1e-9

/** The engines' bits in both dtypes as the workload is, and plain JavaScript's weights in the rows' own order */
export async function prove(workload: WorkloadName | Workload, trainOnce: TrainOnce): Promise<Proof[]> {
  const { proof, shuffles, what, optimizer } = workloadOf(workload)
  const name = typeof workload === 'string' ? workload : what
  const train = (contestant: Contestant, dtype: Dtype, shuffle = shuffles) =>
    trainOnce({ workload, contestant, dtype, ...proof, shuffles: shuffle })
  const [wasm32, typescript32, wasm64, typescript64] = await Promise.all([
    train('wasm', 'float32'),
    train('typescript', 'float32'),
    train('wasm', 'float64'),
    train('typescript', 'float64'),
  ])
  const bits = [sameBits(`${name} float32`, wasm32, typescript32), sameBits(`${name} float64`, wasm64, typescript64)]
  if (!isPlain(optimizer.name)) return bits
  const [unshuffled, plain] = await Promise.all([train('wasm', 'float64', false), train('plain', 'float64', false)])
  return [...bits, nearTo(`${name}: plain JavaScript`, unshuffled, plain, TOLERANCE)]
}

/** The proof that both engines trained to the same hash */
export function sameBits(what: string, wasm: Result, typescript: Result): Proof {
  const holds = wasm.hash !== undefined && wasm.hash === typescript.hash
  const detail = holds ? wasm.hash : `${wasm.hash} and ${typescript.hash}`
  return { name: `${what}: typescript has the bits of wasm`, holds, detail }
}

/** The proof that values of other code are near those of wasm; a NaN is not. */
export function nearTo(what: string, wasm: Result, other: Result, tolerance: number): Proof {
  const worst = wasm.values.reduce((most, value, i) => Math.max(most, Math.abs(value - other.values[i])), 0)
  const holds = worst <= tolerance && wasm.values.length === other.values.length
  return { name: `${what} stays within ${tolerance} of wasm`, holds, detail: worst.toExponential(1) }
}
