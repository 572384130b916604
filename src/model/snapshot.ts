// A network in the midst of its training as bytes: weights, optimizer states, counters, rates, scaling, and how its call of
// `train` stands. What is restored from them goes on as if it had never stopped, bit for bit, in either engine.
import type { RunningColumns } from '../data/scaling.ts'
import { packedCount, packParameters } from '../memory/parameters.ts'
import { type Blocks, newValues, type Values, valuesOf } from '../numerics/values.ts'
import { choicesOf } from '../prediction/metrics.ts'
import type { NetworkState } from '../prediction/state.ts'
import type { TrainingSession, TrainingState } from '../training/session.ts'
import { keepData, type SessionData } from '../training/session-data.ts'
import { pack } from './format.ts'
import { configToJSON } from './json.ts'
import { readProgress } from './progress.ts'

export const SNAPSHOT_VERSION = 1

/** All that `restoreNetwork` needs of a network */
export function writeSnapshot(state: TrainingState): Uint8Array {
  const { header, blocks } = takeParts(state)
  return pack(SNAPSHOT_VERSION, header, blocks)
}

/** A snapshot before it becomes bytes: what threads hand each other. No number is shared with the network. */
export interface SnapshotParts {
  readonly header: object
  readonly blocks: Blocks
}

export function takeParts(state: TrainingState): SnapshotParts {
  const { config, inputScaling, targetScaling, session } = state
  const header = {
    config: configToJSON(config),
    hasRateFunction: config.learningRate.name === 'function',
    scaling: { inputs: inputScaling?.toJSON() ?? null, targets: targetScaling?.toJSON() ?? null },
    ...(state.frozenStates.size > 0 ? { frozen: frozenLayers(state) } : {}),
    ...(session ? { course: describeSession(state, session) } : {}),
  }
  const blocks = {
    progress: readCounters(state),
    parameters: readTrained(state),
    ...(state.frozenStates.size > 0 ? { frozenStates: joinFrozen(state) } : {}),
    ...runningBlocks(state),
    ...(session ? readSessionBlocks(state, session) : {}),
  }
  return { header, blocks }
}

/** Of scalings that are fitted as rows come */
function runningBlocks({ running }: TrainingState): Blocks {
  const inputs = running?.inputs
  const targets = running?.targets
  return {
    ...(inputs ? { runningInputs: joinRunning(inputs) } : {}),
    ...(targets ? { runningTargets: joinRunning(targets) } : {}),
  }
}

function joinRunning({ count, mean, squares, least, greatest }: RunningColumns): Float64Array {
  return Float64Array.of(count, ...[mean, squares, least, greatest].flatMap((list) => Array.from(list)))
}

const frozenLayers = ({ frozenStates }: TrainingState) => [...frozenStates.keys()].sort((a, b) => a - b)

/** What is put aside of frozen layers, one after another */
function joinFrozen(state: TrainingState): Values {
  const parts = frozenLayers(state).map((layer) => state.frozenStates.get(layer) as Values)
  const joined = newValues(
    state.config.dtype,
    parts.reduce((sum, { length }) => sum + length, 0),
  )
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** The progress, and behind it what the rate remembers; NaN: no rate was set */
function readCounters({ engine, rate }: NetworkState): Float64Array {
  return Float64Array.of(...readProgress(engine.program), rate.rate ?? Number.NaN, rate.best, rate.epochsWithoutGain)
}

/** Parameters and optimizer states without gaps, one block after another */
function readTrained({ engine, config, layout }: NetworkState): Values {
  const count = packedCount(config)
  const blocks = layout.trainedBytes / layout.parameterBytes
  const trained = newValues(config.dtype, count * blocks)
  const values = valuesOf(engine.buffer, config.dtype)
  for (let block = 0; block < blocks; block++) {
    trained.set(packParameters(values, layout, block * layout.parameterBytes), block * count)
  }
  return trained
}

function describeSession(state: NetworkState, session: TrainingSession<SessionData>) {
  const { options, data, firstStep, awaitsEpochEnd, hasConverged } = session
  const { fingerprint } = keepData(state, session)
  const { metrics, ...others } = options
  const choices = metrics ? { metrics: choicesOf(metrics) } : {}
  return {
    options: { ...others, ...choices },
    data,
    firstStep,
    awaitsEpochEnd,
    ...(hasConverged ? { hasConverged } : {}),
    fingerprint,
  }
}

function readSessionBlocks(state: NetworkState, session: TrainingSession<SessionData>): Blocks {
  const { losses, validationLosses, validationWeights, best, lastWeights, timeline } = session
  return {
    losses: losses.toArray(),
    validationLosses: validationLosses.toArray(),
    best: Float64Array.of(best.loss, best.epoch, best.epochsWithoutGain),
    ...(session.options.metrics ? readMetricBlocks(session) : {}),
    ...(best.weights ? { bestWeights: best.weights.slice() } : {}),
    ...(validationWeights ? { validationWeights: validationWeights.slice() } : {}),
    ...(lastWeights ? { lastWeights: lastWeights.slice() } : {}),
    ...(timeline ? { timelineEpochs: Float64Array.from(timeline.epochs), timeline: timeline.join() } : {}),
    ...copiesOf(keepData(state, session).ownRows),
  }
}

const copiesOf = (blocks: Blocks): Blocks =>
  Object.fromEntries(Object.entries(blocks).map(([name, values]) => [name, values.slice()]))

/** One metric after another; and their targets where these are not among the rows that `resume` is given */
function readMetricBlocks({ metricValues, metricTargets, data }: TrainingSession<SessionData>): Blocks {
  const metrics = Float64Array.from(metricValues.flatMap((values) => Array.from(values.toArray())))
  if (metricTargets === undefined || data.validationRows === 0 || data.split) return { metrics }
  const { classes, rows, columns } = metricTargets
  if (classes) return { metrics, metricTargets: Float64Array.from(classes) }
  const targets = new Float64Array(rows * columns)
  metricTargets.copyRows(0, rows, targets, 0, columns)
  return { metrics, metricTargets: targets }
}
