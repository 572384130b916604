// Lines over two logarithmic axes, as SVG: little enough that a library, and the document it would want, buys nothing.
import { number } from './report.mjs'

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [640, 400, 70, 40, 150, 50]
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9']

const escapeText = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`)
const text = (x, y, words, anchor = 'middle') =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}">${escapeText(words)}</text>`

/** From values to places; ticks at the powers of ten, and at the ends where there are fewer than two */
function axis(values, from, to) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(Math.log10)
  const place = (value) => from + ((Math.log10(value) - least) / (most - least || 1)) * (to - from)
  const powers = []
  for (let power = Math.ceil(least - 1e-9); power <= most + 1e-9; power++) powers.push(10 ** power)
  return { place, ticks: powers.length >= 2 ? powers : [10 ** least, 10 ** most] }
}

/** `series` by name: points as [x, y], both above 0 */
export function plot({ title, x, y, series }) {
  const points = Object.values(series).flat()
  const across = axis(
    points.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  )
  const up = axis(
    points.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  )
  const lines = Object.entries(series).map(([name, line], index) => {
    const color = COLORS[index % COLORS.length]
    const places = line.map(([a, b]) => `${across.place(a).toFixed(1)},${up.place(b).toFixed(1)}`)
    const dots = places.map((place) => `<circle cx="${place.replace(',', '" cy="')}" r="3" fill="${color}"/>`)
    const [endX, endY] = places[places.length - 1].split(',').map(Number)
    const label = `<g fill="${color}">${text(endX + 8, endY + 4 + 14 * index, name, 'start')}</g>`
    return `<polyline points="${places.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>${dots.join('')}${label}`
  })
  const grid = [
    ...across.ticks.map((tick) => [
      `M${across.place(tick)} ${TOP}V${HEIGHT - BOTTOM}`,
      text(across.place(tick), HEIGHT - BOTTOM + 18, number(tick)),
    ]),
    ...up.ticks.map((tick) => [
      `M${LEFT} ${up.place(tick)}H${WIDTH - RIGHT}`,
      text(LEFT - 8, up.place(tick) + 4, number(tick), 'end'),
    ]),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<path d="${grid.map(([line]) => line).join('')}" stroke="#ddd"/>
${grid.map(([, label]) => label).join('')}
${text((LEFT + WIDTH - RIGHT) / 2, 22, title)}${text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x)}
<g transform="rotate(-90 16 ${HEIGHT / 2})">${text(16, HEIGHT / 2, y)}</g>
${lines.join('\n')}
</svg>
`
}
