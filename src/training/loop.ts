// One call of `train`: its slices and its end. Slices give progress, abort and a responsive host, and never change a result.
// They also let V8 replace baseline code: it never replaces a wasm function that is running.
import { CONVERGED, DIVERGED } from '../../assembly/ids.ts'
import { loadPart } from '../hosts/load.ts'
import type { DataLayout } from '../memory/layout.ts'
import { lossOfSum } from '../prediction/blocks.ts'
import type { Program } from '../program.ts'
import { AFTER_THE_EPOCH, divergenceAdvice, validationAdvice } from './divergence.ts'
import { EpochEnd, type PlacedRows, validationRows } from './epoch-end.ts'
import type { LongBatch } from './long-batch.ts'
import type { HostOptions, StopReason } from './options.ts'
import { resultOf, type TrainResult } from './result.ts'
import { AbortableWait, isPromise, now, SLICE_MILLISECONDS, type SlicedRun } from './run.ts'
import type { TrainingSession, TrainingState } from './session.ts'
import type { SessionData } from './session-data.ts'
import { operationsOf, type Slice, Slices } from './slices.ts'
import { placedRows } from './training-rows.ts'

/** `onProgress` is called no more often than after this time. */
const PROGRESS_MILLISECONDS = 50
/** Arithmetic of a step that is worked through in blocks, and of one of these: milliseconds, and less than one */
const LONG_OPERATIONS = 5e7
const BLOCK_OPERATIONS = 1e7
/**
 * Batches of which an epoch has several are split where they are so many times as long, into blocks that are so many times as
 * large: small ones take up to half as long again.
 */
const OF_SEVERAL = 20

/** The data lies in memory, the cursor is set. */
export class TrainingRun implements SlicedRun<TrainResult> {
  readonly #state: TrainingState
  readonly #session: TrainingSession
  readonly #data: SessionData
  readonly #places: DataLayout
  readonly #host: HostOptions
  #started: number | undefined
  /** When `onProgress` last learned something */
  #told: number | undefined
  readonly #slices: Slices
  readonly #program: Program
  #longBatch: LongBatch | undefined
  /** Of the last step that was taken, or led to what is not finite */
  #rate = 0
  readonly #trained: PlacedRows
  readonly #epochEnd: EpochEnd
  #reason?: StopReason
  #advice?: string
  readonly #wait = new AbortableWait()
  #pending: Promise<unknown> | undefined

  constructor(
    state: TrainingState,
    session: TrainingSession,
    data: SessionData,
    places: DataLayout,
    host: HostOptions,
  ) {
    this.#state = state
    this.#session = session
    this.#data = data
    this.#places = places
    this.#host = host
    this.#program = state.engine.program
    const validation =
      data.validationRows > 0 ? validationRows(places, data.validationRows, session.validationWeights) : undefined
    const { inputs, targets, classTargets } = places
    this.#trained = { inputs, targets, classTargets, rows: data.rows, weights: undefined }
    this.#epochEnd = new EpochEnd(state, session, host, validation, this.#trained)
    this.#slices = new Slices(state, data, places, this.#epochEnd.isWatched, session.options.targetLoss)
    if (session.losses.length === 0) return
    if (session.awaitsEpochEnd) this.#rate = this.#slices.rateBefore()
    else this.#reason = session.verdict()
  }

  /** Trains on for about 8 ms, or one step where that is longer. False: the run has ended. */
  slice(): boolean {
    const started = now()
    if (this.prepare(started)) this.train(started)
    return !this.hasEnded()
  }

