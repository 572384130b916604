// The configuration of a network: which options there are, their defaults, and every check of them. The tables of activations,
// losses, optimizers and initializers say which names and numbers there are.
import { reading, tagOf } from '../errors.ts'
import { checkFactory } from '../hosts/worker.ts'
import type { Dtype } from '../numerics/values.ts'
import {
  checkChoice,
  checkGiven,
  checkOptions,
  isOptionObject,
  noOptions,
  outermost,
  refuse,
} from '../options/check.ts'
import { type AnyOptions, bare, type Checked, type Where } from '../options/option.ts'
import type { WasmModule } from '../platform.ts'
import { activations, type ChosenActivation } from '../tables/activations.ts'
import { type ChosenInitializer, extremesOf, initializers } from '../tables/initializers.ts'
import { type ChosenLoss, type LossName, losses } from '../tables/losses.ts'
import { type ChosenOptimizer, optimizers } from '../tables/optimizers.ts'
import type { ResolvedRate } from '../tables/schedules.ts'
import {
  arithmetics,
  dtypes,
  type EngineOptions,
  engines,
  LARGEST_SEED,
  type LayerConfig,
  type NetworkConfig,
  type ResolvedConfig,
  type ResolvedLayer,
} from './config.ts'
import { checkNumbers, checkRows, infiniteIn } from './numbers.ts'
import { resolveScalings } from './scaling.ts'
import { checkThreads } from './threads.ts'

const LARGEST_WIDTH = 2 ** 31

const width = { kind: 'integer', min: 1, max: LARGEST_WIDTH, isRequired: true } as const
/** Left to a later check, which needs other options */
const anything = { check: (value: unknown) => value } as const

/** What a network is to run on */
const engineOptions = {
  engine: { kind: 'name', names: engines, default: 'auto' },
  arithmetic: { kind: 'name', names: arithmetics, default: 'reproducible' },
  threads: { check: checkThreads, default: 1 },
  wasm: { check: checkModule },
  worker: { check: checkFactory },
} as const satisfies Record<keyof EngineOptions, unknown>

/** An initializer, or what a later check may take for the numbers themselves */
const initial = {
  check: (value: unknown, where: Where) => (Array.isArray(value) ? value : checkChoice(value, where, initializers)),
} as const

const layerOptions = {
  units: width,
  activation: { kind: 'choice', table: activations, default: 'linear' },
  weightInit: initial,
  biasInit: initial,
  bias: { kind: 'boolean', default: true },
  trainBias: { kind: 'boolean' },
  trainable: { kind: 'boolean', default: true },
  dropout: { kind: 'number', default: 0, min: 0, below: 1 },
} as const satisfies AnyOptions & Record<keyof LayerConfig, unknown>

export const regularization = {
  kind: 'object',
  options: { l1: { kind: 'number', default: 0, min: 0 }, l2: { kind: 'number', default: 0, min: 0 } },
} as const

const clip = { kind: 'number', above: 0 } as const

const configOptions = bare({
  ...engineOptions,
  inputs: width,
  layers: {
    kind: 'list',
    of: { kind: 'object', options: layerOptions, expected: 'a layer such as { units: 3 }' },
    expected: 'an array of at least one layer such as { units: 1 }',
    isRequired: true,
  },
  loss: { kind: 'choice', table: losses },
  optimizer: { kind: 'choice', table: optimizers, default: 'adam' },
  regularization: { ...regularization, default: {} },
  clipNorm: clip,
  clipValue: clip,
  scaling: {
    kind: 'object',
    options: { inputs: anything, targets: anything },
    default: {},
    expected: "an object such as { inputs: 'standard' }",
  },
  dtype: { kind: 'name', names: dtypes, default: 'float32' },
  seed: { kind: 'integer', min: 0, max: LARGEST_SEED },
} as const satisfies AnyOptions & Record<keyof NetworkConfig, unknown>)

