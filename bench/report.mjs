// What the parts have in common when they speak: Markdown, proofs, goals and guards.
import { uncertainty } from '../build/bench-kit.js'

/** Three significant digits, more only before the point */
export function number(value) {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

export const times = (ratio) => `${number(ratio)} ×`
export const percent = (share) => `${number(share * 100)} %`

/** What was not steady after its warm-up */
const star = ({ isSteady = true }) => (isSteady ? '' : '* ')

/** The cells of a summary: median, half of its 95 % interval in per cent of it, minimum */
export const summaryColumns = ['median', '±', 'min']
export const summaryCells = (summary) => [
  star(summary) + number(summary.median),
  percent(uncertainty(summary)),
  number(summary.min),
]

/** The cells of a ratio: of medians, half of its 95 % interval in per cent of it, of minima */
export const ratioColumns = (base) => [`median : ${base}`, '±', 'min : min']
export const ratioCells = (ratio) => [times(ratio.median), percent(uncertainty(ratio)), times(ratio.min)]

/** The same in one cell */
export const summaryText = (summary) =>
  `${star(summary)}${number(summary.median)} ± ${percent(uncertainty(summary))} (${number(summary.min)})`
export const ratioText = (ratio) => `${times(ratio.median)} ± ${percent(uncertainty(ratio))} (${number(ratio.min)})`

/** A goal that says itself whether it is met: `value` at least, or with `atMost` at most, `wanted`. */
export function goal(name, value, wanted, format, atMost = false) {
  const isMeasured = Number.isFinite(value)
  const met = isMeasured && (atMost ? value <= wanted : value >= wanted)
  return {
    name: `${name} ${atMost ? '≤' : '≥'} ${format(wanted)}`,
    wanted,
    value,
    met,
    text: format(value),
    isMeasured,
  }
}

/**
 * What fails the bench: a gain over plain code of the same run that is less than half of what it used to be, by minima; with
 * `atMost`, more of what is no matter of time.
 */
export function guard(name, value, limit, format, atMost = false) {
  const holds = atMost ? value <= limit : value >= limit
  return { name: `${name} ${atMost ? '≤' : '≥'} ${format(limit)}`, value, limit, holds, text: format(value) }
}

export function formatGoal({ name, met, text, isMeasured }) {
  return `goal ${name}: ${isMeasured ? `${met ? 'met' : 'not met'} (${text})` : 'not measured'}`
}

export function formatGuard({ name, holds, text }) {
  return `guard ${name}: ${holds ? 'holds' : 'FAILED'} (${text})`
}

export function formatTable({ columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}

export function formatPart({ title, proofs = [], tables = [], notes = [] }) {
  const proved = proofs.map(
    ({ name, holds, detail }) => `- ${holds ? 'proved' : 'FAILED'}: ${name}${detail ? ` (${detail})` : ''}`,
  )
  const blocks = [`## ${title}`, proved.join('\n'), ...tables.map(formatTable), ...notes]
  return `${blocks.filter(Boolean).join('\n\n')}\n`
}
