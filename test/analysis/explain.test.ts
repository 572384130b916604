// explain: Mazur's printed numbers and the recomputed ones, the chain rule in networks of any kind, and both ways to write
// an explanation.
import { asyncProperty, assert as check, constantFrom, double, integer, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ActivationName,
  createNetwork,
  type Dtype,
  type ExplainedNeuron,
  type ExplainedWeight,
  type Explanation,
  explain,
  type LossName,
  type Network,
  type NetworkConfig,
} from '../../src/index.ts'
import { activations } from '../../src/tables/activations.ts'
import { losses } from '../../src/tables/losses.ts'
import { type OptimizerName, optimizers } from '../../src/tables/optimizers.ts'
import mazur from '../fixtures/mazur.json' with { type: 'json' }
import tutorial from '../fixtures/tutorial.json' with { type: 'json' }
import { engines, expectRefusal } from '../support/networks.ts'
import { refusal } from '../support/refusal.ts'

const { x, target, initial, published } = mazur
const recomputed = mazur.variants.no_bias_update

function mazurNetwork(changes: Partial<NetworkConfig> = {}): Promise<Network> {
  const { W1, b1, W2, b2 } = initial
  return createNetwork({
    inputs: 2,
    layers: [
      { units: 2, activation: 'sigmoid', weightInit: W1, biasInit: b1, trainBias: false },
      { units: 2, activation: 'sigmoid', weightInit: W2, biasInit: b2, trainBias: false },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: mazur.lr },
    dtype: 'float64',
    seed: 1,
    ...changes,
  })
}

const neuronsOf = (explanation: Explanation): ExplainedNeuron[] => explanation.layers.flatMap(({ neurons }) => neurons)
const weightsOf = ({ weights, bias }: ExplainedNeuron): ExplainedWeight[] => (bias ? [...weights, bias] : [...weights])

/** Every quantity by the name that the fixture gives it */
function quantitiesOf(explanation: Explanation): Record<string, number> {
  const quantities: Record<string, number> = { E_total: explanation.totalError }
  for (const neuron of neuronsOf(explanation)) {
    quantities[`net_${neuron.name}`] = neuron.net
    quantities[`out_${neuron.name}`] = neuron.output
    quantities[`E_${neuron.name}`] = neuron.error ?? Number.NaN
    quantities[`dE_dout_${neuron.name}`] = neuron.errorByOutput ?? Number.NaN
    quantities[`dE_dnet_${neuron.name}`] = neuron.errorByNet
    for (const weight of weightsOf(neuron)) {
      quantities[weight.name] = weight.value
      quantities[`dE_d${weight.name}`] = weight.errorByWeight
      quantities[`after_${weight.name}`] = weight.updated
    }
  }
  return quantities
}

function expectClose(actual: number, expected: number, tolerance: number, name: string): void {
  expect(Math.abs(actual - expected), `${name}: ${actual} for ${expected}`).toBeLessThanOrEqual(tolerance)
}

