// What metrics read of the outputs of rows, taken from memory block by block: all of them, or where targets are class numbers
// and metrics ask for classes alone, the class that each row is taken for and the rank of its own.
import * as P from '../../assembly/program.ts'
import { inRoom, type Matrix } from '../data/matrix.ts'
import { newValues, type Values, valuesOf } from '../numerics/values.ts'
import { copyOutputs } from './blocks.ts'
import { computeMetrics, type Metrics, type ResolvedMetric, readsOutputs } from './metrics.ts'
import { finite, largestOf, rankOf, refuseOverflow } from './outputs.ts'
import type { NetworkState } from './state.ts'

export class Collector {
  readonly #state: NetworkState
  readonly #metrics: readonly ResolvedMetric[]
  readonly #targets: Matrix
  /** Rows × units; none where classes are enough */
  readonly #outputs: Values
  readonly #classes: Uint32Array | undefined
  readonly #predicted: Uint32Array
  readonly #ranks: Uint32Array | undefined
  /** Of outputs that are not kept */
  #areFinite = true

  /** `targets`: as `readTargets` gives them, of all rows */
  constructor(state: NetworkState, metrics: readonly ResolvedMetric[], targets: Matrix) {
    this.#state = state
    this.#metrics = metrics
    this.#targets = targets
    const { rows, columns, classes } = targets
    this.#classes = metrics.some(readsOutputs) ? undefined : classes
    const count = this.#classes ? 0 : rows * columns
    this.#outputs = inRoom(count, 'metrics', () => newValues(state.config.dtype, count))
    this.#predicted = new Uint32Array(rows)
    if (this.#classes && metrics.some(({ name }) => name === 'topK')) this.#ranks = new Uint32Array(rows)
  }

  /** Takes the outputs of the block that was last passed: those of `count` rows from row `row` on. */
  add(row: number, count: number): void {
    const { engine, layout, config } = this.#state
    const values = valuesOf(engine.buffer, config.dtype)
    const classes = this.#classes
    if (!classes) {
      copyOutputs(values, layout, count, this.#outputs, row)
      return
    }
    const { layers, bytesPerValue } = layout
    const { outputs, stride, units } = layers[layers.length - 1]
    if (!engine.allFinite(P.PROGRAM, outputs, count * stride)) this.#areFinite = false
    for (let i = 0; i < count; i++) {
      const start = (outputs + i * stride) / bytesPerValue
      this.#predicted[row + i] = largestOf(values, start, units)
      if (this.#ranks) this.#ranks[row + i] = rankOf(values, start, units, classes[row + i])
    }
  }

  /**
   * The metrics of all rows, in the targets' own units. Throws INVALID_DATA where targets do not suit them, NOT_FINITE where
   * an output or a metric is not finite, naming the `call`.
   */
  compute(call: string): Metrics {
    const outputs = this.#outputs
    const { targetScaling, config } = this.#state
    targetScaling?.undo(outputs)
    refuseOverflow(outputs, config.outputs, call)
    if (!this.#areFinite) finite(Number.NaN, `${call}: expected all outputs`)
    return computeMetrics(this.#metrics, outputs, this.#targets, this.#classes && this.#predicted, this.#ranks)
  }
}
