// The loss of the validation rows, block by block.
import * as P from '../../assembly/program.ts'
import type { DataLayout } from '../memory/layout.ts'
import type { NetworkState } from '../memory/state.ts'

/** A pass over the validation rows that may be interrupted, and disturbed by other passes, after any block */
export class ValidationPass {
  readonly #state: NetworkState
  readonly #places: DataLayout
  readonly #rows: number
  #done = 0
  /** LOSS_COLUMNS between two calls */
  #sums: Float64Array | undefined

  constructor(state: NetworkState, places: DataLayout, rows: number) {
    this.#state = state
    this.#places = places
    this.#rows = rows
  }

  /** Goes on while `hasTime()`, one block at the least; gives the loss when all rows are done. */
  advance(hasTime: () => boolean): number | undefined {
    const { engine, layout } = this.#state
    const { blockRows, inputStride, targetStride, lossColumns, layers } = layout
    const columns = new Float64Array(engine.buffer, lossColumns, layers[layers.length - 1].units)
    if (this.#sums) columns.set(this.#sums)
    do {
      const row = this.#done
      const count = Math.min(blockRows, this.#rows - row)
      const inputs = this.#places.validationInputs + row * inputStride
      const targets = this.#places.validationTargets + row * targetStride
      engine.evaluate(P.PROGRAM, inputs, targets, 0, row, count, this.#rows, 0)
      this.#done += count
    } while (this.#done < this.#rows && hasTime())
    if (this.#done === this.#rows) return engine.loss(P.PROGRAM, this.#rows)
    this.#sums = columns.slice()
    return undefined
  }
}
