// Scaling: fits against worked values (those of scikit-learn's documentation), application, and what is refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitScaling } from '../../src/data/fit-scaling.ts'
import { toForm } from '../../src/data/forms.ts'
import { anyRows, readMatrix } from '../../src/data/read-matrix.ts'
import { givenScaling, Scaling, type ScalingJSON } from '../../src/data/scaling.ts'
import { createNetwork } from '../../src/index.ts'
import { expectRefusal } from '../support/networks.ts'
import { refusal } from '../support/refusal.ts'

type Name = 'none' | 'max' | 'maxAbs' | 'minMax' | 'standard' | 'robust'
const fitted: Name[] = ['max', 'maxAbs', 'minMax', 'standard', 'robust']

const matrixOf = (value: number[][] | Float64Array | Uint32Array, columns = 1) => {
  const width = Array.isArray(value) ? value[0].length : columns
  return readMatrix(value, { ...anyRows, name: 'inputs', columns: width, dtype: 'float64' })
}
const fit = (name: Name, rows: number[][] | Float64Array | Uint32Array, columns = 1) =>
  fitScaling({ name }, matrixOf(rows, columns), 'inputs')
const column = (...values: number[]) => values.map((value) => [value])

function scaled(scaling: Scaling, rows: number[][]): number[][] {
  const values = new Float64Array(rows.flat().length)
  scaling.apply(matrixOf(rows)).copyRows(0, rows.length, values, 0, rows[0].length)
  return toForm(values, rows.length, rows[0].length, { form: 'rows' }) as number[][]
}

function numbers({ offset, scale }: Scaling): number[][] {
  return [Array.from(offset), Array.from(scale)]
}

describe('fitScaling', () => {
  it("max divides by the largest value, as the tutorial's X / max does to the last bit", () => {
    const rows = [
      [2, 9],
      [1, 5],
      [3, 6],
    ]
    expect(numbers(fit('max', rows))).toEqual([
      [0, 0],
      [3, 9],
    ])
    expect(scaled(fit('max', rows), rows)).toEqual(rows.map(([hours, sleep]) => [hours / 3, sleep / 9]))
  })

  it('maxAbs divides by the largest magnitude', () => {
    const rows = [
      [1, -1, 2],
      [2, 0, 0],
      [0, 1, -4],
    ]
    expect(numbers(fit('maxAbs', rows))).toEqual([
      [0, 0, 0],
      [2, 1, 4],
    ])
    expect(scaled(fit('maxAbs', rows), rows)[2]).toEqual([0, 1, -1])
  })

  it('minMax brings columns to 0 … 1', () => {
    const rows = [
      [-1, 2],
      [-0.5, 6],
      [0, 10],
      [1, 18],
    ]
    expect(numbers(fit('minMax', rows))).toEqual([
      [-1, 2],
      [2, 16],
    ])
    expect(scaled(fit('minMax', rows), rows)).toEqual([
      [0, 0],
      [0.25, 0.25],
      [0.5, 0.5],
      [1, 1],
    ])
  })

  it('standard takes the mean and the population deviation', () => {
    const rows = [
      [0, 4],
      [0, 7],
      [1, 13],
      [1, 16],
    ]
    const scaling = fit('standard', rows)
    expect(numbers(scaling)).toEqual([
      [0.5, 10],
      [0.5, Math.sqrt(22.5)],
    ])
    expect(scaled(scaling, rows).map(([first]) => first)).toEqual([-1, -1, 1, 1])
  })

  it('robust takes the median and the interquartile range', () => {
    const rows = [
      [1, -2, 2],
      [-2, 1, 3],
      [4, 1, -2],
    ]
    expect(numbers(fit('robust', rows))).toEqual([
      [1, 1, 2],
      [3, 1.5, 2.5],
    ])
    expect(scaled(fit('robust', rows), rows)).toEqual([
      [0, -2, 0],
      [-1, 0, 0.4],
      [1, 0, -1.6],
    ])
  })

  it.each([
    [[1, 2, 3, 4], 2.5, 1.5], // quartiles 1.75 and 3.25
    [[5, 1, 3, 2, 4], 3, 2], // 2 and 4
    [[10, 0], 5, 5], // 2.5 and 7.5
    [[6, 1, 2, 3, 9, 4], 3.5, 3.25], // 2.25 and 5.5
    [[7], 7, 1],
    [[0, 0, 0, 0, 100], 0, 1], // a range of 0 counts as 1
  ])('robust of %j interpolates linearly', (values, median, range) => {
    expect(numbers(fit('robust', column(...values)))).toEqual([[median], [range]])
  })

  it('none and given numbers need no fit', () => {
    const none = givenScaling({ name: 'none' }, 2) as Scaling
    expect(numbers(none)).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(none.isIdentity).toBe(true)
    const rule = { name: 'given', offset: [0, 1], scale: [100, 0] } as const
    const given = givenScaling({ ...rule, offset: [...rule.offset], scale: [...rule.scale] }, 2) as Scaling
    expect(numbers(given)).toEqual([
      [0, 1],
      [100, 1],
    ])
    expect(given.isIdentity).toBe(false)
    expect(numbers(fit('none', [[3, 4]]))).toEqual(numbers(none))
    for (const name of fitted) expect(givenScaling({ name }, 2)).toBeUndefined()
  })

  it.each(['minMax', 'standard', 'robust'] as const)('%s makes a constant column 0 exactly', (name) => {
    for (const value of [0.1, -3, 0, 1e9 + 0.3, 5e-324, -1.7e308]) {
      // The mean of three times 0.1, summed to the last digit and rounded, is not 0.1.
      for (const count of [3, 11]) {
        const rows = column(...Array(count).fill(value))
        expect(numbers(fit(name, rows))).toEqual([[value], [1]])
        expect(scaled(fit(name, rows), rows).flat()).toEqual(Array(count).fill(0))
      }
    }
  })

  it('max and maxAbs leave a column of zeros alone', () => {
    for (const name of ['max', 'maxAbs'] as const) expect(fit(name, column(0, -0, 0)).isIdentity).toBe(true)
  })

  it.each([column(-3, -1), column(-1, 0), column(-1, -0)])(
    'max refuses a largest value that is not above 0: %j',
    (...rows) => {
      const both = rows.map(([value]) => [1, value])
      const greatest = Math.max(...rows.flat())
      const message = `inputs: expected a largest value above 0 in column 1 to divide by (scaling 'max'), got ${greatest}; use 'maxAbs'`
      expect(refusal(() => fit('max', both))).toEqual({
        code: 'INVALID_DATA',
        path: 'inputs',
        row: undefined,
        column: 1,
        message,
      })
    },
  )
})

