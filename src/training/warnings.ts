// What is doubtful about a training that has ended, as far as it is seen at little cost: from its losses, and from the first
// rows as they lie in memory.

import { valuesOf } from '../numerics/values.ts'
import type { NetworkState } from '../prediction/state.ts'
import { activations } from '../tables/activations.ts'
import { losses } from '../tables/losses.ts'
import type { StopReason } from './options.ts'

const LOOKED_AT = 1000 // rows
/** Root mean square of a column beyond which units saturate or steps overshoot, as in `diagnose` */
const LARGE = 10
/** Training that has hardly begun: fewer steps over the network's life, and more than this share of the first loss left */
const FEW_STEPS = 1000
const MUCH_LEFT = 0.5
/** Losses by that much above what targets of their size account for */
const EXPLODED = 1e6

interface Columns {
  readonly least: Float64Array
  readonly greatest: Float64Array
  readonly size: Float64Array
}

/** Where the rows that were trained on lie */
export interface TrainedRows {
  readonly rows: number
  /** Addresses */
  readonly inputs: number
  readonly targets: number
}

/** What rows and losses tell */
export interface Doubts {
  /** Whether losses have become so large that training only seems to go on */
  readonly hasExploded: boolean
  /** In words */
  readonly warnings: readonly string[]
}

/** `stepsDone`: over the network's life; `loss`: of every epoch. A stream has no rows to look at. */
export function doubtsOf(
  state: NetworkState,
  rows: TrainedRows | undefined,
  reason: StopReason,
  stepsDone: number,
  loss: Float64Array,
): Doubts {
  const targets = rows && targetColumns(state, rows)
  const all = [
    rows && sizeWarning(state, rows),
    targets && rangeWarning(state.config, targets),
    reason === 'epochs' ? shortWarning(stepsDone, loss) : undefined,
  ]
  return {
    hasExploded: rows !== undefined && targets !== undefined && isTooLarge(loss, rows, targets),
    warnings: all.filter((words) => words !== undefined),
  }
}

function isTooLarge(loss: Float64Array, { rows }: TrainedRows, { size }: Columns): boolean {
  const largest = size.reduce((most, value) => Math.max(most, value * value), 1)
  return loss[loss.length - 1] > EXPLODED * rows * size.length * largest
}

function shortWarning(steps: number, loss: Float64Array): string | undefined {
  const { length } = loss
  const first = loss[0]
  const last = loss[length - 1]
  if (length < 2 || steps >= FEW_STEPS || !(last < first && last > MUCH_LEFT * first)) return undefined
  const course = `after ${steps} steps, while the loss was still falling (${short(first)} to ${short(last)})`
  return `training ended ${course}; take more epochs, a larger learningRate or a smaller batchSize`
}

function sizeWarning(state: NetworkState, { rows, inputs }: TrainedRows): string | undefined {
  const { config, layout } = state
  if (config.scaling.inputs.name !== 'none') return undefined
  const { size } = measure(state, inputs, rows, config.inputs, layout.inputStride)
  const column = size.reduce((most, value, index) => (value > size[most] ? index : most), 0)
  if (!(size[column] > LARGE)) return undefined
  return `inputs: column ${column} is about ${short(size[column])}; try scaling: { inputs: 'standard' }`
}

function rangeWarning({ layers }: NetworkState['config'], { least, greatest }: Columns): string | undefined {
  const { activation } = layers[layers.length - 1]
  const [low, high] = activations[activation.name].range
  const column = least.findIndex((value, index) => value < low || greatest[index] > high)
  if (column < 0) return undefined
  const value = least[column] < low ? least[column] : greatest[column]
  const advice = `scale the targets (scaling: { targets: '${low === 0 ? 'minMax' : 'maxAbs'}' }) or use a linear output`
  return `targets: column ${column} has ${short(value)}, which ${activation.name} outputs never reach; ${advice}`
}

/** Undefined for targets that are no quantities */
function targetColumns(state: NetworkState, { rows, targets }: TrainedRows): Columns | undefined {
  const { config, layout } = state
  if (losses[config.loss.name].targets !== 'number') return undefined
  return measure(state, targets, rows, config.outputs, layout.targetStride)
}

function measure(
  { config, engine, layout }: NetworkState,
  address: number,
  rows: number,
  columns: number,
  stride: number,
): Columns {
  const values = valuesOf(engine.buffer, config.dtype)
  const least = new Float64Array(columns).fill(Infinity)
  const greatest = new Float64Array(columns).fill(-Infinity)
  const size = new Float64Array(columns)
  const count = Math.min(rows, LOOKED_AT)
  for (let row = 0; row < count; row++) {
    const at = (address + row * stride) / layout.bytesPerValue
    for (let column = 0; column < columns; column++) {
      const value = values[at + column]
      least[column] = Math.min(least[column], value)
      greatest[column] = Math.max(greatest[column], value)
      size[column] += (value * value) / count
    }
  }
  return { least, greatest, size: size.map(Math.sqrt) }
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)))
}
