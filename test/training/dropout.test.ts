// Dropout: PyTorch's numbers with masks drawn by another implementation of the rule, what the masks depend on and what
// not, true gradients under them, and all that must not see them.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  createNetwork,
  explain,
  type LayerWeights,
  type Network,
  type NetworkConfig,
  networkFromJSON,
} from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { valuesOf } from '../../src/numerics/values.ts'
import {
  bitsOf,
  dtypes,
  type EngineName,
  engines,
  expectRefusal,
  listOf,
  relativeDifference,
  rowsOf,
  SMALL,
  trainedBits,
} from '../support/networks.ts'

interface Fixture {
  seed: number
  units: number[]
  dropouts: number[]
  rows: number
  batchSize: number
  epochs: number
  losses: number[]
  /** Of the first layer with dropout, rows of 0 and 1 */
  firstMask: string[]
  trained: LayerWeights[]
  deviation: number
}
const fixtures: Fixture[] = JSON.parse(readFileSync(new URL('../fixtures/dropout.json', import.meta.url), 'utf8'))

function startOf({ seed, units, dropouts }: Fixture, changes: Partial<NetworkConfig>): Promise<Network> {
  const widths = [3, ...units, 2]
  const layers = widths.slice(1).map((width, layer) => ({
    units: width,
    weightInit: rowsOf(widths[layer], width, 10 + layer),
    ...(layer < units.length ? { activation: 'tanh' as const, dropout: dropouts[layer] } : {}),
  }))
  const optimizer = { name: 'sgd', learningRate: 0.02, momentum: 0.9 } as const
  return createNetwork({ inputs: 3, layers, optimizer, seed, ...changes })
}

/** What the outputs of the last block were multiplied by */
function factorsOf(network: Network, layer: number, rows: number): number[][] {
  const { engine, layout, config } = InnerNetwork.stateOf(network)
  const { kept, stride, units } = layout.layers[layer]
  const values = valuesOf(engine.buffer, config.dtype)
  const { bytesPerValue } = layout
  return Array.from({ length: rows }, (_, row) => {
    const start = (kept + row * stride) / bytesPerValue
    return Array.from(values.subarray(start, start + units))
  })
}

const maskOf = (factors: number[][]) => factors.map((row) => row.map((factor) => Number(factor > 0)).join(''))

/** 3-`units`-2 with dropout in its hidden layers */
function dropping(engine: EngineName, units: number[], dropout: number, changes: Partial<NetworkConfig> = {}) {
  const hidden = units.map((width) => ({ units: width, activation: 'tanh' as const, dropout }))
  return createNetwork({ ...SMALL, layers: [...hidden, { units: 2 }], engine, ...changes })
}

const inputsOf = (rows: number) => rowsOf(rows, 3, 1)
const targetsOf = (rows: number) => rowsOf(rows, 2, 2)

