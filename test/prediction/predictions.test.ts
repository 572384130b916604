// What goes into a network and comes out of it besides training: forms of data, predictions, classes, evaluation, the
// fitted scaling, and that nothing handed in is changed.
import { describe, expect, it } from 'vitest'
import { createNetwork, type MatrixInput, type Network } from '../../src/index.ts'
import {
  bitsOf,
  dtypes,
  engines,
  expectRefusal,
  HOURS,
  relativeDifference,
  rowsOf,
  SCORES,
  small,
  tutorial,
} from '../support/networks.ts'

const ROWS = rowsOf(4, 3, 1)
const flat = (rows: number[][]) => rows.flat()

/** outputs = inputs · W + b, in plain numbers */
function affine(rows: number[][], network: Network): number[][] {
  const [{ weights, biases }] = network.getWeights()
  return rows.map((row) => biases.map((bias, unit) => row.reduce((sum, x, i) => sum + x * weights[i][unit], bias)))
}

describe.each(engines)('predict in %s', (engine) => {
  it('computes the outputs', async () => {
    const network = await createNetwork({ inputs: 3, layers: [{ units: 2 }], dtype: 'float64', engine })
    expect(relativeDifference(network.predict(ROWS), affine(ROWS, network))).toBeLessThan(1e-15)
  })

  it.each(dtypes)('answers in the form in which it was asked, in %s', async (dtype) => {
    const network = await small(engine, { dtype })
    const rows = network.predict(ROWS)
    const numbers = dtype === 'float32' ? Float32Array : Float64Array
    expect(rows.map((row) => row.length)).toEqual([2, 2, 2, 2])
    expect(network.predict(ROWS[1])).toEqual(rows[1])
    expect(network.predict([ROWS[1]])).toEqual([rows[1]])
    expect(network.predict(ROWS.map((row) => Float64Array.from(row)))).toEqual(rows)
    const expected = numbers.from(flat(rows))
    expect(network.predict(Float64Array.from(flat(ROWS)))).toEqual(expected)
    expect(network.predict({ data: flat(ROWS), rows: 4, columns: 3 })).toEqual(expected)
    expect(network.predict({ data: Float64Array.from(flat(ROWS)), rows: 4, columns: 3 })).toEqual(expected)
    expect(network.predict(Float64Array.from(ROWS[0]))).toEqual(expected.subarray(0, 2))
  })

  it('takes a plain number[] as the column of a network with one input', async () => {
    const network = await createNetwork({ inputs: 1, layers: [{ units: 1 }], engine, seed: 1 })
    const rows = network.predict([[1], [2], [3]])
    expect(network.predict([1, 2, 3])).toEqual(rows.flat())
    expect(network.predict([2])).toEqual(rows[1])
    const wide = await createNetwork({ inputs: 1, layers: [{ units: 2 }], engine, seed: 1 })
    expect(wide.predict([1, 2, 3])).toEqual(wide.predict([[1], [2], [3]]))
  })

  it('gives new arrays each time', async () => {
    const network = await small(engine)
    const first = network.predict(Float32Array.from(flat(ROWS))) as Float32Array
    const copy = first.slice()
    first.fill(9)
    network.predict([[0, 0, 0]])
    expect(network.predict(Float32Array.from(flat(ROWS)))).toEqual(copy)
  })

  it.each<[string, unknown, string, RegExp]>([
    ['nothing', undefined, 'INVALID_DATA', /^inputs: .*undefined/],
    ['a row too long', [[1, 2, 3, 4]], 'INVALID_SHAPE', /3 columns .*got 4 in row 0/],
    ['a plain list of another length', [1, 2, 3, 4, 5, 6], 'INVALID_SHAPE', /3 columns/],
    ['NaN', [[1, 2, Number.NaN]], 'NOT_FINITE', /inputs\[0\]\[2\]: .*NaN/],
    [
      'what float32 cannot hold',
      [
        [1, 2, 3],
        [1, 1e39, 3],
      ],
      'NOT_FINITE',
      /inputs\[1\]\[1\]: .*float32/,
    ],
  ])('refuses %s', async (_, inputs, code, words) => {
    const network = await small(engine)
    const calls = [
      () => network.predict(inputs as number[][]),
      () => network.predictClass(inputs as number[][]),
      () => network.predictInto(inputs as number[][], new Float32Array(2)),
    ]
    for (const call of calls) await expectRefusal(call, code as 'INVALID_DATA', words)
    expect(network.predict(ROWS)).toHaveLength(4)
  })

  it.each(dtypes)('never passes off what overflows as an answer, in %s', async (dtype) => {
    const large = dtype === 'float32' ? 1e38 : 1e308
    const layers = [{ units: 2, weightInit: { name: 'constant', value: large } }] as const
    const network = await createNetwork({ inputs: 2, layers, dtype, engine })
    expect(network.predict([[0.5, 0.25]])[0].every(Number.isFinite)).toBe(true)
    for (const row of [
      [10, 10],
      [10, -10],
    ]) {
      await expectRefusal(() => network.predict([row]), 'NOT_FINITE')
      await expectRefusal(() => network.predictClass([row]), 'NOT_FINITE')
      await expectRefusal(() => network.predictInto([row], new Float64Array(2)), 'NOT_FINITE')
      for (const numbers of [row, [0, 0, ...row]].map((list) => Float64Array.from(list))) {
        const outputs = new Float64Array(numbers.length).fill(7)
        await expectRefusal(() => network.predict(numbers), 'NOT_FINITE')
        await expectRefusal(() => network.predictClass(numbers), 'NOT_FINITE')
        await expectRefusal(() => network.predictInto(numbers, outputs), 'NOT_FINITE')
        expect(outputs.every((output) => output === 7)).toBe(true)
      }
      await expectRefusal(() => network.evaluate([row], [[0, 0]]), 'NOT_FINITE')
      await expectRefusal(() => network.gradients([row], [[0, 0]]), 'NOT_FINITE')
    }
    expect(network.predict([[0.5, 0.25]])[0].every(Number.isFinite)).toBe(true)
  })

  it('never passes off what overflows when targets are scaled back', async () => {
    const layers = [{ units: 1, weightInit: [[1]] }]
    const network = await createNetwork({ inputs: 1, layers, scaling: { targets: { divideBy: 1e38 } }, engine })
    expect(network.predict([2])).toEqual([Math.fround(2e38)])
    await expectRefusal(() => network.predict([10]), 'NOT_FINITE')
    await expectRefusal(() => network.predict(Float32Array.of(10)), 'NOT_FINITE')
  })

  it.each([1, 2])('gives no rows for no rows, with %d columns', async (columns) => {
    const network = await createNetwork({ inputs: columns, layers: [{ units: columns }], engine })
    const none = { data: [], rows: 0, columns }
    expect(network.predict([])).toEqual([])
    expect(network.predict(none)).toEqual(new Float32Array(0))
    expect(network.predict(new Float64Array(0))).toEqual(new Float32Array(0))
    expect(network.predictClass([])).toEqual([])
    expect(network.predictClass(none)).toEqual(new Uint32Array(0))
    expect(network.predictClass(new Uint8Array(0))).toEqual(new Uint32Array(0))
    for (const inputs of [[], none, new Float32Array(0)]) {
      network.predictInto(inputs, new Float64Array(0))
      await expectRefusal(() => network.predictInto(inputs, new Float64Array(1)), 'INVALID_SHAPE', 'outputs: ')
      for (const call of ['evaluate', 'gradients', 'trainOnBatch', 'fitScaling'] as const) {
        await expectRefusal(() => network[call](inputs, []), 'INVALID_SHAPE', 'inputs')
      }
      await expectRefusal(network.train(inputs, []), 'INVALID_SHAPE', 'inputs')
    }
  })
})

