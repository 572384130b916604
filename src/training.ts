// One call of `train`: its data in memory, its slices, its end. Slices give progress, abort and a responsive host, and
// never change a result. They also let V8 replace baseline code: it never replaces a wasm function that is running.
import { DIVERGED, EPOCHS_ENDED, SLICE_ENDED, TARGET_REACHED } from '../assembly/ids.ts'
import * as P from '../assembly/program.ts'
import { adviceFor } from './advice.ts'
import { checkNumber } from './checks.ts'
import type { EpochProgress, ResolvedTrainOptions } from './config.ts'
import type { Engine } from './engine.ts'
import { type Layout, layOutData } from './layout.ts'
import type { Matrix } from './matrix.ts'
import { valuesOf } from './parameters.ts'
import { areParametersFinite, restoreSafePoint, type SafePoint, saveSafePoint } from './safe-point.ts'
import { afterEpoch, isConstant, rateAt } from './schedules.ts'
import type { NetworkState } from './state.ts'

export type StopReason = 'epochs' | 'targetLoss' | 'callback' | 'aborted' | 'diverged'

/** What one call of `train` did */
export interface TrainResult {
  /** Epochs finished in this call */
  epochs: number
  /** Optimizer steps taken in this call */
  steps: number
  /** Loss of every finished epoch: that of its batches as they were met, before each update */
  loss: Float64Array
  stopReason: StopReason
  milliseconds: number
  samplesPerSecond: number
  /** The engine that did it */
  engine: 'wasm' | 'typescript'
  /** In words, after `diverged`: what happened and what to try */
  advice?: string
}

/** A slice ends after about this time: half a frame at 60 Hz. */
const SLICE_MILLISECONDS = 8
/** Arithmetic of a slice where the clock does not say how long it took: operations, at a speed that hosts reach */
const SLICE_OPERATIONS = 2e8
const FIRST_SLICE_OPERATIONS = 2e6
const GROWTH = 4
/** What a step costs per layer before any arithmetic, in operations */
const LAYER_OVERHEAD = 2000

const REASONS: Partial<Record<number, StopReason>> = {
  [EPOCHS_ENDED]: 'epochs',
  [TARGET_REACHED]: 'targetLoss',
  [DIVERGED]: 'diverged',
}

const now = (): number => (typeof performance === 'undefined' ? Date.now() : performance.now())

/** Runs slice by slice: `slice()` until it gives false, then `result()`. */
export class TrainingRun {
  readonly #state: NetworkState
  readonly #options: ResolvedTrainOptions
  readonly #rows: number
  /** Losses of the finished epochs, the first #epochs of these: doubled when full */
  #losses = new Float64Array(64)
  #epochs = 0
  readonly #started = now()
  readonly #stepOperations: number
  /** The program's fields; the memory does not grow while a run lasts. */
  #words!: Uint32Array
  #doubles!: Float64Array
  #firstStep = 0
  #sliceStart = 0
  #rates = 0
  #ratesCapacity = 0
  #sliceSteps: number
  #reason?: StopReason
  #advice?: string

  /** Puts the data into memory and points the program at it. Nothing is changed if the memory does not suffice. */
  constructor(state: NetworkState, inputs: Matrix, targets: Matrix, options: ResolvedTrainOptions) {
    this.#state = state
    this.#options = options
    this.#rows = inputs.rows
    const { layout, config } = state
    const multiplications = config.layers.reduce((sum, layer) => sum + layer.inputs * layer.units, 0)
    this.#stepOperations = 6 * multiplications * options.batchRows + LAYER_OVERHEAD * config.layers.length
    this.#sliceSteps = Math.max(1, Math.floor(FIRST_SLICE_OPERATIONS / this.#stepOperations))
    this.#load(layout, inputs, targets)
  }

