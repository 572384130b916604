// Data that are not what they seem: every number is asked for once, and what may change afterwards is looked at where it
// was copied to.
import { describe, expect, it } from 'vitest'
import { forEachBlock, type Matrix, own } from '../../src/data/matrix.ts'
import { anyRows, readMatrix } from '../../src/data/read-matrix.ts'
import { readTargets } from '../../src/data/read-targets.ts'
import { kindOf, lengthOf, plainView } from '../../src/numerics/typed.ts'
import { refusal } from '../support/refusal.ts'

const read = (value: unknown, columns = 2) =>
  readMatrix(value, { ...anyRows, name: 'inputs', columns, dtype: 'float64' })

function copied(matrix: Matrix): number[] {
  const values = new Float64Array(matrix.rows * matrix.columns).fill(-7)
  matrix.copyRows(0, matrix.rows, values, 0, matrix.columns)
  return Array.from(values)
}

/** Numbers, one of which says another thing each time it is asked */
function fickle(numbers: number[], ...answers: unknown[]): number[] {
  const list = [...numbers]
  return Object.defineProperty(list, 0, { get: () => (answers.length > 1 ? answers.shift() : answers[0]) })
}

describe('what runs code of the caller', () => {
  it.each<[string, unknown]>([
    ['rows', [fickle([1, 2], 1, Number.NaN), [3, 4]]],
    ['one row', fickle([1, 2], 1, 1, Number.NaN)],
    ['data', { data: fickle([1, 2, 3, 4], 1, Number.NaN), rows: 2, columns: 2 }],
  ])('%s: is asked once for each number', (_, value) => {
    const matrix = read(value)
    for (let look = 0; look < 3; look++) expect(copied(matrix).slice(0, 2)).toEqual([1, 2])
  })

  it('is over when the rows are read, whatever becomes of them', () => {
    const rows = [[1, 2], new Float64Array([3, 4])]
    const matrix = read(rows)
    rows[0][0] = Number.NaN
    rows[1][0] = Number.NaN
    rows.length = 0
    expect(copied(matrix)).toEqual([1, 2, 3, 4])
  })

  it('gets no room for what is only claimed', () => {
    const many = new Array(2 ** 32 - 1)
    many[0] = [1, 2]
    expect(refusal(() => read(many)).message).toBe('inputs[1]: expected a row of 2 numbers, got undefined')
    expect(refusal(() => read({ data: many, rows: 2 ** 31, columns: 2 })).code).toBe('INVALID_SHAPE')
  })

  it('says how many class numbers there are in few words, whatever a proxy says', () => {
    const classes = new Proxy([0], {
      get: (list, key) => (key === 'length' ? 'x'.repeat(9000) : Reflect.get(list, key)),
    })
    expect(refusal(() => readTargets(classes, 3, 'float32', 'distribution', 1)).message.length).toBeLessThan(250)
  })

  it('is kept beyond the first numbers, for which alone there is room at first', () => {
    const list = Array.from({ length: 2 ** 16 + 5 }, (_, index) => index)
    expect(copied(read(list, 1))).toEqual(list)
    expect(copied(read([list, list], list.length))).toEqual([...list, ...list])
  })
})

describe('typed arrays', () => {
  it('are seen as they are, whatever was written over their properties', () => {
    const lies = {
      length: { value: 2 },
      [Symbol.toStringTag]: { value: 'Uint8Array' },
      subarray: { value: () => [Number.NaN] },
      buffer: { value: new ArrayBuffer(0) },
      byteOffset: { value: 1 },
      constructor: { value: Array },
    }
    const numbers = Float64Array.from({ length: 130 }, (_, index) => index)
    Object.defineProperties(numbers, lies)
    expect([kindOf(numbers), lengthOf(numbers)]).toEqual(['Float64Array', 130])
    expect(copied(read(numbers))).toEqual(Array.from({ length: 130 }, (_, index) => index))
    const hidden = Object.defineProperties(new Float64Array([1, Number.NaN]), lies)
    expect(refusal(() => copied(read(hidden))).message).toBe('inputs[1]: expected a finite number, got NaN')
  })

  it.each([Float32Array, Float64Array])('%o: are checked where they were copied to', (Kind) => {
    const numbers = new Kind([1, 2, 3, 4])
    const matrix = read(numbers)
    expect(copied(matrix)).toEqual([1, 2, 3, 4])
    numbers[2] = Number.NaN
    const message = 'inputs[2] (row 1, column 0): expected a finite number, got NaN'
    expect(refusal(() => copied(matrix))).toMatchObject({ code: 'NOT_FINITE', row: 1, column: 0, message })
    const strided = () => matrix.copyRows(0, 2, new Float32Array(9), 1, 4)
    expect(refusal(strided)).toMatchObject({ code: 'NOT_FINITE', row: 1, column: 0, message })
    numbers[2] = 5
    expect(copied(matrix)).toEqual([1, 2, 5, 4])
  })

  it('are held to float32 in float64 as well', () => {
    const numbers = new Float64Array(2)
    const matrix = readMatrix(numbers, { ...anyRows, name: 'inputs', columns: 2, dtype: 'float32' })
    numbers[1] = 1e39
    expect(refusal(() => copied(matrix))).toMatchObject({ code: 'NOT_FINITE', row: 0, column: 1 })
  })

  it('are refused when they were given away, before or after they were read', () => {
    const numbers = new Float64Array([1, 2])
    const matrix = read(numbers)
    structuredClone(numbers.buffer, { transfer: [numbers.buffer] })
    const message = 'inputs: expected numbers that stay where they are, got memory that was given away'
    for (const look of [() => copied(matrix), () => read(numbers), () => forEachBlock(matrix, () => {})]) {
      expect(refusal(look)).toMatchObject({ code: 'INVALID_DATA', message })
    }
    expect(() => plainView(numbers)).toThrow(TypeError)
  })

  it('are refused when their memory no longer reaches so far', () => {
    const buffer = new (ArrayBuffer as new (bytes: number, options: object) => ArrayBuffer)(32, { maxByteLength: 64 })
    const tracking = new Float64Array(buffer)
    const matrix = read(tracking)
    ;(buffer as ArrayBuffer & { resize(bytes: number): void }).resize(64)
    expect(copied(matrix)).toEqual([0, 0, 0, 0])
    ;(buffer as ArrayBuffer & { resize(bytes: number): void }).resize(16)
    expect(refusal(() => copied(matrix)).code).toBe('INVALID_DATA')
    expect(copied(read(tracking))).toEqual([0, 0])
  })

  it('are copied where more than one look is taken', () => {
    const probabilities = new Float64Array([0.25, 0.75, 1, 0])
    const targets = readTargets(probabilities, 2, 'float64', 'distribution', 2)
    const classes = readTargets(new Uint8Array([1, 0]), 3, 'float64', 'distribution', 2)
    probabilities.fill(5)
    expect(copied(targets)).toEqual([0.25, 0.75, 1, 0])
    expect(copied(classes)).toEqual([0, 1, 0, 1, 0, 0])
    expect(own(targets)).toBe(targets)
    const callers = read(new Float64Array([1, 2]))
    expect(own(callers)).not.toBe(callers)
    expect(own(callers).isCallers).toBe(false)
  })
})
