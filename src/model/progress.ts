// How far a training has come, as numbers in the order in which snapshots hold them.
import { OPTIMIZER_VALUES_COUNT } from '../../assembly/program.ts'
import { Program } from '../memory/program.ts'
import type { Values } from '../numerics/values.ts'

/** Where the position stands among them: last, behind four counters and sums, and the optimizer's own */
export const POSITION_PLACE = 4 + OPTIMIZER_VALUES_COUNT

export function readProgress(buffer: ArrayBufferLike): number[] {
  const { epoch, stepsDone, epochsLeft, epochSum, optimizerValues, position } = new Program(buffer).progress()
  return [epoch, stepsDone, epochsLeft, epochSum, ...Array.from(optimizerValues), position]
}

/** Writes what `readProgress` gave; numbers behind it are left alone. */
export function writeProgress(buffer: ArrayBufferLike, progress: Values): void {
  const [epoch, stepsDone, epochsLeft, epochSum] = progress
  const optimizerValues = progress.subarray(4, POSITION_PLACE)
  const position = progress[POSITION_PLACE]
  new Program(buffer).setProgress({ epoch, stepsDone, epochsLeft, epochSum, position, optimizerValues })
}
