// The forms of data, in and out: what is copied, what is refused and how the message names it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toForm } from '../../src/data/forms.ts'
import { forEachBlock, type Matrix } from '../../src/data/matrix.ts'
import { anyRows, readMatrix } from '../../src/data/read-matrix.ts'
import { readTargets } from '../../src/data/read-targets.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { refusal } from '../support/refusal.ts'

type Dtype = 'float32' | 'float64'

/** Reads, and looks at all numbers: typed arrays are checked when they are copied. */
function read(value: unknown, columns = 2, dtype: Dtype = 'float64'): Matrix {
  const matrix = readMatrix(value, { ...anyRows, name: 'inputs', columns, dtype })
  forEachBlock(matrix, () => {})
  return matrix
}

function rowsOf(matrix: Matrix): number[][] {
  const values = new Float64Array(matrix.rows * matrix.columns)
  matrix.copyRows(0, matrix.rows, values, 0, matrix.columns)
  return toForm(values, matrix.rows, matrix.columns, { form: 'rows' }) as number[][]
}

function shared(values: number[]): Int32Array {
  const array = new Int32Array(new SharedArrayBuffer(values.length * 4))
  array.set(values)
  return array
}

/** Objects that behave as users' do not */
const liar = (length: unknown, target: unknown[] = [[1, 2]]) =>
  new Proxy(target, { get: (array, key, self) => (key === 'length' ? length : Reflect.get(array, key, self)) })

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

describe('forms', () => {
  const rows = [
    [1, 2],
    [3, 4],
    [5, 6],
  ]
  const flat = rows.flat()

  it.each([
    ['rows', rows, 'rows'],
    ['rows of typed arrays', [new Float64Array([1, 2]), new Float32Array([3, 4]), [5, 6]], 'rows'],
    ['frozen rows', Object.freeze(rows.map((row) => Object.freeze([...row]))), 'rows'],
    ['rows behind a proxy', new Proxy(rows, {}), 'rows'],
    ['Float64Array', new Float64Array(flat), 'flat'],
    ['Float32Array', new Float32Array(flat), 'flat'],
    ['Uint8Array', new Uint8Array(flat), 'flat'],
    ['Uint8ClampedArray', new Uint8ClampedArray(flat), 'flat'],
    ['Int16Array', new Int16Array(flat), 'flat'],
    ['part of a buffer', new Float64Array([0, ...flat, 0]).subarray(1, 7), 'flat'],
    ['shared memory', shared(flat), 'flat'],
    ['{ data, rows, columns } of a plain array', Object.freeze({ data: flat, rows: 3, columns: 2 }), 'flat'],
    ['{ data, rows, columns } typed', { data: new Float32Array(flat), rows: 3, columns: 2 }, 'flat'],
  ])('reads %s', (_name, value, form) => {
    const matrix = read(value)
    expect(matrix).toMatchObject({ rows: 3, columns: 2, form, name: 'inputs' })
    expect(rowsOf(matrix)).toEqual(rows)
  })

  it('takes a plain number[] as one row', () => {
    expect(read([1, 2])).toMatchObject({ rows: 1, columns: 2, form: 'row' })
    expect(rowsOf(read([1, 2]))).toEqual([[1, 2]])
  })

  it('takes a plain number[] as the whole column of a matrix with one', () => {
    expect(read([1, 2, 3], 1)).toMatchObject({ rows: 3, columns: 1, form: 'column' })
    expect(rowsOf(read([1, 2, 3], 1))).toEqual([[1], [2], [3]])
  })

  it('gives predictions in the form of the inputs', () => {
    const values = new Float32Array([1, 2, 3, 4])
    expect(toForm(values, 1, 4, read([1, 2]))).toEqual([1, 2, 3, 4])
    expect(toForm(values, 2, 2, read(rows))).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(toForm(values, 1, 4, read([[1, 2]]))).toEqual([[1, 2, 3, 4]])
    expect(toForm(values, 2, 2, read(new Float64Array(4)))).toBe(values)
    expect(toForm(values, 4, 1, read([1, 2, 3, 4], 1))).toEqual([1, 2, 3, 4])
    expect(toForm(values, 2, 2, read([1, 2], 1))).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(toForm(values, 1, 4, read([5], 1))).toEqual([1, 2, 3, 4])
  })
})

