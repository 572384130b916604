// What a network consists of inside, shared by the rooms that work on it.
import type { ResolvedConfig } from '../config/config.ts'
import type { Scaling } from '../data/scaling.ts'
import type { Engine } from '../engine.ts'
import type { RateState } from '../tables/schedules.ts'
import type { SessionData, TrainingSession } from '../training/session.ts'
import type { Layout } from './layout.ts'

export type FullBatch = typeof import('../training/full-batch.ts')

export interface NetworkState {
  readonly config: ResolvedConfig
  readonly layout: Layout
  readonly engine: Engine
  readonly rate: RateState
  /** What takes the steps where the engine does not: see `searches` in src/tables/optimizers.ts */
  readonly fullBatch: FullBatch | undefined
  /** Undefined until it is fitted */
  inputScaling: Scaling | undefined
  targetScaling: Scaling | undefined
  /** The call of `train` that runs, or that was aborted and can be resumed. A call that is refused leaves it as it is. */
  session: TrainingSession<SessionData> | undefined
}
