// Reading tables: dialects, encodings, what is wrong with a file and where, kinds of columns.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import { dialectText, readTable, type Table } from '../../src/table/index.ts'
import { decimalIn, numberOf, PLAIN } from '../../src/table/numbers.ts'
import { readBlocksLike } from '../../src/table/read.ts'

const fixture = (name: string) =>
  readFileSync(new URL(name === 'penguins.csv' ? `../../data/${name}` : `../fixtures/tables/${name}`, import.meta.url))
const bytesOf = (text: string) => new TextEncoder().encode(text)

const kindsOf = ({ schema }: Table) => Object.fromEntries(schema.map(({ name, kind }) => [name, kind]))
const valuesOf = ({ columns }: Table, name: string) => Array.from<unknown>(columns.get(name)?.values ?? [])

async function refusal(source: Parameters<typeof readTable>[0], options?: Parameters<typeof readTable>[1]) {
  const error = await readTable(source, options).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(WasmpropError)
  return error as WasmpropError
}

describe('dialects', () => {
  it.each([
    ['sacramento__semicolon.csv', "--delimiter ';' --quote '\"' --encoding utf-8 --decimal ','"],
    ['sacramento__thousands.csv', "--delimiter ',' --quote '\"' --encoding utf-8 --decimal '.' --thousands ','"],
  ])('%s is read as the plain file', async (name, words) => {
    const plain = await readTable(fixture('sacramento.csv'))
    const other = await readTable(fixture(name))
    expect(other.columns).toEqual(plain.columns)
    expect(other.schema).toEqual(plain.schema)
    expect(dialectText(other.dialect!)).toBe(words)
  })

  const text = 'name;size\n"Müller; ""junior""";1,5\nŽižek;2,25\n'
  const wide = (order: 'le' | 'be') => {
    const buffer = Buffer.from(`\uFEFF${text}`, 'utf16le')
    return order === 'le' ? buffer : buffer.swap16()
  }
  it.each([
    ['UTF-8', bytesOf(text)],
    ['UTF-8 with a byte order mark', bytesOf(`\uFEFF${text}`)],
    ['UTF-16, little endian', wide('le')],
    ['UTF-16, big endian', wide('be')],
    ['gzip', gzipSync(text)],
    ['a Blob', new Blob([text])],
    ['pieces', [text.slice(0, 11), text.slice(11)]],
    ['CRLF', bytesOf(text.replaceAll('\n', '\r\n'))],
    ['CR alone', bytesOf(text.replaceAll('\n', '\r'))],
  ])('%s', async (_, source) => {
    const table = await readTable(source)
    expect(valuesOf(table, 'size')).toEqual([1.5, 2.25])
    expect(table.schema[0].categories).toEqual(['Müller; "junior"', 'Žižek'])
  })

  it('a byte order mark and nothing else is an empty table', async () => {
    expect((await refusal(bytesOf('\uFEFF'))).message).toMatch(/empty/)
  })

  it('windows-1252, where it is no UTF-8', async () => {
    const { dialect, schema } = await readTable(Buffer.from('a,b\nM\xfcller,1\nMeier,2\n', 'latin1'))
    expect([dialect?.encoding, schema[0].categories]).toEqual(['windows-1252', ['Meier', 'Müller']])
  })

  it('no header: columns get numbers', async () => {
    const { schema, rows } = await readTable('1,2.5\n2,3.5\n4,1.5\n')
    expect([rows, schema.map(({ name }) => name)]).toEqual([3, ['column1', 'column2']])
  })

  it.each(['\t', '|', ';', ','])('delimiter %j, also within quotes', async (delimiter) => {
    const table = await readTable(`a${delimiter}b\n"x${delimiter}y"${delimiter}1\nz${delimiter}2\n`)
    expect(table.schema[0].categories).toEqual(['z', `x${delimiter}y`].sort())
  })
})

