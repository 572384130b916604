// Training on batches that come one at a time from an iterable: data that is larger than memory, or not there yet.

import type { MatrixInput } from '../data/forms.ts'
import type { Matrix } from '../data/matrix.ts'
import { readWeightedRows } from '../data/rows.ts'
import { fittedScalings, scaleRows } from '../data/scaling.ts'
import { finish } from '../data/steps.ts'
import type { Rows } from '../data/training-set.ts'
import { setOf } from '../data/training-set.ts'
import { describe, reading, unexpected } from '../errors.ts'
import type { DataLayout } from '../memory/layout.ts'
import { isOptionObject, readOptions, refuse } from '../options/check.ts'
import { lossOfSum } from '../prediction/blocks.ts'
import { epochMetricsFor } from '../prediction/metrics.ts'
import { optimizers } from '../tables/optimizers.ts'
import { AFTER_THE_EPOCH, divergenceAdvice, validationAdvice } from './divergence.ts'
import { EpochEnd, type EpochOutcome, validationRows } from './epoch-end.ts'
import type { HostOptions, StopReason, StreamOptions } from './options.ts'
import { metricTargetsOf, refuseMissing, takeOwn } from './own-rows.ts'
import { resolveStreamOptions } from './resolve-options.ts'
import { resultOf, type TrainResult } from './result.ts'
import { AbortableWait, isPromise, now, type Run, Yielder } from './run.ts'
import { beginSession, type TrainingSession, type TrainingState } from './session.ts'
import { stepOnRows } from './step.ts'
import { placeValidation, takesClasses } from './training-rows.ts'

/** One optimizer step's rows */
export interface StreamBatch {
  inputs: MatrixInput
  targets: MatrixInput
  /** As in `train`: in no batch all 0 */
  sampleWeights?: MatrixInput
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

export function startStream(state: TrainingState, source: StreamSource, options: StreamOptions | undefined): StreamRun {
  const { optimizer } = state.config
  if (optimizers[optimizer.name].needsFullBatch) {
    const got = `${optimizer.name}; use train`
    throw unexpected('INVALID_CONFIG', 'trainStream', 'an optimizer that takes batches', got, { path: 'optimizer' })
  }
  const resolved = resolveStreamOptions(options, typeof source === 'function')
  const { validation } = resolved
  const scalings = fittedScalings(state, 'trainStream')
  const ownRows = validation && takeOwn(state, validation)
  const preparation = ownRows?.rows.targets.preparation
  if (preparation) finish(preparation)
  const held = ownRows && scaleRows(state, ownRows.rows, scalings)
  const read = (batch: unknown, path: string): ReadyBatch => {
    const { inputs, targets, sampleWeights } = readBatch(batch, path)
    const { rows, weights } = readWeightedRows(
      { config: state.config, ...scalings },
      inputs,
      targets,
      sampleWeights,
      `${path}.`,
    )
    return { rows: scaleRows(state, rows, scalings), weights }
  }
  const metrics = epochMetricsFor(resolved.metrics, state.config)
  if (metrics.length > 0 && ownRows?.isMasked) refuseMissing()
  const sessionOptions = metrics.length > 0 ? { ...resolved.session, metrics } : resolved.session
  const session = beginSession(state, sessionOptions, undefined)
  if (ownRows && metrics.length > 0) session.metricTargets = metricTargetsOf(setOf(ownRows.rows), metrics)
  session.validationWeights = ownRows?.weights
  const placed = held && placeValidation(state, held, takesClasses(state, [held]))
  return new StreamRun(state, session, resolved, read, placed)
}

export class StreamRun implements Run {
  readonly #state: TrainingState
  readonly #session: TrainingSession
  readonly #host: HostOptions
  readonly #read: (batch: unknown, path: string) => ReadyBatch
  readonly #validation: PlacedValidation | undefined
  readonly #epochEnd: EpochEnd
  readonly #started = now()
  readonly #yielder = new Yielder()
  readonly #wait = new AbortableWait()
  #reason?: StopReason
  #advice?: string
  /** Rows of the call, and of the present epoch */
  #samples = 0
  #rows = 0
  /** Of the present epoch, as EPOCH_SUM */
  #sum = 0
  #rate = 0

  constructor(
    state: TrainingState,
    session: TrainingSession,
    host: HostOptions,
    read: (batch: unknown, path: string) => ReadyBatch,
    validation: PlacedValidation | undefined,
  ) {
    this.#state = state
    this.#session = session
    this.#host = host
    this.#read = read
    this.#validation = validation
    const placed = validation && validationRows(validation.places, validation.rows, session.validationWeights)
    this.#epochEnd = new EpochEnd(state, session, host, placed)
  }

  abort(): void {
    this.#reason ??= 'aborted'
    this.#wait.abort()
  }

