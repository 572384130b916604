// Models, metrics and schemas as lines of a terminal, however narrow.
import type { TableMetrics, TableModel } from 'wasmprop/table'
import { clip } from '../../errors.ts'
import { bold, dim, isNarrow, paragraph, table, width } from '../terminal.ts'

const NAMES: Readonly<Record<string, string>> = {
  balancedAccuracy: 'balanced accuracy',
  logLoss: 'log loss',
  r2: 'R²',
  rootMeanSquaredError: 'root mean square error',
  meanAbsoluteError: 'mean absolute error',
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  balancedAccuracy: 'balanced',
  rootMeanSquaredError: 'RMS error',
  meanAbsoluteError: 'mean error',
}

export const metricName = (key: string): string => (isNarrow ? SHORT_NAMES[key] : undefined) ?? NAMES[key] ?? key

export const formatNumber = (value: unknown): string => Number(value).toPrecision(4)

/** Text of the data, fit for a column of a terminal */
export function cell(value: string, most: number): string {
  const shown = clip(value)
  return shown.length > most ? `${shown.slice(0, most - 1)}…` : shown
}

/** What was trained, how good it is beside the linear model and the baseline, and of what it is made */
export function modelLines({ report, choices }: TableModel): string[] {
  const targets = report.targets.flatMap(({ name, task, metrics, linear }) => {
    const title = `${bold(cell(name, 60))}: ${task} of ${report.rows} rows from ${report.inputs} columns`
    return [...paragraph(title), ...metricLines(metrics, linear)]
  })
  const members = choices.members
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => `${Math.round(100 * weight)} % ${name}`)
  const left =
    choices.left.length === 0 ? '' : `; no time was left for ${choices.left.map((name) => clip(name)).join(', ')}`
  const made = `Scored on rows that no network had seen: ${choices.folds.join(', ')} folds, ${members.join(', ')}${left}.`
  return [...targets, ...paragraph(made).map(dim)]
}

function metricLines({ baseline, rows: _, ...own }: TableMetrics, linear: TableMetrics): string[] {
  const keys = Object.keys(own) as (keyof typeof own)[]
  const main = keys.includes('accuracy') ? 'accuracy' : 'rootMeanSquaredError'
  const rows = keys.map((key) => [
    `  ${metricName(key)}`,
    formatNumber(own[key]),
    formatNumber(linear[key]),
    key === main ? formatNumber(baseline) : '',
  ])
  return table([['', 'model', 'linear', 'baseline'], ...rows], 1).map((line, index) => (index === 0 ? dim(line) : line))
}

export function schemaLines(schema: TableModel['schema']): string[] {
  if (isNarrow) {
    const lines = schema.map(({ name, kind, missing }) => [cell(name, 17), kind, missing === 0 ? '' : String(missing)])
    return table([['column', 'kind', 'missing'], ...lines], 2)
  }
  const known = schema.map(({ name, kind, missing }) => [
    cell(name, 40),
    kind,
    missing === 0 ? '' : `${missing} missing`,
  ])
  const taken = Math.max(...table([['column', 'kind', ''], ...known, ['', 'identifier', '']], 3).map(lengthOf))
  const whys = schema.map(({ because }) => dim(cell(because, Math.max(12, width - taken - 2))))
  return table([['column', 'kind', '', ''], ...known.map((cells, index) => [...cells, whys[index]])], 4)
}

const lengthOf = ({ length }: string): number => length
