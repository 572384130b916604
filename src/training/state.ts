// A network as training works on it: what lies in its memory, and the call of `train` that moves it on.
import type { Rows } from '../data/training-set.ts'
import type { Values } from '../numerics/values.ts'
import type { ClassBatches, NetworkState } from '../prediction/state.ts'
import type { TrainingSession } from './session.ts'
import { keepData, type SessionData } from './session-data.ts'

/** `loss`: before the step, without penalties; not finite where the step changed nothing for that */
export interface DataStep {
  readonly loss: number
  readonly hasConverged: boolean
}

/** What takes the steps where the engine does not: see `searches` in src/tables/optimizers.ts */
export interface FullBatch {
  stepOnData(state: NetworkState, rate: number, flags?: number): DataStep
  trainOnData(state: NetworkState, steps: number): number
}

/** What a network does while it is busy */
export interface Run {
  abort(): void
}

export interface TrainingState extends NetworkState {
  /** Undefined where the engine takes the steps */
  readonly fullBatch: FullBatch | undefined
  /** By number: what the optimizer remembers of layers that were frozen since, without gaps */
  readonly frozenStates: Map<number, Values>
  /** The call of `train` that runs, or that was aborted and can be resumed. A call that is refused leaves it as it is. */
  session: TrainingSession<SessionData> | undefined
  /** The network as bytes, for `onEpoch` */
  readonly snapshot: () => Uint8Array
}

/** Before other rows take the place of the session's: it may yet be resumed, since they may be refused. */
export function keepSession(state: TrainingState): void {
  if (state.session) keepData(state, state.session)
}

/**
 * Whether the targets of such rows are to lie in memory as class numbers: they were given as such, and would take much room as
 * rows. Asked only where there is what trains on them.
 */
export function takesClasses(
  { leastBytes }: ClassBatches,
  { layout }: NetworkState,
  sets: readonly (Rows | undefined)[],
): true | undefined {
  let bytes = 0
  for (const set of sets) {
    if (set && !set.targets.classes) return undefined
    bytes += (set?.inputs.rows ?? 0) * layout.targetStride
  }
  return bytes >= leastBytes || undefined
}