describe("Mazur's example", () => {
  it('gives what he printed of the first pass, and the weights after the step', async () => {
    const quantities = quantitiesOf(explain(await mazurNetwork(), x, target))
    const { after_1, after_10000: _, ...pass } = published
    for (const [name, value] of Object.entries(pass)) expectClose(quantities[name], value, 5.1e-10, name)
    for (let i = 1; i <= 8; i++) {
      const name = `w${i}` as keyof typeof after_1
      expectClose(quantities[`after_${name}`], after_1[name], 5.1e-9, name)
    }
  })

  it('gives the recomputed numbers to 1e-12', async () => {
    const network = await mazurNetwork()
    const quantities = quantitiesOf(explain(network, x, target))
    const { gradients_step1: gradients, initial: before, after_step: after } = recomputed
    const expected: Record<string, unknown> = { ...before, ...gradients }
    for (const [name, value] of Object.entries(expected)) {
      if (typeof value === 'number') expectClose(quantities[name], value, 1e-12, name)
    }
    for (const [name, value] of Object.entries(after['1'])) {
      if (/^w\d$/.test(name)) expectClose(quantities[`after_${name}`], value as number, 1e-12, name)
    }
    network.trainOnBatch([x], [target])
    expectClose(network.evaluate([x], [target]).loss, after['1'].E_total, 1e-12, 'E_total after one step')
  })

  it('numbers weights by target neuron, then source', async () => {
    const { layers } = explain(await mazurNetwork(), x, target)
    const places = layers
      .flatMap(({ neurons }) => neurons.flatMap(weightsOf))
      .map(({ name, from, to }) => [name, from, to])
    expect(places).toEqual([
      ['w1', 'i1', 'h1'],
      ['w2', 'i2', 'h1'],
      ['b1', '1', 'h1'],
      ['w3', 'i1', 'h2'],
      ['w4', 'i2', 'h2'],
      ['b2', '1', 'h2'],
      ['w5', 'h1', 'o1'],
      ['w6', 'h2', 'o1'],
      ['b3', '1', 'o1'],
      ['w7', 'h1', 'o2'],
      ['w8', 'h2', 'o2'],
      ['b4', '1', 'o2'],
    ])
  })

  it('is written with the digits that he printed', async () => {
    const text = explain(await mazurNetwork(), x, target).toText()
    const { after_1, after_10000: _, ...pass } = published
    const { w4: roundedTwice, E_total: wrongOrder, ...weights } = after_1
    expect([roundedTwice, wrongOrder]).toEqual([0.29950229, 0.291027924])
    for (const value of [...Object.values(pass), ...Object.values(weights)]) expect(text).toContain(String(value))
    expect(text).toContain('net h1 = w1 · i1 + w2 · i2 + b1 = 0.15 · 0.05 + 0.2 · 0.1 + 0.35 = 0.3775')
    expect(text).toMatch(/out h1 = 1 \/ \(1 \+ e\^−net h1\) += 1 \/ \(1 \+ e\^−0\.3775\) += 0\.593269992/)
    expect(text).toContain('E o1    = ½ · (target o1 − out o1)² = ½ · (0.01 − 0.75136507)²  = 0.274811083')
  })

  it('gives the same numbers in both engines', async () => {
    const [wasm, typescript] = await Promise.all(
      (['wasm', 'typescript'] as const).map(async (engine) => explain(await mazurNetwork({ engine }), x, target)),
    )
    expect(quantitiesOf(wasm)).toEqual(quantitiesOf(typescript))
    expect(wasm.toText()).toBe(typescript.toText())
  })
})

it("gives the gradients of the tutorial's rows", async () => {
  const { X_raw: X, y_raw: scores, variants } = tutorial
  const { initial: start, gradients_epoch1: gradients } = variants.proper.runs[0]
  const network = await createNetwork({
    inputs: 2,
    layers: [
      { units: 3, activation: 'sigmoid', weightInit: start.wh, biasInit: start.bh.flat() },
      { units: 1, activation: 'sigmoid', weightInit: start.wout, biasInit: start.bout.flat() },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: 0.1 },
    scaling: { inputs: 'max', targets: { divideBy: 100 } },
    dtype: 'float64',
  })
  expect(refusal(() => explain(network, X[0], [scores[0]])).code).toBe('NOT_FITTED')
  network.fitScaling(X, scores)
  const sums = X.map((row, index) => explain(network, row, [scores[index]]))
    .map((explanation) => neuronsOf(explanation).map((neuron) => neuron.weights.map((weight) => weight.errorByWeight)))
    .reduce((sum, terms) => sum.map((list, i) => list.map((value, j) => value + terms[i][j])))
  // The fixture's gradients point downhill.
  const sign = Math.sign(sums[3][0] / gradients.wout[0][0])
  for (const [i, row] of gradients.wh.entries()) {
    for (const [j, value] of row.entries()) expectClose(sums[j][i], sign * value, 1e-12, `wh ${i} ${j}`)
  }
  for (const [i, [value]] of gradients.wout.entries()) expectClose(sums[3][i], sign * value, 1e-12, `wout ${i}`)
})

