// What decays geometrically ends at 0, not among the subnormal numbers, where it would stay and processors are slow.
import { describe, expect, it } from 'vitest'
import * as P from '../../assembly/program.ts'
import type { Dtype, Network, NetworkConfig } from '../../src/index.ts'
import { trainMany } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { valuesOf } from '../../src/numerics/values.ts'
import { loosely } from '../support/choices.ts'
import { dtypes, engines, small } from '../support/networks.ts'

const LEAST_NORMAL = { float32: 2 ** -126, float64: 2 ** -1022 }
/** 0.9 to so many steps is far below the smallest number of float64. */
const STEPS = 9000

/** Parameters and optimizer states */
function statesOf(network: Network, dtype: Dtype): number[] {
  const { engine, layout } = InnerNetwork.stateOf(network)
  const { parameters, trainedBytes, bytesPerValue } = layout
  const first = parameters / bytesPerValue
  return [...valuesOf(engine.buffer, dtype).subarray(first, first + trainedBytes / bytesPerValue)]
}

/** Of parameters, optimizer states and the optimizer's own numbers, those that are too small to be normal */
function subnormalsOf(network: Network, dtype: Dtype): number[] {
  const { engine } = InnerNetwork.stateOf(network)
  const values = statesOf(network, dtype)
  const running = new Float64Array(engine.buffer, P.PROGRAM + P.OPTIMIZER_VALUES, P.OPTIMIZER_VALUES_COUNT)
  const isSubnormal = (least: number) => (value: number) => value !== 0 && Math.abs(value) < least
  return [...values.filter(isSubnormal(LEAST_NORMAL[dtype])), ...running.filter(isSubnormal(2 ** -1022))]
}

const line = { inputs: 2, layers: [{ units: 1, weightInit: [[0.5], [0.5]] }] } as const

const MEANS = [
  { name: 'sgd', momentum: 0.9 },
  { name: 'sgd', momentum: 0.9, nesterov: true },
  { name: 'rmsprop', rho: 0.9 },
  { name: 'rmsprop', rho: 0.9, momentum: 0.9, centered: true },
  { name: 'adagrad' },
  { name: 'adadelta' },
  { name: 'adam', beta2: 0.9 },
  { name: 'adam', beta2: 0.9, amsgrad: true },
  { name: 'adamw', beta2: 0.9, weightDecay: 0 },
  { name: 'adamax', beta2: 0.9 },
  { name: 'nadam', beta2: 0.9, momentumDecay: 100 },
] as const

const DECAYS: Partial<NetworkConfig>[] = [
  { optimizer: { name: 'sgd', learningRate: 0.5, weightDecay: 0.2 } },
  { optimizer: { name: 'adamw', learningRate: 0.5, weightDecay: 0.2 } },
  { optimizer: { name: 'sgd', learningRate: 0.5 }, regularization: { l2: 0.2 } },
]

const named = <T>(cases: readonly T[]) => cases.map((each) => [JSON.stringify(each), each] as const)

describe.each(engines)('in %s', (engine) => {
  describe.each(dtypes)('in %s', (dtype) => {
    it.each(named(MEANS))('the states of %s end at 0 where no gradient comes any more', async (_, optimizer) => {
      const network = await small(engine, loosely({ ...line, dtype, optimizer }))
      network.trainSync([[1, 0]], [[3]], { epochs: 1 })
      network.trainSync([[0, 1]], [[1]], { epochs: STEPS })
      expect(subnormalsOf(network, dtype)).toEqual([])
    })

    it.each(named(MEANS))('squares of small gradients leave no subnormal number to %s', async (_, optimizer) => {
      const x = Math.sqrt(LEAST_NORMAL[dtype]) / 8
      const network = await small(engine, loosely({ ...line, dtype, optimizer, loss: 'meanAbsoluteError' }))
      network.trainSync([[x, 2 * x]], [[1e9]], { epochs: 100 })
      expect(subnormalsOf(network, dtype)).toEqual([])
    })

    it.each(named(DECAYS))('weights that %j shrinks end at 0', async (_, changes) => {
      const network = await small(engine, loosely({ ...line, dtype, ...changes }))
      network.trainSync([[0, 0]], [[0]], { epochs: STEPS })
      expect(network.getWeights()).toEqual([{ weights: [[0], [0]], biases: [0] }])
    })

    it('a class as good as impossible has the probability 0', async () => {
      const net = dtype === 'float32' ? 90 : 710
      const layers = [{ units: 2, activation: 'softmax', weightInit: [[0, net]], bias: false }]
      const network = await small(engine, loosely({ inputs: 1, layers, dtype }))
      expect(network.predict([1])).toEqual([0, 1])
    })
  })
})

it.each(dtypes)('what a saturated unit carries backward is 0 or normal, in both engines, in %s', async (dtype) => {
  const net = dtype === 'float32' ? 75 : 650
  for (const activation of ['sigmoid', 'elu', 'selu', 'gelu', 'geluTanh', 'softplus', 'silu'] as const) {
    const layers = [
      { units: 1, activation, weightInit: [[-net], [0]], biasInit: [0] },
      { units: 1, weightInit: [[1e-6]] },
    ]
    const config = loosely({ inputs: 2, layers, dtype, loss: 'meanAbsoluteError' })
    const [wasm, typescript] = await Promise.all(
      engines.map(async (engine) => (await small(engine, config)).gradients([[1, 1e-3]], [[1e9]]).layers),
    )
    expect(wasm).toEqual(typescript)
    const subnormals = wasm[0].weights.flat().filter((g) => g !== 0 && Math.abs(g) < LEAST_NORMAL[dtype])
    expect(subnormals, activation).toEqual([])
  }
})

it.each(dtypes)('decays beside others as alone, in %s', async (dtype) => {
  const config = (seed: number) =>
    loosely({ ...line, dtype, seed, optimizer: { name: 'nadam', beta2: 0.9 }, regularization: { l2: 1 } })
  const results = await trainMany([1, 2, 3].map(config), [[1, 0]], [[0]], { epochs: STEPS })
  for (const [index, { network }] of results.entries()) {
    const alone = await small('wasm', config(index + 1))
    alone.trainSync([[1, 0]], [[0]], { epochs: STEPS })
    expect(network?.weightsHash()).toBe(alone.weightsHash())
    expect(subnormalsOf(alone, dtype)).toEqual([])
  }
})

describe.each(dtypes)('in %s', (dtype) => {
  it.each(named(MEANS))(
    'states of %s are the same in both engines where squares are hardly normal',
    async (_, optimizer) => {
      const [first, second] = await Promise.all(
        engines.map(async (engine) => {
          const network = await small(engine, loosely({ ...line, dtype, optimizer, loss: 'meanAbsoluteError' }))
          for (const times of [50, 3, 2, 1]) {
            const x = times * Math.sqrt(LEAST_NORMAL[dtype])
            network.trainSync([[x, -x]], [[1e9]], { epochs: times === 50 ? 1 : 8 })
          }
          return statesOf(network, dtype)
        }),
      )
      expect(first.some((value) => value !== 0)).toBe(true)
      expect(second).toEqual(first)
    },
  )
})
