// What becomes of tables that are large: a sample of the rows to train on, blocks of rows to predict.
import { describe, expect, it } from 'vitest'
import { readTable, type Table, trainTable, verifyTable } from '../../src/table/index.ts'
import { readBlocksLike, readSample, readTableLike } from '../../src/table/read.ts'
import { bytesFor, encodingsFor, rowsWithRoom } from '../../src/table/training-table.ts'

const ROWS = 5000
const records = Array.from({ length: ROWS }, (_, row) => ({
  row: row * 2 + (row % 3),
  word: `w${row % 5}`,
  text: row % 1000 === 0 ? 'two\nlines' : `t${row % 7}`,
  y: row % 2 ? 'odd' : 'even',
}))
const csvOf = (rows: readonly Record<string, unknown>[]) =>
  [Object.keys(rows[0]), ...rows.map((row) => Object.values(row).map((cell) => `"${cell}"`))].join('\n')
const csv = csvOf(records)
const rowsOf = ({ columns }: Table) => Array.from(columns.get('row')?.values as Float64Array)

async function* pieces(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

describe('a sample of rows', () => {
  const read = { rows: 1000 }

  it('is a share of 1, ½, ¼ … that is no larger than asked for, in the order of the file', async () => {
    const table = await readTable(csv, { read })
    expect([table.of, table.rows > 400, table.rows <= 1000]).toEqual([ROWS, true, true])
    expect(rowsOf(table)).toEqual([...rowsOf(table)].sort((a, b) => a - b))
    expect(new Set(rowsOf(table).map((row) => Math.floor(row / 2000))).size).toBe(5)
  })

  it('has the same rows however they are written, and others with another seed', async () => {
    const expected = rowsOf(await readTable(csv, { read }))
    for (const source of [records, pieces(csv, 777), JSON.stringify(records)])
      expect(rowsOf(await readTable(source, { read }))).toEqual(expected)
    const other = await readSample(csv, {}, { seed: 1, most: () => 1000 })
    expect(rowsOf(other)).not.toEqual(expected)
    expect((await readTable(csv, { read: { rows: 2500 } })).rows).toBeGreaterThan(expected.length)
  })

  it('is the whole table where that is no larger', async () => {
    expect(await readTable(csv, { read: { rows: ROWS } })).toEqual(await readTable(csv))
  })

  it('keeps the lines of its rows, and says what is wrong with them', async () => {
    const { rows } = await readTable(csv, { read })
    const kept = rowsOf(await readTable(csv, { read }))
    const bad = csvOf(records.map((one) => (one.row === kept[rows - 1] ? { ...one, row: 'nought' } : one)))
    const lines = bad.slice(0, bad.indexOf('nought')).split('\n').length
    await expect(readTable(bad, { read })).rejects.toThrow(
      `line ${lines}, column "row": expected a number, got "nought"`,
    )
    await expect(readTable(`${csv}\n1,2`, { read })).rejects.toThrow(/line \d+: expected 4 cells/)
  })

  it('is trained on, said and repeated', async () => {
    const options = { target: 'y', effort: 'quick', only: 'linear', read: { rows: 200 }, seed: 3 } as const
    const model = await trainTable(csv, options)
    expect(model.warnings.join()).toMatch(/trained on 1\d\d of 5000 rows, drawn with the seed/)
    expect(model.report.rows).toBeLessThanOrEqual(200)
    expect((await verifyTable(model, records)).isEqual).toBe(true)
    await expect(verifyTable(model, csv, { read: { rows: 100 } })).rejects.toThrow(/digest/)
  })

  it.each([0, 1.5, 'some'])('rows: %j is refused', async (rows) => {
    await expect(readTable(csv, { read: { rows: rows as never } })).rejects.toThrow(/read.rows/)
  })
})

describe('a signal', () => {
  it('ends reading', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    let given = 0
    async function* aborting() {
      for await (const piece of pieces(csv, 1000)) {
        if (++given === 20) controller.abort(reason)
        yield piece
      }
    }
    const options = { target: 'y', effort: 'quick', only: 'linear', signal: controller.signal } as const
    await expect(trainTable(aborting(), options)).rejects.toBe(reason)
    expect(given).toBeLessThan(25)
    expect(csv.length / 1000).toBeGreaterThan(60)
  })
})

describe('room for encoded rows', () => {
  const number = (name: string, bins = 13) => ({
    name,
    kind: 'number' as const,
    median: 0,
    scale: 1,
    bins: Array.from({ length: bins }, (_, end) => end),
    hasMissing: false,
  })
  const many = Array.from({ length: 200 }, (_, column) => number(`x${column}`))
  const rows = (count: number) => Uint32Array.from({ length: count }, (_, row) => 2 * row)

  const bytes = bytesFor({ given: {} as never })

  it('is not counted where the caller says how many rows to train on', () => {
    const all = bytesFor({ given: { read: { rows: 'all' } } as never })
    expect(encodingsFor(many, 10_000_000, all)).toBe(many)
    expect(rowsWithRoom(rows(40_000), many, 100, { seed: 0, bytes: all })).toHaveLength(40_000)
  })

  it('is made by leaving out bins before rows', () => {
    expect(encodingsFor(many, 20_000, bytes)).toBe(many)
    const large = encodingsFor(many, 40_000, bytes)
    expect(large).toEqual(many.map(({ name }) => number(name, 0)))
    expect(rowsWithRoom(rows(40_000), large, 1, { seed: 0, bytes })).toHaveLength(40_000)
  })

  it('has rows that were drawn with the seed, ascending, where there are too many', () => {
    const taken = rowsWithRoom(rows(40_000), many, 1, { seed: 3, bytes })
    expect(taken.length * 200 * 13 * 4).toBeLessThan(2 ** 28)
    expect(taken.every((row, place) => row % 2 === 0 && (place === 0 || row > taken[place - 1]))).toBe(true)
    expect(taken[taken.length - 1]).toBeGreaterThan(79_000)
    expect(rowsWithRoom(rows(40_000), many, 1, { seed: 3, bytes })).toEqual(taken)
    expect(rowsWithRoom(rows(40_000), many, 1, { seed: 4, bytes })).not.toEqual(taken)
    expect(rowsWithRoom(rows(40_000), many, 100, { seed: 3, bytes }).length).toBeLessThan(taken.length) // what is predicted needs room as well
  })
})

describe('blocks of rows', () => {
  it('are the whole together, with the lines of their rows', async () => {
    const many = csvOf(Array.from({ length: 20 }, () => records).flat())
    const { schema } = await readTable(many)
    const whole = await readTableLike(many, schema)
    const blocks: Table[] = []
    for await (const block of readBlocksLike(pieces(many, 100_000), schema)) blocks.push(block)
    expect(blocks.length).toBeGreaterThan(1)
    expect(blocks.flatMap(rowsOf)).toEqual(rowsOf(whole))
    const read = async (text: string) => {
      for await (const _ of readBlocksLike(text, schema));
    }
    const lines = many.split('\n').length
    await expect(read(`${many}\n"x",b,c,d`)).rejects.toThrow(`line ${lines + 1}, column "row"`)
    await expect(read('row,word,text,y')).rejects.toThrow(/at least one row/)
  })

  it('have columns that the schema does not know as the words that stand there', async () => {
    const { schema } = await readTable('a,y\n1,2\n3,4\n')
    for await (const { columns } of readBlocksLike('a,more\n1,1.50\n2,x\n', schema))
      expect(columns.get('more')?.values).toEqual(['1.50', 'x'])
  })
})
