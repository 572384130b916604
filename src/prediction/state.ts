// What a network consists of inside, shared by the rooms that work on it.
import type { ResolvedConfig } from '../config/config.ts'
import type { Fits, RunningRows, Scaling } from '../data/scaling.ts'
import type { Owner } from '../memory/layout.ts'
import type { RateState } from '../tables/schedules.ts'

export interface NetworkState extends Owner {
  /** Another one after `reconfigure` */
  config: ResolvedConfig
  readonly rate: RateState
  /** What fits scalings; undefined where no rule is fitted */
  readonly fits: Fits | undefined
  /** Undefined until it is fitted */
  inputScaling: Scaling | undefined
  targetScaling: Scaling | undefined
  /** A batch of which a part is done: its sums and gradients lie in memory, and are saved before another pass. */
  unfinished: { save(): void } | undefined
  /** Of scalings that are fitted as rows come: of the rows so far */
  running: RunningRows | undefined
}
