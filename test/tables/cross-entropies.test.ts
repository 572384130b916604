// Losses that are computed from the output layer's nets: finite for any finite one.
import { describe, expect, it } from 'vitest'
import { engines, small } from '../support/networks.ts'

describe.each(engines)('cross-entropies in %s', (engine) => {
  it.each(['float32', 'float64'] as const)(
    'are finite for any finite net in %s, and so are their gradients',
    async (dtype) => {
      const most = dtype === 'float32' ? 3.4e38 : 1.7e308
      for (const net of [most, -most, 1e4, -1e4, 750, -750, 0]) {
        for (const [activation, targets] of [
          ['sigmoid', [[0], [1]]],
          ['softmax', [0, 1]],
        ] as const) {
          const units = activation === 'sigmoid' ? 1 : 2
          const layers = [{ units, activation, weightInit: [units === 1 ? [net] : [net, -net]] }]
          const network = await small(engine, { inputs: 1, layers, dtype } as never)
          const { loss, layers: gradients } = network.gradients([[1], [1]], targets as never)
          expect(Number.isFinite(loss), `${activation} at ${net}: ${loss}`).toBe(true)
          expect(gradients[0].biases.every(Number.isFinite)).toBe(true)
        }
      }
    },
  )

  it.each([
    ['float32', -100],
    ['float64', -800],
  ] as const)('hand no subnormal derivative back in %s', async (dtype, net) => {
    const layers = [{ units: 1, activation: 'sigmoid', weightInit: [[net]] }]
    const network = await small(engine, { inputs: 1, layers, dtype } as never)
    const rows = (target: number) => Array.from({ length: 8 }, () => [target])
    expect(network.predict([1])[0]).toBeGreaterThan(0)
    expect(network.gradients(rows(1), rows(0)).layers[0]).toEqual({ weights: [[0]], biases: [0] })
    expect(network.gradients(rows(0.5), rows(0)).layers[0].biases[0]).toBeGreaterThan(0)
  })
})