describe.each(engines)('dropout in %s', (engine) => {
  it.each(fixtures.map((wanted) => [`${wanted.units} by ${wanted.dropouts}, ${wanted.rows} rows`, wanted] as const))(
    'trains as PyTorch does with the same masks: %s',
    async (_, wanted) => {
      const { rows, batchSize, epochs, losses, trained, firstMask, dropouts } = wanted
      for (const dtype of dtypes) {
        const bound = dtype === 'float64' ? 1e-12 : Math.max(5e-6, 20 * wanted.deviation)
        const network = await startOf(wanted, { engine, dtype })
        const stepwise = await startOf(wanted, { engine, dtype })
        await network.train(inputsOf(rows), targetsOf(rows), { epochs, batchSize, shuffle: false })
        const found = losses.map((_, step) => {
          const start = (step % Math.ceil(rows / batchSize)) * batchSize
          const [x, y] = [inputsOf(rows), targetsOf(rows)].map((of) => of.slice(start, start + batchSize))
          const loss = stepwise.trainOnBatch(x, y)
          if (step === 0 && rows <= 256) {
            const layer = dropouts.findIndex((dropout) => dropout > 0)
            expect(maskOf(factorsOf(stepwise, layer, firstMask.length))).toEqual(firstMask)
          }
          return loss
        })
        expect(relativeDifference(found, losses)).toBeLessThan(bound)
        expect(relativeDifference(listOf(network.getWeights()), listOf(trained))).toBeLessThan(bound)
        expect(trainedBits(stepwise)).toBe(trainedBits(network))
      }
    },
  )

  it.each([0.1, 0.5, 0.9])('of %d drops that share of every layer, step and unit within 5 σ', async (dropout) => {
    const [rows, units, steps] = [64, 50, 12]
    const network = await dropping(engine, [units, units], dropout)
    const byUnit = new Array<number>(units).fill(0)
    const byRow = new Array<number>(rows).fill(0)
    const expectShare = (dropped: number, count: number) => {
      const sigma = Math.sqrt(count * dropout * (1 - dropout))
      expect(Math.abs(dropped - count * dropout)).toBeLessThan(5 * sigma)
    }
    for (let step = 0; step < steps; step++) {
      network.trainOnBatch(inputsOf(rows), targetsOf(rows))
      for (const layer of [0, 1]) {
        let dropped = 0
        factorsOf(network, layer, rows).forEach((factors, row) => {
          factors.forEach((factor, unit) => {
            if (factor > 0) return
            dropped++
            byRow[row]++
            byUnit[unit]++
          })
        })
        expectShare(dropped, rows * units)
      }
    }
    for (const dropped of byUnit) expectShare(dropped, 2 * steps * rows)
    for (const dropped of byRow) expectShare(dropped, 2 * steps * units)
  })

  it('draws anew for every row, layer, step and seed', async () => {
    const masks: string[] = []
    for (const seed of [1, 2]) {
      const network = await dropping(engine, [32, 32], 0.5, { seed })
      for (let step = 0; step < 5; step++) {
        network.trainOnBatch(inputsOf(20), targetsOf(20))
        masks.push(...[0, 1].flatMap((layer) => maskOf(factorsOf(network, layer, 20))))
      }
    }
    expect(masks).toHaveLength(2 * 5 * 2 * 20)
    expect(new Set(masks).size).toBe(masks.length)
  })

  it.each(dtypes)('multiplies what is kept by 1 / (1 − dropout), to the bit, in %s', async (dtype) => {
    for (const dropout of [0.1, 0.3, 0.5, 0.75, 0.999]) {
      const network = await dropping(engine, [37], dropout, { dtype })
      network.trainOnBatch(inputsOf(200), targetsOf(200))
      const factor = 1 / (1 - dropout)
      const factors = new Set(factorsOf(network, 0, 200).flat())
      expect(factors).toEqual(new Set([0, dtype === 'float32' ? Math.fround(factor) : factor]))
    }
  })

  it('depends on the row of the batch, not on that of the block', async () => {
    // The block sizes of a narrow and a wide network differ, and with them where the 600 rows are cut.
    const rows = 600
    const hidden = { units: 40, activation: 'tanh', dropout: 0.5 } as const
    const networks = [[], [{ units: 2 }, { units: 2800 }]].map(async (wide) => {
      const network = await createNetwork({ ...SMALL, layers: [hidden, ...wide, { units: 2 }], engine })
      const { blockRows } = InnerNetwork.stateOf(network).layout
      network.trainOnBatch(inputsOf(rows), targetsOf(rows))
      const last = (rows - 1) % blockRows
      return [blockRows, maskOf(factorsOf(network, 0, last + 1))[last]] as const
    })
    const sizes = await Promise.all(networks)
    for (const [blockRows] of sizes) expect(blockRows).toBeLessThan(rows)
    expect(sizes[0][0]).not.toBe(sizes[1][0])
    expect(sizes[0][1]).toBe(sizes[1][1])
  })

  it('depends neither on the numbers nor on the batch’s length nor on train or trainOnBatch', async () => {
    const network = await dropping(engine, [16], 0.5)
    network.trainOnBatch(inputsOf(30), targetsOf(30))
    const masks = maskOf(factorsOf(network, 0, 30))
    const shorter = await dropping(engine, [16], 0.5, { optimizer: 'sgd' })
    shorter.trainOnBatch(rowsOf(7, 3, 8), rowsOf(7, 2, 9))
    expect(maskOf(factorsOf(shorter, 0, 7))).toEqual(masks.slice(0, 7))
    const trained = await dropping(engine, [16], 0.5)
    await trained.train(inputsOf(30), targetsOf(30), { epochs: 1, batchSize: 'full' })
    expect(maskOf(factorsOf(trained, 0, 30))).toEqual(masks)
  })

  it('goes by the step over the network’s life, in clones too', async () => {
    const [whole, parted] = [await dropping(engine, [9, 5], 0.4), await dropping(engine, [9, 5], 0.4)]
    const options = { batchSize: 4 }
    whole.trainSync(inputsOf(10), targetsOf(10), { ...options, epochs: 5 })
    parted.trainSync(inputsOf(10), targetsOf(10), { ...options, epochs: 2 })
    const copy = parted.clone()
    for (const network of [parted, copy]) {
      network.trainSync(inputsOf(10), targetsOf(10), { ...options, epochs: 3 })
      expect(trainedBits(network)).toBe(trainedBits(whole))
    }
  })

  it('is part of the model as JSON', async () => {
    const network = await dropping(engine, [9, 5], 0.4)
    const read = await networkFromJSON(JSON.parse(JSON.stringify(network)))
    for (const one of [network, read]) one.trainSync(inputsOf(10), targetsOf(10), { epochs: 3, batchSize: 4 })
    expect(read.weightsHash()).toBe(network.weightsHash())
  })

  it('of 0 is none, to the bit', async () => {
    const [none, zero] = [await dropping(engine, [9], 0), await dropping(engine, [9], -0)]
    const layers = [{ units: 9, activation: 'tanh' }, { units: 2 }] as const
    const plain = await createNetwork({ ...SMALL, layers, engine })
    for (const network of [none, zero, plain])
      network.trainSync(inputsOf(10), targetsOf(10), { epochs: 4, batchSize: 3 })
    for (const network of [none, zero]) expect(trainedBits(network)).toBe(trainedBits(plain))
  })

  it('is seen by nothing but training', async () => {
    const network = await dropping(engine, [9, 5], 0.5)
    network.trainSync(inputsOf(10), targetsOf(10), { epochs: 3 })
    const layers = [9, 5].map((units) => ({ units, activation: 'tanh' as const }))
    const plain = await createNetwork({ ...SMALL, layers: [...layers, { units: 2 }], engine })
    plain.setWeights(network.getWeights())
    const before = trainedBits(network)
    const [inputs, targets] = [inputsOf(300), targetsOf(300)]
    expect(network.predict(inputs)).toEqual(plain.predict(inputs))
    expect(network.evaluate(inputs, targets)).toEqual(plain.evaluate(inputs, targets))
    expect(network.gradients(inputs, targets)).toEqual(plain.gradients(inputs, targets))
    const [seen, wanted] = [network, plain].map((one) => explain(one, inputs[0], targets[0]).layers)
    const values = (layers: typeof seen) =>
      layers.map(({ neurons }) => neurons.map(({ net, output, errorByNet }) => [net, output, errorByNet]))
    expect(bitsOf(values(seen))).toBe(bitsOf(values(wanted)))
    expect(trainedBits(network)).toBe(before)
  })

  it('keeps out of the validation loss', async () => {
    const network = await dropping(engine, [9], 0.5)
    const validation = { inputs: inputsOf(20), targets: targetsOf(20) }
    const seen: number[] = []
    const { validationLoss } = await network.train(inputsOf(10), targetsOf(10), {
      epochs: 3,
      validation,
      onEpoch: () => seen.push(network.evaluate(validation.inputs, validation.targets).loss),
    })
    expect(Array.from(validationLoss ?? [])).toEqual(seen)
  })

  it('trains on after a step that went wrong as if it had never been', async () => {
    // The rate of the sixth step is beyond all bounds: it is undone, and the five before it stand.
    const learningRate = (step: number) => (step === 5 ? 1e300 : 0.01)
    const config: Partial<NetworkConfig> = { optimizer: { name: 'sgd', learningRate } }
    const [network, other] = [await dropping(engine, [9], 0.5, config), await dropping(engine, [9], 0.5, config)]
    const result = await network.train(inputsOf(40), targetsOf(40), { epochs: 5, batchSize: 4, shuffle: false })
    expect(result).toMatchObject({ stopReason: 'diverged', steps: 5 })
    for (let step = 0; step < 5; step++) {
      other.trainOnBatch(inputsOf(40).slice(4 * step, 4 * step + 4), targetsOf(40).slice(4 * step, 4 * step + 4))
    }
    expect(trainedBits(network)).toBe(trainedBits(other))
  })

  it('resumes with the masks of the steps that were left', async () => {
    const [inputs, targets] = [inputsOf(40), targetsOf(40)]
    const [whole, parted] = [await dropping(engine, [9, 5], 0.5), await dropping(engine, [9, 5], 0.5)]
    const options = {
      epochs: 6,
      batchSize: 8,
      validation: { split: 0.25 },
      sampleWeights: rowsOf(40, 1, 5).map(positive),
    }
    const expected = await whole.train(inputs, targets, options)
    const controller = new AbortController()
    const { signal } = controller
    const onEpoch = ({ epoch }: { epoch: number }) => {
      if (epoch === 2) controller.abort()
    }
    const first = await parted.train(inputs, targets, { ...options, signal, onEpoch })
    expect(first).toMatchObject({ stopReason: 'aborted', epochs: 3 })
    const result = await parted.resume(inputs, targets)
    expect(result).toMatchObject({ stopReason: 'epochs', epochs: 6, steps: 24 })
    expect(bitsOf(result.loss, result.validationLoss)).toBe(bitsOf(expected.loss, expected.validationLoss))
    expect(trainedBits(parted)).toBe(trainedBits(whole))
  })

  it.each([
    ['on the output layer', [{ units: 2, dropout: 0.5 }], 'layers[0].dropout'],
    ['of 1', [{ units: 2, dropout: 1 }, { units: 1 }], 'layers[0].dropout'],
    ['below 0', [{ units: 2 }, { units: 2, dropout: -0.1 }, { units: 1 }], 'layers[1].dropout'],
    ['of NaN', [{ units: 2, dropout: Number.NaN }, { units: 1 }], 'layers[0].dropout'],
    ['of text', [{ units: 2, dropout: '0.5' }, { units: 1 }], 'layers[0].dropout'],
  ])('%s is refused', async (_, layers, path) => {
    const action = createNetwork({ inputs: 2, layers: layers as NetworkConfig['layers'], engine })
    await expectRefusal(action, 'INVALID_CONFIG', `${path}: expected `)
  })
})

