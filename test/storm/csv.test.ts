// 4000 broken tables, the same ones each time. `npm run storm:csv` makes a million, and prints the seed to make a finding again.
import { describe, expect, it } from 'vitest'
import { stormCsv } from './csv.ts'

const SEED = Number(process.env.STORM_SEED ?? 1)
const PARTS = 4

describe('broken tables', () => {
  it.each(Array.from({ length: PARTS }, (_, part) => SEED + part))(
    'of seed %d are read or refused, with a place, the same in pieces',
    async (seed) => {
      expect(await stormCsv({ seed, inputs: 4000 / PARTS })).toBeUndefined()
    },
    600_000,
  )
})
