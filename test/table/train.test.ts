// Models of tables: trained, asked, scored, saved. What they are worth on real tables is measured by bench/tables.mjs.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { WasmpropError } from '../../src/errors.ts'
import {
  readTable,
  type TableExplanation,
  type TableModel,
  type TrainTableOptions,
  tableModelFromJSON,
  trainTable,
} from '../../src/table/index.ts'

const fixture = (name: string) =>
  readFileSync(
    new URL(name === 'penguins.csv' ? `../../data/${name}` : `../fixtures/tables/${name}`, import.meta.url),
    'utf8',
  )

/** Flowers whose kind follows from their size, but for some noise, and a colour that says nothing */
const flowers = Array.from({ length: 120 }, (_, i) => ({
  size: (i % 10) / 10 + (i % 3) + ((i * 7) % 5) / 20,
  colour: ['red', 'blue', 'white'][((i * 5) % 7) % 3],
  kind: ['small', 'middle', 'large'][i % 3],
}))
/** A line with a bend, in a category's steps */
const prices = Array.from({ length: 150 }, (_, i) => {
  const area = 20 + ((i * 37) % 100)
  return {
    area,
    town: ['A', 'B'][i % 2],
    balcony: i % 3 === 0,
    price: 100 + 3 * area + (area > 80 ? 4 * (area - 80) : 0) + (i % 2) * 50,
  }
})

async function refusal(rows: Parameters<typeof trainTable>[0], options: unknown): Promise<WasmpropError> {
  const error = await trainTable(rows, options as TrainTableOptions).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(WasmpropError)
  return error as WasmpropError
}

