// Scaling of columns, x' = (x − offset) / scale: applied while rows are copied, undone on predictions. All of it in float64,
// whatever the network's dtype. How it is fitted to columns: fit-scaling.ts; which one a network has for its rows: here.
import type { ResolvedConfig, ResolvedScaling } from '../config/config.ts'
import { unexpected, type WasmpropError } from '../errors.ts'
import type { Values } from '../numerics/values.ts'
import { BLOCK_VALUES, LIMITS, type Matrix } from './matrix.ts'
import { finish, type Steps } from './steps.ts'
import { smoothRows } from './targets.ts'
import type { Rows, TrainingSet } from './training-set.ts'

/** A scaling as JSON holds it: a number per column, x′ = (x − offset) / scale */
export interface ScalingJSON {
  offset: number[]
  scale: number[]
}

/** The scaling of every column of a matrix */
export class Scaling {
  readonly offset: Float64Array
  /** Never 0: a scale of 0 counts as 1, so that a constant column becomes 0. */
  readonly scale: Float64Array
  readonly isIdentity: boolean
  readonly #isNone: boolean

  /** `isNone`: matrices pass as they are, since their numbers were checked for the network's type already. */
  constructor(offset: ArrayLike<number>, scale: ArrayLike<number>, isNone = false) {
    this.#isNone = isNone
    this.offset = Float64Array.from(offset, (value) => value + 0) // −0 would not survive JSON
    this.scale = Float64Array.from(scale, (value) => (value === 0 ? 1 : value))
    this.isIdentity = this.offset.every((value) => value === 0) && this.scale.every((value) => value === 1)
  }

  /**
   * The matrix as it is copied with this scaling: itself if there is none. Copying throws NOT_FINITE for what is not
   * finite in the type that it is copied to.
   */
  apply(matrix: Matrix): Matrix {
    return this.#isNone ? matrix : scaledMatrix(matrix, this)
  }

  toJSON(): ScalingJSON {
    return { offset: Array.from(this.offset), scale: Array.from(this.scale) }
  }

  /** Scales back in place: y · scale + offset for rows without gaps. */
  undo(values: Values): void {
    if (this.isIdentity) return
    const { offset, scale } = this
    const columns = offset.length
    for (let start = 0; start < values.length; start += columns) {
      for (let column = 0; column < columns; column++) {
        values[start + column] = values[start + column] * scale[column] + offset[column]
      }
    }
  }
}

/** Whether a rule's scaling depends on rows */
export const isFitted = ({ name }: ResolvedScaling): boolean => name !== 'none' && name !== 'given'

/** The scaling of a rule that needs no fit; undefined for the others */
export function givenScaling(rule: ResolvedScaling, columns: number): Scaling | undefined {
  if (rule.name === 'none') return new Scaling(new Float64Array(columns), new Float64Array(columns), true)
  if (rule.name !== 'given') return undefined
  return new Scaling(rule.offset, rule.scale)
}

/** Per column of all rows so far. Never changed: what takes in more rows is another one. */
export interface RunningColumns {
  readonly count: number
  readonly mean: Float64Array
  /** Σ (x − mean)² */
  readonly squares: Float64Array
  readonly least: Float64Array
  readonly greatest: Float64Array
}

/** Of scalings that are fitted as rows come: of the rows so far */
export interface RunningRows {
  readonly inputs: RunningColumns | undefined
  readonly targets: RunningColumns | undefined
}

/** What fits scalings, as src/data/fits.ts has it: loaded where a configuration names a rule that is fitted */
export interface Fits {
  fitScalingInSteps(rule: ResolvedScaling, matrix: Matrix, name: 'inputs' | 'targets'): Steps<Scaling>
  takeIn(before: RunningColumns | undefined, matrix: Matrix): RunningColumns
  runningScaling(rule: ResolvedScaling, columns: RunningColumns, name: 'inputs' | 'targets'): Scaling
}

/** A matrix that is scaled while it is copied, a block at a time through float64 */
function scaledMatrix(matrix: Matrix, scaling: Scaling): Matrix {
  const { columns } = matrix
  const blockRows = Math.max(1, Math.floor(BLOCK_VALUES / columns))
  const copyRows: Matrix['copyRows'] = (first, end, values, start, stride) => {
    const block = new Float64Array(Math.min(end - first, blockRows) * columns)
    for (let from = first; from < end; from += blockRows) {
      const to = Math.min(end, from + blockRows)
      matrix.copyRows(from, to, block, 0, columns)
      copyScaled(matrix, scaling, block, from, to, values, start + (from - first) * stride, stride)
    }
  }
  return { ...matrix, copyRows, copyUnchecked: undefined }
}

