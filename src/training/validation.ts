// The loss of rows that lie in memory, block by block, and where they are asked for their metrics.
import * as P from '../../assembly/program.ts'
import type { DataLayout } from '../memory/layout.ts'
import { placeWeights } from '../prediction/blocks.ts'
import type { Collector } from '../prediction/collector.ts'
import type { NetworkState } from '../prediction/state.ts'

export interface PlacedRows {
  /** Addresses */
  readonly inputs: number
  readonly targets: number
  /** Whether these are class numbers */
  readonly classTargets: boolean
  readonly rows: number
  /** What the loss of each is multiplied by; undefined: 1 */
  readonly weights: Float64Array | undefined
}

/** The validation rows of a data set */
export function validationRows(places: DataLayout, rows: number, weights: Float64Array | undefined): PlacedRows {
  const { validationInputs: inputs, validationTargets: targets, classTargets } = places
  return { inputs, targets, classTargets, rows, weights }
}

/** A pass over rows that may be interrupted, and disturbed by other passes, after any block */
export class RowsPass {
  readonly #state: NetworkState
  readonly #rows: PlacedRows
  readonly #collector: Collector | undefined
  #done = 0
  /** LOSS_COLUMNS between two calls */
  #sums: Float64Array | undefined

  /** `collector` takes the outputs. */
  constructor(state: NetworkState, rows: PlacedRows, collector?: Collector) {
    this.#state = state
    this.#rows = rows
    this.#collector = collector
  }

  /** Goes on while `hasTime()`, one block at the least; gives the loss when all rows are done. */
  advance(hasTime: () => boolean): number | undefined {
    const { engine, layout } = this.#state
    const { blockRows, lossColumns, layers } = layout
    const { rows } = this.#rows
    const columns = new Float64Array(engine.buffer, lossColumns, layers[layers.length - 1].units)
    if (this.#sums) columns.set(this.#sums)
    do {
      const count = Math.min(blockRows, rows - this.#done)
      this.#evaluate(this.#done, count)
      this.#done += count
    } while (this.#done < rows && hasTime())
    if (this.#done === rows) return engine.loss(P.PROGRAM, rows)
    this.#sums = columns.slice()
    return undefined
  }

  #evaluate(row: number, count: number): void {
    const { engine, layout, classBatches } = this.#state
    const { inputs, targets, classTargets, rows, weights } = this.#rows
    const { address, flag } = placeWeights(this.#state, weights, row, count, rows)
    const x = inputs + row * layout.inputStride
    const y = classTargets
      ? classBatches!.targetsAt(this.#state, targets, true, row, count)
      : targets + row * layout.targetStride
    engine.evaluate(P.PROGRAM, x, y, address, row, count, rows, flag)
    this.#collector?.add(row, count)
  }
}