describe('a model of classes', () => {
  let model: TableModel
  beforeAll(async () => {
    model = await trainTable(flowers, { target: 'kind', effort: 'quick' })
  })

  it('answers in the words of the data, for one record and for many', () => {
    expect(model.predict({ size: 2.5, colour: 'red' })).toBe('large')
    expect(model.predict(flowers.slice(0, 3))).toEqual(['small', 'middle', 'large'])
    expect(model.predict([])).toEqual([])
  })

  it('gives probabilities by label, which sum to 1', () => {
    const probabilities = model.predictProbabilities(flowers) as Record<string, number>[]
    for (const row of probabilities) {
      expect(Object.keys(row).sort()).toEqual(['large', 'middle', 'small'])
      expect(Object.values(row).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
    }
  })

  it('is better on rows that its networks never saw than the commonest class, and no worse than the linear model', () => {
    const [{ loss, metrics }] = model.report.targets
    expect(metrics.accuracy).toBeGreaterThan(0.9)
    expect(metrics.baseline).toBeCloseTo(1 / 3, 12)
    expect(loss.model).toBeLessThanOrEqual(loss.linear)
    expect(loss.linear).toBeLessThan(loss.baseline)
  })

  it('counts words that it does not know as others, and says so', () => {
    const fresh = model.warnings.length
    expect(['small', 'middle', 'large']).toContain(model.predict({ size: 0.4, colour: 'green' }))
    expect(model.warnings.slice(fresh).join()).toContain(
      'column "colour": 1 cells with words that the training rows did not have',
    )
  })

  it('takes records without a value, and says which column it ignores', () => {
    const probabilities = Object.values(model.predictProbabilities({ size: null, colour: undefined, weight: 3 }))
    expect(probabilities.every((p) => typeof p === 'number' && p >= 0 && p <= 1)).toBe(true)
    expect(model.warnings.join()).toContain('column "weight"')
  })

  it('predicts the same bits after JSON', async () => {
    const copy = await tableModelFromJSON(JSON.parse(JSON.stringify(model)))
    expect(copy.predictProbabilities(flowers)).toEqual(model.predictProbabilities(flowers))
    expect(copy.choices).toEqual(model.choices)
    copy.dispose()
  })

  it('is the same to the last bit for the same rows, options and seed, in both engines', async () => {
    const probabilities = model.predictProbabilities(flowers)
    for (const engine of ['wasm', 'typescript'] as const) {
      const other = await trainTable(flowers, { target: 'kind', effort: 'quick', network: { engine } })
      expect(other.networks.map((network) => network.engine.name)).toContain(engine)
      expect(other.predictProbabilities(flowers)).toEqual(probabilities)
      other.dispose()
    }
    const seeded = await trainTable(flowers, { target: 'kind', effort: 'quick', seed: 1 })
    expect(seeded.predictProbabilities(flowers)).not.toEqual(probabilities)
  })

  it('is scored on rows whose target is known', async () => {
    const scores = await model.evaluate(flowers)
    expect(scores).toMatchObject({ rows: 120, accuracy: expect.any(Number) })
    await expect(model.evaluate([{ size: 1, colour: 'red' }])).rejects.toThrow('expected the target among the columns')
  })

  it('refuses what is no record, or lacks a column', () => {
    expect(() => model.predict(5 as never)).toThrow(WasmpropError)
    expect(() => model.predict({ colour: 'red' })).toThrow(
      'column "size": expected all 2 columns that the model learned from',
    )
    expect(() => model.predict({ size: 'tall', colour: 'red' })).toThrow('rows[0].size: expected a number, got "tall"')
  })
})

describe('what columns do', () => {
  it('importance: the one that decides comes first, one that says nothing is near 0, and it is the same each time', async () => {
    const model = await trainTable(flowers, { target: 'kind', effort: 'quick' })
    const [first, second] = (await model.importance(flowers)) as { column: string; mean: number; deviation: number }[]
    expect([first.column, second.column]).toEqual(['size', 'colour'])
    expect(first.mean).toBeGreaterThan(20 * Math.abs(second.mean))
    expect(first.deviation).toBeLessThan(first.mean)
    expect(await model.importance(flowers)).toEqual([first, second])
    await expect(model.importance([{ size: 1, colour: 'red' }])).rejects.toThrow(
      'expected the target among the columns',
    )
  })

  it('explanations add up to the prediction, also after JSON', async () => {
    const model = await trainTable(prices, { target: 'price', effort: 'quick' })
    const record = { area: 115, town: 'A', balcony: false }
    const { base, columns, prediction } = model.explain(record) as TableExplanation
    expect(prediction).toBe(model.predict(record))
    expect(columns.reduce((sum, { contribution }) => sum + contribution, base)).toBeCloseTo(prediction, 6)
    const [area, town] = columns
    expect(area.contribution).toBeGreaterThan(100)
    expect(town.contribution).toBeLessThan(0)
    expect(area.error).toBeGreaterThan(0)
    expect((await tableModelFromJSON(JSON.stringify(model))).explain(record)).toEqual(model.explain(record))
  })

  it('explanations of a linear model are exact: from the mean over the training rows, without an error', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ a: (i * 7) % 60, b: (i * 11) % 60 }))
    const lines = rows.map(({ a, b }) => ({ a, b, y: 4 * a - b + 100 }))
    const model = await trainTable(lines, { target: 'y', only: 'linear', effort: 'quick' })
    const record = { a: 20, b: 50 }
    const { base, columns, prediction } = model.explain(record) as TableExplanation
    const predicted = model.predict(lines) as number[]
    expect(base).toBeCloseTo(
      predicted.reduce((sum, value) => sum + value / 60, 0),
      1,
    )
    expect(columns.reduce((sum, { contribution }) => sum + contribution, base)).toBeCloseTo(prediction, 9)
    expect(columns.map(({ error }) => error)).toEqual([0, 0])
    // Nothing but its own cell decides what a column adds.
    const other = model.explain({ a: 20, b: 10 }) as TableExplanation
    expect(other.columns[0].contribution).toBe(columns[0].contribution)
    expect((await tableModelFromJSON(JSON.stringify(model))).explain(record)).toEqual(model.explain(record))
    const beyond = model.explain({ a: 1e6, b: 50 }) as TableExplanation
    expect(beyond.columns.reduce((sum, { contribution }) => sum + contribution, beyond.base)).toBeCloseTo(
      beyond.prediction,
      6,
    )
  })

  it('explanations of classes are of the probability of the label that is predicted', async () => {
    const model = await trainTable(flowers, { target: 'kind', effort: 'quick' })
    const record = { size: 2.7, colour: 'red' }
    const { label, prediction } = model.explain(record) as TableExplanation
    expect(label).toBe('large')
    expect(prediction).toBe((model.predictProbabilities(record) as Record<string, number>).large)
  })
})

