// 100 000 calls with hostile values, the same ones each time. Another seed: STORM_SEED=7 npx vitest run test/storm.
// `npm run storm` makes ten million, and prints the seed to make a finding again.
import { describe, expect, it } from 'vitest'
import * as library from '../../src/index.ts'
import { Network } from '../../src/network/network.ts'
import { called, storm } from './storm.ts'

const SEED = Number(process.env.STORM_SEED ?? 1)
const PARTS = 4

describe('hostile values', () => {
  it.each(Array.from({ length: PARTS }, (_, part) => SEED + part))(
    'of seed %d: nothing but errors of the library, no bit of other networks, no hang',
    async (seed) => {
      expect(await storm({ seed, calls: 100_000 / PARTS })).toBeUndefined()
    },
    600_000,
  )

  it('reach every method and function', () => {
    const methods = Object.getOwnPropertyNames(Network.prototype).filter((name) => {
      return typeof Object.getOwnPropertyDescriptor(Network.prototype, name)?.value === 'function'
    })
    const functions = Object.keys(library).filter((name) => name !== 'WasmpropError')
    // Called in passing: with others, or by traps
    const passing = ['constructor', 'toJSON', 'snapshot', 'getWeights']
    expect([...methods, ...functions].filter((name) => !called.includes(name) && !passing.includes(name))).toEqual([])
  })
})
