// A proof on the user's own network and data: gradients as the engine computes them, against central differences.
import { DIFFERENTIATES, GRADIENT_CHECK } from '../../assembly/ids.ts'
import { PROGRAM } from '../../assembly/program.ts'
import type { MatrixInput } from '../data/forms.ts'
import { readScaledRows } from '../data/rows.ts'
import type { Rows } from '../data/training-set.ts'
import type { Engine } from '../engine.ts'
import { compileNow } from '../engines/modules.ts'
import { WasmEngine } from '../engines/wasm.ts'
import { clip, publicCall, unexpected } from '../errors.ts'
import gradientsBuild from '../generated/wasm-gradients.ts'
import type { LayerLayout } from '../memory/layout.ts'
import { Network } from '../network/network.ts'
import { shuffle } from '../numerics/random.ts'
import { valuesOf } from '../numerics/values.ts'
import { checkInteger, checkNumber, readOptions } from '../options/check.ts'
import { evaluateRows, penaltyOf } from '../prediction/blocks.ts'
import { finite } from '../prediction/outputs.ts'
import type { NetworkState } from '../prediction/state.ts'

export interface GradientCheckOptions {
  /** At most so many parameters are checked, drawn with the seed where there are more. Default 1000 */
  sample?: number
  /** Default: the network's */
  seed?: number
  /** Relative error from which on a layer is wrong. Default 1e-6 */
  tolerance?: number
}

/** A parameter within a step of a kink of the loss or a penalty, where differences say nothing about the derivative */
export interface Kink {
  /** Input and unit of a weight; only the unit of a bias */
  input?: number
  unit: number
}

export interface LayerGradientCheck {
  checked: number
  /**
   * Largest |gradient − difference| relative to the largest of them in the layer; kinks left out. In a layer whose gradients
   * are lost in the rounding of the loss, relative to the least that differences can judge
   */
  relativeError: number
  kinks: Kink[]
}

export interface GradientCheck {
  /** Whether no layer's relative error is above the tolerance, and something was checked */
  ok: boolean
  /** Of the rows, without penalties */
  loss: number
  penalty: number
  tolerance: number
  /** Parameters that were checked; frozen biases never are */
  checked: number
  layers: LayerGradientCheck[]
}

/** Of a parameter of magnitude 1 or less: balances the fourth derivative against rounding. */
const STEP = 1e-3
/** Two estimates that differ by more, relative to the layer's largest gradient, have a kink between their steps. */
const KINK = 1e-6
/** Of the objective, what rounding may change in it, with the factors of the differences */
const NOISE = 32 * 2 ** -52

interface Parameter {
  readonly layer: number
  /** The row behind the weights' is the biases'. */
  readonly input: number
  readonly unit: number
}

/**
 * Compares the gradients of loss + penalties of these rows, as one batch and with dropout off, with central differences: in
 * float64 whatever the network's dtype, in the network's engine. Nothing is changed. Throws NOT_FINITE where the loss is not.
 */
export function checkGradients(
  network: Network,
  inputs: MatrixInput,
  targets: MatrixInput,
  options: GradientCheckOptions = {},
): GradientCheck {
  return publicCall('checkGradients', checkGradients, () => check(network, inputs, targets, options))
}

function check(
  network: Network,
  inputs: MatrixInput,
  targets: MatrixInput,
  options: GradientCheckOptions,
): GradientCheck {
  const given = readOptions(options, '', ['sample', 'seed', 'tolerance'])
  const { sample = 1000, seed = Network.stateOf(network).config.seed, tolerance = 1e-6 } = given
  const most = sample === Number.POSITIVE_INFINITY ? sample : checkInteger(sample, 'sample', 1, 2 ** 53)
  const drawn = checkInteger(seed, 'seed', 0, 2 ** 32 - 1)
  const limit = checkNumber(tolerance, 'tolerance', { above: 0 })
  const copy = Network.inFloat64(network, engineFor(Network.stateOf(network)))
  try {
    const state = Network.stateOf(copy)
    return compare(state, readScaledRows(state, 'checkGradients', inputs, targets), most, drawn, limit)
  } finally {
    copy.dispose()
  }
}

let gradientsModule: WebAssembly.Module | undefined

/** What computes gradients in float64, where the network's own build is for float32 alone; undefined: its own does both */
function engineFor({ config, engine }: NetworkState): (() => Engine) | undefined {
  const isOfOneType = engine.name === 'wasm' && !engine.relaxed && engine.threads === 1 && config.wasm === undefined
  if (!isOfOneType || config.dtype === 'float64') return undefined
  try {
    gradientsModule ??= compileNow(gradientsBuild)
  } catch (cause) {
    const expected = 'a host that compiles at once, or a network of float64'
    throw unexpected('ENGINE_UNAVAILABLE', 'checkGradients', expected, clip(String(cause)), { cause })
  }
  const module = gradientsModule
  return () => new WasmEngine(module, false)
}

