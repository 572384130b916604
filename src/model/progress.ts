// How far a training has come, as numbers in the order in which snapshots hold them.
import { OPTIMIZER_VALUES_COUNT } from '../../assembly/program.ts'
import type { Values } from '../numerics/values.ts'
import type { Program } from '../program.ts'

/** Where the position stands among them: last, behind four counters and sums, and the optimizer's own */
export const POSITION_PLACE = 4 + OPTIMIZER_VALUES_COUNT

export function readProgress(program: Program): number[] {
  const { epoch, stepsDone, epochsLeft, epochSum, optimizerValues, position } = program.progress()
  return [epoch, stepsDone, epochsLeft, epochSum, ...Array.from(optimizerValues), position]
}

/** Writes what `readProgress` gave; numbers behind it are left alone. */
export function writeProgress(program: Program, progress: Values): void {
  const [epoch, stepsDone, epochsLeft, epochSum] = progress
  const optimizerValues = progress.subarray(4, POSITION_PLACE)
  const position = progress[POSITION_PLACE]
  program.setProgress({ epoch, stepsDone, epochsLeft, epochSum, position, optimizerValues })
}
