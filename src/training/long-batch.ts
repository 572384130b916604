// A full batch that takes longer than a slice: block by block, so that the host has its turn between them. Bit for bit what
// `train` of the engine does; loaded only where batches are that long.
import {
  DIFFERENTIATES,
  DIVERGED,
  DROPS,
  EPOCHS_ENDED,
  SLICE_ENDED,
  TARGET_REACHED,
  WEIGHS_OUTPUTS,
} from '../../assembly/ids.ts'
import * as P from '../../assembly/program.ts'
import { lossOfSum, lossSum } from '../prediction/blocks.ts'
import type { NetworkState } from '../prediction/state.ts'
import type { Program } from '../program.ts'

/** What of a batch lies in memory, taken out before another pass overwrites it */
interface Saved {
  readonly columns: Float64Array
  readonly gradients: Uint8Array
}

export class LongBatch {
  readonly #state: NetworkState
  readonly #program: Program
  readonly #blockRows: number
  #done = 0
  #saved: Saved | undefined

  /** `blockRows`: in a block, which is over soon */
  constructor(state: NetworkState, blockRows: number) {
    this.#state = state
    this.#program = state.engine.program
    this.#blockRows = Math.max(1, Math.min(state.layout.blockRows, Math.floor(blockRows)))
  }

  /**
   * Goes on while `hasTime()`, one block at the least; after the last one takes the step. Gives one of the reasons in
   * assembly/ids.ts, or undefined where blocks are left.
   */
  advance(hasTime: () => boolean): number | undefined {
    const rows = this.#program.get('dataRows')
    this.#restore()
    do {
      const count = Math.min(this.#blockRows, rows - this.#done)
      this.#evaluate(this.#done, count, rows)
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

  #evaluate(row: number, count: number, rows: number): void {
    const { engine, layout } = this.#state
    const [dataInputs, dataTargets, sampleWeights, weightColumns] = this.#program.read(
      'dataInputs',
      'dataTargets',
      'sampleWeights',
      'weightColumns',
    )
    const inputs = dataInputs + row * layout.inputStride
    const targets = dataTargets + row * layout.targetStride
    const weights = sampleWeights && sampleWeights + 8 * weightColumns * row
    const flags = DIFFERENTIATES | DROPS | (weightColumns > 1 ? WEIGHS_OUTPUTS : 0)
    engine.evaluate(P.PROGRAM, inputs, targets, weights, row, count, rows, flags)
  }

  /** The step, and the end of the epoch that consists of it */
  #step(rows: number): number {
    const { engine } = this.#state
    const program = this.#program
    program.set({ epochLossesCount: 0 })
    const loss = lossOfSum(this.#state, lossSum(this.#state), rows)
    if (!Number.isFinite(loss)) return DIVERGED
    const rates = program.get('rates')
    engine.step(P.PROGRAM, rates ? new Float64Array(engine.buffer, rates, 1)[0] : program.get('learningRate'))
    const [epochLosses, epoch, left, targetLoss] = program.read('epochLosses', 'epoch', 'epochsLeft', 'targetLoss')
    new Float64Array(engine.buffer, epochLosses, 1)[0] = loss
    const epochsLeft = left - 1
    program.set({ epochLossesCount: 1, epochSum: 0, position: 0, epoch: epoch + 1, epochsLeft })
    if (loss <= targetLoss) return TARGET_REACHED
    return epochsLeft === 0 ? EPOCHS_ENDED : SLICE_ENDED
  }
}