describe('numbers', () => {
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc
      .tuple(fc.bigInt({ min: 0n, max: 10n ** 25n }), fc.nat(30))
      .map(([digits, places]) => `${digits}.${'7'.repeat(places)}`),
    fc.tuple(fc.nat(), fc.nat(99999)).map(([whole, part]) => `-${whole}.${part}`),
  )

  it('are exactly those of Number()', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(numberOf(text, PLAIN)).toBe(Number(text))
        const fast = decimalIn(bytesOf(text), 0, text.length, '.')
        if (!Number.isNaN(fast)) expect(fast).toBe(Number(text))
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  const EDGES = ['-0', '-0.0', '+5', '.5', '5.', '-.5', '123456789', '1234567890', '-9007199254740993', '1e-7', '5E+3']
  it.each([
    ['\n', '.'],
    ['\r\n', ','],
  ] as const)('of a file are exactly those too, with rows ending in %j and the decimal %j', async (end, decimal) => {
    const texts = [...EDGES, ...fc.sample(written, { numRuns: 10_000, seed: 2 }), `0.${'3'.repeat(400)}`]
    const lines = texts.map((text, row) => `${text};${row % 7 ? text : `"${text}"`};é`)
    const file = bytesOf(['x;y;word', ...lines, ''].join(end).replaceAll('.', decimal))
    for (const source of [file, [file.subarray(0, 77_777), file.subarray(77_777)]]) {
      const table = await readTable(source)
      const wrong = texts.filter((text, row) =>
        ['x', 'y'].some((name) => !Object.is(table.columns.get(name)?.values[row], Number(text))),
      )
      expect([table.rows, wrong]).toEqual([texts.length, []])
    }
  })

  it.each(['', ' ', '0x10', '1e', '1.2.3', '--1', '+', '.', 'Infinity', '1,000', '−5', '1_000', 'NaN'])(
    '%j is none',
    (text) => {
      expect(numberOf(text, PLAIN)).toBeNaN()
      expect(decimalIn(bytesOf(text), 0, bytesOf(text).length, '.')).toBeNaN()
    },
  )

  it.each([
    ['1,234.5', { decimal: '.', thousands: ',' }, 1234.5],
    ['1.234,5', { decimal: ',', thousands: '.' }, 1234.5],
    ["12'345", { decimal: '.', thousands: "'" }, 12345],
    ['12 %', PLAIN, 0.12],
    ['1,23,456', { decimal: '.', thousands: ',' }, Number.NaN],
  ] as const)('%s as %j', (text, format, value) => {
    expect(numberOf(text, format)).toBe(value)
  })

  it('without a value are NaN, whichever word says so', async () => {
    const table = await readTable('x,y\n1,a\nNA,b\n,c\n-,d\n5,e\n6,f\n7,g\n')
    expect(valuesOf(table, 'x')).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 5, 6, 7])
    expect(table.schema[0].missing).toBe(3)
  })
})

describe('faults', () => {
  it.each([
    ['empty.csv', 'empty'],
    ['ragged_long.csv', 'line 4: expected 3 cells, as in the header, got 4'],
    ['unclosed_quote.csv', 'line 2: expected a quote at the end'],
    ['date.csv', 'line 4, column "x1": expected a number, got "2020-01-02"'],
    ['1e999.csv', 'line 4, column "x2": expected a number within float64\'s range'],
    ['cell_boolean.csv', 'line 4, column "x2": expected a number, got "true"'],
    ['cell_unicode_minus.csv', 'line 4, column "x2": expected a number, got "−5"'],
    ['duplicate_header.csv', 'got "x1" twice: columns 1 and 2; a duplicate'],
    ['utf16le_no_bom.csv', 'UTF-16'],
    ['html_instead.csv', 'rows'],
  ])('%s: %s', async (name, words) => {
    expect((await refusal(fixture(`bad/${name}`))).message).toContain(words)
  })

  it.each(['mixed_line_ends.csv', 'quoted_numbers.csv', 'trailing_blank_lines.csv', 'html_header.csv'])(
    '%s is none',
    async (name) => {
      const { columns } = await readTable(fixture(`bad/${name}`))
      for (const { kind, values } of columns.values())
        expect([kind, Array.from<unknown>(values).some(Number.isNaN)]).toEqual(['number', false])
    },
  )

  it('lines are counted through quoted cells and blank lines', async () => {
    const { message } = await refusal('a,b\n"two\nlines",1\n\nx,2\ny,oops\nz,3\nw,4\n')
    expect(message).toContain('line 6, column "b"')
  })

  it('text from a file is cut and escaped', async () => {
    const { message } = await refusal(`a,b\n1,2\n\u001b[31m${'x'.repeat(500)},2\n3,4\n4,4\n`)
    expect(message).not.toContain('\u001b')
    expect(message.length).toBeLessThan(300)
  })

  it.each([
    [[{ a: 1 }, 5], 'rows[1]: expected a record'],
    [{ columns: ['a'], rows: [[1, 2]] }, 'rows[0]: expected an array of 1 values'],
    [[{ a: {} }], 'rows[0].a: expected a number, a string'],
    [undefined, 'rows: expected records'],
    [[], 'rows: expected at least one row'],
  ])('%j', async (source, words) => {
    expect((await refusal(source as never)).message).toContain(words)
  })

  it('a kind that is none, of a column that is none', async () => {
    const source = 'zip,y\n1,2\n3,4\n'
    expect((await refusal(source, { columns: { zap: 'category' } })).message).toContain('did you mean "zip"?')
    expect((await refusal(source, { columns: { zip: 'categry' as never } })).message).toContain(
      'did you mean "category"?',
    )
  })
})

