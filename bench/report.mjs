// What the parts have in common when they speak: the machine, Markdown, proofs, goals and guards.
import { cpus } from 'node:os'
import { uncertainty } from '../build/bench-kit.js'

export function describeMachine() {
  const processors = cpus()
  return {
    cpu: processors[0]?.model.trim() ?? process.arch,
    cores: `${processors.length} cores`,
    node: `Node ${process.version} (V8 ${process.versions.v8})`,
    date: new Date().toISOString().slice(0, 10),
  }
}

/** Three significant digits, more only before the point */
export function number(value) {
  if (!Number.isFinite(value)) return '–'
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

export const times = (ratio) => `${number(ratio)} ×`
export const percent = (share) => `${number(share * 100)} %`

/** The cells of a summary: minimum, median, half of the median's 95 % interval in per cent of it */
export const summaryColumns = ['min', 'median', '±']
export const summaryCells = (summary) => [number(summary.min), number(summary.median), percent(uncertainty(summary))]

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

/** What fails the bench: a gain over plain code of the same run that is less than half of what it used to be */
export function guard(name, value, least, format) {
  return { name: `${name} ≥ ${format(least)}`, value, least, holds: value >= least, text: format(value) }
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
