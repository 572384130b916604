// Figures about the training itself: losses by epoch, what columns are worth, and the members side by side.
import { line } from 'd3-shape'
import { at, axes, figure, HEIGHT, planeOf, tableOf, WIDTH } from './chart.ts'
import { html, type Markup, shape, shorten } from './html.ts'
import type { Curve, ReportTarget, TrialRow } from './input.ts'
import { extent, percent, short } from './numbers.ts'

/** Losses that fall by more than this are drawn on a logarithmic scale. */
const LARGEST_LINEAR_FACTOR = 10
const MOST_POINTS = 120
const MOST_CURVES = 12

/** One figure per kind of member; of every network the losses of training and of its own validation rows */
export function curveFigures(curves: readonly Curve[]): Markup[] {
  const names = [...new Set(curves.map(({ name }) => name))]
  return names.map((name) =>
    curveFigure(
      name,
      curves.filter((curve) => curve.name === name),
    ),
  )
}

function curveFigure(name: string, all: readonly Curve[]): Markup {
  const curves = all.slice(0, MOST_CURVES)
  const series = curves.flatMap(({ training, validation }) => [training, validation ?? []])
  const [least, greatest] = extent(series.flatMap((losses) => Array.from(losses)))
  const epochs = Math.max(2, ...series.map(({ length }) => length))
  const isLogarithmic = least > 0 && greatest / least > LARGEST_LINEAR_FACTOR
  const plane = planeOf({ x: [1, epochs], y: [least, greatest], isLogarithmic })
  const path = (losses: ArrayLike<number>) =>
    shape(
      line<number>(
        (epoch) => at(plane.x, epoch + 1),
        (epoch) => at(plane.y, losses[epoch]),
      ).defined((epoch) => Number.isFinite(losses[epoch]))(sampled(losses.length)) ?? '',
    )
  const some = curves.length < all.length ? `, ${curves.length} of ${all.length} networks` : ''
  const caption = `Losses by epoch, ${shorten(name, 40)}${some}`
  const chart = html`${axes(plane, { x: 'epoch', y: isLogarithmic ? 'loss (logarithmic)' : 'loss' })}${curves.map(
    ({ training, validation }) =>
      html`<path class="line theirs" d="${path(training)}"/>${validation !== undefined && html`<path class="line ours" d="${path(validation)}"/>`}`,
  )}${legend(['ours', 'validation'], ['theirs', 'training'])}`
  const rows = curves.map(({ training, validation }, index) => [
    index + 1,
    training.length,
    short(training[training.length - 1]),
    validation === undefined ? '–' : short(extent(Array.from(validation))[0]),
  ])
  const head = ['network', 'epochs', 'last training loss', 'least validation loss']
  return figure(caption, chart, tableOf(caption, head, rows, [true, true, true, true]), caption)
}

function sampled(length: number): number[] {
  const points = Math.min(length, MOST_POINTS)
  return Array.from({ length: points }, (_, place) =>
    points === 1 ? 0 : Math.round((place * (length - 1)) / (points - 1)),
  )
}

function legend(...entries: readonly (readonly [kind: string, name: string])[]): Markup {
  return html`<g class="legend">${entries.map(
    ([kind, name], place) =>
      html`<path class="${`line ${kind}`}" d="${`M${WIDTH - 96} ${20 + 16 * place}h18`}"/><text x="${WIDTH - 72}" y="${24 + 16 * place}">${name}</text>`,
  )}</g>`
}

const BAR_HEIGHT = 22
const MOST_COLUMNS = 20

export function importanceFigure(importance: NonNullable<ReportTarget['importance']>, lossName: string): Markup {
  const shown = importance.slice(0, MOST_COLUMNS)
  const left = 140
  const reach = shown.flatMap(({ mean, deviation }) => [mean - deviation, mean + deviation, 0])
  const plane = planeOf({ x: extent(reach), y: [0, 1] })
  const x = plane.x.range([left, WIDTH - 44])
  const bars = shown.map(({ column, mean, deviation }, place) => {
    const y = place * BAR_HEIGHT + 4
    const [from, to] = [at(x, Math.min(0, mean)), at(x, Math.max(0, mean))]
    const middle = y + BAR_HEIGHT / 2 - 2
    const whisker = `M${at(x, mean - deviation)} ${middle}H${at(x, mean + deviation)}`
    return html`<text class="end" x="${left - 6}" y="${middle + 4}">${shorten(column, 20)}</text><rect class="bar ours" x="${from}" y="${y}" width="${Math.max(0.5, to - from)}" height="${BAR_HEIGHT - 6}"/><path class="whisker" d="${whisker}"/><text x="${Math.max(to, at(x, mean + deviation)) + 4}" y="${middle + 4}">${short(mean)}</text>`
  })
  const height = Math.min(HEIGHT * 2, shown.length * BAR_HEIGHT + 8)
  const some = shown.length < importance.length ? `, the first ${shown.length} of ${importance.length}` : ''
  const caption = `Importance: what the ${lossName} grows by where a column is shuffled${some}`
  const rows = importance.map(({ column, mean, deviation }) => [column, short(mean), short(deviation)])
  const table = tableOf(caption, ['column', 'mean', 'deviation'], rows, [false, true, true])
  return figure(caption, html`${bars}<path class="axis" d="${`M${at(x, 0)} 0V${height}`}"/>`, table, caption, height)
}

/** The members, and what they are measured against */
export function leaderboard({ loss, lossName, members }: ReportTarget): Markup {
  const rows = [
    ['the model: all together', short(loss.model), '100.0 %'],
    ...members.map(({ name, loss: own, weight }) => [name, own === undefined ? '–' : short(own), percent(weight)]),
    ...(members.some(({ name }) => name.startsWith('linear'))
      ? []
      : [['linear model', short(loss.linear), percent(0)]]),
    ['baseline: without any column', short(loss.baseline), '–'],
  ]
  return tableOf('Leaderboard', ['what', lossName, 'part in the model'], rows, [false, true, true])
}

/** What each recipe of the search came to, round by round, those that went furthest first */
export function searchTable(trials: readonly TrialRow[]): Markup {
  const rounds = [...new Set(trials.map(({ round }) => round))].sort((a, b) => a - b)
  const lossesOf = (name: string) =>
    rounds.map((round) => trials.find((trial) => trial.name === name && trial.round === round)?.loss)
  const recipes = [...new Set(trials.map(({ name }) => name))].map((name) => {
    const losses = lossesOf(name)
    const known = losses.filter((loss) => typeof loss === 'number')
    return { name, losses, reached: known.length, last: known[known.length - 1] ?? 0 }
  })
  recipes.sort((a, b) => b.reached - a.reached || a.last - b.last)
  const rows = recipes.map(({ name, losses }) => [
    name,
    ...losses.map((loss) => (typeof loss === 'number' ? short(loss) : loss === null ? 'no time' : '–')),
  ])
  const head = ['recipe', ...rounds.map((round) => `round ${round + 1}`)]
  return tableOf('Search', head, rows, [false, ...rounds.map(() => true)])
}
