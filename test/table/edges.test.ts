// Where the small parts of tables change what they do: the last value on one side, and the first on the other.
import { describe, expect, it } from 'vitest'
import { byteSource } from '../../src/table/bytes.ts'
import { numberIn } from '../../src/table/columns.ts'
import { parseDate } from '../../src/table/dates.ts'
import { sniff } from '../../src/table/dialect.ts'
import { countDistinct } from '../../src/table/distinct.ts'
import { examine } from '../../src/table/doctor.ts'
import { readTable, type TableExplanation, trainTable } from '../../src/table/index.ts'
import { Course } from '../../src/table/progress.ts'
import { checkReadOptions } from '../../src/table/read-options.ts'
import { recipeFor } from '../../src/table/recipe.ts'
import { Sample } from '../../src/table/sample.ts'
import { metricsOf } from '../../src/table/scores.ts'
import { fewWholeNumbers, fitTarget, type Target } from '../../src/table/target.ts'
import { expectRefusal } from '../support/networks.ts'

const scale = { mean: 0, deviation: 1, least: -1, greatest: 1 }

describe('reading', () => {
  it('cuts text between characters, not between the halves of one', async () => {
    const text = `x${'😀'.repeat(600_000)}`
    const parts: Uint8Array[] = []
    for await (const piece of byteSource(text)?.pieces() ?? []) parts.push(piece)
    expect(parts.length).toBeGreaterThan(1)
    expect(Buffer.concat(parts).equals(Buffer.from(text))).toBe(true)
  })

  it('takes plain numbers in other dialects, unless the point stands between thousands', () => {
    expect(numberIn('1.5', { decimal: ',', thousands: '' })).toBe(1.5)
    expect(numberIn('1.5', { decimal: ',', thousands: '.' })).toBeNaN()
  })

  it('takes years of two digits up to 69 for those of this century', () => {
    const yearOf = (text: string) => new Date(parseDate(text, 'd/m/yy')).getUTCFullYear()
    expect(['1/2/00', '1/2/69', '1/2/70', '1/2/99'].map(yearOf)).toEqual([2000, 2069, 1970, 1999])
  })

  it('needs three rows to take a rare delimiter for one', () => {
    expect(sniff('a:b\n1:2').dialect.delimiter).toBe(',')
    expect(sniff('a:b\n1:2\n3:4').dialect.delimiter).toBe(':')
  })

  it('takes bytes beyond the last character of Unicode for another encoding than UTF-8', async () => {
    const named = async (...bytes: number[]) => {
      const text = Buffer.concat([Buffer.from('a,b\n'), Buffer.from(bytes), Buffer.from(',1\nx,2\nx,3\n')])
      const { schema } = await readTable(text)
      return schema[0].categories?.join()
    }
    expect(await named(0xf4, 0x8f, 0xbf, 0xbd)).toContain('\u{10fffd}')
    expect(await named(0xf4, 0x90, 0x80, 0x81)).not.toContain('\ufffd')
  })

  it('says in which line of JSON there is a number in place of a record', async () => {
    await expectRefusal(readTable('{"a":1}\n2\n{"a":3}'), 'INVALID_DATA', /^line 2: .*got 2/)
  })

  it.each([
    { delimiter: "'", quote: "'" },
    { delimiter: '#', comment: '#' },
    { quote: "'", comment: "'" },
  ] as const)('refuses one character for two things: %o', async (options) => {
    await expectRefusal(() => checkReadOptions(options), 'INVALID_CONFIG', /another character than the quote/)
  })

  it('takes empty cells for no value also where other words are given', async () => {
    const text = `a,b\n1,x\n2,\n3,none\n${'4,y\n5,x\n'.repeat(5)}`
    const { schema } = await readTable(text, { columns: { b: { missing: ['none'] } } })
    expect(schema[1]).toMatchObject({ missing: 2, categories: ['x', 'y'] })
  })
})

