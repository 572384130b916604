// The report: what it shows of predictions, and that nothing of the data becomes markup, style or script.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  calibrationOfClasses,
  calibrationOfNumbers,
  confusionOf,
  histogram,
  mergeRare,
  thin,
} from '../../src/report/evidence.ts'
import { html, whole } from '../../src/report/html.ts'
import type { ReportInput, ReportTarget } from '../../src/report/input.ts'
import { compact, percent, short } from '../../src/report/numbers.ts'
import { reportPage, STYLE_HASH } from '../../src/report/page.ts'
import { style } from '../../src/report/style.ts'
import { HOSTILE } from '../support/hostile.ts'

const classes: ReportTarget = {
  name: 'species',
  task: 'classification',
  rows: 4,
  labels: ['a', 'b'],
  metrics: [
    ['accuracy', 0.75],
    ['baseline', 0.5],
  ],
  lossName: 'log loss',
  loss: { baseline: 0.69, linear: 0.5, model: 0.4 },
  members: [{ name: 'linear, l2 0.003', loss: 0.5, weight: 1 }],
  unseen: { truth: [0, 0, 1, 1], outputs: [0.9, 0.1, 0.3, 0.7, 0.2, 0.8, 0.05, 0.95] },
  curves: [{ name: 'network', training: [1, 0.5, 0.2], validation: [1, 0.6, 0.4] }],
  importance: [{ column: 'beak', mean: 0.3, deviation: 0.1 }],
}

const numbers: ReportTarget = {
  ...classes,
  name: 'price',
  task: 'regression',
  labels: [],
  metrics: [
    ['r2', 0.7],
    ['meanAbsoluteError', 12_345],
  ],
  lossName: 'scaled square error',
  loss: { baseline: 1.0003, linear: 0.1511, model: 0.1514 },
  unseen: { truth: [1, 2, 3, 4], outputs: [1.5, 2, 2.5, 4] },
}

const input = (targets: readonly ReportTarget[], changes: Partial<ReportInput> = {}): ReportInput => ({
  source: 'penguins.csv',
  version: '1.2.3',
  command: "wasmprop train penguins.csv --target 'species'",
  rows: 4,
  schema: [{ name: 'beak', kind: 'number', because: 'numbers', missing: 1, distinct: 3 }],
  warnings: ['column "id": an identifier; left out'],
  choices: [['seed', '0']],
  targets,
  ...changes,
})

/** The tags of a page: as many of the same, whatever the data say */
const tagsOf = (page: string): string[] =>
  [...page.matchAll(/<\/?([a-zA-Z!][a-zA-Z0-9-]*)/g)].map(([, name]) => name.toLowerCase())

describe('the page', () => {
  it('shows what the model comes to, beside what, and how to repeat it', () => {
    const page = reportPage(input([classes]))
    expect(page).toContain('<strong>75.0 %</strong>')
    expect(page).toContain('penguins.csv: 4 rows, 1 column')
    expect(page).toContain('<b>1</b><small>50.0 %</small>')
    expect(page).toContain('wasmprop train penguins.csv --target &#39;species&#39;')
    for (const what of ['Calibration', 'Importance', 'Losses by epoch', 'Leaderboard', 'Confusion'])
      expect(page).toContain(what)
    const other = reportPage(input([numbers]))
    for (const what of ['Predicted against true', 'Residuals', '12\u202f345']) expect(other).toContain(what)
    expect(other).not.toContain('Confusion')
    for (const whole of [page, other]) expect(whole).not.toContain('…')
  })

  it('shows what the search tried, what went furthest first', () => {
    expect(reportPage(input([classes]))).not.toContain('Search')
    const trials = [
      { name: 'silu', round: 0, loss: 0.31 },
      { name: 'mish', round: 0, loss: 0.3 },
      { name: 'selu', round: 0, loss: null },
      { name: 'silu', round: 1, loss: 0.45 },
    ]
    const page = reportPage(input([{ ...classes, trials }]))
    const table = page.slice(page.indexOf('<caption class="hidden">Search'))
    const cells = [...table.matchAll(/<(?:th scope="row"|td)[^>]*>([^<]*)/g)].slice(0, 9).map(([, cell]) => cell)
    expect(cells).toEqual(['silu', '0.31', '0.45', 'mish', '0.3', '–', 'selu', 'no time', '–'])
  })

  it('leaves out what is not known', () => {
    const { unseen: _, curves: __, importance: ___, ...less } = classes
    const page = reportPage(input([less], { warnings: [] }))
    expect(page).not.toContain('<svg')
    expect(page).not.toContain('id="warnings"')
    expect(page).toContain('Leaderboard')
  })

  it('draws losses of 0 and predictions that are all the same', () => {
    const curves = [{ name: 'network', training: [1, 0.001, 0] }]
    const unseen = { truth: [5, 5, 5, 5], outputs: [5, 5, 5, 5] }
    const page = reportPage(input([{ ...numbers, curves, unseen }]))
    expect(page).toContain('Predicted against true')
    expect(page).not.toMatch(/NaN|Infinity|logarithmic/)
  })

  it('has a section for every target', () => {
    const page = reportPage(input([classes, numbers]))
    expect(page).toContain('id="target0"')
    expect(page).toContain('id="target1"')
    for (const name of ['species', 'price']) expect(page).toContain(`How good it is: ${name}</h2>`)
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has a policy that lets nothing in but its own style', () => {
    expect(STYLE_HASH).toBe(createHash('sha256').update(style).digest('base64'))
    const page = reportPage(input([classes]))
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${STYLE_HASH}'`)
    expect(page).not.toMatch(/<script|<link|<img|<iframe| style=| on[a-z]+=|https?:|url\(/i)
  })

  it.each(HOSTILE.map((text) => [text.slice(0, 40), text]))('shows %j as text, wherever it stands', (_, text) => {
    const target = (word: string): ReportTarget => ({
      ...classes,
      name: word,
      labels: [word, `b${word}`],
      members: [{ name: word, loss: 1, weight: 1 }],
      trials: [{ name: word, round: 0, loss: 1 }],
      curves: [{ name: word, training: [1, 0.5] }],
      importance: [{ column: word, mean: 1, deviation: 0.1 }],
      lossName: word,
    })
    const pageOf = (word: string) =>
      reportPage(
        input([target(word), { ...target(word), ...numbers, name: word }], {
          source: word,
          command: word,
          version: word,
          warnings: [word],
          choices: [[word, word]],
          schema: [{ name: word, kind: 'category', because: word, missing: 1, distinct: 3 }],
        }),
      )
    const page = pageOf(text)
    expect(tagsOf(page)).toEqual(tagsOf(pageOf('word')))
    expect(page).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_C}|\p{Cs}/u)
    expect(page.length).toBeLessThan(80_000 + 2 * text.length)
  })

  it('draws whatever numbers there are', () => {
    for (const value of [0, -0, 1e300, -1e300, 1e-300, Number.NaN, Number.POSITIVE_INFINITY]) {
      const page = reportPage(
        input([
          {
            ...numbers,
            unseen: { truth: [value, 1], outputs: [1, value] },
            curves: [{ name: 'n', training: [value, 1] }],
          },
          {
            ...classes,
            importance: [{ column: 'c', mean: value, deviation: value }],
            loss: { baseline: value, linear: value, model: value },
          },
        ]),
      )
      expect(page).not.toMatch(/ (?:x|y|cx|cy|r|width|height|d)="[^"]*(NaN|Infinity|undefined|null)/)
      expect(page).not.toMatch(/ (?:width|height|r)="-/)
    }
  })
})

