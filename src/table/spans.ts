// Where the columns of a table lie among the inputs of its networks, and how one row's are put in another's place.
import { type ColumnEncoding, widthOf, withoutBins } from './encode.ts'
import type { BothInputs, Inputs } from './ensemble.ts'

/** Where the columns of an encoding lie among the inputs */
export interface Span {
  readonly name: string
  readonly withBins: readonly [number, number]
  readonly plain: readonly [number, number]
}

export function spansOf(encodings: readonly ColumnEncoding[]): Span[] {
  let bins = 0
  let plain = 0
  return encodings.map((encoding) => {
    const span: Span = {
      name: encoding.name,
      withBins: [bins, bins + widthOf(encoding)],
      plain: [plain, plain + widthOf(withoutBins(encoding))],
    }
    bins = span.withBins[1]
    plain = span.plain[1]
    return span
  })
}

/** Copies a column's inputs of one row to another. */
export function copySpan(
  from: BothInputs,
  row: number,
  to: BothInputs,
  target: number,
  { withBins, plain }: Span,
): void {
  copyPart(from.withBins, row, to.withBins, target, withBins)
  copyPart(from.plain, row, to.plain, target, plain)
}

function copyPart(
  from: Inputs,
  row: number,
  to: Inputs,
  target: number,
  [start, end]: readonly [number, number],
): void {
  const part = from.data.subarray(row * from.columns + start, row * from.columns + end)
  to.data.set(part, target * to.columns + start)
}
