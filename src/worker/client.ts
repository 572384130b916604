/// <reference lib="esnext.disposable" preserve="true" />
// What `wasmprop/worker` gives: networks that live in a worker, with the methods of Network, all of them returning promises.

import { engineOptionNames, type NetworkConfig } from '../config/config.ts'
import type { FlatInput, MatrixInput, Predictions, RowsInput } from '../data/forms.ts'
import { publicCall, unexpected } from '../errors.ts'
import type { HostWorker, WorkerFactory } from '../hosts/worker.ts'
import { type ModelOptions, type RestoreOptions, restoreNames } from '../model/json.ts'
import type { Network } from '../network/network.ts'
import type { NumericArray } from '../numerics/typed.ts'
import type { Dtype, Values, ValuesOf } from '../numerics/values.ts'
import { readOptions } from '../options/check.ts'
import type { Evaluation, MetricChoice } from '../prediction/metrics.ts'
import type { EvaluateOptions, StreamOptions, TrainOptions, Validated } from '../training/options.ts'
import type { TrainResult, ValidatedResult } from '../training/result.ts'
import type { StreamSource } from '../training/stream.ts'
import { Timeline } from '../training/timeline.ts'
import { keepOptions, keepSource } from './callbacks.ts'
import { Connection } from './connection.ts'
import type { CallName, Facts, MakerName, PackedTimeline } from './messages.ts'

export { type ErrorCode, WasmpropError } from '../errors.ts'
export type { HostWorker, WorkerFactory } from '../hosts/worker.ts'

export interface WorkerOptions {
  /**
   * A Worker whose script imports `wasmprop/worker-host`, which may hold several networks, or a function that makes one, which
   * ends with its network. Default: a new one of the library's each
   */
  worker?: HostWorker | WorkerFactory
}

/** Methods that return promises of what they returned */
type Promised<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never
}

/**
 * A network in a worker: Network with promises, without `trainSync`. Calls run in order; arguments are copied. `dispose`
 * ends the worker unless it was given. `snapshot` of what `onEpoch` learns always throws here: await that of the network.
 */
export interface WorkerNetwork<D extends Dtype = Dtype>
  extends Facts,
    Promised<Pick<Network, Exclude<CallName, OwnTypes>>> {
  readonly dtype: D
  train(inputs: MatrixInput, targets: MatrixInput, options: Validated<TrainOptions>): Promise<ValidatedResult>
  train(inputs: MatrixInput, targets: MatrixInput, options?: TrainOptions): Promise<TrainResult>
  trainStream(source: StreamSource, options: Validated<StreamOptions>): Promise<ValidatedResult>
  trainStream(source: StreamSource, options?: StreamOptions): Promise<TrainResult>
  evaluate<const Choices extends readonly MetricChoice[] = []>(
    inputs: MatrixInput,
    targets: MatrixInput,
    options?: EvaluateOptions<Choices>,
  ): Promise<Evaluation<Choices>>
  predict(inputs: readonly number[]): Promise<number[]>
  predict(inputs: RowsInput): Promise<number[][]>
  predict(inputs: NumericArray | FlatInput): Promise<ValuesOf<D>>
  predict(inputs: MatrixInput): Promise<Predictions>
  predictClass(inputs: readonly number[]): Promise<number>
  predictClass(inputs: RowsInput): Promise<number[]>
  predictClass(inputs: NumericArray | FlatInput): Promise<Uint32Array>
  predictClass(inputs: MatrixInput): Promise<number | number[] | Uint32Array>
  /** Another network with the same weights, optimizer state and scaling, in the same worker */
  clone(): Promise<WorkerNetwork<D>>
  [Symbol.dispose](): void
  [Symbol.asyncDispose](): Promise<void>
}

/** Overloads are lost in mapped types, and a clone is another kind of network. */
type OwnTypes = 'train' | 'trainStream' | 'evaluate' | 'predict' | 'predictClass' | 'clone'

/** Makes a network with drawn weights in a worker. A learning rate cannot be a function there. */
export function createNetwork<D extends Dtype = 'float32'>(
  config: NetworkConfig & { dtype?: D },
  options: WorkerOptions = {},
): Promise<WorkerNetwork<D>> {
  return publicCall('createNetwork', createNetwork, async () => {
    const { worker } = readOptions(options, '', ['worker'])
    return make('createNetwork', [config], worker) as Promise<WorkerNetwork<D>>
  })
}

