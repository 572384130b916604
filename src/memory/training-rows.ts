// The data set of one `train` in linear memory: putting it there, telling it from another, and passes over its validation rows.
import type { Matrix } from '../data/matrix.ts'
import type { Rows, TrainingSet } from '../data/training-set.ts'
import { type Values, valuesOf } from '../numerics/values.ts'
import { type BatchedShape, type DataLayout, type DataShape, layOutData } from './layout.ts'
import { Program } from './program.ts'
import type { NetworkState } from './state.ts'

type Reserved = Pick<NetworkState, 'engine' | 'layout'>

/**
 * Makes room for the rows of a session, points the program at it, and gives where everything lies. Throws OUT_OF_MEMORY with
 * the program as it was.
 */
export function reserveRows(state: Reserved, data: BatchedShape): DataLayout {
  const places = reserve(state, data)
  new Program(state.engine.buffer).set({
    dataInputs: places.inputs,
    dataTargets: places.targets,
    dataRows: data.rows,
    batchRows: data.batchRows,
    sampleWeights: places.weights,
    weightColumns: data.weightColumns ?? 1,
    order: places.order,
    epochLosses: places.epochLosses,
    epochLossesCapacity: places.epochLossesCapacity,
    orderedEpoch: -1,
  })
  return places
}

function reserve({ engine, layout }: Reserved, shape: DataShape): DataLayout {
  const places = layOutData(layout, shape)
  engine.reserve(places.end)
  return places
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
  const places = reserve(state, shape)
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
export function placedInputs(state: NetworkState, rows: number, address: number): Matrix {
  return placedRows(state, rows, address, 'inputs')
}

export function placedRows(
  { engine, layout, config }: NetworkState,
  rows: number,
  address: number,
  name: 'inputs' | 'targets',
): Matrix {
  const { bytesPerValue } = layout
  const [columns, rowBytes] =
    name === 'inputs' ? [config.inputs, layout.inputStride] : [config.outputs, layout.targetStride]
  const placed = valuesOf(engine.buffer, config.dtype)
  return {
    name,
    rows,
    columns,
    form: 'flat',
    copyRows(from, to, values, offset, stride) {
      for (let row = from, at = offset; row < to; row++, at += stride) {
        const start = (address + row * rowBytes) / bytesPerValue
        values.set(placed.subarray(start, start + columns), at)
      }
    },
    place: (row, column) => `${name}[${row}][${column}]`,
  }
}