describe('a model of numbers', () => {
  it('answers in the units of the target, within what was seen', async () => {
    const model = await trainTable(prices, { target: 'price', effort: 'quick' })
    const [{ metrics, loss }] = model.report.targets
    expect(metrics.r2).toBeGreaterThan(0.95)
    expect(loss.model).toBeLessThan(loss.linear)
    const predicted = model.predict({ area: 1e9, town: 'A', balcony: true }) as number
    expect(predicted).toBeLessThanOrEqual(Math.max(...prices.map(({ price }) => price)))
    expect(() => model.predictProbabilities(prices)).toThrow('expected classes')
    model.dispose()
  })

  it('learns a heavy tail by its logarithm, whose bits are the same everywhere', async () => {
    const rows = prices.map(({ area, town }) => ({ area, town, price: 10 ** (area / 25) }))
    const model = await trainTable(rows, { target: 'price', effort: 'quick' })
    const counted = model.choices.members.filter(({ weight }) => weight > 0)
    expect(counted.every(({ name }) => name.endsWith('of logarithms'))).toBe(true)
    expect(model.report.targets[0].metrics.r2).toBeGreaterThan(0.9)
  })
})

describe('targets', () => {
  it('may be several, and are predicted together', async () => {
    const model = await trainTable(prices, { target: ['price', 'town'], effort: 'quick' })
    expect(model.predict(prices[0])).toEqual({ price: expect.any(Number), town: expect.stringMatching(/^[AB]$/) })
    expect(await model.evaluate(prices)).toMatchObject({
      price: { r2: expect.any(Number) },
      town: { accuracy: expect.any(Number) },
    })
  })

  it.each([
    ['numbers', [0, 1], [0, 1]],
    ['booleans', [false, true], [false, true]],
    ['words', ['no', 'yes'], ['no', 'yes']],
  ])('come back as %s where they were', async (_, labels, wanted) => {
    const rows = Array.from({ length: 40 }, (__, i) => ({ x: i % 10, y: labels[Number(i % 10 > 4)] }))
    const model = await trainTable(rows, { target: 'y', effort: 'quick' })
    expect([model.predict({ x: 0 }), model.predict({ x: 9 })]).toEqual(wanted)
  })

  it('that are missing are not trained on', async () => {
    const rows = flowers.map((flower, row) => (row % 10 === 0 ? { ...flower, kind: null } : flower))
    const model = await trainTable(rows, { target: 'kind', effort: 'quick' })
    expect(model.warnings.join()).toContain('12 of 120 rows without a value')
    expect(model.report.targets[0].metrics.rows).toBe(108)
  })

  it('of whole numbers with few values are classes, unless the task says otherwise', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ x: i % 12, y: i % 4 }))
    const classes = await trainTable(rows, { target: 'y', effort: 'quick' })
    const numbers = await trainTable(rows, { target: 'y', effort: 'quick', task: 'regression' })
    expect([classes.report.targets[0].task, numbers.report.targets[0].task]).toEqual(['classification', 'regression'])
    expect(classes.warnings.join()).toContain('4 whole numbers, taken as classes; else say that the task is regression')
    expect(numbers.warnings.join()).not.toContain('whole numbers')
  })

  it.each([
    ['falls from 0 on', [80, 12, 4, 2, 1, 1], [0, 1, 2, 3, 4, 5], 'counts'],
    ['leaves steps out that codes do not', [75, 6, 3, 3, 7, 6], [0, 1, 2, 3, 7, 12], 'counts'],
    ['is rare in all classes but one', [82, 4, 3, 4, 3, 4], [0, 1, 2, 3, 4, 5], 'classes'],
    ['has no tail', [20, 15, 20, 15, 15, 15], [0, 1, 2, 3, 4, 5], 'classes'],
    ['has few values', [80, 14, 4, 1, 1], [0, 1, 2, 3, 4], 'classes'],
    ['begins at 1', [80, 12, 4, 2, 1, 1], [1, 2, 3, 4, 5, 6], 'classes'],
  ])('of whole numbers whose share %s are told for what they are', async (_, shares, values, wanted) => {
    const all = shares.flatMap((count, place) => new Array(2 * count).fill(values[place]))
    const rows = all.map((y, i) => ({ x: (i * 37) % 11, y: all[(i * 83) % all.length] ?? y }))
    const model = await trainTable(rows, { target: 'y', effort: 'quick', only: 'linear' })
    expect(model.report.targets[0].task).toBe(wanted === 'counts' ? 'regression' : 'classification')
    expect(model.warnings.join()).toContain(`6 whole numbers, taken as ${wanted}`.replace('6', String(values.length)))
  })
})

