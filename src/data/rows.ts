// Rows as users hand them in, checked for a network, and as its engine takes them.
import type { ResolvedConfig } from '../config/config.ts'
import { unexpected } from '../errors.ts'
import type { Dtype } from '../numerics/values.ts'
import { losses } from '../tables/losses.ts'
import { type Matrix, own } from './matrix.ts'
import { type Room, readMatrix } from './read-matrix.ts'
import { readTargets, takeTargets } from './read-targets.ts'
import { type Fits, givenScaling, type RunningRows, type Scaling } from './scaling.ts'
import { finish, type Steps } from './steps.ts'
import { smoothRows } from './targets.ts'
import type { Rows, TrainingSet } from './training-set.ts'

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

export function fittedScalings({ inputScaling, targetScaling }: Scaled, call: string): Scalings {
  if (inputScaling !== undefined && targetScaling !== undefined) return { inputScaling, targetScaling }
  const expected = 'the scaling to be fitted; call train or fitScaling(inputs, targets) first'
  throw unexpected('NOT_FITTED', call, expected, '', {})
}

/** The scalings that are there, or else those fitted to these rows */
export function* scalingsFor(network: Scaled & Fitting, rows: Rows): Steps<Scalings> {
  const { inputScaling, targetScaling } = network
  return {
    inputScaling: inputScaling ?? (yield* fit(network, rows, 'inputs')),
    targetScaling: targetScaling ?? (yield* fit(network, rows, 'targets')),
  }
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
