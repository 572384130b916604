// Figures about predictions of classes: the confusion matrix, and how far probabilities can be believed.
import { line } from 'd3-shape'
import { at, axes, figure, planeOf, tableOf } from './chart.ts'
import { type CalibrationBin, calibrationOfClasses, confusionOf, mergeRare, type Unseen } from './evidence.ts'
import { html, type Markup, sentence, shape, shorten } from './html.ts'
import { percent } from './numbers.ts'

const MOST_CLASSES = 15
/** Shades of a cell by its share of the row: see style.ts */
const SHADES = 10

/** Counts of rows, and shares of each true class: a table that is a chart by its shades */
export function confusionFigure(unseen: Unseen, labels: readonly string[]): Markup {
  const { counts, names } = mergeRare(confusionOf(unseen, labels.length), labels, MOST_CLASSES)
  const columns = counts.map((_, place) => counts.reduce((sum, row) => sum + row[place], 0))
  const caption = 'Confusion: rows by what they are, columns by what was predicted; counts, and shares of each row'
  const body = counts.map((row, truth) => {
    const total = row.reduce((sum, n) => sum + n, 0)
    const cells = row.map((n, place) => {
      const share = total === 0 ? 0 : n / total
      const kind = truth === place ? 'hit' : 'miss'
      const shade = n === 0 ? 0 : Math.max(1, Math.round(share * SHADES))
      return html`<td class="${`${kind} shade${shade}`}"><b>${n}</b><small>${total === 0 ? '–' : percent(share)}</small></td>`
    })
    return html`<tr><th scope="row">${shorten(names[truth], 48)}</th>${cells}<td class="number">${total}</td></tr>`
  })
  return html`<figure class="broad"><figcaption>${sentence(caption)}</figcaption><div class="wide" role="group" tabindex="0" aria-label="Confusion matrix"><table class="confusion"><caption class="hidden">${sentence(caption)}</caption><thead><tr><th scope="col">is \\ predicted</th>${names.map(
    (name) => html`<th scope="col">${shorten(name, 48)}</th>`,
  )}<th scope="col">rows</th></tr></thead><tbody>${body}</tbody><tfoot><tr><th scope="row">predicted</th>${columns.map(
    (n) => html`<td class="number">${n}</td>`,
  )}<td class="number">${columns.reduce((sum, n) => sum + n, 0)}</td></tr></tfoot></table></div></figure>`
}

export function calibrationFigure(unseen: Unseen, labels: readonly string[]): Markup {
  const bins = calibrationOfClasses(unseen, labels.length)
  return calibrationChart(bins, {
    caption: 'Calibration: of predictions that are so sure, how many are right',
    x: 'probability of the predicted class',
    y: 'share that is right',
    range: [0, 1],
    format: percent,
  })
}

interface CalibrationWords {
  readonly caption: string
  readonly x: string
  readonly y: string
  readonly range: readonly [number, number]
  readonly format: (value: number) => string
}

/** Means of bins against the diagonal, on which predictions are as they say */
export function calibrationChart(bins: readonly CalibrationBin[], words: CalibrationWords): Markup {
  const { caption, range, format } = words
  const plane = planeOf({ x: range, y: range })
  const ticks = range[0] === 0 && range[1] === 1 ? (value: number) => `${Math.round(100 * value)} %` : undefined
  const path = line<CalibrationBin>(
    ({ predicted }) => at(plane.x, predicted),
    ({ observed }) => at(plane.y, observed),
  )(bins as CalibrationBin[])
  const most = Math.max(...bins.map(({ rows }) => rows))
  const [low, high] = plane.x.domain()
  const diagonal = `M${at(plane.x, low)} ${at(plane.y, low)}L${at(plane.x, high)} ${at(plane.y, high)}`
  const chart = html`${axes(plane, { x: words.x, y: words.y, ...(ticks === undefined ? {} : { format: ticks }) })}<path class="diagonal" d="${diagonal}"/><path class="line ours" d="${shape(path ?? '')}"/>${bins.map(
    ({ predicted, observed, rows }) =>
      html`<circle class="dot ours" cx="${at(plane.x, predicted)}" cy="${at(plane.y, observed)}" r="${Math.round(10 * (2.5 + 4 * Math.sqrt(rows / most))) / 10}"/>`,
  )}`
  const rows = bins.map(({ predicted, observed, rows: n }) => [format(predicted), format(observed), n])
  const table = tableOf(caption, ['predicted', 'true', 'rows'], rows, [true, true, true])
  return figure(caption, chart, table, `${caption}. On the dashed diagonal predictions are as sure as they say.`)
}
