// First weights as both engines draw them: the bits of `initialize`, whatever the sizes, and gaps left alone.
import { describe, expect, it } from 'vitest'
import { createNetwork, type InitializerName } from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import { newValues, valuesOf } from '../../src/numerics/values.ts'
import { initialize } from '../../src/tables/draw.ts'
import { BIASES, initializers, WEIGHTS } from '../../src/tables/initializers.ts'
import { dtypes, engines } from '../support/networks.ts'

const names = Object.keys(initializers) as InitializerName[]
/** Eight numbers come from a call of Threefry in WebAssembly, two in TypeScript. */
const SIZES = [1, 3, 4, 7, 9, 17]
const SEED = 0xfedcba98

describe.each(engines)('%s draws first weights', (engine) => {
  it.each(names.flatMap((name) => dtypes.map((dtype) => ({ name, dtype }))))('$name in $dtype', async (given) => {
    const { name, dtype } = given
    for (const inputs of SIZES) {
      for (const units of SIZES) {
        const layer = { units, weightInit: name, biasInit: name }
        const network = await createNetwork({ inputs, layers: [layer, layer], dtype, engine, seed: SEED })
        const { config, layout, engine: host } = Network.stateOf(network)
        const values = valuesOf(host.buffer, dtype)
        const size = layout.bytesPerValue
        layout.layers.forEach(({ inputs: rows, stride, weights, biases }, index) => {
          const numbers = (part: number) =>
            initialize(config.layers[index].weightInit as never, rows, units, SEED, index, part)
          const expected = newValues(dtype, ((rows + 1) * stride) / size)
          const drawn = [...numbers(WEIGHTS), ...numbers(BIASES)]
          for (let row = 0; row <= rows; row++) {
            expected.set(drawn.slice(row * units, (row + 1) * units), (row * stride) / size)
          }
          const place = `${inputs} to ${units}, layer ${index}`
          expect(biases, place).toBe(weights + rows * stride)
          expect(values.slice(weights / size, weights / size + expected.length), place).toEqual(expected)
        })
        network.dispose()
      }
    }
  })
})