function compare(state: NetworkState, rows: Rows, most: number, seed: number, tolerance: number): GradientCheck {
  const { engine, layout } = state
  const values = valuesOf(engine.buffer, 'float64')
  const loss = finite(evaluateRows(state, rows, DIFFERENTIATES), 'checkGradients: expected the loss')
  const penalty = penaltyOf(state)
  engine.adjust(PROGRAM, false)
  const parameters = draw(trainedParameters(state), most, seed)
  const gradients = parameters.map(({ layer, input, unit }) => {
    const { weightGradients, stride } = layout.layers[layer]
    return values[(weightGradients + input * stride) / 8 + unit]
  })
  const objective = () => evaluateRows(state, rows, 0) + penaltyOf(state)
  const pairs = layout.layers.map((): Pair[] => [])
  parameters.forEach((parameter, index) => {
    const estimates = differences(objective, values, addressOf(layout.layers[parameter.layer], parameter))
    pairs[parameter.layer].push({ parameter, gradient: gradients[index], estimates })
  })
  const noise = (NOISE * (Math.abs(loss) + penalty)) / STEP
  const layers = pairs.map((list, layer) => checkLayer(list, layout.layers[layer].inputs, noise, tolerance))
  const ok = parameters.length > 0 && layers.every(({ relativeError }) => relativeError <= tolerance)
  return { ok, loss, penalty, tolerance, checked: parameters.length, layers }
}

/** A gradient and its differences */
interface Pair {
  readonly parameter: Parameter
  readonly gradient: number
  readonly estimates: [number, number]
}

/** `noise`: what rounding may make of a difference, so that nothing is judged by less */
function checkLayer(pairs: readonly Pair[], inputs: number, noise: number, tolerance: number): LayerGradientCheck {
  const largest = pairs.reduce(
    (most, { gradient, estimates }) => Math.max(most, Math.abs(gradient), Math.abs(estimates[0])),
    Math.max(Number.MIN_VALUE, noise / tolerance),
  )
  const isKink = ({ estimates: [near, far] }: Pair) => !(Math.abs(near - far) <= Math.max(KINK * largest, noise))
  const errors = pairs
    .filter((pair) => !isKink(pair))
    .map(({ gradient, estimates }) => Math.abs(gradient - estimates[0]))
  return {
    checked: pairs.length,
    relativeError: errors.reduce((worst, error) => Math.max(worst, error), 0) / largest,
    kinks: pairs
      .filter(isKink)
      .map(({ parameter: { input, unit } }) => ({ ...(input < inputs ? { input } : {}), unit })),
  }
}

/** All parameters that training changes, layer by layer, the biases of a layer after its weights */
function trainedParameters({ config, layout }: NetworkState): Parameter[] {
  return layout.layers.flatMap(({ inputs, units }, layer) => {
    const { isTrainable, trainsBiases } = config.layers[layer]
    const length = isTrainable ? (inputs + Number(trainsBiases)) * units : 0
    return Array.from({ length }, (_, index) => ({ layer, input: Math.floor(index / units), unit: index % units }))
  })
}

function draw(parameters: Parameter[], most: number, seed: number): Parameter[] {
  if (parameters.length <= most) return parameters
  const order = new Uint32Array(parameters.length)
  shuffle(order, order.length, seed, 0, GRADIENT_CHECK)
  return Array.from(order.subarray(0, most).sort(), (index) => parameters[index])
}

const addressOf = ({ weights, stride }: LayerLayout, { input, unit }: Parameter) =>
  (weights + input * stride) / 8 + unit

/**
 * The derivative of the objective by `values[at]`, twice: from steps of h/2 and h, and of h and 2h. Both have lost the error
 * of second order (Richardson's extrapolation), and agree where the objective is smooth.
 */
function differences(objective: () => number, values: Float32Array | Float64Array, at: number): [number, number] {
  const value = values[at]
  const step = STEP * Math.max(1, Math.abs(value))
  const slope = (h: number) => {
    values[at] = value + h
    const above = values[at]
    const high = objective()
    values[at] = value - h
    const below = values[at]
    const low = objective()
    values[at] = value
    return (high - low) / (above - below)
  }
  const [half, whole, double] = [slope(step / 2), slope(step), slope(2 * step)]
  return [(4 * half - whole) / 3, (4 * whole - double) / 3]
}