describe('numerical range', () => {
  it('standard keeps its digits beside a large mean', () => {
    const [[mean], [deviation]] = numbers(fit('standard', column(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16)))
    expect([mean, deviation]).toEqual([1e9 + 10, Math.sqrt(22.5)])
  })

  it('standard keeps its digits over 300,000 rows with an outlier', () => {
    const rows = 300_000
    const values = Float64Array.from({ length: rows }, (_, row) => row % 3)
    values[7] = 3e6 // instead of 1: the mean grows by just under 10
    const [[mean], [deviation]] = numbers(fit('standard', values))
    const exactMean = (rows + 3e6 - 1) / rows
    const exactSquares = (rows / 3) * 5 + 9e12 - 1
    expect(Math.abs(mean / exactMean - 1)).toBeLessThan(1e-15)
    expect(Math.abs(deviation / Math.sqrt(exactSquares / rows - exactMean ** 2) - 1)).toBeLessThan(1e-15)
  })

  it.each([2 ** 1021, 2 ** 500, 2 ** 399, 2 ** 401, 1, 2 ** -399, 2 ** -401, 2 ** -600, 2 ** -1000])(
    'standard is the same at magnitude %d',
    (unit) => {
      const scaling = fit('standard', column(0, unit, 2 * unit, unit))
      expect(scaling.offset[0] / unit).toBe(1)
      expect(scaling.scale[0] / unit).toBeCloseTo(Math.SQRT1_2, 15)
    },
  )

  it.each(['maxAbs', 'standard'] as const)('%s takes values up to the end of the range', (name) => {
    const rows = column(-Number.MAX_VALUE, Number.MAX_VALUE)
    expect(scaled(fit(name, rows), rows).flat()).toEqual([-1, 1])
  })

  it.each<[Name, number[]]>([
    ['minMax', [-1e308, 1e308]],
    ['robust', [-1.7e308, -1.7e308, 1.7e308, 1.7e308]],
    ['max', [-1e308, 1e-10]],
    ['standard', [-1.7e308, ...Array(20).fill(1.7e308)]],
  ])('%s refuses what leaves the range: %j', (name, values) => {
    const error = refusal(() =>
      fit(
        name,
        values.map((value) => [0, value]),
      ),
    )
    expect(error).toMatchObject({ code: 'NOT_FINITE', path: 'inputs', column: 1 })
    expect(error.message).toContain('in column 1, got')
  })

  it('robust takes the ends of the range where their difference does not matter', () => {
    const [[median], [range]] = numbers(fit('robust', column(-1e308, 1, 2, 3, 1e308)))
    expect([median, range]).toEqual([2, 2])
  })
})

