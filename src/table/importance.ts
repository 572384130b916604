// What columns do for predictions over many rows: by permutation, seeded.
import { TABLE_IMPORTANCE } from '../../assembly/ids.ts'
import { shuffle } from '../numerics/random.ts'
import { lossOf } from './blend.ts'
import type { ColumnEncoding } from './encode.ts'
import { type BothInputs, type Inputs, predictEnsemble, type TargetModel } from './ensemble.ts'
import { copySpan, spansOf } from './spans.ts'
import { meanOf } from './target.ts'

/** How much the loss grows where a column's cells are dealt out anew among the rows (Breiman 2001), and by how much that varies */
export interface ColumnImportance {
  readonly column: string
  readonly mean: number
  readonly deviation: number
}

const REPEATS = 5

function copyOf({ data, rows, columns }: Inputs): Inputs {
  return { data: data.slice(), rows, columns }
}

/** Of rows whose targets are known: `values` as `lossOf` has them. The most important column first. */
export function importanceOf(
  encodings: readonly ColumnEncoding[],
  { target, ensemble }: TargetModel,
  inputs: BothInputs,
  values: Float64Array,
  seed: number,
): ColumnImportance[] {
  const before = lossOf(target, predictEnsemble(ensemble, target, inputs), values)
  const order = new Uint32Array(values.length)
  const found = spansOf(encodings).map((span, place) => {
    const growth = Float64Array.from({ length: REPEATS }, (_, repeat) => {
      shuffle(order, order.length, seed, place * REPEATS + repeat, TABLE_IMPORTANCE)
      const mixed = { withBins: copyOf(inputs.withBins), plain: copyOf(inputs.plain) }
      order.forEach((from, row) => {
        copySpan(inputs, from, mixed, row, span)
      })
      return lossOf(target, predictEnsemble(ensemble, target, mixed), values) - before
    })
    const mean = meanOf(growth)
    const deviation = Math.sqrt(meanOf(growth.map((value) => (value - mean) * (value - mean))))
    return { column: span.name, mean, deviation }
  })
  return found.sort((a, b) => b.mean - a.mean)
}
