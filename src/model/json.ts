// The model as JSON: configuration, fitted scaling, and the weights as the base64 of their little-endian bytes, so that every
// bit survives. Without optimizer state.

import { type EngineOptions, engineOptionNames, type NetworkConfig, type ResolvedConfig } from '../config/config.ts'
import type { ScalingJSON } from '../data/scaling.ts'
import { hashPacked } from '../memory/parameters.ts'
import { littleEndian, type Values } from '../numerics/values.ts'
import type { Chosen } from '../options/option.ts'
import type { NetworkState } from '../prediction/state.ts'
import type { OptimizerChoice } from '../tables/optimizers.ts'

export const FORMAT = 'wasmprop/model'
export const VERSION = 1

/** What `toJSON` gives. Part of the stable interface: later versions read it. */
export interface ModelJSON {
  format: typeof FORMAT
  version: typeof VERSION
  config: NetworkConfig
  /** Per column x′ = (x − offset) / scale; null where it has not been fitted */
  scaling: { inputs: ScalingJSON | null; targets: ScalingJSON | null }
  /** Base64 of the little-endian numbers, per layer the weights [in][out] and then the biases */
  weights: string
  weightsHash: string
}

/** What no saved form of a network holds */
export type RestoreOptions = EngineOptions & {
  /** The rate, where it was a function: the same one again, or training goes on otherwise */
  learningRate?: (step: number, epoch: number) => number
}
export type ModelOptions = RestoreOptions

export const restoreNames = [...engineOptionNames, 'learningRate'] as const satisfies readonly (keyof RestoreOptions)[]

export function modelToJSON(state: NetworkState, parameters: Values): ModelJSON {
  const { config, inputScaling, targetScaling } = state
  return {
    format: FORMAT,
    version: VERSION,
    config: configToJSON(config),
    scaling: { inputs: inputScaling?.toJSON() ?? null, targets: targetScaling?.toJSON() ?? null },
    weights: toBase64(littleEndian(parameters)),
    weightsHash: hashPacked(parameters, config),
  }
}

export function configToJSON(config: ResolvedConfig): NetworkConfig {
  const choice = <Name extends string>({ name, options }: Chosen<Name>) =>
    Object.keys(options).length === 0 ? name : { name, ...options }
  const scaling = (rule: ResolvedConfig['scaling']['inputs']) =>
    rule.name === 'given' ? { offset: [...rule.offset], scale: [...rule.scale] } : rule.name
  return {
    inputs: config.inputs,
    layers: config.layers.map(({ units, activation, hasBiases, trainsBiases, isTrainable, dropout }) => ({
      units,
      activation: choice(activation),
      bias: hasBiases,
      ...(hasBiases ? { trainBias: trainsBiases } : {}),
      ...(isTrainable ? {} : { trainable: false }),
      ...(dropout > 0 ? { dropout } : {}),
    })),
    loss: choice(config.loss),
    optimizer: { ...config.optimizer.options, name: config.optimizer.name, ...rateToJSON(config) } as OptimizerChoice,
    ...(config.regularization.l1 || config.regularization.l2 ? { regularization: { ...config.regularization } } : {}),
    ...(config.clipNorm ? { clipNorm: config.clipNorm } : {}),
    ...(config.clipValue ? { clipValue: config.clipValue } : {}),
    scaling: { inputs: scaling(config.scaling.inputs), targets: scaling(config.scaling.targets) },
    dtype: config.dtype,
    seed: config.seed,
  }
}

/** A rate given as a function is left out, which tells that it was one. */
function rateToJSON({ learningRate: rate }: ResolvedConfig) {
  if (rate.name === 'function') return {}
  if (rate.name === 'constant') return { learningRate: rate.initial }
  const unit = rate.name === 'reduceOnPlateau' ? {} : { unit: rate.unit }
  return { learningRate: { name: rate.name, initial: rate.initial, ...unit, ...rate.numbers } }
}

/** Characters that btoa and String.fromCharCode take at a time */
const CHUNK = 3 * 8192

interface NodeBytes extends Uint8Array {
  toString(encoding?: 'base64'): string
}

/** What Node, Bun and Deno have natively takes a fortieth of the time that `btoa` takes there. */
export const nodeBuffer = (globalThis as { Buffer?: NodeBuffer }).Buffer

interface NodeBuffer {
  from(bytes: ArrayBufferLike, at: number, length: number): NodeBytes
  from(text: string, encoding: 'base64'): NodeBytes
}

export function toBase64({ buffer, byteOffset, length }: Uint8Array): string {
  if (nodeBuffer) return nodeBuffer.from(buffer, byteOffset, length).toString('base64')
  let text = ''
  for (let at = 0; at < length; at += CHUNK) {
    text += btoa(String.fromCharCode(...new Uint8Array(buffer, byteOffset + at, Math.min(CHUNK, length - at))))
  }
  return text
}
