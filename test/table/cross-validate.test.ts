import { describe, expect, it } from 'vitest'
import { crossValidateTable, type TableCrossValidation } from '../../src/table/index.ts'

const rows = Array.from({ length: 100 }, (_, i) => ({ a: i % 10, b: (i * 7) % 13, y: ((i % 10) - 4.5) ** 2 + (i % 2) }))
const classes = rows.map(({ a, b, y }) => ({ a, b, y: y > 6 ? 'far' : 'near' }))

describe('crossValidateTable', () => {
  it('takes a target in every fold for what it is in all rows', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ x: (i * 7) % 13, y: i === 5 ? 10 : i % 10 })) // ten values elsewhere
    const options = { target: 'y', effort: 'quick', only: 'linear', folds: 3 } as const
    const { folds } = (await crossValidateTable(rows, options)) as TableCrossValidation
    expect(folds.map(({ scores }) => Object.hasOwn(scores.model, 'r2'))).toEqual([true, true, true])
  })

  it('holds every row out once, and scores networks where lines fail', async () => {
    const options = { target: 'y', effort: 'quick', folds: 4, task: 'regression' } as const
    const result = (await crossValidateTable(rows, options)) as TableCrossValidation
    expect(result.folds.map((fold) => fold.rows.length)).toEqual([25, 25, 25, 25])
    const held = result.folds.flatMap((fold) => Array.from(fold.rows))
    expect(held.sort((a, b) => a - b)).toEqual(rows.map((_, row) => row))
    const { baseline, linear, network, model } = result.mean
    expect(baseline.r2).toBeLessThan(0.05)
    expect(linear.r2).toBeLessThan(0.3)
    expect(network.r2).toBeGreaterThan(0.6)
    expect(model.r2).toBeGreaterThan(0.6)
    expect(result.standardError.model.r2).toBeGreaterThan(0)
    expect(await crossValidateTable(rows, options)).toEqual(result)
  })

  it('gives means and standard errors over the folds', async () => {
    const options = { target: 'y', effort: 'quick', only: 'linear', folds: 2 } as const
    const { folds, mean, standardError } = (await crossValidateTable(classes, options)) as TableCrossValidation
    const [a, b] = folds.map(({ scores }) => scores.model.accuracy as number)
    expect(mean.model.accuracy).toBeCloseTo((a + b) / 2, 12)
    expect(standardError.model.accuracy).toBeCloseTo(Math.abs(a - b) / 2, 12)
    expect(folds[0].scores.network).toBeUndefined()
    expect(folds[0].scores.linear).toBeDefined()
  })

  it('gives a result for every target, and tells how far it is', async () => {
    const fractions: number[] = []
    const target = ['y', 'a']
    const results = (await crossValidateTable(classes, {
      target,
      effort: 'quick',
      folds: 2,
      onProgress: ({ fraction }) => fractions.push(fraction),
    })) as TableCrossValidation[]
    expect(results.map((result) => result.target)).toEqual(target)
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    expect(fractions.at(-1)).toBeCloseTo(1, 12)
  })

  it('refuses what it has no use for', async () => {
    const given = { target: 'y', folds: 1 }
    await expect(crossValidateTable(classes, given)).rejects.toThrow('folds: expected an integer of at least 2')
    await expect(crossValidateTable(classes, { target: 'y', onCheckpoint: () => {} } as never)).rejects.toThrow(
      'onCheckpoint: expected no such option',
    )
  })
})
