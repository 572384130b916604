// Rows as users hand them in, checked for a network, with weights of their own where they have some: one per row, or one per
// row and output, where 0 masks a target that may be missing.
import type { ResolvedConfig } from '../config/config.ts'
import { reading } from '../errors.ts'
import { isNumericArray, plainView } from '../numerics/typed.ts'
import type { Dtype } from '../numerics/values.ts'
import { refuse } from '../options/check.ts'
import { losses } from '../tables/losses.ts'
import { type Matrix, own } from './matrix.ts'
import { isFlatInput, isRow, type Room, readMatrix } from './read-matrix.ts'
import { readTargets, takeTargets } from './read-targets.ts'
import { type Configured, fittedScalings, type Scaled, type Scaling, scaleRows } from './scaling.ts'
import { finish } from './steps.ts'
import { type Rows, readSampleWeights } from './training-set.ts'

/** Checks inputs. `prefix` is what stands before `inputs` in messages. `inSteps`: the `preparation` of the matrix is run. */
export function readInputs(
  { config }: Configured,
  inputs: unknown,
  prefix = '',
  leastRows: 0 | 1 = 1,
  room?: Room,
  inSteps = false,
): Matrix {
  const dtype = rangeOf(config, 'inputs')
  return readMatrix(inputs, {
    name: `${prefix}inputs`,
    columns: config.inputs,
    rows: undefined,
    leastRows,
    dtype,
    inSteps: inSteps ? dtype : undefined,
    room,
  })
}

/** Checks targets for so many rows. */
export function readTargetRows({ config }: Configured, targets: unknown, rows: number, prefix = ''): Matrix {
  return readTargets(targets, config.outputs, rangeOf(config, 'targets'), kindOf(config), rows, `${prefix}targets`)
}

/** The same, but leaves it to their `preparation` whether they are what their loss needs */
export function takeTargetRows(
  { config }: Configured,
  targets: unknown,
  rows: number,
  prefix: string,
  inSteps: boolean,
): Matrix {
  const name = `${prefix}targets`
  return takeTargets(targets, config.outputs, rangeOf(config, 'targets'), kindOf(config), rows, name, inSteps)
}

const kindOf = ({ loss }: ResolvedConfig) => losses[loss.name].targets

export function readRows(network: Configured, inputs: unknown, targets: unknown, prefix = ''): Rows {
  const x = readInputs(network, inputs, prefix)
  return { inputs: x, targets: readTargetRows(network, targets, x.rows, prefix) }
}

/** The same, kept: for what goes on while the caller does, who may change typed arrays meanwhile */
export function readOwnRows(network: Configured, inputs: unknown, targets: unknown, prefix = ''): Rows {
  const rows = readRows(network, inputs, targets, prefix)
  return { inputs: own(rows.inputs), targets: own(rows.targets) }
}

/**
 * Reads and keeps rows for several networks: once for all that ask the same of them. `read`: `readRows` for rows that nobody
 * changes, which need no copy
 */
export function rowsReader(
  inputs: unknown,
  targets: unknown,
  prefix = '',
  read = readOwnRows,
): (network: Configured) => Rows {
  const known = new Map<string, Rows>()
  return (network) => {
    const { config } = network
    const kind = `${losses[config.loss.name].targets} ${config.outputs}`
    const key = `${rangeOf(config, 'inputs')} ${rangeOf(config, 'targets')} ${kind}`
    const rows = known.get(key) ?? read(network, inputs, targets, prefix)
    known.set(key, rows)
    return rows
  }
}

/** The type whose range raw data must keep to: what is scaled is checked again when it is. */
function rangeOf({ scaling, dtype }: ResolvedConfig, name: 'inputs' | 'targets'): Dtype {
  return scaling[name].name === 'none' ? dtype : 'float64'
}

