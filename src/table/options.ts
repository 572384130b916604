// What users ask of trainTable, and what the checks make of it (resolve-options.ts).
import type { NetworkConfig } from '../config/config.ts'
import type { Signal } from '../platform.ts'
import type { TrainOptions } from '../training/options.ts'
import type { TableCheckpoint } from './checkpoint.ts'
import type { TableProgress } from './progress.ts'
import type { ReadTableOptions } from './read.ts'
import type { Effort } from './recipe.ts'
import type { Task } from './target.ts'

export interface TrainTableOptions extends ReadTableOptions {
  /** The column to predict, or several */
  target: string | readonly string[]
  /** Default: from the target's values: words and whole numbers with few values are classes */
  task?: Task | Readonly<Record<string, Task>>
  /** How much is tried: `'quick'`, `'standard'` (default), or `'thorough'`, which is the default with a `budget` */
  effort?: Effort
  /**
   * Milliseconds in which to do the best that can be done: kinds of members that are not likely to be trained within it are left
   * out, and `choices.left` names them. A linear model is always trained. What was done is stored, so that `verifyTable` repeats
   * it without a clock. Default: none
   */
  budget?: number
  /** Nothing but linear models, or none: for comparisons. Default: both */
  only?: Only
  /** Options of `createNetwork` that override what is chosen for networks, not for the linear model */
  network?: Partial<Omit<NetworkConfig, 'inputs' | 'loss' | 'seed'>>
  /** Options of `train` that override what is chosen for networks, not for the linear model */
  train?: Pick<TrainOptions, 'epochs' | 'batchSize' | 'earlyStopping'>
  /** What a class counts: `'balanced'`, or a weight by label; of targets that are classes. Default: every row counts the same */
  classWeights?: 'balanced' | Readonly<Record<string, number>>
  /** An unsigned 32-bit integer. Default 0 */
  seed?: number
  /** Threads that the networks are divided over, with the same bits: an integer from 1 to 64, or `'auto'`. Default 1 */
  threads?: number | 'auto'
  /** Ends training when aborted: the call rejects with the signal's reason, after `onCheckpoint`. */
  signal?: Signal
  /** Told how far training is, network by network; where one thread trains all, epoch by epoch */
  onProgress?: (progress: TableProgress) => void
  /** What `onCheckpoint` was given: training goes on from there, to the same bits as if it had never stopped. Default: none */
  checkpoint?: TableCheckpoint
  /** Given what was done so far, where `signal` ends training: plain data, for a file of JSON and the option `checkpoint` */
  onCheckpoint?: (checkpoint: TableCheckpoint) => void
}

export type Only = 'linear' | 'network'

/** All options, as they came; undefined where one is not set */
export type GivenOptions = Readonly<Record<keyof TrainTableOptions, unknown>>

export interface ResolvedOptions {
  readonly effort: Effort
  readonly budget: number | undefined
  readonly only: Only | undefined
  readonly network: object | undefined
  readonly train: object | undefined
  readonly seed: number
  readonly threads: number | 'auto'
  readonly signal: Signal | undefined
  readonly onProgress: ((progress: TableProgress) => void) | undefined
  readonly onCheckpoint: ((checkpoint: TableCheckpoint) => void) | undefined
  /** As given: what they mean is known when the table is read */
  readonly given: GivenOptions
  /** What decides about the result, as plain data */
  readonly stored: StoredOptions
}

/** The options that a training is repeated with: part of a model's choices */
export type StoredOptions = Pick<
  TrainTableOptions,
  'target' | 'task' | 'columns' | 'read' | 'effort' | 'only' | 'network' | 'train' | 'classWeights' | 'seed'
>
