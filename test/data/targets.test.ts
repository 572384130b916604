// Targets by kind of loss: numbers, probabilities, and distributions as rows or as class numbers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toForm } from '../../src/data/forms.ts'
import type { Matrix } from '../../src/data/matrix.ts'
import { readTargets, type TargetKind } from '../../src/data/read-targets.ts'
import { refusal } from '../support/refusal.ts'

const read = (value: unknown, kind: TargetKind, rows: number, outputs = 3) =>
  readTargets(value, outputs, 'float64', kind, rows)
const refused = (value: unknown, kind: TargetKind, rows: number, outputs = 3) =>
  refusal(() => read(value, kind, rows, outputs))

function rowsOf(matrix: Matrix): number[][] {
  const values = new Float64Array(matrix.rows * matrix.columns)
  matrix.copyRows(0, matrix.rows, values, 0, matrix.columns)
  return toForm(values, matrix.rows, matrix.columns, { form: 'rows' }) as number[][]
}

describe('numbers', () => {
  it('may be any', () => {
    expect(rowsOf(read([[-1e300], [7]], 'number', 2, 1))).toEqual([[-1e300], [7]])
    expect(rowsOf(read([-1, 2, 3], 'number', 1))).toEqual([[-1, 2, 3]])
  })
})

describe('probabilities', () => {
  it.each([0, 0.25, 1])('may be %d', (value) => {
    expect(rowsOf(read([[value], [0]], 'probability', 2, 1))).toEqual([[value], [0]])
  })

  it.each([-1, -5e-324, 1 + 2 ** -52, 92])('may not be %d', (value) => {
    const error = refused([[0], [value]], 'probability', 2, 1)
    const message = `targets[1][0]: expected a probability from 0 to 1, got ${value}`
    expect(error).toEqual({ code: 'INVALID_DATA', path: 'targets', row: 1, column: 0, message })
    expect(refused(new Float64Array([0, 0, 0, value]), 'probability', 2, 2)).toMatchObject({ row: 1, column: 1 })
  })
})

describe('class numbers', () => {
  const oneHot = [
    [0, 0, 1],
    [1, 0, 0],
  ]

  it.each([
    ['a plain number[]', [2, 0]],
    ['a Uint8Array', new Uint8Array([2, 0])],
    ['a Float32Array', new Float32Array([2, 0])],
    ['rows of one', [[2], [0]]],
    ['typed rows of one', [new Int32Array([2]), [0]]],
    ['{ data, rows, columns: 1 }', { data: [2, 0], rows: 2, columns: 1 }],
  ])('become one-hot rows: %s', (_name, value) => {
    const matrix = read(value, 'distribution', 2)
    expect(rowsOf(matrix)).toEqual(oneHot)
    expect(matrix).toMatchObject({ rows: 2, columns: 3, classes: new Uint32Array([2, 0]) })
  })

  it('are copied like any matrix, leaving gaps alone', () => {
    const values = new Float32Array(11).fill(-7)
    read([1, 2, 0], 'distribution', 3).copyRows(1, 3, values, 1, 4)
    expect(Array.from(values)).toEqual([-7, 0, 0, 1, -7, 1, 0, 0, -7, -7, -7])
  })

  it('of one row are a plain number[] of one', () => {
    expect(rowsOf(read([1], 'distribution', 1))).toEqual([[0, 1, 0]])
  })

  it.each([1.5, -1, 3, 4294967296])('may not be %d', (value) => {
    const place = { code: 'INVALID_DATA', path: 'targets', row: 1, column: 0 }
    const message = (path: string) => `${path}: expected a class number, an integer from 0 to 2, got ${value}`
    expect(refused([0, value], 'distribution', 2)).toEqual({ ...place, message: message('targets[1]') })
    expect(refused([[0], [value]], 'distribution', 2)).toEqual({ ...place, message: message('targets[1][0]') })
    expect(refused(new Float64Array([0, value]), 'distribution', 2)).toEqual({
      ...place,
      message: message('targets[1]'),
    })
  })

  it.each<[string, unknown, string]>([
    ['labels', ['cat', 'dog'], 'targets[0]: expected a number, or a row of one, got "cat"'],
    ['a missing one', [0, undefined], 'targets[1]: expected a finite number, got undefined'],
    ['NaN', [0, Number.NaN], 'targets[1]: expected a finite number, got NaN'],
    [
      'too few',
      [0],
      'targets: expected 2 class numbers, or 2 rows of 3 probabilities ([[…], …] or a typed array), got 1',
    ],
    ['a flat one-hot number[]', oneHot.flat(), 'targets: expected 2 class numbers, or 2 rows of 3 probabilities'],
    ['another length', new Uint8Array(5), 'got 5 numbers'],
    ['none', [], 'targets: expected at least one row'],
  ])('are refused: %s', (_name, value, message) => {
    expect(refused(value, 'distribution', 2).message).toContain(message)
  })
})

