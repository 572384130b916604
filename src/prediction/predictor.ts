// Predictions in all forms, and evaluations. Flat float arrays go straight through the engine's blocks: nothing is allocated,
// and the engine itself finds numbers that are not finite, where they lie. Where there are some, the way of all other forms
// finds out which, and says so.
import * as P from '../../assembly/program.ts'
import { type MatrixInput, type Predictions, toForm } from '../data/forms.ts'
import type { Matrix } from '../data/matrix.ts'
import type { Room } from '../data/read-matrix.ts'
import { readInputs } from '../data/rows.ts'
import { fittedScalings, type Scaling, scaleRows } from '../data/scaling.ts'
import type { Rows } from '../data/training-set.ts'
import { describe, unexpected } from '../errors.ts'
import { isValues, lengthOf, plainView, sizeOf } from '../numerics/typed.ts'
import { newValues, type Values, valuesOf } from '../numerics/values.ts'
import { evaluateRows, predictRows } from './blocks.ts'
import { Collector } from './collector.ts'
import type { Metrics, ResolvedMetric } from './metrics.ts'
import { classesOf, finite, refuseNarrow, refuseOverflow } from './outputs.ts'
import type { NetworkState } from './state.ts'

export class Predictor {
  /** Throws DISPOSED once the network is: what reads the caller's rows runs the caller's code, which may do that. */
  readonly #live: () => NetworkState
  /** The memory that `#values` shows: another one after it has grown */
  #buffer: ArrayBufferLike | undefined
  #values!: Values
  /** For rows that are no flat array; undefined while a call has it */
  #room: Room | undefined

  constructor(live: () => NetworkState) {
    this.#live = live
  }

  get #state(): NetworkState {
    return this.#live()
  }

  /** Outputs in the form of the inputs */
  predict(inputs: MatrixInput): Predictions {
    const { outputs, x } = this.#outputsOf(inputs)
    return x === undefined ? outputs : toForm(outputs, x.rows, this.#state.config.outputs, x)
  }

  predictInto(inputs: MatrixInput, outputs: Values): void {
    const { config, layout, targetScaling } = this.#state
    const rows = flatRows(inputs, config.inputs)
    const isWhole = isValues(outputs) && lengthOf(outputs) === rows * config.outputs
    if (rows > 0 && rows <= layout.blockRows && isWhole && sizeOf(outputs) >= layout.bytesPerValue) {
      // Nothing is written before the block is known to be finite, unless scaling back overflows.
      if (targetScaling?.isIdentity && this.#pass(inputs as Values, rows, outputs)) return
    }
    const { outputs: results } = this.#outputsOf(inputs)
    const isArray = isValues(outputs)
    if (!isArray || lengthOf(outputs) !== results.length) {
      const got = isArray ? `one of ${lengthOf(outputs)}` : describe(outputs)
      throw unexpected('INVALID_SHAPE', 'outputs', `a Float32Array or Float64Array of ${results.length} numbers`, got)
    }
    if (results.length === 0) return
    const target = plainView(outputs)
    refuseNarrow(target, results, config.outputs)
    target.set(results)
  }

  predictClass(inputs: MatrixInput): number | number[] | Uint32Array {
    const { outputs, x } = this.#outputsOf(inputs)
    const classes = classesOf(outputs, this.#state.config.outputs)
    if (x === undefined || x.form === 'flat') return classes
    return x.form === 'row' || (x.form === 'column' && x.rows === 1) ? classes[0] : Array.from(classes)
  }

  /** The loss of checked rows, each times its weight, and metrics in the targets' own units */
  evaluate(rows: Rows, metrics: readonly ResolvedMetric[], weights?: Float64Array): { loss: number } & Metrics {
    const state = this.#state
    const scaled = scaleRows(state, rows, fittedScalings(state, 'evaluate'))
    const collector = metrics.length > 0 ? new Collector(state, metrics, rows.targets) : undefined
    const collect = collector && ((row: number, count: number) => collector.add(row, count))
    const loss = finite(evaluateRows(state, scaled, 0, weights, collect), 'evaluate: expected the loss')
    return { loss, ...collector?.compute('evaluate') }
  }

  /** Outputs without gaps; without `x` the inputs were a flat float array. */
  #outputsOf(inputs: MatrixInput): { outputs: Values; x?: Matrix } {
    const { config } = this.#state
    const rows = flatRows(inputs, config.inputs)
    if (rows > 0) {
      const outputs = newValues(config.dtype, rows * config.outputs)
      if (this.#pass(inputs as Values, rows, outputs)) return { outputs }
    }
    const room = this.#room ?? { values: undefined }
    this.#room = undefined // what reads the rows may call into here
    const x = readInputs(this.#state, inputs, '', 0, room)
    const state = this.#state
    const { inputScaling, targetScaling } = fittedScalings(state, 'predict')
    const outputs = predictRows(state, inputScaling.apply(x))
    targetScaling.undo(outputs)
    refuseOverflow(outputs, config.outputs, 'predict')
    this.#room = room
    return { outputs, x }
  }

  /**
   * Writes the outputs of `rows` rows without gaps, in the targets' units, without gaps into `outputs`. False: the scaling is
   * not fitted, or an input or an output is not finite; then `outputs` is unchanged from the block of rows on where it is.
   */
  #pass(inputs: Values, rows: number, outputs: Values): boolean {
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

/** The rows of a flat float array of whole rows; 0 for all else */
function flatRows(inputs: MatrixInput, columns: number): number {
  if (!isValues(inputs)) return 0
  const rows = lengthOf(inputs) / columns
  return Number.isInteger(rows) ? rows : 0
}
