// What may be asked for: defaults, what every refusal says, and that nothing of the user's is kept, changed or misread.
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import type { NetworkConfig } from '../../src/config/config.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import { readOptions } from '../../src/options/check.ts'
import { type ActivationName, activations } from '../../src/tables/activations.ts'
import { initializers } from '../../src/tables/initializers.ts'
import { losses } from '../../src/tables/losses.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { resolveTrainOptions } from '../../src/training/resolve-options.ts'
import { countReads } from '../support/counting.ts'
import { refusal } from '../support/refusal.ts'

type Loose = Record<string, unknown>

/** A network of 2 inputs, 3 hidden units and 1 output with changes that the types may forbid */
function resolve(changes: Loose = {}) {
  return resolveConfig({ inputs: 2, layers: [{ units: 3 }, { units: 1 }], seed: 1, ...changes } as NetworkConfig)
}

/** The same with changes of its first layer */
function resolveLayer(changes: Loose = {}, config: Loose = {}) {
  return resolve({ layers: [{ units: 3, ...changes }, { units: 1 }], ...config }).layers[0]
}

const configRefusal = (changes: Loose) => refusal(() => resolve(changes)).message
const layerRefusal = (changes: Loose, config: Loose = {}) => refusal(() => resolveLayer(changes, config)).message

const quoted = (table: object) =>
  Object.keys(table)
    .map((name) => `"${name}"`)
    .join(', ')

describe('resolveConfig', () => {
  it('fills in the documented defaults', () => {
    expect(resolve()).toEqual({
      inputs: 2,
      outputs: 1,
      layers: [
        {
          inputs: 2,
          units: 3,
          activation: { name: 'linear', options: {} },
          weightInit: { name: 'glorotUniform', options: {} },
          biasInit: { name: 'zeros', options: {} },
          hasBiases: true,
          trainsBiases: true,
          isTrainable: true,
          dropout: 0,
        },
        {
          inputs: 3,
          units: 1,
          activation: { name: 'linear', options: {} },
          weightInit: { name: 'glorotUniform', options: {} },
          biasInit: { name: 'zeros', options: {} },
          hasBiases: true,
          trainsBiases: true,
          isTrainable: true,
          dropout: 0,
        },
      ],
      loss: { name: 'meanSquaredError', options: {} },
      optimizer: {
        name: 'adam',
        options: { weightDecay: 0, decayBiases: true, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, amsgrad: false },
      },
      learningRate: { name: 'constant', initial: 0.001 },
      regularization: { l1: 0, l2: 0 },
      clipNorm: 0,
      clipValue: 0,
      scaling: { inputs: { name: 'none' }, targets: { name: 'none' } },
      dtype: 'float32',
      engine: 'auto',
      arithmetic: 'reproducible',
      threads: 1,
      seed: 1,
    })
  })

  it("takes the tutorial's configuration", () => {
    const start = { name: 'uniform', low: 0, high: 1 } as const
    const config = resolveConfig({
      inputs: 2,
      layers: [
        { units: 3, activation: 'sigmoid', weightInit: start, biasInit: start, trainBias: false },
        { units: 1, activation: 'sigmoid', weightInit: start, biasInit: start },
      ],
      loss: 'halfSquaredError',
      optimizer: { name: 'sgd', learningRate: 0.1 },
      scaling: { inputs: 'max', targets: { divideBy: 100 } },
      dtype: 'float64',
      seed: 1,
    })
    expect(config.layers[0].weightInit).toEqual({ name: 'uniform', options: { low: 0, high: 1 } })
    expect(config.layers.map(({ trainsBiases }) => trainsBiases)).toEqual([false, true])
    expect(config.optimizer).toEqual({
      name: 'sgd',
      options: { weightDecay: 0, decayBiases: true, momentum: 0, nesterov: false },
    })
    expect(config.learningRate).toEqual({ name: 'constant', initial: 0.1 })
    expect(config.scaling).toEqual({ inputs: { name: 'max' }, targets: { name: 'given', offset: [0], scale: [100] } })
  })

  it.each([
    ['linear', 'meanSquaredError'],
    ['sigmoid', 'binaryCrossEntropy'],
    ['softmax', 'categoricalCrossEntropy'],
    ['tanh', 'meanSquaredError'],
    ['relu', 'meanSquaredError'],
  ])('chooses for a %s output the loss %s', (activation, loss) => {
    expect(resolve({ layers: [{ units: 2, activation }] }).loss.name).toBe(loss)
  })

  it.each(Object.keys(activations) as ActivationName[])('starts the weights before %s by its table', (activation) => {
    const expected = activations[activation].isReluLike ? 'heUniform' : 'glorotUniform'
    expect(resolveLayer({ activation }).weightInit).toEqual({ name: expected, options: {} })
    expect(resolveLayer({ activation: { name: activation } }).activation).toEqual(
      resolveLayer({ activation }).activation,
    )
  })

  it('takes options with the value undefined for absent ones', () => {
    const absent = {
      loss: undefined,
      scaling: { inputs: undefined },
      wasm: undefined,
      dtype: undefined,
      other: undefined,
    }
    expect(resolve(absent)).toEqual(resolve())
    expect(resolve(absent).wasm).toBeUndefined()
    expect(resolve({ optimizer: { name: 'adam', beta1: undefined } })).toEqual(resolve())
    expect(resolveLayer({ activation: undefined, bias: undefined })).toEqual(resolveLayer())
  })

  it('draws an unsigned 32-bit seed where none is given', () => {
    const { seed } = resolve({ seed: undefined })
    expect(seed).toBe(seed >>> 0)
    expect(resolve({ seed: undefined }).seed === seed && resolve({ seed: undefined }).seed === seed).toBe(false)
    expect(resolve({ seed: 2 ** 32 - 1 }).seed).toBe(2 ** 32 - 1)
    expect(Object.is(resolve({ seed: -0 }).seed, 0)).toBe(true)
  })

  it('looks at each of a thousand layers as often as at each of ten', () => {
    const readsOf = (count: number) => {
      const given = countReads(Array.from({ length: count }, (_, index) => ({ units: index + 1 })))
      const { layers } = resolve({ layers: given.counted })
      expect(layers[count - 1]).toMatchObject({ inputs: count - 1, units: count })
      return given.reads() / count
    }
    expect(readsOf(1000)).toBeLessThanOrEqual(readsOf(10))
  })
})