function positive([value]: number[]): number {
  return 1 + value
}

it.each(dtypes)('both engines drop the same outputs of %s layers of all widths', async (dtype) => {
  for (const units of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 47, 64, 65]) {
    const masks = engines.map(async (engine) => {
      const network = await dropping(engine, [units, units], 0.5, { dtype })
      network.trainOnBatch(inputsOf(5), targetsOf(5))
      network.trainOnBatch(inputsOf(5), targetsOf(5))
      return [0, 1].map((layer) => maskOf(factorsOf(network, layer, 5)))
    })
    const [wasm, typescript] = await Promise.all(masks)
    expect(wasm).toEqual(typescript)
    const narrow = await dropping('typescript', [units, units], 0.5, { dtype: 'float64' })
    narrow.trainOnBatch(inputsOf(5), targetsOf(5))
    narrow.trainOnBatch(inputsOf(5), targetsOf(5))
    expect(wasm).toEqual([0, 1].map((layer) => maskOf(factorsOf(narrow, layer, 5))))
  }
})

describe.each(engines)('gradients under dropout in %s', (engine) => {
  it.each(['tanh', 'sigmoid', 'softmax', 'gelu', 'silu'] as const)(
    'agree with central differences of the loss under the same mask to 1e-8, %s',
    async (activation) => {
      const h = 2 ** -10
      const [inputs, targets] = [inputsOf(5), targetsOf(5)]
      const config = {
        ...SMALL,
        layers: [{ units: 6, activation, dropout: 0.5 }, { units: 4, activation, dropout: 0.25 }, { units: 2 }],
        optimizer: { name: 'sgd', learningRate: 1 },
        dtype: 'float64',
        engine,
      } as const
      const start = (await createNetwork(config)).getWeights()
      /** Every network takes its first step: under one and the same mask. */
      const lossAt = async (layers: LayerWeights[]) => {
        const network = await createNetwork(config)
        network.setWeights(layers)
        const loss = network.trainOnBatch(inputs, targets)
        return { loss, after: network.getWeights() }
      }
      const { after } = await lossAt(start)
      const gradients = listOf(start).map((layer, index) =>
        layer.map((row, at) => row.map((value, column) => value - listOf(after)[index][at][column])),
      )
      const wanted = structuredClone(gradients)
      const moved = structuredClone(start)
      for (const [index, { weights, biases }] of moved.entries()) {
        for (const [at, row] of [...weights, biases].entries()) {
          for (const [column, value] of row.entries()) {
            const half = async (steps: number) => {
              row[column] = value + steps * h
              const { loss: above } = await lossAt(moved)
              row[column] = value - steps * h
              return (above - (await lossAt(moved)).loss) / 2
            }
            wanted[index][at][column] = (8 * (await half(1)) - (await half(2))) / (6 * h)
            row[column] = value
          }
        }
      }
      expect(relativeDifference(gradients, wanted)).toBeLessThan(1e-8)
    },
  )
})
