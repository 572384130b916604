/// <reference lib="esnext.disposable" preserve="true" />
// The network that users hold: checks what they ask, keeps the order of calls, and hands the work to its rooms.
import { DIFFERENTIATES, GIVES_DERIVATIVES } from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import type { ConfigChanges } from '../config/changes.ts'
import type { NetworkConfig, ResolvedConfig, ResolvedLayer } from '../config/config.ts'
import { resolveConfig } from '../config/resolve.ts'
import type { FlatInput, MatrixInput, Predictions, RowsInput } from '../data/forms.ts'
import type { Unread } from '../data/matrix.ts'
import { anyRows, readMatrix } from '../data/read-matrix.ts'
import { readInputs, readRows, readScaledRows, readWeightedRows } from '../data/rows.ts'
import { fitScalings, fittedScalings, givenScaling, runningScalings, scaleRows } from '../data/scaling.ts'
import { finish, type Steps } from '../data/steps.ts'
import { type Rows, weighRows } from '../data/training-set.ts'
import { disposed, publicCall, publishMethods, reading, WasmpropError } from '../errors.ts'
import { loadPart } from '../hosts/load.ts'
import { drawsNormals, initializeLayers } from '../memory/initialize.ts'
import { layOut, wholePages } from '../memory/layout.ts'
import {
  gradientsOf,
  hashPacked,
  type LayerWeights,
  packParameters,
  readLayers,
  unpackParameters,
} from '../memory/parameters.ts'
import { writeProgram } from '../memory/write-program.ts'
import { type ModelJSON, modelToJSON } from '../model/json.ts'
import { writeSnapshot } from '../model/snapshot.ts'
import { normOf } from '../numerics/norms.ts'
import type { NumericArray } from '../numerics/typed.ts'
import { type Dtype, type Values, type ValuesOf, valuesOf } from '../numerics/values.ts'
import { checkBoolean, readOptions, refuse } from '../options/check.ts'
import { evaluateRows, penaltyOf } from '../prediction/blocks.ts'
import {
  type Evaluation,
  type MetricChoice,
  type Metrics,
  metricsFor,
  type ResolvedMetric,
} from '../prediction/metrics.ts'
import { finite } from '../prediction/outputs.ts'
import { Predictor } from '../prediction/predictor.ts'
import type { ActivationName } from '../tables/activations.ts'
import { newRateState } from '../tables/schedules.ts'
import type { TrainingRun } from '../training/loop.ts'
import type { EvaluateOptions, ResumeOptions, StreamOptions, TrainOptions, Validated } from '../training/options.ts'
import { reconfigure } from '../training/reconfigure.ts'
import type { TrainResult, ValidatedResult } from '../training/result.ts'
import { type Run, runThrough, runYielding } from '../training/run.ts'
import type { TrainingState } from '../training/session.ts'
import { endRun, resumeTraining, startTraining } from '../training/start.ts'
import { notFinite, stepOnRows } from '../training/step.ts'
import type { StreamSource } from '../training/stream.ts'
import { checkWeights, copyLayers } from './given-weights.ts'
import { type Prepared, prepare } from './prepare.ts'

/** What a network runs on, readable as `network.engine` */
export interface EngineInfo {
  readonly name: 'wasm' | 'typescript'
  /** How many compute at present: fewer than asked for where helpers have died */
  readonly threads: number
  /** Whether multiply and add are fused, so that bits differ between hosts */
  readonly relaxed: boolean
  /** Why it is not the engine that was asked for or would be taken first */
  readonly reason?: string
}

/** One layer, readable as `network.layers[i]` */
export interface LayerInfo {
  readonly inputs: number
  readonly units: number
  readonly activation: ActivationName
  readonly bias: boolean
  readonly trainBias: boolean
}

/** Gradients of one batch of rows */
export interface Gradients {
  /** Loss of the rows, without penalties */
  loss: number
  /** l1 · Σ|W| + ½ · l2 · ΣW² of the regularization */
  penalty: number
  /** Euclidean norm of all gradients together */
  norm: number
  layers: LayerWeights[]
}

/** What holds a network's memory */
interface Held {
  readonly state: TrainingState
  readonly predictor: Predictor
}

function infoOf({ inputs, units, activation, hasBiases, trainsBiases }: ResolvedLayer): LayerInfo {
  return Object.freeze({ inputs, units, activation: activation.name, bias: hasBiases, trainBias: trainsBiases })
}

