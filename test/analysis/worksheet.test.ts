// Worksheets: their answers against the engine, their blanks against Moodle's syntax, and a key that is apart.
import { describe, expect, it } from 'vitest'
import { checkCalculation } from '../../src/analysis/slips/check.ts'
import { createWorksheet, type Worksheet } from '../../src/analysis/worksheet/worksheet.ts'
import { createNetwork, type Explanation, explain } from '../../src/index.ts'
import { refusal } from '../support/refusal.ts'

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed)

async function explained({ inputs, targets, weights, learningRate }: Worksheet): Promise<Explanation> {
  const layer = (first: number, bias: number) => ({
    units: 2,
    activation: 'sigmoid' as const,
    weightInit: [0, 1].map((source) => [0, 1].map((unit) => weights[`w${first + 2 * unit + source}`])),
    biasInit: [weights[`b${bias}`], weights[`b${bias + 1}`]],
    trainBias: false,
  })
  const network = await createNetwork({
    inputs: 2,
    layers: [layer(1, 1), layer(5, 3)],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate },
    dtype: 'float64',
  })
  return explain(network, [...inputs], [...targets])
}

const blanksOf = ({ sections }: Worksheet) => sections.flatMap(({ blanks }) => blanks)

describe('a worksheet', () => {
  it('has the answers of the engine, to the last written digit', async () => {
    for (const seed of SEEDS) {
      const sheet = createWorksheet({ seed })
      const explanation = await explained(sheet)
      const blanks = blanksOf(sheet)
      expect(blanks.length).toBeGreaterThan(20)
      for (const { quantity, answer } of blanks) {
        const { verdict } = checkCalculation(explanation, quantity, answer.toFixed(sheet.decimals))
        expect(verdict, `${seed}: ${quantity}`).toBe('right')
      }
    }
  })

  it('gives numbers of at most two decimals, and moves every weight visibly', () => {
    for (const seed of SEEDS) {
      const sheet = createWorksheet({ seed })
      const given = [...sheet.inputs, ...sheet.targets, ...Object.values(sheet.weights)]
      for (const value of given) expect(value).toBe(Number(value.toFixed(2)))
      for (const { quantity, answer } of blanksOf(sheet)) {
        if (/^w/.test(quantity)) expect(answer.toFixed(5)).not.toBe(sheet.weights[quantity].toFixed(5))
      }
    }
  })

  it('is the same for a seed, and another for the next', () => {
    expect(createWorksheet({ seed: 7 }).toHTML()).toBe(createWorksheet({ seed: 7 }).toHTML())
    expect(new Set(SEEDS.map((seed) => createWorksheet({ seed }).toHTML())).size).toBe(SEEDS.length)
    expect(createWorksheet().seed).toBe(1)
  })

  it('keeps its key apart', () => {
    const sheet = createWorksheet({ seed: 7 })
    const html = sheet.toHTML()
    const key = sheet.keyToHTML()
    for (const { quantity, answer } of blanksOf(sheet)) {
      const written = answer.toFixed(6).replace('-', '−')
      expect(html, quantity).not.toContain(written)
      expect(key, quantity).toContain(`>${written}<`)
    }
    for (const [name, value] of Object.entries(sheet.weights)) {
      if (name.startsWith('w')) expect(html).toContain(`>${name} = ${String(value).replace('-', '−')}<`)
    }
    expect(html).not.toContain('undefined')
    expect(html.match(/class="blank"/g)).toHaveLength(blanksOf(sheet).length)
  })

  it('gives Moodle a cloze question a section, whose blanks know the slips', () => {
    const sheet = createWorksheet({ seed: 7 })
    const xml = sheet.toMoodle()
    expect(xml.match(/<question type="cloze">/g)).toHaveLength(sheet.sections.length)
    const text = xml
      .replace(/&quot;/g, '"')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&')
    // Every blank whole: nothing in its feedback ends it
    const blanks = [...text.matchAll(/\{1:NUMERICAL:=(-?\d+\.\d+):0\.0000015((?:[^}\\]|\\.)*)\}/g)]
    expect(blanks.map(([, answer]) => Number(answer))).toEqual(
      blanksOf(sheet).map(({ answer }) => Number(answer.toFixed(7))),
    )
    const [, answer, slips] = blanks[0]
    const { inputs, weights } = sheet
    const net = weights.w1 * inputs[0] + weights.w2 * inputs[1]
    expect(Number(answer)).toBeCloseTo(net + weights.b1, 6)
    expect(slips).toContain(`~%0%${net.toFixed(7)}:0.0000015#the bias was left out`)
  })

  it('gives Moodle no wrong answer that could be taken for the right one, or for another', () => {
    for (const seed of SEEDS) {
      for (const { answer, slips } of blanksOf(createWorksheet({ seed }))) {
        const values = [answer, ...slips.map(({ value }) => value)].sort((a, b) => a - b)
        for (let i = 1; i < values.length; i++) expect(values[i] - values[i - 1]).toBeGreaterThan(2 * 0.0000015)
      }
    }
  })

  it.each([
    [{ seed: -1 }, 'seed: expected an integer of at least 0, got -1'],
    [{ sed: 1 }, 'sed: unknown option; did you mean "seed"?'],
  ])('refuses %j', (options, message) => {
    expect(refusal(() => createWorksheet(options as never)).message).toBe(`createWorksheet: ${message}`)
  })
})