describe('copyRows', () => {
  const matrixOf = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 7 }))
    .chain(([rows, columns]) =>
      fc.array(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: columns, maxLength: columns }),
        { minLength: rows, maxLength: rows },
      ),
    )
  const formsOf = (rows: number[][]) => {
    const data = rows.flat()
    const columns = rows[0].length
    return [
      rows,
      rows.map((row) => new Float64Array(row)),
      new Float64Array(data),
      { data, rows: rows.length, columns },
    ]
  }

  it('copies any range of rows of any form to any offset and stride, and nothing else', () => {
    fc.assert(
      fc.property(matrixOf, fc.nat(5), fc.nat(3), fc.nat(9), fc.nat(9), (rows, offset, gap, a, b) => {
        const columns = rows[0].length
        const [from, to] = [Math.min(a, b, rows.length), Math.min(Math.max(a, b), rows.length)]
        const stride = columns + gap
        const expected = new Float64Array(offset + rows.length * stride + 2).fill(-7)
        for (let row = from; row < to; row++) expected.set(rows[row], offset + (row - from) * stride)
        for (const form of formsOf(rows)) {
          const values = new Float64Array(expected.length).fill(-7)
          read(form, columns).copyRows(from, to, values, offset, stride)
          expect(values).toEqual(expected)
        }
      }),
    )
  })

  it('rounds to float32 once', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3e38, max: 3e38, noNaN: true }), { minLength: 1 }), (column) => {
        for (const form of [column, column.map((value) => [value]), new Float64Array(column)]) {
          const values = new Float32Array(column.length)
          read(form, 1, 'float32').copyRows(0, column.length, values, 0, 1)
          expect(values).toEqual(Float32Array.from(column, Math.fround))
        }
      }),
    )
  })

  it('leaves what was handed in as it was', () => {
    const rows = [[1.1, 2.2], new Float32Array([3.3, 4.4])]
    const before = structuredClone(rows)
    rowsOf(read(rows))
    expect(rows).toEqual(before)
  })

  it.each([1, 2, 8191, 8192, 8193, 20000])('visits all of %d columns in order', (columns) => {
    const data = Float64Array.from({ length: 3 * columns }, (_, index) => index)
    const seen: number[] = []
    forEachBlock(read(data, columns), (block, from, to) => {
      expect(block.length).toBeGreaterThanOrEqual((to - from) * columns)
      for (let index = 0; index < (to - from) * columns; index++) seen.push(block[index])
    })
    expect(seen).toEqual(Array.from(data))
  })
})

describe('refusals of the whole argument', () => {
  const promise = Promise.resolve([[1, 2]])

  it.each<[string, unknown, string]>([
    ['undefined', undefined, 'got undefined'],
    ['null', null, 'got null'],
    ['an object', {}, 'got an object'],
    ['a string', '1,2\n3,4', 'got "1,2'],
    ['a number', 5, 'got 5'],
    ['a Promise', promise, '`await` may be missing'],
    ['a function', () => [[1, 2]], 'got a function'],
    ['a Set', new Set([[1, 2]]), 'got a Set'],
    ['a BigInt64Array', new BigInt64Array(2), 'got a BigInt64Array'],
    ['a DataView', new DataView(new ArrayBuffer(16)), 'got a DataView'],
    ['an ArrayBuffer', new ArrayBuffer(16), 'got an ArrayBuffer'],
    ['a symbol', Symbol('inputs'), 'got a symbol'],
  ])('%s', (_name, value, got) => {
    const { code, message, path } = refusal(() => read(value))
    expect({ code, path }).toEqual({ code: 'INVALID_DATA', path: 'inputs' })
    expect(message).toContain('inputs: expected an array of rows (matrix)')
    expect(message).toContain(got)
  })

  it('what throws when it is read', () => {
    const getter = {
      get data(): number[] {
        throw new RangeError('mine')
      },
    }
    for (const value of [revoked(), getter, liar(1, [revoked()])]) {
      expect(refusal(() => read(value))).toMatchObject({ code: 'INVALID_DATA', path: 'inputs' })
      expect(refusal(() => readTargets(value, 2, 'float64', 'distribution', 1)).code).toBe('INVALID_DATA')
    }
  })
})

