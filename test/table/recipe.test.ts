// What is trained for a table, by the number of its rows and the effort.
import { describe, expect, it } from 'vitest'
import { type Effort, recipeFor } from '../../src/table/recipe.ts'
import type { Target } from '../../src/table/target.ts'

const scale = { mean: 0, deviation: 1, least: -1, greatest: 1 }
const target: Target = { name: 'y', task: 'regression', labels: [], shares: [], scale }
const networksOf = (rows: number, effort: Effort = 'standard') =>
  recipeFor({ target, rows, columns: 20, hasBins: true }, { effort }).members.filter(({ isLinear }) => !isLinear)

describe('a recipe', () => {
  it('has several networks for few rows, held back and free, and one for many', () => {
    expect(networksOf(400).map(({ seeds, network }) => [seeds, network.layers[0].dropout])).toEqual([
      [4, 0.2],
      [4, 0],
    ])
    expect(networksOf(4000).map(({ seeds }) => seeds)).toEqual([1])
  })

  it('shows a network no more rows in all its epochs than do it good', () => {
    const epochsOf = (rows: number, effort: Effort = 'standard') => networksOf(rows, effort)[0].train.epochs
    expect([5e4, 2e5, 1e6, 1e8].map((rows) => epochsOf(rows))).toEqual([60, 15, 3, 3])
    expect(epochsOf(1e6, 'quick')).toBe(3)
  })

  it('has a dozen networks more to search among, each once, with much effort alone', () => {
    for (const rows of [400, 4000]) {
      const { search, members } = recipeFor({ target, rows, columns: 20, hasBins: true }, { effort: 'thorough' })
      const names = [...(search?.recipes ?? []), ...members].map(({ name }) => name)
      expect(search?.recipes.length).toBeGreaterThanOrEqual(12)
      expect(new Set(names).size).toBe(names.length)
      expect(recipeFor({ target, rows, columns: 20, hasBins: true }, { effort: 'standard' }).search).toBeUndefined()
    }
    expect(
      recipeFor({ target, rows: 400, columns: 20, hasBins: true }, { effort: 'thorough', only: 'linear' }).search,
    ).toBeUndefined()
  })
})
