// 500 calls of wasmprop/table with hostile rows, options and models, the same ones each time. Another seed: STORM_SEED=7 npx vitest run
// test/storm/tables.test.ts.
import { describe, expect, it } from 'vitest'
import * as library from '../../src/table/index.ts'
import { called, stormTables } from './tables.ts'

const SEED = Number(process.env.STORM_SEED ?? 1)

describe('hostile tables', () => {
  it.each([SEED, SEED + 1])(
    'of seed %d are answered or refused by the library, and no other model changes',
    async (seed) => {
      expect(await stormTables({ seed, count: 250 })).toBeUndefined()
    },
    600_000,
  )

  it('reach every function', () => {
    const functions = Object.keys(library).filter((name) => name !== 'dialectText') // of what readTable found
    expect(functions.filter((name) => !called.includes(name))).toEqual([])
  })
})
