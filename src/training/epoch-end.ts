// The end of an epoch, one for rows, streams and searches: takes note of its loss, validates, and does all that depends on
// that. What `onEpoch` answers, or promises, is left to the run.
import { Program } from '../memory/program.ts'
import { checkNumber } from '../options/check.ts'
import type { EpochProgress, HostOptions } from './options.ts'
import type { StopReason, TrainingSession } from './session.ts'
import type { TrainingState } from './state.ts'
import { type PlacedRows, RowsPass } from './validation.ts'

/** What an epoch's end came to */
export interface EpochOutcome {
  /** Why training ends after it, if it does */
  readonly reason: StopReason | undefined
  /** What `onEpoch` gave */
  readonly answer?: unknown
  /** In words, with `diverged`: what is not finite */
  readonly failure?: string
}

export class EpochEnd {
  readonly #state: TrainingState
  readonly #session: TrainingSession
  readonly #host: HostOptions
  readonly #validation: PlacedRows | undefined
  #pass: RowsPass | undefined

  constructor(state: TrainingState, session: TrainingSession, host: HostOptions, validation: PlacedRows | undefined) {
    this.#state = state
    this.#session = session
    this.#host = host
    this.#validation = validation
    session.validates = validation !== undefined
  }

  /** Whether there is something to do after every epoch */
  get isWatched(): boolean {
    const { name } = this.#state.config.learningRate
    const asks = this.#session.watchesEpochs || this.#host.onEpoch !== undefined || name === 'reduceOnPlateau'
    return asks || this.validates
  }

  /** Whether rows are to be run through, which takes time */
  get validates(): boolean {
    return this.#validation !== undefined
  }

  /**
   * Goes on while `hasTime()`, one block of rows at the least; gives the outcome once all is done. `rate`: that of the epoch's
   * last step.
   */
  advance(rate: number, hasTime: () => boolean): EpochOutcome | undefined {
    if (this.#validation === undefined) return this.#close(rate)
    this.#pass ??= new RowsPass(this.#state, this.#validation)
    const loss = this.#pass.advance(hasTime)
    if (loss === undefined) return undefined
    this.#pass = undefined
    if (Number.isFinite(loss)) return this.#close(rate, loss)
    this.#session.awaitsEpochEnd = false
    return { reason: 'diverged', failure: 'the loss of the validation rows is not finite' }
  }

  #close(rate: number, validationLoss?: number): EpochOutcome {
    this.#session.endEpoch(this.#state, validationLoss)
    const reason = this.#session.verdict()
    return { reason, answer: tellEpoch(this.#state, this.#session, this.#host, rate, reason !== undefined) }
  }
}

/** Tells `onEpoch` of the epoch that has just ended, where it is due; gives what it returns. */
function tellEpoch(
  state: TrainingState,
  { losses, validationLosses }: TrainingSession,
  { onEpoch, onEpochEvery = 1 }: HostOptions,
  learningRate: number,
  isLast: boolean,
): unknown {
  if (onEpoch === undefined || (losses.length % onEpochEvery > 0 && !isLast)) return undefined
  const { engine, rate } = state
  const progress: EpochProgress = {
    epoch: new Program(engine.buffer).epoch - 1,
    loss: losses.last,
    ...(validationLosses.length > 0 ? { validationLoss: validationLosses.last } : {}),
    learningRate,
    setLearningRate: (given) => {
      rate.rate = checkNumber(given, 'setLearningRate', { min: 0 })
    },
    snapshot: state.snapshot,
  }
  return onEpoch(progress)
}
