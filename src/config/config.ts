// What users may ask of a network, and what becomes of it.

import type { WorkerFactory } from '../hosts/worker.ts'
import type { Dtype } from '../numerics/values.ts'
import type { WasmModule } from '../platform.ts'
import type { ActivationChoice, ChosenActivation } from '../tables/activations.ts'
import type { ChosenInitializer, InitializerChoice } from '../tables/initializers.ts'
import type { ChosenLoss, LossChoice } from '../tables/losses.ts'
import type { ChosenOptimizer, OptimizerChoice } from '../tables/optimizers.ts'
import type { ResolvedRate } from '../tables/schedules.ts'

export const dtypes = ['float32', 'float64'] as const
export const engines = ['auto', 'wasm', 'typescript'] as const
export const arithmetics = ['reproducible', 'relaxed'] as const
export const scalings = ['none', 'max', 'maxAbs', 'minMax', 'standard', 'robust'] as const

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

export const LARGEST_SEED = 2 ** 32 - 1

/** What a network is to run on: no saved form of it holds that. */
export const engineOptionNames = [
  'engine',
  'arithmetic',
  'threads',
  'wasm',
  'worker',
] as const satisfies readonly (keyof NetworkConfig)[]
export type EngineOptions = Pick<NetworkConfig, (typeof engineOptionNames)[number]>