/** Output activation and loss that go together */
const endings: readonly (readonly [ActivationName, LossName])[] = [
  ['linear', 'meanSquaredError'],
  ['sigmoid', 'halfSquaredError'],
  ['relu', 'halfSquaredError'],
  ['tanh', 'meanSquaredError'],
  ['softplus', 'meanAbsoluteError'],
  ['leakyRelu', 'huber'],
  ['silu', 'smoothL1'],
  ['linear', 'quantile'],
  ['sigmoid', 'binaryCrossEntropy'],
  ['softmax', 'categoricalCrossEntropy'],
  ['softmax', 'halfSquaredError'],
  ['softmax', 'huber'],
]
it('are those of all losses', () => {
  expect(new Set(endings.map(([, loss]) => loss))).toEqual(new Set(Object.keys(losses)))
})

it('names units by layer where there are several hidden ones', async () => {
  const layers = [{ units: 1 }, { units: 2 }, { units: 1 }]
  const network = await createNetwork({ inputs: 1, layers, seed: 1 })
  const names = explain(network, [1], [2]).layers.map(({ neurons }) => neurons.map(({ name }) => name))
  expect(names).toEqual([['h1.1'], ['h2.1', 'h2.2'], ['o1']])
})

const activationNames = Object.keys(activations) as ActivationName[]
const optimizerNames = Object.keys(optimizers) as OptimizerName[]

const someNetworks = record({
  inputs: integer({ min: 1, max: 4 }),
  widths: constantFrom<number[]>([], [1], [3], [2, 3], [4, 2, 3]),
  hidden: constantFrom(...activationNames),
  outputs: integer({ min: 1, max: 4 }),
  ending: constantFrom(...endings),
  optimizer: constantFrom<NetworkConfig['optimizer']>('sgd', ...optimizerNames, { name: 'sgd', momentum: 0.9 }),
  extras: constantFrom<Partial<NetworkConfig>>({}, { clipNorm: 0.1 }, { regularization: { l1: 0.01, l2: 0.1 } }),
  dtype: constantFrom<Dtype>('float32', 'float64'),
  engine: constantFrom('wasm' as const, 'typescript' as const),
  bias: constantFrom(true, false),
  seed: integer({ min: 0, max: 2 ** 32 - 1 }),
  size: double({ min: 0.01, max: 5, noNaN: true }),
}).filter(({ optimizer, extras }) => optimizer !== 'lbfgs' || extras.clipNorm === undefined)

/** A network of the kind, and a row for it */
async function explainSome(some: {
  inputs: number
  widths: number[]
  hidden: ActivationName
  outputs: number
  ending: readonly [ActivationName, LossName]
  optimizer: NetworkConfig['optimizer']
  extras: Partial<NetworkConfig>
  dtype: Dtype
  engine: 'wasm' | 'typescript'
  bias: boolean
  seed: number
  size: number
}): Promise<{ network: Network; explanation: Explanation; row: number[]; targets: number[] }> {
  const { inputs, ending, dtype, engine, optimizer, bias, seed, size } = some
  const [activation, loss] = ending
  const hidden = some.hidden === 'softmax' && some.widths.includes(1) ? 'tanh' : some.hidden
  const units = activation === 'softmax' ? some.outputs + 1 : some.outputs
  const layers = [
    ...some.widths.map((width) => ({ units: width, activation: hidden, bias })),
    { units, activation, bias },
  ]
  const network = await createNetwork({ inputs, layers, loss, optimizer, dtype, engine, seed, ...some.extras })
  const row = Array.from({ length: inputs }, (_, i) => size * Math.sin(seed + i))
  const targets = Array.from({ length: units }, (_, i) => (i === seed % units ? 1 : 0))
  return { network, explanation: explain(network, [row], [targets]), row, targets }
}

