// One forward and backward pass of one row with every number that occurs, in the tutorial's notation: net h1, out h1,
// ∂E/∂out, ∂out/∂net, ∂net/∂w and the weight after the step. The numbers are the engine's own.
import { ABSOLUTE_ERROR, DIFFERENTIATES, HUBER, QUANTILE, SQUARED_ERROR } from '../../../assembly/ids.ts'
import type { ResolvedConfig } from '../../config/config.ts'
import type { MatrixInput } from '../../data/forms.ts'
import { readScaledRows } from '../../data/rows.ts'
import type { Rows } from '../../data/training-set.ts'
import { publicCall, unexpected } from '../../errors.ts'
import { gradientsOf, type LayerWeights, readLayers } from '../../memory/parameters.ts'
import { Network } from '../../network/network.ts'
import { valuesOf } from '../../numerics/values.ts'
import { evaluateRows } from '../../prediction/blocks.ts'
import type { NetworkState } from '../../prediction/state.ts'
import { activations } from '../../tables/activations.ts'
import { losses } from '../../tables/losses.ts'
import { nextRate, notFinite, stepOnRows } from '../../training/step.ts'
import type { ExplainedLayer, ExplainedNeuron, ExplainedPath, ExplainedWeight, Explanation } from './explanation.ts'
import { explanationToMathML, explanationToText } from './text.ts'

/**
 * Explains one forward and backward pass and the step that would follow. Weights are numbered layer by layer, by target
 * neuron, then source. Changes nothing. Softmax has no single ∂out/∂net; ∂E/∂net is given there. Throws INVALID_SHAPE for more
 * than one row, and NOT_FINITE where a number of the pass overflows.
 *
 * @example
 * ```js
 * import { createNetwork, explain } from 'wasmprop'
 *
 * const network = await createNetwork({
 *   inputs: 2,
 *   layers: [
 *     { units: 2, activation: 'sigmoid', weightInit: [[0.15, 0.25], [0.2, 0.3]], biasInit: [0.35, 0.35] },
 *     { units: 2, activation: 'sigmoid', weightInit: [[0.4, 0.5], [0.45, 0.55]], biasInit: [0.6, 0.6] },
 *   ],
 *   loss: 'halfSquaredError',
 *   optimizer: { name: 'sgd', learningRate: 0.5 },
 *   dtype: 'float64',
 * })
 * const { layers, totalError } = explain(network, [0.05, 0.1], [0.01, 0.99])
 * const w5 = layers[1].neurons[0].weights[0]
 * console.log(totalError.toFixed(9), w5.name, w5.errorByWeight.toFixed(9), w5.updated.toFixed(8))
 * ```
 *
 * ```text
 * 0.298371109 w5 0.082167041 0.35891648
 * ```
 */
export function explain(network: Network, input: MatrixInput, target: MatrixInput): Explanation {
  return publicCall('explain', explain, () => explainPass(network, input, target))
}

function explainPass(network: Network, input: MatrixInput, target: MatrixInput): Explanation {
  const state = Network.stateOf(network)
  const rows = readScaledRows(state, 'explain', input, target)
  if (rows.inputs.rows !== 1) {
    throw unexpected('INVALID_SHAPE', 'input', 'one row', `${rows.inputs.rows}`)
  }
  const updated = weightsAfterStep(network, rows)
  const totalError = evaluateRows(state, rows, DIFFERENTIATES)
  const inputs = firstRow(state, state.layout.inputBlock, state.config.inputs)
  const targets = firstRow(state, state.layout.targetBlock, rows.targets.columns)
  const { loss, optimizer } = state.config
  const explanation = {
    inputs: inputs.map((value, index) => ({ name: `i${index + 1}`, value })),
    layers: explainLayers({ state, inputs, targets, updated, totalError, passes: readPasses(state, inputs) }),
    loss: loss.name,
    totalError,
    optimizer: optimizer.name,
    learningRate: nextRate(state),
    isPlainStep: isPlain(state.config),
  }
  refuseInfinite(explanation, '')
  const toText: Explanation['toText'] = (options) =>
    publicCall('toText', toText, () => explanationToText(explanation, options))
  const toMathML: Explanation['toMathML'] = (options) =>
    publicCall('toMathML', toMathML, () => explanationToMathML(explanation, options))
  return { ...explanation, toText, toMathML }
}

/** A net may overflow where its output does not: sigmoid makes 1 of it. */
function refuseInfinite(part: object, path: string): void {
  const isList = Array.isArray(part)
  for (const [key, value] of Object.entries(part)) {
    const own = isList ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`
    if (typeof value === 'object') refuseInfinite(value, own)
    else if (typeof value === 'number' && !Number.isFinite(value)) {
      const got = `${value} as ${own}; inputs or weights are too large for the network's type`
      throw unexpected('NOT_FINITE', 'explain', 'finite numbers', got, {})
    }
  }
}

