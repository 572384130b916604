// Changes of a configuration between two trainings: what the program says, and what frozen layers leave behind.
import { changedConfig } from '../config/changes.ts'
import type { ResolvedConfig } from '../config/config.ts'
import type { Layout } from '../memory/layout.ts'
import { writeChanges } from '../memory/write-program.ts'
import { newValues, type Values, valuesOf } from '../numerics/values.ts'
import { isConstant, newRateState } from '../tables/schedules.ts'
import { keepSession, type TrainingState } from './session.ts'

/** Checks all changes, then makes them. A call of `train` that was aborted goes on with them. */
export function reconfigure(state: TrainingState, changes: unknown): void {
  const before = state.config
  const config = changedConfig(before, changes)
  keepSession(state)
  config.layers.forEach(({ isTrainable }, index) => {
    if (isTrainable === before.layers[index].isTrainable) return
    if (isTrainable) thaw(state, index)
    else freeze(state, index)
  })
  writeChanges(state.engine, state.layout, config)
  state.config = config
  if (config.learningRate !== before.learningRate) Object.assign(state.rate, newRateState())
  // The history of a search is that of another objective, and of other weights.
  if (state.fullBatch && objectiveOf(config) !== objectiveOf(before)) {
    state.engine.program.optimizerValues.fill(0)
  }
  const { session } = state
  if (session) session.data = { ...session.data, hasRates: !isConstant(config.learningRate, state.rate) }
}

function objectiveOf({ regularization, optimizer, layers }: ResolvedConfig): string {
  const { l1, l2 } = regularization
  return JSON.stringify([l1, l2, optimizer.options.weightDecay, layers.map(({ isTrainable }) => isTrainable)])
}

// The optimizer passes over all parameters. Those of a frozen layer stay where they are because their gradients are 0, and
// their states: these are put aside until the layer is trained again.

function freeze(state: TrainingState, layer: number): void {
  const { layout, engine, config } = state
  const values = valuesOf(engine.buffer, config.dtype)
  forEachRow(layout, layer, layout.gradients - layout.parameters, (from, to) => values.fill(0, from, to))
  if (state.fullBatch) return
  const aside = readStates(values, layout, layer)
  forEachStateRow(layout, layer, (from, to) => values.fill(0, from, to))
  if (aside.some((value) => value !== 0)) state.frozenStates.set(layer, aside)
}

function thaw({ layout, engine, config, frozenStates }: TrainingState, layer: number): void {
  const aside = frozenStates.get(layer)
  frozenStates.delete(layer)
  if (aside === undefined) return
  const values = valuesOf(engine.buffer, config.dtype)
  let at = 0
  forEachStateRow(layout, layer, (from, to) => {
    values.set(aside.subarray(at, at + to - from), from)
    at += to - from
  })
}

function readStates(values: Values, layout: Layout, layer: number): Values {
  const aside = newValues(layout.bytesPerValue === 4 ? 'float32' : 'float64', frozenCount(layout, layer))
  let at = 0
  forEachStateRow(layout, layer, (from, to) => {
    aside.set(values.subarray(from, to), at)
    at += to - from
  })
  return aside
}

/** How many numbers the states of a layer are, without gaps */
export function frozenCount(layout: Layout, layer: number): number {
  let count = 0
  forEachStateRow(layout, layer, (from, to) => {
    count += to - from
  })
  return count
}

type Visit = (from: number, to: number) => void

function forEachStateRow(layout: Layout, layer: number, visit: Visit): void {
  const { parameterBytes, trainedBytes } = layout
  for (let block = parameterBytes; block < trainedBytes; block += parameterBytes)
    forEachRow(layout, layer, block, visit)
}

/** The rows of a layer's weights and its biases, `block` bytes behind the parameters, as indices into the memory */
function forEachRow({ layers, bytesPerValue }: Layout, layer: number, block: number, visit: Visit): void {
  const { inputs, units, stride, weights } = layers[layer]
  // The biases lie behind the weights as one more row.
  for (let row = 0; row <= inputs; row++) {
    const from = (weights + block + row * stride) / bytesPerValue
    visit(from, from + units)
  }
}