/** Checked rows as the engine takes them. Throws NOT_FITTED where the scaling is not, naming the `call`. */
export function readScaledRows(network: Scaled, call: string, inputs: unknown, targets: unknown, prefix = ''): Rows {
  return scaleRows(network, readRows(network, inputs, targets, prefix), fittedScalings(network, call))
}

export interface WeightedRows {
  readonly rows: Rows
  /** rows, or rows × outputs */
  readonly weights: Float64Array | undefined
  /** Whether targets are missing */
  readonly isMasked: boolean
}

type Network = Configured & { readonly targetScaling: Scaling | undefined }

/** Reads rows and their weights, of which there may be none. `prefix` is what stands before the names in messages. */
export function readWeightedRows(
  network: Network,
  inputs: unknown,
  targets: unknown,
  sampleWeights: unknown,
  prefix = '',
): WeightedRows {
  const weighted = takeWeightedRows(network, inputs, targets, sampleWeights, prefix)
  const { preparation } = weighted.rows.targets
  if (preparation) finish(preparation)
  return weighted
}

/** The same, but the `preparation` of inputs and targets is still to be run. `inSteps`: many nested rows are taken in it. */
export function takeWeightedRows(
  network: Network,
  inputs: unknown,
  targets: unknown,
  sampleWeights: unknown,
  prefix = '',
  kind: 'trained' | 'validation' = 'trained',
  inSteps = false,
): WeightedRows {
  const { outputs, loss } = network.config
  const x = readInputs(network, inputs, prefix, 1, undefined, inSteps)
  if (sampleWeights === undefined) {
    const taken = takeTargetRows(network, targets, x.rows, prefix, inSteps)
    return { rows: { inputs: x, targets: taken }, weights: undefined, isMasked: false }
  }
  const path = `${prefix}sampleWeights`
  const weights = readSampleWeights(sampleWeights, x.rows, { path, kind, outputs })
  if (weights.length > x.rows && losses[loss.name].targets === 'distribution') {
    refuse(path, `one weight per row with ${loss.name}, whose outputs are one distribution`, sampleWeights)
  }
  const mask = weights.length === x.rows * outputs ? new Mask(weights, outputs) : undefined
  const given = mask
    ? reading('INVALID_DATA', `${prefix}targets`, 'targets that can be read', () => mask.apply(targets))
    : targets
  const isMasked = mask?.hasMissing ?? false
  if (isMasked && network.targetScaling === undefined) {
    refuse(`${prefix}targets`, 'all targets where their scaling is to be fitted; call fitScaling first', Number.NaN)
  }
  const taken = takeTargetRows(network, given, x.rows, prefix, inSteps)
  return { rows: { inputs: x, targets: taken }, weights, isMasked }
}

/** Copies targets with 0 for those that are NaN and weigh 0. What is no matrix is left to the checks that follow. */
class Mask {
  readonly #weights: Float64Array
  readonly #outputs: number
  hasMissing = false

  constructor(weights: Float64Array, outputs: number) {
    this.#weights = weights
    this.#outputs = outputs
  }

  apply(targets: unknown): unknown {
    if (isNumericArray(targets)) return Float64Array.from(plainView(targets), (value, index) => this.#at(value, index))
    if (Array.isArray(targets)) {
      return Array.from(targets, (row: unknown, index) => (isRow(row) ? this.#row(row, index) : this.#at(row, index)))
    }
    if (!isFlatInput(targets)) return targets
    const { data, rows, columns }: { [K in keyof typeof targets]: unknown } = targets
    return { data: Array.isArray(data) || isNumericArray(data) ? this.apply(data) : data, rows, columns }
  }

  #row(row: ArrayLike<number>, index: number): unknown[] {
    return Array.from(row, (value, column) => this.#at(value, index * this.#outputs + column))
  }

  #at<T>(value: T, index: number): T | number {
    if (!Number.isNaN(value) || this.#weights[index] !== 0) return value
    this.hasMissing = true
    return 0
  }
}
