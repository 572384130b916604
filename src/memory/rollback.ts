// Copies of all that an optimizer step changes, to go back to when a step leads to what is not finite.
import * as P from '../../assembly/program.ts'
import type { Progress } from '../program.ts'
import type { Owner } from './layout.ts'

/** Copies parameters and states aside within the memory, one copy at a time; gives what of a safe point is not in there. */
export function saveSafePoint({ engine: { buffer, program }, layout }: Owner): Progress {
  const { parameters, trainedBytes, safePoint } = layout
  new Uint8Array(buffer).copyWithin(safePoint, parameters, parameters + trainedBytes)
  return program.progress()
}

/** Goes back to the copy. The order of a shuffled epoch is drawn again by the next step. */
export function restoreSafePoint({ engine: { buffer, program }, layout }: Owner, progress: Progress): void {
  const { parameters, trainedBytes, safePoint } = layout
  new Uint8Array(buffer).copyWithin(parameters, safePoint, safePoint + trainedBytes)
  program.setProgress(progress)
  program.set({ orderedEpoch: -1 })
}

/** A parameter or state that is not finite stays so, whatever steps follow. */
export function areParametersFinite({ engine, layout }: Owner): boolean {
  return engine.allFinite(P.PROGRAM, layout.parameters, layout.trainedBytes)
}
