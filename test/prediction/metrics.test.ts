// Metrics: by hand, against scikit-learn's values, against plain definitions, at the ends of the number range, and what is
// refused.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../src/data/matrix.ts'
import { readTargets } from '../../src/data/read-targets.ts'
import { createNetwork } from '../../src/index.ts'
import {
  computeMetrics,
  type MetricChoice,
  type MetricName,
  type Metrics,
  resolveMetrics,
} from '../../src/prediction/metrics.ts'
import { engines, expectRefusal, numbersOf, rowsOf } from '../support/networks.ts'
import { refusal } from '../support/refusal.ts'

type Targets = number[] | number[][]

interface Fixtures {
  classification: {
    outputs: number[][]
    classes: number[]
    accuracy: number
    /** For k = 1, 2 … */
    topK: number[]
    precision: Record<string, number>
    recall: Record<string, number>
    f1: Record<string, number>
    auc: number | null
    confusion: number[][]
  }[]
  labels: {
    outputs: number[][]
    targets: number[][]
    accuracy: number
    precision: Record<string, number>
    recall: Record<string, number>
    f1: Record<string, number>
    auc: number | null
  }[]
  regression: {
    outputs: number[][]
    targets: number[][]
    meanAbsoluteError: number
    rootMeanSquaredError: number
    r2: number | null
  }[]
}

const fixtures: Fixtures = JSON.parse(readFileSync(new URL('../fixtures/metrics.json', import.meta.url), 'utf8'))

const NAMES: MetricName[] = [
  'accuracy',
  'topK',
  'precision',
  'recall',
  'f1',
  'auc',
  'confusion',
  'meanAbsoluteError',
  'rootMeanSquaredError',
  'r2',
]
const AVERAGED = ['precision', 'recall', 'f1'] as const

/** Class numbers where there are several units and one number per row, else rows of numbers */
function readAny(targets: Targets, rows: number, units: number): Matrix {
  const isClasses = units > 1 && targets.length === rows && typeof targets[0] === 'number'
  return readTargets(targets, units, 'float64', isClasses ? 'distribution' : 'number', rows)
}

function evaluate(metrics: MetricChoice[], outputs: number[][], targets: Targets, Type = Float64Array): Metrics {
  const units = outputs[0].length
  const values = Type.from(outputs.flat())
  return computeMetrics(resolveMetrics(metrics, units), values, readAny(targets, outputs.length, units))
}

const one = (metric: MetricChoice, outputs: number[][], targets: Targets) =>
  Object.values(evaluate([metric], outputs, targets))[0] as number

const oneHot = (classes: number[], units: number) =>
  classes.map((number) => Array.from({ length: units }, (_, unit) => Number(unit === number)))