describe.each(engines)('predictInto in %s', (engine) => {
  it('writes all outputs without gaps into either kind of array', async () => {
    const network = await small(engine)
    const expected = flat(network.predict(ROWS))
    for (const outputs of [new Float32Array(8), new Float64Array(8)]) {
      network.predictInto(ROWS, outputs)
      expect(Array.from(outputs)).toEqual(expected)
    }
    const part = new Float64Array(12).fill(5)
    network.predictInto(Float64Array.from(flat(ROWS)), part.subarray(2, 10))
    expect(Array.from(part)).toEqual([5, 5, ...expected, 5, 5])
  })

  it.each([[[1]], [Float64Array.of(1)]])(
    'does not make infinities of what a narrower array cannot hold: %o',
    async (row) => {
      const layers = [{ units: 2, weightInit: [[1e30, 1e300]] }]
      const network = await createNetwork({ inputs: 1, layers, dtype: 'float64', engine })
      const outputs = Float32Array.of(5, 5)
      await expectRefusal(() => network.predictInto(row, outputs), 'NOT_FINITE', /^outputs\[1\] .*float32.*1e\+300/)
      expect([...outputs]).toEqual([5, 5])
      const wide = new Float64Array(2)
      network.predictInto(row, wide)
      expect([...wide]).toEqual([1e30, 1e300])
      network.setWeights([{ weights: [[0.1, 0.2]], biases: [0, 0] }])
      network.predictInto(row, outputs)
      expect([...outputs]).toEqual([0.1, 0.2].map(Math.fround))
    },
  )

  it.each<[string, unknown]>([
    ['an array too short', new Float32Array(7)],
    ['an array too long', new Float32Array(9)],
    ['a list', [0, 0, 0, 0, 0, 0, 0, 0]],
    ['integers', new Int32Array(8)],
    ['nothing', undefined],
    ['null', null],
  ])('refuses %s', async (_, outputs) => {
    const network = await small(engine)
    await expectRefusal(() => network.predictInto(ROWS, outputs as Float32Array), 'INVALID_SHAPE', /outputs.* 8 /)
  })
})

