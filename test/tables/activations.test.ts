// Activations and their derivatives against 60 digits: within 4 units in the last place (or 1e-15 in the tails of the
// gelus, and where a derivative crosses 0), and finite wherever the exact value is, out to the ends of the types.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createNetwork } from '../../src/index.ts'
import { type ActivationName, activations } from '../../src/tables/activations.ts'
import { dtypes, engines } from '../support/networks.ts'

interface Exact {
  values: number[]
  derivatives: number[]
}

const { singles, doubles, functions }: { singles: number[]; doubles: number[]; functions: Record<string, Exact> } =
  JSON.parse(readFileSync(new URL('../fixtures/activations.json', import.meta.url), 'utf8'))

const ULP = 4
/** Of values in the tails of the gelus; of derivatives, which are made of numbers near 1 */
const TAIL = 1e-15
const SLOPE = { float32: 5e-7, float64: 1e-15 }
/** 1 / (1 + e^−x) stops at about the smallest normal number. */
const SIGMOID = { float32: 1.2e-38, float64: 2.3e-308 }
const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE }

/** The spacing of the type's numbers at a value */
function ulpAt(value: number, dtype: (typeof dtypes)[number]): number {
  const [bits, least] = dtype === 'float32' ? [23, -149] : [52, -1074]
  if (value === 0) return 2 ** least
  return 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))) - bits, least)
}

function boundOf(name: string, dtype: (typeof dtypes)[number]): number {
  if (name.startsWith('gelu')) return TAIL
  return name === 'sigmoid' ? SIGMOID[dtype] : 0
}

/** f(x) from a layer of one unit, f′(x) as the gradient of its bias under the absolute error of a target below */
async function computed(
  name: string,
  dtype: (typeof dtypes)[number],
  engine: (typeof engines)[number],
  points: number[],
) {
  const network = await createNetwork({
    inputs: 1,
    layers: [
      { units: 1, activation: name as ActivationName, weightInit: [[1]] },
      { units: 1, weightInit: [[1]] },
    ],
    loss: 'meanAbsoluteError',
    dtype,
    engine,
    seed: 1,
  })
  return points.map((x) => {
    const [value] = network.predict([x])
    const below = value > 1 ? 0 : -2 * Math.max(1, -value)
    return { x, value, derivative: network.gradients([[x]], [[below]]).layers[0].biases[0] }
  })
}

describe.each(engines)('activations in %s', (engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    const points = dtype === 'float32' ? singles : [...singles, ...doubles]

    it.each(Object.keys(functions))('%s is within 4 ulp, its derivative too', async (name) => {
      const { values, derivatives } = functions[name]
      for (const [index, { x, value, derivative }] of (await computed(name, dtype, engine, points)).entries()) {
        const error = Math.abs(value - values[index])
        const bound = Math.max(ULP * ulpAt(values[index], dtype), boundOf(name, dtype))
        expect(error, `${name}(${x}) = ${value}, not ${values[index]}`).toBeLessThanOrEqual(bound)
        const slopeError = Math.abs(derivative - derivatives[index])
        const slopeBound = Math.max(ULP * ulpAt(derivatives[index], dtype), SLOPE[dtype])
        expect(slopeError, `${name}'(${x}) = ${derivative}, not ${derivatives[index]}`).toBeLessThanOrEqual(slopeBound)
      }
    })

    it.each(Object.keys(activations).filter((name) => name !== 'softmax'))(
      '%s is finite at both ends',
      async (name) => {
        const ends = [0.4, 1e-4, 1e-8].flatMap((share) => [share * LARGEST[dtype], -share * LARGEST[dtype]])
        for (const { x, value, derivative } of await computed(name, dtype, engine, ends)) {
          expect(
            Number.isFinite(value) && Number.isFinite(derivative),
            `${name} at ${x}: ${value}, ${derivative}`,
          ).toBe(true)
        }
      },
    )
  })
})
