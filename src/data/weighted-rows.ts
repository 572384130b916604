// Rows with weights of their own: one per row, or one per row and output, where 0 masks a target that may be missing.
import { reading } from '../errors.ts'
import { isNumericArray, plainView } from '../numerics/typed.ts'
import { refuse } from '../options/check.ts'
import { losses } from '../tables/losses.ts'
import { isFlatInput, isRow } from './read-matrix.ts'
import { type Configured, readInputs, takeTargetRows } from './rows.ts'
import type { Scaling } from './scaling.ts'
import { finish } from './steps.ts'
import { type Rows, readSampleWeights } from './training-set.ts'

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
