// Figures about predictions of numbers: against what was true, what is left, and means of rows that are alike.
import { at, axes, figure, HEIGHT, planeOf, tableOf } from './chart.ts'
import { calibrationChart } from './classes.ts'
import { calibrationOfNumbers, finiteRows, histogram, thin, type Unseen } from './evidence.ts'
import { html, type Markup, shape } from './html.ts'
import { count, extent, short } from './numbers.ts'

/** So many points can be told apart, and keep the file small. */
const MOST_POINTS = 800
const MOST_ROWS_OF_TABLE = 50
const BARS = 20

export function predictedFigure(unseen: Unseen): Markup {
  const { truth, outputs } = finiteRows(unseen)
  const both = extent([...Array.from(truth), ...Array.from(outputs)])
  const plane = planeOf({ x: both, y: both })
  const shown = thin(truth.length, MOST_POINTS)
  const [low, high] = plane.x.domain()
  const points = shown.map((row) => `M${at(plane.x, truth[row])} ${at(plane.y, outputs[row])}h0`).join('')
  const some = shown.length < truth.length ? `; ${shown.length} of ${count(truth.length, 'row')}` : ''
  const caption = `Predicted against true${some}`
  const chart = html`${axes(plane, { x: 'true', y: 'predicted' })}<path class="diagonal" d="${`M${at(plane.x, low)} ${at(plane.y, low)}L${at(plane.x, high)} ${at(plane.y, high)}`}"/><path class="points" d="${shape(points)}"/>`
  const rows = thin(truth.length, MOST_ROWS_OF_TABLE).map((row) => [
    short(truth[row]),
    short(outputs[row]),
    short(outputs[row] - truth[row]),
  ])
  const of = rows.length < truth.length ? `${caption}; ${rows.length} rows` : caption
  const table = tableOf(of, ['true', 'predicted', 'residual'], rows, [true, true, true])
  return figure(caption, chart, table, `${caption}. On the dashed diagonal predictions are true.`)
}

export function residualFigure(unseen: Unseen): Markup {
  const { truth, outputs } = finiteRows(unseen)
  const residuals = Array.from(truth, (value, row) => outputs[row] - value)
  const plane = planeOf({ x: symmetric(residuals), y: [0, 1] })
  const [low, high] = plane.x.domain()
  const bounds = Array.from({ length: BARS + 1 }, (_, place) => low + ((high - low) * place) / BARS)
  const counts = histogram(residuals, bounds)
  const scaled = planeOf({ x: [low, high], y: [0, Math.max(...counts, 1)] })
  const bars = counts.map((n, bar) => {
    const left = at(scaled.x, bounds[bar])
    const top = at(scaled.y, n)
    return html`<rect class="bar ours" x="${left + 0.5}" y="${top}" width="${Math.max(0.5, at(scaled.x, bounds[bar + 1]) - left - 1)}" height="${Math.max(0, at(scaled.y, 0) - top)}"/>`
  })
  const zero = at(scaled.x, 0)
  const caption = 'Residuals: predicted − true, and how many rows'
  const chart = html`${axes(scaled, { x: 'predicted − true', y: 'rows' })}${bars}<path class="diagonal" d="${`M${zero} 10V${HEIGHT - 40}`}"/>`
  const rows = counts.map((n, bar) => [`${short(bounds[bar])} to ${short(bounds[bar + 1])}`, n])
  return figure(caption, chart, tableOf(caption, ['residual', 'rows'], rows, [true, true]), caption)
}

/** Around 0, wide enough for 99 of 100: a few outliers would leave one bar for all others. */
function symmetric(residuals: readonly number[]): readonly [number, number] {
  const sizes = residuals.map(Math.abs).sort((a, b) => a - b)
  const most = sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * 0.99))] || 1
  return [-most, most]
}

export function numberCalibrationFigure(unseen: Unseen): Markup {
  const bins = calibrationOfNumbers(finiteRows(unseen))
  return calibrationChart(bins, {
    caption: 'Calibration: means of tenths of the rows, by their predictions',
    x: 'mean prediction',
    y: 'mean of what is true',
    range: extent(bins.flatMap(({ predicted, observed }) => [predicted, observed])),
    format: short,
  })
}
