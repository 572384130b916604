// What is stored with a model, and that training can be repeated, stopped and gone on with to the same bits.
import { beforeAll, describe, expect, it } from 'vitest'
import { createNetwork } from '../../src/index.ts'
import { saveMembers } from '../../src/table/checkpoint.ts'
import {
  type TableCheckpoint,
  type TableModel,
  tableModelFromJSON,
  trainTable,
  verifyTable,
} from '../../src/table/index.ts'

const flowers = Array.from({ length: 120 }, (_, i) => ({
  size: (i % 10) / 10 + (i % 3),
  colour: ['red', 'blue'][i % 2],
  kind: ['small', 'middle', 'large'][i % 3],
}))
const prices = Array.from({ length: 90 }, (_, i) => {
  const area = (i * 37) % 90
  return { area, town: 'AB'[i % 2], price: 100 * Math.sqrt(area) + 20 * (i % 2) }
})
const quick = { target: 'kind', effort: 'quick' } as const

const few = flowers.slice(0, 30)
/** A search whose networks are hardly trained: its course is the same */
const thorough = { target: 'kind', effort: 'thorough', train: { epochs: 2 } } as const

const hashesOf = (model: TableModel): string[] => model.networks.map((network) => network.weightsHash())

/** The checkpoint of a training that is aborted when so much is done */
async function stopAt(share: number, rows = flowers, options: object = {}): Promise<TableCheckpoint> {
  const controller = new AbortController()
  let checkpoint: TableCheckpoint | undefined
  const training = trainTable(rows, {
    ...quick,
    ...options,
    signal: controller.signal,
    onProgress: ({ fraction }) => {
      if (fraction >= share) controller.abort()
    },
    onCheckpoint: (value) => {
      checkpoint = value
    },
  })
  await expect(training).rejects.toThrow(/abort/i)
  if (checkpoint === undefined) throw new Error('expected a checkpoint')
  return JSON.parse(JSON.stringify(checkpoint))
}

describe('a model', () => {
  it('has a digest of all that it predicts with, which JSON keeps', async () => {
    const model = await trainTable(flowers, quick)
    const copy = await tableModelFromJSON(JSON.parse(JSON.stringify(model)))
    expect(model.digest).toMatch(/^[0-9a-f]{16}$/)
    expect(copy.digest).toBe(model.digest)
    const seeded = await trainTable(flowers, { ...quick, seed: 1 })
    expect(seeded.digest).not.toBe(model.digest)
    expect(seeded.choices.digest).not.toBe(model.choices.digest)
  })

  it('is the same at any number of threads', async () => {
    const one = await trainTable(flowers, quick)
    for (const threads of [2, 'auto'] as const) {
      const other = await trainTable(flowers, { ...quick, threads })
      expect(other.digest).toBe(one.digest)
    }
  })

  it('says what it predicts for rows that its networks never saw, and how losses fell', async () => {
    const model = await trainTable(flowers, quick)
    const [{ rows, actual, predicted, labels }] = model.unseen ?? []
    expect([rows.length, actual.length, predicted.length]).toEqual([120, 120, 360])
    const hits = actual.filter((label, row) => {
      const own = Array.from(predicted.subarray(3 * row, 3 * row + 3))
      return labels[own.indexOf(Math.max(...own))] === label
    })
    expect(hits.length / 120).toBeCloseTo(model.report.targets[0].metrics.accuracy as number, 12)
    const [{ loss, validationLoss }] = model.report.targets[0].curves
    expect(loss.length).toBe(validationLoss.length)
    expect(loss.at(-1)).toBeLessThan(loss[0])
    expect((await tableModelFromJSON(JSON.stringify(model))).unseen).toBeUndefined()
  })

  it('tells how much its networks disagree', async () => {
    const model = await trainTable(prices, { target: 'price', effort: 'quick' })
    const [near, far] = model.predictWithSpread([
      { area: 50, town: 'A' },
      { area: 400, town: 'A' },
    ]) as { prediction: number; spread: number }[]
    expect(near.prediction).toBe(model.predict({ area: 50, town: 'A' }))
    expect(near.spread).toBeGreaterThan(0)
    expect(far.spread).toBeGreaterThan(near.spread)
    const classes = await trainTable(flowers, quick)
    const { prediction, probability } = classes.predictWithSpread(flowers[0]) as Record<string, unknown>
    expect(prediction).toBe(classes.predict(flowers[0]))
    expect(probability).toBe((classes.predictProbabilities(flowers[0]) as Record<string, number>)[prediction as string])
  })
})

describe('verifyTable', () => {
  it('proves every weight equal, from JSON too', async () => {
    const model = await tableModelFromJSON(JSON.stringify(await trainTable(flowers, quick)))
    const { isEqual, differences, networks, parameters } = await verifyTable(model, flowers)
    expect([isEqual, differences]).toEqual([true, []])
    expect(networks).toBe(model.networks.length)
    expect(parameters).toBeGreaterThan(20)
  })

  it('finds a weight that was changed', async () => {
    const model = await trainTable(flowers, quick)
    const [network] = model.networks
    const weights = network.getWeights()
    weights[0].weights[0][0] += 2 ** -10
    network.setWeights(weights)
    const { isEqual, differences } = await verifyTable(model, flowers)
    expect(isEqual).toBe(false)
    expect(differences[0]).toContain('the weights of network 1')
  })

  it('refuses other rows, and a model of another version', async () => {
    const model = await trainTable(flowers, quick)
    await expect(verifyTable(model, flowers.slice(1))).rejects.toMatchObject({ code: 'INVALID_DATA' })
    const json = JSON.parse(JSON.stringify(model))
    json.choices.version = '0.0.1'
    await expect(verifyTable(await tableModelFromJSON(json), flowers)).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: expect.stringContaining('one of 0.0.1'),
    })
    await expect(verifyTable({} as never, flowers)).rejects.toMatchObject({ code: 'INVALID_MODEL' })
  })
})