describe('rows of probabilities', () => {
  it.each([
    ['rows', [[0.2, 0.3, 0.5], new Float32Array([0, 1, 0])]],
    ['a Float64Array', new Float64Array([0.2, 0.3, 0.5, 0, 1, 0])],
    ['{ data, rows, columns }', { data: [0.2, 0.3, 0.5, 0, 1, 0], rows: 2, columns: 3 }],
  ])('are taken from %s', (_name, value) => {
    const matrix = read(value, 'distribution', 2)
    expect(rowsOf(matrix)).toEqual([
      [0.2, 0.3, 0.5],
      [0, 1, 0],
    ])
    expect(matrix.classes).toBeUndefined()
  })

  it('are one-hot rows in an integer array as well', () => {
    expect(rowsOf(read(new Uint8Array([0, 0, 1]), 'distribution', 1))).toEqual([[0, 0, 1]])
  })

  it.each([
    [[0, 0, 0], 0],
    [[0.33, 0.33, 0.33], 0.99],
    [[0.5, 0.5, 0.5], 1.5],
  ])('must sum to 1: not %j', (row, sum) => {
    const error = refused([[0, 1, 0], row], 'distribution', 2)
    const message = `targets: expected probabilities that sum to 1 in row 1, got a sum of ${sum}`
    expect(error).toEqual({ code: 'INVALID_DATA', path: 'targets', row: 1, column: undefined, message })
  })

  it('may not be negative, whatever their sum', () => {
    const error = refused([[-0.5, 0.5, 1]], 'distribution', 1)
    expect(error).toMatchObject({ row: 0, column: 0, message: expect.stringContaining('got -0.5') })
  })

  it('may miss 1 by 1e-4 per class, as four decimals do', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 300 })
    fc.assert(
      fc.property(weights, (row) => {
        const sum = row.reduce((total, weight) => total + weight, 0)
        const shares = row.map((weight) => weight / sum)
        for (const given of [shares.map((share) => Number(share.toFixed(4))), shares.map(Math.fround)]) {
          expect(read([given], 'distribution', 1, row.length).rows).toBe(1)
        }
      }),
    )
    expect(read([[0.5, 0.5 + 1.9e-4]], 'distribution', 1, 2).rows).toBe(1)
    expect(refused([[0.5, 0.5 + 2.1e-4]], 'distribution', 1, 2).row).toBe(0)
    const most = Array.from({ length: 2000 }, () => 0.9 / 2000)
    expect(read([most.map((share) => share * 1.001)], 'distribution', 1, 2000).rows).toBe(1)
    expect(refused([most.map((share) => share * 0.99)], 'distribution', 1, 2000).row).toBe(0)
  })

  it('of one row may be a plain number[]', () => {
    expect(rowsOf(read([0.25, 0.75, 0], 'distribution', 1))).toEqual([[0.25, 0.75, 0]])
    expect(refused([0.25, 0.25, 0], 'distribution', 1)).toMatchObject({ code: 'INVALID_DATA', row: 0 })
    expect(refused([1, 0, 0, 1, 0, 0], 'distribution', 2)).toMatchObject({ code: 'INVALID_SHAPE' })
  })

  it('have the width of the outputs', () => {
    const message = "targets: expected 3 columns (the network's outputs), got 2 in row 0"
    expect(refused([[0, 1]], 'distribution', 1)).toMatchObject({ code: 'INVALID_SHAPE', message })
  })
})
