// Findings about single columns: constant, equal to others, of doubtful size, out of range.

import type { ResolvedConfig } from '../../config/config.ts'
import type { Matrix } from '../../data/matrix.ts'
import { type Finding, few, rowsOf, short } from './finding.ts'
import { rangeOfOutput, type Side } from './side.ts'
import { type Column, type Fingerprints, findOutside, magnitudeOf, twinColumns } from './statistics.ts'

// Sizes are root mean squares of the values other than 0, as the network sees them: after scaling.
const DIFFERENT = 100
const LARGE = 10
const UNCENTERED = 10
/** Columns with fewer values other than 0, by the rows, are not compared in size: a rare one may well be small. */
const COMPARED_SHARE = 0.01

export function findConstants(
  { path, given, givenColumns, seenColumns, dtype, advice }: Side,
  meaning: string,
): Finding[] {
  if (given.rows === 1) return []
  const place = (column: number) => ({ severity: 'warning' as const, path, column })
  const constants: Finding[] = []
  const lost: Finding[] = []
  givenColumns.forEach(({ least, greatest }, column) => {
    const what = `${path}: column ${column}`
    if (least === greatest) {
      const message = `${what} is ${short(least)} in all ${given.rows} rows: ${meaning}`
      constants.push({ ...place(column), code: 'constantColumn', message })
    } else if (seenColumns[column].least === seenColumns[column].greatest) {
      const message =
        `${what} goes from ${least} to ${greatest}, which the network sees as one number in ${dtype}; ` +
        `use ${advice}, which is computed in float64, or scale it beforehand`
      lost.push({ ...place(column), code: 'lostPrecision', message })
    }
  })
  return [...few(constants), ...few(lost)]
}

export function findTwins({ given, givenColumns }: Side, fingerprints: Fingerprints): Finding[] {
  const equal: Finding[] = []
  const dependent: Finding[] = []
  for (const { first, second, areEqual } of twinColumns(given, givenColumns, fingerprints)) {
    const place = { path: 'inputs', column: second }
    const what = `inputs: column ${second}`
    if (areEqual) {
      const message = `${what} equals column ${first} in all rows; leave one of them out`
      equal.push({ severity: 'warning', code: 'duplicateColumn', message, ...place })
    } else {
      const message = `${what} is column ${first} in other units (a · x + b in all rows): it adds nothing`
      dependent.push({ severity: 'hint', code: 'dependentColumn', message, ...place })
    }
  }
  return [...few(equal), ...few(dependent)]
}

/** Columns of very different sizes, or else large ones */
export function findSizes(side: Side): Finding[] {
  const { path, given, seenColumns, advice } = side
  const different = findDifferentSizes(side)
  if (different) return [different]
  const large = [...seenColumns.keys()].filter((column) => seenColumns[column].size > LARGE)
  if (large.length === 0) return []
  const column = large.reduce((a, b) => (seenColumns[b].size > seenColumns[a].size ? b : a))
  const others = large.length > 1 ? `, and ${large.length - 1} more are above ${LARGE}` : ''
  const meaning = path === 'inputs' ? 'units saturate or steps overshoot' : 'outputs start near 0, far from them'
  const message =
    `${path}: column ${column} is ${sizeOf(seenColumns[column])} as the network sees it${others}: ${meaning}. ` +
    `Try ${advice}`
  return [{ severity: 'warning', code: 'largeValues', message, path, ...(given.columns > 1 ? { column } : {}) }]
}

function findDifferentSizes({ path, given, seenColumns, advice }: Side): Finding | undefined {
  const compared = [...seenColumns.keys()].filter((column) => {
    const { least, greatest, filled } = seenColumns[column]
    return least < greatest && filled >= COMPARED_SHARE * given.rows
  })
  if (compared.length < 2) return undefined
  const [small, ...rest] = compared.sort((a, b) => seenColumns[a].size - seenColumns[b].size)
  const column = rest[rest.length - 1]
  const factor = seenColumns[column].size / seenColumns[small].size
  if (!(factor >= DIFFERENT)) return undefined
  const times = factor < Infinity ? `${short(factor)} times` : 'more than 1e308 times'
  const message =
    `${path}: column ${column} is ${sizeOf(seenColumns[column])} as the network sees it, column ${small} is ` +
    `${sizeOf(seenColumns[small])}: ${times} as large, it drowns the other. Try ${advice}`
  return { severity: 'warning', code: 'differentScales', message, path, column }
}

function sizeOf(column: Column): string {
  return `about ${short(column.size)} (at most ${short(magnitudeOf(column))})`
}

export function findUncentered({ seenColumns }: Side): Finding[] {
  const findings: Finding[] = []
  seenColumns.forEach(({ least, greatest, mean, deviation }, column) => {
    if (least === greatest || !(deviation > 0 && Math.abs(mean) >= UNCENTERED * deviation)) return
    const message =
      `inputs: column ${column} varies little around a mean far from 0 as the network sees it ` +
      `(${short(mean)} ± ${short(deviation)}), which slows training. Try scaling: { inputs: 'standard' }`
    findings.push({ severity: 'hint', code: 'uncenteredColumn', message, path: 'inputs', column })
  })
  return few(findings)
}

/** Where targets lie outside the range of the output activation: one finding per column */
export function findOutOfRange({ given, seen, advice }: Side, config: ResolvedConfig): Finding[] {
  const [low, high] = rangeOfOutput(config)
  const { name } = config.layers[config.layers.length - 1].activation
  const what = high === Infinity ? `a number of at least ${low}` : `a number from ${low} to ${high}`
  const isScaled = config.scaling.targets.name !== 'none'
  return few(
    findOutside(seen, low, high).map(({ row, column, value, count }) => {
      const got = `${cellOf(given, row, column)}${isScaled ? ` (${short(value)} as the network sees it)` : ''}`
      const others = count > 1 ? `, and likewise in ${rowsOf(count - 1)} more of column ${column}` : ''
      const message =
        `${given.place(row, column)}: expected ${what}, as ${name} outputs are, got ${got}${others}; ` +
        `use ${advice} or a linear output`
      return { severity: 'warning', code: 'outOfRange', message, path: 'targets', row, column }
    }),
  )
}

function cellOf(matrix: Matrix, row: number, column: number): number {
  const cells = new Float64Array(matrix.columns)
  matrix.copyRows(row, row + 1, cells, 0, matrix.columns)
  return cells[column]
}
