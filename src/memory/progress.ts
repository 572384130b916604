// How far a training has come: the fields of the program that optimizer steps move on. Safe points and snapshots keep them.
import * as P from '../../assembly/program.ts'

const FIELDS = [P.EPOCH, P.STEP, P.EPOCHS_LEFT, P.EPOCH_SUM].concat(
  Array.from({ length: P.OPTIMIZER_VALUES_COUNT }, (_, index) => P.OPTIMIZER_VALUES + 8 * index),
)
/** Where POSITION stands in what `readProgress` gives: last, behind the counters, EPOCH_SUM and the optimizer's own */
export const POSITION_PLACE = FIELDS.length

export function readProgress(buffer: ArrayBufferLike): number[] {
  const view = new DataView(buffer, P.PROGRAM)
  const progress = FIELDS.map((field) => view.getFloat64(field, true))
  progress.push(view.getUint32(P.POSITION, true))
  return progress
}

/** Writes what `readProgress` gave; numbers behind it are left alone. */
export function writeProgress(buffer: ArrayBufferLike, progress: ArrayLike<number>): void {
  const view = new DataView(buffer, P.PROGRAM)
  FIELDS.forEach((field, index) => {
    view.setFloat64(field, progress[index], true)
  })
  view.setUint32(P.POSITION, progress[POSITION_PLACE], true)
}