/** What the next step would lead to, if it dropped nothing */
function weightsAfterStep(network: Network, rows: Rows): LayerWeights[] {
  const copy = network.clone()
  try {
    const state = Network.stateOf(copy)
    const outcome = stepOnRows(state, rows, undefined, DIFFERENTIATES)
    if (outcome.failure !== undefined) throw notFinite(state, outcome, rows)
    return copy.getWeights()
  } finally {
    copy.dispose()
  }
}

function isPlain({ optimizer, regularization, clipNorm, clipValue }: ResolvedConfig): boolean {
  const { momentum, weightDecay } = optimizer.options
  const extras = [momentum, weightDecay, regularization.l1, regularization.l2, clipNorm, clipValue]
  return optimizer.name === 'sgd' && extras.every((extra) => extra === 0)
}

/** One layer, row 0 of every block */
interface Pass {
  readonly weights: number[][]
  readonly biases: number[]
  readonly gradients: LayerWeights
  readonly nets: number[]
  readonly outputs: number[]
  /** ∂E/∂net */
  readonly deltas: number[]
}

/** What the functions below read */
interface Work {
  readonly state: NetworkState
  readonly inputs: number[]
  readonly targets: number[]
  readonly updated: LayerWeights[]
  readonly totalError: number
  readonly passes: Pass[]
}

function explainLayers(work: Work): ExplainedLayer[] {
  const { config } = work.state
  const name = namesOf(config)
  return config.layers.map((layer, index) => {
    const neurons = Array.from({ length: layer.units }, (_, unit) => explainNeuron(work, name, index, unit))
    return { activation: layer.activation.name, neurons }
  })
}

function explainNeuron(work: Work, name: Names, layer: number, unit: number): ExplainedNeuron {
  const { state, targets, passes } = work
  const { nets, outputs, deltas } = passes[layer]
  const isOutput = layer === passes.length - 1
  const paths = isOutput ? undefined : pathsOf(work, name, layer, unit)
  return {
    name: name.neuron(layer, unit),
    net: nets[unit],
    output: outputs[unit],
    ...derivativesOf(work, layer, unit, paths),
    errorByNet: deltas[unit],
    target: isOutput ? targets[unit] : undefined,
    error: isOutput ? errorOf(work, unit) : undefined,
    paths,
    weights: weightsOf(work, name, layer, unit),
    ...(state.config.layers[layer].hasBiases ? { bias: biasOf(work, name, layer, unit) } : {}),
  }
}

function pathsOf({ state, passes }: Work, name: Names, layer: number, unit: number): ExplainedPath[] {
  const { weights, deltas } = passes[layer + 1]
  const round = roundingOf(state)
  return deltas.map((errorByNet, above) => ({
    through: name.neuron(layer + 1, above),
    weight: name.weight(layer + 1, unit, above),
    weightValue: weights[unit][above],
    errorByNet,
    contribution: round(errorByNet * weights[unit][above]),
  }))
}

function weightsOf(
  { state, inputs, updated, passes }: Work,
  name: Names,
  layer: number,
  unit: number,
): ExplainedWeight[] {
  const { weights, gradients } = passes[layer]
  const sources = layer === 0 ? inputs : passes[layer - 1].outputs
  return sources.map((netByWeight, source) => ({
    name: name.weight(layer, source, unit),
    from: layer === 0 ? `i${source + 1}` : name.neuron(layer - 1, source),
    to: name.neuron(layer, unit),
    value: weights[source][unit],
    netByWeight,
    errorByWeight: gradients.weights[source][unit],
    updated: updated[layer].weights[source][unit],
    isFrozen: state.config.layers[layer].isTrainable ? undefined : true,
  }))
}

function biasOf({ state, updated, passes }: Work, name: Names, layer: number, unit: number): ExplainedWeight {
  const { isTrainable, trainsBiases } = state.config.layers[layer]
  return {
    name: name.bias(layer, unit),
    from: '1',
    to: name.neuron(layer, unit),
    value: passes[layer].biases[unit],
    netByWeight: 1,
    errorByWeight: passes[layer].gradients.biases[unit],
    updated: updated[layer].biases[unit],
    isFrozen: isTrainable && trainsBiases ? undefined : true,
  }
}

/** The textbook's names by place */
interface Names {
  neuron(layer: number, unit: number): string
  weight(layer: number, source: number, unit: number): string
  bias(layer: number, unit: number): string
}