/** Rounding errors: a few units in the last place of the largest number that takes part */
const tolerance = (dtype: Dtype, largest: number) => (dtype === 'float32' ? 1e-6 : 2e-15) * Math.abs(largest) + 1e-40

describe('in any network', () => {
  it('the chain of every weight multiplies to its gradient', async () => {
    await check(
      asyncProperty(someNetworks, async (some) => {
        const { network, explanation, row, targets } = await explainSome({ ...some, extras: {} })
        const { layers } = network.gradients([row], [targets])
        for (const [index, { neurons }] of explanation.layers.entries()) {
          for (const [unit, neuron] of neurons.entries()) {
            const { outputByNet, errorByNet, errorByOutput = errorByNet } = neuron
            const delta = outputByNet === undefined ? errorByNet : errorByOutput * outputByNet
            neuron.weights.forEach(({ name, netByWeight, errorByWeight }, source) => {
              expect(errorByWeight).toBe(layers[index].weights[source][unit])
              // 1 − out² and out · (1 − out) are rounded as numbers near 1; without them ∂E/∂out does not take part.
              const largest = outputByNet === undefined ? errorByWeight : errorByOutput * netByWeight
              expectClose(delta * netByWeight, errorByWeight, tolerance(some.dtype, largest), name)
            })
            expect(neuron.bias?.errorByWeight ?? 0).toBe(some.bias ? layers[index].biases[unit] : 0)
          }
        }
        network.dispose()
      }),
      { numRuns: 150 },
    )
  })

  it('the paths of a hidden neuron add up to ∂E/∂out, and the errors to the loss', async () => {
    await check(
      asyncProperty(someNetworks, async (some) => {
        const { network, explanation, row, targets } = await explainSome(some)
        for (const { name, paths, errorByOutput = Number.NaN } of neuronsOf(explanation)) {
          if (!paths) continue
          const sum = paths.reduce((total, { errorByNet, weightValue }) => total + errorByNet * weightValue, 0)
          const largest = Math.max(...paths.map(({ contribution }) => Math.abs(contribution)))
          expectClose(sum, errorByOutput, tolerance(some.dtype, 4 * largest), name)
        }
        const { neurons } = explanation.layers[explanation.layers.length - 1]
        const errors = neurons.reduce((sum, { error = Number.NaN }) => sum + error, 0)
        expectClose(errors, explanation.totalError, 1e-14 * explanation.totalError, 'E total')
        expect(explanation.totalError).toBe(network.evaluate([row], [targets]).loss)
        network.dispose()
      }),
      { numRuns: 100 },
    )
  })

  it('the updated weights are those of trainOnBatch to the bit, and nothing is changed before', async () => {
    await check(
      asyncProperty(someNetworks, async (some) => {
        const { network, row, targets } = await explainSome(some)
        network.trainOnBatch([row], [targets])
        const hash = network.weightsHash()
        const { layers } = explain(network, [row], [targets])
        expect(network.weightsHash()).toBe(hash)
        network.trainOnBatch([row], [targets])
        const weights = network.getWeights()
        layers.forEach(({ neurons }, index) => {
          neurons.forEach((neuron, unit) => {
            expect(neuron.weights.map(({ updated }) => updated)).toEqual(
              weights[index].weights.map((each) => each[unit]),
            )
            expect(neuron.bias?.updated ?? 0).toBe(weights[index].biases[unit])
          })
        })
        network.dispose()
      }),
      { numRuns: 60 },
    )
  })

  it('text and MathML can be written, for the pass and for every weight', async () => {
    await check(
      asyncProperty(someNetworks, async (some) => {
        const { network, explanation } = await explainSome(some)
        const names = neuronsOf(explanation).flatMap(weightsOf)
        for (const options of [{}, ...names.map(({ name }) => ({ weight: name }))]) {
          expect(explanation.toText(options)).not.toMatch(/NaN|undefined|Infinity/)
          expect(explanation.toMathML(options).split('\n').find(flawOf)).toBeUndefined()
        }
        network.dispose()
      }),
      { numRuns: 20 },
    )
  })
})