describe('by hand', () => {
  // Taken for 0, 1, 1, 2, 0
  const outputs = [
    [0.7, 0.2, 0.1],
    [0.1, 0.6, 0.3],
    [0.2, 0.5, 0.3],
    [0.1, 0.2, 0.7],
    [0.5, 0.1, 0.4],
  ]
  const classes = [0, 1, 2, 2, 1]

  it('gives what was asked for and nothing else', () => {
    expect(evaluate([], outputs, classes)).toEqual({})
    expect(Object.keys(evaluate(NAMES, outputs, classes))).toEqual(NAMES)
    expect(resolveMetrics(undefined, 3)).toEqual([])
  })

  it('counts rows by true class, then by predicted class', () => {
    expect(evaluate(['confusion'], outputs, classes).confusion).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 1, 1],
    ])
  })

  it('averages over the classes', () => {
    const { accuracy, precision, recall, f1 } = evaluate(['accuracy', ...AVERAGED], outputs, classes)
    expect(accuracy).toBe(0.6)
    expect(precision).toBeCloseTo((1 / 2 + 1 / 2 + 1) / 3, 15)
    expect(recall).toBeCloseTo((1 + 1 / 2 + 1 / 2) / 3, 15)
    expect(f1).toBeCloseTo((2 / 3 + 1 / 2 + 2 / 3) / 3, 15)
    expect(one({ name: 'f1', average: 'weighted' }, outputs, classes)).toBeCloseTo((2 / 3 + 1 + 4 / 3) / 5, 15)
    expect(one({ name: 'f1', average: 'micro' }, outputs, classes)).toBe(0.6)
  })

  it('leaves classes that do not occur out of the mean', () => {
    expect(one('recall', outputs.slice(0, 2), [0, 1])).toBe(1)
    // Class 0 occurs in the predictions alone.
    expect(one('precision', [outputs[0], outputs[1]], [1, 1])).toBe(0.5)
  })

  it('takes the two largest outputs for topK unless told otherwise', () => {
    expect(one('topK', outputs, classes)).toBe(0.8)
    expect([1, 2, 3].map((k) => one({ name: 'topK', k }, outputs, classes))).toEqual([0.6, 0.8, 1])
  })

  it('takes class 1 for the positive one of two', () => {
    const scores = [[0.9], [0.6], [0.4], [0.2]]
    const targets = [[1], [0], [1], [0]]
    const expected = { accuracy: 0.5, precision: 0.5, recall: 0.5, f1: 0.5, auc: 0.75 }
    expect(evaluate(['accuracy', ...AVERAGED, 'auc'], scores, targets)).toEqual(expected)
    const pairs = scores.map(([score]) => [1 - score, score])
    expect(evaluate(['accuracy', ...AVERAGED, 'auc'], pairs, targets.flat())).toEqual(expected)
    expect(one('precision', [[0.9], [0.8], [0.1]], [[1], [0], [0]])).toBe(0.5)
    expect(one('recall', [[0.9], [0.8], [0.1]], [[1], [0], [0]])).toBe(1)
  })

  it('takes ½ for class 0, and of equal outputs the first', () => {
    expect(evaluate(['confusion'], [[0.5], [0.5 + 2 ** -53]], [[0], [1]]).confusion).toEqual([
      [1, 0],
      [0, 1],
    ])
    const ties = [[1, 1, 1]]
    expect([0, 1, 2].map((number) => one('accuracy', ties, [number]))).toEqual([1, 0, 0])
    expect([0, 1, 2].map((number) => one('topK', ties, [number]))).toEqual([1, 1, 0])
  })

  it('takes two classes for all top two', () => {
    expect(one('topK', [[0.9]], [[0]])).toBe(1)
    expect(one({ name: 'topK', k: 1 }, [[0.9]], [[0]])).toBe(0)
  })

  it('counts equal scores half', () => {
    expect(one('auc', [[0.3], [0.3], [0.3]], [[1], [0], [1]])).toBe(0.5)
    expect(one('auc', [[0.3], [0.3], [0.1], [-0]], [[1], [0], [1], [0]])).toBe(0.625)
    expect(one('auc', [[0], [-0]], [[1], [0]])).toBe(0.5)
  })

  it('measures errors in the units of the targets', () => {
    const scores = [[90], [89], [86]]
    const targets = [[92], [86], [89]]
    const result = evaluate(['meanAbsoluteError', 'rootMeanSquaredError', 'r2'], scores, targets)
    expect(result).toEqual({
      meanAbsoluteError: 8 / 3,
      rootMeanSquaredError: Math.sqrt(22 / 3),
      r2: 1 - 22 / 18,
    })
  })

  it('takes the root of the mean over all outputs, not the mean of the roots', () => {
    expect(one('rootMeanSquaredError', [[3, 1]], [[0, 0]])).toBe(Math.sqrt(5))
  })

  it('compares with one-hot rows where targets are class numbers', () => {
    expect(one('meanAbsoluteError', [[0.25, 0.75]], [0])).toBe(0.75)
  })

  it('takes the largest of probabilities for the class', () => {
    expect(one('accuracy', [[0.1, 0.2, 0.7]], [[0.3, 0.3, 0.4]])).toBe(1)
  })
})

