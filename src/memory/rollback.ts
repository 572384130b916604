// Copies of all that an optimizer step changes, to go back to when a step leads to what is not finite.
import * as P from '../../assembly/program.ts'
import { Program } from './program.ts'
import { readProgress, writeProgress } from './progress.ts'
import type { NetworkState } from './state.ts'

/** What of a safe point does not lie in the memory */
export type SafePoint = readonly number[]

/** Copies parameters and states aside within the memory; one copy at a time. */
export function saveSafePoint({ engine, layout }: NetworkState): SafePoint {
  const { parameters, trainedBytes, safePoint } = layout
  new Uint8Array(engine.buffer).copyWithin(safePoint, parameters, parameters + trainedBytes)
  return readProgress(engine.buffer)
}

/** Goes back to the copy. The order of a shuffled epoch is drawn again by the next step. */
export function restoreSafePoint({ engine, layout }: NetworkState, progress: SafePoint): void {
  const { parameters, trainedBytes, safePoint } = layout
  new Uint8Array(engine.buffer).copyWithin(parameters, safePoint, safePoint + trainedBytes)
  writeProgress(engine.buffer, progress)
  new Program(engine.buffer).orderedEpoch = -1
}

/** A parameter or state that is not finite stays so, whatever steps follow. */
export function areParametersFinite({ engine, layout }: NetworkState): boolean {
  return engine.allFinite(P.PROGRAM, layout.parameters, layout.trainedBytes)
}