describe('a refusal', () => {
  it('carries code, path, what was expected and what came', () => {
    const error = refusal(() => resolve({ layers: [{ units: 3 }, { units: 0 }] }))
    expect(error.code).toBe('INVALID_CONFIG')
    expect(error.path).toBe('layers[1].units')
    expect(error.message).toBe('layers[1].units: expected an integer of at least 1, got 0')
  })

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [[], 'an array of 0'],
    ['adam', '"adam"'],
    [7, '7'],
    [new Float32Array(2), 'a Float32Array'],
  ])('comes for the configuration %o', (config, got) => {
    const { message } = refusal(() => resolveConfig(config as unknown as NetworkConfig))
    expect(message).toBe(`config: expected an object such as { inputs: 2, layers: [{ units: 1 }] }, got ${got}`)
  })

  it.each([
    [{ inputs: undefined }, 'inputs: expected an integer of at least 1, got undefined'],
    [{ inputs: '2' }, 'inputs: expected an integer of at least 1, got "2"'],
    [{ inputs: 2n }, 'inputs: expected an integer of at least 1, got 2n'],
    [{ inputs: 2.5 }, 'inputs: expected an integer of at least 1, got 2.5'],
    [{ inputs: 2 ** 31 + 1 }, 'inputs: expected an integer of at most 2147483648, got 2147483649'],
    [{ layers: undefined }, 'layers: expected an array of at least one layer such as { units: 1 }, got undefined'],
    [{ layers: [] }, 'layers: expected an array of at least one layer such as { units: 1 }, got an array of 0'],
    [{ layers: { 0: {} } }, 'layers: expected an array of at least one layer such as { units: 1 }, got an object'],
    [{ layers: [-3] }, 'layers[0]: expected a layer such as { units: 3 }, got -3'],
    [{ layers: [{ units: 1 }, null] }, 'layers[1]: expected a layer such as { units: 3 }, got null'],
    [{ dtype: null }, 'dtype: expected one of "float32", "float64", got null'],
    [{ dtype: 'float' }, 'dtype: expected one of "float32", "float64", got "float"; did you mean "float32"?'],
    [{ engine: 'gpu' }, 'engine: expected one of "auto", "wasm", "typescript", got "gpu"'],
    [{ arithmetic: true }, 'arithmetic: expected one of "reproducible", "relaxed", got true'],
    [{ seed: -1 }, 'seed: expected an integer of at least 0, got -1'],
    [{ seed: 2 ** 60 }, 'seed: expected an integer of at most 4294967295, got 1152921504606847000'],
    [{ seed: 1.5 }, 'seed: expected an integer of at least 0, got 1.5'],
    [{ seed: '1' }, 'seed: expected an integer of at least 0, got "1"'],
  ])('comes for %o', (changes, message) => {
    expect(configRefusal(changes)).toBe(message)
  })

  it.each([0, -3, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '3,4', '3', [3], null, undefined, true, 2 ** 40])(
    'names units for %o',
    (units) => {
      expect(layerRefusal({ units })).toMatch(
        /^layers\[0\]\.units: expected an integer of at (least 1|most 2147483648), got /,
      )
    },
  )

  it('comes for a hole in layers', () => {
    const layers = [{ units: 3 }, { units: 2 }, { units: 1 }]
    delete layers[1]
    expect(configRefusal({ layers })).toBe('layers[1]: expected a layer such as { units: 3 }, got undefined')
    expect(configRefusal({ layers: new Array(2 ** 32 - 1) })).toMatch(/^layers\[0\]: /)
  })
})

