// The data set of one `train` in linear memory: putting it there, telling it from another, and passes over its validation rows.
import * as P from '../../assembly/program.ts'
import type { Matrix } from '../data/matrix.ts'
import type { Rows, TrainingSet } from '../data/training-set.ts'
import { Murmur3 } from '../numerics/hash.ts'
import { type Blocks, newValues, type Values, valuesOf } from '../numerics/values.ts'
import type { KeptData, SessionData, TrainingSession } from '../training/session.ts'
import { type DataLayout, type DataShape, layOutData } from './layout.ts'
import type { NetworkState } from './state.ts'

/**
 * Makes room for the rows of a session, points the program at it, and gives where everything lies. Throws OUT_OF_MEMORY with
 * the program as it was.
 */
export function reserveRows(state: NetworkState, data: SessionData): DataLayout {
  const places = makeRoom(state, data)
  const view = new DataView(state.engine.buffer, P.PROGRAM)
  const word = (field: number, value: number) => view.setUint32(field, value, true)
  word(P.DATA_INPUTS, places.inputs)
  word(P.DATA_TARGETS, places.targets)
  word(P.DATA_ROWS, data.rows)
  word(P.BATCH_ROWS, data.batchRows)
  word(P.SAMPLE_WEIGHTS, places.weights)
  word(P.ORDER, places.order)
  word(P.EPOCH_LOSSES, places.epochLosses)
  word(P.EPOCH_LOSSES_CAPACITY, places.epochLossesCapacity)
  view.setFloat64(P.ORDERED_EPOCH, -1, true)
  return places
}

/** A call that can be resumed keeps what it needs of the rows that lie there: what takes their place may yet be refused. */
function makeRoom(state: NetworkState, shape: DataShape): DataLayout {
  const places = layOutData(state.layout, shape)
  if (state.session) keepData(state, state.session)
  state.engine.reserve(places.end)
  return places
}

/** Takes it from the memory, once: from then on other rows may lie there. */
export function keepData(state: NetworkState, session: TrainingSession<SessionData>): KeptData {
  session.kept ??= { fingerprint: fingerprintRows(state, session.data), ownRows: readOwnRows(state, session.data) }
  return session.kept
}

/** Copies rows to where they belong. What a set lacks stays as it lies. */
export function placeRows(state: NetworkState, places: DataLayout, set: TrainingSet): void {
  copyRows(state, set, places.inputs, places.targets)
  if (set.validation) copyRows(state, set.validation, places.validationInputs, places.validationTargets)
  if (set.weights) new Float64Array(state.engine.buffer, places.weights, set.weights.length).set(set.weights)
}

/** Puts the validation rows of a stream into memory. */
export function placeValidation(state: NetworkState, validation: Rows): { places: DataLayout; rows: number } {
  const { rows } = validation.inputs
  const shape = { rows: 0, validationRows: rows, isShuffled: false, isWeighted: false, hasRates: false }
  const places = makeRoom(state, shape)
  copyRows(state, validation, places.validationInputs, places.validationTargets)
  return { places, rows }
}

function copyRows({ engine, layout, config }: NetworkState, { inputs, targets }: Rows, x: number, y: number): void {
  const values = valuesOf(engine.buffer, config.dtype)
  copy(values, inputs, x, layout.inputStride)
  copy(values, targets, y, layout.targetStride)
}

/** Gaps become 0, whatever lay there: fingerprints are taken over them. */
function copy(values: Values, matrix: Matrix, address: number, stride: number): void {
  const size = values.BYTES_PER_ELEMENT
  if (stride !== matrix.columns * size) values.fill(0, address / size, (address + matrix.rows * stride) / size)
  matrix.copyRows(0, matrix.rows, values, address / size, stride / size)
}

/** The inputs that are trained on, as they lie in memory */
export function placedInputs({ engine, layout, config }: NetworkState, rows: number, address: number): Matrix {
  const { bytesPerValue, inputStride } = layout
  const placed = valuesOf(engine.buffer, config.dtype)
  return {
    name: 'inputs',
    rows,
    columns: config.inputs,
    form: 'flat',
    copyRows(from, to, values, offset, stride) {
      for (let row = from, at = offset; row < to; row++, at += stride) {
        const start = (address + row * inputStride) / bytesPerValue
        values.set(placed.subarray(start, start + config.inputs), at)
      }
    },
    place: (row, column) => `inputs[${row}][${column}]`,
  }
}

/** Weights of rows, and rows of their own for the validation, without gaps */
function readOwnRows({ engine, layout, config }: NetworkState, data: SessionData): Blocks {
  const places = layOutData(layout, data)
  const values = valuesOf(engine.buffer, config.dtype)
  const read = (address: number, stride: number, columns: number) => {
    const rows = newValues(config.dtype, data.validationRows * columns)
    for (let row = 0; row < data.validationRows; row++) {
      const from = (address + row * stride) / layout.bytesPerValue
      rows.set(values.subarray(from, from + columns), row * columns)
    }
    return rows
  }
  const outputs = config.layers[config.layers.length - 1].units
  return {
    ...(data.isWeighted ? { weights: new Float64Array(engine.buffer, places.weights, data.rows).slice() } : {}),
    ...(data.validationRows > 0 && !data.split
      ? {
          validationInputs: read(places.validationInputs, layout.inputStride, config.inputs),
          validationTargets: read(places.validationTargets, layout.targetStride, outputs),
        }
      : {}),
  }
}

/** Puts what `readOwnRows` gave where it belongs. */
export function writeOwnRows({ engine, layout, config }: NetworkState, data: SessionData, blocks: Blocks): void {
  const places = layOutData(layout, data)
  const values = valuesOf(engine.buffer, config.dtype)
  const write = (rows: Values, address: number, stride: number) => {
    const columns = rows.length / data.validationRows
    for (let row = 0; row < data.validationRows; row++) {
      values.set(rows.subarray(row * columns, (row + 1) * columns), (address + row * stride) / layout.bytesPerValue)
    }
  }
  if (data.isWeighted) new Float64Array(engine.buffer, places.weights, data.rows).set(blocks.weights)
  if (data.validationRows === 0 || data.split) return
  write(blocks.validationInputs, places.validationInputs, layout.inputStride)
  write(blocks.validationTargets, places.validationTargets, layout.targetStride)
}

/** 32 bits over the rows that were handed in, as they lie in memory: tells other data, but is no signature. */
export function fingerprintRows({ engine, layout }: NetworkState, data: SessionData): number {
  const places = layOutData(layout, data)
  const hash = new Murmur3()
  const add = (address: number, bytes: number) => hash.add(new Uint32Array(engine.buffer, address, bytes / 4))
  add(places.inputs, data.rows * layout.inputStride)
  add(places.targets, data.rows * layout.targetStride)
  if (data.split) {
    add(places.validationInputs, data.validationRows * layout.inputStride)
    add(places.validationTargets, data.validationRows * layout.targetStride)
  }
  return hash.value
}

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
