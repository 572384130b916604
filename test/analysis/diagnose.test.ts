// What diagnose says about data: nothing about sane ones, the cell and the cure for each thing that is wrong or doubtful.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diagnose } from '../../src/analysis/diagnose/diagnose.ts'
import type { Finding } from '../../src/analysis/diagnose/finding.ts'
import { measureColumns } from '../../src/analysis/diagnose/statistics.ts'
import { type Matrix, madeMatrix } from '../../src/data/matrix.ts'
import {
  createNetwork,
  type LayerConfig,
  type MatrixInput,
  type NetworkConfig,
  type ScalingChoice,
} from '../../src/index.ts'
import { expectRefusal, HOURS, rejection, rowsOf, SCORES, TUTORIAL } from '../support/networks.ts'
import { wordsOf } from '../support/refusal.ts'

const columns = (...values: number[][]) => values[0].map((_, row) => values.map((column) => column[row]))
/** The rows with another one in place of row `index` */
const changed = <Row>(rows: readonly Row[], index: number, row: Row) => rows.map((old, i) => (i === index ? row : old))

/** 40 rows between −1 and 1: 3 inputs, 1 target, and a network of fewer parameters */
const INPUTS = rowsOf(40, 3, 1)
const TARGETS = rowsOf(40, 1, 2)
const CONFIG: NetworkConfig = { inputs: 3, layers: [{ units: 5, activation: 'tanh' }, { units: 1 }] }
const withColumn = (make: (row: number) => number) => INPUTS.map((cells, row) => [...cells, make(row)])
const WIDER: NetworkConfig = { ...CONFIG, inputs: 4 }
const withOutput = (activation: 'sigmoid' | 'tanh' | 'relu' | 'softplus' | 'linear'): NetworkConfig => ({
  ...CONFIG,
  layers: [{ units: 5 }, { units: 1, activation }],
  loss: 'meanSquaredError',
})
const withClasses = (units: number): NetworkConfig => ({
  ...CONFIG,
  layers: [{ units: 3 }, { units, activation: units === 1 ? 'sigmoid' : 'softmax' }],
})

const about = (findings: Finding[], code: Finding['code']) => findings.filter((finding) => finding.code === code)

/** The only finding */
function only(inputs: MatrixInput, targets: MatrixInput, config: NetworkConfig): Finding {
  const findings = diagnose(inputs, targets, config)
  expect(findings, JSON.stringify(findings)).toHaveLength(1)
  return findings[0]
}

function readTable(name: string): number[][] {
  const [, ...lines] = readFileSync(new URL(`../fixtures/${name}.csv`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => line.split(',').map(Number))
}

describe('sane data give no finding', () => {
  const iris = readTable('iris')
  const flowers = iris.map((row) => row.slice(0, 4))
  const species = iris.map((row) => row[4])
  const diabetes = readTable('diabetes')
  const patients = diabetes.map((row) => row.slice(0, 10))
  const progression = diabetes.map((row) => row[10])
  const classifier: NetworkConfig = {
    inputs: 4,
    layers: [
      { units: 16, activation: 'relu' },
      { units: 3, activation: 'softmax' },
    ],
  }
  const regressor: NetworkConfig = { inputs: 10, layers: [{ units: 16, activation: 'relu' }, { units: 1 }] }

  it.each(['none', 'standard', 'minMax', 'robust', 'maxAbs'] as const)('iris with scaling %s', (inputs) => {
    expect(diagnose(flowers, species, { ...classifier, scaling: { inputs } })).toEqual([])
    const oneHot = species.map((label) => [0, 1, 2].map((index) => Number(index === label)))
    expect(diagnose(Float32Array.from(flowers.flat()), oneHot, { ...classifier, scaling: { inputs } })).toEqual([])
  })

  it('diabetes, when scaled', () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const scaling = { inputs: 'standard', targets: 'standard' } as const
      expect(diagnose(patients, progression, { ...regressor, dtype, scaling })).toEqual([])
    }
  })

  it('diabetes unscaled are named, with the columns and the cure', () => {
    const [inputs, targets, ...others] = diagnose(patients, progression, regressor)
    expect(inputs).toMatchObject({ severity: 'warning', code: 'differentScales', path: 'inputs', column: 4 })
    expect(inputs.message).toMatch(/column 4 is about 192.3 .*at most 301.*column 1 is about 1.551.*inputs: 'standard'/)
    expect(targets).toMatchObject({ severity: 'warning', code: 'largeValues', path: 'targets' })
    expect(targets.message).toMatch(/about 170.5 \(at most 346\).*scaling: \{ targets: 'standard' \}/)
    expect(others).toEqual([])
  })

  it('the tutorial, but that it has few rows', () => {
    expect(only(HOURS, SCORES, TUTORIAL)).toMatchObject({ severity: 'hint', code: 'fewRows' })
  })

  it('rare columns and noise on repeated rows of one target', () => {
    const rare = withColumn((row) => Number(row === 7))
    for (const inputs of ['none', 'standard'] as const) {
      expect(diagnose(rare, TARGETS, { ...WIDER, scaling: { inputs } })).toEqual([])
    }
    expect(diagnose([...INPUTS, INPUTS[3]], [...TARGETS, TARGETS[3]], CONFIG)).toEqual([])
  })
})

