// What may be asked of `wasmprop bench`.
import { type BatchOptimizer, batchOptimizers } from '../../workloads/workloads.ts'
import { type CommonFlags, commonFlags, integer, oneOf, parsed, toggle } from '../flags.ts'

export interface BenchFlags extends CommonFlags {
  readonly quick: boolean
  readonly markdown: boolean
  readonly layers?: readonly number[]
  readonly batch?: number
  readonly optimizer?: BatchOptimizer
  readonly dtype?: 'float32' | 'float64'
}

const MOST_UNITS = 65_536
const MOST_LAYERS = 16

export const benchFlags = {
  quick: toggle('the two small networks, a moment each'),
  layers: parsed<readonly number[]>(
    {
      placeholder: 'N,N,…',
      expects: `inputs and the units of at least one layer, as 784,128,10: integers from 1 to ${MOST_UNITS}`,
      brief: 'a network of your own: inputs, then the units of each layer, as 784,128,10',
    },
    sizesIn,
  ),
  batch: integer(1, 10_000, { brief: 'rows of a batch of it (default 32)' }),
  optimizer: oneOf(batchOptimizers, 'what trains it (default adam)'),
  dtype: oneOf(['float32', 'float64'], 'type of the engines’ numbers (default both)'),
  markdown: toggle('print Markdown'),
  ...commonFlags,
}

function sizesIn(given: string): number[] | undefined {
  const sizes = given.split(',').map((size) => (/^\d{1,9}$/.test(size) ? Number(size) : 0))
  const areRight = sizes.every((size) => size >= 1 && size <= MOST_UNITS)
  return areRight && sizes.length >= 2 && sizes.length <= MOST_LAYERS ? sizes : undefined
}
