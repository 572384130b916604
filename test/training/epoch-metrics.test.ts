// Metrics after every epoch: as `evaluate` gives them, in results and progress, watched by early stopping, in snapshots,
// streams, lanes and workers.
import { describe, expect, it, vi } from 'vitest'
import {
  createNetwork,
  type MetricChoice,
  type NetworkConfig,
  restoreNetwork,
  type TrainOptions,
  trainMany,
} from '../../src/index.ts'
import { engines, expectRefusal, numbersOf, rowsOf } from '../support/networks.ts'

const X = rowsOf(60, 3, 1)
const classes = X.map(([a, b, c]) => (a > b ? 0 : b > c ? 1 : 2))
const sums = X.map(([a, b, c]) => [100 + 10 * (a + b - c)])

const classifier: NetworkConfig = {
  inputs: 3,
  layers: [
    { units: 5, activation: 'tanh' },
    { units: 3, activation: 'softmax' },
  ],
  optimizer: { name: 'adam', learningRate: 0.02 },
  seed: 4,
}
const regressor: NetworkConfig = {
  inputs: 3,
  layers: [{ units: 5, activation: 'tanh' }, { units: 1 }],
  optimizer: { name: 'adam', learningRate: 0.02 },
  scaling: { inputs: 'standard', targets: 'standard' },
  seed: 4,
}
const choices: MetricChoice[] = ['accuracy', { name: 'topK', k: 2 }, { name: 'f1', average: 'weighted' }]
const errors: MetricChoice[] = ['meanAbsoluteError', 'r2']
const held = { inputs: X.slice(45), targets: classes.slice(45) }
const heldSums = { inputs: X.slice(45), targets: sums.slice(45) }

describe.each(engines)('metrics of train in %s', (engine) => {
  it('are those that evaluate gives of the validation rows after each epoch', async () => {
    for (const [config, y, validation, metrics] of [
      [classifier, classes, held, choices],
      [regressor, sums, heldSums, errors],
    ] as const) {
      const network = await createNetwork({ ...config, engine })
      const seen: unknown[] = []
      const wanted: unknown[] = []
      const result = await network.train(X.slice(0, 45), y.slice(0, 45) as number[], {
        epochs: 6,
        validation,
        metrics,
        onEpoch: ({ metrics: given }) => {
          seen.push(given)
          const { loss: _, ...others } = network.evaluate(validation.inputs, validation.targets, { metrics })
          wanted.push(others)
        },
      })
      expect(seen).toEqual(wanted)
      const lists = Object.fromEntries(
        Object.keys(wanted[0] as object).map((name) => [
          name,
          Float64Array.from(wanted, (each) => (each as Record<string, number>)[name]),
        ]),
      )
      expect(result.metrics).toEqual(lists)
    }
  })

  it('are of the trained rows where there is no validation, of a split of its rows', async () => {
    const network = await createNetwork({ ...classifier, engine })
    const result = await network.train(X, classes, { epochs: 3, metrics: ['accuracy'] })
    expect(result.metrics?.accuracy?.[2]).toBe(network.evaluate(X, classes, { metrics: ['accuracy'] }).accuracy)
    expect(result).not.toHaveProperty('validationLoss')
    const other = await createNetwork({ ...classifier, engine })
    const split = await other.train(X, classes, { epochs: 3, metrics: ['accuracy'], validation: { split: 0.2 } })
    const numbers = Array.from(split.validationRows as Uint32Array)
    const [inputs, targets] = [numbers.map((row) => X[row]), numbers.map((row) => classes[row])]
    expect(split.metrics?.accuracy?.[2]).toBe(other.evaluate(inputs, targets, { metrics: ['accuracy'] }).accuracy)
  })

  it('change nothing of the training', async () => {
    const hashes: string[] = []
    for (const metrics of [[], choices]) {
      const network = await createNetwork({ ...classifier, engine })
      await network.train(X, classes, { epochs: 4, validation: held, metrics })
      hashes.push(network.weightsHash())
    }
    expect(hashes[1]).toBe(hashes[0])
  })

  it('stop training in their own direction, and give the best weights back', async () => {
    const accurate = await createNetwork({ ...classifier, engine })
    const rising: TrainOptions = { epochs: 200, validation: held, metrics: ['accuracy'] }
    const earlyStopping = { monitor: 'accuracy', patience: 8 } as const
    const { metrics, bestEpoch, stopReason, epochs } = await accurate.train(X.slice(0, 45), classes.slice(0, 45), {
      ...rising,
      earlyStopping,
    })
    const list = Array.from(metrics?.accuracy as Float64Array)
    expect(stopReason).toBe('earlyStopping')
    expect(bestEpoch).toBe(list.indexOf(Math.max(...list)))
    expect(epochs).toBe((bestEpoch as number) + 9)
    expect(accurate.evaluate(held.inputs, held.targets, { metrics: ['accuracy'] }).accuracy).toBe(Math.max(...list))

    const near = await createNetwork({ ...regressor, engine })
    const { metrics: falling, bestEpoch: least } = await near.train(X.slice(0, 45), sums.slice(0, 45), {
      epochs: 30,
      validation: heldSums,
      metrics: errors,
      earlyStopping: { monitor: 'meanAbsoluteError', patience: 5 },
    })
    const mae = Array.from(falling?.meanAbsoluteError as Float64Array)
    expect(least).toBe(mae.indexOf(Math.min(...mae)))
    expect(mae[0]).toBeGreaterThan(Math.min(...mae))
  })

  it('go on from a snapshot taken in the midst, at any epoch', async () => {
    for (const [config, y, validation, metrics] of [
      [classifier, classes, held, choices],
      [classifier, classes, { split: 0.25 }, choices],
      [classifier, classes, undefined, choices],
      [regressor, sums, heldSums, errors],
    ] as const) {
      const network = await createNetwork({ ...config, engine })
      const snapshots: Uint8Array[] = []
      const options: TrainOptions = {
        epochs: 5,
        metrics,
        ...(validation ? { validation } : {}),
        earlyStopping: { monitor: metrics === choices ? 'accuracy' : 'r2', patience: 3 },
      }
      const whole = await network.train(X, y as number[], {
        ...options,
        onEpoch: ({ snapshot }) => void snapshots.push(snapshot()),
      })
      for (const bytes of snapshots.slice(0, -1)) {
        const restored = await restoreNetwork(bytes, { engine })
        expect(restored.snapshot()).toEqual(bytes)
        const { milliseconds: _, samplesPerSecond: __, ...result } = await restored.resume(X, y as number[])
        const { milliseconds: ___, samplesPerSecond: ____, ...wanted } = whole
        expect(result).toEqual(wanted)
        expect(restored.weightsHash()).toBe(network.weightsHash())
      }
    }
  })

  it('come from streams with a validation', async () => {
    const network = await createNetwork({ ...classifier, engine })
    const source = () => [{ inputs: X, targets: classes }]
    const result = await network.trainStream(source, { epochs: 3, validation: held, metrics: ['accuracy'] })
    const { accuracy } = network.evaluate(held.inputs, held.targets, { metrics: ['accuracy'] })
    expect(result.metrics?.accuracy).toHaveLength(3)
    expect(result.metrics?.accuracy?.[2]).toBe(accuracy)
    await expectRefusal(network.trainStream(source, { metrics: ['accuracy'] }), 'INVALID_CONFIG', /validation/)
  })

  it('are refused before anything is changed', async () => {
    const network = await createNetwork({ ...classifier, engine })
    const before = network.weightsHash()
    const refused: [TrainOptions, RegExp][] = [
      [{ metrics: ['accurate' as 'accuracy'] }, /did you mean "accuracy"/],
      [{ metrics: ['confusion'] }, /one number/],
      [{ metrics: 'accuracy' as never }, /as in \["accuracy"\]/],
      [{ earlyStopping: { monitor: 'accuracy' } }, /write metrics: \["accuracy"\]/],
      [{ metrics: ['accuracy'], earlyStopping: { monitor: 'f1' } }, /write metrics: \["f1"\]/],
      [{ earlyStopping: { monitor: 'confusion' as never } }, /"loss"/],
    ]
    for (const [options, words] of refused) {
      await expectRefusal(network.train(X, classes, options), 'INVALID_CONFIG', words)
    }
    const one = { inputs: X.slice(0, 1), targets: classes.slice(0, 1) }
    await expectRefusal(network.train(X, classes, { metrics: ['auc'], validation: one }), 'INVALID_DATA', /auc/)
    expect(network.weightsHash()).toBe(before)
    const linear = await createNetwork({ inputs: 3, layers: [{ units: 2 }], engine, seed: 1 })
    const y = X.map(([a, b], row) => [row === 3 ? Number.NaN : a, b])
    const sampleWeights = X.map((_, row) => [row === 3 ? 0 : 1, 1])
    await expectRefusal(linear.train(X, y, { metrics: ['r2'], sampleWeights }), 'INVALID_CONFIG', /missing/)
  })
})