describe('softmax', () => {
  it('has no ∂out/∂net: with its cross-entropy ∂E/∂net is out − target', async () => {
    const network = await createNetwork({
      inputs: 2,
      layers: [
        {
          units: 3,
          activation: 'softmax',
          weightInit: [
            [0.1, 0.2, 0.3],
            [0.4, 0.5, 0.6],
          ],
        },
      ],
      dtype: 'float64',
    })
    const explanation = explain(network, [1, 2], [[0, 0, 1]])
    for (const { output, target: wanted = Number.NaN, errorByNet, ...others } of neuronsOf(explanation)) {
      expectClose(errorByNet, output - wanted, 1e-15, '∂E/∂net')
      expect(others.outputByNet).toBeUndefined()
      expect(others.errorByOutput).toBeUndefined()
    }
    const text = explanation.toText({ weight: 'w5' })
    expect(text).toMatch(/∂E\/∂net o3 += out o3 − target o3/)
    expect(text).toMatch(/∂E\/∂w5 += ∂E\/∂net o3 · ∂net o3\/∂w5/)
    expect(text).not.toContain('∂out')
  })

  it('with another loss is shown with the sum over its outputs', async () => {
    const network = await createNetwork({
      inputs: 1,
      layers: [{ units: 2, activation: 'softmax' }],
      loss: 'meanSquaredError',
      dtype: 'float64',
    })
    const explanation = explain(network, [1], [1, 0])
    const [first, second] = neuronsOf(explanation)
    const mean = first.errorByOutput! * first.output + second.errorByOutput! * second.output
    expectClose(first.errorByNet, first.output * (first.errorByOutput! - mean), 1e-15, '∂E/∂net o1')
    expect(explanation.toText()).toContain('out o1 · (∂E/∂out o1 − Σ ∂E/∂out · out)')
  })

  it('soft targets share the loss out', async () => {
    const network = await createNetwork({
      inputs: 1,
      layers: [{ units: 3, activation: 'softmax' }],
      dtype: 'float64',
      seed: 5,
    })
    // The second: whose sum is hardly another than 1
    for (const targets of [
      [0.2, 0.3, 0.5],
      [0.2, 0.3, 0.5002],
    ]) {
      for (const neuron of neuronsOf(explain(network, [1], [targets]))) {
        expectClose(neuron.error!, -neuron.target! * Math.log(neuron.output), 1e-14, neuron.name)
      }
    }
  })
})

it('a saturated cross-entropy is explained by ∂E/∂net alone', async () => {
  const layers = [{ units: 2, activation: 'sigmoid' as const, weightInit: [[900, -30]] }]
  const network = await createNetwork({ inputs: 1, layers, dtype: 'float64', loss: 'binaryCrossEntropy' })
  const explanation = explain(network, [1], [[0, 1]])
  const [first, second] = neuronsOf(explanation)
  expect([first.error, first.output, first.errorByNet]).toEqual([450, 1, 0.5])
  expectClose(second.error!, 15, 1e-12, 'E o2')
  expect(first.errorByOutput).toBeUndefined()
  expectClose(second.errorByOutput! * second.outputByNet!, second.errorByNet, 1e-15, '∂E/∂net o2')
  expect(explanation.toText()).toMatch(/∂E\/∂net o1 += \(out o1 − target o1\) \/ 2 += \(1 − 0\) \/ 2 += 0\.5/)
})

