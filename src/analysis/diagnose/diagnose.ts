// Looks at data before any training: what `train` would refuse, and what would make training slow, useless or misleading.

import { type NetworkConfig, type ResolvedConfig, resolveConfig } from '../../config/config.ts'
import type { MatrixInput } from '../../data/forms.ts'
import { type Matrix, own } from '../../data/matrix.ts'
import { readInputs, readTargetRows } from '../../data/rows.ts'
import { fitScaling } from '../../data/scaling.ts'
import { type ErrorCode, publicCall, WasmpropError } from '../../errors.ts'
import { layOut, memoryFor } from '../../memory/layout.ts'
import type { Dtype } from '../../numerics/values.ts'
import { activationOf } from '../../tables/activations.ts'
import { lossOf } from '../../tables/losses.ts'
import {
  type Column,
  type Fingerprints,
  findContradiction,
  findOutside,
  fingerprintsOf,
  magnitudeOf,
  measureColumns,
  twinColumns,
} from './statistics.ts'

/** What was found: the code of the error that `train` would throw, or one of these */
export type FindingCode =
  | ErrorCode
  /** Warning: a column with one value in all rows */
  | 'constantColumn'
  /** Warning: a column that varies, but not as the network's type holds it */
  | 'lostPrecision'
  /** Warning: an input column that equals another */
  | 'duplicateColumn'
  /** Hint: an input column that is a · another + b */
  | 'dependentColumn'
  /** Warning: columns of which one is `DIFFERENT` times as large as another */
  | 'differentScales'
  /** Warning: a column larger than `LARGE` */
  | 'largeValues'
  /** Hint: an input column whose mean is `UNCENTERED` times its deviation, or more */
  | 'uncenteredColumn'
  /** Warning: targets that the output activation never reaches */
  | 'outOfRange'
  /** Warning: a class without rows */
  | 'emptyClass'
  /** Hint: a class with `UNBALANCED` times as many rows as another */
  | 'unbalancedClasses'
  /** Hint: rows with equal inputs and other targets */
  | 'contradictingRows'
  /** Hint: fewer rows than weights and biases */
  | 'fewRows'

export interface Finding {
  /** `'error'`: `train` would throw. `'warning'`: training would suffer. `'hint'`: worth a look */
  severity: 'error' | 'warning' | 'hint'
  code: FindingCode
  /** What it is, and what to do */
  message: string
  /** `inputs` or `targets`, or a path within them */
  path?: string
  /** Row of the data, counted from 0; the first of several */
  row?: number
  /** Column of the data, counted from 0 */
  column?: number
}

// Sizes are root mean squares of the values other than 0, as the network sees them: after scaling.
const DIFFERENT = 100
const LARGE = 10
const UNCENTERED = 10
const UNBALANCED = 10
/** Columns with fewer values other than 0, by the rows, are not compared in size: a rare one may well be small. */
const COMPARED_SHARE = 0.01
/** Findings of one kind, before the others are only counted */
const MOST_OF_A_KIND = 10

const severities: readonly Finding['severity'][] = ['error', 'warning', 'hint']

type Path = 'inputs' | 'targets'

/** Inputs or targets as they were given and as the network sees them */
interface Side {
  readonly path: Path
  readonly given: Matrix
  readonly givenColumns: readonly Column[]
  readonly seen: Matrix
  readonly seenColumns: readonly Column[]
  readonly dtype: Dtype
  /** What to try against sizes and ranges, as one writes it */
  readonly advice: string
}

/**
 * Names what is wrong or doubtful about the data for a network of this configuration, the gravest first. Nothing is
 * trained, changed or thrown, unless the configuration itself is refused, as `createNetwork` would refuse it.
 */
export function diagnose(inputs: MatrixInput, targets: MatrixInput, config: NetworkConfig): Finding[] {
  return publicCall('diagnose', diagnose, () => findingsOf(inputs, targets, config))
}

