// Where the data of a call lie: every part has the room that the engines fill, and none overlaps another.
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../src/config/resolve.ts'
import { type DataShape, layOut, layOutData } from '../../src/memory/layout.ts'

const LANES = [0, 4]
const FLAGS = [false, true]

/** Bytes that the engines write, by part */
function bytesOf(shape: DataShape, widths: { input: number; target: number }, lanes: number) {
  const { rows, validationRows, isShuffled, isWeighted, weightColumns = 1, hasRates } = shape
  return {
    inputs: rows * widths.input,
    targets: rows * widths.target,
    validationInputs: validationRows * widths.input,
    validationTargets: validationRows * widths.target,
    weights: isWeighted ? rows * weightColumns * 8 : 0,
    order: isShuffled ? rows * 4 * lanes : 0,
    epochLosses: 8 * lanes,
    rates: hasRates ? 8 * lanes : 0,
  }
}

describe('the data of a call', () => {
  const config = resolveConfig({ inputs: 5, layers: [{ units: 3 }, { units: 2 }] })

  it.each(LANES)('lie apart, each with the room that it takes, in %o lanes', (lanes) => {
    const layout = lanes === 0 ? layOut(config, 1) : layOut(config, 1, lanes)
    const widths = { input: layout.inputStride, target: layout.targetStride }
    for (const isShuffled of FLAGS) {
      for (const isWeighted of FLAGS) {
        for (const hasRates of FLAGS) {
          const columns = isWeighted ? 2 : undefined
          const flags = { isShuffled, isWeighted, hasRates, classTargets: undefined }
          const shape = { rows: 7, validationRows: 3, weightColumns: columns, ...flags }
          const data = layOutData(layout, shape)
          const sizes = bytesOf(shape, widths, Math.max(1, lanes))
          sizes.epochLosses *= data.epochLossesCapacity
          sizes.rates *= data.ratesCapacity
          const parts = (Object.keys(sizes) as (keyof typeof sizes)[])
            .filter((name) => sizes[name] > 0)
            .map((name) => ({ name, from: data[name], to: data[name] + sizes[name] }))
            .sort((a, b) => a.from - b.from)
          expect(parts[0].from).toBeGreaterThanOrEqual(layout.end)
          parts.forEach(({ name, to }, index) => {
            expect(to, `${name} of ${JSON.stringify(shape)}`).toBeLessThanOrEqual(parts[index + 1]?.from ?? data.end)
          })
        }
      }
    }
  })
})