describe('toText', () => {
  it('gives the chain of one weight only', async () => {
    const explanation = explain(await mazurNetwork(), x, target)
    expect(explanation.toText({ weight: 'w5' }).split('\n')).toEqual([
      'Chain of w5, from h1 to o1',
      '  ∂E/∂out o1      = out o1 − target o1                         = 0.75136507 − 0.01                      = 0.74136507',
      '  ∂out o1/∂net o1 = out o1 · (1 − out o1)                      = 0.75136507 · (1 − 0.75136507)          = 0.186815602',
      '  ∂net o1/∂w5     = out h1                                                                              = 0.593269992',
      '  ∂E/∂w5          = ∂E/∂out o1 · ∂out o1/∂net o1 · ∂net o1/∂w5 = 0.74136507 · 0.186815602 · 0.593269992 = 0.082167041',
      '  w5⁺             = w5 − η · ∂E/∂w5                            = 0.4 − 0.5 · 0.082167041                = 0.35891648',
    ])
    const hidden = explanation.toText({ weight: 'w1' })
    expect(hidden).toMatch(
      /∂E\/∂out h1 += through o1 \+ through o2 += 0\.055399425 \+ \(−0\.019049118\) += 0\.036350306/,
    )
    expect(hidden).not.toContain('w2')
  })

  it('says which weights there are', async () => {
    const explanation = explain(await mazurNetwork(), x, target)
    const refused = (weight: unknown) => refusal(() => explanation.toText({ weight } as { weight: string }))
    const range = 'weight: expected a weight (w1 to w8) or a bias (b1 to b4), got'
    expect(refused('w9')).toMatchObject({
      code: 'INVALID_CONFIG',
      path: 'weight',
      message: `${range} "w9"; did you mean "w8"?`,
    })
    expect(refused('W_5').message).toBe(`${range} "W_5"; did you mean "w5"?`)
    expect(refused('b0').message).toBe(`${range} "b0"; did you mean "b1"?`)
    expect(refused('').message).toBe(`${range} ""`)
    expect(refused(5).message).toBe(`${range} 5`)
    expect(refused(Symbol('w5')).message).toBe(`${range} a symbol`)
    expect(refused(Object.create(null)).message).toBe(`${range} an object`)
    const throwing = new Proxy({}, { get: () => expect.unreachable() })
    expect(refused(throwing).message).toContain(range)
    expect(refusal(() => explanation.toMathML({ weight: 'w99' })).message).toContain('w8')
    expect(refusal(() => explanation.toText({ wieght: 'w1' } as object)).message).toContain('did you mean "weight"?')
  })

  it('shows a frozen bias and another optimizer as what they are', async () => {
    const frozen = explain(await mazurNetwork(), x, target)
    expect(frozen.toText({ weight: 'b1' })).toBe('Chain of b1, the bias of h1\n  b1⁺ = b1 (frozen) = 0.35')
    expect(neuronsOf(frozen)[0].bias).toMatchObject({ isFrozen: true, errorByWeight: 0, updated: 0.35 })
    const layers = [{ units: 1, trainable: false }, { units: 1 }] as const
    const [hidden, output] = neuronsOf(
      explain(await createNetwork({ inputs: 2, layers: [...layers], seed: 1 }), x, [1]),
    )
    expect(hidden).toMatchObject({ bias: { isFrozen: true }, weights: [{ isFrozen: true }, { isFrozen: true }] })
    expect(output.bias).not.toHaveProperty('isFrozen', true)
    const adam = explain(await mazurNetwork({ optimizer: 'adam' }), x, target)
    expect(adam.toText({ weight: 'w5' })).toMatch(/w5⁺ += w5 after one adam step += 0\.399/)
  })

  it.each<[Partial<NetworkConfig>, boolean]>([
    [{}, true],
    [{ optimizer: { name: 'sgd', momentum: 0.5 } }, false],
    [{ optimizer: { name: 'sgd', weightDecay: 0.1 } }, false],
    [{ regularization: { l2: 0.1 } }, false],
    [{ clipNorm: 0.01 }, false],
  ])('with %j shows the step as w − η · ∂E/∂w: %s', async (changes, isPlain) => {
    const explanation = explain(await mazurNetwork(changes), x, target)
    const { value, errorByWeight, updated } = neuronsOf(explanation)[2].weights[0]
    expect(explanation.isPlainStep).toBe(isPlain)
    expect(explanation.toText({ weight: 'w5' })).toContain(isPlain ? '= w5 − η · ∂E/∂w5' : '= w5 after one sgd step')
    if (isPlain) expect(updated).toBe(value - explanation.learningRate * errorByWeight)
  })

  it.each(activationNames)('reads well with %s', async (activation) => {
    const units = activation === 'softmax' ? 2 : 1
    const network = await createNetwork({
      inputs: 1,
      layers: [{ units, activation }, { units: 1 }],
      seed: 2,
      dtype: 'float64',
    })
    const explanation = explain(network, [1], [2])
    const text = explanation.toText()
    expect(text).toMatch(/\n {2}out h1 += \S/)
    expect(text).not.toMatch(/NaN|undefined|Infinity|\( | {2}\)/)
    expect(explanation.toMathML().includes('<mo></mo>')).toBe(false)
  })

  it('leaves out of sums what is more than four terms, and of layers what is more than eight neurons', async () => {
    const textOf = async (inputs: number, units: number) => {
      const network = await createNetwork({ inputs, layers: [{ units }, { units: 1 }], seed: 1 })
      return explain(network, new Array(inputs).fill(1), [1]).toText()
    }
    const whole = await textOf(4, 8)
    expect(whole).toContain('w1 · i1 + w2 · i2 + w3 · i3 + w4 · i4 + b1')
    expect(whole).not.toContain('… and')
    const text = await textOf(5, 9)
    expect(text).toContain('w1 · i1 + w2 · i2 + … + w5 · i5 + b1')
    expect(text).toContain('… and 6 more neurons')
  })

  it('stays short for large networks', async () => {
    const network = await createNetwork({
      inputs: 200,
      layers: [
        { units: 100, activation: 'relu' },
        { units: 10, activation: 'softmax' },
      ],
      seed: 1,
    })
    const row = Array.from({ length: 200 }, (_, i) => Math.cos(i))
    const explanation = explain(network, row, [3])
    const text = explanation.toText()
    expect(text.split('\n').length).toBeLessThan(200)
    expect(text).toContain('… and 97 more neurons')
    expect(text).toContain('w1 · i1 + w2 · i2 + … + w200 · i200 + b1')
    const long = text.split('\n').filter((line) => [...line].length > 130)
    expect(long).toEqual([])
    expect(explanation.toText({ weight: 'w21000' })).toContain('Chain of w21000, from h100 to o10')
  })
})