/** Checks a configuration, option by option and then what they mean together, and makes every choice that it leaves open. */
export function resolveConfig(config: NetworkConfig): ResolvedConfig {
  return reading('INVALID_CONFIG', 'config', 'options that can be read', () => {
    if (!isOptionObject(config)) refuse('config', 'an object such as { inputs: 2, layers: [{ units: 1 }] }', config)
    const given = checkOptions(config, outermost, configOptions)
    const { inputs, dtype, regularization, clipNorm = 0, clipValue = 0, seed = drawSeed() } = given
    const layers = resolveLayers(given.layers, inputs, dtype)
    const clips = { clipNorm, clipValue }
    const chosen = resolveOptimizer(given.optimizer, dtype)
    refuseUnsearchable(chosen.optimizer, clips, layers)
    const loss = resolveLoss(given.loss, layers)
    const outputs = layers[layers.length - 1].units
    const scaling = resolveScalings(given.scaling, inputs, outputs, loss)
    const engine = engineOptionsOf(given)
    return { inputs, outputs, layers, loss, ...chosen, regularization, ...clips, scaling, dtype, ...engine, seed }
  })
}

/** Checks what a network is to run on. */
export function resolveEngineOptions(
  given: Readonly<Partial<Record<keyof EngineOptions, unknown>>>,
): Pick<ResolvedConfig, keyof EngineOptions> {
  const own = Object.assign(Object.create(null), given)
  return engineOptionsOf(checkGiven(own, outermost, engineOptions))
}

function engineOptionsOf(given: Checked<typeof engineOptions>): Pick<ResolvedConfig, keyof EngineOptions> {
  const { engine, arithmetic, threads, wasm, worker } = given
  return { engine, arithmetic, threads, wasm, worker }
}

type GivenLayer = Checked<typeof layerOptions>

function resolveLayers(given: readonly GivenLayer[], inputs: number, dtype: Dtype): ResolvedLayer[] {
  let width = inputs
  return given.map((layer, index) => {
    const path = `layers[${index}]`
    const resolved = resolveLayer(layer, path, width, dtype)
    if (layer.dropout > 0 && index === given.length - 1) {
      refuse(`${path}.dropout`, '0 or no such option on the output layer', layer.dropout)
    }
    width = layer.units
    return resolved
  })
}

function resolveLayer(given: GivenLayer, path: string, inputs: number, dtype: Dtype): ResolvedLayer {
  const { units, activation, weightInit = defaultInitializer(activation), trainable, dropout } = given
  if (activation.name === 'softmax' && units === 1) {
    const advice = '; one unit would always be 1, try sigmoid'
    refuse(`${path}.units`, 'an integer of at least 2 with softmax', 1, advice)
  }
  const weights = `${path}.weightInit`
  return {
    inputs,
    units,
    activation,
    weightInit: Array.isArray(weightInit)
      ? checkRows(weightInit, weights, inputs, units, dtype)
      : checkInitializer(weightInit, weights, inputs, units, dtype),
    ...resolveBiases(given, path, inputs, dtype),
    isTrainable: trainable,
    dropout,
  }
}

function defaultInitializer(activation: ChosenActivation): ChosenInitializer {
  return { name: activations[activation.name].isReluLike ? 'heUniform' : 'glorotUniform', options: noOptions }
}

function resolveBiases(
  { units, bias, trainBias = bias, biasInit }: GivenLayer,
  path: string,
  inputs: number,
  dtype: Dtype,
): Pick<ResolvedLayer, 'biasInit' | 'hasBiases' | 'trainsBiases'> {
  const biases = `${path}.biasInit`
  if (!bias && biasInit !== undefined) {
    refuse(biases, 'no such option with bias: false', Array.isArray(biasInit) ? biasInit : biasInit.name)
  }
  if (!bias && trainBias) refuse(`${path}.trainBias`, 'false or no such option with bias: false', trainBias)
  return {
    biasInit: Array.isArray(biasInit)
      ? checkNumbers(biasInit, biases, units, dtype)
      : checkInitializer(biasInit ?? { name: 'zeros', options: noOptions }, biases, inputs, units, dtype),
    hasBiases: bias,
    trainsBiases: trainBias,
  }
}

