// What members of an average count, judged by rows that they never saw.
import { describe, expect, it } from 'vitest'
import { blend, type Candidate, lossOf } from '../../src/table/blend.ts'
import type { Target } from '../../src/table/target.ts'

const target: Target = {
  name: 'y',
  task: 'regression',
  labels: [],
  shares: [],
  scale: { mean: 0, deviation: 1, least: -9, greatest: 9 },
}
const classes: Target = { ...target, task: 'classification', labels: ['a', 'b'], shares: [0.5, 0.5] }

function candidate(isLinear: boolean, unseen: Float64Array): Candidate {
  const name = isLinear ? 'linear' : 'network'
  const network = { layers: [{ units: 1 }] }
  return { recipe: { name, isLinear, hasBins: false, isLogarithmic: false, seeds: 1, network, train: {} }, unseen }
}

/** Values between −1 and 1 that repeat after 97 rows */
const noise = (rows: number, step: number) => Float64Array.from({ length: rows }, (_, i) => ((i * step) % 97) / 48 - 1)

describe('blend', () => {
  it('takes the network where it is certainly better, in full', () => {
    const values = noise(300, 31)
    const linear = candidate(
      true,
      values.map((value) => value * 0.2),
    )
    const network = candidate(
      false,
      values.map((value) => value * 0.9),
    )
    const { members, loss } = blend([linear, network], target, values)
    expect(members.map(({ weight }) => weight)).toEqual([0, 1])
    expect(loss.model).toBeLessThan(loss.linear)
  })

  it('stays nearer the linear model the fewer rows speak for the network', () => {
    const weightOfLinear = (times: number) => {
      const repeated = (values: Float64Array) => Float64Array.from({ length: 12 * times }, (_, row) => values[row % 12])
      const values = noise(12, 31)
      const [error, other] = [noise(12, 11), noise(12, 41)]
      const linear = candidate(true, repeated(values.map((value, row) => value + error[row])))
      const alike = values.map((value, row) => value + 0.9 * error[row] + 0.3 * other[row])
      const network = candidate(false, repeated(alike))
      const { members } = blend([linear, network], target, repeated(values))
      expect(members[0].weight + members[1].weight).toBeCloseTo(1, 12)
      return members[0].weight
    }
    expect(weightOfLinear(1)).toBeGreaterThan(weightOfLinear(50) + 0.1)
  })

  it('does not go by what one row far out says for the network', () => {
    const values = noise(200, 31)
    values[7] = 40
    const linear = candidate(
      true,
      values.map((value) => (value > 9 ? 0 : value * 0.9)),
    )
    const network = candidate(
      false,
      values.map((value) => value * 0.9),
    )
    const { members, loss } = blend([linear, network], target, values)
    expect(lossOf(target, network.unseen, values)).toBeLessThan(loss.linear / 10)
    expect(members[0].weight).toBeCloseTo(1, 9)
  })

  it('never takes a network that is worse', () => {
    const values = noise(200, 31)
    const linear = candidate(
      true,
      values.map((value, row) => value + 0.1 * noise(200, 11)[row]),
    )
    const network = candidate(
      false,
      values.map(() => 0.3),
    )
    const { members, unseen } = blend([linear, network], target, values)
    expect(members[0].weight).toBe(1)
    expect(unseen).toEqual(linear.unseen)
  })

  it('makes probabilities that are too sure less so, and leaves no class without a chance', () => {
    const values = Float64Array.from({ length: 400 }, (_, row) => row % 2)
    const sure = new Float64Array(800)
    values.forEach((value, row) => {
      const said = row % 10 === 0 ? 1 - value : value // wrong once in ten
      sure[2 * row + said] = 1
    })
    const { calibration, unseen, loss } = blend([candidate(true, sure)], classes, values)
    expect(calibration.temperature).toBeGreaterThan(1.5)
    expect(calibration.smoothing).toBeGreaterThan(0)
    expect(loss.model).toBeLessThan(lossOf(classes, sure, values) / 5)
    expect(unseen[0] + unseen[1]).toBeCloseTo(1, 12)
  })

  it('moves probabilities little by few rows', () => {
    const values = Float64Array.from([0, 1, 0, 1])
    const right = Float64Array.from([0.8, 0.2, 0.2, 0.8, 0.8, 0.2, 0.2, 0.8])
    expect(blend([candidate(true, right)], classes, values).calibration.temperature).toBeGreaterThan(0.6)
  })
})
