// Everything that a run depends on, as one plain value: what links hold, what survives a reload, and what the fields change.
// Whatever comes in from outside is checked here, field by field.
import type { ActivationName, InitializerName, OptimizerName } from 'wasmprop'
import type { ColumnKind } from 'wasmprop/table'
import type { Kinds } from '../table/messages.ts'
import { type DrawnName, drawnSets, type FileSetName, fileSets } from './data/sets.ts'

export interface HiddenLayer {
  readonly units: number
  readonly activation: ActivationName
  readonly dropout: number
}

export type DataChoice =
  | { readonly kind: 'set'; readonly name: DrawnName | FileSetName }
  | { readonly kind: 'points'; readonly points: readonly (readonly [number, number, number])[] }
  /** A file that the visitor has: a link names it and its digest, not its rows. */
  | FileChoice

export interface FileChoice {
  readonly kind: 'file'
  readonly name: string
  readonly digest: string
  readonly target: string
  /** What the visitor has corrected of what was read */
  readonly kinds: Kinds
}

export interface Setup {
  readonly data: DataChoice
  readonly rows: number
  readonly noise: number
  readonly holdOut: number
  readonly hidden: readonly HiddenLayer[]
  readonly output: (typeof outputs)[number]
  readonly loss: (typeof losses)[number]
  readonly weightInit: 'default' | InitializerName
  readonly optimizer: OptimizerName
  readonly learningRate: number
  readonly schedule: (typeof schedules)[number]
  readonly batch: number
  readonly weightDecay: number
  readonly l1: number
  readonly l2: number
  /** 0: gradients are not clipped */
  readonly clipNorm: number
  readonly clipValue: number
  /** Hidden layers that training leaves as they are, counted from 0 */
  readonly frozen: readonly number[]
  readonly scaling: (typeof scalings)[number]
  readonly targetScaling: (typeof scalings)[number]
  readonly dtype: 'float32' | 'float64'
  readonly engine: 'auto' | 'wasm' | 'typescript'
  readonly seed: number
}

/** What may change while its network trains on; anything else takes a new network. */
export const living = [
  'learningRate',
  'schedule',
  'weightDecay',
  'l1',
  'l2',
  'clipNorm',
  'clipValue',
  'frozen',
] as const satisfies readonly (keyof Setup)[]
export type Living = Partial<Pick<Setup, (typeof living)[number]>>

export const isLiving = (part: Partial<Setup>): part is Living =>
  Object.keys(part).every((name) => (living as readonly string[]).includes(name))

export const activations = [
  'tanh',
  'relu',
  'sigmoid',
  'linear',
  'leakyRelu',
  'elu',
  'selu',
  'gelu',
  'silu',
  'mish',
  'softplus',
] as const satisfies readonly ActivationName[]
export const optimizers = [
  'adam',
  'sgd',
  'rmsprop',
  'adagrad',
  'adadelta',
  'adamw',
  'adamax',
  'nadam',
  'rprop',
  'lbfgs',
] as const satisfies readonly OptimizerName[]
export const outputs = ['auto', 'linear', 'sigmoid', 'tanh', 'softplus'] as const
export const losses = [
  'auto',
  'halfSquaredError',
  'meanSquaredError',
  'meanAbsoluteError',
  'huber',
  'smoothL1',
] as const
export const initializers = [
  'default',
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunNormal',
  'uniform',
  'normal',
  'zeros',
] as const
export const schedules = ['constant', 'step', 'exponential', 'cosine'] as const
export const scalings = ['none', 'standard', 'minMax', 'maxAbs', 'max', 'robust'] as const

export const MOST_LAYERS = 6
export const MOST_UNITS = 256
export const MOST_DROPOUT = 0.95
export const LARGEST_SEED = 2 ** 32 - 1
export const LEAST_RATE = 1e-9
export const MOST_RATE = 1e6
export const MOST_PENALTY = 1000
export const MOST_CLIP = 1e6
/** A batch of 0 rows stands for all of them. */
export const FULL_BATCH = 0

export const defaults: Setup = {
  data: { kind: 'set', name: 'circles' },
  rows: 300,
  noise: 0.15,
  holdOut: 0.3,
  hidden: [
    { units: 6, activation: 'tanh', dropout: 0 },
    { units: 4, activation: 'tanh', dropout: 0 },
  ],
  output: 'auto',
  loss: 'auto',
  weightInit: 'default',
  optimizer: 'adam',
  learningRate: 0.02,
  schedule: 'constant',
  batch: 16,
  weightDecay: 0,
  l1: 0,
  l2: 0,
  clipNorm: 0,
  clipValue: 0,
  frozen: [],
  scaling: 'standard',
  targetScaling: 'none',
  dtype: 'float32',
  engine: 'auto',
  seed: 1,
}

type Reader<T> = (value: unknown) => T | undefined

