// Networks from JSON: reads what `modelToJSON` gave, which may be torn or hostile.

import type { NetworkConfig, ResolvedConfig } from '../config/config.ts'
import { resolveConfig, resolveEngineOptions } from '../config/resolve.ts'
import { givenScaling, Scaling } from '../data/scaling.ts'
import { clip, describe, reading, unexpected, WasmpropError } from '../errors.ts'
import { hashPacked, packedCount } from '../memory/parameters.ts'
import { fromLittleEndian, type Values } from '../numerics/values.ts'
import { isOptionObject, readOptions, refuse } from '../options/check.ts'
import { FORMAT, type ModelOptions, nodeBuffer, restoreNames, VERSION } from './json.ts'

/** A checked model */
export interface Model {
  readonly config: ResolvedConfig
  readonly parameters: Values
  readonly inputScaling: Scaling | undefined
  readonly targetScaling: Scaling | undefined
}

/** Checks what should be a `ModelJSON`, or its text. Nothing is allocated before it is known to be needed. */
export function readModel(value: unknown, options: ModelOptions = {}): Model {
  return reading('INVALID_MODEL', 'model', 'what toJSON() gave', () => {
    const { learningRate, ...host } = readOptions(options, '', restoreNames)
    resolveEngineOptions(host) // what is wrong with the options is not the model's fault
    const json = typeof value === 'string' ? parse(value) : value
    checkVersion(json)
    const names = ['format', 'version', 'config', 'scaling', 'weights', 'weightsHash'] as const
    const model = within('', () => readOptions(json, '', names))
    const hasRateFunction = within('config.', () => lacksRate(model.config))
    checkRateFunction(hasRateFunction, learningRate, 'JSON')
    const rate = hasRateFunction ? (learningRate ?? (() => refuseWithoutRate('JSON'))) : undefined
    const config = within('config.', () => resolveModelConfig(model.config, host, rate))
    const parameters = readParameters(model.weights, config)
    const hash = hashPacked(parameters, config)
    if (model.weightsHash !== hash)
      throw invalid('weightsHash', `${hash}, which is that of the weights`, model.weightsHash)
    const { inputs, targets } = readScalings(model.scaling, config)
    return { config, parameters, inputScaling: inputs, targetScaling: targets }
  })
}

function lacksRate(config: unknown): boolean {
  const { optimizer } = isOptionObject(config) ? config : {}
  return (
    isOptionObject(optimizer) && !(Object.hasOwn(optimizer, 'learningRate') && optimizer.learningRate !== undefined)
  )
}

/** Refuses what is no function, and one that nothing asks for. None may be given yet. */
export function checkRateFunction(wasFunction: boolean, given: unknown, form: string): void {
  if (given === undefined || (wasFunction && typeof given === 'function')) return
  if (wasFunction) refuseWithoutRate(form, given)
  refuse(RATE, `no such option: the rate of the ${form === 'bytes' ? 'snapshot' : 'model'} is no function`, given)
}

export function refuseWithoutRate(form: string, given?: unknown): never {
  refuse(RATE, `the function that the network was made with, which ${form} cannot hold`, given)
}

const RATE = 'learningRate'

/** Checks `{ inputs, targets }` of scalings, each null where it has not been fitted. */
export function readScalings(value: unknown, config: ResolvedConfig) {
  const { inputs, targets } = within('', () => readOptions(value, 'scaling', ['inputs', 'targets']))
  return {
    inputs: readScaling(inputs, config.scaling.inputs, config.inputs, 'scaling.inputs'),
    targets: readScaling(targets, config.scaling.targets, config.outputs, 'scaling.targets'),
  }
}

/** Before all else: who knows what newer models have. */
function checkVersion(json: unknown): void {
  if (!isOptionObject(json)) throw invalid('model', 'a model as toJSON gives it', json)
  const { format, version } = { ...json } as Record<'format' | 'version', unknown>
  if (format !== FORMAT) throw invalid('format', `"${FORMAT}"`, format)
  if (typeof version === 'number' && version > VERSION) {
    const got = `${version}; a newer wasmprop wrote this model`
    throw unexpected('UNSUPPORTED_MODEL', 'version', `at most ${VERSION}`, got)
  }
  if (version !== VERSION) throw invalid('version', String(VERSION), version)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const got = `no JSON (${clip(String(cause))})`
    throw unexpected('INVALID_MODEL', 'model', 'a model as toJSON gives it', got, { path: 'model', cause })
  }
}