function findingsOf(inputs: MatrixInput, targets: MatrixInput, config: NetworkConfig): Finding[] {
  const resolved = resolveConfig(config)
  const layout = layOut(resolved)
  const findings: Finding[] = []
  const attempt = <T>(act: () => T): T | undefined => {
    try {
      return act()
    } catch (error) {
      findings.push(errorFinding(error))
      return undefined
    }
  }
  const x = attempt(() => {
    const matrix = readInputs({ config: resolved }, inputs)
    memoryFor(layout, matrix.rows, false) // refuses what 4 GiB cannot hold
    return own(matrix)
  })
  const rows = x ? x.rows : rowsClaimed(inputs, resolved.inputs)
  const y = rows === undefined ? undefined : attempt(() => own(readTargetRows({ config: resolved }, targets, rows)))
  const inputSide = x && attempt(() => lookAt('inputs', x, resolved))
  const targetSide = y && attempt(() => lookAt('targets', y, resolved))
  if (inputSide) findings.push(...findInInputs(inputSide, resolved, targetSide?.given))
  if (targetSide) findings.push(...findInTargets(targetSide, resolved))
  return findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
}

/** How many rows inputs seem to have that were refused, so that their targets are read all the same */
function rowsClaimed(inputs: unknown, columns: number): number | undefined {
  try {
    if (typeof inputs !== 'object') return undefined
    const { length, rows, 0: first } = inputs as { length?: number; rows?: number; 0?: unknown }
    const isRow = Array.isArray(inputs) && typeof first === 'number' && columns > 1
    const claimed = isRow ? 1 : ArrayBuffer.isView(inputs) ? Number(length) / columns : (rows ?? length)
    return Number.isSafeInteger(claimed) && Number(claimed) > 0 ? claimed : undefined
  } catch {
    return undefined // null, or a proxy of the user that throws
  }
}

function errorFinding(error: unknown): Finding {
  if (!(error instanceof WasmpropError)) throw error
  const { code, message, path, row, column } = error
  return {
    severity: 'error',
    code,
    message,
    ...(path === undefined ? {} : { path }),
    ...(row === undefined ? {} : { row }),
    ...(column === undefined ? {} : { column }),
  }
}

function lookAt(path: Path, given: Matrix, config: ResolvedConfig): Side {
  const seen = asStored(fitScaling(config.scaling[path], given, path).apply(given), config.dtype)
  const givenColumns = measureColumns(given)
  const seenColumns = seen === given ? givenColumns : measureColumns(seen)
  const scaling = path === 'inputs' ? 'standard' : scalingInto(rangeOfOutput(config))
  const advice = `scaling: { ${path}: '${scaling}' }`
  return { path, given, givenColumns, seen, seenColumns, dtype: config.dtype, advice }
}

/** The matrix as the network's type holds it, to be read by block. That throws NOT_FINITE for what it cannot hold. */
function asStored(matrix: Matrix, dtype: Dtype): Matrix {
  if (dtype === 'float64') return matrix
  const copyRows: Matrix['copyRows'] = (from, to, values, offset, stride) => {
    const stored = new Float32Array((to - from) * stride)
    matrix.copyRows(from, to, stored, 0, stride)
    values.set(stored, offset)
  }
  return { ...matrix, copyRows }
}

function rangeOfOutput({ layers }: ResolvedConfig): readonly [number, number] {
  return activationOf(layers[layers.length - 1].activation).range
}

/** The name of the scaling after which targets lie in a range of outputs */
function scalingInto([low]: readonly [number, number]): string {
  if (low === -Infinity) return 'standard'
  return low === 0 ? 'minMax' : 'maxAbs'
}

function findInInputs(side: Side, config: ResolvedConfig, targets: Matrix | undefined): Finding[] {
  const { given, givenColumns } = side
  const fingerprints = fingerprintsOf(given, givenColumns)
  return [
    ...findConstants(side, 'it carries nothing, and a fitted scaling makes it 0; leave it out'),
    ...findTwins(side, fingerprints),
    ...findSizes(side),
    ...findUncentered(side),
    ...(targets ? findContradictions(given, targets, fingerprints) : []),
    ...findFewRows(given.rows, config),
  ]
}

function findInTargets(side: Side, config: ResolvedConfig): Finding[] {
  const classRows = countClasses(side, config)
  if (classRows) return findInClasses(classRows, side)
  const constants = findConstants(side, 'there is nothing to learn from it')
  if (lossOf(config.loss).targets !== 'number') return constants
  const [low, high] = rangeOfOutput(config)
  const sizes = high === Infinity ? findSizes(side) : []
  return [...constants, ...(low === -Infinity ? [] : findOutOfRange(side, config)), ...sizes]
}

