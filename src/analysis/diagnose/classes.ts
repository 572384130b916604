// Findings about targets that are classes.

import type { ResolvedConfig } from '../../config/config.ts'
import { losses } from '../../tables/losses.ts'
import { type Finding, few, rowsOf, short } from './finding.ts'
import type { Side } from './side.ts'

const UNBALANCED = 10

/** Rows of every class, where targets are classes: distributions, or 0 and 1 for a single sigmoid output */
export function countClasses({ given, givenColumns }: Side, config: ResolvedConfig): number[] | undefined {
  const { targets: kind } = losses[config.loss.name]
  if (kind === 'distribution') return givenColumns.map(({ mean }) => mean * given.rows)
  const { least, greatest, mean, filled } = givenColumns[0]
  const isBit = (value: number) => value === 0 || value === 1
  // What is neither 0 nor 1 makes the sum smaller than the values that are not 0 are many.
  const areBits = isBit(least) && isBit(greatest) && Math.abs(mean * given.rows - filled) < 0.5
  return kind === 'probability' && given.columns === 1 && areBits ? [given.rows - filled, filled] : undefined
}

export function findInClasses(classRows: readonly number[], { given }: Side): Finding[] {
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
