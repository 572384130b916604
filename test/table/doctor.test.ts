// What is said of a table before training, and what was done about it.
import { describe, expect, it } from 'vitest'
import { examine } from '../../src/table/doctor.ts'
import { readTable } from '../../src/table/index.ts'

const rows = Array.from({ length: 100 }, (_, i) => ({
  x: (i * 37) % 101,
  y: ((i * 53) % 97) / 10,
}))

const findings = async (add: (i: number) => object, target = 'y') => {
  const table = await readTable(rows.map((row, i) => ({ ...row, ...add(i) })))
  return examine(table, [target])
}

describe('the doctor', () => {
  it('says nothing of a table without faults', async () => {
    expect(await findings(() => ({}))).toEqual([])
  })

  it.each<[string, (i: number) => object, string]>([
    ['a constant', () => ({ c: 5 }), 'column "c": always the same; left out'],
    ['an identifier', (i) => ({ n: i + 1 }), 'column "n": an identifier (it counts the rows); left out'],
    ['a copy', (i) => ({ copy: rows[i].x }), 'column "copy": equal to "x"; kept'],
    [
      'an outlier',
      (i) => ({ z: i === 7 ? 1e9 : (i * 7) % 11 }),
      'column "z": 1 far from all others, such as 1000000000; kept',
    ],
    ['the target itself', (i) => ({ t: rows[i].y }), 'column "t": gives the target "y" away; kept, but leave it out'],
    [
      'rows in order',
      (i) => ({ y: i < 50 ? i : 50 + ((i * 7) % 50) / 10 }),
      'target "y": rows that follow each other are alike',
    ],
    [
      'rows without a target',
      (i) => ({ y: i % 10 === 0 ? null : rows[i].y }),
      'target "y": 10 of 100 rows without a value; not trained on',
    ],
    [
      'a rare class',
      (i) => ({ y: ['a', 'b'][((i * 53) % 97) % 2], ...(i === 3 ? { y: 'c' } : {}) }),
      'target "y": fewer than 5 rows of c',
    ],
    [
      'dates that could be others',
      (i) => ({ d: `0${1 + (i % 9)}/0${1 + ((i * 5) % 7)}/2024` }),
      'taken as m/d/y, though they could be d/m/y',
    ],
  ])('names %s', async (_, add, words) => {
    expect((await findings(add)).join('\n')).toContain(words)
  })

  it('says that there are too few rows', async () => {
    expect(examine(await readTable(rows.slice(0, 20)), ['y']).join()).toContain('only 20 rows')
  })
})
