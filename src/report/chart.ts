// Charts as SVG without styles of their own: scales and ticks by d3-scale, shapes by d3-shape, looks by classes.
import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from 'd3-scale'
import { html, type Markup, sentence } from './html.ts'
import { compact } from './numbers.ts'

export const WIDTH = 400
export const HEIGHT = 260
const MARGIN = { top: 10, right: 22, bottom: 40, left: 54 }

export type Scale = ScaleContinuousNumeric<number, number>

/** A plane with two axes */
export interface Plane {
  readonly x: Scale
  readonly y: Scale
}

export interface Axes {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
  readonly isLogarithmic?: boolean
}

export function planeOf({ x, y, isLogarithmic = false }: Axes): Plane {
  const vertical = isLogarithmic ? scaleLog() : scaleLinear()
  return {
    x: scaleLinear([...widened(x)], [MARGIN.left, WIDTH - MARGIN.right]).nice(5),
    y: vertical
      .domain([...widened(y)])
      .range([HEIGHT - MARGIN.bottom, MARGIN.top])
      .nice(5),
  }
}

/** A range of no width cannot be drawn. */
function widened([least, greatest]: readonly [number, number]): readonly [number, number] {
  if (greatest > least) return [least, greatest]
  const room = Math.abs(least) / 2 || 1
  return [least - room, greatest + room]
}

interface Labels {
  readonly x: string
  readonly y: string
  readonly format?: (value: number) => string
}

/** Grid, ticks and names of both axes */
export function axes({ x, y }: Plane, labels: Labels): Markup {
  const format = labels.format ?? compact
  const [left, right] = x.range()
  const [bottom, top] = y.range()
  return html`<g class="axes">${ticksOf(y, 5).map(
    (tick) =>
      html`<path class="grid" d="${`M${left} ${at(y, tick)}H${right}`}"/><text class="end" x="${left - 6}" y="${at(y, tick) + 4}">${format(tick)}</text>`,
  )}${ticksOf(x, 5).map(
    (tick) => html`<text class="middle" x="${at(x, tick)}" y="${bottom + 16}">${format(tick)}</text>`,
  )}<path class="axis" d="${`M${left} ${bottom}H${right}`}"/><text class="middle name" x="${(left + right) / 2}" y="${HEIGHT - 6}">${labels.x}</text><text class="middle name" transform="${`translate(12 ${(top + bottom) / 2}) rotate(-90)`}">${labels.y}</text></g>`
}

/** A logarithmic scale has ticks for all of 1 to 9; of more than two powers of ten, the powers are enough. */
function ticksOf(scale: Scale, most: number): number[] {
  const ticks = scale.ticks(most)
  if (ticks.length <= 2 * most) return ticks
  return ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9)
}

/** A place on a scale, to a tenth of a unit; its begin for what is no number */
export function at(scale: Scale, value: number): number {
  const place = scale(value)
  return Math.round(10 * (Number.isFinite(place) ? place : scale.range()[0])) / 10
}

/** A figure: what it shows, the chart, and the same as a table for whom a chart says nothing */
export function figure(caption: string, chart: Markup, table: Markup, describes: string, height = HEIGHT): Markup {
  return html`<figure><figcaption>${sentence(caption)}</figcaption><svg viewBox="${`0 0 ${WIDTH} ${height}`}" role="img" aria-label="${sentence(describes)}">${chart}</svg><details><summary>As a table<span class="hidden">: ${sentence(caption)}</span></summary>${table}</details></figure>`
}

/** A table with names above; cells of numbers to the right */
export function tableOf(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (string | number | Markup)[])[],
  isNumeric: readonly boolean[],
): Markup {
  const side = (column: number) => (isNumeric[column] ? 'number' : 'words')
  return html`<div class="wide" role="group" tabindex="0" aria-label="${sentence(caption)}"><table><caption class="hidden">${sentence(caption)}</caption><thead><tr>${head.map(
    (name, column) => html`<th scope="col" class="${side(column)}">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, column) =>
        column === 0
          ? html`<th scope="row" class="${side(0)}">${cell}</th>`
          : html`<td class="${side(column)}">${cell}</td>`,
      )}</tr>`,
  )}</tbody></table></div>`
}