describe('an unknown option', () => {
  it.each([
    [{ optimiser: 'adam' }, 'optimiser: unknown option; did you mean "optimizer"?'],
    [{ Seed: 1 }, 'Seed: unknown option; did you mean "seed"?'],
    [{ layers: [{ unit: 3 }] }, 'layers[0].unit: unknown option; did you mean "units"?'],
    [
      { layers: [{ units: 3, weight_init: 'zeros' }] },
      'layers[0].weight_init: unknown option; did you mean "weightInit"?',
    ],
    [
      { optimizer: { name: 'sgd', learning_rate: 1 } },
      'optimizer.learning_rate: unknown option; did you mean "learningRate"?',
    ],
    [{ scaling: { input: 'max' } }, 'scaling.input: unknown option; did you mean "inputs"?'],
    [{ scaling: { inputs: { dividedBy: 2 } } }, 'scaling.inputs.dividedBy: unknown option; did you mean "divideBy"?'],
    [{ loss: { name: 'halfSquaredError', n: 1 } }, 'loss.n: unknown option; expected one of "name"'],
    [
      { optimizer: { name: 'sgd', beta1: 0.9 } },
      'optimizer.beta1: unknown option; expected one of "name", "learningRate", "weightDecay", "decayBiases", ' +
        '"momentum", "nesterov"',
    ],
    [{ scaling: { all: 'max' } }, 'scaling.all: unknown option; expected one of "inputs", "targets"'],
    [
      { layers: [{ units: 3, noise: 0.5 }] },
      'layers[0].noise: unknown option; expected one of "units", "activation", "weightInit", "biasInit", "bias", "trainBias", "trainable", "dropout"',
    ],
  ])('is refused with the nearest name, or all of them: %o', (changes, message) => {
    expect(configRefusal(changes)).toBe(message)
  })

  it.each(['weightDecay', 'epochs'])('is what does not work yet: %s', (name) => {
    expect(configRefusal({ [name]: 1 })).toMatch(new RegExp(`^${name}: unknown option`))
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('may have the name %s', (name) => {
    const own = JSON.parse(`{ ${JSON.stringify(name)}: { "seed": 5 } }`)
    const config = Object.assign(Object.create(null), { inputs: 2, layers: [{ units: 1 }] })
    Object.defineProperty(config, name, { ...Object.getOwnPropertyDescriptor(own, name) })
    expect(refusal(() => resolveConfig(config))).toMatchObject({ code: 'INVALID_CONFIG', path: name })
    expect(refusal(() => resolveTrainOptions(own)).message).toMatch(`${name}: unknown option; expected one of "signal"`)
  })

  it('is quoted and cut where it is not a plain name', () => {
    expect(configRefusal({ 'a b': 1 })).toMatch(/^\["a b"\]: unknown option/)
    expect(configRefusal({ ['x'.repeat(1e6)]: 1 }).length).toBeLessThan(300)
  })
})

describe('names in the tables', () => {
  it.each(['', 'toString', 'constructor', '__proto__', 'hasOwnProperty', 5, null, true, ['tanh'], () => 0])(
    'are all listed for an unknown one: %o',
    (name) => {
      expect(layerRefusal({ activation: name })).toMatch(
        `layers[0].activation: expected one of ${quoted(activations)}, got `,
      )
      expect(layerRefusal({ activation: { name } })).toMatch(`layers[0].activation.name: expected one of `)
      expect(configRefusal({ loss: name })).toMatch(`loss: expected one of ${quoted(losses)}, got `)
      expect(configRefusal({ optimizer: name })).toMatch(`optimizer: expected one of ${quoted(optimizers)}, got `)
      expect(layerRefusal({ biasInit: name })).toMatch(/^layers\[0\]\.biasInit: expected /)
      expect(configRefusal({ scaling: { inputs: name } })).toMatch(
        'scaling.inputs: expected one of "none", "max", "maxAbs", "minMax", "standard", "robust", or { divideBy } or',
      )
    },
  )

  it('come with the nearest one', () => {
    expect(layerRefusal({ activation: 'sigmoied' })).toMatch(/got "sigmoied"; did you mean "sigmoid"\?$/)
    expect(layerRefusal({ activation: { name: 'ReLU' } })).toMatch(/got "ReLU"; did you mean "relu"\?$/)
    expect(configRefusal({ optimizer: 'Adam' })).toMatch(/did you mean "adam"\?$/)
    expect(layerRefusal({ weightInit: 'glorotUnifrom' })).toMatch(
      `${quoted(initializers)}, got "glorotUnifrom"; did you`,
    )
  })

  it('are missed where an object has none', () => {
    expect(configRefusal({ optimizer: { learningRate: 1 } })).toMatch(
      /^optimizer\.name: expected one of .*, got undefined$/,
    )
    expect(configRefusal({ optimizer: Object.create({ name: 'sgd' }) })).toMatch(/^optimizer\.name: .* got undefined$/)
  })
})

describe('numbers of an optimizer', () => {
  it.each([-0.1, 0, Number.NaN, Number.POSITIVE_INFINITY, [0.1], '0.1', null, { name: 'step' }])(
    'are refused: learningRate %o',
    (learningRate) => {
      expect(configRefusal({ optimizer: { name: 'sgd', learningRate } })).toMatch(
        /^optimizer\.learningRate(\.stepSize)?: expected (a finite number above 0|an integer of at least 1)/,
      )
    },
  )

  it.each([
    [
      { name: 'sgd', momentum: -0.1 },
      'optimizer.momentum: expected a finite number of at least 0 and below 1, got -0.1',
    ],
    [{ name: 'sgd', momentum: 1 }, 'optimizer.momentum: expected a finite number of at least 0 and below 1, got 1'],
    [{ name: 'sgd', nesterov: 1 }, 'optimizer.nesterov: expected true or false, got 1'],
    [
      { name: 'sgd', nesterov: true },
      'optimizer.momentum: expected a number above 0 with nesterov: true, got 0; 0.9 is usual',
    ],
    [{ name: 'adam', beta1: 1 }, 'optimizer.beta1: expected a finite number of at least 0 and below 1, got 1'],
    [{ name: 'adam', beta2: '0.9' }, 'optimizer.beta2: expected a finite number of at least 0 and below 1, got "0.9"'],
    [{ name: 'adam', epsilon: 0 }, 'optimizer.epsilon: expected a finite number above 0, got 0'],
    [{ name: 'adam', epsilon: 1e-50 }, 'optimizer.epsilon: expected a number that is above 0 in float32, got 1e-50'],
  ])('are refused: %o', (optimizer, message) => {
    expect(configRefusal({ optimizer })).toBe(message)
  })

  it('may be extreme, since training then ends with diverged', () => {
    const optimizer = { name: 'adam', learningRate: 1e308, beta1: 0, epsilon: 1e-50 }
    const config = resolve({ optimizer, dtype: 'float64' })
    expect(config.learningRate).toEqual({ name: 'constant', initial: 1e308 })
    expect(config.optimizer.options).toMatchObject({ beta1: 0, beta2: 0.999, epsilon: 1e-50 })
    expect(resolve({ optimizer: { name: 'sgd', nesterov: true, momentum: 0.9 } }).optimizer.options.nesterov).toBe(true)
  })
})

describe('initial weights and biases', () => {
  const weightInit = [
    [1, 2, 3],
    [4, 5, 6],
  ]

  it('may be given, and are copied', () => {
    const biasInit = [7, 8, 9]
    const layer = resolveLayer({ weightInit, biasInit })
    expect(layer).toMatchObject({ weightInit, biasInit })
    expect(layer.weightInit).not.toBe(weightInit)
    expect((layer.weightInit as number[][])[0]).not.toBe(weightInit[0])
    expect(layer.biasInit).not.toBe(biasInit)
    const frozen = Object.freeze(weightInit.map((row) => Object.freeze(row)))
    expect(resolveLayer({ weightInit: frozen }).weightInit).toEqual(weightInit)
  })

  it.each([
    [[[1, 2, 3]], 'layers[0].weightInit: expected 2 rows of 3 numbers, got an array of 1'],
    [
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
      'layers[0].weightInit: expected 2 rows of 3 numbers, got an array of 3; these look transposed: rows are [in], columns are [out]',
    ],
    [[[1, 2, 3], [4]], 'layers[0].weightInit[1]: expected an array of 3 numbers, got an array of 1'],
    [[[1, 2, 3], 4], 'layers[0].weightInit[1]: expected an array of 3 numbers, got 4'],
    [[[1, 2, 3], undefined], 'layers[0].weightInit[1]: expected an array of 3 numbers, got undefined'],
    [
      [
        [1, 2, 3],
        [4, 5, Number.NaN],
      ],
      'layers[0].weightInit[1][2]: expected a number that is finite in float32, got NaN',
    ],
    [
      [
        [1, 2, 3],
        [4, 5, '6'],
      ],
      'layers[0].weightInit[1][2]: expected a number that is finite in float32, got "6"',
    ],
    [
      [
        [1e39, 2, 3],
        [4, 5, 6],
      ],
      'layers[0].weightInit[0][0]: expected a number that is finite in float32, got 1e+39',
    ],
  ])('are refused where shape or numbers are wrong: %o', (given, message) => {
    expect(layerRefusal({ weightInit: given })).toBe(message)
  })

  it('are refused with holes', () => {
    const holes: unknown[] = [1, 2, 3]
    delete holes[1]
    expect(layerRefusal({ biasInit: holes })).toMatch(/^layers\[0\]\.biasInit\[1\]: .* got undefined$/)
    const rows: unknown[] = [[1, 2, 3]]
    rows.length = 2
    expect(layerRefusal({ weightInit: rows })).toMatch(/^layers\[0\]\.weightInit\[1\]: .* got undefined$/)
  })

  it.each([
    [{ name: 'uniform', low: 2 }, 'layers[0].weightInit.low: expected a number of at most high, which is 1, got 2'],
    [
      { name: 'normal', standardDeviation: -1 },
      'layers[0].weightInit.standardDeviation: expected a finite number of at least 0, got -1',
    ],
    [{ name: 'constant', value: Number.NaN }, 'layers[0].weightInit.value: expected a finite number, got NaN'],
    [
      { name: 'constant', value: 1e39 },
      'layers[0].weightInit: expected initial values that are finite in float32, got 1e+39',
    ],
    [{ name: 'given' }, `layers[0].weightInit.name: expected one of ${quoted(initializers)}, got "given"`],
  ])('are refused by their initializer: %o', (given, message) => {
    expect(layerRefusal({ weightInit: given })).toBe(message)
  })

  it.each([
    { name: 'uniform', low: -1.7e308, high: 1.7e308 },
    { name: 'normal', mean: 0, standardDeviation: 1.7e308 },
  ])('are refused where an initializer could draw an infinity: %o', (given) => {
    expect(layerRefusal({ weightInit: given }, { dtype: 'float64' })).toMatch(
      /initial values that are finite in float64/,
    )
  })

  it('may be large in float64', () => {
    expect(resolveLayer({ biasInit: [1e39, -1e39, 0] }, { dtype: 'float64' }).biasInit).toEqual([1e39, -1e39, 0])
    expect(resolveLayer({ weightInit: { name: 'constant', value: 1e39 } }, { dtype: 'float64' })).toMatchObject({
      weightInit: { name: 'constant', options: { value: 1e39 } },
    })
  })

  it('agree with bias and trainBias', () => {
    expect(resolveLayer({ bias: false })).toMatchObject({ hasBiases: false, trainsBiases: false })
    expect(resolveLayer({ bias: false, trainBias: false })).toMatchObject({ hasBiases: false, trainsBiases: false })
    expect(resolveLayer({ trainBias: false })).toMatchObject({ hasBiases: true, trainsBiases: false })
    expect(layerRefusal({ bias: 0 })).toBe('layers[0].bias: expected true or false, got 0')
    expect(layerRefusal({ trainBias: null })).toBe('layers[0].trainBias: expected true or false, got null')
    expect(layerRefusal({ bias: false, biasInit: 'zeros' })).toMatch(
      /^layers\[0\]\.biasInit: .*bias: false, got "zeros"/,
    )
    expect(layerRefusal({ bias: false, trainBias: true })).toMatch(/^layers\[0\]\.trainBias: .*bias: false, got true/)
  })
})

describe('the loss', () => {
  it.each([
    [
      'binaryCrossEntropy',
      'linear',
      'layers[0].activation: expected "sigmoid", which the loss binaryCrossEntropy needs, got "linear"',
    ],
    [
      'categoricalCrossEntropy',
      'sigmoid',
      'layers[0].activation: expected "softmax", which the loss categoricalCrossEntropy needs, got "sigmoid"',
    ],
  ])('%s is refused with a %s output', (loss, activation, message) => {
    expect(configRefusal({ layers: [{ units: 2, activation }], loss })).toBe(message)
  })

  it('may be a sum or mean of squares with any output', () => {
    for (const activation of Object.keys(activations)) {
      expect(resolve({ layers: [{ units: 2, activation }], loss: 'halfSquaredError' }).loss.name).toBe(
        'halfSquaredError',
      )
    }
  })

  it('leaves no softmax of one unit, in any layer', () => {
    const layers = [{ units: 1, activation: 'softmax' }, { units: 2 }]
    expect(configRefusal({ layers })).toMatch(
      /^layers\[0\]\.units: expected an integer of at least 2 with softmax, got 1/,
    )
    expect(resolve({ layers: [{ units: 2, activation: 'softmax' }, { units: 1 }] }).layers[0].units).toBe(2)
  })

  it('refuses scaled targets where they are probabilities', () => {
    const layers = [{ units: 2, activation: 'sigmoid' }]
    for (const targets of ['max', { divideBy: 1 }]) {
      expect(configRefusal({ layers, scaling: { targets } })).toMatch(
        /^scaling\.targets: expected "none" with the loss binaryCrossEntropy, whose targets are probabilities, got /,
      )
    }
    expect(resolve({ layers, scaling: { inputs: 'max', targets: 'none' } }).scaling.inputs).toEqual({ name: 'max' })
  })
})

describe('scaling', () => {
  it('spreads one number over the columns, and takes 0 for 1', () => {
    const given = (inputs: unknown) => resolve({ scaling: { inputs } }).scaling.inputs
    expect(given({ divideBy: 255 })).toEqual({ name: 'given', offset: [0, 0], scale: [255, 255] })
    expect(given({ divideBy: [0, -2] })).toEqual({ name: 'given', offset: [0, 0], scale: [1, -2] })
    expect(given({ offset: 3, scale: [-0, 1e300] })).toEqual({ name: 'given', offset: [3, 3], scale: [1, 1e300] })
  })

  it('copies what is given', () => {
    const inputs = { offset: Object.freeze([1, 2]), scale: [0, 4] }
    const resolved = resolve({ scaling: { inputs } }).scaling.inputs
    inputs.scale[1] = 5
    expect(resolved).toEqual({ name: 'given', offset: [1, 2], scale: [1, 4] })
    expect(inputs.scale[0]).toBe(0)
  })

  it.each([
    ['max', 'scaling: expected an object such as { inputs: \'standard\' }, got "max"'],
    [{ inputs: { divideBy: [1] } }, 'scaling.inputs.divideBy: expected an array of 2 numbers, got an array of 1'],
    [{ targets: { divideBy: [1, 2] } }, 'scaling.targets.divideBy: expected an array of 1 numbers, got an array of 2'],
    [
      { inputs: { divideBy: '2' } },
      'scaling.inputs.divideBy: expected a finite number, or an array of 2, one per column, got "2"',
    ],
    [
      { inputs: { offset: Number.NaN, scale: 1 } },
      'scaling.inputs.offset: expected a finite number, or an array of 2, one per column, got NaN',
    ],
    [
      { inputs: { offset: [0, Number.POSITIVE_INFINITY], scale: 1 } },
      'scaling.inputs.offset[1]: expected a number that is finite in float64, got Infinity',
    ],
    [
      { inputs: { offset: 1 } },
      'scaling.inputs.scale: expected a finite number, or an array of 2, one per column, got undefined',
    ],
    [{ inputs: {} }, 'scaling.inputs: expected either { divideBy } or { offset, scale }, got an object with neither'],
    [
      { inputs: { divideBy: 2, scale: 2 } },
      'scaling.inputs: expected either { divideBy } or { offset, scale }, got an object with both',
    ],
  ])('is refused: %o', (scaling, message) => {
    expect(configRefusal({ scaling })).toBe(message)
  })

  it('is refused for more columns than a list can have, at once', () => {
    const error = refusal(() => resolve({ inputs: 2 ** 31, scaling: { inputs: { divideBy: 2 } } }))
    expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', path: 'scaling.inputs.divideBy' })
  })
})

describe('wasm', () => {
  it('is a compiled module', () => {
    const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
    const wasm = new WebAssembly.Module(bytes)
    expect(resolve({ wasm }).wasm).toBe(wasm)
    expect(configRefusal({ wasm: bytes })).toMatch(/^wasm: expected a WebAssembly\.Module, got a Uint8Array; .*compile/)
    expect(configRefusal({ wasm: Promise.resolve(wasm) })).toMatch(/got a Promise \(an `await` may be missing\)/)
  })
})

describe('reading options', () => {
  it('sees nothing of Object.prototype', () => {
    const prototype = Object.prototype as Loose
    const polluted: Loose = { seed: 5, optimizer: 'sgd', units: 7, name: 'sgd', momentum: 0.5, bias: false, epochs: 3 }
    const expected = resolve({ optimizer: { name: 'adam' } })
    Object.assign(prototype, polluted)
    try {
      expect(resolve({ optimizer: { name: 'adam' } })).toEqual(expected)
      expect(configRefusal({ layers: [{}] })).toMatch(/^layers\[0\]\.units: .* got undefined$/)
      expect(resolveTrainOptions({}).session.epochs).toBe(100)
    } finally {
      for (const name of Object.keys(polluted)) delete prototype[name]
    }
  })

  it('leaves what it reads as it is', () => {
    const config: NetworkConfig = {
      inputs: 1,
      layers: [{ units: 1, weightInit: [[1]], biasInit: [2] }],
      optimizer: { name: 'sgd' },
      scaling: { inputs: { divideBy: [0] }, targets: 'none' },
    }
    const before = structuredClone(config)
    resolveConfig(config)
    expect(config).toEqual(before)
  })
})

describe('readOptions', () => {
  it('takes objects whose keys it knows, and no others', () => {
    expect(readOptions({ metrics: [], other: undefined }, '', ['metrics'])).toEqual({ metrics: [] })
    expect(refusal(() => readOptions({ metric: [] }, '', ['metrics'])).message).toBe(
      'metric: unknown option; did you mean "metrics"?',
    )
    expect(refusal(() => readOptions({ x: 1 }, 'validation', ['split'])).message).toBe(
      'validation.x: unknown option; expected one of "split"',
    )
  })

  it.each([
    [[], 'an array of 0'],
    [new Map([['epochs', 3]]), 'a Map'],
    [new Set(), 'a Set'],
    [new Date(0), 'a Date'],
    [/x/, 'a RegExp'],
    [new Error('x'), 'an Error'],
    [new Float32Array(2), 'a Float32Array'],
    [new ArrayBuffer(2), 'an ArrayBuffer'],
    [Promise.resolve({}), 'a Promise (an `await` may be missing)'],
    [new AbortController().signal, 'an AbortSignal'],
    [() => 0, 'a function'],
  ])('takes no options from %o', (value, got) => {
    expect(refusal(() => readOptions(value, '', [])).message).toBe(
      `options: expected an object with options, got ${got}`,
    )
  })

  it('takes instances of classes, modules and objects without a prototype', async () => {
    class Options {
      units = 2
    }
    const bare = Object.assign(Object.create(null), { units: 2 })
    for (const value of [new Options(), bare, runInNewContext('({ units: 2 })')]) {
      expect(readOptions(value, '', ['units'])).toEqual({ units: 2 })
    }
    const module = await import('../../src/training/options.ts') // of types alone
    expect(readOptions(module, '', [])).toEqual({})
  })

  it('says of a configuration that it is not there yet', () => {
    expect(refusal(() => resolveConfig(Promise.resolve({}) as never)).message).toBe(
      'config: expected an object such as { inputs: 2, layers: [{ units: 1 }] }, got a Promise (an `await` may be missing)',
    )
  })
})
