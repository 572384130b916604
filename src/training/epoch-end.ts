// The end of an epoch, one for rows, streams and searches: takes note of its loss, validates, and does all that depends on
// that. What `onEpoch` answers, or promises, is left to the run.
import * as P from '../../assembly/program.ts'
import { WasmpropError } from '../errors.ts'
import type { DataLayout } from '../memory/layout.ts'
import { checkNumber } from '../options/check.ts'
import { placeWeights } from '../prediction/blocks.ts'
import { Collector } from '../prediction/collector.ts'
import type { Metrics } from '../prediction/metrics.ts'
import type { NetworkState } from '../prediction/state.ts'
import type { EpochProgress, HostOptions, StopReason } from './options.ts'
import type { TrainingSession, TrainingState } from './session.ts'

export interface PlacedRows {
  /** Addresses */
  readonly inputs: number
  readonly targets: number
  /** Whether these are class numbers */
  readonly classTargets: boolean
  readonly rows: number
  /** What the loss of each is multiplied by; undefined: 1 */
  readonly weights: Float64Array | undefined
}

/** The validation rows of a data set */
export function validationRows(places: DataLayout, rows: number, weights: Float64Array | undefined): PlacedRows {
  const { validationInputs: inputs, validationTargets: targets, classTargets } = places
  return { inputs, targets, classTargets, rows, weights }
}

/** What an epoch's end came to */
export interface EpochOutcome {
  /** Why training ends after it, if it does */
  readonly reason: StopReason | undefined
  /** What `onEpoch` gave */
  readonly answer: unknown | undefined
  /** In words, with `diverged`: what is not finite */
  readonly failure: string | undefined
}

export class EpochEnd {
  readonly #state: TrainingState
  readonly #session: TrainingSession
  readonly #host: HostOptions
  /** Of which the loss is taken and the metrics are computed */
  readonly #rows: PlacedRows | undefined
  readonly #collector: Collector | undefined
  /** Whether there is something to do after every epoch */
  readonly isWatched: boolean
  /** Whether rows are to be run through, which takes time */
  readonly passesRows: boolean
  #pass: RowsPass | undefined

  /** `trained`: the rows of which metrics are computed where there is no validation */
  constructor(
    state: TrainingState,
    session: TrainingSession,
    host: HostOptions,
    validation: PlacedRows | undefined,
    trained?: PlacedRows,
  ) {
    this.#state = state
    this.#session = session
    this.#host = host
    session.validates = validation !== undefined
    const { options, metricTargets } = session
    const { metrics, earlyStopping, history } = options
    this.#rows = validation ?? (metrics ? trained : undefined)
    if (metrics && metricTargets) this.#collector = new Collector(state, metrics, metricTargets)
    this.passesRows = this.#rows !== undefined
    const follows = earlyStopping !== undefined || history !== undefined || host.onEpoch !== undefined
    this.isWatched = follows || this.passesRows || state.config.learningRate.name === 'reduceOnPlateau'
  }

  /**
   * Goes on while `hasTime()`, one block of rows at the least; gives the outcome once all is done. `rate`: that of the epoch's
   * last step.
   */
  advance(rate: number, hasTime: () => boolean): EpochOutcome | undefined {
    if (this.#rows === undefined) return this.#close(rate)
    this.#pass ??= new RowsPass(this.#state, this.#rows, this.#collector)
    const loss = this.#pass.advance(hasTime)
    if (loss === undefined) return undefined
    this.#pass = undefined
    const { validates } = this.#session
    if (validates && !Number.isFinite(loss)) return this.#fail('the loss')
    const metrics = this.#measure()
    if (metrics === 'notFinite') return this.#fail('a metric')
    return this.#close(rate, validates ? loss : undefined, metrics)
  }

  #fail(what: string): EpochOutcome {
    this.#session.awaitsEpochEnd = false
    const whose = this.#session.validates ? 'validation' : 'trained'
    return { reason: 'diverged', failure: `${what} of the ${whose} rows is not finite`, answer: undefined }
  }

  /** The metrics of the rows that were run through */
  #measure(): Metrics | 'notFinite' | undefined {
    try {
      return this.#collector?.compute('train')
    } catch (error) {
      if (error instanceof WasmpropError && error.code === 'NOT_FINITE') return 'notFinite'
      throw error
    }
  }

  #close(rate: number, validationLoss?: number, metrics?: Metrics): EpochOutcome {
    this.#session.endEpoch(this.#state, validationLoss, metrics)
    const reason = this.#session.verdict()
    return {
      reason,
      failure: undefined,
      answer: tellEpoch(this.#state, this.#session, this.#host, rate, reason !== undefined, metrics),
    }
  }
}

/** Tells `onEpoch` of the epoch that has just ended, where it is due; gives what it returns. */
function tellEpoch(
  state: TrainingState,
  { losses, validationLosses }: TrainingSession,
  { onEpoch, onEpochEvery = 1 }: HostOptions,
  learningRate: number,
  isLast: boolean,
  metrics: Metrics | undefined,
): unknown {
  if (onEpoch === undefined || (losses.length % onEpochEvery > 0 && !isLast)) return undefined
  const { engine, rate } = state
  const progress: EpochProgress = {
    epoch: engine.program.get('epoch') - 1,
    loss: losses.last,
    ...(validationLosses.length > 0 ? { validationLoss: validationLosses.last } : {}),
    ...(metrics ? { metrics } : {}),
    learningRate,
    setLearningRate: (given) => {
      rate.rate = checkNumber(given, 'setLearningRate', { min: 0 })
    },
    snapshot: state.snapshot,
  }
  return onEpoch(progress)
}

/** A pass over rows that may be interrupted, and disturbed by other passes, after any block */
class RowsPass {
  readonly #state: NetworkState
  readonly #rows: PlacedRows
  readonly #collector: Collector | undefined
  #done = 0
  /** LOSS_COLUMNS between two calls */
  #sums: Float64Array | undefined

  /** `collector` takes the outputs. */
  constructor(state: NetworkState, rows: PlacedRows, collector?: Collector) {
    this.#state = state
    this.#rows = rows
    this.#collector = collector
  }

  /** Goes on while `hasTime()`, one block at the least; gives the loss when all rows are done. */
  advance(hasTime: () => boolean): number | undefined {
    const { engine, layout } = this.#state
    const { blockRows, lossColumns, layers } = layout
    const { rows } = this.#rows
    const columns = new Float64Array(engine.buffer, lossColumns, layers[layers.length - 1].units)
    if (this.#sums) columns.set(this.#sums)
    do {
      const count = Math.min(blockRows, rows - this.#done)
      this.#evaluate(this.#done, count)
      this.#done += count
    } while (this.#done < rows && hasTime())
    if (this.#done === rows) return engine.loss(P.PROGRAM, rows)
    this.#sums = columns.slice()
    return undefined
  }

  #evaluate(row: number, count: number): void {
    const { engine, layout, classBatches } = this.#state
    const { inputs, targets, classTargets, rows, weights } = this.#rows
    const { address, flag } = placeWeights(this.#state, weights, row, count, rows)
    const x = inputs + row * layout.inputStride
    const y = classTargets
      ? classBatches!.targetsAt(this.#state, targets, true, row, count)
      : targets + row * layout.targetStride
    engine.evaluate(P.PROGRAM, x, y, address, row, count, rows, flag)
    this.#collector?.add(row, count)
  }
}