it('gives metrics to networks that train together, in lanes and in workers', async () => {
  const configs = [1, 2, 3, 4].map((seed) => ({ ...classifier, seed }))
  const options: TrainOptions = { epochs: 3, metrics: ['accuracy', 'f1'], validation: { split: 0.2, seed: 9 } }
  const alone = []
  for (const config of configs) alone.push((await (await createNetwork(config)).train(X, classes, options)).metrics)
  for (const threads of [1, 2]) {
    const trained = await trainMany(configs, X, classes, { ...options, threads })
    expect(trained.map(({ result }) => result.metrics)).toEqual(alone)
    for (const { network } of trained) network.dispose()
  }
})

describe.each(engines)('onProgress in %s', (engine) => {
  it('tells how far an epoch is, at most every 50 ms', async () => {
    let clock = 1000
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 9))
    const count = 400
    const inputs = Float32Array.from(numbersOf(64 * count, 3))
    const targets = inputs.filter((_, index) => index % 64 === 0)
    const network = await createNetwork({
      inputs: 64,
      layers: [{ units: 64, activation: 'tanh' }, { units: 1 }],
      engine,
      seed: 1,
    })
    const told: { epoch: number; fraction: number; loss: number; time: number }[] = []
    let epochs = 0
    const result = await network.train(inputs, targets, {
      epochs: 100,
      batchSize: 4,
      onEpoch: () => ++epochs < 100 && told.length < 4,
      onProgress: (progress) => void told.push({ ...progress, time: clock }),
    })
    vi.restoreAllMocks()
    expect(told.length).toBeGreaterThanOrEqual(4)
    told.forEach(({ epoch, fraction, loss, time }, index) => {
      const steps = (fraction * count) / 4
      expect(steps).toBeCloseTo(Math.round(steps), 6)
      expect(fraction > 0 && fraction <= 1).toBe(true)
      expect(epoch).toBeLessThanOrEqual(result.epochs)
      expect(loss > 0).toBe(true)
      if (index === 0) return
      const last = told[index - 1]
      expect(time - last.time).toBeGreaterThanOrEqual(50)
      expect(epoch + fraction).toBeGreaterThan(last.epoch + last.fraction)
    })
  })

  it('refuses what is no function, and rejects with what it throws', async () => {
    const network = await createNetwork({ ...classifier, engine })
    await expectRefusal(network.train(X, classes, { onProgress: 3 as never }), 'INVALID_CONFIG', 'onProgress')
  })
})
