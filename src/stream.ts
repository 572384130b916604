// Training on batches that come one at a time from an iterable: data that is larger than memory, or not there yet.
import * as P from '../assembly/program.ts'
import { adviceFor } from './advice.ts'
import { isOptionObject, refuse } from './checks.ts'
import type { Course, StopReason } from './course.ts'
import { ValidationPass } from './data-set.ts'
import { describe, WasmpropError } from './errors.ts'
import type { DataLayout } from './layout.ts'
import type { MatrixInput, NumericArray } from './matrix.ts'
import { lossOfSum, stepOnRows } from './passes.ts'
import type { NetworkState } from './state.ts'
import type { HostOptions } from './train-options.ts'
import { isPromise, type Run, resultOf, type TrainResult, tellEpoch } from './training.ts'
import type { Rows } from './training-set.ts'
import { now, Turns } from './turns.ts'

/** One optimizer step's rows */
export interface StreamBatch {
  inputs: MatrixInput
  targets: MatrixInput
  /** As in `train` */
  sampleWeights?: readonly number[] | NumericArray
}

type Batches = Iterable<StreamBatch> | AsyncIterable<StreamBatch>

/** Batches of one epoch, or what gives those of each epoch anew */
export type StreamSource = Batches | (() => Batches | Promise<Batches>)

/** A checked batch, as the engine takes it */
export interface ReadyBatch {
  readonly rows: Rows
  readonly weights: Float64Array | undefined
}

/** Rows of the validation, as they lie in memory */
export interface PlacedValidation {
  readonly places: DataLayout
  readonly rows: number
}

export class StreamRun implements Run {
  readonly #state: NetworkState
  readonly #course: Course
  readonly #host: HostOptions
  readonly #read: (batch: unknown, path: string) => ReadyBatch
  readonly #validation: PlacedValidation | undefined
  readonly #started = now()
  readonly #turns = new Turns()
  readonly #aborted: Promise<void>
  #resolveAborted!: () => void
  #reason?: StopReason
  #advice?: string
  #samples = 0
  #rate = 0

  constructor(
    state: NetworkState,
    course: Course,
    host: HostOptions,
    read: (batch: unknown, path: string) => ReadyBatch,
    validation: PlacedValidation | undefined,
  ) {
    this.#state = state
    this.#course = course
    this.#host = host
    this.#read = read
    this.#validation = validation
    this.#aborted = new Promise((resolve) => {
      this.#resolveAborted = resolve
    })
  }

  abort(): void {
    this.#reason ??= 'aborted'
    this.#resolveAborted()
  }

  async run(source: StreamSource): Promise<TrainResult> {
    const { signal } = this.#host
    const abort = () => this.abort()
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) this.abort()
    try {
      while (this.#reason === undefined) await this.#runEpoch(source)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
    this.#course.finish(this.#state, this.#reason)
    return resultOf(this.#state, this.#course, this.#reason, this.#samples, this.#started, this.#advice)
  }

  async #runEpoch(source: StreamSource): Promise<void> {
    const iterator = iteratorOf(typeof source === 'function' ? await source() : source)
    let sum = 0
    let rows = 0
    for (let count = 0; ; count++) {
      const next = iterator.next()
      const entry = isPromise(next) ? await Promise.race([next, this.#aborted]) : next
      if (this.#reason !== undefined || entry === undefined) return close(iterator)
      if (entry.done) break
      const batch = this.#read(entry.value, `batches[${count}]`)
      const stepped = this.#step(batch, sum)
      if (stepped === undefined) return close(iterator)
      sum = stepped
      rows += batch.rows.inputs.rows
      this.#samples += batch.rows.inputs.rows
      if (this.#turns.isDue()) await this.#turns.yield()
    }
    if (rows === 0) {
      const message =
        'source: expected at least one batch in an epoch, got none; a function can give a fresh one for each'
      throw new WasmpropError('INVALID_DATA', message, { path: 'source' })
    }
    await this.#endEpoch(lossOfSum(this.#state, sum, rows))
  }

  /** Takes a batch after those of the epoch that come to `before`; gives the sum with it. Undefined: undone, training ends. */
  #step({ rows, weights }: ReadyBatch, before: number): number | undefined {
    const { sum, rate, failure } = stepOnRows(this.#state, rows, weights, undefined, before)
    this.#rate = rate
    if (failure === undefined) return sum
    this.#reason = 'diverged'
    const advice = adviceFor(this.#state, rate, rows.inputs)
    this.#advice = `${failure} is not finite; weights and optimizer are as before that step. ${advice}`
    return undefined
  }

  async #endEpoch(loss: number): Promise<void> {
    const { engine } = this.#state
    const course = this.#course
    const view = new DataView(engine.buffer, P.PROGRAM)
    view.setFloat64(P.EPOCH, view.getFloat64(P.EPOCH, true) + 1, true)
    course.losses.add([loss])
    const validationLoss = this.#validation && (await this.#validate(this.#validation))
    if (this.#reason !== undefined) return
    course.endEpoch(this.#state, validationLoss)
    this.#reason = course.verdict(course.options.epochs - course.losses.length)
    const answer = await tellEpoch(this.#state, course, this.#host, this.#rate)
    if (answer === false) this.#reason ??= 'callback'
  }

  async #validate({ places, rows }: PlacedValidation): Promise<number | undefined> {
    const pass = new ValidationPass(this.#state, places, rows)
    while (this.#reason === undefined) {
      const loss = pass.advance(() => !this.#turns.isDue())
      if (loss !== undefined) return loss
      await this.#turns.yield()
    }
    return undefined
  }
}

type BatchIterator = Iterator<StreamBatch> | AsyncIterator<StreamBatch>

function iteratorOf(batches: Batches): BatchIterator {
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = (batches ?? {}) as AsyncIterable<StreamBatch> &
    Iterable<StreamBatch>
  if (typeof async === 'function') return async.call(batches)
  if (typeof sync === 'function' && typeof batches !== 'string') return sync.call(batches)
  return refuse('source', 'an iterable or async iterable of { inputs, targets }, or a function that gives one', batches)
}

/** Lets a source that is left early clean up; nobody waits for it. */
function close(iterator: BatchIterator): void {
  Promise.resolve(iterator.return?.()).catch(() => {})
}

/** Checks the form of what a source gave. */
export function checkBatch(batch: unknown, path: string): asserts batch is StreamBatch {
  if (isOptionObject(batch) && 'inputs' in batch && 'targets' in batch) return
  const message = `${path}: expected { inputs, targets }, got ${describe(batch)}`
  throw new WasmpropError('INVALID_DATA', message, { path })
}
