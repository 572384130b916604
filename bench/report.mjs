// What the parts have in common when they speak: statistics of samples, the machine, Markdown, proofs and goals.
import { cpus } from 'node:os'
import { medianAbsoluteDeviation } from 'tinybench'

/** Median, minimum and spread of samples; the spread is the median absolute deviation. */
export function summarize(samples) {
  const sorted = Float64Array.from(samples).sort()
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], spread: medianAbsoluteDeviation(Array.from(sorted)), count: sorted.length }
}

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

/** The cells of a summary: minimum, median, spread in per cent of the median */
export const summaryColumns = ['min', 'median', '±']
export const summaryCells = ({ min, median, spread }) => [number(min), number(median), percent(spread / median)]

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

/** The proof that both engines trained to the same `hash`: of weights, or of anything else */
export function sameBits(what, wasm, typescript) {
  const detail = wasm.hash === typescript.hash ? wasm.hash : `${wasm.hash} and ${typescript.hash}`
  return { name: `${what}: typescript has the bits of wasm`, holds: wasm.hash === typescript.hash, detail }
}

/** The proof that weights of other code are near those of wasm; a NaN is not. */
export function nearTo(what, wasm, other, tolerance) {
  const worst = wasm.weights.reduce((most, weight, i) => {
    const distance = Math.abs(weight - other.weights[i])
    return distance <= most ? most : distance
  }, 0)
  const name = `${what} stays within ${tolerance} of wasm`
  return {
    name,
    holds: worst <= tolerance && wasm.weights.length === other.weights.length,
    detail: worst.toExponential(1),
  }
}

export function formatGoal({ name, met, text, isMeasured }) {
  return `goal ${name}: ${isMeasured ? `${met ? 'met' : 'not met'} (${text})` : 'not measured'}`
}

function formatTable({ columns, rows }) {
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