describe('kinds of columns', () => {
  it('of the penguins', async () => {
    expect(kindsOf(await readTable(fixture('penguins.csv')))).toMatchObject({
      Species: 'category',
      Region: 'ignore',
      'Individual ID': 'identifier',
      'Clutch Completion': 'boolean',
      'Date Egg': 'date',
      'Body Mass (g)': 'number',
      Sex: 'category',
    })
  })

  it('of house prices: zip codes are categories, and given kinds win', async () => {
    expect(kindsOf(await readTable(fixture('sacramento.csv')))).toMatchObject({
      zip: 'category',
      beds: 'number',
      price: 'number',
    })
    const { schema } = await readTable(fixture('sacramento.csv'), {
      columns: { zip: 'number', beds: { kind: 'category' } },
    })
    expect(schema.find(({ name }) => name === 'zip')).toMatchObject({ kind: 'number', because: 'as given' })
    expect(schema.find(({ name }) => name === 'beds')?.categories).toContain('3')
  })

  it('of names that come once or twice: text where they share parts, as the makers of cars', async () => {
    const rows = Array.from({ length: 90 }, (_, i) => ({
      car: `${['ford', 'fiat', 'datsun'][i % 3]} model ${(i * 7) % 60}`,
      town: `T${(i * 7) % 40}`,
      'party code': 1 + (i % 4),
    }))
    expect(kindsOf(await readTable(rows))).toEqual({ car: 'text', town: 'category', 'party code': 'category' })
  })

  it('of numbers that name rows or say nothing: their words are made when they are asked for', async () => {
    const text = `id,order_id,none,one\n${Array.from({ length: 40 }, (_, i) => `${i},${(i * 7919) % 1009},,5`).join('\n')}`
    const { schema, columns } = await readTable(`${text}\n40,,,5\n`)
    const seen = schema.map(({ kind, type, missing, distinct }) => [kind, type, missing, distinct])
    expect(seen).toEqual([
      ['identifier', 'number', 0, 41],
      ['number', 'number', 1, 40],
      ['ignore', 'string', 41, 0],
      ['ignore', 'number', 0, 1],
    ])
    expect(columns.get('id')?.values.slice(-2)).toEqual(['39', '40'])
    const given = await readTable(`${text}\n40,,,5\n`, { columns: { order_id: 'identifier', one: 'text' } })
    expect(given.schema[1]).toMatchObject({ because: 'as given', missing: 1, distinct: 40 })
    expect(given.columns.get('order_id')?.values.slice(-2)).toEqual([String((39 * 7919) % 1009), undefined])
    expect(given.columns.get('one')?.values[40]).toBe('5')
    const unread = Object.getOwnPropertyDescriptor(columns.get('id'), 'values')
    expect(unread?.value).toBeUndefined()
  })

  it.each([
    ['2024-02-29', 'y-m-d', Date.UTC(2024, 1, 29)],
    ['29.02.2024', 'd.m.y', Date.UTC(2024, 1, 29)],
    ['02/29/2024', 'm/d/y', Date.UTC(2024, 1, 29)],
    ['29/02/2024', 'd/m/y', Date.UTC(2024, 1, 29)],
    ['2024-02-29T12:30:05+02:00', 'y-m-d', Date.UTC(2024, 1, 29, 10, 30, 5)],
  ])('%s is a date written %s', async (text, format, time) => {
    const table = await readTable([{ when: text }, { when: text.replace('2024', '2023').replace('29', '28') }])
    expect(table.schema[0]).toMatchObject({ kind: 'date', format })
    expect(valuesOf(table, 'when')[0]).toBe(time)
  })

  it('a column called date need not be one', async () => {
    expect(kindsOf(await readTable('date,y\nearly,1\nlate,2\nearly,3\n'))).toMatchObject({ date: 'category' })
  })

  it('records, and rows with names, are read as text is', async () => {
    const records = [
      { x: 1, w: 'a', t: true },
      { x: 2.5, w: 'b', t: false },
      { w: 'a', t: true },
    ]
    const rows = { columns: ['x', 'w', 't'], rows: records.map(({ x, w, t }) => [x ?? null, w, t]) }
    const text = 'x,w,t\n1,a,true\n2.5,b,false\n,a,true\n'
    const [first, ...others] = await Promise.all([readTable(text), readTable(records), readTable(rows)])
    for (const other of others) expect(other.columns).toEqual(first.columns)
    expect(kindsOf(first)).toEqual({ x: 'number', w: 'category', t: 'boolean' })
  })
})

describe('a source that comes once is closed', () => {
  async function* source(first: readonly unknown[], more: unknown, ended: () => void) {
    try {
      yield* first
      for (;;) yield more
    } finally {
      ended()
    }
  }
  const lines = '1,2\n'.repeat(40_000)

  it.each([
    ['a row is wrong at the start', ['a,b\n1,2,3\n'], lines, 'line 2: expected 2 cells'],
    ['a row is wrong further on', ['a,b\n', lines, lines, '1,2,3\n'], lines, 'line 80002: expected 2 cells'],
    ['JSON is none', ['[{"a":1},', '{"a":}, '], '{"a":1},'.repeat(20_000), 'line 1: expected JSON'],
    ['a record is none', [{ a: 1 }, 5], { a: 1 }, 'rows[1]: expected a record'],
  ])('where %s', async (_, first, more, words) => {
    let count = 0
    const error = await refusal(source(first, more, () => count++) as AsyncIterable<string>)
    expect(error.message).toContain(words)
    expect(count).toBe(1)
  })

  it('where the rows of a block are enough', async () => {
    let count = 0
    for await (const { rows } of readBlocksLike(source(['a,b\n'], lines, () => count++) as AsyncIterable<string>, [])) {
      expect(rows).toBeGreaterThan(0)
      break
    }
    expect(count).toBe(1)
  })
})