describe.each(engines)('predictClass in %s', (engine) => {
  const weightInit = [
    [1, 0, 2],
    [0, 1, -2],
  ]

  it('gives the largest output, in the form in which it was asked', async () => {
    const network = await createNetwork({ inputs: 2, layers: [{ units: 3, weightInit }], engine })
    const rows = [
      [1, 5],
      [1, -5],
      [3, 1],
      [0, 0],
    ]
    expect(network.predictClass(rows)).toEqual([1, 2, 2, 0])
    expect(network.predictClass(rows[1])).toBe(2)
    expect(network.predictClass(Float32Array.from(flat(rows)))).toEqual(Uint32Array.of(1, 2, 2, 0))
    expect(network.predictClass({ data: flat(rows), rows: 4, columns: 2 })).toEqual(Uint32Array.of(1, 2, 2, 0))
  })

  it('of a single output is 1 above a half', async () => {
    const layers = [{ units: 1, activation: 'sigmoid', weightInit: [[1]] }] as const
    const network = await createNetwork({ inputs: 1, layers, engine })
    expect(network.predictClass([[-3], [0], [3]])).toEqual([0, 0, 1])
    expect(network.predictClass([-3, 0, 3])).toEqual([0, 0, 1])
    expect(network.predictClass([3])).toBe(1)
  })

  it('counts classes from 0, as targets do', async () => {
    const layers = [{ units: 3, activation: 'softmax' }] as const
    const network = await createNetwork({
      inputs: 2,
      layers,
      optimizer: { name: 'adam', learningRate: 0.1 },
      engine,
      seed: 1,
    })
    const inputs = [
      [1, 0],
      [0, 1],
      [-1, -1],
    ]
    network.trainSync(inputs, [2, 0, 1], { epochs: 100 })
    expect(network.predictClass(inputs)).toEqual([2, 0, 1])
    expect(network.evaluate(inputs, [2, 0, 1])).toEqual(
      network.evaluate(inputs, [
        [0, 0, 1],
        [1, 0, 0],
        [0, 1, 0],
      ]),
    )
  })
})

/** The same numbers in all forms */
function formsOf(rows: number[][]): MatrixInput[] {
  const columns = rows[0].length
  return [
    rows,
    rows.map((row) => Float64Array.from(row)),
    Float64Array.from(flat(rows)),
    { data: flat(rows), rows: rows.length, columns },
    { data: Float64Array.from(flat(rows)), rows: rows.length, columns },
  ]
}

