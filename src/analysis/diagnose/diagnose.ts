// Looks at data before any training: what `train` would refuse, and what would make training slow, useless or misleading.

import type { NetworkConfig, ResolvedConfig } from '../../config/config.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { MatrixInput } from '../../data/forms.ts'
import { type Matrix, own } from '../../data/matrix.ts'
import { readInputs, readTargetRows } from '../../data/rows.ts'
import { publicCall, WasmpropError } from '../../errors.ts'
import { memoryFor } from '../../memory/estimate.ts'
import { layOut } from '../../memory/layout.ts'
import { noRows } from '../../memory/reserve.ts'
import { losses } from '../../tables/losses.ts'
import { countClasses, findInClasses } from './classes.ts'
import { findConstants, findOutOfRange, findSizes, findTwins, findUncentered } from './columns.ts'
import { type Finding, rowsOf } from './finding.ts'
import { lookAt, rangeOfOutput, type Side } from './side.ts'
import { type Fingerprints, findContradiction, fingerprintsOf } from './statistics.ts'

const severities: readonly Finding['severity'][] = ['error', 'warning', 'hint']

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
    memoryFor(resolved, layout, { ...noRows, rows: matrix.rows, isShuffled: true }) // refuses what 4 GiB cannot hold
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
  if (losses[config.loss.name].targets !== 'number') return constants
  const [low, high] = rangeOfOutput(config)
  const sizes = high === Infinity ? findSizes(side) : []
  return [...constants, ...(low === -Infinity ? [] : findOutOfRange(side, config)), ...sizes]
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