describe('what train would refuse is an error', () => {
  const with3x1 = (value: unknown) => INPUTS.map((cells, row) => (row === 3 ? [cells[0], value as number] : cells))
  const cases: [string, MatrixInput, MatrixInput, Partial<NetworkConfig>][] = [
    ['NaN', changed(INPUTS, 3, [1, Number.NaN, 2]), TARGETS, {}],
    ['text', changed(INPUTS, 3, [1, '2' as unknown as number, 2]), TARGETS, {}],
    ['a short row', with3x1(1), TARGETS, {}],
    ['a missing target', INPUTS, TARGETS.slice(1), {}],
    ['an infinite target', INPUTS, changed(TARGETS, 5, [Infinity]), {}],
    ['what float32 cannot hold', changed(INPUTS, 3, [1, 1e39, 2]), TARGETS, {}],
    ['what float32 cannot hold after scaling', INPUTS, TARGETS, { scaling: { inputs: { divideBy: 1e-39 } } }],
    ['nothing to divide by', INPUTS.map(([a, b]) => [a, b, -1]), TARGETS, { scaling: { inputs: 'max' } }],
    ['a class out of range', INPUTS, TARGETS.map((_, row) => [row % 4]), { layers: withClasses(3).layers }],
    ['no probability', INPUTS, TARGETS.map(() => [2]), { layers: withClasses(1).layers }],
    ['no rows', [], [], {}],
    ['no matrix', 'text' as unknown as MatrixInput, TARGETS, {}],
  ]

  it.each(cases)('%s', async (_, inputs, targets, changes) => {
    const config = { ...CONFIG, ...changes }
    const error = await rejection((await createNetwork(config)).train(inputs, targets))
    const { code, path, row, column } = error
    const [finding] = diagnose(inputs, targets, config)
    expect({ row: undefined, column: undefined, ...finding }).toEqual({
      severity: 'error',
      code,
      message: wordsOf(error),
      path,
      row,
      column,
    })
  })

  it.each<[string, MatrixInput]>([
    ['rows', changed(INPUTS, 3, [1, Number.NaN, 2])],
    ['a flat array', Float32Array.from(changed(INPUTS, 3, [1, Number.NaN, 2]).flat())],
    ['{ data, rows, columns }', { data: new Array(120).fill(Number.NaN), rows: 40, columns: 3 }],
    ['rows of another width', INPUTS.map((row) => row.slice(1))],
  ])('on either side, and both are named: inputs as %s', (_, inputs) => {
    const findings = diagnose(inputs, changed(TARGETS, 5, [Infinity]), CONFIG)
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      { path: 'inputs' },
      { code: 'NOT_FINITE', path: 'targets', row: 5 },
    ])
  })

  it('and the other side is looked at all the same', () => {
    const findings = diagnose(
      withColumn(() => 7),
      changed(TARGETS, 5, [Number.NaN]),
      WIDER,
    )
    expect(findings.map(({ code }) => code)).toEqual(['NOT_FINITE', 'constantColumn'])
  })

  it('in any data, and nothing else is', async () => {
    const value = fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(0, 1) },
      fc.constantFrom(-1, 2, 0.5, 1e-300, 1e39, -1e308, Number.NaN, Infinity),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    )
    const rows = fc.array(fc.tuple(value, value, value), { maxLength: 4 })
    const scaling = fc.constantFrom<ScalingChoice>('none', 'max', 'maxAbs', 'minMax', 'standard', { divideBy: 1e-30 })
    const output = fc.constantFrom<LayerConfig>(
      { units: 1 },
      { units: 1, activation: 'sigmoid' },
      { units: 2, activation: 'softmax' },
    )
    let refused = 0
    const check = async (cells: number[][], layer: LayerConfig, inputScaling: ScalingChoice) => {
      const config: NetworkConfig = { inputs: 2, layers: [layer], scaling: { inputs: inputScaling }, seed: 1 }
      const [inputs, targets] = [cells.map((row) => row.slice(0, 2)), cells.map((row) => row.slice(2))]
      const network = await createNetwork({ ...config, engine: 'typescript' })
      const message = await network.train(inputs, targets, { epochs: 1 }).then(() => undefined, wordsOf)
      const errors = diagnose(inputs, targets, config).filter(({ severity }) => severity === 'error')
      if (message === undefined) expect(errors).toEqual([])
      else expect(errors.map((finding) => finding.message)).toContain(message)
      refused += Number(message !== undefined)
    }
    await fc.assert(fc.asyncProperty(rows, output, scaling, check), { numRuns: 300, seed: 1 })
    expect(refused).toBeGreaterThan(50)
    expect(refused).toBeLessThan(250)
  })

  it('but a configuration is refused as createNetwork refuses it', async () => {
    const wrong = { ...CONFIG, layers: [] }
    await expectRefusal(() => diagnose(INPUTS, TARGETS, wrong), 'INVALID_CONFIG', /^layers: /)
    const huge = { inputs: 1e6, layers: [{ units: 1e6 }] }
    await expectRefusal(() => diagnose(INPUTS, TARGETS, huge), 'OUT_OF_MEMORY', /^layers: /)
  })
})