describe.each(engines)('data in %s', (engine) => {
  it('gives the same in every form, for every call', async () => {
    const targets = formsOf(rowsOf(4, 2, 2))
    const traces = formsOf(ROWS).map(async (inputs, form) => {
      const network = await small(engine, { scaling: { inputs: 'standard', targets: 'robust' } })
      const { loss } = await network.train(inputs, targets[form], { epochs: 3, batchSize: 2 })
      const step = network.trainOnBatch(inputs, targets[form])
      network.fitScaling(inputs, targets[form])
      const { layers } = network.gradients(inputs, targets[form])
      return bitsOf(
        loss,
        step,
        network.evaluate(inputs, targets[form]).loss,
        JSON.stringify(layers),
        network.weightsHash(),
      )
    })
    expect(new Set(await Promise.all(traces)).size).toBe(1)
  })

  it('is never changed', async () => {
    const inputs = Object.freeze(ROWS.map((row) => Object.freeze([...row])))
    const targets = Object.freeze(rowsOf(4, 2, 2).map((row) => Object.freeze(row)))
    const typed = [Float32Array.from(flat(ROWS)), Float64Array.from(flat(rowsOf(4, 2, 2)))]
    const copies = typed.map((array) => array.slice())
    for (const [x, y] of [[inputs, targets] as const, [typed[0], typed[1]] as const]) {
      const network = await small(engine, { scaling: { inputs: 'minMax', targets: { offset: 1, scale: 3 } } })
      await network.train(x, y, { epochs: 2, batchSize: 3 })
      network.trainOnBatch(x, y)
      network.fitScaling(x, y)
      network.evaluate(x, y)
      network.gradients(x, y)
      network.predict(x)
      network.predictClass(x)
      network.predictInto(x, new Float64Array(8))
    }
    expect(typed).toEqual(copies)
  })

  it('may lie in a part of a shared buffer, and change after the call', async () => {
    const memory = new SharedArrayBuffer(200)
    const inputs = new Float64Array(memory, 8, 12)
    inputs.set(flat(ROWS))
    const network = await small(engine)
    const expected = network.predict(Float64Array.from(flat(ROWS)))
    expect(network.predict(inputs)).toEqual(expected)
    const training = network.train(inputs, Float32Array.from(flat(rowsOf(4, 2, 2))), { epochs: 3 })
    inputs.fill(7)
    await training
    const other = await small(engine)
    await other.train(
      ROWS,
      rowsOf(4, 2, 2).map((row) => row.map(Math.fround)),
      { epochs: 3 },
    )
    expect(network.weightsHash()).toBe(other.weightsHash())
  })

  it('with unequal numbers of rows is refused by every call', async () => {
    const network = await small(engine)
    const hash = network.weightsHash()
    const targets = rowsOf(3, 2, 2)
    const calls = [
      () => network.train(ROWS, targets),
      () => network.trainSync(ROWS, targets),
      () => network.trainOnBatch(ROWS, targets),
      () => network.fitScaling(ROWS, targets),
      () => network.evaluate(ROWS, targets),
      () => network.gradients(ROWS, targets),
    ]
    for (const call of calls) await expectRefusal(call, 'INVALID_SHAPE', /targets: .*4 rows.*got 3/)
    expect(network.weightsHash()).toBe(hash)
  })
})

describe.each(engines)('evaluate in %s', (engine) => {
  it('gives the loss of the scaled targets, and changes nothing', async () => {
    const network = await createNetwork({
      inputs: 3,
      layers: [{ units: 2 }],
      scaling: { targets: { offset: 1, scale: 4 } },
      dtype: 'float64',
      engine,
    })
    const targets = rowsOf(4, 2, 2)
    const before = JSON.stringify(network)
    const errors = affine(ROWS, network).flatMap((row, i) => row.map((output, j) => output - (targets[i][j] - 1) / 4))
    const wanted = errors.reduce((sum, error) => sum + error * error, 0) / 8
    expect(relativeDifference(network.evaluate(ROWS, targets).loss, wanted)).toBeLessThan(1e-14)
    expect(JSON.stringify(network)).toBe(before)
  })

  it('takes any number of rows', async () => {
    const network = await small(engine, { dtype: 'float64' })
    const [inputs, targets] = [rowsOf(1000, 3, 1), rowsOf(1000, 2, 2)]
    const each = inputs.map((row, index) => network.evaluate([row], [targets[index]]).loss)
    const mean = each.reduce((sum, loss) => sum + loss) / 1000
    expect(relativeDifference(network.evaluate(inputs, targets).loss, mean)).toBeLessThan(1e-13)
  })
})