describe('options', () => {
  it('are refused with the nearest name', async () => {
    expect((await refusal(flowers, { target: 'kinds' })).message).toContain('did you mean "kind"?')
    expect((await refusal(flowers, { target: 'kind', efort: 'quick' })).message).toContain('did you mean "effort"?')
    expect((await refusal(flowers, {})).message).toContain('expected the name of a column')
    expect((await refusal(flowers, { target: 'kind', effort: 'hard' })).code).toBe('INVALID_CONFIG')
    expect((await refusal(flowers, { target: 'kind', classWeights: { smal: 2 } })).message).toContain(
      'did you mean "small"?',
    )
    expect((await refusal(flowers, { target: 'kind', task: 'regression' })).message).toContain(
      'expected numbers for a regression',
    )
  })

  it('data without anything to learn from is refused', async () => {
    expect((await refusal('y\n1\n2\n', { target: 'y' })).message).toContain('input feature')
    expect(
      (
        await refusal(
          [
            { x: 1, y: 'a' },
            { x: 2, y: 'a' },
          ],
          { target: 'y' },
        )
      ).message,
    ).toContain('at least two classes')
  })

  it('class weights move probabilities', async () => {
    const plain = await trainTable(flowers, { target: 'kind', effort: 'quick' })
    const weighted = await trainTable(flowers, { target: 'kind', effort: 'quick', classWeights: { small: 20 } })
    const mean = (model: TableModel) =>
      (model.predictProbabilities(flowers) as Record<string, number>[]).reduce((sum, { small }) => sum + small, 0)
    expect(mean(weighted)).toBeGreaterThan(mean(plain))
  })

  it('progress goes from networks to networks up to 1, and a signal ends it', async () => {
    const fractions: number[] = []
    await trainTable(flowers, {
      target: 'kind',
      effort: 'quick',
      onProgress: ({ fraction }) => fractions.push(fraction),
    })
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    expect(fractions.at(-1)).toBe(1)
    const controller = new AbortController()
    const training = trainTable(flowers, {
      target: 'kind',
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(training).rejects.toThrow(/abort/i)
  })
})

describe('what is doubtful', () => {
  it('is said before training: constant, equal and leaking columns, identifiers, rare classes', async () => {
    const rows = flowers.map((flower, row) => ({
      ...flower,
      id: `f-${row}`,
      same: 1,
      again: flower.size,
      code: flower.kind.toUpperCase(),
      kind: row === 0 ? 'unique' : flower.kind,
    }))
    const { warnings } = await trainTable(rows.slice(1), { target: 'kind', effort: 'quick' })
    expect(warnings.join('\n')).toContain('"id": an identifier')
    expect(warnings.join('\n')).toContain('"same": always the same')
    expect(warnings.join('\n')).toContain('"again": equal to "size"')
    expect(warnings.join('\n')).toContain('"code": gives the target "kind" away')
    expect((await trainTable(rows, { target: 'kind', effort: 'quick' })).warnings.join()).toContain(
      'fewer than 5 rows of unique',
    )
  })
})

describe('order', () => {
  it('of columns does not matter to what they mean, and text, records and rows give the same model', async () => {
    const text = fixture('penguins.csv')
    const { schema, columns, rows } = await readTable(text)
    const records = Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(
        schema.map(({ name, kind, categories }) => {
          const value = columns.get(name)?.values[row]
          if (value === undefined || Number.isNaN(value)) return [name, null]
          if (kind === 'date') return [name, new Date(value as number).toISOString().slice(0, 10)]
          return [name, categories?.[value as number] ?? value]
        }),
      ),
    )
    const options = { target: 'Species', effort: 'quick' } as const
    const ofText = await trainTable(text, options)
    const ofRecords = await trainTable(records, options)
    expect(ofRecords.networks.map((network) => network.weightsHash())).toEqual(
      ofText.networks.map((network) => network.weightsHash()),
    )
    expect(ofText.report.targets[0].metrics.accuracy).toBeGreaterThan(0.97)
  })
})

describe('what is no model', () => {
  it.each([
    [{}, 'INVALID_MODEL'],
    ['{', 'INVALID_MODEL'],
    [{ format: 'wasmprop-table', version: 2 }, 'UNSUPPORTED_MODEL'],
    [{ format: 'wasmprop-table', version: 1 }, 'INVALID_MODEL'],
    [{ format: 'wasmprop-table', version: 1, targets: [{}] }, 'INVALID_MODEL'],
    [undefined, 'INVALID_MODEL'],
  ])('%j', async (value, code) => {
    await expect(tableModelFromJSON(value)).rejects.toMatchObject({ name: 'WasmpropError', code })
  })
})
