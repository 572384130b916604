// What `diagnose` says, and how it says it of many.

import type { ErrorCode } from '../../errors.ts'

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

/** Findings of one kind, before the others are only counted */
const MOST_OF_A_KIND = 10

/** The first findings of one kind; the last of them says how many there are besides. */
export function few(findings: Finding[]): Finding[] {
  const left = findings.length - MOST_OF_A_KIND
  if (left <= 0) return findings
  return findings.slice(0, MOST_OF_A_KIND).map((finding, index) => {
    const isLast = index === MOST_OF_A_KIND - 1
    return isLast ? { ...finding, message: `${finding.message}. There are ${left} more of this kind` } : finding
  })
}

/** A number as messages show it: four digits are enough, but of the largest ones all, which rounding would make Infinity. */
export function short(value: number): string {
  const rounded = Number(value.toPrecision(4))
  return String(Number.isFinite(rounded) ? rounded : value)
}

export function rowsOf(count: number): string {
  return `${short(count)} ${count === 1 ? 'row' : 'rows'}`
}