/** The network that `toJSON` wrote, in a worker */
export function networkFromJSON(
  value: unknown,
  options: Omit<ModelOptions, 'learningRate' | 'worker'> & WorkerOptions = {},
): Promise<WorkerNetwork> {
  return publicCall('networkFromJSON', networkFromJSON, async () => {
    const { worker, ...others } = readOptions(options, '', engineOptionNames)
    return make('networkFromJSON', [value, others], worker)
  })
}

/** The network that `snapshot` wrote, in a worker: none whose learning rate was a function */
export function restoreNetwork(
  bytes: Uint8Array | ArrayBuffer,
  options: Omit<RestoreOptions, 'learningRate' | 'worker'> & WorkerOptions = {},
): Promise<WorkerNetwork> {
  return publicCall('restoreNetwork', restoreNetwork, async () => {
    const { worker, ...others } = readOptions(options, '', restoreNames)
    return make('restoreNetwork', [bytes, others], worker)
  })
}

async function make(name: MakerName, args: unknown[], worker: unknown): Promise<WorkerNetwork> {
  return networkOf(...(await Connection.make(name, args, worker as WorkerOptions['worker'])))
}

type Way = (connection: Connection, name: CallName, args: unknown[]) => Promise<unknown>

/** How each method reaches the worker. A method that Network has and this table has not does not compile. */
const ways: Record<CallName, Way> = {
  train,
  trainStream,
  resume: train,
  trainOnBatch: call,
  trainOnGradients: call,
  predict: call,
  predictInto: callInto,
  predictClass: call,
  fitScaling: call,
  evaluate: call,
  gradients: call,
  getWeights: call,
  setWeights: call,
  reconfigure: call,
  weightsHash: call,
  toJSON,
  snapshot: call,
  clone: async (connection) => networkOf(...(await connection.clone())),
  summary: call,
  dispose: (connection) => connection.dispose(),
}

function networkOf(connection: Connection, facts: Facts): WorkerNetwork {
  const methods = Object.entries(ways).map(([name, way]) => {
    const method = (...args: unknown[]) => publicCall(name, method, () => way(connection, name as CallName, args))
    return [name, method]
  })
  const network = {
    ...facts,
    ...Object.fromEntries(methods),
    [Symbol.dispose]: () => void connection.dispose(),
    [Symbol.asyncDispose]: () => connection.dispose(),
  }
  dropped.register(network, connection)
  return network as WorkerNetwork
}

/** Networks that nobody holds any more */
const dropped = new FinalizationRegistry<Connection>((connection) => connection.drop())

function call(connection: Connection, name: CallName, args: unknown[]): Promise<unknown> {
  return connection.call(name, args)
}

/** `JSON.stringify` calls it with a key, and cannot wait. */
function toJSON(connection: Connection, name: CallName, args: unknown[]): Promise<unknown> {
  if (args.length === 0) return connection.call(name, args)
  throw unexpected('INVALID_CONFIG', 'JSON.stringify', 'await network.toJSON() of a network in a worker', 'the network')
}

/** The worker fills a copy. */
async function callInto(connection: Connection, name: CallName, args: unknown[]): Promise<void> {
  const [inputs, outputs] = args as [unknown, Values]
  const filled = (await connection.call(name, [inputs, outputs])) as Values
  if (outputs.length !== filled.length) {
    const expected = `${filled.length} numbers of room, as when the call began`
    throw unexpected('INVALID_SHAPE', 'outputs', expected, `a buffer for ${outputs.length}`)
  }
  outputs.set(filled)
}

async function train(connection: Connection, name: CallName, args: unknown[]): Promise<TrainResult> {
  const [inputs, targets, options] = args
  const [posted, kept] = keepOptions(options, (rate) => connection.setLearningRate(rate))
  return revive(await connection.call(name, [inputs, targets, posted], kept))
}

/** The worker asks for the next batch when it is done with the last one. */
async function trainStream(connection: Connection, name: CallName, args: unknown[]): Promise<TrainResult> {
  const [source, options] = args
  const [posted, kept] = keepOptions(options, (rate) => connection.setLearningRate(rate))
  return revive(await connection.call(name, [keepSource(source, kept), posted], kept))
}

function revive(value: unknown): TrainResult {
  const { timeline: packed, ...result } = value as TrainResult & { timeline?: PackedTimeline }
  if (packed === undefined || !Object.hasOwn(value as object, 'timeline')) return result
  const { every, epochs, joined, layout } = packed
  const timeline = new Timeline({ every }, 0, 0, layout)
  timeline.split(epochs, joined)
  return { ...result, timeline }
}
