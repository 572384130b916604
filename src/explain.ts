// One forward and backward pass of one row with every number that occurs, in the tutorial's notation: net h1, out h1,
// ∂E/∂out, ∂out/∂net, ∂net/∂w and the weight after the step. The numbers are the engine's own.
import { type ActivationName, activationOf } from './activations.ts'
import { WasmpropError } from './errors.ts'
import { explanationToMathML, explanationToText, type TextOptions } from './explain-text.ts'
import { log } from './logarithms.ts'
import type { MatrixInput } from './matrix.ts'
import { Network } from './network.ts'
import { gradientsOf, type LayerWeights, readLayers, valuesOf } from './parameters.ts'
import { evaluateRows } from './passes.ts'
import type { NetworkState } from './state.ts'

/** One way on which a hidden neuron's output reaches the error */
export interface ExplainedPath {
  /** The neuron above: `o1` */
  readonly through: string
  /** The weight between them: `w5` */
  readonly weight: string
  readonly weightValue: number
  /** ∂E/∂net of the neuron above */
  readonly errorByNet: number
  /** Their product, one term of ∂E/∂out */
  readonly contribution: number
}

/** A weight or a bias, with the chain rule's factors */
export interface ExplainedWeight {
  /** `w5`, or `b3` for a bias */
  readonly name: string
  /** Where it comes from (`h1`, `i2`; `1` for a bias) and the neuron it leads to */
  readonly from: string
  readonly to: string
  readonly value: number
  /** ∂net/∂w: the output of `from`, 1 for a bias */
  readonly netByWeight: number
  /** ∂E/∂w = ∂E/∂out · ∂out/∂net · ∂net/∂w */
  readonly errorByWeight: number
  /** After one step of the network's optimizer on this row */
  readonly updated: number
}

/** A hidden or output neuron */
export interface ExplainedNeuron {
  /** `h1`, `h2.1` in the second of several hidden layers, `o1` */
  readonly name: string
  readonly net: number
  readonly output: number
  /** ∂E/∂out; not given where softmax joins the outputs of a layer */
  readonly errorByOutput?: number
  /** ∂out/∂net; not given where softmax joins the outputs of a layer */
  readonly outputByNet?: number
  /** ∂E/∂net */
  readonly errorByNet: number
  /** Output neurons: the target and the neuron's part of the error */
  readonly target?: number
  readonly error?: number
  /** Hidden neurons: the terms of ∂E/∂out */
  readonly paths?: readonly ExplainedPath[]
  readonly weights: readonly ExplainedWeight[]
  readonly bias?: ExplainedWeight
}

export interface ExplainedLayer {
  readonly activation: ActivationName
  readonly neurons: readonly ExplainedNeuron[]
}

/** Every quantity of one forward and backward pass */
export interface Explanation {
  /** The row after input scaling, by name: i1, i2 … */
  readonly inputs: readonly { readonly name: string; readonly value: number }[]
  readonly layers: readonly ExplainedLayer[]
  readonly loss: string
  /** The loss of the row, before the step */
  readonly totalError: number
  readonly optimizer: string
  readonly learningRate: number
  /** As plain text; `{ weight: 'w5' }` for the chain of one weight only */
  toText(options?: TextOptions): string
  /** As MathML, one `<math>` element a line */
  toMathML(options?: TextOptions): string
}

/**
 * Explains one forward and backward pass and the step that would follow. Weights are numbered layer by layer, by target
 * neuron, then source. Changes nothing. Softmax with several outputs has no single ∂out/∂net; ∂E/∂net is given there.
 */
export function explain(network: Network, input: MatrixInput, target: MatrixInput): Explanation {
  const state = Network.stateOf(network)
  const [x, y] = Network.readScaled(network, 'explain', input, target)
  if (x.rows !== 1) {
    throw new WasmpropError('INVALID_SHAPE', `input: expected one row, got ${x.rows}`, { path: 'input' })
  }
  const copy = network.clone()
  copy.trainOnBatch(input, target)
  const updated = copy.getWeights()
  copy.dispose()
  const totalError = evaluateRows(state, x, y, true)
  const inputs = firstRow(state, state.layout.inputBlock, state.config.inputs)
  const targets = firstRow(state, state.layout.targetBlock, y.columns)
  const explanation = {
    inputs: inputs.map((value, index) => ({ name: `i${index + 1}`, value })),
    layers: explainLayers(state, inputs, targets, updated),
    loss: state.config.loss.name,
    totalError,
    optimizer: state.config.optimizer.name,
    learningRate: Number(state.config.optimizer.options.learningRate),
  }
  return {
    ...explanation,
    toText: (options) => explanationToText(explanation, options),
    toMathML: (options) => explanationToMathML(explanation, options),
  }
}

/** What `explainLayers` reads of one layer, row 0 of every block */
interface Pass {
  readonly weights: number[][]
  readonly biases: number[]
  readonly gradients: LayerWeights
  readonly outputs: number[]
  readonly deltas: number[]
}