describe('scikit-learn', () => {
  const expectClose = (got: number | undefined, wanted: number, what: string) =>
    expect(Math.abs(got! - wanted), `${what}: ${got} instead of ${wanted}`).toBeLessThan(
      1e-12 * Math.max(1, Math.abs(wanted)),
    )

  it('has the same values of several labels a row within 1e-12', async () => {
    for (const [index, { outputs, targets, accuracy, auc, ...averages }] of fixtures.labels.entries()) {
      const units = outputs[0].length
      const of = (...choices: MetricChoice[]) => {
        const values = Float64Array.from(outputs.flat())
        const matrix = readTargets(targets, units, 'float64', 'probability', outputs.length)
        return computeMetrics(resolveMetrics(choices, units, true), values, matrix)
      }
      expectClose(of('accuracy').accuracy, accuracy, `${index} accuracy`)
      for (const name of AVERAGED) {
        expectClose(of(name)[name], averages[name].macro, `${index} ${name}`)
        for (const [average, value] of Object.entries(averages[name])) {
          expectClose(of({ name, average } as MetricChoice)[name], value, `${index} ${name} ${average}`)
        }
      }
      if (auc === null) await expectRefusal(() => of('auc'), 'INVALID_DATA', /with label/)
      else expectClose(of('auc').auc, auc, `${index} auc`)
    }
    expect(fixtures.labels.filter(({ auc }) => auc !== null).length).toBeGreaterThan(10)
  })

  it.each([Float32Array, Float64Array])('has the same values of classes within 1e-12, from a %o', (Type) => {
    fixtures.classification.forEach((wanted, index) => {
      const { outputs, classes } = wanted
      const units = outputs[0].length
      const forms = units === 1 ? [classes] : [classes, oneHot(classes, units)]
      for (const targets of forms) {
        const all = (...metrics: MetricChoice[]) => evaluate(metrics, outputs, targets, Type as Float64ArrayConstructor)
        const { accuracy, confusion, ...usual } = all('accuracy', 'confusion', ...AVERAGED)
        expectClose(accuracy, wanted.accuracy, `${index} accuracy`)
        expect(confusion, `${index} confusion`).toEqual(wanted.confusion)
        wanted.topK.forEach((value, k) => {
          expectClose(all({ name: 'topK', k: k + 1 }).topK, value, `${index} topK ${k + 1}`)
        })
        for (const name of AVERAGED) {
          const values = wanted[name]
          expectClose(usual[name], values.binary ?? values.macro, `${index} ${name}`)
          for (const average of Object.keys(values)) {
            const got = all({ name, average } as MetricChoice)[name]
            expectClose(got, values[average], `${index} ${name} ${average}`)
          }
        }
        if (wanted.auc === null) expect(refusal(() => all('auc')).code, `${index} auc`).toBe('INVALID_DATA')
        else expectClose(all('auc').auc, wanted.auc, `${index} auc`)
      }
    })
  })

  it('has the same errors and r2 within 1e-12', () => {
    fixtures.regression.forEach(({ outputs, targets, r2, ...wanted }, index) => {
      const got = evaluate(['meanAbsoluteError', 'rootMeanSquaredError'], outputs, targets)
      expectClose(got.meanAbsoluteError, wanted.meanAbsoluteError, `${index} meanAbsoluteError`)
      expectClose(got.rootMeanSquaredError, wanted.rootMeanSquaredError, `${index} rootMeanSquaredError`)
      if (r2 !== null) expectClose(one('r2', outputs, targets), r2, `${index} r2`)
      else expect(refusal(() => one('r2', outputs, targets)).code).toBe('INVALID_DATA')
    })
  })
})