  /** Does what comes before the next batches: an abort, the end of an epoch. False: no batches come next. */
  prepare(time = now()): boolean {
    this.#started ??= time
    if (this.#host.signal?.aborted) this.abort()
    if (this.#reason !== undefined || this.#pending !== undefined) return false
    if (!this.#session.awaitsEpochEnd) return true
    this.#endEpoch()
    return false
  }

  /** The batches of a slice */
  train(started: number): void {
    this.#makeRoom()
    const slice = this.#slices.run(started, this.#longBatch)
    if (slice) this.#conclude(slice)
  }

  /** Before the steps: where there is none for their losses, nothing is lost. */
  #makeRoom(): void {
    this.#session.losses.makeRoom(this.#places.epochLossesCapacity)
  }

  loadBlocks(): Promise<void> | undefined {
    const { rows, batchRows } = this.#data
    const { fullBatch, config } = this.#state
    const times = batchRows < rows ? OF_SEVERAL : 1
    if (fullBatch || this.#slices.operations < LONG_OPERATIONS * times) return undefined
    return loadPart(import('./long-batch.ts')).then(({ LongBatch }) => {
      this.#longBatch = new LongBatch(this.#state, (BLOCK_OPERATIONS * times) / operationsOf(config, 1))
    })
  }

  /** Makes a slice ready; gives how many steps it may have. Afterwards come these steps, or fewer, and `end`. */
  begin(): number {
    this.#makeRoom()
    return this.#slices.begin()
  }

  /** `reason`: one of those in assembly/ids.ts */
  end(reason: number, milliseconds: number): void {
    this.#conclude(this.#slices.end(reason, milliseconds))
  }

  #conclude({ reason, done, epochs: ended, leftFinite, rate }: Slice): void {
    this.#rate = rate
    const epochs = leftFinite ? ended : this.#goBackBeforeDivergence(done)
    if (leftFinite && reason === DIVERGED) this.#diverge('the loss of a batch or of its epoch is not finite')
    const verdict = this.#takeLosses(epochs, this.#reason === undefined && reason === CONVERGED)
    this.#tellProgress()
    if (this.#reason !== undefined || epochs === 0) return
    const isFullBatch = this.#data.batchRows === this.#data.rows
    if (isFullBatch && verdict === 'targetLoss') this.#slices.undoLast(done)
    if (!this.#epochEnd.isWatched) {
      this.#reason = verdict
      return
    }
    this.#session.noteLoss(this.#state, isFullBatch)
    this.#session.awaitsEpochEnd = true
    if (!this.#epochEnd.passesRows) this.#endEpoch()
  }

  /** Whether the run has ended: then come `result`, and nothing else. */
  hasEnded(): boolean {
    if (this.#reason === undefined || this.#pending !== undefined) return false
    this.#longBatch?.leave()
    this.#session.finish(this.#state, this.#reason)
    return true
  }

  abort(): void {
    this.#reason ??= 'aborted'
    this.#wait.abort()
  }

  get pending(): Promise<unknown> | undefined {
    return this.#pending
  }

  async #waitFor(promised: PromiseLike<unknown>): Promise<unknown> {
    const { signal } = this.#host
    const abort = () => this.abort()
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    try {
      return await this.#wait.for(promised)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  settle(value: unknown): void {
    this.#pending = undefined
    if (value === false) this.#reason ??= 'callback'
  }

  /** Takes note of the time before the session goes on elsewhere, or later. */
  pause(): void {
    if (this.#started !== undefined) this.#session.milliseconds += now() - this.#started
    this.#started = undefined
  }

  result(): TrainResult {
    this.pause()
    return resultOf(this.#state, this.#session, {
      stopReason: this.#reason ?? 'aborted',
      advice: this.#advice,
      learningRate: this.#rate,
      trained: this.#trained,
      samples: undefined,
    })
  }

  /** Those of so many epochs that ended; gives why training ends with them, if it does. */
  #takeLosses(count: number, hasConverged = false): StopReason | undefined {
    const losses = new Float64Array(this.#state.engine.buffer, this.#places.epochLosses, count)
    return this.#session.takeLosses(losses, hasConverged)
  }

  /** What an epoch's end asks for, of which a slice may do but a part */
  #endEpoch(): void {
    const end = now() + SLICE_MILLISECONDS
    const outcome = this.#epochEnd.advance(this.#rate, () => now() < end)
    if (outcome === undefined) return
    if (outcome.failure !== undefined) {
      this.#reason = 'diverged'
      this.#advice = this.#adviceAfterEpoch(outcome.failure)
      return
    }
    this.#reason = outcome.reason ?? this.#reason // onEpoch may have aborted
    const { answer } = outcome
    if (!isPromise(answer)) {
      this.settle(answer)
      return
    }
    this.#pending = this.#waitFor(answer)
    this.#pending.catch(() => {}) // whoever waits for it is told; nobody does where another network's callback throws first
  }

  /** Tells `onProgress` how far the epoch is: not too often, and not where it has just ended. */
  #tellProgress(): void {
    const { onProgress } = this.#host
    if (onProgress === undefined || this.#reason !== undefined) return
    const { position, epoch, epochSum } = this.#program.progress()
    if (position === 0) return
    const time = now()
    this.#told ??= time
    if (time - this.#told < PROGRESS_MILLISECONDS) return
    this.#told = time
    onProgress({ epoch, fraction: position / this.#data.rows, loss: lossOfSum(this.#state, epochSum, position) })
  }

  /**
   * Nothing is checked per step but the loss: a parameter or state that is not finite stays so. Where a slice ends with one,
   * training goes back to the last good step; gives the epochs whose losses lie in memory then.
   */
  #goBackBeforeDivergence(done: number): number {
    const count = () => this.#program.get('epochLossesCount')
    const good = this.#slices.toLastGood(done, () => this.#takeLosses(count()))
    this.#rate = this.#slices.rateOf(good)
    this.#diverge('a step led to weights that are not finite')
    return count()
  }

  #diverge(what: string): void {
    this.#reason = 'diverged'
    this.#advice = this.#adviceAfter(what, 'weights and optimizer are as before that step')
  }

  #adviceAfterEpoch(what: string): string {
    const { rows, validationRows: held } = this.#data
    if (held === 0) return this.#adviceAfter(what, AFTER_THE_EPOCH)
    const weights = this.#session.endWeights(AFTER_THE_EPOCH)
    return validationAdvice(this.#state, what, weights, this.#rate, this.#places, held, rows)
  }

  #adviceAfter(what: string, weights: string): string {
    const inputs = placedRows(this.#state, this.#data.rows, this.#places.inputs)
    return divergenceAdvice(this.#state, what, this.#session.endWeights(weights), this.#rate, inputs)
  }
}
