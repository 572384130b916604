// The division of rows into folds: of every fold, the rows that are held out and those that are trained on.
import { TABLE_FOLDS } from '../../assembly/ids.ts'
import { shuffle } from '../numerics/random.ts'
import type { Target } from './target.ts'

export interface Fold {
  readonly trained: Uint32Array
  readonly held: Uint32Array
}

/** Rows are dealt out in a drawn order, class by class, so that folds differ by one row at most in every class. */
export function drawFolds({ task }: Target, values: Float64Array, folds: number, seed: number): Fold[] {
  const order = new Uint32Array(values.length)
  shuffle(order, order.length, seed, 0, TABLE_FOLDS)
  const sorted = task === 'classification' ? Array.from(order).sort((a, b) => values[a] - values[b]) : order
  const foldOf = new Uint32Array(values.length)
  sorted.forEach((row, place) => {
    foldOf[row] = place % folds
  })
  const numbers = foldOf.map((_, row) => row)
  return Array.from({ length: folds }, (_, fold) => ({
    trained: numbers.filter((row) => foldOf[row] !== fold),
    held: numbers.filter((row) => foldOf[row] === fold),
  }))
}
