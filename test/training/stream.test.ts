// trainStream: the bits of `train` on the same batches, sources of all kinds, and what ends or refuses them.
import { describe, expect, it } from 'vitest'
import type { Network, NetworkConfig, StreamBatch, StreamOptions, StreamSource, TrainOptions } from '../../src/index.ts'
import { bitsOf, engines, expectRefusal, rowsOf, small, trainedBits } from '../support/networks.ts'
import { wordsOf } from '../support/refusal.ts'

const ROWS = 50
const BATCH = 7
const INPUTS = rowsOf(ROWS, 3, 1)
const TARGETS = rowsOf(ROWS, 2, 2)
const WEIGHTS = rowsOf(ROWS, 1, 3).map(([value]) => 1 + value)
const ORDERED: TrainOptions = { batchSize: BATCH, shuffle: false }

const starts = Array.from({ length: Math.ceil(ROWS / BATCH) }, (_, index) => index * BATCH)
const batchAt = (start: number): StreamBatch => ({
  inputs: INPUTS.slice(start, start + BATCH),
  targets: TARGETS.slice(start, start + BATCH),
  sampleWeights: WEIGHTS.slice(start, start + BATCH),
})

function* batches() {
  for (const start of starts) yield batchAt(start)
}

async function* slowBatches() {
  for (const start of starts) {
    await new Promise((resolve) => setImmediate(resolve))
    yield batchAt(start)
  }
}

/** A promise that is rejected once nobody waits for it any more */
const never = () =>
  new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('too late')), 40)
  })

const SOURCES: [string, StreamSource][] = [
  ['a function that gives a generator', batches],
  ['a function that gives an async generator', slowBatches],
  ['a function that gives a promise of a list', async () => starts.map(batchAt)],
]