describe('definitions', () => {
  const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }))

  it('auc counts pairs', () => {
    const rows = fc.array(fc.tuple(score, fc.integer({ min: 0, max: 1 })), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(rows, (more) => {
        const all: [number, number][] = [[0, 0], [0, 1], ...more]
        const of = (target: number) => all.filter(([, other]) => other === target).map(([value]) => value)
        const pairs = of(1).flatMap((a) => of(0).map((b) => (a > b ? 1 : a === b ? 0.5 : 0)))
        const wanted = pairs.reduce((sum: number, pair) => sum + pair, 0) / pairs.length
        const got = one(
          'auc',
          all.map(([value]) => [value]),
          all.map(([, target]) => [target]),
        )
        expect(got).toBe(wanted)
      }),
    )
  })

  it('top 1 is the accuracy', () => {
    const row = fc.tuple(score, score, score)
    const rows = fc.array(fc.tuple(row, fc.integer({ min: 0, max: 2 })), { minLength: 1 })
    fc.assert(
      fc.property(rows, (all) => {
        const outputs = all.map(([output]) => output as number[])
        const classes = all.map(([, number]) => number)
        expect(one({ name: 'topK', k: 1 }, outputs, classes)).toBe(one('accuracy', outputs, classes))
      }),
    )
  })

  it('no value is NaN, and what is not finite is refused', () => {
    const value = fc.oneof(
      score,
      fc.constantFrom(5e-324, 1e-160, 1e160, 1.7976931348623157e308, -1.7976931348623157e308),
    )
    const rows = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 6 })
    fc.assert(
      fc.property(rows, fc.constantFrom<MetricName>('meanAbsoluteError', 'rootMeanSquaredError', 'r2'), (all, name) => {
        const outputs = all.map(([output]) => [output])
        const targets = all.map(([, target]) => [target])
        let got: number
        try {
          got = one(name, outputs, targets)
        } catch {
          expect(refusal(() => one(name, outputs, targets))).toMatchObject({ code: 'NOT_FINITE', path: name })
          return
        }
        expect(Number.isFinite(got)).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('digits', () => {
  it('a million errors keep them', () => {
    const outputs = Array.from({ length: 1e6 }, () => [0.1])
    const targets = outputs.map(() => [0])
    expect(one('meanAbsoluteError', outputs, targets)).toBe(0.1)
    expect(one('rootMeanSquaredError', outputs, targets)).toBe(0.1)
  })

  it.each([1e-300, 1e-160, 1, 1e160, 1e300])('squares of about %d neither vanish nor overflow', (size) => {
    const targets = numbersOf(50, 1).map((value) => [value * size])
    const outputs = numbersOf(50, 2).map((value) => [value * size])
    const wanted = evaluate(
      ['rootMeanSquaredError', 'r2'],
      numbersOf(50, 2).map((value) => [value]),
      numbersOf(50, 1).map((value) => [value]),
    )
    expect(one('rootMeanSquaredError', outputs, targets) / size).toBeCloseTo(wanted.rootMeanSquaredError!, 12)
    expect(one('r2', outputs, targets)).toBeCloseTo(wanted.r2!, 12)
  })

  it('errors up to the largest number are taken', () => {
    const largest = 1.7976931348623157e308
    expect(one('meanAbsoluteError', [[largest], [0], [0]], [[0], [largest], [0]])).toBeCloseTo((largest / 3) * 2, -300)
    // One error is out of range, their mean is not.
    expect(one('meanAbsoluteError', [[largest], [0]], [[-largest], [0]])).toBe(largest)
    expect(one('r2', [[largest], [-largest]], [[largest], [-largest]])).toBe(1)
    expect(refusal(() => one('rootMeanSquaredError', [[largest]], [[-largest]]))).toMatchObject({
      code: 'NOT_FINITE',
      message: 'rootMeanSquaredError: expected a finite value, got Infinity; outputs and targets are too far apart',
    })
  })

  it.each([Infinity, Number.NaN])('outputs of %d end in a refusal', (value) => {
    for (const name of ['meanAbsoluteError', 'rootMeanSquaredError', 'r2'] as const) {
      expect(refusal(() => one(name, [[value], [1]], [[1], [2]])).code).toBe('NOT_FINITE')
    }
  })

  it('r2 of targets that differ in their last digits', () => {
    expect(one('r2', [[1e16], [1e16 + 4]], [[1e16], [1e16 + 2]])).toBe(1 - 4 / 2)
  })

  it('r2 of a constant target is 1 if the outputs are exact, else 0', () => {
    // The rounded mean of three times 0.1 is another number.
    expect(one('r2', [[0.1], [0.1], [0.1]], [[0.1], [0.1], [0.1]])).toBe(1)
    expect(one('r2', [[0.1], [0.1], [0.2]], [[0.1], [0.1], [0.1]])).toBe(0)
    expect(
      one(
        'r2',
        [
          [0, 3],
          [0, 4],
        ],
        [
          [1, 3],
          [1, 4],
        ],
      ),
    ).toBe(0.5)
  })
})

describe('options that are refused', () => {
  const refused = (value: unknown, units = 3) => refusal(() => resolveMetrics(value, units))
  const names = NAMES.map((name) => `"${name}"`).join(', ')

  it.each<[string, unknown, string]>([
    ['a name alone', 'accuracy', 'metrics: expected an array of metrics, as in ["accuracy"], got "accuracy"'],
    ['null', null, 'metrics: expected an array of metrics, as in ["accuracy"], got null'],
    [
      'another name',
      ['r2', 'acuracy'],
      `metrics[1]: expected one of ${names}, got "acuracy"; did you mean "accuracy"?`,
    ],
    ['a hole', new Array(1), `metrics[0]: expected one of ${names}, got undefined`],
    [
      'another name in an object',
      [{ name: 'F1' }],
      `metrics[0].name: expected one of ${names}, got "F1"; did you mean "f1"?`,
    ],
    ['no name', [{ k: 3 }], `metrics[0].name: expected one of ${names}, got undefined`],
    ['a name of the prototype', ['toString'], `metrics[0]: expected one of ${names}, got "toString"`],
    [
      'one twice',
      ['f1', 'r2', { name: 'f1', average: 'micro' }],
      'metrics[2]: expected every metric once, got "f1" again',
    ],
    ['options of others', [{ name: 'accuracy', k: 2 }], 'metrics[0].k: unknown option; expected one of "name"'],
    ['k below 1', [{ name: 'topK', k: 0 }], 'metrics[0].k: expected an integer of at least 1, got 0'],
    ['k of no integer', [{ name: 'topK', k: 1.5 }], 'metrics[0].k: expected an integer of at least 1, got 1.5'],
    ['more than all classes', [{ name: 'topK', k: 4 }], 'metrics[0].k: expected an integer of at most 3, got 4'],
    [
      'an average',
      [{ name: 'f1', average: 'mean' }],
      'metrics[0].average: expected one of "macro", "micro", "weighted" for 3 classes, got "mean"',
    ],
    [
      'binary',
      [{ name: 'f1', average: 'binary' }],
      'metrics[0].average: expected one of "macro", "micro", "weighted" for 3 classes, got "binary"',
    ],
  ])('%s', (_name, value, message) => {
    const path = message.slice(0, message.indexOf(':'))
    expect(refused(value)).toMatchObject({ code: 'INVALID_CONFIG', path, message })
  })

  it('two classes have all averages, and one output has two classes', () => {
    for (const units of [1, 2]) {
      const averages = ['binary', 'macro', 'micro', 'weighted'] as const
      for (const average of averages) expect(resolveMetrics([{ name: 'f1', average }], units)[0].average).toBe(average)
      expect(refused([{ name: 'topK', k: 3 }], units).message).toBe(
        'metrics[0].k: expected an integer of at most 2, got 3',
      )
      expect(refused([{ name: 'f1', average: 'mean' }], units).message).toBe(
        'metrics[0].average: expected one of "binary", "macro", "micro", "weighted", got "mean"',
      )
    }
  })
})

describe('targets that are refused', () => {
  const CLASSES = ['accuracy', 'topK', 'precision', 'recall', 'f1', 'auc', 'confusion'] as const
  const advice = '; metrics of classes need one class per row, while meanAbsoluteError and r2 take any targets'

  it.each(CLASSES)('by %s: numbers other than 0 and 1 for a single output', (name) => {
    for (const value of [0.3, 0.7, -1, 92]) {
      const error = refusal(() => one(name, [[0], [1]], [[0], [value]]))
      const message = `targets[1][0]: expected 0 or 1, the row's class, got ${value}${advice}`
      expect(error).toEqual({ code: 'INVALID_DATA', path: 'targets', row: 1, column: 0, message })
    }
  })

  it.each(CLASSES)('by %s: rows without one largest entry', (name) => {
    for (const [row, value] of [
      [[0, 1, 1], 1],
      [[0, 0, 0], 0],
      [[0.4, 0.2, 0.4], 0.4],
    ] as const) {
      const outputs = [
        [1, 2, 3],
        [1, 2, 3],
      ]
      const error = refusal(() => one(name, outputs, [[0, 0, 1], [...row]]))
      const message = `targets: expected one largest entry in row 1, the row's class, got several of ${value}${advice}`
      expect(error).toEqual({ code: 'INVALID_DATA', path: 'targets', row: 1, column: undefined, message })
    }
  })

  it('by auc: classes without rows', () => {
    const message = (number: number) => `targets: expected rows of every class for auc, got none of class ${number}`
    const place = { code: 'INVALID_DATA', path: 'targets' }
    expect(refusal(() => one('auc', [[0], [1]], [[1], [1]]))).toMatchObject({ ...place, message: message(0) })
    expect(refusal(() => one('auc', [[0], [1]], [[0], [0]]))).toMatchObject({ ...place, message: message(1) })
    expect(
      refusal(() =>
        one(
          'auc',
          [
            [0, 1, 2],
            [1, 2, 3],
          ],
          [0, 2],
        ),
      ),
    ).toMatchObject({ ...place, message: message(1) })
  })

  it('by r2: a single row', () => {
    const message = 'targets: expected at least two rows for r2, got one'
    expect(refusal(() => one('r2', [[1]], [[1]]))).toMatchObject({ code: 'INVALID_DATA', path: 'targets', message })
  })
})

describe.each(engines)('evaluate in %s', (engine) => {
  const inputs = rowsOf(300, 3, 1)
  const classes = inputs.map(([a, b]) => Number(a > 0) + Number(b > 0))

  it('gives the loss, and the metrics asked for, of the predictions', async () => {
    const layers = [
      { units: 8, activation: 'tanh' },
      { units: 3, activation: 'softmax' },
    ] as const
    const network = await createNetwork({
      inputs: 3,
      layers,
      optimizer: { name: 'adam', learningRate: 0.05 },
      engine,
      seed: 1,
    })
    network.trainSync(inputs, classes, { epochs: 30 })
    const { loss } = network.evaluate(inputs, classes)
    const found = network.evaluate(inputs, classes, { metrics: ['accuracy', { name: 'f1', average: 'micro' }] })
    const predicted = network.predictClass(inputs)
    const share = predicted.filter((number, row) => number === classes[row]).length / classes.length
    expect(share).toBeGreaterThan(0.9)
    expect(found).toEqual({ loss, accuracy: share, f1: share })
  })

  it('measures errors in the units of the targets', async () => {
    const network = await createNetwork({
      inputs: 3,
      layers: [{ units: 1 }],
      scaling: { targets: 'standard' },
      engine,
      seed: 1,
    })
    const targets = inputs.map(([a]) => 1000 + 500 * a)
    network.fitScaling(inputs, targets)
    const outputs = network.predict(inputs).map(([value]) => value)
    const expected = outputs.reduce((sum, value, row) => sum + Math.abs(value - targets[row]), 0) / targets.length
    expect(network.evaluate(inputs, targets, { metrics: ['meanAbsoluteError'] }).meanAbsoluteError).toBeCloseTo(
      expected,
      9,
    )
  })

  it('refuses metrics that are not there, and leaves the network alone', async () => {
    const network = await createNetwork({ inputs: 3, layers: [{ units: 1 }], engine, seed: 1 })
    const metrics = ['acuracy'] as unknown as ['accuracy']
    await expectRefusal(
      () => network.evaluate(inputs, classes, { metrics }),
      'INVALID_CONFIG',
      /did you mean "accuracy"/,
    )
  })
})

describe.each(engines)('labels in %s', (engine) => {
  it('are measured one by one where several sigmoid outputs have a cross-entropy', async () => {
    const network = await createNetwork({ inputs: 1, layers: [{ units: 2, activation: 'sigmoid' }], engine, seed: 1 })
    network.setWeights([{ weights: [[9, -9]], biases: [0, 0] }])
    const [X, y] = [
      [[1], [-1], [1]],
      [
        [1, 0],
        [0, 1],
        [1, 1],
      ],
    ]
    const metrics = ['accuracy', 'precision', 'recall', 'f1'] as const
    const measured = network.evaluate(X, y, { metrics })
    expect(measured).toMatchObject({ accuracy: 2 / 3, precision: 1, recall: 0.75 })
    expect(measured.f1).toBeCloseTo((1 + 2 / 3) / 2, 12)
    for (const name of ['confusion', 'topK'] as const) {
      await expectRefusal(() => network.evaluate(X, y, { metrics: [name] }), 'INVALID_CONFIG', /metric of labels/)
    }
    await expectRefusal(
      () =>
        network.evaluate(
          X,
          [
            [1, 0],
            [0.5, 1],
            [1, 1],
          ],
          { metrics: ['f1'] },
        ),
      'INVALID_DATA',
      /0 or 1/,
    )
  })
})