describe('a search for recipes', () => {
  let whole: TableModel
  beforeAll(async () => {
    whole = await trainTable(few, thorough)
  })

  it('tries each on some of the folds, the better half on the others, and trains the best in full', () => {
    const { trials, recipes } = whole.choices
    const lossesOf = (wanted: number) =>
      new Map(trials.flatMap(({ name, round, loss }) => (round === wanted ? [[name, loss ?? 0]] : [])))
    const best = (losses: Map<string, number>, count: number) =>
      [...losses.keys()].sort((a, b) => (losses.get(a) as number) - (losses.get(b) as number)).slice(0, count)
    const [first, second] = [lossesOf(0), lossesOf(1)]
    expect(first.size).toBeGreaterThanOrEqual(12)
    expect([...second.keys()]).toEqual(best(first, first.size / 2))
    const trained = recipes[0].members.filter(({ isLinear }) => !isLinear).map(({ name }) => name)
    expect(trained).toEqual(['network 64-64', 'network 64-64 with no dropout', ...best(second, 3)])
  })

  it('that is stopped goes on to the same bits at another number of threads', async () => {
    const checkpoint = await stopAt(0.3, few, thorough)
    expect(checkpoint.targets[0].trials.length).toBeGreaterThan(0)
    const resumed = await trainTable(few, { ...thorough, threads: 2, checkpoint })
    expect(JSON.stringify(resumed)).toBe(JSON.stringify(whole))
  })

  it('is verified by what it found', async () => {
    const { isEqual, differences } = await verifyTable(whole, few)
    expect([isEqual, differences]).toEqual([true, []])
  })
})

describe('a budget', () => {
  it('leaves out what there is no time for, says so, and is repeated without a clock', async () => {
    const model = await trainTable(flowers, { target: 'kind', budget: 1 })
    expect(model.choices.effort).toBe('thorough')
    expect(model.choices.left).toContain('kind: network 64-64')
    expect(model.choices.left).toContain('kind: 14 of 14 trials of the search')
    expect(model.choices.recipes[0].members.every(({ isLinear }) => isLinear)).toBe(true)
    expect((await verifyTable(model, flowers)).isEqual).toBe(true)
  })

  it('that is ample changes nothing', async () => {
    const model = await trainTable(flowers, { ...quick, budget: 1e6 })
    expect(model.choices.left).toEqual([])
    expect(hashesOf(model)).toEqual(hashesOf(await trainTable(flowers, quick)))
  })
})

describe('a training that is stopped', () => {
  it.each([0, 0.001, 0.1, 0.5, 0.9])('when %d is done goes on to the same bits', async (share) => {
    const whole = await trainTable(flowers, quick)
    const checkpoint = await stopAt(share)
    const resumed = await trainTable(flowers, { ...quick, checkpoint })
    expect(JSON.stringify(resumed)).toBe(JSON.stringify(whole))
  })

  it('trains anew what was underway over rows too many to save', async () => {
    const { targets, ...checkpoint } = await stopAt(0.5)
    const isUnderway = (saved: object | null) => saved !== null && 'snapshot' in saved
    expect(targets.some(({ members }) => members.some((networks) => networks?.some(isUnderway)))).toBe(true)
    const done = targets.map(({ trials, members }) => ({
      trials,
      members: members.map((networks) => networks?.map((saved) => (isUnderway(saved) ? null : saved)) ?? null),
    }))
    const resumed = await trainTable(flowers, { ...quick, checkpoint: { ...checkpoint, targets: done } })
    expect(resumed.digest).toBe((await trainTable(flowers, quick)).digest)
  })

  it('saves what is underway over few rows, and of many only what is done', async () => {
    const network = await createNetwork({ inputs: 2, layers: [{ units: 1 }] })
    const curve = { loss: [1], validationLoss: [] }
    const save = (rowBytes: number) =>
      saveMembers({ networks: [network, network], isDone: [true, false], curves: [curve, curve], rowBytes })
    const done = { network: network.toJSON(), curve }
    expect(save(2 ** 20)).toEqual([done, { snapshot: expect.any(String) }])
    expect(save(2 ** 26)).toEqual([done, null])
  })

  it('goes on where several targets are trained, and twice', async () => {
    const target = ['kind', 'colour']
    const first = await stopAt(0.3, flowers, { target })
    const second = await stopAt(0.8, flowers, { target, checkpoint: first })
    const resumed = await trainTable(flowers, { ...quick, target, checkpoint: second })
    expect(resumed.digest).toBe((await trainTable(flowers, { ...quick, target })).digest)
  })

  it('is refused for other rows, options and versions', async () => {
    const checkpoint = await stopAt(0.5)
    const refused = expect.objectContaining({ name: 'WasmpropError', code: 'INVALID_MODEL' })
    await expect(trainTable(flowers.slice(1), { ...quick, checkpoint })).rejects.toEqual(refused)
    await expect(trainTable(flowers, { ...quick, seed: 3, checkpoint })).rejects.toEqual(refused)
    await expect(trainTable(flowers, { ...quick, checkpoint: { ...checkpoint, version: '0.0.1' } })).rejects.toEqual(
      refused,
    )
  })
})