const evaluateNames = ['metrics', 'sampleWeights', 'classWeights'] as const

/** What is over too soon to be aborted */
const SHORT_RUN: Run = { abort() {} }

/** A multilayer perceptron. Made by `createNetwork`, `networkFromJSON`, `restoreNetwork` or `clone`. */
export class Network<D extends Dtype = Dtype> {
  /** Input columns */
  readonly inputs: number
  readonly layers: readonly LayerInfo[]
  readonly dtype: D
  readonly seed: number
  readonly engine: EngineInfo
  /** Weights and biases; biases that a layer does not have are not counted. */
  readonly parameterCount: number
  readonly #prepared: Prepared
  /** Undefined once it is disposed of, so that whoever still holds the network holds no memory */
  #held: Held | undefined
  #run: Run | undefined

  private constructor(config: ResolvedConfig, prepared: Prepared) {
    const engine = prepared.engine.create()
    const layout = layOut(config, engine.threads)
    engine.reserve(layout.end)
    writeProgram(engine, layout, config)
    this.#prepared = prepared
    const state: TrainingState = {
      config,
      layout,
      engine,
      rate: newRateState(),
      fullBatch: prepared.fullBatch,
      classBatches: prepared.classBatches,
      fits: prepared.fits,
      inputScaling: givenScaling(config.scaling.inputs, config.inputs),
      targetScaling: givenScaling(config.scaling.targets, config.outputs),
      frozenStates: new Map(),
      unfinished: undefined,
      running: undefined,
      session: undefined,
      snapshot: () => writeSnapshot(state),
    }
    this.#held = { state, predictor: new Predictor(() => this.#state) }
    this.inputs = config.inputs
    this.layers = Object.freeze(config.layers.map(infoOf))
    this.dtype = config.dtype as D
    this.seed = config.seed
    const { name, relaxed } = engine
    const { reason } = prepared.engine
    this.engine = Object.freeze({
      name,
      get threads() {
        return engine.workingThreads
      },
      relaxed,
      get reason() {
        return reason ?? engine.missingThreads
      },
    })
    this.parameterCount = config.layers.reduce(
      (sum, { inputs, units, hasBiases }) => sum + (inputs + Number(hasBiases)) * units,
      0,
    )
  }

  /** @internal */
  static async create(config: NetworkConfig): Promise<Network> {
    return Network.drawn(resolveConfig(config))
  }

