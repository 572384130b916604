// What a network consists of inside, shared by the rooms that work on it.
import type { ResolvedConfig } from '../config/config.ts'
import type { Fits, RunningRows, Scaling } from '../data/scaling.ts'
import type { Owner } from '../memory/layout.ts'
import type { RateState } from '../tables/schedules.ts'

/** What trains on targets that are class numbers: src/training/batches.ts */
export interface ClassBatches {
  /** Of targets as rows, from which on they are class numbers instead */
  readonly leastBytes: number
  trainOnClasses(state: NetworkState, steps: number): number
  targetsAt(state: NetworkState, targets: number, classTargets: boolean, row: number, count: number): number
}

export interface NetworkState extends Owner {
  /** Another one after `reconfigure` */
  config: ResolvedConfig
  readonly rate: RateState
  /** What fits scalings; undefined where no rule is fitted */
  readonly fits: Fits | undefined
  /** Undefined until it is fitted */
  inputScaling: Scaling | undefined
  targetScaling: Scaling | undefined
  /** Undefined for networks without many classes */
  readonly classBatches: ClassBatches | undefined
  /** A batch of which a part is done: its sums and gradients lie in memory, and are saved before another pass. */
  unfinished: { save(): void } | undefined
  /** Of scalings that are fitted as rows come: of the rows so far */
  running: RunningRows | undefined
}