/**
 * A model names what it was trained with; what a fresh network may leave to defaults must be there. `host` has the options
 * that a model does not hold, `learningRate` a function in place of the optimizer's.
 */
export function resolveModelConfig(config: unknown, host: object = {}, learningRate?: unknown): ResolvedConfig {
  const names = ['inputs', 'layers', 'loss', 'optimizer', 'scaling', 'dtype', 'seed'] as const
  const given = readOptions(config, '', [...names, 'regularization', 'clipNorm', 'clipValue'])
  for (const name of names) if (given[name] === undefined) throw invalid(`config.${name}`, 'it to be there', undefined)
  const rate = learningRate === undefined ? {} : { optimizer: { ...(given.optimizer as object), learningRate } }
  const resolved = resolveConfig({ ...given, ...rate, ...host } as unknown as NetworkConfig)
  ;(given.layers as unknown[]).forEach((layer, index) => {
    for (const name of ['activation', 'bias'] as const) {
      if (Object.hasOwn(layer as object, name)) continue
      throw invalid(`config.layers[${index}].${name}`, 'it to be there', undefined)
    }
  })
  return resolved
}

function readParameters(weights: unknown, config: ResolvedConfig): Values {
  const count = packedCount(config)
  const bytes = count * (config.dtype === 'float32' ? 4 : 8)
  const length = Math.ceil(bytes / 3) * 4
  if (typeof weights !== 'string' || weights.length !== length) {
    const got = typeof weights === 'string' ? `${weights.length}` : describe(weights)
    throw invalid('weights', `${length} base64 characters for ${count} ${config.dtype} numbers`, undefined, got)
  }
  const read = fromBase64(weights)
  if (read === undefined || read.length !== bytes) throw invalid('weights', 'base64', weights)
  const parameters = fromLittleEndian(read, config.dtype)
  if (!parameters.every(Number.isFinite)) throw invalid('weights', 'finite numbers', undefined, 'others')
  return parameters
}

function readScaling(
  value: unknown,
  rule: ResolvedConfig['scaling']['inputs'],
  columns: number,
  path: string,
): Scaling | undefined {
  if (value === null && rule.name !== 'none' && rule.name !== 'given') return undefined
  const { offset, scale } = within('', () => readOptions(value, path, ['offset', 'scale']))
  const numbers = (list: unknown, name: string) => {
    if (Array.isArray(list) && list.length === columns && Array.from(list).every(Number.isFinite))
      return list as number[]
    throw invalid(`${path}.${name}`, `${columns} finite numbers, one per column`, list)
  }
  const scaling = new Scaling(numbers(offset, 'offset'), numbers(scale, 'scale'), rule.name === 'none')
  const given = givenScaling(rule, columns)
  const differs = (a: Float64Array, b: Float64Array) => a.some((number, column) => number !== b[column])
  if (given && (differs(given.offset, scaling.offset) || differs(given.scale, scaling.scale))) {
    throw invalid(path, 'the numbers of config.scaling', undefined, 'others')
  }
  return scaling
}

/** Runs a check of configurations; what it refuses is an invalid model here. */
export function within<Result>(prefix: string, check: () => Result): Result {
  try {
    return check()
  } catch (cause) {
    if (!(cause instanceof WasmpropError) || cause.code === 'INVALID_MODEL') throw cause
    const path = `${prefix}${cause.path ?? ''}`
    throw new WasmpropError('INVALID_MODEL', `${prefix}${cause.message}`, { path, cause })
  }
}

function invalid(path: string, expected: string, value: unknown, got = describe(value)): WasmpropError {
  return unexpected('INVALID_MODEL', path, expected, got)
}

export function fromBase64(text: string): Uint8Array | undefined {
  const native = nodeBuffer?.from(text, 'base64')
  // It leaves out what is not base64, where atob refuses it.
  if (native?.toString('base64') === text) return new Uint8Array(native) // which shares its memory with others
  let binary: string
  try {
    binary = atob(text)
  } catch {
    return undefined // other characters
  }
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}