describe('refusals of shapes', () => {
  it.each<[string, unknown, string, number | undefined]>([
    ['no rows', [], 'inputs: expected at least one row, got 0', undefined],
    ['an empty typed array', new Float64Array(0), 'inputs: expected at least one row, got 0', undefined],
    ['rows without columns', [[]], "inputs: expected 2 columns (the network's inputs), got 0 in row 0", 0],
    ['too wide', [[1, 2, 3]], "inputs: expected 2 columns (the network's inputs), got 3 in row 0", 0],
    ['ragged', [[1, 2], [3]], "inputs: expected 2 columns (the network's inputs), got 1 in row 1", 1],
    ['a typed row', [[1, 2], new Float32Array(3)], "expected 2 columns (the network's inputs), got 3 in row 1", 1],
    ['a plain number[]', [1, 2, 3, 4], 'got 4 in a plain number[], which is one row; write [[…], …]', undefined],
    [
      'a flat length',
      new Float32Array(5),
      "inputs: expected rows of 2 columns (the network's inputs), got 5",
      undefined,
    ],
    ['a length below 0', liar(-1), 'inputs: expected at least one row, got -1', undefined],
    ['a length of a half', liar(2.5), 'inputs: expected at least one row, got 2.5', undefined],
    ['no length', liar(undefined), 'inputs: expected at least one row, got undefined', undefined],
    ['a row that lies', [liar('2', [1, 2])], 'got "2" in row 0', 0],
  ])('%s', (_name, value, message, row) => {
    const error = refusal(() => read(value))
    expect(error).toMatchObject({ code: 'INVALID_SHAPE', path: 'inputs', row })
    expect(error.message).toContain(message)
  })

  it.each<[string, object, string, string]>([
    ['rows', { data: [1, 2], columns: 2 }, 'inputs.rows', 'an integer of at least 1, got undefined'],
    ['no rows', { data: [], rows: 0, columns: 2 }, 'inputs.rows', 'an integer of at least 1, got 0'],
    ['columns', { data: [1, 2], rows: 1, columns: '2' }, 'inputs.columns', 'an integer of at least 1, got "2"'],
    ['width', { data: [1, 2, 3], rows: 1, columns: 3 }, 'inputs', "2 columns (the network's inputs), got 3"],
    [
      'length',
      { data: [1, 2], rows: 1e9, columns: 2 },
      'inputs.data',
      'rows × columns = 1000000000 × 2 numbers, got 2',
    ],
  ])('{ data, rows, columns } with wrong %s', (_name, value, path, message) => {
    const expected = { code: 'INVALID_SHAPE', path, message: `${path}: expected ${message}` }
    expect(refusal(() => read(value))).toMatchObject(expected)
  })

  it('other rows than the inputs have', () => {
    const [two, message] = [[[1], [2]], 'targets: expected 3 rows, as many as the inputs, got 2']
    for (const value of [two, [1, 2], new Float64Array(2), { data: [1, 2], rows: 2, columns: 1 }]) {
      const error = refusal(() =>
        readMatrix(value, { ...anyRows, name: 'targets', columns: 1, dtype: 'float64', rows: 3 }),
      )
      expect(error).toMatchObject({ code: 'INVALID_SHAPE', path: 'targets', message })
    }
  })

  it("targets' width by the network's outputs, and no owner for other names", () => {
    const rows = [
      [0, 1],
      [1, 0],
    ]
    const targets = refusal(() => readTargets(rows, 1, 'float32', 'number', 2))
    expect(targets.message).toBe("targets: expected 1 column (the network's outputs), got 2 in row 0")
    expect(
      refusal(() => readMatrix(rows, { ...anyRows, name: 'sampleWeights', columns: 1, dtype: 'float64' })).message,
    ).toContain('expected 1 column, got 2')
  })
})

