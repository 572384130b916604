// A batch that takes longer than a slice: block by block, so that the host has its turn between them. Loaded only where batches
// are that long.
import type { NetworkState } from '../prediction/state.ts'
import { beginBatch, endBatch, passBlock } from './batches.ts'

/** What of a batch lies in memory, taken out before another pass overwrites it */
interface Saved {
  readonly columns: Float64Array
  readonly gradients: Uint8Array
}

export class LongBatch {
  readonly #state: NetworkState
  readonly #blockRows: number
  #done = 0
  #saved: Saved | undefined

  /** `blockRows`: in a block, which is over soon */
  constructor(state: NetworkState, blockRows: number) {
    this.#state = state
    this.#blockRows = Math.max(1, Math.min(state.layout.blockRows, Math.floor(blockRows)))
  }

  /**
   * Goes on while `hasTime()`, one block at the least; after the last one takes the step. Gives one of the reasons in
   * assembly/ids.ts, or undefined where blocks are left.
   */
  advance(hasTime: () => boolean): number | undefined {
    const rows = beginBatch(this.#state)
    this.#restore()
    do {
      const count = Math.min(this.#blockRows, rows - this.#done)
      passBlock(this.#state, this.#done, count, rows)
      this.#done += count
    } while (this.#done < rows && hasTime())
    const isOver = this.#done === rows
    this.#state.unfinished = isOver ? undefined : this
    if (!isOver) return undefined
    this.#done = 0
    return this.#step(rows)
  }

  /** Called before another pass takes the place of sums and gradients. */
  save(): void {
    this.#saved ??= { columns: this.#columns.slice(), gradients: this.#gradients.slice() }
  }

  /** Forgets the blocks that are done. */
  leave(): void {
    this.#done = 0
    this.#saved = undefined
    this.#state.unfinished = undefined
  }

  #restore(): void {
    if (this.#saved === undefined) return
    this.#columns.set(this.#saved.columns)
    this.#gradients.set(this.#saved.gradients)
    this.#saved = undefined
  }

  get #columns(): Float64Array {
    const { engine, layout, config } = this.#state
    return new Float64Array(engine.buffer, layout.lossColumns, config.outputs)
  }

  get #gradients(): Uint8Array {
    const { engine, layout } = this.#state
    return new Uint8Array(engine.buffer, layout.gradients, layout.parameterBytes)
  }

  #step(rows: number): number {
    const { engine } = this.#state
    const { program } = engine
    program.set({ epochLossesCount: 0 })
    const rates = program.get('rates')
    const rate = rates ? new Float64Array(engine.buffer, rates, 1)[0] : program.get('learningRate')
    return endBatch(this.#state, rows, rate)
  }
}