function findConstants({ path, given, givenColumns, seenColumns, dtype, advice }: Side, meaning: string): Finding[] {
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

function findTwins({ given, givenColumns }: Side, fingerprints: Fingerprints): Finding[] {
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
function findSizes(side: Side): Finding[] {
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

function findUncentered({ seenColumns }: Side): Finding[] {
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
function findOutOfRange({ given, seen, advice }: Side, config: ResolvedConfig): Finding[] {
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

/** Rows of every class, where targets are classes: distributions, or 0 and 1 for a single sigmoid output */
function countClasses({ given, givenColumns }: Side, config: ResolvedConfig): number[] | undefined {
  const { targets: kind } = lossOf(config.loss)
  if (kind === 'distribution') return givenColumns.map(({ mean }) => mean * given.rows)
  const { least, greatest, mean, filled } = givenColumns[0]
  const isBit = (value: number) => value === 0 || value === 1
  // What is neither 0 nor 1 makes the sum smaller than the values that are not 0 are many.
  const areBits = isBit(least) && isBit(greatest) && Math.abs(mean * given.rows - filled) < 0.5
  return kind === 'probability' && given.columns === 1 && areBits ? [given.rows - filled, filled] : undefined
}

function findInClasses(classRows: readonly number[], { given }: Side): Finding[] {
  const filled = [...classRows.keys()].filter((index) => classRows[index] > 0)
  const empty = [...classRows.keys()].filter((index) => !(classRows[index] > 0))
  const findings = few(
    empty.map((index): Finding => {
      const message = `targets: class ${index} has no rows: the network learns never to answer it`
      // Class numbers and a single output have one column for all classes.
      const isColumn = given.classes === undefined && given.columns > 1
      const place = { path: 'targets', ...(isColumn ? { column: index } : {}) }
      return { severity: 'warning', code: 'emptyClass', message, ...place }
    }),
  )
  const [least, ...others] = filled.sort((a, b) => classRows[a] - classRows[b])
  const most = others.length > 0 ? others[others.length - 1] : least
  if (classRows[most] < UNBALANCED * classRows[least]) return findings
  const message =
    `targets: class ${most} has ${rowsOf(classRows[most])}, class ${least} only ${short(classRows[least])}, and may be ` +
    "ignored. Try classWeights: 'balanced', and do not judge by accuracy alone"
  return [...findings, { severity: 'hint', code: 'unbalancedClasses', message, path: 'targets' }]
}

function findContradictions(inputs: Matrix, targets: Matrix, { ofRows }: Fingerprints): Finding[] {
  const found = findContradiction(inputs, targets, ofRows)
  if (!found) return []
  const { first, second, count } = found
  const others = count > 1 ? `, and so it is in ${rowsOf(count - 1)} more` : ''
  const message =
    `inputs: rows ${first} and ${second} are equal while their targets differ${others}: ` +
    'no network fits both, unless another column tells them apart'
  return [{ severity: 'hint', code: 'contradictingRows', message, path: 'inputs', row: second }]
}

function findFewRows(rows: number, { layers }: ResolvedConfig): Finding[] {
  const parameters = layers.reduce((sum, { inputs, units, hasBiases }) => sum + (inputs + Number(hasBiases)) * units, 0)
  if (rows >= parameters) return []
  const message =
    `inputs: ${rowsOf(rows)} for ${parameters} weights and biases: the network may learn the rows by heart. ` +
    'Judge it by rows that it was not trained on, or use fewer units or regularization'
  return [{ severity: 'hint', code: 'fewRows', message, path: 'inputs' }]
}

/** The first findings of one kind; the last of them says how many there are besides. */
function few(findings: Finding[]): Finding[] {
  const left = findings.length - MOST_OF_A_KIND
  if (left <= 0) return findings
  return findings.slice(0, MOST_OF_A_KIND).map((finding, index) => {
    const isLast = index === MOST_OF_A_KIND - 1
    return isLast ? { ...finding, message: `${finding.message}. There are ${left} more of this kind` } : finding
  })
}

/** A number as messages show it: four digits are enough, but of the largest ones all, which rounding would make Infinity. */
function short(value: number): string {
  const rounded = Number(value.toPrecision(4))
  return String(Number.isFinite(rounded) ? rounded : value)
}

function rowsOf(count: number): string {
  return `${short(count)} ${count === 1 ? 'row' : 'rows'}`
}