describe('refusals of cells', () => {
  it.each<[unknown, string, ErrorCode]>([
    [null, 'null', 'INVALID_DATA'],
    [undefined, 'undefined', 'INVALID_DATA'],
    ['4', '"4"', 'INVALID_DATA'],
    [true, 'true', 'INVALID_DATA'],
    [4n, '4n', 'INVALID_DATA'],
    [Symbol('a'), 'a symbol', 'INVALID_DATA'],
    [[4], 'an array of 1', 'INVALID_DATA'],
    [new Number(4), 'an object', 'INVALID_DATA'],
    [Number.NaN, 'NaN', 'NOT_FINITE'],
    [Number.POSITIVE_INFINITY, 'Infinity', 'NOT_FINITE'],
    [Number.NEGATIVE_INFINITY, '-Infinity', 'NOT_FINITE'],
  ])('%s', (cell, got, code) => {
    const place = { code, path: 'inputs' }
    const message = (path: string) => `${path}: expected a finite number, got ${got}`
    expect(refusal(() => read([[1, cell]]))).toEqual({ ...place, row: 0, column: 1, message: message('inputs[0][1]') })
    expect(refusal(() => read([1, cell]))).toEqual({ ...place, row: 0, column: 1, message: message('inputs[1]') })
    expect(refusal(() => read([1, cell], 1))).toEqual({ ...place, row: 1, column: 0, message: message('inputs[1]') })
    const inData = refusal(() => read({ data: [1, 2, cell, 4], rows: 2, columns: 2 }))
    expect(inData).toEqual({ ...place, row: 1, column: 0, message: message('inputs.data[2] (row 1, column 0)') })
  })

  it.each([Float32Array, Float64Array])('what is not finite in a %o', (TypedArray) => {
    const error = refusal(() => read(new TypedArray([1, 2, 3, Number.NaN])))
    const message = 'inputs[3] (row 1, column 1): expected a finite number, got NaN'
    expect(error).toEqual({ code: 'NOT_FINITE', path: 'inputs', row: 1, column: 1, message })
    expect(refusal(() => read([new TypedArray([1, Number.NaN])])).message).toContain('inputs[0][1]: expected')
  })

  it.each<[string, unknown, string]>([
    [
      'a hole for a row',
      Object.assign([[1, 2]], { length: 3 }),
      'inputs[1]: expected a row of 2 numbers, got undefined',
    ],
    ['a hole for the first row', new Array(3), 'inputs[0]: expected a row of 2 numbers, got undefined'],
    ['a number among rows', [[1, 2], 3], 'inputs[1]: expected a row of 2 numbers, got 3'],
    ['a record', [{ x: 1, y: 2 }], 'inputs[0]: expected a row of 2 numbers, got an object'],
    ['text', ['1', '2'], 'inputs[0]: expected a row of 2 numbers, got "1"'],
    ['a row of bigints', [new BigInt64Array(2)], 'inputs[0]: expected a row of 2 numbers, got a BigInt64Array'],
    ['a hole for a cell', [new Array(2)], 'inputs[0][0]: expected a finite number, got undefined'],
    ['a row among numbers', [1, [2]], 'inputs[1]: expected a finite number, got an array of 1'],
    ['rows too deep', [[[1, 2]]], 'inputs[0][0]: expected a finite number, got an array of 2'],
    ['a proxy of a claimed length', liar(2 ** 40), 'inputs[1]: expected a row of 2 numbers, got undefined'],
    [
      'nested data',
      { data: [[1], [2]], rows: 1, columns: 2 },
      'inputs.data[0]: expected a finite number, got an array of 1',
    ],
    ['data of text', { data: '12', rows: 1, columns: 2 }, 'inputs.data: expected an array or typed array of numbers'],
  ])('%s', (_name, value, message) => {
    expect(refusal(() => read(value)).message).toContain(message)
  })

  it('what rounds to Infinity in float32, to the last bit', () => {
    const limit = 3.4028235677973366e38
    const below = 3.4028235677973362e38
    expect([Math.fround(below), Math.fround(limit)]).toEqual([(2 - 2 ** -23) * 2 ** 127, Number.POSITIVE_INFINITY])
    const forms = (value: number) => [[[1, value]], [1, value], new Float64Array([1, value])]
    for (const sign of [1, -1]) {
      for (const form of forms(sign * below)) expect(read(form, 2, 'float32').rows).toBe(1)
      for (const form of forms(sign * limit)) {
        const error = refusal(() => read(form, 2, 'float32'))
        expect(error).toMatchObject({ code: 'NOT_FINITE', path: 'inputs', row: 0, column: 1 })
        expect(error.message).toContain(
          `expected a number within float32's range (or dtype "float64"), got ${sign * limit}`,
        )
        expect(read(form).rows).toBe(1)
      }
    }
  })

  it('every place, in any form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 2, max: 9 }), fc.nat(), (rows, columns, seed) => {
        const [row, column] = [seed % rows, Math.floor(seed / rows) % columns]
        const data = new Float64Array(rows * columns)
        data[row * columns + column] = Number.NaN
        const nested = toForm(data, rows, columns, { form: 'rows' })
        for (const form of [data, nested, { data: Array.from(data), rows, columns }]) {
          expect(refusal(() => read(form, columns))).toMatchObject({ code: 'NOT_FINITE', row, column })
        }
      }),
    )
  })
})
