// What users may ask of a network: the options, their defaults, and every check of them. The tables of activations, losses,
// optimizers and initializers say which names and numbers there are.

import { reading, tagOf, unexpected } from '../errors.ts'
import type { WasmModule } from '../hosts/platform.ts'
import { checkFactory, type WorkerFactory } from '../hosts/worker.ts'
import type { Dtype } from '../numerics/values.ts'
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkName,
  checkNumber,
  checkNumbers,
  checkRows,
  isFiniteIn,
  isOptionObject,
  readOptions,
  refuse,
} from '../options/check.ts'
import { type ActivationChoice, activationOf, activations, type ChosenActivation } from '../tables/activations.ts'
import {
  type ChosenInitializer,
  distributionOf,
  type InitializerChoice,
  initializers,
  numberOf,
} from '../tables/initializers.ts'
import { type ChosenLoss, type LossChoice, type LossName, losses, lossOf } from '../tables/losses.ts'
import { type ChosenOptimizer, type OptimizerChoice, optimizerOf, optimizers } from '../tables/optimizers.ts'
import { type ResolvedRate, resolveRate } from '../tables/schedules.ts'
import { checkThreads } from './threads.ts'

const dtypes = ['float32', 'float64'] as const
const engines = ['auto', 'wasm', 'typescript'] as const
const arithmetics = ['reproducible', 'relaxed'] as const
const scalings = ['none', 'max', 'maxAbs', 'minMax', 'standard', 'robust'] as const

export type EngineChoice = (typeof engines)[number]
export type Arithmetic = (typeof arithmetics)[number]
export type ScalingName = (typeof scalings)[number]

/** What `createNetwork` takes */
export interface NetworkConfig {
  /** Input columns: an integer of at least 1 */
  inputs: number
  /** From the first hidden layer to the output, at least one */
  layers: readonly LayerConfig[]
  /** Default by output activation: sigmoid `binaryCrossEntropy`, softmax `categoricalCrossEntropy`, else `meanSquaredError` */
  loss?: LossChoice
  /** Default `'adam'`; `{ name: 'sgd', learningRate: 0.1 }` sets options. */
  optimizer?: OptimizerChoice
  /** Adds l1 · Σ|W| + ½ · l2 · ΣW² to each step's objective: weights only, not divided by the batch. Default: none */
  regularization?: { l1?: number; l2?: number }
  /** Holds the Euclidean norm of all gradients together at most at this: g · min(1, clipNorm / norm). Default: none */
  clipNorm?: number
  /** Holds every gradient within ± this, before `clipNorm` acts. Default: none */
  clipValue?: number
  /** How columns are scaled before the network sees them. Predictions come back in the targets' units. Default `'none'` */
  scaling?: { inputs?: ScalingChoice; targets?: ScalingChoice }
  /** Type of weights and arithmetic. Default `'float32'` */
  dtype?: Dtype
  /** Default `'auto'`: wasm, or typescript where the host has no WebAssembly */
  engine?: EngineChoice
  /** `'relaxed'` may fuse multiply and add: faster, but the bits differ between hosts. Default `'reproducible'` */
  arithmetic?: Arithmetic
  /**
   * Threads that large products and passes are split over, with the same bits: an integer from 1 to 64, or `'auto'` for what
   * the host can run. One where memory cannot be shared: `network.engine` says so. Default 1
   */
  threads?: number | 'auto'
  /** The compiled `wasmprop.wasm` of this version, for hosts that forbid compiling bytes. Default: embedded */
  wasm?: WasmModule
  /**
   * Makes each worker that `threads` need, where the library's own do not start: one whose script imports
   * `wasmprop/worker-host`. Default: none
   */
  worker?: WorkerFactory
  /** Unsigned 32-bit integer that everything random starts from. Default: drawn once, readable as `network.seed` */
  seed?: number
}

/** One layer: units that all see the outputs of the layer before */
export interface LayerConfig {
  /** An integer of at least 1; 2 or more with softmax */
  units: number
  /** Default `'linear'` */
  activation?: ActivationChoice
  /** An initializer, or the weights themselves as [in][out]. Default `glorotUniform`; `heUniform` with relu-like activations */
  weightInit?: InitializerChoice | readonly (readonly number[])[]
  /** An initializer, or one number per unit. Default `'zeros'` */
  biasInit?: InitializerChoice | readonly number[]
  /** Whether the layer has biases. Default true */
  bias?: boolean
  /** Whether training changes the biases. Default true */
  trainBias?: boolean
  /** false freezes weights and biases: gradients of 0, no decay, no penalty, not in the norm of `clipNorm`. Default true */
  trainable?: boolean
  /**
   * Share of the outputs that each training step sets to 0, from 0 to below 1; the others are divided by 1 − dropout. Not
   * on the output layer. Default 0
   */
  dropout?: number
}