function explainLayers(
  state: NetworkState,
  inputs: number[],
  targets: number[],
  updated: LayerWeights[],
): ExplainedLayer[] {
  const { config } = state
  const passes = readPasses(state)
  const names = passes.map((pass, layer) => pass.outputs.map((_, unit) => neuronName(layer, unit, passes.length)))
  const firstNumbers = config.layers.map((_, layer) =>
    config.layers.slice(0, layer).reduce((sum, below) => sum + below.inputs * below.units, 1),
  )
  const firstBiases = config.layers.map((_, layer) =>
    config.layers.slice(0, layer).reduce((sum, below) => sum + below.units, 1),
  )
  const weightName = (layer: number, source: number, unit: number) =>
    `w${firstNumbers[layer] + unit * config.layers[layer].inputs + source}`

  return passes.map(({ weights, biases, gradients, outputs, deltas }, layer) => {
    const sources = layer === 0 ? inputs : passes[layer - 1].outputs
    const sourceNames = layer === 0 ? inputs.map((_, index) => `i${index + 1}`) : names[layer - 1]
    const isOutput = layer === passes.length - 1
    const activation = config.layers[layer].activation.name
    const neurons = outputs.map((output, unit): ExplainedNeuron => {
      const to = names[layer][unit]
      const paths = isOutput
        ? undefined
        : passes[layer + 1].deltas.map((errorByNet, above): ExplainedPath => {
            const weightValue = passes[layer + 1].weights[unit][above]
            const weight = weightName(layer + 1, unit, above)
            const contribution = errorByNet * weightValue
            return { through: names[layer + 1][above], weight, weightValue, errorByNet, contribution }
          })
      const explained = sources.map(
        (netByWeight, source): ExplainedWeight => ({
          name: weightName(layer, source, unit),
          from: sourceNames[source],
          to,
          value: weights[source][unit],
          netByWeight,
          errorByWeight: gradients.weights[source][unit],
          updated: updated[layer].weights[source][unit],
        }),
      )
      const bias: ExplainedWeight = {
        name: `b${firstBiases[layer] + unit}`,
        from: '1',
        to,
        value: biases[unit],
        netByWeight: 1,
        errorByWeight: gradients.biases[unit],
        updated: updated[layer].biases[unit],
      }
      return {
        name: to,
        net: netOf(state, sources, weights, biases, unit),
        output,
        ...derivatives(state, layer, unit, output, deltas[unit], targets, paths),
        errorByNet: deltas[unit],
        ...(isOutput ? { target: targets[unit], error: errorOf(state, output, targets[unit]) } : {}),
        ...(paths ? { paths } : {}),
        weights: explained,
        ...(config.layers[layer].hasBiases ? { bias } : {}),
      }
    })
    return { activation, neurons }
  })
}

function neuronName(layer: number, unit: number, layers: number): string {
  if (layer === layers - 1) return `o${unit + 1}`
  return layers === 2 ? `h${unit + 1}` : `h${layer + 1}.${unit + 1}`
}

/** Row 0 of a block in memory */
function firstRow({ engine, config, layout }: NetworkState, address: number, columns: number): number[] {
  const index = address / layout.bytesPerValue
  return Array.from(valuesOf(engine.buffer, config.dtype).subarray(index, index + columns))
}

function readPasses(state: NetworkState): Pass[] {
  const { engine, config, layout } = state
  const values = valuesOf(engine.buffer, config.dtype)
  const parameters = readLayers(values, layout)
  const gradients = readLayers(values, layout, gradientsOf)
  return layout.layers.map((layer, index) => ({
    ...parameters[index],
    gradients: gradients[index],
    outputs: firstRow(state, layer.outputs, layer.units),
    deltas: firstRow(state, layer.deltas, layer.units),
  }))
}

/** b + Σ x · w in the engines' order and rounding */
function netOf({ config }: NetworkState, x: number[], weights: number[][], biases: number[], unit: number): number {
  const round = config.dtype === 'float32' ? Math.fround : (value: number) => value
  return x.reduce((sum, value, source) => round(sum + round(value * weights[source][unit])), biases[unit])
}

/** ∂E/∂out and ∂out/∂net of one neuron, unless softmax joins the layer's outputs */
function derivatives(
  { config }: NetworkState,
  layer: number,
  unit: number,
  output: number,
  errorByNet: number,
  targets: number[],
  paths: ExplainedPath[] | undefined,
): Pick<ExplainedNeuron, 'errorByOutput' | 'outputByNet'> {
  const outputByNet = activationOf(config.layers[layer].activation).derivativeAt?.(output)
  if (outputByNet === undefined) return {}
  const error = output - targets[unit]
  const units = config.layers[layer].units
  const errorByOutput = paths
    ? paths.reduce((sum, { contribution }) => sum + contribution, 0)
    : config.loss.name === 'halfSquaredError'
      ? error
      : config.loss.name === 'meanSquaredError'
        ? (2 * error) / units
        : errorByNet / outputByNet
  return { errorByOutput, outputByNet }
}

/** An output neuron's part of the loss of one row */
function errorOf({ config }: NetworkState, output: number, target: number): number {
  const units = config.layers[config.layers.length - 1].units
  const part = (share: number, probability: number) => (share === 0 ? 0 : -share * log(probability))
  switch (config.loss.name) {
    case 'halfSquaredError':
      return 0.5 * (target - output) ** 2
    case 'meanSquaredError':
      return (target - output) ** 2 / units
    case 'binaryCrossEntropy':
      return (part(target, output) + part(1 - target, 1 - output)) / units
    case 'categoricalCrossEntropy':
      return part(target, output)
  }
}
