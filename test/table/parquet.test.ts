// Parquet files, written by hyparquet-writer (test/fixtures/make/parquet.mjs), are the table that they were written from.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import { readTable, trainTable } from '../../src/table/index.ts'

const fixture = (codec: string) => readFileSync(new URL(`../fixtures/tables/small.${codec}.parquet`, import.meta.url))

const ROWS = Array.from({ length: 12 }, (_, row) => row)
const without = (hole: number, of: (row: number) => unknown) => ROWS.map((row) => (row === hole ? Number.NaN : of(row)))
const EXPECTED = {
  city: without(3, (row) => ['Köln', 'Oslo', 'Łódź'][row % 3]),
  count: without(4, (row) => row * row - 20),
  id: without(5, (row) => (row % 4) * 1_000_000_007),
  price: without(6, (row) => row / 10 + 0.1),
  open: without(7, (row) => row % 2 === 0),
  day: without(8, (row) => Date.UTC(2024, 1, 26 + row)),
  at: without(9, (row) => Date.UTC(2024, 0, 1, row, 30)),
}

describe.each(['uncompressed', 'snappy', 'gzip'])('Parquet, %s', (codec) => {
  const bytes = fixture(codec)

  it.each([
    ['bytes', bytes],
    ['a Blob', new Blob([bytes])],
    ['gzipped as a whole', gzipSync(bytes)],
    ['pieces', [bytes.subarray(0, 100), bytes.subarray(100)]],
  ])('as %s', async (_, source) => {
    const { rows, schema, columns } = await readTable(source as Parameters<typeof readTable>[0])
    expect([rows, schema.map(({ missing }) => missing)]).toEqual([12, [1, 1, 1, 1, 1, 1, 1]])
    const kinds = ['category', 'number', 'number', 'number', 'boolean', 'date', 'date']
    expect(schema.map(({ kind }) => kind)).toEqual(kinds)
    const found = schema.map(({ name, type, categories }) => {
      const wordOf = (place: number) => (type === 'boolean' ? categories?.[place] === 'true' : categories?.[place])
      const values = Array.from(columns.get(name)?.values as Float64Array)
      return [name, values.map((value) => (categories === undefined || Number.isNaN(value) ? value : wordOf(value)))]
    })
    expect(Object.fromEntries(found)).toEqual(EXPECTED)
  })

  it('that is not whole is refused', async () => {
    for (const part of [bytes.subarray(0, 4), bytes.subarray(0, 700), bytes.subarray(0, -1)]) {
      const error = await readTable(part, { read: { file: 'a.parquet' } }).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(WasmpropError)
      expect((error as Error).message).toMatch(/^a\.parquet, expected a Parquet file that is whole/)
    }
  })
})

it('Parquet is trained on like the same table of CSV', async () => {
  const options = {
    target: 'count',
    only: 'linear',
    effort: 'quick',
    columns: { id: 'ignore', day: 'ignore' },
  } as const
  const csv = [
    'city,count,id,price,open,day,at',
    ...ROWS.map((row) => {
      const cells = Object.values(EXPECTED).map((values) => values[row])
      const [city, count, id, price, open, day, at] = cells.map((cell) => (Number.isNaN(cell) ? '' : cell))
      const time = (value: unknown) => (value === '' ? '' : new Date(value as number).toISOString())
      return [city, count, id, price, open, time(day), time(at)].join()
    }),
  ].join('\n')
  const [a, b] = [await trainTable(fixture('snappy'), options), await trainTable(csv, options)]
  expect(a.predict({ city: 'Oslo', price: 0.5, open: true, at: '2024-01-01T05:30:00Z' })).toBe(
    b.predict({ city: 'Oslo', price: 0.5, open: true, at: '2024-01-01T05:30:00Z' }),
  )
})