/**
 * A scaling that is fitted on the training rows, by name, or a given one: x′ = x / divideBy, or x′ = (x − offset) / scale,
 * with a number for all columns or one per column. A divisor of 0 counts as 1.
 */
export type ScalingChoice =
  | ScalingName
  | { divideBy: number | readonly number[] }
  | { offset: number | readonly number[]; scale: number | readonly number[] }

/** A checked configuration: every choice made, nothing shared with what the user holds */
export interface ResolvedConfig {
  readonly inputs: number
  /** Units of the last layer */
  readonly outputs: number
  readonly layers: readonly ResolvedLayer[]
  readonly loss: ChosenLoss
  readonly optimizer: ChosenOptimizer
  readonly learningRate: ResolvedRate
  readonly regularization: { readonly l1: number; readonly l2: number }
  /** 0: none */
  readonly clipNorm: number
  readonly clipValue: number
  readonly scaling: { readonly inputs: ResolvedScaling; readonly targets: ResolvedScaling }
  readonly dtype: Dtype
  readonly engine: EngineChoice
  readonly arithmetic: Arithmetic
  /** 'auto' becomes a number where the engine is chosen. */
  readonly threads: number | 'auto'
  readonly wasm: WasmModule | undefined
  readonly worker: WorkerFactory | undefined
  readonly seed: number
}

export interface ResolvedLayer {
  readonly inputs: number
  readonly units: number
  readonly activation: ChosenActivation
  /** Or the weights, inputs × units */
  readonly weightInit: ChosenInitializer | number[][]
  readonly biasInit: ChosenInitializer | number[]
  readonly hasBiases: boolean
  /** Whether training changes the biases of a layer that is trainable */
  readonly trainsBiases: boolean
  readonly isTrainable: boolean
  /** 0: none */
  readonly dropout: number
}

/** `offset` and `scale` have one number per column, and no scale is 0. */
export type ResolvedScaling =
  | { readonly name: ScalingName }
  | { readonly name: 'given'; readonly offset: number[]; readonly scale: number[] }

const LARGEST_WIDTH = 2 ** 31
export const LARGEST_SEED = 2 ** 32 - 1
/** Longer lists take V8 minutes and then crash it. */
const MOST_LISTED_COLUMNS = 2 ** 25
/** What initializers draw from lies between 0 and this. */
const LARGEST_RANDOM = 1 - 2 ** -53

/** What a network is to run on: no saved form of it holds that. */
export const engineOptionNames = [
  'engine',
  'arithmetic',
  'threads',
  'wasm',
  'worker',
] as const satisfies readonly (keyof NetworkConfig)[]
export type EngineOptions = Pick<NetworkConfig, (typeof engineOptionNames)[number]>

const configNames = [
  ...engineOptionNames,
  'inputs',
  'layers',
  'loss',
  'optimizer',
  'regularization',
  'clipNorm',
  'clipValue',
  'scaling',
  'dtype',
  'seed',
] as const satisfies readonly (keyof NetworkConfig)[]

const layerNames = [
  'units',
  'activation',
  'weightInit',
  'biasInit',
  'bias',
  'trainBias',
  'trainable',
  'dropout',
] as const satisfies readonly (keyof LayerConfig)[]

/** Checks a configuration and makes every choice that it leaves open. */
export function resolveConfig(config: NetworkConfig): ResolvedConfig {
  return reading('INVALID_CONFIG', 'config', 'options that can be read', () => {
    if (!isOptionObject(config)) refuse('config', 'an object such as { inputs: 2, layers: [{ units: 1 }] }', config)
    const given = readOptions(config, '', configNames)
    const { optimizer = 'adam', scaling = {}, dtype: type = 'float32', seed = drawSeed() } = given
    const inputs = checkInteger(given.inputs, 'inputs', 1, LARGEST_WIDTH)
    const dtype = checkName(type, 'dtype', dtypes)
    const layers = resolveLayers(given.layers, inputs, dtype)
    const clips = resolveClips(given.clipNorm, given.clipValue)
    const chosen = resolveOptimizer(optimizer, dtype)
    refuseUnsearchable(chosen.optimizer, clips, layers)
    const loss = resolveLoss(given.loss, layers)
    const outputs = layers[layers.length - 1].units
    return {
      inputs,
      outputs,
      layers,
      loss,
      ...chosen,
      regularization: resolveRegularization(given.regularization),
      ...clips,
      scaling: resolveScalings(scaling, inputs, outputs, loss),
      dtype,
      ...resolveEngineOptions(given),
      seed: checkInteger(seed, 'seed', 0, LARGEST_SEED),
    }
  })
}