describe('columns', () => {
  it.each(['none', 'standard', 'maxAbs'] as const)('that are constant, with scaling %s', (inputs) => {
    const finding = only(
      withColumn(() => 7),
      TARGETS,
      { ...WIDER, scaling: { inputs } },
    )
    expect(finding).toMatchObject({ severity: 'warning', code: 'constantColumn', path: 'inputs', column: 3 })
    expect(finding.message).toMatch(/column 3 is 7 in all 40 rows/)
  })

  it('that float32 rounds to one number', () => {
    const inputs = withColumn((row) => 1.7e12 + row)
    const [finding] = about(diagnose(inputs, TARGETS, WIDER), 'lostPrecision')
    expect(finding).toMatchObject({ severity: 'warning', path: 'inputs', column: 3 })
    expect(finding.message).toMatch(/from 1700000000000 to 1700000000039.*one number in float32/)
    expect(about(diagnose(inputs, TARGETS, { ...WIDER, dtype: 'float64' }), 'lostPrecision')).toEqual([])
    expect(diagnose(inputs, TARGETS, { ...WIDER, scaling: { inputs: 'standard' } })).toEqual([])
  })

  it('that equal another', () => {
    const finding = only(
      withColumn((row) => INPUTS[row][1]),
      TARGETS,
      WIDER,
    )
    expect(finding).toMatchObject({ severity: 'warning', code: 'duplicateColumn', path: 'inputs', column: 3 })
    expect(finding.message).toMatch(/column 3 equals column 1/)
  })

  it.each<[string, (value: number) => number]>([
    ['in other units', (value) => 1.8 * value + 32],
    ['upside down', (value) => 1 - value],
  ])('that are another %s', (_, convert) => {
    const inputs = withColumn((row) => convert(INPUTS[row][1]))
    const [finding] = about(diagnose(inputs, TARGETS, WIDER), 'dependentColumn')
    expect(finding).toMatchObject({ severity: 'hint', path: 'inputs', column: 3 })
    expect(finding.message).toMatch(/column 3 is column 1 in other units/)
    const found = (rows: number) =>
      about(diagnose(inputs.slice(0, rows), TARGETS.slice(0, rows), WIDER), 'dependentColumn').length
    expect([found(9), found(10)]).toEqual([0, 1]) // fewer rows are on a line too easily
    inputs[9][3] += 1e-6
    expect(about(diagnose(inputs, TARGETS, WIDER), 'dependentColumn')).toEqual([])
  })

  it('of the same kind are counted after the first ten', () => {
    const inputs = rowsOf(40, 1, 1).map(([value]) => [value, ...new Array(30).fill(4)])
    const constant = about(diagnose(inputs, TARGETS, { ...CONFIG, inputs: 31 }), 'constantColumn')
    expect(constant.map((finding) => finding.column)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(constant[9].message).toMatch(/20 more/)
    expect(constant[8].message).not.toMatch(/more/)
    const ten = inputs.map((cells) => cells.slice(0, 11))
    const all = about(diagnose(ten, TARGETS, { ...CONFIG, inputs: 11 }), 'constantColumn')
    expect(all).toHaveLength(10)
    expect(all[9].message).not.toMatch(/more/)
  })

  it('of very different scales, unless one is rarer than in a hundredth of the rows', () => {
    const sizes = (rows: number) => {
      const inputs = rowsOf(rows, 2, 1).map((cells, row) => [...cells, row === 0 ? 1e5 : 0])
      return about(diagnose(inputs, rowsOf(rows, 1, 2), CONFIG), 'differentScales').length
    }
    expect([sizes(100), sizes(101)]).toEqual([1, 0])
  })

  it('of very different scales, where the scaling leaves them so', () => {
    const inputs = withColumn((row) => 1e5 * INPUTS[row][2] ** 2)
    for (const scaling of [{}, { inputs: { divideBy: 1000 } }]) {
      const finding = only(inputs, TARGETS, { ...WIDER, scaling })
      expect(finding).toMatchObject({ severity: 'warning', code: 'differentScales', path: 'inputs', column: 3 })
      expect(finding.message).toMatch(/column 3 is .*scaling: \{ inputs: 'standard' \}/)
    }
    expect(diagnose(inputs, TARGETS, { ...WIDER, scaling: { inputs: 'standard' } })).toEqual([])
    expect(diagnose(inputs, TARGETS, { ...WIDER, scaling: { inputs: { divideBy: [1, 1, 1, 1e5] } } })).toEqual([])
  })

  it('that are all large', () => {
    const pixels = INPUTS.map((cells) => cells.map((value) => Math.round(127 * (1 + value))))
    const finding = only(pixels, TARGETS, CONFIG)
    expect(finding).toMatchObject({ severity: 'warning', code: 'largeValues', path: 'inputs' })
    expect(finding.message).toMatch(/2 more are above 10.*scaling: \{ inputs: 'standard' \}/)
    expect(diagnose(pixels, TARGETS, { ...CONFIG, scaling: { inputs: { divideBy: 255 } } })).toEqual([])
  })

  it('that vary little far from 0', () => {
    const years = withColumn((row) => 1980 + row)
    const finding = only(years, TARGETS, { ...WIDER, scaling: { inputs: 'max' } })
    expect(finding).toMatchObject({ severity: 'hint', code: 'uncenteredColumn', path: 'inputs', column: 3 })
    expect(diagnose(years, TARGETS, { ...WIDER, scaling: { inputs: 'minMax' } })).toEqual([])
  })

  it('at the ends of float64 raise no false alarm', () => {
    for (const size of [1e308, 1e200, 1e-200, 5e-324]) {
      const inputs = INPUTS.map((cells) => cells.map((value) => Math.round(value) * size))
      const findings = diagnose(inputs, TARGETS, { ...CONFIG, dtype: 'float64', scaling: { inputs: 'maxAbs' } })
      expect(findings.filter(({ code }) => code !== 'contradictingRows')).toEqual([])
    }
  })
})

describe('targets', () => {
  it.each([
    ['sigmoid', [0.5, 1.5], 'minMax', /from 0 to 1/],
    ['tanh', [-0.5, -1.5], 'maxAbs', /from -1 to 1/],
    ['relu', [0, -0.1], 'minMax', /at least 0/],
    ['softplus', [0, -0.1], 'minMax', /at least 0/],
  ] as const)('that %s never reaches', (activation, [inside, outside], scaling, words) => {
    const targets = TARGETS.map((_, row) => [row === 6 || row === 9 ? outside : inside / (1 + row)])
    const finding = only(INPUTS, targets, withOutput(activation))
    expect(finding).toMatchObject({ severity: 'warning', code: 'outOfRange', path: 'targets', row: 6, column: 0 })
    expect(finding.message).toMatch(words)
    expect(finding.message).toContain(`targets[6][0]: expected a number`)
    expect(finding.message).toContain(`got ${outside}, and likewise in 1 row more of column 0; use scaling`)
    expect(finding.message).toContain(`{ targets: '${scaling}' } or a linear output`)
    expect(diagnose(INPUTS, targets, { ...withOutput(activation), scaling: { targets: scaling } })).toEqual([])
    expect(diagnose(INPUTS, targets, withOutput('linear'))).toEqual([])
  })

  it('are compared after scaling, and shown before and after', () => {
    const targets = TARGETS.map((_, row) => [50 + row])
    const config: NetworkConfig = { ...withOutput('sigmoid'), scaling: { targets: { divideBy: 80 } } }
    const { row, message } = only(INPUTS, targets, config)
    expect([row, message]).toEqual([31, expect.stringContaining('got 81 (1.013 as the network sees it)')])
    expect(diagnose(INPUTS, targets, { ...config, scaling: { targets: { divideBy: 100 } } })).toEqual([])
  })

  it('that are large for a linear output', () => {
    const scores = TARGETS.map(([value]) => 90 + 5 * value)
    const finding = only(INPUTS, scores, CONFIG)
    expect(finding).toMatchObject({ severity: 'warning', code: 'largeValues', path: 'targets' })
    expect(finding.message).toMatch(/outputs start near 0.*scaling: \{ targets: 'standard' \}/)
    expect(diagnose(INPUTS, scores, { ...CONFIG, scaling: { targets: 'standard' } })).toEqual([])
  })

  it('of very different scales', () => {
    const targets = TARGETS.map(([value], row) => [value, 300 * INPUTS[row][0]])
    const config = { ...CONFIG, layers: [{ units: 2 }] }
    expect(only(INPUTS, targets, config)).toMatchObject({ code: 'differentScales', path: 'targets', column: 1 })
  })

  it('that are all the same', () => {
    const finding = only(
      INPUTS,
      TARGETS.map(() => [2]),
      CONFIG,
    )
    expect(finding).toMatchObject({ severity: 'warning', code: 'constantColumn', path: 'targets', column: 0 })
    expect(finding.message).toMatch(/is 2 in all 40 rows: there is nothing to learn/)
  })

  it('without rows of a class', () => {
    const labels = TARGETS.map((_, row) => 2 * (row % 2))
    const finding = only(INPUTS, labels, withClasses(3))
    expect(finding).toMatchObject({ severity: 'warning', code: 'emptyClass', path: 'targets' })
    expect(finding.message).toMatch(/class 1 has no rows/)
    const oneHot = labels.map((label) => [0, 1, 2].map((index) => Number(index === label)))
    expect(only(INPUTS, oneHot, withClasses(3))).toEqual({ ...finding, column: 1 })
    expect(
      only(
        INPUTS,
        TARGETS.map(() => [1]),
        withClasses(1),
      ).message,
    ).toMatch(/class 0 has no rows/)
    expect(
      only(
        INPUTS,
        TARGETS.map(() => [0]),
        withClasses(1),
      ).message,
    ).toMatch(/class 1 has no rows/)
  })

  it('with classes of very different numbers of rows', () => {
    const labels = TARGETS.map((_, row) => Number(row % 20 === 0))
    for (const units of [1, 2]) {
      const finding = only(INPUTS, labels, withClasses(units))
      expect(finding).toMatchObject({ severity: 'hint', code: 'unbalancedClasses', path: 'targets' })
      expect(finding.message).toMatch(/class 0 has 38 rows, class 1 only 2.*classWeights: 'balanced'/)
      const balanced = TARGETS.map((_, row) => Number(row % 9 === 0))
      expect(diagnose(INPUTS, balanced, withClasses(units))).toEqual([])
    }
  })

  it('that are probabilities are no classes', () => {
    const soft = TARGETS.map(([value]) => [0.97 + value / 1000])
    expect(diagnose(INPUTS, soft, withClasses(1))).toEqual([])
    const withEnds = TARGETS.map((_, row) => [row < 2 ? row : 0.5])
    expect(diagnose(INPUTS, withEnds, withClasses(1))).toEqual([])
    const manyLabels = TARGETS.map((_, row) => [row % 2, Number(row === 3), row % 3 === 0 ? 1 : 0])
    const layers: NetworkConfig['layers'] = [{ units: 3, activation: 'sigmoid' }]
    expect(diagnose(INPUTS, manyLabels, { ...CONFIG, layers })).toEqual([])
  })
})

describe('rows', () => {
  it('that are equal but for their targets', () => {
    const inputs = [...INPUTS, INPUTS[3], INPUTS[3], INPUTS[7]]
    const finding = only(inputs, [...TARGETS, [0.1], TARGETS[3], [0.2]], CONFIG)
    expect(finding).toMatchObject({ severity: 'hint', code: 'contradictingRows', path: 'inputs', row: 40 })
    expect(finding.message).toMatch(/rows 3 and 40 are equal.*in 1 row more/)
  })

  it('that are fewer than the parameters', () => {
    const config = { ...CONFIG, layers: [{ units: 20 }, { units: 1, bias: false }] }
    expect(only(INPUTS, TARGETS, config).message).toMatch(/40 rows for 100 weights and biases/)
    const few = (rows: number) =>
      about(diagnose(INPUTS.slice(0, rows), TARGETS.slice(0, rows), CONFIG), 'fewRows').length
    expect([few(25), few(26)]).toEqual([1, 0]) // 26 weights and biases
  })

  it('of any form give the same findings, and are left alone', () => {
    const inputs = columns(
      Array.from({ length: 40 }, (_, row) => row),
      new Array(40).fill(3),
      INPUTS.map(([a]) => a),
    )
    const flat = Float64Array.from(inputs.flat())
    const copy = structuredClone(inputs)
    const findings = diagnose(inputs, TARGETS, CONFIG)
    expect(findings.length).toBeGreaterThan(1)
    expect(diagnose(flat, TARGETS.flat(), CONFIG)).toEqual(findings)
    expect(diagnose({ data: flat, rows: 40, columns: 3 }, TARGETS, CONFIG)).toEqual(findings)
    expect(inputs).toEqual(copy)
    const targets = Float64Array.from(TARGETS.flat(), (value) => 2 + value)
    const [place] = about(diagnose(flat, targets, withOutput('sigmoid')), 'outOfRange')
    expect(place.message).toMatch(/^targets\[0\]: /)
  })

  it('10,000 of 784 columns, half of them duplicates: equal columns are found without comparing all pairs', () => {
    const data = new Float32Array(7_840_000)
    const random = Float32Array.from(rowsOf(1, 99_991, 3)[0])
    for (let index = 0; index < data.length; index++) data[index] = random[index % random.length]
    for (let row = 0; row < 10_000; row++) data.copyWithin(784 * row + 392, 784 * row, 784 * row + 392)
    const labels = Uint8Array.from({ length: 10_000 }, (_, row) => row % 10)
    const layers: NetworkConfig['layers'] = [{ units: 10, activation: 'softmax' }]
    const findings = diagnose(data, labels, { inputs: 784, layers, scaling: { inputs: 'standard' } })
    expect(findings).toHaveLength(10)
    expect(findings[9].message).toMatch(/column 401 equals column 9 .*382 more/)
  })
})

it('puts the gravest first', () => {
  const inputs = [...withColumn(() => 7), [...INPUTS[0], 7]]
  const severities = diagnose(inputs, [...TARGETS, [99]], WIDER).map(({ severity }) => severity)
  expect(severities).toEqual(['warning', 'warning', 'hint'])
})

describe('finite data near the ends of float64', () => {
  const config: NetworkConfig = { inputs: 3, layers: [{ units: 1 }], dtype: 'float64' }
  const largest = Number.MAX_VALUE
  const targets = [[1], [2], [3], [4]]
  const columnOf = (numbers: readonly number[]): Matrix => {
    const place = (row: number) => `inputs[${row}][0]`
    return madeMatrix(
      { name: 'inputs', rows: numbers.length, columns: 1, form: 'rows', place },
      (from, to, values, offset, stride) => {
        for (let row = from, at = offset; row < to; row++, at += stride) values[at] = numbers[row]
      },
    )
  }

  it.each<[string, number[]]>([
    ['large', [1e300, 1.1e300, 1.2e300, 1e300]],
    ['largest', [largest, -largest, largest, -largest]],
    ['nearly constant', [largest, largest, largest, largest / 1.001]],
    ['small', [1e-300, 2e-300, 3e-300, 4e-300]],
    ['smallest', [8 * Number.MIN_VALUE, 0, 8 * Number.MIN_VALUE, 0]],
  ])('are measured as other numbers are: %s', (_, numbers) => {
    const inputs = numbers.map((number, row) => [number, 1 + row, 1e-200 * row])
    const told = diagnose(inputs, targets, config).map(({ message }) => message)
    expect(told.join('\n')).not.toMatch(/Infinity|NaN/)
    const [column] = measureColumns(columnOf(numbers))
    const power = 2 ** (numbers[0] > 1 ? -600 : 600)
    const scaled = numbers.map((number) => number * power)
    const mean = scaled.reduce((sum, number) => sum + number / 4, 0)
    const variance = scaled.reduce((sum, number) => sum + (number - mean) ** 2 / 4, 0)
    expect(Math.abs(column.mean * power - mean)).toBeLessThanOrEqual(1e-12 * Math.max(...scaled))
    expect((column.deviation * power) / Math.sqrt(variance)).toBeCloseTo(1, 6)
  })
})
