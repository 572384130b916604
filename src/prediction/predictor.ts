// Predictions of flat float arrays straight through the engine's blocks: nothing is allocated, and the engine itself finds
// numbers that are not finite, where they lie. Who is told that there are some finds out which, and says so.
import * as P from '../../assembly/program.ts'
import type { Scaling } from '../data/scaling.ts'
import type { NetworkState } from '../memory/state.ts'
import { plainView } from '../numerics/typed.ts'
import { type Values, valuesOf } from '../numerics/values.ts'

export class Predictor {
  readonly #state: NetworkState
  /** The memory that `#values` shows: another one after it has grown */
  #buffer: ArrayBufferLike | undefined
  #values!: Values

  constructor(state: NetworkState) {
    this.#state = state
  }

  /**
   * Writes the outputs of `rows` rows without gaps, in the targets' units, without gaps into `outputs`. False: the scaling is
   * not fitted, or an input or an output is not finite; then `outputs` is unchanged from the block of rows on where it is.
   */
  predict(inputs: Values, rows: number, outputs: Values): boolean {
    const { engine, layout, inputScaling, targetScaling } = this.#state
    const { blockRows, inputBlock, layers } = layout
    if (inputScaling === undefined || targetScaling === undefined) return false
    this.#look(engine.buffer)
    const given = rows > 1 ? plainView(inputs) : inputs
    const { outputs: outputBlock, stride } = layers[layers.length - 1]
    for (let row = 0; row < rows; row += blockRows) {
      const count = Math.min(blockRows, rows - row)
      const inputBytes = this.#copyIn(given, row, count, inputScaling)
      if (!engine.allFinite(P.PROGRAM, inputBlock, inputBytes)) return false
      engine.predict(P.PROGRAM, this.#state.config.inputs * layout.bytesPerValue, count)
      if (!engine.allFinite(P.PROGRAM, outputBlock, count * stride)) return false
      if (!this.#copyOut(outputs, row, count, targetScaling)) return false
    }
    return true
  }

  #look(buffer: ArrayBufferLike): void {
    if (buffer === this.#buffer) return
    this.#buffer = buffer
    this.#values = valuesOf(buffer, this.#state.config.dtype)
  }

  /** Without gaps, and filled up to a whole vector with zeros; gives the bytes. */
  #copyIn(inputs: Values, row: number, count: number, { isIdentity, offset, scale }: Scaling): number {
    const { layout, config } = this.#state
    const { inputs: columns } = config
    const values = this.#values
    let from = row * columns
    let to = layout.inputBlock / layout.bytesPerValue
    const end = from + count * columns
    if (isIdentity && count > 1) {
      values.set(inputs.subarray(from, end), to) // for few numbers a loop is faster
      to += end - from
    } else if (isIdentity) {
      while (from < end) values[to++] = inputs[from++]
    } else {
      while (from < end) {
        for (let column = 0; column < columns; column++)
          values[to++] = (inputs[from++] - offset[column]) / scale[column]
      }
    }
    const bytes = to * layout.bytesPerValue - layout.inputBlock
    const whole = Math.ceil(bytes / 16) * 16
    for (const last = (layout.inputBlock + whole) / layout.bytesPerValue; to < last; to++) values[to] = 0
    return whole
  }

  /** False: a scaled output is not finite in the type of `outputs`. */
  #copyOut(outputs: Values, row: number, count: number, { isIdentity, offset, scale }: Scaling): boolean {
    const { layers, bytesPerValue } = this.#state.layout
    const { outputs: block, stride, units } = layers[layers.length - 1]
    const values = this.#values
    const gap = stride / bytesPerValue - units
    let from = block / bytesPerValue
    let to = row * units
    let zeros = 0
    for (let i = 0; i < count; i++, from += gap) {
      if (isIdentity) {
        for (let unit = 0; unit < units; unit++) outputs[to++] = values[from++]
        continue
      }
      for (let unit = 0; unit < units; unit++, to++) {
        outputs[to] = values[from++] * scale[unit] + offset[unit]
        zeros += outputs[to] - outputs[to] // NaN for what is not finite, and stays so
      }
    }
    return zeros === 0
  }
}
