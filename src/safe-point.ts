// Copies of all that an optimizer step changes, to go back to when a step leads to what is not finite.
import * as P from '../assembly/program.ts'
import type { NetworkState } from './state.ts'

/** Fields of the program that steps move on */
const FIELDS = [P.EPOCH, P.STEP, P.EPOCHS_LEFT, P.EPOCH_SUM].concat(
  Array.from({ length: P.OPTIMIZER_VALUES_COUNT }, (_, index) => P.OPTIMIZER_VALUES + 8 * index),
)

export interface SafePoint {
  readonly doubles: readonly number[]
  readonly position: number
}

/** Copies parameters and states aside within the memory; one copy at a time. */
export function saveSafePoint({ engine, layout }: NetworkState): SafePoint {
  const { parameters, trainedBytes, safePoint } = layout
  new Uint8Array(engine.buffer).copyWithin(safePoint, parameters, parameters + trainedBytes)
  const view = new DataView(engine.buffer, P.PROGRAM)
  return {
    doubles: FIELDS.map((field) => view.getFloat64(field, true)),
    position: view.getUint32(P.POSITION, true),
  }
}

/** Goes back to the copy. The order of a shuffled epoch is drawn again by the next step. */
export function restoreSafePoint({ engine, layout }: NetworkState, { doubles, position }: SafePoint): void {
  const { parameters, trainedBytes, safePoint } = layout
  new Uint8Array(engine.buffer).copyWithin(parameters, safePoint, safePoint + trainedBytes)
  const view = new DataView(engine.buffer, P.PROGRAM)
  FIELDS.forEach((field, index) => {
    view.setFloat64(field, doubles[index], true)
  })
  view.setUint32(P.POSITION, position, true)
  view.setFloat64(P.ORDERED_EPOCH, -1, true)
}

/** A parameter or state that is not finite stays so, whatever steps follow. */
export function areParametersFinite({ engine, layout }: NetworkState): boolean {
  return engine.allFinite(P.PROGRAM, layout.parameters, layout.trainedBytes)
}
