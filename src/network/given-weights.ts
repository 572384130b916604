// Weights and biases as users give them.
import type { ResolvedConfig } from '../config/config.ts'
import { type Matrix, own } from '../data/matrix.ts'
import { anyRows, isRow, readMatrix } from '../data/read-matrix.ts'
import { describe, reading, unexpected } from '../errors.ts'
import type { Layout } from '../memory/layout.ts'
import type { Dtype, Values } from '../numerics/values.ts'
import { isOptionObject } from '../options/check.ts'

/** Parameters of one layer that were checked; the biases as a column */
export interface CheckedLayer {
  readonly weights: Matrix
  readonly biases: Matrix
}

/** Checks and keeps what `setWeights` is given: nothing is written before all of it was read. */
export function checkWeights(layers: unknown, { layers: expected, dtype }: ResolvedConfig): CheckedLayer[] {
  return reading('INVALID_DATA', 'layers', 'layers that can be read', () => {
    if (!Array.isArray(layers) || layers.length !== expected.length) {
      throw unexpected('INVALID_SHAPE', 'layers', `an array of ${expected.length} layers`, describe(layers))
    }
    return expected.map(({ inputs, units, hasBiases }, index) => {
      const path = `layers[${index}]`
      const layer: unknown = layers[index]
      if (!isOptionObject(layer)) throw unexpected('INVALID_SHAPE', path, '{ weights, biases }', describe(layer))
      const name = `${path}.weights`
      const weights = own(readMatrix(layer.weights, { ...anyRows, name, columns: units, rows: inputs, dtype }))
      const biases = readBiases(layer.biases, units, `${path}.biases`, dtype)
      if (!hasBiases) refuseBiases(biases)
      return { weights, biases }
    })
  })
}

function readBiases(value: unknown, units: number, path: string, dtype: Dtype): Matrix {
  const isList = isRow(value)
  if (isList && value.length === units) {
    const biases = own(readMatrix(value, { ...anyRows, name: path, columns: 1, dtype }))
    if (biases.rows === units) return biases
  }
  const code = isList ? 'INVALID_SHAPE' : 'INVALID_DATA'
  throw unexpected(code, path, `an array of ${units} numbers, one per unit`, describe(value))
}

function refuseBiases(biases: Matrix): void {
  const { name: path, rows } = biases
  const values = new Float64Array(rows)
  biases.copyRows(0, rows, values, 0, 1)
  if (values.every((bias) => bias === 0)) return
  throw unexpected('INVALID_DATA', path, 'zeros (the layer has no biases)', 'others')
}

/** Writes all layers' parameters. */
export function copyLayers(values: Values, { layers, bytesPerValue }: Layout, checked: readonly CheckedLayer[]): void {
  checked.forEach(({ weights, biases }, index) => {
    const { inputs, units, stride, ...layer } = layers[index]
    weights.copyRows(0, inputs, values, layer.weights / bytesPerValue, stride / bytesPerValue)
    biases.copyRows(0, units, values, layer.biases / bytesPerValue, 1)
  })
}