describe.each(engines)('trainStream in %s', (engine) => {
  const start = () =>
    small(engine, {
      layers: [{ units: 9, activation: 'tanh', dropout: 0.2 }, { units: 2 }],
      optimizer: {
        name: 'adam',
        learningRate: { name: 'step', initial: 0.02, stepSize: 2, gamma: 0.5, unit: 'epoch' },
      },
    })

  it.each(SOURCES)('has the bits of train, from %s', async (_, source) => {
    const [network, other] = [await start(), await start()]
    const validation = { inputs: rowsOf(600, 3, 5), targets: rowsOf(600, 2, 6) }
    const shared = {
      epochs: 6,
      validation,
      earlyStopping: { patience: 2 },
      history: { weights: { every: 1 } },
    } as const
    const wanted = await other.train(INPUTS, TARGETS, { ...ORDERED, ...shared, sampleWeights: WEIGHTS })
    const seen: number[] = []
    const result = await network.trainStream(source, { ...shared, onEpoch: ({ epoch }) => seen.push(epoch) })
    expect(trainedBits(network)).toBe(trainedBits(other))
    expect(bitsOf(result.loss, result.validationLoss)).toBe(bitsOf(wanted.loss, wanted.validationLoss))
    const { epochs, steps, stopReason, bestEpoch, timeline } = result
    expect([epochs, steps, stopReason, bestEpoch]).toEqual([
      wanted.epochs,
      wanted.steps,
      wanted.stopReason,
      wanted.bestEpoch,
    ])
    expect(timeline?.at(epochs)).toEqual(wanted.timeline?.at(epochs))
    expect(seen).toEqual(Array.from({ length: epochs }, (_, epoch) => epoch))
    // The counters went on as well: the next training agrees too.
    network.trainSync(INPUTS, TARGETS, { epochs: 2 })
    other.trainSync(INPUTS, TARGETS, { epochs: 2 })
    expect(trainedBits(network)).toBe(trainedBits(other))
  })

  it('sums the losses of a loss that is a sum', async () => {
    const [network, other] = [
      await small(engine, { loss: 'halfSquaredError' }),
      await small(engine, { loss: 'halfSquaredError' }),
    ]
    const { loss } = await network.trainStream(batches())
    const wanted = other.trainSync(INPUTS, TARGETS, { ...ORDERED, epochs: 1, sampleWeights: WEIGHTS })
    expect(bitsOf(loss)).toBe(bitsOf(wanted.loss))
  })

  it('takes an iterable for one epoch alone', async () => {
    const network = await start()
    expect((await network.trainStream(starts.map(batchAt))).epochs).toBe(1)
    await expectRefusal(
      network.trainStream(batches(), { epochs: 2 }),
      'INVALID_CONFIG',
      /^epochs: expected 1, or a source that is a function/,
    )
  })

  it('is aborted while the source keeps it waiting, keeps the last batch, and lets the source clean up', async () => {
    const network = await start()
    let isClosed = false
    async function* hanging() {
      try {
        yield batchAt(0)
        yield batchAt(BATCH)
        await new Promise((resolve) => setTimeout(resolve, 30))
        controller.abort()
        await new Promise((resolve) => setTimeout(resolve, 30))
        yield batchAt(0)
      } finally {
        isClosed = true
      }
    }
    const controller = new AbortController()
    const { stopReason, steps, epochs } = await network.trainStream(hanging, { signal: controller.signal })
    expect([stopReason, steps, epochs]).toEqual(['aborted', 2, 0])
    const other = await start()
    for (const at of [0, BATCH]) {
      const { inputs, targets, sampleWeights } = batchAt(at)
      other.trainOnBatch(inputs, targets, { sampleWeights })
    }
    expect(network.weightsHash()).toBe(other.weightsHash())
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(isClosed).toBe(true)
    await expectRefusal(network.resume(INPUTS, TARGETS), 'INVALID_CONFIG', /^resume: /)
  })

  it.each<[string, (abort: () => void) => [StreamSource, StreamOptions]]>([
    [
      'source()',
      (abort) => [
        () => {
          setImmediate(abort)
          return never()
        },
        {},
      ],
    ],
    [
      'next()',
      (abort) => [
        async function* () {
          setImmediate(abort)
          yield never()
        },
        {},
      ],
    ],
    [
      'onEpoch',
      (abort) => [
        batches,
        {
          epochs: 5,
          onEpoch: () => {
            setImmediate(abort)
            return never()
          },
        },
      ],
    ],
  ])('is aborted and disposed of while it waits for %s, whatever comes of that later', async (_, waiting) => {
    const controller = new AbortController()
    const [source, options] = waiting(() => controller.abort())
    const first = await start()
    const result = await first.trainStream(source, { ...options, signal: controller.signal })
    expect(result.stopReason).toBe('aborted')
    expect((await first.trainStream(batches())).stopReason).toBe('epochs')
    const second = await start()
    const disposed = await second.trainStream(...waiting(() => second.dispose()))
    expect(disposed.stopReason).toBe('aborted')
  })

  it.each<[string, (at: number) => unknown, Partial<NetworkConfig>, RegExp]>([
    ['a batch is refused', (at) => (at === 14 ? { inputs: [[1]], targets: [[1]] } : batchAt(at)), {}, /^batches\[2\]/],
    ['the rate is none', batchAt, { optimizer: { name: 'sgd', learningRate: (step) => 0.1 - step } }, /for step 1$/],
    ['training diverges', batchAt, { optimizer: { name: 'sgd', learningRate: 1e30 } }, /as before that step/],
  ])('closes its source once where %s, whatever comes of that', async (_, give, config, words) => {
    const network = await small(engine, config)
    let at = 0
    let closed = 0
    const next = () => {
      const value = give(at) as StreamBatch
      at += BATCH
      return { value, done: false }
    }
    const close = () => {
      closed++
      throw new Error('no more disk')
    }
    const source = { [Symbol.iterator]: () => ({ next, return: close }) }
    const told = network.trainStream(source).then(({ advice }) => advice, wordsOf)
    expect(await told).toMatch(words)
    expect(closed).toBe(1)
  })

  it('ends by its callback, its target and a divergence', async () => {
    const network = await start()
    const options = { epochs: 5, onEpoch: ({ epoch }: { epoch: number }) => epoch < 1 }
    expect(await network.trainStream(batches, options)).toMatchObject({ stopReason: 'callback', epochs: 2 })
    expect(await network.trainStream(batches, { targetLoss: 1e9 })).toMatchObject({
      stopReason: 'targetLoss',
      epochs: 1,
    })
    const wild = await small(engine, { optimizer: { name: 'sgd', learningRate: 1e30 } })
    const { stopReason, advice } = await wild.trainStream(batches)
    expect(stopReason).toBe('diverged')
    expect(advice).toMatch(/as before that step.*smaller learningRate/)
    expect(wild.predict(INPUTS).flat().every(Number.isFinite)).toBe(true)
  })

  it('refuses what is no source, no batch, or none at all, and keeps what was trained', async () => {
    const network = await start()
    const refuse = (
      source: unknown,
      words: RegExp,
      code: 'INVALID_CONFIG' | 'INVALID_DATA' | 'NOT_FINITE' | 'INVALID_SHAPE' = 'INVALID_DATA',
    ) => expectRefusal(network.trainStream(source as StreamSource), code, words)
    await refuse(5, /^source: expected an iterable/, 'INVALID_CONFIG')
    await refuse('rows', /^source: expected an iterable/, 'INVALID_CONFIG')
    await refuse([], /^source: expected at least one batch/)
    await refuse([{ inputs: INPUTS }], /^batches\[0\]: expected \{ inputs, targets \}/)
    await refuse(
      [batchAt(0), { inputs: [[1, Number.NaN, 0]], targets: [[0, 0]] }],
      /^batches\[1\]\.inputs\[0\]\[1\]: /,
      'NOT_FINITE',
    )
    const missing = /^batches\[0\]: expected \{ inputs, targets \}, got an object$/
    await refuse([Object.create({ inputs: INPUTS, targets: TARGETS })], missing)
    await refuse([{ ...batchAt(0), sampleWeight: WEIGHTS }], /sampleWeight: unknown option; did you/, 'INVALID_CONFIG')
    for (const sampleWeights of [null, 0, '', false]) {
      await refuse([{ ...batchAt(0), sampleWeights }], /^batches\[0\]\.sampleWeights: /)
    }
    const zeros = [batchAt(0), { ...batchAt(7), sampleWeights: new Float32Array(BATCH) }]
    await refuse(zeros, /^batches\[1\]\.sampleWeights: expected at least one trained row above 0, got zeros$/)
    await refuse([{ ...batchAt(0), sampleWeights: [1] }], /^batches\[0\]\.sampleWeights: /, 'INVALID_SHAPE')
    const odd = (next: () => unknown) => ({ [Symbol.iterator]: () => ({ next }) })
    const form = /^source: expected an iterator whose next\(\) gives \{ value, done \}, got (undefined|5)/
    for (const next of [() => undefined, async () => 5]) await refuse(odd(next), form, 'INVALID_CONFIG')
    const failing = function* () {
      yield batchAt(0)
      throw new Error('no more disk')
    }
    await expect(network.trainStream(failing)).rejects.toThrow('no more disk')
    expect((await network.trainStream(batches())).epochs).toBe(1)
  })

  it('needs a fitted scaling and an optimizer that takes batches, and is one run among others', async () => {
    const scaled = await small(engine, { scaling: { inputs: 'standard' } })
    await expectRefusal(scaled.trainStream(batches()), 'NOT_FITTED', /^trainStream: /)
    const rprop = await small(engine, { optimizer: 'rprop' })
    await expectRefusal(rprop.trainStream(batches()), 'INVALID_CONFIG', /takes batches, got rprop/)
    const network: Network = await start()
    const running = network.trainStream(slowBatches())
    await expectRefusal(network.train(INPUTS, TARGETS), 'BUSY')
    network.dispose()
    expect((await running).stopReason).toBe('aborted')
  })
})