describe('what predictions say', () => {
  const unseen = { truth: [0, 0, 1, 1], outputs: [0.9, 0.1, 0.3, 0.7, 0.2, 0.8, 0.05, 0.95] }

  it('is counted by true and predicted class', () => {
    expect(confusionOf(unseen, 2)).toEqual([
      [1, 1],
      [0, 2],
    ])
  })

  it('keeps the classes with most rows, in their order, and all rows', () => {
    const counts = [
      [1, 0, 1],
      [0, 9, 0],
      [2, 0, 3],
    ]
    const merged = mergeRare(counts, ['a', 'b', 'c'], 2)
    expect(merged.names).toEqual(['b', '2 others'])
    expect(merged.counts).toEqual([
      [9, 0],
      [0, 7],
    ])
    expect(mergeRare(counts, ['a', 'b', 'c'], 3).counts).toBe(counts)
  })

  it('is put in tenths: how sure, how often right', () => {
    const bins = calibrationOfClasses(unseen, 2)
    expect(bins.map(({ rows }) => rows)).toEqual([1, 1, 2])
    expect(bins[0]).toEqual({ predicted: 0.7, observed: 0, rows: 1 })
    expect(bins[2].observed).toBe(1)
    expect(bins[2].predicted).toBeCloseTo(0.925, 12)
  })

  it('has as many rows in every tenth of numbers', () => {
    const truth = Array.from({ length: 25 }, (_, row) => row)
    const bins = calibrationOfNumbers({ truth, outputs: truth.map((value) => 2 * value) })
    expect(bins.reduce((sum, { rows }) => sum + rows, 0)).toBe(25)
    for (const { predicted, observed } of bins) expect(predicted).toBeCloseTo(2 * observed, 12)
  })

  it('counts values by bins, those outside in the outermost', () => {
    expect(histogram([-9, 0.5, 1, 1.5, 99], [0, 1, 2])).toEqual([3, 2])
    expect(thin(10, 4)).toEqual([0, 2, 5, 7])
    expect(thin(3, 4)).toEqual([0, 1, 2])
  })
})

describe('text and numbers', () => {
  it('are escaped and clipped in markup', () => {
    expect(html`<i>${'<&>"\''}</i>${[1, html`<b/>`, false, undefined]}`.text).toBe(
      '<i>&lt;&amp;&gt;&quot;&#39;</i>1<b/>',
    )
    expect(html`${'x'.repeat(200)}`.text).toBe(`${'x'.repeat(80)}…`)
    expect(whole(`${'x'.repeat(200)}\u202e<`).text).toBe(`${'x'.repeat(200)}\ufffd&lt;`)
  })

  it('have as many digits as one reads', () => {
    expect([0.123456, 12_345.6, 1234.56, 1e-9, 0, Number.NaN].map(short)).toEqual([
      '0.1235',
      '12\u202f346',
      '1235',
      '1.00e-9',
      '0',
      '–',
    ])
    expect([200_000, 1_500_000, 5000, 10_000, 2e9].map(compact)).toEqual(['200k', '1.5M', '5000', '10k', '2G'])
    expect([percent(0.9734), percent(Number.NaN)]).toEqual(['97.3 %', '–'])
  })
})