describe('kinds and numbers', () => {
  it('counts 0 and −0 as one value', () => {
    expect(countDistinct(Float64Array.of(0, -0, 1, -0), 10)).toBe(2)
    // In a large table their places would differ.
    const many = Float64Array.from({ length: 100_001 }, (_, i) => (i < 100_000 ? i : -0))
    expect(countDistinct(many, 1e6)).toBe(100_000)
  })

  it('calls a class rare below five rows', async () => {
    const findings = async (rare: number) => {
      const rows = Array.from({ length: 100 }, (_, i) => ({ x: (i * 37) % 101, y: i < rare ? 'c' : 'ab'[i % 2] }))
      return examine(await readTable(rows), ['y']).join()
    }
    expect(await findings(4)).toContain('fewer than 5 rows of c')
    expect(await findings(5)).not.toContain('fewer than 5 rows')
  })

  it('leaves a column with one word in where it is missing in some rows', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ x: i, word: i % 3 === 0 ? null : 'yes' }))
    const { schema } = await readTable(rows)
    expect(schema[1].kind).not.toBe('ignore')
  })

  it('keeps one row at least, however little room there is', () => {
    const sample = new Sample({ seed: 1, most: () => 0 }, 3)
    sample.add(0)
    expect(sample.takes(0)).toBe(true)
  })

  it('takes whole numbers with a gap of two for codes of classes, with one of three for counts', () => {
    const taskOf = (values: readonly number[]) => {
      const numbers = Float64Array.from([...new Array(200).fill(0), ...values])
      expect(fewWholeNumbers(numbers)?.length).toBe(7)
      const rows = Uint32Array.from(numbers, (_, row) => row)
      const column = { kind: 'number', values: numbers } as const
      const schema = { name: 'y', kind: 'number', because: '', missing: 0, distinct: 7 } as const
      return fitTarget(schema as never, column as never, rows).target.task
    }
    expect(taskOf([1, 2, 3, 4, 5, 6])).toBe('classification')
    expect(taskOf([1, 2, 3, 4, 5, 7])).toBe('classification')
    expect(taskOf([1, 2, 3, 4, 5, 8])).toBe('regression')
  })

  it('says what the commonest class comes to among all rows with a class, known or not', () => {
    const target: Target = { name: 'y', task: 'classification', labels: ['a', 'b'], shares: [0.6, 0.4], scale }
    const outputs = Float64Array.of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.5, 0.5)
    const metrics = metricsOf(target, outputs, ['a', 'b', 'other', undefined])
    expect(metrics).toMatchObject({ rows: 3, baseline: 1 / 3, accuracy: 2 / 3 })
  })

  it('has no more folds than rows', () => {
    const target: Target = { name: 'y', task: 'regression', labels: [], shares: [], scale }
    const foldsOf = (rows: number) =>
      recipeFor({ target, rows, columns: 2, hasBins: false }, { effort: 'standard' }).folds
    expect([6, 10, 11].map(foldsOf)).toEqual([6, 10, 10])
  })
})

it('progress counts work that is done once', () => {
  const shares: number[] = []
  const course = new Course(1, undefined, ({ fraction }) => shares.push(fraction))
  course.begin(0, 100)
  return course
    .measure('network', 50, async () => course.tell('training', 50, 1))
    .then(() => course.tell('training', 50, 0))
    .then(() => expect(shares).toEqual([0.5, 0.5]))
})

describe('a linear model', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ x: i, word: 'ab'[i % 2], y: 3 * i + (i % 2) }))
  const options = { target: 'y', only: 'linear', effort: 'quick' } as const

  it('explains what is held at the greatest value by sampling, as it is no sum of columns', async () => {
    const plane = Array.from({ length: 60 }, (_, i) => ({ a: (i * 7) % 60, b: (i * 11) % 60 }))
    const lines = plane.map(({ a, b }) => ({ a, b, y: 4 * a - b + 100 }))
    const model = await trainTable(lines, options)
    const explain = (a: number, b: number) => model.explain({ a, b }) as TableExplanation
    const held = explain(1e6, -1e6)
    expect(held.prediction).toBe(Math.max(...lines.map(({ y }) => y)))
    expect(held.columns.every(({ error }) => error > 0)).toBe(true)
    expect(explain(20, 50).columns.every(({ error }) => error === 0)).toBe(true)
  })

  it('says a warning of predictions once', async () => {
    const model = await trainTable(rows, options)
    const before = model.warnings.length
    for (let time = 0; time < 2; time++) model.predict({ x: 1, word: 'never seen' })
    expect(model.warnings.length).toBe(before + 1)
  })

  it('says nothing of whole numbers that are two', async () => {
    const model = await trainTable(
      rows.map(({ x, word }) => ({ x, word, y: x < 30 ? 5 : 9 })),
      options,
    )
    expect(model.warnings.join()).not.toContain('whole numbers')
  })

  it('keeps nothing of what messages called its file', async () => {
    const text = `x,word,y\n${rows.map(({ x, word, y }) => `${x},${word},${y}`).join('\n')}`
    const [named, plain] = await Promise.all([
      trainTable(text, { ...options, read: { file: 'homes.csv', flags: true } }),
      trainTable(text, options),
    ])
    expect(named.digest).toBe(plain.digest)
    expect(JSON.stringify(named)).not.toContain('homes.csv')
  })

  it('tells rows without a word from those with the first of two', async () => {
    const holes = rows.map(({ x, y }, i) => ({
      x: i % 7,
      word: i % 3 === 0 ? null : 'ab'[i % 2],
      y: i % 3 === 0 ? 100 + x : y / 60,
    }))
    const model = await trainTable(holes, options)
    const [missing, first] = model.predict([
      { x: 3, word: null },
      { x: 3, word: 'a' },
    ]) as readonly number[]
    expect(Number(missing) - Number(first)).toBeGreaterThan(50)
  })
})