it.each([
  [createNetwork({ inputs: 1, layers: [{ units: 1 }] }), 'a Promise (an `await` may be missing)'],
  [undefined, 'undefined'],
  [{}, 'an object'],
])('takes nothing but a network: %#', (network, got) => {
  const { code, message } = refusal(() => explain(network as Network, [1], [2]))
  expect(code).toBe('INVALID_CONFIG')
  expect(message).toBe(`network: expected a Network that createNetwork gave, got ${got}`)
})

it('takes exactly one row', async () => {
  const network = await mazurNetwork()
  expect(refusal(() => explain(network, [x, x], [target, target]))).toMatchObject({
    code: 'INVALID_SHAPE',
    message: 'input: expected one row, got 2',
  })
})

// MathML

const TAG = /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*")*)>/g
/** Presentation elements, with the number of children that some of them need */
const CHILDREN: Record<string, number | undefined> = { mfrac: 2, msub: 2, msup: 2, msubsup: 3 }
const TOKENS = ['mi', 'mn', 'mo', 'mtext']
const ELEMENTS = ['math', 'mrow', ...TOKENS, ...Object.keys(CHILDREN)]

/** What is wrong with a line, which should be one math element with all tags in order and the children that they need */
function flawOf(line: string): string | undefined {
  const open = [{ name: '', children: 0 }]
  let end = 0
  for (const match of line.matchAll(TAG)) {
    const [tag, slash, name] = match
    const parent = open[open.length - 1]
    const text = line.slice(end, match.index).replace(/&(amp|lt|gt);/g, '')
    if (/[<>&]/.test(text) || (text !== '' && !TOKENS.includes(parent.name))) return `text ${text} in ${parent.name}`
    if (!ELEMENTS.includes(name)) return `element ${name}`
    end = match.index + tag.length
    if (slash === '') {
      parent.children++
      open.push({ name, children: 0 })
      continue
    }
    open.pop()
    if (parent.name !== name) return `${tag} closes ${parent.name}`
    const needed = CHILDREN[name] ?? parent.children
    if (parent.children !== needed) return `${parent.children} children in ${name}`
  }
  if (end !== line.length) return `${line.slice(end)} at the end`
  return open.length === 1 && open[0].children === 1 ? undefined : 'not one closed element'
}

