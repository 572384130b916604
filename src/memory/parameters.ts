// Weights and biases as users see them, in and out of linear memory, and their fingerprint.

import type { ResolvedConfig } from '../config/config.ts'
import { Fnv1a } from '../numerics/hash.ts'
import { littleEndian, newValues, toList, type Values } from '../numerics/values.ts'
import type { LayerLayout, Layout } from './layout.ts'

/** The parameters of one layer */
export interface LayerWeights {
  /** [in][out]: net = inputs · weights + biases */
  weights: number[][]
  /** One per unit; zeros for a layer without biases */
  biases: number[]
}

/** Addresses of a layer's block of numbers: the parameters, or the gradients of the same shape */
interface Block {
  readonly weights: number
  readonly biases: number
}

export const gradientsOf = (layer: LayerLayout): Block => ({
  weights: layer.weightGradients,
  biases: layer.biasGradients,
})

/** A copy of all layers' parameters or gradients */
export function readLayers(
  values: Values,
  layout: Layout,
  block: (layer: LayerLayout) => Block = (layer) => layer,
): LayerWeights[] {
  return layout.layers.map((layer) => {
    const { weights, biases } = block(layer)
    const row = (address: number) => {
      const index = address / layout.bytesPerValue
      return toList(values, index, index + layer.units)
    }
    return {
      weights: Array.from({ length: layer.inputs }, (_, input) => row(weights + input * layer.stride)),
      biases: row(biases),
    }
  })
}

/**
 * All parameters without gaps: per layer the weights [in][out], then the biases. `block` bytes behind the parameters: an
 * optimizer's state of the same layout.
 */
export function packParameters(values: Values, layout: Layout, block = 0): Values {
  const packed = newValues(layout.bytesPerValue === 4 ? 'float32' : 'float64', packedCount(layout))
  let at = 0
  for (const { inputs, units, stride, weights } of layout.layers) {
    // The biases lie behind the weights as one more row.
    for (let row = 0; row <= inputs; row++, at += units) {
      const index = (weights + block + row * stride) / layout.bytesPerValue
      packed.set(values.subarray(index, index + units), at)
    }
  }
  return packed
}

/** Writes what `packParameters` made. */
export function unpackParameters(values: Values, layout: Layout, packed: Values, block = 0): void {
  let at = 0
  for (const { inputs, units, stride, weights } of layout.layers) {
    for (let row = 0; row <= inputs; row++, at += units) {
      values.set(packed.subarray(at, at + units), (weights + block + row * stride) / layout.bytesPerValue)
    }
  }
}

/** What `packParameters` made, as users see it */
export function unpackLayers(packed: Values, layout: Layout): LayerWeights[] {
  let at = 0
  const take = (count: number) => {
    at += count
    return toList(packed, at - count, at)
  }
  return layout.layers.map(({ inputs, units }) => ({
    weights: Array.from({ length: inputs }, () => take(units)),
    biases: take(units),
  }))
}

/** How many numbers `packParameters` gives: the biases of layers without them are counted too. */
export function packedCount({ layers }: Pick<ResolvedConfig, 'layers'> | Pick<Layout, 'layers'>): number {
  return layers.reduce((sum, { inputs, units }) => sum + (inputs + 1) * units, 0)
}

/**
 * 64-bit FNV-1a (Fowler, Noll, Vo) in hexadecimal over `float64:2-3-1;` (dtype and widths) and the little-endian values of
 * `packParameters`.
 */
export function hashPacked(packed: Values, { dtype, inputs, layers }: ResolvedConfig): string {
  const hash = new Fnv1a()
  hash.add(new TextEncoder().encode(`${dtype}:${[inputs, ...layers.map(({ units }) => units)].join('-')};`))
  hash.add(littleEndian(packed))
  return hash.toString()
}