  get #engine(): Engine {
    return this.#state.engine
  }

  #load(layout: Layout, inputs: Matrix, targets: Matrix): void {
    const { epochs, batchRows, shuffle, targetLoss, onEpoch } = this.#options
    const data = layOutData(layout, this.#rows, shuffle, !this.#hasOneRate())
    this.#rates = data.rates
    this.#ratesCapacity = data.ratesCapacity
    this.#engine.reserve(data.end)
    const { buffer } = this.#engine
    this.#words = new Uint32Array(buffer, P.PROGRAM, P.PROGRAM_SIZE / 4)
    this.#doubles = new Float64Array(buffer, P.PROGRAM, P.PROGRAM_SIZE / 8)
    const values = valuesOf(buffer, this.#state.config.dtype)
    const size = layout.bytesPerValue
    inputs.copyRows(0, this.#rows, values, data.inputs / size, layout.inputStride / size)
    targets.copyRows(0, this.#rows, values, data.targets / size, layout.targetStride / size)
    this.#setWord(P.DATA_INPUTS, data.inputs)
    this.#setWord(P.DATA_TARGETS, data.targets)
    this.#setWord(P.DATA_ROWS, this.#rows)
    this.#setWord(P.BATCH_ROWS, batchRows)
    this.#setWord(P.ORDER, data.order)
    this.#setWord(P.POSITION, 0)
    this.#setWord(
      P.STOP_AT_EPOCH_END,
      Number(onEpoch !== undefined || this.#state.config.learningRate.name === 'reduceOnPlateau'),
    )
    this.#setWord(P.EPOCH_LOSSES, data.epochLosses)
    this.#setWord(P.EPOCH_LOSSES_CAPACITY, data.epochLossesCapacity)
    this.#setDouble(P.EPOCHS_LEFT, epochs)
    this.#setDouble(P.EPOCH_SUM, 0)
    this.#setDouble(P.ORDERED_EPOCH, -1)
    this.#setDouble(P.TARGET_LOSS, targetLoss)
    this.#firstStep = this.#double(P.STEP)
  }

  /** Trains on for about 8 ms, or one step where that is longer. False: the run has ended. */
  slice(): boolean {
    if (this.#reason !== undefined) return false
    if (this.#options.signal?.aborted) {
      this.abort()
      return false
    }
    const safePoint = saveSafePoint(this.#state)
    const steps = this.#setRates()
    const started = now()
    this.#sliceStart = this.#double(P.STEP)
    const status = this.#engine.train(P.PROGRAM, steps)
    const milliseconds = now() - started
    const done = this.#double(P.STEP) - this.#sliceStart
    if (!areParametersFinite(this.#state)) this.#goBackBeforeDivergence(safePoint, done)
    else if (status === DIVERGED) this.#diverge('the loss of a batch is not finite')
    this.#collectLosses()
    this.#reason ??= status === SLICE_ENDED ? undefined : REASONS[status]
    this.#adapt(done, milliseconds)
    this.#endEpoch()
    return this.#reason === undefined
  }

  #hasOneRate(): boolean {
    return isConstant(this.#state.config.learningRate, this.#state.rate)
  }

  /** Writes the rates of the next slice's steps; gives how many steps it has. */
  #setRates(): number {
    const { config, rate } = this.#state
    const firstStep = this.#double(P.STEP)
    let epoch = this.#double(P.EPOCH)
    if (this.#hasOneRate()) {
      this.#setDouble(P.LEARNING_RATE, rateAt(config.learningRate, rate, firstStep, epoch))
      this.#setWord(P.RATES, 0)
      return this.#sliceSteps
    }
    const steps = Math.min(this.#sliceSteps, this.#ratesCapacity, this.#stepsLeft())
    const rates = new Float64Array(this.#engine.buffer, this.#rates, steps)
    let position = this.#word(P.POSITION)
    for (let i = 0; i < steps; i++) {
      rates[i] = rateAt(config.learningRate, rate, firstStep + i, epoch)
      position += this.#options.batchRows
      if (position < this.#rows) continue
      position = 0
      epoch++
    }
    this.#setWord(P.RATES, this.#rates)
    return steps
  }

  /** Steps until the engine comes back by itself: no function is asked for the rates of later ones. */
  #stepsLeft(): number {
    const { batchRows } = this.#options
    const ofEpoch = Math.ceil((this.#rows - this.#word(P.POSITION)) / batchRows)
    if (this.#word(P.STOP_AT_EPOCH_END)) return ofEpoch
    return ofEpoch + (this.#double(P.EPOCHS_LEFT) - 1) * Math.ceil(this.#rows / batchRows)
  }

  /** The rate of the last step */
  #lastRate(): number {
    const rates = this.#word(P.RATES)
    const done = this.#double(P.STEP) - this.#sliceStart
    if (rates === 0 || done < 1) return this.#double(P.LEARNING_RATE)
    return new Float64Array(this.#engine.buffer, this.#rates, done)[done - 1]
  }

  abort(): void {
    this.#reason ??= 'aborted'
  }

  result(): TrainResult {
    const milliseconds = now() - this.#started
    const steps = this.#double(P.STEP) - this.#firstStep
    const samples = this.#epochs * this.#rows + this.#word(P.POSITION)
    return {
      epochs: this.#epochs,
      steps,
      loss: this.#losses.slice(0, this.#epochs),
      stopReason: this.#reason ?? 'aborted',
      milliseconds,
      samplesPerSecond: milliseconds > 0 ? (samples / milliseconds) * 1000 : 0,
      engine: this.#engine.name,
      ...(this.#advice === undefined ? {} : { advice: this.#advice }),
    }
  }

  /** The next slice's steps: by the time that the last one took, and not much more than that. */
  #adapt(done: number, milliseconds: number): void {
    const still = Math.floor(SLICE_OPERATIONS / this.#stepOperations)
    const measured = milliseconds > 0 ? (done * SLICE_MILLISECONDS) / milliseconds : this.#sliceSteps * GROWTH
    const most = milliseconds > 0 ? GROWTH * still : still
    this.#sliceSteps = Math.max(1, Math.floor(Math.min(measured, this.#sliceSteps * GROWTH, most)))
  }

  #collectLosses(): void {
    const count = this.#word(P.EPOCH_LOSSES_COUNT)
    if (this.#epochs + count > this.#losses.length) {
      const grown = new Float64Array(2 * (this.#epochs + count))
      grown.set(this.#losses)
      this.#losses = grown
    }
    this.#losses.set(new Float64Array(this.#engine.buffer, this.#word(P.EPOCH_LOSSES), count), this.#epochs)
    this.#epochs += count
  }

  /** What an epoch's end asks for: a plateau's lower rate, the user's callback */
  #endEpoch(): void {
    const { onEpoch } = this.#options
    if (!this.#word(P.STOP_AT_EPOCH_END) || this.#word(P.EPOCH_LOSSES_COUNT) === 0 || this.#advice !== undefined) return
    const { config, rate } = this.#state
    afterEpoch(config.learningRate, rate, this.#losses[this.#epochs - 1])
    if (onEpoch === undefined) return
    const progress: EpochProgress = {
      epoch: this.#double(P.EPOCH) - 1,
      loss: this.#losses[this.#epochs - 1],
      learningRate: this.#lastRate(),
      setLearningRate: (rate) => {
        this.#state.rate.rate = checkNumber(rate, 'setLearningRate', { min: 0 })
      },
    }
    if (onEpoch(progress) === false) this.#reason ??= 'callback'
  }

  // Divergence. Nothing is checked per step but the loss: a parameter or state that is not finite stays so. When a slice
  // ends with one, the slice is repeated from its start to find the first bad step, and once more to stop before it.

  #goBackBeforeDivergence(safePoint: SafePoint, done: number): void {
    restoreSafePoint(this.#state, safePoint)
    let good = 0
    while (good < done) {
      this.#repeatStep(good)
      if (!areParametersFinite(this.#state)) break
      good++
    }
    restoreSafePoint(this.#state, safePoint)
    this.#setWord(P.EPOCH_LOSSES_COUNT, 0)
    for (let repeated = 0; repeated < good; repeated++) {
      if (repeated > 0) this.#collectLosses()
      this.#repeatStep(repeated)
    }
    this.#diverge('a step led to weights that are not finite')
  }

  /** Step `index` of the slice, with its rate */
  #repeatStep(index: number): void {
    if (this.#word(P.RATES) !== 0) this.#setWord(P.RATES, this.#rates + 8 * index)
    this.#engine.train(P.PROGRAM, 1)
  }

  #diverge(what: string): void {
    this.#reason = 'diverged'
    this.#advice = `${what}; weights and optimizer are as before that step. ${adviceFor(this.#state, this.#lastRate())}`
  }

  #word(field: number): number {
    return this.#words[field >>> 2]
  }

  #setWord(field: number, value: number): void {
    this.#words[field >>> 2] = value
  }

  #double(field: number): number {
    return this.#doubles[field >>> 3]
  }

  #setDouble(field: number, value: number): void {
    this.#doubles[field >>> 3] = value
  }
}

/** Runs all slices, giving the host its turn about every 8 ms. */
export async function runYielding(run: TrainingRun): Promise<TrainResult> {
  let yielded = now()
  while (run.slice()) {
    const passed = now() - yielded
    if (passed > 0 && passed < SLICE_MILLISECONDS) continue // 0: the clock may stand still
    await yieldToHost()
    yielded = now()
  }
  return run.result()
}

/** Lets the host do what waits: a frame, a message, a timer. Resolves in microseconds, where `setTimeout` takes 4 ms. */
function yieldToHost(): Promise<void> {
  const host = globalThis as { scheduler?: { yield?: () => Promise<void> }; setImmediate?: (f: () => void) => unknown }
  if (host.scheduler?.yield) return host.scheduler.yield()
  if (host.setImmediate) return new Promise((resolve) => host.setImmediate?.(resolve))
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