  /** @internal With drawn weights */
  static async drawn(config: ResolvedConfig): Promise<Network> {
    layOut(config) // refuses what is too large before anything is loaded or allocated
    const drawing = drawsNormals(config) ? await loadPart(import('../tables/draw.ts')) : undefined
    const network = await Network.blank(config)
    initializeLayers(network.#state, drawing?.initialize)
    return network
  }

  /** @internal All weights 0 */
  static async blank(config: ResolvedConfig): Promise<Network> {
    return new Network(config, await prepare(config))
  }

  /**
   * Trains, going on from the present weights and optimizer state. Yields about every 8 ms, so that a tab stays
   * responsive. Rows count as they are at the call: large ones are taken in steps, with INVALID_DATA where they have been
   * changed meanwhile. Rejects before anything is changed where options or data are wrong.
   */
  train(inputs: MatrixInput, targets: MatrixInput, options: Validated<TrainOptions>): Promise<ValidatedResult>
  train(inputs: MatrixInput, targets: MatrixInput, options?: TrainOptions): Promise<TrainResult>
  async train(inputs: MatrixInput, targets: MatrixInput, options?: TrainOptions): Promise<TrainResult> {
    return this.#trainYielding('train', (state, unread) => startTraining(state, inputs, targets, options, unread))
  }

  /** Trains without yielding: for workers and scripts. */
  trainSync(inputs: MatrixInput, targets: MatrixInput, options: Validated<TrainOptions>): ValidatedResult
  trainSync(inputs: MatrixInput, targets: MatrixInput, options?: TrainOptions): TrainResult
  trainSync(inputs: MatrixInput, targets: MatrixInput, options?: TrainOptions): TrainResult {
    return this.#alone('trainSync', (state) => {
      const run = this.#follow(finish(startTraining(state, inputs, targets, options)))
      return endRun(state, runThrough(run))
    })
  }

  /**
   * Trains on batches `{ inputs, targets, sampleWeights? }` as they come from an iterable or async iterable, an optimizer
   * step each; several epochs need a function that gives a fresh one for each. The scaling must be fitted before. The same
   * batches lead to the same bits as `train` without shuffling. Cannot be resumed.
   */
  trainStream(source: StreamSource, options: Validated<StreamOptions>): Promise<ValidatedResult>
  trainStream(source: StreamSource, options?: StreamOptions): Promise<TrainResult>
  async trainStream(source: StreamSource, options?: StreamOptions): Promise<TrainResult> {
    const state = this.#begin('trainStream')
    try {
      const { startStream } = await loadPart(import('../training/stream.ts'))
      return await this.#follow(startStream(state, source, options)).run(source)
    } finally {
      this.#end(state)
    }
  }

  /**
   * Finishes the call of `train` that was aborted, or in which the snapshot was taken that this network was restored from,
   * as if it had never stopped. Takes the same rows again and throws INVALID_DATA for others; weights of rows and rows of
   * their own for the validation are part of the snapshot. The result is that of the whole call.
   */
  async resume(inputs: MatrixInput, targets: MatrixInput, options?: ResumeOptions): Promise<TrainResult> {
    return this.#trainYielding('resume', (state, unread) => resumeTraining(state, inputs, targets, options, unread))
  }

  async #trainYielding(
    call: string,
    start: (state: TrainingState, unread: Unread) => Steps<TrainingRun>,
  ): Promise<TrainResult> {
    const state = this.#begin(call)
    try {
      const unread: Unread = { matrices: [] }
      const result = await runYielding(start(state, unread), unread, (run) => this.#follow(run))
      return endRun(state, result)
    } finally {
      this.#end(state)
    }
  }

  /** What no other write may disturb, though functions of the user run in it */
  #alone<T>(call: string, act: (state: TrainingState) => T): T {
    const state = this.#begin(call)
    try {
      return act(state)
    } finally {
      this.#end(state)
    }
  }

  /** From here to `#end`, writes are BUSY and `dispose` waits. */
  #begin(call: string): TrainingState {
    const state = this.#state
    if (this.#run !== undefined) {
      throw new WasmpropError('BUSY', `${call}: the network is training; wait until its train has ended, or abort it`)
    }
    this.#run = SHORT_RUN
    return state
  }

  /** Aborts a run where the network is disposed of. */
  #follow<R extends Run>(run: R): R {
    this.#run = run
    if (this.#held === undefined) run.abort()
    return run
  }

  #end({ engine }: TrainingState): void {
    this.#run = undefined
    if (this.#held === undefined) engine.dispose()
  }

  /**
   * Exactly one optimizer step on these rows in this order; `sampleWeights` as in `train`. Returns their loss before the
   * step. A named scaling that is not fitted is fitted as rows come, to all rows of such calls so far, these among them: mean
   * and deviation run, extremes widen; `fitScaling` ends that, and 'robust' needs it (NOT_FITTED). Throws NOT_FINITE, with weights and optimizer as before, where the step does not lead to finite weights.
   */
  trainOnBatch(inputs: MatrixInput, targets: MatrixInput, options: { sampleWeights?: MatrixInput } = {}): number {
    return this.#alone('trainOnBatch', (state) => {
      const { sampleWeights } = readOptions(options, '', ['sampleWeights'])
      const { rows: read, weights, isMasked } = readWeightedRows(state, inputs, targets, sampleWeights)
      const scalings = runningScalings(state, read, isMasked)
      const rows = scaleRows(state, read, scalings)
      const outcome = stepOnRows(state, rows, weights)
      if (outcome.failure !== undefined) throw notFinite(state, outcome, rows)
      Object.assign(state, scalings)
      state.session = undefined
      return outcome.loss
    })
  }

  /**
   * One optimizer step from ∂E/∂output of these rows, rows × outputs in the targets' units, for losses of your own and
   * policies: E is a sum, nothing is divided by the rows. Penalties, clipping and decay act as ever. Nothing is dropped, so
   * that the derivatives are those of what `predict` gives. Throws INVALID_SHAPE, INVALID_DATA or NOT_FINITE for what comes
   * in, NOT_FITTED before the scaling is fitted, INVALID_CONFIG with L-BFGS, which needs the loss itself; NOT_FINITE, with
   * everything as before, where the step does not lead to finite weights.
   */
  trainOnGradients(inputs: MatrixInput, outputGradients: MatrixInput): void {
    this.#alone('trainOnGradients', (state) => {
      const x = readInputs(state, inputs)
      const { inputScaling, targetScaling } = fittedScalings(state, 'trainOnGradients')
      if (state.fullBatch) refuse('trainOnGradients', 'another optimizer: it searches along the loss', 'lbfgs')
      const shape = { ...anyRows, name: 'outputGradients', columns: this.#outputs, rows: x.rows }
      const data = new Float64Array(x.rows * this.#outputs)
      readMatrix(outputGradients, { ...shape, dtype: 'float64' }).copyRows(0, x.rows, data, 0, this.#outputs)
      // output = raw · scale + offset
      const byRaw = data.map((gradient, index) => gradient * targetScaling.scale[index % this.#outputs])
      const targets = readMatrix(byRaw, { ...shape, dtype: state.config.dtype })
      const rows = { inputs: inputScaling.apply(x), targets }
      const outcome = stepOnRows(state, rows, undefined, DIFFERENTIATES | GIVES_DERIVATIVES)
      if (outcome.failure !== undefined) throw notFinite(state, outcome, rows)
      state.session = undefined
    })
  }

  /**
   * Outputs in the targets' units, in the form in which the inputs came. Throws INVALID_SHAPE, INVALID_DATA or NOT_FINITE
   * for the inputs, NOT_FITTED before the scaling is fitted, NOT_FINITE where an output overflows.
   */
  predict(inputs: readonly number[]): number[]
  predict(inputs: RowsInput): number[][]
  predict(inputs: NumericArray | FlatInput): ValuesOf<D>
  predict(inputs: MatrixInput): Predictions
  predict(inputs: MatrixInput): Predictions {
    return this.#live.predictor.predict(inputs)
  }

  /**
   * Writes the outputs of all rows, without gaps, into `outputs` of rows × output units numbers. Allocates nothing for few
   * rows in a flat float array, where the targets are not scaled and `outputs` is of the network's dtype or float64. Throws
   * as `predict` does, INVALID_SHAPE for outputs of another size or kind, and NOT_FINITE for what they cannot hold.
   */
  predictInto(inputs: MatrixInput, outputs: Values): void {
    this.#live.predictor.predictInto(inputs, outputs)
  }

  /**
   * The class of each row: the output with the largest value, or for a single output 1 where it is above ½. A number for
   * one row, number[] for rows, Uint32Array for the other forms. Throws as `predict` does.
   */
  predictClass(inputs: readonly number[]): number
  predictClass(inputs: RowsInput): number[]
  predictClass(inputs: NumericArray | FlatInput): Uint32Array
  predictClass(inputs: MatrixInput): number | number[] | Uint32Array
  predictClass(inputs: MatrixInput): number | number[] | Uint32Array {
    return this.#live.predictor.predictClass(inputs)
  }

  /**
   * Fits the scaling to these rows, and nothing else. Throws INVALID_SHAPE, INVALID_DATA or NOT_FINITE for the rows, BUSY
   * while the network trains.
   */
  fitScaling(inputs: MatrixInput, targets: MatrixInput): void {
    this.#alone('fitScaling', (state) => {
      Object.assign(state, fitScalings(state, readRows(state, inputs, targets)), { running: undefined })
      state.session = undefined
    })
  }

  /**
   * The loss of these rows, of the scaled targets and without penalties, and the metrics that are asked for, in the
   * targets' own units. `sampleWeights` and `classWeights` weigh the loss as in `train`, not the metrics; `'balanced'` goes
   * by these rows. Throws INVALID_CONFIG for metrics, INVALID_SHAPE, INVALID_DATA or NOT_FINITE for rows, NOT_FITTED
   * before the scaling is fitted, NOT_FINITE where the loss or an output overflows.
   */
  evaluate<const Choices extends readonly MetricChoice[] = []>(
    inputs: MatrixInput,
    targets: MatrixInput,
    options?: EvaluateOptions<Choices>,
  ): Evaluation<Choices>
  evaluate(inputs: MatrixInput, targets: MatrixInput, options: EvaluateOptions = {}): { loss: number } & Metrics {
    const {
      metrics: choices,
      sampleWeights,
      classWeights,
    } = readOptions(options, '', evaluateNames, "an object such as { metrics: ['accuracy'] }")
    const metrics = metricsFor(choices, this.#state.config)
    const rows = readRows(this.#state, inputs, targets)
    return this.#live.predictor.evaluate(rows, metrics, weighRows(rows.targets, sampleWeights, classWeights))
  }

  /**
   * Loss and gradients of these rows as one batch: those of loss + penalty, before clipping unless `clipped`. Changes
   * nothing. Throws INVALID_SHAPE, INVALID_DATA or NOT_FINITE for rows, NOT_FITTED before the scaling is fitted, NOT_FINITE
   * where loss or gradients overflow.
   */
  gradients(inputs: MatrixInput, targets: MatrixInput, options: { clipped?: boolean } = {}): Gradients {
    const { clipped = false } = readOptions(options, '', ['clipped'])
    const rows = readScaledRows(this.#state, 'gradients', inputs, targets)
    const loss = finite(evaluateRows(this.#state, rows, DIFFERENTIATES), 'gradients: expected the loss')
    this.#state.engine.adjust(P.PROGRAM, checkBoolean(clipped, 'clipped'))
    const layers = readLayers(this.#values(), this.#state.layout, gradientsOf)
    const lists = layers.flatMap(({ weights, biases }) => [...weights, biases])
    const norm = finite(normOf(lists), 'gradients: expected their norm')
    const penalty = finite(penaltyOf(this.#state), 'gradients: expected the penalty')
    return { loss, penalty, norm, layers }
  }

  /** A copy of all weights [in][out] and biases; zeros for a layer without biases. */
  getWeights(): LayerWeights[] {
    return readLayers(this.#values(), this.#state.layout)
  }

  /**
   * Sets all weights and biases, in the shape that `getWeights` gives. Nothing is changed where one is wrong: that throws
   * INVALID_SHAPE, INVALID_DATA or NOT_FINITE; BUSY while the network trains.
   */
  setWeights(layers: readonly LayerWeights[]): void {
    this.#alone('setWeights', (state) => {
      const checked = checkWeights(layers, state.config)
      copyLayers(valuesOf(state.engine.buffer, state.config.dtype), state.layout, checked)
      state.session = undefined
    })
  }

  /**
   * Changes what later training does, a `resume` as well: rate, weight decay, penalties, clipping, and which layers are
   * trained. Weights, counters and what the optimizer remembers stay; of a frozen layer it is put aside until the layer is
   * trained again. Only L-BFGS forgets its history where the objective is another one. Part of snapshots and JSON. Throws
   * INVALID_CONFIG, with nothing changed, and BUSY while the network trains: there is `setLearningRate` of `onEpoch`.
   */
  reconfigure(changes: ConfigChanges): void {
    this.#alone('reconfigure', (state) => reconfigure(state, changes))
  }

  /** @internal Refused instead of being ignored: `reconfigure` sets the rate. Throws INVALID_CONFIG. */
  set learningRate(rate: never) {
    refuse('learningRate', 'network.reconfigure({ learningRate }), which sets it', rate)
  }

  /**
   * A fingerprint of the weights, not a signature: 64-bit FNV-1a in hexadecimal over dtype, widths and little-endian
   * values in [in][out] order, each layer's biases after its weights.
   */
  weightsHash(): string {
    return hashPacked(packParameters(this.#values(), this.#state.layout), this.#state.config)
  }

  /** The model, exact to the bit, for prediction and further training; without optimizer state. */
  toJSON(): ModelJSON {
    return modelToJSON(this.#state, packParameters(this.#values(), this.#state.layout))
  }

  /**
   * Everything as bytes: weights, optimizer, counters, scaling, and how a `train` stands that is running or was aborted.
   * `restoreNetwork` makes a network of them that goes on bit for bit, by `resume` with that `train`.
   */
  snapshot(): Uint8Array {
    return writeSnapshot(this.#state)
  }

  /**
   * Another network with the same weights, optimizer state and scaling, and a memory of its own. A `train` that runs or was
   * aborted is not carried over: `resume` takes a snapshot.
   */
  clone(): Network<D> {
    const copy = new Network<D>(this.#state.config, this.#prepared)
    const from = new Uint8Array(this.#state.engine.buffer, 0, this.#state.layout.end)
    new Uint8Array(copy.#state.engine.buffer).set(from.subarray(P.PROGRAM), P.PROGRAM)
    Object.assign(copy.#state.rate, this.#state.rate)
    for (const [layer, states] of this.#state.frozenStates) copy.#state.frozenStates.set(layer, states)
    copy.#state.inputScaling = this.#state.inputScaling
    copy.#state.targetScaling = this.#state.targetScaling
    Object.assign(copy.#state, { running: this.#state.running })
    return copy
  }

  /** @internal The same network, whatever its type, in float64, on an engine that `create` makes; default: as its own */
  static inFloat64(network: Network, create = network.#prepared.engine.create): Network {
    const { config, layout, inputScaling, targetScaling } = Network.stateOf(network)
    const copy = new Network(
      { ...config, dtype: 'float64' },
      { ...network.#prepared, engine: { create, reason: undefined } },
    )
    const packed = Float64Array.from(packParameters(network.#values(), layout))
    unpackParameters(copy.#values(), copy.#state.layout, packed)
    Object.assign(copy.#state, { inputScaling, targetScaling })
    return copy
  }

  /** Layers, widths, parameters and memory, a line each */
  summary(): string {
    const { config, layout } = this.#state
    const rows = this.layers.map(({ inputs, units, activation, bias }, index) => {
      const parameters = (inputs + Number(bias)) * units
      return `${index}  ${`${inputs} → ${units}`.padEnd(14)}${activation.padEnd(12)}${parameters} parameters`
    })
    const { name, threads, reason } = this.engine
    return [
      `${[this.inputs, ...this.layers.map(({ units }) => units)].join('-')} network, ${this.dtype}, seed ${this.seed}`,
      ...rows,
      `loss ${config.loss.name}, optimizer ${config.optimizer.name}, ${this.parameterCount} parameters, ` +
        `${Math.ceil(wholePages(layout.end) / 1024)} KiB`,
      `engine ${name}${threads > 1 ? `, ${threads} threads` : ''}${reason === undefined ? '' : ` (${reason})`}`,
    ].join('\n')
  }

  /** Gives the memory back. A running `train` ends first, as aborted. All later calls are refused. */
  dispose(): void {
    if (this.#held === undefined) return
    const { engine } = this.#held.state
    this.#held = undefined
    if (this.#run) this.#run.abort()
    else engine.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  static #is(value: unknown): value is Network {
    return typeof value === 'object' && value !== null && #held in value
  }

  static {
    publishMethods(Network.prototype, '', Network.#is)
  }

  /** @internal What functions of networks work on; they take anything. */
  static stateOf(network: unknown): TrainingState {
    if (Network.#is(network)) return network.#state
    return refuse('network', 'a Network that createNetwork gave', network, whatElse(network))
  }

  /** @internal As `evaluate` of checked rows */
  static evaluateRows(network: Network, rows: Rows, metrics: readonly ResolvedMetric[]): { loss: number } & Metrics {
    return network.#live.predictor.evaluate(rows, metrics)
  }

  get #live(): Held {
    if (this.#held !== undefined) return this.#held
    throw disposed()
  }

  get #state(): TrainingState {
    return this.#live.state
  }

  get #outputs(): number {
    return this.#state.config.outputs
  }

  #values(): Values {
    return valuesOf(this.#state.engine.buffer, this.#state.config.dtype)
  }
}

/** What to do with a network that this module did not make: one in a worker, or of another copy of the library */
function whatElse(value: unknown): string {
  const has = (name: string) =>
    reading(
      'INVALID_CONFIG',
      'network',
      'a Network',
      () => typeof (value as Record<string, unknown>)?.[name] === 'function',
    )
  if (!has('toJSON') || !has('weightsHash')) return ''
  if (!has('trainSync')) return '; it lives in a worker: networkFromJSON(await network.toJSON()) makes one that is here'
  return '; another copy of wasmprop has made it: import both from one place, or take networkFromJSON(network.toJSON())'
}

/**
 * Makes a network with drawn weights. Rejects with a WasmpropError: INVALID_CONFIG names the option that is wrong,
 * OUT_OF_MEMORY what 4 GiB or the host cannot hold, ENGINE_UNAVAILABLE a host without WebAssembly where `engine: 'wasm'`
 * insists, ENGINE_FAILED a module `wasm` of another version.
 */
export function createNetwork<D extends Dtype = 'float32'>(config: NetworkConfig & { dtype?: D }): Promise<Network<D>> {
  return publicCall('createNetwork', createNetwork, () => Network.create(config) as Promise<Network<D>>)
}