describe.each(engines)('a scaling that must be fitted, in %s', (engine) => {
  const reads: [string, (network: Network) => unknown][] = [
    ['predict', (network) => network.predict(HOURS)],
    ['predictClass', (network) => network.predictClass(HOURS)],
    ['predictInto', (network) => network.predictInto(HOURS, new Float64Array(3))],
    ['evaluate', (network) => network.evaluate(HOURS, SCORES)],
    ['gradients', (network) => network.gradients(HOURS, SCORES)],
  ]

  it.each(reads)('keeps %s waiting for `train` or `fitScaling`', async (_, read) => {
    for (const scaling of [{ inputs: 'max' }, { targets: 'standard' }] as const) {
      const network = await tutorial(engine, { scaling })
      await expectRefusal(() => read(network), 'NOT_FITTED', /fitScaling\(inputs, targets\)/)
      network.fitScaling(HOURS, SCORES)
      read(network)
    }
  })

  it('reads without fitScaling where it needs no fit', async () => {
    for (const scaling of [{}, { inputs: { divideBy: [3, 9] }, targets: { offset: 0, scale: 100 } }] as const) {
      for (const [, read] of reads) {
        const network = await tutorial(engine, { scaling })
        expect(() => read(network)).not.toThrow()
      }
    }
  })

  it('is fitted by the first `train` and kept', async () => {
    const network = await tutorial(engine, { scaling: { inputs: 'standard', targets: 'minMax' } })
    await network.train(HOURS, SCORES, { epochs: 1 })
    const { scaling } = network.toJSON()
    expect(scaling.targets).toEqual({ offset: [86], scale: [6] })
    await network.train(
      [
        [100, 1],
        [1, 50],
      ],
      [[0], [1]],
      { epochs: 1 },
    )
    network.trainOnBatch([[1000, 1]], [[5]])
    expect(network.toJSON().scaling).toEqual(scaling)
  })

  it('is fitted anew by `fitScaling`, and the weights stay', async () => {
    const network = await tutorial(engine)
    const hash = network.weightsHash()
    network.fitScaling(HOURS, SCORES)
    expect(network.toJSON().scaling.inputs).toEqual({ offset: [0, 0], scale: [3, 9] })
    network.fitScaling([[10, 20]], [[1]])
    expect(network.toJSON().scaling).toEqual({
      inputs: { offset: [0, 0], scale: [10, 20] },
      targets: { offset: [0], scale: [100] },
    })
    expect(network.weightsHash()).toBe(hash)
  })

  it('stays as it was where a call is refused', async () => {
    const network = await tutorial(engine, { scaling: { inputs: 'max', targets: 'max' } })
    const negative = SCORES.map(([score]) => [-score])
    const calls = [
      () => network.fitScaling(HOURS, negative),
      () => network.train(HOURS, negative, { epochs: 1 }),
      () => network.trainSync(HOURS, SCORES, { epochs: 0 }),
    ]
    for (const call of calls) {
      await expectRefusal(call, call === calls[2] ? 'INVALID_CONFIG' : 'INVALID_DATA')
      expect(network.toJSON().scaling).toEqual({ inputs: null, targets: null })
    }
    network.fitScaling(HOURS, SCORES)
    const { scaling } = network.toJSON()
    for (const call of calls.slice(0, 1)) await expectRefusal(call, 'INVALID_DATA')
    expect(network.toJSON().scaling).toEqual(scaling)
  })

  it('predicts in the units of the targets', async () => {
    const network = await tutorial(engine, {
      layers: [{ units: 1 }],
      scaling: { inputs: 'standard', targets: 'standard' },
      loss: 'meanSquaredError',
    })
    network.fitScaling(HOURS, SCORES)
    network.setWeights([{ weights: [[0], [0]], biases: [0] }])
    expect(network.predict(HOURS)).toEqual([[89], [89], [89]])
  })

  it('refuses rows that leave the range once they are scaled', async () => {
    const network = await small(engine, { scaling: { inputs: { divideBy: 1e-30 } } })
    const hash = network.weightsHash()
    const inputs = [
      [1, 2, 3],
      [1, 1e20, 3],
    ]
    for (const call of [
      () => network.predict(inputs),
      () => network.train(inputs, rowsOf(2, 2, 1)),
      () => network.trainOnBatch(inputs, rowsOf(2, 2, 1)),
    ]) {
      await expectRefusal(call, 'NOT_FINITE', /inputs\[1\]\[1\].*after scaling/)
    }
    expect(network.weightsHash()).toBe(hash)
  })
})