function checkInitializer(
  chosen: ChosenInitializer,
  path: string,
  inputs: number,
  units: number,
  dtype: Dtype,
): ChosenInitializer {
  const { low, high } = chosen.options
  if (low > high) refuse(`${path}.low`, `a number of at most high, which is ${high}`, low)
  const infinite = infiniteIn(dtype, extremesOf(chosen, inputs, units))
  if (infinite !== undefined) refuse(path, `initial values that are finite in ${dtype}`, infinite)
  return chosen
}

function resolveLoss(given: ChosenLoss | undefined, layers: readonly ResolvedLayer[]): ChosenLoss {
  const path = `layers[${layers.length - 1}]`
  const { units, activation } = layers[layers.length - 1]
  const chosen = given ?? checkChoice(defaultLoss(activation), outermost.at('loss'), losses)
  const { activation: needed = activation.name, minimumOutputs } = losses[chosen.name]
  if (activation.name !== needed) {
    refuse(`${path}.activation`, `"${needed}", which the loss ${chosen.name} needs`, activation.name)
  }
  if (units < minimumOutputs) {
    refuse(`${path}.units`, `an integer of at least ${minimumOutputs} with the loss ${chosen.name}`, units)
  }
  return chosen
}

function defaultLoss({ name }: ChosenActivation): LossName {
  if (name === 'sigmoid') return 'binaryCrossEntropy'
  return name === 'softmax' ? 'categoricalCrossEntropy' : 'meanSquaredError'
}

function resolveOptimizer(chosen: ChosenOptimizer, dtype: Dtype): Pick<ResolvedConfig, 'optimizer' | 'learningRate'> {
  const { momentum, nesterov, epsilon } = chosen.options
  if (nesterov === true && momentum === 0) {
    refuse('optimizer.momentum', 'a number above 0 with nesterov: true', momentum, '; 0.9 is usual')
  }
  // A divisor of 0 would make NaN of every weight without a gradient.
  if (dtype === 'float32' && typeof epsilon === 'number' && Math.fround(epsilon) === 0) {
    refuse('optimizer.epsilon', 'a number that is above 0 in float32', epsilon)
  }
  const { minStep, maxStep } = chosen.options
  if (minStep > maxStep) refuse('optimizer.minStep', `a number of at most maxStep, which is ${maxStep}`, minStep)
  // Which `resolveRate` has checked: it may be more than the number that the table describes.
  const { learningRate, ...options } = chosen.options
  return { optimizer: { name: chosen.name, options }, learningRate: learningRate as unknown as ResolvedRate }
}

/** A line search needs the gradients of what it searches in, and that it stays the same. */
export function refuseUnsearchable(
  optimizer: ChosenOptimizer,
  clips: Readonly<Record<'clipNorm' | 'clipValue', number>>,
  layers: readonly ResolvedLayer[],
): void {
  if (!optimizers[optimizer.name].searches) return
  layers.forEach(({ dropout }, index) => {
    if (dropout === 0) return
    refuse(`layers[${index}].dropout`, `0 or no such option with the optimizer ${optimizer.name}`, dropout)
  })
  for (const name of ['clipNorm', 'clipValue'] as const) {
    if (clips[name] !== 0) refuse(name, `no such option with the optimizer ${optimizer.name}`, clips[name])
  }
}

function checkModule(value: unknown): WasmModule {
  if (tagOf(value) === 'WebAssembly.Module') return value as WasmModule
  return refuse('wasm', 'a WebAssembly.Module', value, '; await WebAssembly.compile(bytes) makes one')
}

function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]
}