  async run(source: StreamSource): Promise<TrainResult> {
    const { signal } = this.#host
    const abort = () => this.abort()
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    try {
      while (this.#reason === undefined) await this.#runEpoch(source)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
    this.#session.finish(this.#state, this.#reason)
    this.#session.milliseconds += now() - this.#started
    return resultOf(this.#state, this.#session, {
      stopReason: this.#reason,
      advice: this.#advice,
      learningRate: this.#rate,
      trained: undefined,
      samples: this.#samples,
    })
  }

  async #runEpoch(source: StreamSource): Promise<void> {
    const batches = typeof source === 'function' ? await this.#settled(source()) : source
    if (this.#reason !== undefined) return
    this.#sum = 0
    this.#rows = 0
    await this.#trainOn(iteratorOf(batches))
    if (this.#reason !== undefined) return
    if (this.#rows === 0) {
      const got = 'none; a function can give a fresh one for each'
      throw unexpected('INVALID_DATA', 'source', 'at least one batch in an epoch', got)
    }
    await this.#endEpoch(lossOfSum(this.#state, this.#sum, this.#rows))
  }

  /** What the user gave, or promised; undefined where an abort comes first */
  #settled<T>(given: T | PromiseLike<T>): T | undefined | Promise<T | undefined> {
    return isPromise(given) ? this.#wait.for(given as PromiseLike<T>) : given
  }

  /** Takes a step on each batch. A source that is left before its end, for whatever reason, is closed. */
  async #trainOn(batches: BatchIterator): Promise<void> {
    for (let count = 0; this.#reason === undefined; count++) {
      const next = this.#settled<unknown>(batches.next())
      const entry = isPromise(next) ? await next : next // no turn for each batch that is there already
      if (this.#reason !== undefined) break
      if (!isOptionObject(entry)) refuse('source', 'an iterator whose next() gives { value, done }', entry)
      if (entry.done) return
      try {
        this.#step(this.#read(entry.value, `batches[${count}]`))
      } catch (error) {
        close(batches)
        throw error
      }
      if (this.#yielder.isDue()) await this.#yielder.yield()
    }
    close(batches)
  }

  #step({ rows, weights }: ReadyBatch): void {
    const { sum, rate, failure } = stepOnRows(this.#state, rows, weights, undefined, this.#sum)
    this.#rate = rate
    if (failure !== undefined) {
      this.#diverge(`${failure} is not finite`, 'weights and optimizer are as before that step', rows.inputs)
      return
    }
    this.#state.session = undefined
    this.#sum = sum
    this.#rows += rows.inputs.rows
    this.#samples += rows.inputs.rows
  }

  #diverge(what: string, weights: string, inputs: Matrix): void {
    this.#reason = 'diverged'
    this.#advice = divergenceAdvice(this.#state, what, this.#session.endWeights(weights), this.#rate, inputs)
  }

  async #endEpoch(loss: number): Promise<void> {
    const { program } = this.#state.engine
    const session = this.#session
    program.set({ epoch: program.get('epoch') + 1 })
    session.losses.add([loss])
    session.noteLoss(this.#state, false)
    const outcome = await this.#closeEpoch()
    if (outcome === undefined) return
    if (outcome.failure !== undefined && this.#validation) {
      const { places, rows } = this.#validation
      this.#reason = 'diverged'
      const weights = this.#session.endWeights(AFTER_THE_EPOCH)
      this.#advice = validationAdvice(this.#state, outcome.failure, weights, this.#rate, places, rows, 0)
      return
    }
    this.#reason = outcome.reason ?? this.#reason // onEpoch may have aborted
    const answer = await this.#settled(outcome.answer)
    if (answer === false) this.#reason ??= 'callback'
  }

  /** Undefined where an abort comes first */
  async #closeEpoch(): Promise<EpochOutcome | undefined> {
    while (this.#reason === undefined) {
      const outcome = this.#epochEnd.advance(this.#rate, () => !this.#yielder.isDue())
      if (outcome !== undefined) return outcome
      await this.#yielder.yield()
    }
    return undefined
  }
}

type BatchIterator = Iterator<StreamBatch> | AsyncIterator<StreamBatch>

function iteratorOf(batches: Batches | undefined): BatchIterator {
  const { async, sync } = reading('INVALID_CONFIG', 'source', 'an iterable', () => {
    const source = (batches ?? {}) as AsyncIterable<StreamBatch> & Iterable<StreamBatch>
    return { async: source[Symbol.asyncIterator], sync: source[Symbol.iterator] }
  })
  if (typeof async === 'function') return async.call(batches)
  if (typeof sync === 'function' && typeof batches !== 'string') return sync.call(batches)
  return refuse('source', 'an iterable or async iterable of { inputs, targets }, or a function that gives one', batches)
}

/** Lets a source that is left early clean up. Nobody waits for it, or asks how it went. */
async function close(batches: BatchIterator): Promise<void> {
  try {
    await batches.return?.()
  } catch {}
}

/** What a source gave, part by part; none of them is checked yet. */
export function readBatch(batch: unknown, path: string): Record<keyof StreamBatch, unknown> {
  const parts = isOptionObject(batch) ? readOptions(batch, path, ['inputs', 'targets', 'sampleWeights']) : undefined
  if (parts?.inputs !== undefined && parts.targets !== undefined) return parts
  throw unexpected('INVALID_DATA', path, '{ inputs, targets }', describe(batch))
}
