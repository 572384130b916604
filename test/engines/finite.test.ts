// Whether all values are finite, for blocks of any number of vectors: the one number that is not may lie anywhere.
import { describe, expect, it } from 'vitest'
import * as P from '../../assembly/program.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { valuesOf } from '../../src/numerics/values.ts'
import { dtypes, engines, small } from '../support/networks.ts'

describe.each(engines)('in %s', (engine) => {
  it.each(dtypes)('one value of %s that is not finite is found wherever it lies', async (dtype) => {
    const { engine: inner, layout } = InnerNetwork.stateOf(await small(engine, { dtype }))
    const { inputBlock, bytesPerValue } = layout
    const values = valuesOf(inner.buffer, dtype)
    const first = inputBlock / bytesPerValue
    for (let bytes = 16; bytes <= 80; bytes += 16) {
      const block = values.subarray(first, first + bytes / bytesPerValue).fill(1e30)
      expect(inner.allFinite(P.PROGRAM, inputBlock, bytes)).toBe(true)
      for (const [place] of block.entries()) {
        for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          block[place] = odd
          expect(inner.allFinite(P.PROGRAM, inputBlock, bytes), `${odd} at ${place} of ${bytes} bytes`).toBe(false)
        }
        block[place] = -1
      }
    }
  })
})