describe('properties', () => {
  // Eighths, so that no column is constant but for rounding
  const value = fc.integer({ min: -1e6, max: 1e6 }).map((eighths) => eighths / 8)
  const rowsOf = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 40 }),
    )

  it('columns end up where the name says', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        for (const values of transpose(scaled(fit('minMax', rows), rows))) {
          expect(Math.min(...values)).toBe(0)
          expect([0, 1]).toContain(Math.max(...values))
        }
        for (const values of transpose(scaled(fit('maxAbs', rows), rows))) {
          expect([0, 1]).toContain(Math.max(...values.map(Math.abs)))
        }
        for (const values of transpose(scaled(fit('standard', rows), rows))) {
          const average = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length
          expect(Math.abs(average(1))).toBeLessThan(1e-8)
          const isConstant = values.every((value) => value === 0)
          expect(Math.abs(average(2) - Number(!isConstant))).toBeLessThan(1e-8)
        }
      }),
    )
  })

  it('the copy is (x − offset) / scale of any range of rows, and undo brings it back', () => {
    fc.assert(
      fc.property(rowsOf, fc.constantFrom(...fitted.slice(1)), fc.nat(3), fc.nat(40), (rows, name, gap, first) => {
        const scaling = fit(name, rows)
        const columns = rows[0].length
        const from = first % rows.length
        const values = new Float64Array((rows.length - from) * (columns + gap) + 1).fill(-7)
        scaling.apply(matrixOf(rows)).copyRows(from, rows.length, values, 1, columns + gap)
        const expected = new Float64Array(values.length).fill(-7)
        rows.slice(from).forEach((row, index) => {
          const scaledRow = row.map((value, at) => (value - scaling.offset[at]) / scaling.scale[at])
          expected.set(scaledRow, 1 + index * (columns + gap))
        })
        expect(values).toEqual(expected)
        const back = Float64Array.from(scaled(scaling, rows).flat())
        scaling.undo(back)
        rows.flat().forEach((value, index) => {
          expect(Math.abs(back[index] - value)).toBeLessThanOrEqual(1e-9)
        })
      }),
    )
  })

  function transpose(rows: number[][]): number[][] {
    return rows[0].map((_, at) => rows.map((row) => row[at]))
  }

  it('fits many rows and columns, over several blocks, like each column alone', () => {
    const [rows, columns] = [1237, 11]
    const data = Float64Array.from({ length: rows * columns }, (_, index) => ((index * 7919) % 10007) / 3 - 100)
    for (const name of fitted) {
      const all = fit(name, data, columns)
      for (let at = 0; at < columns; at++) {
        const alone = fit(
          name,
          data.filter((_, index) => index % columns === at),
        )
        expect([all.offset[at], all.scale[at]]).toEqual([alone.offset[0], alone.scale[0]])
      }
    }
  })
})

describe('robust', () => {
  it('sorts so many rows that not all columns fit into its memory', () => {
    const [rows, columns] = [2 ** 19, 9]
    const data = new Uint32Array(rows * columns)
    for (let row = 0; row < rows; row++) {
      // 7919 is odd: every column is its number plus 0 … rows − 1 in some order.
      for (let at = 0; at < columns; at++) data[row * columns + at] = ((row * 7919) % rows) + at
    }
    const [median, range] = numbers(fit('robust', data, columns))
    expect(median).toEqual(Array.from({ length: columns }, (_, at) => (rows - 1) / 2 + at))
    expect(range).toEqual(Array(columns).fill((rows - 1) / 2))
  })
})

describe('Scaling', () => {
  it('costs nothing where it changes nothing', () => {
    const matrix = matrixOf([[1, 2]])
    expect(new Scaling([0, -0], [1, 0], true).apply(matrix)).toBe(matrix)
    const values = new Float32Array([1, 2])
    new Scaling([0, 0], [1, 1]).undo(values)
    expect(values).toEqual(new Float32Array([1, 2]))
  })

  it('goes through float64 on its way to float32', () => {
    const matrix = matrixOf(column(16777217, 16777219)) // beyond float32's integers
    const values = new Float32Array(2)
    new Scaling([16777216], [1]).apply(matrix).copyRows(0, 2, values, 0, 1)
    expect(Array.from(values)).toEqual([1, 3])
  })

  it('survives JSON to the bit', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
        const scaling = new Scaling(values, values)
        const { offset, scale }: ScalingJSON = JSON.parse(JSON.stringify(scaling))
        expect(new Scaling(offset, scale)).toEqual(scaling)
      }),
    )
  })

  it.each<[number, number, Float32Array | Float64Array, string]>([
    [5, 1e-308, new Float64Array(4), 'a finite number after scaling, got Infinity from 5'],
    [4, 1e-38, new Float32Array(4), "a number within float32's range after scaling, got 4e+38 from 4"],
  ])('refuses what overflows while it is copied: %d / %d', (value, scale, values, message) => {
    const matrix = new Scaling([0, 0], [1, scale]).apply(
      matrixOf([
        [0, 1e-9],
        [7, value],
      ]),
    )
    const error = refusal(() => matrix.copyRows(0, 2, values, 0, 2))
    expect(error).toEqual({
      code: 'NOT_FINITE',
      path: 'inputs',
      row: 1,
      column: 1,
      message: `inputs[1][1]: expected ${message}`,
    })
    expect(refusal(() => matrix.copyRows(1, 2, values, 0, 2)).row).toBe(1)
  })
})

describe('a scaling that changes nothing', () => {
  it.each([{ divideBy: 1 }, 'robust'] as const)('still refuses what float32 cannot hold: %o', async (inputs) => {
    const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], scaling: { inputs }, seed: 1 })
    const rows = [[0], [0], [0], [0], [0], [0], [1e39]]
    const targets = rows.map(() => [0])
    await expectRefusal(network.train(rows, targets), 'NOT_FINITE', /^inputs\[6\]\[0\]: .*float32/)
  })
})
