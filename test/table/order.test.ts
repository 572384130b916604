// What does not matter about a table, and what does.
import { describe, expect, it } from 'vitest'
import { type TableMetrics, type TableModel, trainTable } from '../../src/table/index.ts'

const rows = Array.from({ length: 150 }, (_, i) => {
  const a = ((i * 37) % 101) / 10
  const b = ['red', 'blue', 'white'][(i * 7) % 3]
  return { a, b, c: ((i * 53) % 89) / 9, y: a > 5 !== (b === 'red') ? 'yes' : 'no' }
})
const options = { target: 'y', effort: 'quick' } as const
const weightsOf = (model: TableModel) => model.networks.map((network) => network.weightsHash())
const accuracyOf = async (model: TableModel) => ((await model.evaluate(rows)) as TableMetrics).accuracy as number

describe('a table', () => {
  it('with other names for its columns gives the same weights', async () => {
    const renamed = rows.map(({ a, b, c, y }) => ({ one: a, two: b, three: c, y }))
    const model = await trainTable(rows, options)
    const other = await trainTable(renamed, options)
    expect(weightsOf(other)).toEqual(weightsOf(model))
    expect(other.predictProbabilities(renamed)).toEqual(model.predictProbabilities(rows))
    expect(other.digest).not.toBe(model.digest) // which has the names
  })

  it('with its columns in another order is encoded in that order: other weights, about the same predictions', async () => {
    const turned = rows.map(({ a, b, c, y }) => ({ y, c, b, a }))
    const model = await trainTable(rows, options)
    const other = await trainTable(turned, options)
    expect(weightsOf(other)).not.toEqual(weightsOf(model))
    expect(Math.abs((await accuracyOf(other)) - (await accuracyOf(model)))).toBeLessThan(0.1)
    // records are read by name
    expect(other.predictProbabilities(rows)).toEqual(other.predictProbabilities(turned))
  })

  it('with its rows in another order has the same schema and encodings, other folds, about the same predictions', async () => {
    const shuffled = rows.map((_, i) => rows[(i * 67) % 150])
    const model = await trainTable(rows, options)
    const other = await trainTable(shuffled, options)
    expect(other.schema.map(({ name, kind }) => [name, kind])).toEqual(
      model.schema.map(({ name, kind }) => [name, kind]),
    )
    expect(other.encodings).toEqual(model.encodings)
    expect(other.choices.digest).not.toBe(model.choices.digest)
    expect(Math.abs((await accuracyOf(other)) - (await accuracyOf(model)))).toBeLessThan(0.1)
  })
})