function namesOf({ layers }: ResolvedConfig): Names {
  const weightsBelow: number[] = []
  const biasesBelow: number[] = []
  let weights = 0
  let biases = 0
  for (const { inputs, units } of layers) {
    weightsBelow.push(weights)
    biasesBelow.push(biases)
    weights += inputs * units
    biases += units
  }
  return {
    neuron(layer, unit) {
      if (layer === layers.length - 1) return `o${unit + 1}`
      return layers.length === 2 ? `h${unit + 1}` : `h${layer + 1}.${unit + 1}`
    },
    weight: (layer, source, unit) => `w${weightsBelow[layer] + unit * layers[layer].inputs + source + 1}`,
    bias: (layer, unit) => `b${biasesBelow[layer] + unit + 1}`,
  }
}

function readPasses(state: NetworkState, inputs: number[]): Pass[] {
  const values = valuesOf(state.engine.buffer, state.config.dtype)
  const parameters = readLayers(values, state.layout)
  const gradients = readLayers(values, state.layout, gradientsOf)
  let below = inputs
  return state.layout.layers.map((layer, index) => {
    const { weights, biases } = parameters[index]
    const nets = netsOf(state, below, weights, biases)
    const outputs = firstRow(state, layer.outputs, layer.units)
    below = outputs
    const deltas = firstRow(state, layer.deltas, layer.units)
    return { weights, biases, gradients: gradients[index], nets, outputs, deltas }
  })
}

/** Row 0 of a block in memory */
function firstRow({ engine, config, layout }: NetworkState, address: number, columns: number): number[] {
  const index = address / layout.bytesPerValue
  return Array.from(valuesOf(engine.buffer, config.dtype).subarray(index, index + columns))
}

function roundingOf({ config }: NetworkState): (value: number) => number {
  return config.dtype === 'float32' ? Math.fround : (value) => value
}

/** b + Σ x · w in the engines' order and rounding; they keep no nets where a layer's outputs suffice. */
function netsOf(state: NetworkState, x: number[], weights: number[][], biases: number[]): number[] {
  const round = roundingOf(state)
  return biases.map((bias, unit) => x.reduce((sum, value, i) => round(sum + round(value * weights[i][unit])), bias))
}

/** ∂E/∂out and ∂out/∂net of one neuron, as far as they are finite numbers of this neuron alone */
function derivativesOf(
  work: Work,
  layer: number,
  unit: number,
  paths: ExplainedPath[] | undefined,
): Pick<ExplainedNeuron, 'errorByOutput' | 'outputByNet'> {
  const { state, passes } = work
  const round = roundingOf(state)
  const { activation } = state.config.layers[layer]
  const errorByNet = passes[layer].deltas[unit]
  const exact = activations[activation.name].derivativeAt?.(passes[layer].outputs[unit], round)
  const errorByOutput = paths
    ? paths.reduce((sum, { contribution }) => round(sum + contribution), 0)
    : (errorByOutputOf(work, unit) ?? errorByNet / (exact ?? 0))
  // What the table has no derivative for, the engine's own ∂E/∂net tells.
  const slope = exact ?? (activation.name === 'softmax' ? Number.NaN : errorByNet / errorByOutput)
  return {
    errorByOutput: Number.isFinite(errorByOutput) ? errorByOutput : undefined,
    outputByNet: Number.isFinite(slope) ? round(slope) : undefined,
  }
}

/** ∂E/∂out of an output neuron as the loss gives it; the cross-entropies give ∂E/∂net instead. */
function errorByOutputOf({ state, targets, passes }: Work, unit: number): number | undefined {
  const round = roundingOf(state)
  const { loss } = state.config
  const { id, gradientFactor, parameter = '' } = losses[loss.name]
  const difference = round(passes[passes.length - 1].outputs[unit] - targets[unit])
  const factor = round(gradientFactor(targets.length, loss.options))
  if (id === SQUARED_ERROR) return round(difference * factor)
  if (id === ABSOLUTE_ERROR) return round(Math.sign(difference) * factor)
  const limit = round(Number(loss.options[parameter]))
  if (id === QUANTILE)
    return difference > 0 ? round(round(1 - limit) * factor) : difference < 0 ? -round(limit * factor) : 0
  if (id !== HUBER) return undefined
  return round(Math.max(-limit, Math.min(limit, difference)) * factor)
}

/** An output neuron's part of the loss of the row */
function errorOf({ state, targets, totalError, passes }: Work, unit: number): number {
  const { config, engine, layout } = state
  if (config.loss.name === 'categoricalCrossEntropy') {
    // With total = Σ target · (s − net), s = ln Σ e^net: exact where 1 − out is lost to rounding
    const { nets } = passes[passes.length - 1]
    if (targets[unit] === 0 || targets[unit] === 1) return targets[unit] * totalError
    const share = targets.reduce((sum, target) => sum + target, 0)
    const s = (totalError + targets.reduce((sum, target, i) => sum + target * nets[i], 0)) / share
    return targets[unit] * (s - nets[unit])
  }
  const terms = new Float64Array(engine.buffer, layout.lossColumns, targets.length)
  return terms[unit] * losses[config.loss.name].lossFactor(targets.length, config.loss.options)
}
