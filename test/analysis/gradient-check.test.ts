// checkGradients: it approves of right gradients of all kinds, finds wrong ones, names kinks, and changes nothing.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkGradients, createNetwork, type NetworkConfig } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { activations } from '../../src/tables/activations.ts'
import { dtypes, engines, expectRefusal, rowsOf, small, trainedBits } from '../support/networks.ts'

const INPUTS = rowsOf(20, 3, 1)
const TARGETS = rowsOf(20, 2, 2)

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(engines)('checkGradients in %s', (engine) => {
  it.each(Object.keys(activations).flatMap((activation) => dtypes.map((dtype) => [activation, dtype] as const)))(
    'approves of %s in a hidden layer, for a network of %s',
    async (activation, dtype) => {
      const layers = [{ units: 5, activation, dropout: 0.3 }, { units: 2 }] as NetworkConfig['layers']
      const network = await small(engine, { layers, dtype, regularization: { l1: 1e-3, l2: 1e-2 } })
      const before = trainedBits(network)
      const { ok, checked, layers: found, loss, penalty } = checkGradients(network, INPUTS, TARGETS)
      expect(found.map(({ relativeError }) => relativeError < 1e-8)).toEqual([true, true])
      expect([ok, checked]).toEqual([true, network.parameterCount])
      const gradients = network.gradients(INPUTS, TARGETS)
      expect(loss).toBeCloseTo(gradients.loss, 6)
      expect(penalty).toBeCloseTo(gradients.penalty, 6)
      expect(trainedBits(network)).toBe(before)
    },
  )

  it('finds a gradient that is wrong by a part in 10⁵', async () => {
    const network = await small(engine)
    const { engine: running } = InnerNetwork.stateOf(network)
    const prototype = Object.getPrototypeOf(running) as typeof running
    const { adjust } = prototype
    vi.spyOn(prototype, 'adjust').mockImplementation(function (this: typeof running, program, clips) {
      adjust.call(this, program, clips)
      const { layout } = InnerNetwork.stateOf(network)
      const values = new Float64Array(this.buffer)
      const first = layout.layers[0].weightGradients
      // The copy is float64, and its layout other than this network's: every number from there on
      for (let i = first / 8; i < values.length; i++) values[i] *= 1.00001
    })
    const { ok, layers } = checkGradients(network, INPUTS, TARGETS)
    expect(ok).toBe(false)
    expect(layers.some(({ relativeError }) => relativeError > 5e-6)).toBe(true)
  })

  it.each([20, 60, 300])('approves of a layer whose units are saturated, with nets of about %d', async (bias) => {
    const layers = [
      { units: 4, activation: 'sigmoid' as const, biasInit: { name: 'constant' as const, value: bias } },
      { units: 2, activation: 'tanh' as const, biasInit: { name: 'constant' as const, value: bias } },
      { units: 2 },
    ]
    for (const dtype of dtypes) {
      const found = checkGradients(await small(engine, { layers, dtype }), INPUTS, TARGETS)
      expect([found.ok, found.layers.map(({ relativeError }) => relativeError < 1e-6)]).toEqual([
        true,
        [true, true, true],
      ])
      expect(found.layers.flatMap(({ kinks }) => kinks)).toEqual([])
      const roughly = checkGradients(await small(engine, { layers, dtype }), INPUTS, TARGETS, { tolerance: 0.1 })
      expect(roughly.layers.flatMap(({ kinks }) => kinks)).toEqual([])
    }
  })

  it('draws a sample with the seed, spread over the layers', async () => {
    const network = await createNetwork({
      inputs: 40,
      layers: [{ units: 50, activation: 'tanh' }, { units: 3 }],
      engine,
      seed: 3,
    })
    const [inputs, targets] = [rowsOf(5, 40, 1), rowsOf(5, 3, 2)]
    const check = (seed?: number) =>
      checkGradients(network, inputs, targets, { sample: 60, ...(seed === undefined ? {} : { seed }) })
    const { ok, checked, layers } = check()
    expect([ok, checked]).toEqual([true, 60])
    expect(layers.every((layer) => layer.checked > 0)).toBe(true)
    expect(check()).toEqual(check(3))
    expect(check(4).layers).not.toEqual(layers)
    expect(check(0).checked).toBe(60)
  })

  it('names parameters at a kink, and judges the others', async () => {
    const layers = [
      { units: 2, activation: 'relu', weightInit: [[0, 1]], biasInit: [0, 1] },
      { units: 1, weightInit: [[1], [1]] },
    ] as const
    const network = await createNetwork({ inputs: 1, layers, engine, seed: 1 })
    const { ok, layers: found } = checkGradients(network, [[1], [2]], [[0], [0]])
    expect(ok).toBe(true)
    expect(found[0].kinks).toEqual([{ input: 0, unit: 0 }, { unit: 0 }])
    expect(found[1].kinks).toEqual([])
  })

  it('leaves frozen biases alone', async () => {
    const layers = [
      { units: 5, activation: 'tanh', trainBias: false },
      { units: 2, bias: false },
    ] as const
    const network = await small(engine, { layers })
    expect(checkGradients(network, INPUTS, TARGETS)).toMatchObject({ ok: true, checked: 25 })
  })

  it('takes nothing but a network', async () => {
    for (const network of [undefined, null, small(engine)]) {
      await expectRefusal(() => checkGradients(network as never, INPUTS, TARGETS), 'INVALID_CONFIG', /^network: /)
    }
  })

  it('refuses bad options, an unfitted scaling, and a disposed network', async () => {
    const network = await small(engine, { scaling: { inputs: 'standard' } })
    await expectRefusal(() => checkGradients(network, INPUTS, TARGETS, { sample: 0 }), 'INVALID_CONFIG', /^sample: /)
    await expectRefusal(() => checkGradients(network, INPUTS, TARGETS), 'NOT_FITTED', /^checkGradients: /)
    network.dispose()
    await expectRefusal(() => checkGradients(network, INPUTS, TARGETS), 'DISPOSED')
  })
})
