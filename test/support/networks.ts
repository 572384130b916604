// What tests of whole networks share: small networks and their data, the two engines, and comparisons to the bit.
import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import * as P from '../../assembly/program.ts'
import { type ErrorCode, WasmpropError } from '../../src/errors.ts'
import { createNetwork, type LayerWeights, type Network, type NetworkConfig } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { valuesOf } from '../../src/numerics/values.ts'
import { wordsOf } from './refusal.ts'

/** Both implementations: every suite that can runs over this list. */
export const engines = ['wasm', 'typescript'] as const
export type EngineName = (typeof engines)[number]
export const dtypes = ['float32', 'float64'] as const

/** Hours studied and slept, and exam scores */
export const HOURS = [
  [2, 9],
  [1, 5],
  [3, 6],
]
export const SCORES = [[92], [86], [89]]

/** The README's network */
export const TUTORIAL: NetworkConfig = {
  inputs: 2,
  layers: [
    { units: 3, activation: 'sigmoid', weightInit: { name: 'uniform' }, biasInit: { name: 'uniform' } },
    { units: 1, activation: 'sigmoid', weightInit: { name: 'uniform' }, biasInit: { name: 'uniform' } },
  ],
  loss: 'halfSquaredError',
  optimizer: { name: 'sgd', learningRate: 0.1 },
  scaling: { inputs: 'max', targets: { divideBy: 100 } },
  dtype: 'float64',
  seed: 1,
}

export const tutorial = (engine: EngineName, changes: Partial<NetworkConfig> = {}): Promise<Network> =>
  createNetwork({ ...TUTORIAL, engine, ...changes })

/** 3-5-2 with tanh and Adam, for data of `rowsOf` */
export const SMALL: NetworkConfig = {
  inputs: 3,
  layers: [{ units: 5, activation: 'tanh' }, { units: 2 }],
  optimizer: { name: 'adam', learningRate: 0.01 },
  seed: 7,
}

export const small = (engine: EngineName, changes: Partial<NetworkConfig> = {}): Promise<Network> =>
  createNetwork({ ...SMALL, engine, ...changes })

/** Numbers between −1 and 1 that depend on nothing but the seed: a linear congruential generator's upper bits */
export function numbersOf(count: number, seed: number): number[] {
  let state = (seed * 2654435761) >>> 0
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 23 - 1
  })
}

export function rowsOf(rows: number, columns: number, seed: number): number[][] {
  const numbers = numbersOf(rows * columns, seed)
  return Array.from({ length: rows }, (_, row) => numbers.slice(row * columns, (row + 1) * columns))
}

/** A digest of numbers to the last bit, and of how they are nested. All NaNs count as one. */
export function bitsOf(...values: unknown[]): string {
  const hash = createHash('sha1')
  const add = (value: unknown): void => {
    if (isNumbers(value)) {
      const numbers = Float64Array.from(value, (number) => (Number.isNaN(number) ? Number.NaN : number))
      hash.update(`numbers ${value.length}`).update(numbers)
    } else if (Array.isArray(value)) {
      hash.update(`list ${value.length}`)
      for (const item of value) add(typeof item === 'number' ? [item] : item)
    } else hash.update(`${typeof value} ${value}`)
  }
  add(values)
  return hash.digest('hex')
}

function isNumbers(value: unknown): value is number[] | Float64Array {
  return ArrayBuffer.isView(value) || (Array.isArray(value) && value.every((item) => typeof item === 'number'))
}

/** The WasmpropError that a promise is rejected with, or that a function throws */
export async function rejection(action: Promise<unknown> | (() => unknown)): Promise<WasmpropError> {
  try {
    await (typeof action === 'function' ? action() : action)
  } catch (error) {
    if (error instanceof WasmpropError) return error
    throw error
  }
  throw new Error('expected it to be refused')
}

/** Expects a refusal with a code, and a message that names something, with or without its public function. */
export async function expectRefusal(
  action: Promise<unknown> | (() => unknown),
  code: ErrorCode,
  words: string | RegExp = '',
): Promise<void> {
  const error = await rejection(action)
  expect(error.code, error.message).toBe(code)
  // A string is looked for anywhere, a pattern may be of the words alone.
  const isOfAll = typeof words === 'string' || words.test(error.message)
  expect(isOfAll ? error.message : wordsOf(error)).toMatch(words)
}

/**
 * Parameters, optimizer states and the optimizer's own numbers, as a digest: equal where training goes on equally. Pads are
 * left out: they are 0, but of either sign.
 */
export function trainedBits(network: Network): string {
  const { engine, layout, config } = InnerNetwork.stateOf(network)
  const { parameterBytes, trainedBytes, bytesPerValue } = layout
  const values = valuesOf(engine.buffer, config.dtype)
  const numbers: number[] = []
  for (let block = 0; block < trainedBytes; block += parameterBytes) {
    for (const { inputs, units, stride, weights } of layout.layers) {
      for (let row = 0; row <= inputs; row++) {
        const start = (weights + block + row * stride) / bytesPerValue
        for (let unit = 0; unit < units; unit++) numbers.push(values[start + unit])
      }
    }
  }
  const running = new Float64Array(engine.buffer, P.PROGRAM + P.OPTIMIZER_VALUES, P.OPTIMIZER_VALUES_COUNT)
  return bitsOf(numbers, running, new Float64Array(engine.buffer, P.PROGRAM + P.STEP, 1))
}

/** 3-17-2 with tanh and Adam, for many batches of `rowsOf` data */
export const manyBatches = (engine: EngineName, changes: Partial<NetworkConfig> = {}): Promise<Network> =>
  createNetwork({ ...SMALL, layers: [{ units: 17, activation: 'tanh' }, { units: 2 }], engine, ...changes })

/** Largest |got − wanted| relative to the largest |wanted|; Infinity for other shapes and NaN */
export function relativeDifference(got: unknown, wanted: unknown): number {
  if (shapeOf(got) !== shapeOf(wanted)) return Number.POSITIVE_INFINITY
  const [values, expected] = [flatten(got), flatten(wanted)]
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-300)
  return values.reduce((worst, value, index) => {
    const difference = Math.abs(value - expected[index]) / scale
    return difference <= worst ? worst : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
  }, 0)
}

function shapeOf(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(shapeOf)}]` : typeof value
}

function flatten(value: unknown): number[] {
  return Array.isArray(value) ? value.flatMap(flatten) : [value as number]
}

/** Weights and biases of every layer, row by row */
export const listOf = (layers: readonly LayerWeights[]) => layers.map(({ weights, biases }) => [...weights, biases])