const number =
  (low: number, high: number, isWhole = false): Reader<number> =>
  (value) =>
    typeof value === 'number' && value >= low && value <= high && (!isWhole || Number.isInteger(value))
      ? value
      : undefined

const choice =
  <T extends string>(names: readonly T[]): Reader<T> =>
  (value) =>
    names.includes(value as T) ? (value as T) : undefined

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const hidden: Reader<HiddenLayer[]> = (value) => {
  if (!Array.isArray(value) || value.length > MOST_LAYERS) return undefined
  const layers = value.map((layer: unknown) => {
    if (!isRecord(layer)) return undefined
    const units = number(1, MOST_UNITS, true)(layer.units)
    const activation = choice(activations)(layer.activation)
    const dropout = number(0, MOST_DROPOUT)(layer.dropout)
    if (units === undefined || activation === undefined || dropout === undefined) return undefined
    return { units, activation, dropout }
  })
  return layers.includes(undefined) ? undefined : (layers as HiddenLayer[])
}

const isLayer = (value: unknown) => number(0, MOST_LAYERS - 1, true)(value) !== undefined

const frozen: Reader<number[]> = (value) =>
  Array.isArray(value) && value.length <= MOST_LAYERS && value.every(isLayer) ? value : undefined

export const columnKinds = [
  'number',
  'category',
  'boolean',
  'date',
  'identifier',
  'text',
  'ignore',
] as const satisfies readonly ColumnKind[]

function kindsIn(value: unknown): Kinds {
  const given = isRecord(value) ? Object.entries(value) : []
  return Object.fromEntries(given.filter(([, kind]) => columnKinds.includes(kind as ColumnKind))) as Kinds
}

const MOST_POINTS = 2000
const isPoint = (point: unknown): point is [number, number, number] =>
  Array.isArray(point) && point.length === 3 && point.every(Number.isFinite) && [0, 1, 2].includes(point[2])

const data: Reader<DataChoice> = (value) => {
  if (!isRecord(value)) return undefined
  const { kind, name, points, digest, target, kinds } = value
  if (kind === 'set' && typeof name === 'string' && (Object.hasOwn(drawnSets, name) || Object.hasOwn(fileSets, name))) {
    return { kind, name: name as DrawnName }
  }
  if (kind === 'points' && Array.isArray(points) && points.length <= MOST_POINTS && points.every(isPoint)) {
    return { kind, points }
  }
  const texts = [name, digest, target]
  if (kind === 'file' && texts.every((text) => typeof text === 'string' && text.length <= 1000)) {
    return { kind, name, digest, target, kinds: kindsIn(kinds) } as FileChoice
  }
  return undefined
}

const readers: { readonly [Name in keyof Setup]: Reader<Setup[Name]> } = {
  data,
  rows: number(4, 5000, true),
  noise: number(0, 1),
  holdOut: number(0, 0.8),
  hidden,
  output: choice(outputs),
  loss: choice(losses),
  weightInit: choice(initializers),
  optimizer: choice(optimizers),
  learningRate: number(LEAST_RATE, MOST_RATE),
  schedule: choice(schedules),
  batch: number(0, 100_000, true),
  weightDecay: number(0, MOST_PENALTY),
  l1: number(0, MOST_PENALTY),
  l2: number(0, MOST_PENALTY),
  clipNorm: number(0, MOST_CLIP),
  clipValue: number(0, MOST_CLIP),
  frozen,
  scaling: choice(scalings),
  targetScaling: choice(scalings),
  dtype: choice(['float32', 'float64'] as const),
  engine: choice(['auto', 'wasm', 'typescript'] as const),
  seed: number(0, LARGEST_SEED, true),
}

const readField = (from: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(from, name) ? (readers[name as keyof Setup] as Reader<unknown>)(from[name]) : undefined

/** A setup from anywhere: each field that is valid, and the default for each that is not */
export function readSetup(value: unknown): Setup {
  if (!isRecord(value)) return defaults
  const entries = Object.keys(readers).map((name) => [name, readField(value, name) ?? defaults[name as keyof Setup]])
  return Object.fromEntries(entries) as unknown as Setup
}

/** What may change in training, from anywhere: the fields that are valid */
export function readLiving(value: unknown): Living {
  if (!isRecord(value)) return {}
  const entries = living.map((name) => [name, readField(value, name)] as const)
  return Object.fromEntries(entries.filter(([, given]) => given !== undefined))
}

/** Only what differs from the defaults, for links */
export function shortened(setup: Setup): Partial<Setup> {
  const names = Object.keys(defaults) as (keyof Setup)[]
  const differs = (name: keyof Setup) => JSON.stringify(setup[name]) !== JSON.stringify(defaults[name])
  return Object.fromEntries(names.filter(differs).map((name) => [name, setup[name]]))
}
