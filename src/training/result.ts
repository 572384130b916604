// What a call of `train`, `trainStream` or `resume` gives.

import type { EpochMetricName } from '../prediction/metrics.ts'
import { adviceFor } from './divergence.ts'
import type { StopReason } from './options.ts'
import type { TrainingSession, TrainingState } from './session.ts'
import type { Timeline } from './timeline.ts'
import { placedRows } from './training-rows.ts'
import { doubtsOf, type TrainedRows } from './warnings.ts'

/** What one call of `train` did; after `resume`, the whole of the call that was resumed */
export interface TrainResult {
  /** Epochs finished in this call */
  epochs: number
  /** Optimizer steps taken in this call, those of an epoch that was not finished among them */
  steps: number
  /** Loss of every finished epoch: that of its batches as they were met, before each update */
  loss: Float64Array
  /** Loss of the validation rows after every finished epoch, where there are any */
  validationLoss?: Float64Array
  /** With `metrics`: each after every finished epoch */
  metrics?: { [Name in EpochMetricName]?: Float64Array }
  /** Numbers of the rows that `validation: { split }` held out, ascending */
  validationRows?: Uint32Array
  /** With `earlyStopping`: the epoch, counted from 0, with the least monitored loss */
  bestEpoch?: number
  stopReason: StopReason
  /**
   * Time on the clock from the first batch to the end: with the validation, `onEpoch` and waits for it or for the batches
   * of a stream, and the host's turns; without the checks and copies before. Resumed calls count all parts that this
   * network did, but not what came before a snapshot.
   */
  milliseconds: number
  /** Rows that were trained on in that time, again in each epoch; 0 where the clock stood still */
  samplesPerSecond: number
  /** The engine that did it */
  engine: 'wasm' | 'typescript'
  /** With `history`: the weights over the epochs */
  timeline?: Timeline
  /** In words, after `diverged`, or where the loss exploded but stayed finite: what happened and what to try */
  advice?: string
  /** In words: the advice, and what else is doubtful as far as it is seen at little cost; `diagnose` sees more. */
  warnings: string[]
}

/** After a training with a validation */
export type ValidatedResult = TrainResult & { validationLoss: Float64Array }

/** How a call ended, beside its session */
export interface Ending {
  readonly stopReason: StopReason
  readonly advice: string | undefined
  /** Of the last step; undefined: it was taken elsewhere, where the advice is from as well */
  readonly learningRate: number | undefined
  /** Of a stream: there are none */
  readonly trained: TrainedRows | undefined
  /** Of a stream: how many rows came; undefined: as epochs and position say */
  readonly samples: number | undefined
}

/** What `train`, `trainStream` and `resume` give */
export function resultOf(state: TrainingState, session: TrainingSession, ending: Ending): TrainResult {
  const { engine } = state
  const { stopReason, trained, learningRate, samples } = ending
  const [stepsDone, position] = engine.program.read('stepsDone', 'position')
  const { losses, validationLosses, heldRows, timeline, best, options, milliseconds } = session
  const loss = losses.toArray()
  const { hasExploded, warnings } = doubtsOf(state, trained, stopReason, stepsDone, loss)
  const explodes = trained && hasExploded && stopReason !== 'diverged' && learningRate !== undefined
  const advice = explodes ? explosionAdvice(state, learningRate, trained) : ending.advice
  return {
    epochs: losses.length,
    steps: stepsDone - session.firstStep,
    loss,
    ...(session.validates ? { validationLoss: validationLosses.toArray() } : {}),
    ...(options.metrics ? { metrics: metricsOf(session) } : {}),
    ...(heldRows ? { validationRows: heldRows.slice() } : {}),
    ...(options.earlyStopping && best.epoch >= 0 ? { bestEpoch: best.epoch } : {}),
    stopReason,
    milliseconds,
    samplesPerSecond: milliseconds > 0 ? ((samples ?? samplesOf(session, position)) / milliseconds) * 1000 : 0,
    engine: engine.name,
    ...(timeline === undefined ? {} : { timeline }),
    ...(advice === undefined ? {} : { advice }),
    warnings: advice === undefined ? [...warnings] : [advice, ...warnings],
  }
}

function explosionAdvice(state: TrainingState, learningRate: number, { rows, inputs }: TrainedRows): string {
  const advice = adviceFor(state, learningRate, placedRows(state, rows, inputs))
  return `the loss is finite, but far above what the targets account for; ${advice}`
}

function metricsOf({ options: { metrics = [] }, metricValues }: TrainingSession): NonNullable<TrainResult['metrics']> {
  return Object.fromEntries(metrics.map(({ name }, index) => [name, metricValues[index].toArray()]))
}

/** Rows that were trained on by this network, `position` of them in an epoch that is not finished */
function samplesOf({ data, losses, samplesBefore }: TrainingSession, position: number): number {
  return losses.length * (data?.rows ?? 0) + position - samplesBefore
}