/** Checks what a network is to run on. */
export function resolveEngineOptions(
  given: Partial<Record<keyof EngineOptions, unknown>>,
): Pick<ResolvedConfig, keyof EngineOptions> {
  const own: typeof given = Object.assign(Object.create(null), given)
  const { engine = 'auto', arithmetic = 'reproducible', threads, wasm, worker } = own
  return {
    engine: checkName(engine, 'engine', engines),
    arithmetic: checkName(arithmetic, 'arithmetic', arithmetics),
    threads: checkThreads(threads),
    wasm: wasm === undefined ? undefined : checkModule(wasm),
    worker: worker === undefined ? undefined : checkFactory(worker),
  }
}

function resolveLayers(layers: unknown, inputs: number, dtype: Dtype): ResolvedLayer[] {
  if (!Array.isArray(layers) || layers.length === 0) {
    refuse('layers', 'an array of at least one layer such as { units: 1 }', layers)
  }
  const resolved: ResolvedLayer[] = []
  let width = inputs
  for (let index = 0; index < layers.length; index++) {
    const path = `layers[${index}]`
    const layer = resolveLayer(layers[index], path, width, dtype)
    if (layer.dropout > 0 && index === layers.length - 1) {
      refuse(`${path}.dropout`, '0 or no such option on the output layer', layer.dropout)
    }
    resolved.push(layer)
    width = layer.units
  }
  return resolved
}

function resolveLayer(layer: unknown, path: string, inputs: number, dtype: Dtype): ResolvedLayer {
  const given = readOptions(layer, path, layerNames, 'a layer such as { units: 3 }')
  const units = checkInteger(given.units, `${path}.units`, 1, LARGEST_WIDTH)
  const { activation: choice = 'linear', dropout = 0, trainable = true } = given
  const activation = checkChoice(choice, `${path}.activation`, activations)
  if (activation.name === 'softmax' && units === 1) {
    refuse(`${path}.units`, 'an integer of at least 2 with softmax', 1, '; one unit would always be 1, try sigmoid')
  }
  const { weightInit = activationOf(activation).isReluLike ? 'heUniform' : 'glorotUniform' } = given
  const weightPath = `${path}.weightInit`
  return {
    inputs,
    units,
    activation,
    weightInit: Array.isArray(weightInit)
      ? checkRows(weightInit, weightPath, inputs, units, dtype)
      : resolveInitializer(weightInit, weightPath, inputs, units, dtype),
    ...resolveBiases(given, path, inputs, units, dtype),
    isTrainable: checkBoolean(trainable, `${path}.trainable`),
    dropout: checkNumber(dropout, `${path}.dropout`, { min: 0, below: 1 }),
  }
}

function resolveBiases(
  given: Record<(typeof layerNames)[number], unknown>,
  path: string,
  inputs: number,
  units: number,
  dtype: Dtype,
): Pick<ResolvedLayer, 'biasInit' | 'hasBiases' | 'trainsBiases'> {
  const { bias = true, trainBias = bias, biasInit = 'zeros' } = given
  const hasBiases = checkBoolean(bias, `${path}.bias`)
  const trainsBiases = checkBoolean(trainBias, `${path}.trainBias`)
  const biasPath = `${path}.biasInit`
  if (!hasBiases && given.biasInit !== undefined) refuse(biasPath, 'no such option with bias: false', biasInit)
  if (!hasBiases && trainsBiases) refuse(`${path}.trainBias`, 'false or no such option with bias: false', trainsBiases)
  return {
    biasInit: Array.isArray(biasInit)
      ? checkNumbers(biasInit, biasPath, units, dtype)
      : resolveInitializer(biasInit, biasPath, inputs, units, dtype),
    hasBiases,
    trainsBiases,
  }
}

function resolveInitializer(
  value: unknown,
  path: string,
  inputs: number,
  units: number,
  dtype: Dtype,
): ChosenInitializer {
  const chosen = checkChoice(value, path, initializers)
  const { low, high } = chosen.options
  if (low > high) refuse(`${path}.low`, `a number of at most high, which is ${high}`, low)
  const distribution = distributionOf(chosen, inputs, units)
  for (const random of [0, LARGEST_RANDOM]) {
    const extreme = numberOf(distribution, random)
    if (!isFiniteIn(dtype, extreme)) refuse(path, `initial values that are finite in ${dtype}`, extreme)
  }
  return chosen
}

