// How far a training has come: the fields of the program that optimizer steps move on. Safe points and snapshots keep them.
import { OPTIMIZER_VALUES_COUNT } from '../../assembly/program.ts'
import { Program } from './program.ts'

/** Where the position stands in what `readProgress` gives: last, behind four counters and sums, and the optimizer's own */
export const POSITION_PLACE = 4 + OPTIMIZER_VALUES_COUNT

export function readProgress(buffer: ArrayBufferLike): number[] {
  const { epoch, stepsDone, epochsLeft, epochSum, optimizerValues, position } = new Program(buffer)
  return [epoch, stepsDone, epochsLeft, epochSum, ...optimizerValues, position]
}

/** Writes what `readProgress` gave; numbers behind it are left alone. */
export function writeProgress(buffer: ArrayBufferLike, progress: ArrayLike<number>): void {
  const program = new Program(buffer)
  const [epoch, stepsDone, epochsLeft, epochSum, ...others] = Array.from(progress)
  program.set({ epoch, stepsDone, epochsLeft, epochSum, position: others[OPTIMIZER_VALUES_COUNT] })
  program.optimizerValues.set(others.slice(0, OPTIMIZER_VALUES_COUNT))
}