/** `block` has rows `from` … `to` − 1 of the matrix without gaps. */
function copyScaled(
  matrix: Matrix,
  { offset, scale }: Scaling,
  block: Float64Array,
  from: number,
  to: number,
  values: Values,
  start: number,
  stride: number,
): void {
  const { columns } = matrix
  const limit = LIMITS[values.BYTES_PER_ELEMENT === 4 ? 'float32' : 'float64']
  for (let row = from, index = 0, at = start; row < to; row++, at += stride) {
    for (let column = 0; column < columns; column++, index++) {
      const scaled = (block[index] - offset[column]) / scale[column]
      if (!(Math.abs(scaled) < limit)) throw overflow(matrix, row, column, block[index], scaled)
      values[at + column] = scaled
    }
  }
}

function overflow(matrix: Matrix, row: number, column: number, value: number, scaled: number): WasmpropError {
  const what = `${Number.isFinite(scaled) ? "a number within float32's range" : 'a finite number'} after scaling`
  const place = { path: matrix.name, row, column }
  return unexpected('NOT_FINITE', matrix.place(row, column), what, `${scaled} from ${value}`, place)
}

export interface Scalings {
  readonly inputScaling: Scaling
  readonly targetScaling: Scaling
}

/** What of a network says which rows it takes */
export interface Configured {
  readonly config: ResolvedConfig
}

/** And how they are scaled, as far as that is fitted */
export interface Scaled extends Configured {
  readonly inputScaling: Scaling | undefined
  readonly targetScaling: Scaling | undefined
}

/** And what fits them: there unless no rule is fitted */
export interface Fitting {
  readonly fits: Fits | undefined
}

export function fittedScalings({ inputScaling, targetScaling }: Scaled, call: string): Scalings {
  if (inputScaling !== undefined && targetScaling !== undefined) return { inputScaling, targetScaling }
  const expected = 'the scaling to be fitted; call train or fitScaling(inputs, targets) first'
  throw unexpected('NOT_FITTED', call, expected, '', {})
}

/** Rows as the engine takes them, by the scalings that are there, or else by those fitted to the rows */
export function* fitAndScale(
  network: Scaled & Fitting,
  set: TrainingSet,
): Steps<{ scalings: Scalings; scaled: TrainingSet }> {
  const scalings = {
    inputScaling: network.inputScaling ?? (yield* fit(network, set, 'inputs')),
    targetScaling: network.targetScaling ?? (yield* fit(network, set, 'targets')),
  }
  return { scalings, scaled: scaleSet(network, set, scalings) }
}

/** Those fitted to these rows, whatever is there */
export function fitScalings(network: Configured & Fitting, rows: Rows): Scalings {
  const { inputs, targets } = network.config.scaling
  return {
    inputScaling: givenScaling(inputs, rows.inputs.columns) ?? finish(fit(network, rows, 'inputs')),
    targetScaling: givenScaling(targets, rows.targets.columns) ?? finish(fit(network, rows, 'targets')),
  }
}

/** By a rule that needs rows: there is none without what fits it */
function fit({ config, fits }: Configured & Fitting, rows: Rows, name: 'inputs' | 'targets'): Steps<Scaling> {
  return fits!.fitScalingInSteps(config.scaling[name], rows[name], name)
}

/** Scalings, and what they were made of where they are fitted as rows come */
export interface Running {
  readonly running: RunningRows | undefined
}

const noneRunning: RunningRows = { inputs: undefined, targets: undefined }

/** The scalings that are there; else, or where they are fitted as rows come, those with these rows taken in */
export function runningScalings(
  network: Scaled & Running & Fitting,
  rows: Rows,
  isMasked: boolean,
): Scalings & Running {
  const { inputScaling, targetScaling, running = noneRunning } = network
  if (inputScaling && targetScaling && !running.inputs && !running.targets) {
    return { inputScaling, targetScaling, running }
  }
  const { scaling } = network.config
  const move = (name: 'inputs' | 'targets', fitted: Scaling | undefined) => {
    if (fitted && (running[name] === undefined || (name === 'targets' && isMasked)))
      return { fitted, columns: running[name] }
    const columns = network.fits!.takeIn(running[name], rows[name])
    return { fitted: network.fits!.runningScaling(scaling[name], columns, name), columns }
  }
  const inputs = move('inputs', inputScaling)
  const targets = move('targets', targetScaling)
  return {
    inputScaling: inputs.fitted,
    targetScaling: targets.fitted,
    running: { inputs: inputs.columns, targets: targets.columns },
  }
}

/** Rows as the engine takes them: scaled, and labels smoothed */
export function scaleRows({ config }: Configured, { inputs, targets }: Rows, scalings: Scalings): Rows {
  const { labelSmoothing } = config.loss.options
  const scaled = scalings.targetScaling.apply(targets)
  return {
    inputs: scalings.inputScaling.apply(inputs),
    targets: labelSmoothing ? smoothRows(scaled, Number(labelSmoothing)) : scaled,
  }
}

export function scaleSet(network: Configured, set: TrainingSet, scalings: Scalings): TrainingSet {
  const { inputs, targets } = scaleRows(network, set, scalings)
  const { validation } = set
  return {
    ...set,
    inputs,
    targets,
    validation: validation && scaleRows(network, validation, scalings),
  }
}