describe('toMathML', () => {
  it('is one math element a line', async () => {
    const lines = explain(await mazurNetwork(), x, target)
      .toMathML()
      .split('\n')
    expect(lines.length).toBeGreaterThan(50)
    expect(flawOf('<math><mfrac><mn>1</mn></mfrac></math>')).toBe('1 children in mfrac')
    expect(flawOf('<math><mn>1</math></mn>')).toBe('</math> closes mn')
    for (const line of lines) {
      expect(flawOf(line), line).toBeUndefined()
      expect(line).toMatch(/^<math xmlns="http:\/\/www\.w3\.org\/1998\/Math\/MathML" .*<\/math>$/)
    }
  })

  it('says the same as the text', async () => {
    const explanation = explain(await mazurNetwork(), x, target)
    const [, , , , chain] = explanation.toMathML({ weight: 'w5' }).split('\n')
    const by = (of: string, name: string) => `<mfrac><mrow><mi>∂</mi>${of}</mrow><mrow><mi>∂</mi>${name}</mrow></mfrac>`
    const [E, out, net] = ['<mi>E</mi>', '<msub><mi>out</mi><mi>o1</mi></msub>', '<msub><mi>net</mi><mi>o1</mi></msub>']
    const w5 = '<msub><mi>w</mi><mn>5</mn></msub>'
    expect(chain).toContain(
      `${by(E, w5)}<mo>=</mo><mrow>${by(E, out)}<mo>·</mo>${by(out, net)}<mo>·</mo>${by(net, w5)}</mrow><mo>=</mo>`,
    )
    expect(chain).toContain('<mo>=</mo><mn>0.082167041</mn></math>')
  })

  it('escapes what XML would take for a tag', async () => {
    const network = await createNetwork({
      inputs: 1,
      layers: [{ units: 1, activation: 'relu' }],
      loss: 'halfSquaredError',
    })
    expect(explain(network, [1], [2]).toMathML()).toContain('<mo>&gt;</mo>')
  })
})

it.each(engines)('a net that overflows is refused by its name, though its output is finite, in %s', async (engine) => {
  const hidden = { units: 1, activation: 'sigmoid' as const, weightInit: [[1], [10]] }
  const network = await createNetwork({ inputs: 2, layers: [hidden, { units: 1 }], dtype: 'float64', engine, seed: 1 })
  expect(network.predict([1, 1e308])).toHaveLength(1)
  const words = /explain: expected finite numbers, got Infinity as layers\[0\]\.neurons\[0\]\.net; /
  await expectRefusal(() => explain(network, [1, 1e308], [1]), 'NOT_FINITE', words)
})