function resolveLoss(value: unknown, layers: readonly ResolvedLayer[]): ChosenLoss {
  const path = `layers[${layers.length - 1}]`
  const { units, activation } = layers[layers.length - 1]
  const chosen = checkChoice(value === undefined ? defaultLoss(activation) : value, 'loss', losses)
  const { activation: needed = activation.name, minimumOutputs } = lossOf(chosen)
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

function resolveOptimizer(value: unknown, dtype: Dtype): Pick<ResolvedConfig, 'optimizer' | 'learningRate'> {
  // The learning rate may be more than the number that the table describes.
  const { learningRate, ...others } = isOptionObject(value) ? value : {}
  const chosen = checkChoice(isOptionObject(value) ? others : value, 'optimizer', optimizers)
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
  const { learningRate: rate, ...options } = chosen.options
  const given = isOptionObject(value) && Object.hasOwn(value, 'learningRate') ? learningRate : undefined
  return {
    optimizer: { name: chosen.name, options },
    learningRate: resolveRate(given, Number(rate), 'optimizer.learningRate'),
  }
}

function resolveClips(clipNorm: unknown, clipValue: unknown): Pick<ResolvedConfig, 'clipNorm' | 'clipValue'> {
  return {
    clipNorm: clipNorm === undefined ? 0 : checkNumber(clipNorm, 'clipNorm', { above: 0 }),
    clipValue: clipValue === undefined ? 0 : checkNumber(clipValue, 'clipValue', { above: 0 }),
  }
}

/** A line search needs the gradients of what it searches in, and that it stays the same. */
export function refuseUnsearchable(
  optimizer: ChosenOptimizer,
  clips: Readonly<Record<'clipNorm' | 'clipValue', number>>,
  layers: readonly ResolvedLayer[],
): void {
  if (!optimizerOf(optimizer).searches) return
  layers.forEach(({ dropout }, index) => {
    if (dropout === 0) return
    refuse(`layers[${index}].dropout`, `0 or no such option with the optimizer ${optimizer.name}`, dropout)
  })
  for (const name of ['clipNorm', 'clipValue'] as const) {
    if (clips[name] !== 0) refuse(name, `no such option with the optimizer ${optimizer.name}`, clips[name])
  }
}

export function resolveRegularization(value: unknown): ResolvedConfig['regularization'] {
  const { l1 = 0, l2 = 0 } = readOptions(value === undefined ? {} : value, 'regularization', ['l1', 'l2'])
  return {
    l1: checkNumber(l1, 'regularization.l1', { min: 0 }),
    l2: checkNumber(l2, 'regularization.l2', { min: 0 }),
  }
}

function resolveScalings(value: unknown, inputs: number, outputs: number, loss: ChosenLoss): ResolvedConfig['scaling'] {
  const given = readOptions(value, 'scaling', ['inputs', 'targets'], "an object such as { inputs: 'standard' }")
  const targets = resolveScaling(given.targets, 'scaling.targets', outputs)
  if (targets.name !== 'none' && lossOf(loss).targets !== 'number') {
    const advice = `; leave it out, or choose another loss such as meanSquaredError`
    refuse(
      'scaling.targets',
      `"none" with the loss ${loss.name}, whose targets are probabilities`,
      given.targets,
      advice,
    )
  }
  return { inputs: resolveScaling(given.inputs, 'scaling.inputs', inputs), targets }
}

function resolveScaling(value: unknown, path: string, columns: number): ResolvedScaling {
  if (value === undefined) return { name: 'none' }
  const forms = '{ divideBy } or { offset, scale }'
  if (!isOptionObject(value)) return { name: checkName(value, path, scalings, `, or ${forms}`) }
  const given = readOptions(value, path, ['divideBy', 'offset', 'scale'])
  const isDivision = given.divideBy !== undefined
  const isShift = given.offset !== undefined || given.scale !== undefined
  if (isDivision === isShift) refuse(path, `either ${forms}`, value, isShift ? ' with both' : ' with neither')
  const divisor = isDivision ? 'divideBy' : 'scale'
  const scale = checkColumns(given[divisor], `${path}.${divisor}`, columns)
  return {
    name: 'given',
    offset: checkColumns(isDivision ? 0 : given.offset, `${path}.offset`, columns),
    scale: scale.map((number) => (number === 0 ? 1 : number)),
  }
}

/** One number for all columns, or one for each: as a list with one for each */
function checkColumns(value: unknown, path: string, columns: number): number[] {
  if (Array.isArray(value)) return checkNumbers(value, path, columns, 'float64')
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    refuse(path, `a finite number, or an array of ${columns}, one per column`, value)
  }
  if (columns <= MOST_LISTED_COLUMNS) return new Array<number>(columns).fill(value)
  const got = `${columns}; scale the data beforehand`
  throw unexpected('OUT_OF_MEMORY', path, `at most ${MOST_LISTED_COLUMNS} columns`, got)
}

function checkModule(value: unknown): WasmModule {
  if (tagOf(value) === 'WebAssembly.Module') return value as WasmModule
  return refuse('wasm', 'a WebAssembly.Module', value, '; await WebAssembly.compile(bytes) makes one')
}

function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]
}
