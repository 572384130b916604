// What a network consists of inside, shared by the rooms that work on it.
import type { ResolvedConfig } from '../config/config.ts'
import type { RunningRows } from '../data/fit-scaling.ts'
import type { Scaling } from '../data/scaling.ts'
import type { Engine } from '../engine.ts'
import type { RateState } from '../tables/schedules.ts'
import type { Layout } from './layout.ts'

export interface NetworkState {
  /** Another one after `reconfigure` */
  config: ResolvedConfig
  readonly layout: Layout
  readonly engine: Engine
  readonly rate: RateState
  /** Undefined until it is fitted */
  inputScaling: Scaling | undefined
  targetScaling: Scaling | undefined
  /** Of scalings that are fitted as rows come: of the rows so far */
  running?: RunningRows
}
