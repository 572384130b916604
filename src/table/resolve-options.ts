// The options of trainTable, described and checked.
import { LARGEST_SEED } from '../config/config.ts'
import { checkThreads } from '../config/threads.ts'
import { clip, describe, didYouMean, unexpected } from '../errors.ts'
import {
  anything,
  callback,
  checkGiven,
  checkName,
  isOptionObject,
  list,
  outermost,
  readOptions,
  refuse,
  signal,
} from '../options/check.ts'
import { type AnyOptions, bare, type Path } from '../options/option.ts'
import type { GivenOptions, ResolvedOptions, StoredOptions, TrainTableOptions } from './options.ts'
import { plainCopy } from './plain.ts'
import type { ReadTableOptions } from './read.ts'
import { type Effort, efforts } from './recipe.ts'
import type { Target, Task } from './target.ts'

const tasks = ['classification', 'regression'] as const
const MOST_MILLISECONDS = 2 ** 31 - 1 // of a timer

const overrides = { check: checkOverrides } as const

/** Of `TrainTableOptions`: the command makes its flags of them as well. What needs the table is checked when it is read. */
export const learning = bare({
  target: { ...anything, words: 'what is to be predicted; several with commas between' },
  task: { ...anything, names: tasks, words: 'what the target is, where its values do not say it' },
  columns: anything,
  read: anything,
  effort: { kind: 'name', names: efforts, words: 'how much is tried (standard)' },
  budget: { kind: 'number', above: 0, max: MOST_MILLISECONDS, words: 'do the best that can be done in this time' },
  only: { kind: 'name', names: ['linear', 'network'], words: 'nothing but linear models, or none' },
  network: overrides,
  train: overrides,
  classWeights: anything,
  seed: { kind: 'integer', min: 0, max: LARGEST_SEED, default: 0, words: 'of everything random (0)' },
  threads: { check: checkThreads, default: 1, words: 'that networks are divided over, with the same bits (auto)' },
  signal,
  onProgress: callback,
  checkpoint: anything,
  onCheckpoint: callback,
} as const satisfies AnyOptions & Record<keyof TrainTableOptions, unknown>)

export const optionNames = Object.keys(learning) as (keyof typeof learning)[]

/** Options that are data: the others are functions, signals, or a single value */
const DATA: readonly string[] = ['target', 'task', 'columns', 'read', 'network', 'train', 'classWeights', 'checkpoint']

/** All of them, those that are not set as undefined */
function takeOptions(options: unknown): GivenOptions {
  const set = readOptions(options, '', optionNames, 'an object such as { target: "price" }')
  const taken = optionNames.map((name) => [name, DATA.includes(name) ? plainCopy(set[name], name) : set[name]])
  return Object.fromEntries(taken)
}

/** What of the options is about reading */
export function readingOptions({ columns, read }: Partial<GivenOptions>): ReadTableOptions {
  return {
    ...(columns === undefined ? {} : { columns: columns as NonNullable<ReadTableOptions['columns']> }),
    ...(read === undefined ? {} : { read: read as NonNullable<ReadTableOptions['read']> }),
  }
}

/** Checks what needs no table. */
export function readTrainOptions(options: unknown): ResolvedOptions {
  const given = takeOptions(options)
  const checked = checkGiven(given, outermost, learning)
  const { budget, effort = budget === undefined ? 'standard' : 'thorough', seed } = checked
  return {
    effort,
    seed,
    threads: checked.threads,
    only: checked.only,
    budget,
    network: checked.network,
    train: checked.train,
    signal: checked.signal,
    onProgress: checked.onProgress,
    onCheckpoint: checked.onCheckpoint,
    given,
    stored: storedOf(given, { effort, seed }),
  }
}

function checkOverrides(value: unknown, where: Path): object {
  return isOptionObject(value) ? value : refuse(where, 'an object with options', value)
}

/** Where it is computed changes no bit, and is left out. */
function storedOf(given: GivenOptions, { effort, seed }: { effort: Effort; seed: number }): StoredOptions {
  const { target, task, columns, only, train, classWeights } = given
  const { engine, threads, wasm, ...network } = (given.network ?? {}) as Record<string, unknown>
  const { file, flags, ...read } = (given.read ?? {}) as Record<string, unknown> // what messages say changes no bit either
  const kept = { target, task, columns, effort, only, train, classWeights, seed }
  const all = {
    ...kept,
    ...(isEmpty(network) ? {} : { network }),
    ...(isEmpty(read) ? {} : { read }),
  }
  const text = JSON.stringify(all, (key, value) => {
    if (typeof value === 'function') refuse(`network … ${key}`, 'plain data, which a model can store', value)
    return value
  })
  return JSON.parse(text)
}

const isEmpty = (options: object): boolean => Object.keys(options).length === 0

export function readTargets(value: unknown, known: readonly string[]): string[] {
  const targets: string[] = Array.isArray(value) ? [...value] : [value]
  if (targets.length === 0 || value === undefined) {
    refuse('target', `the name of a column: one of ${clip(list(known))}`, value)
  }
  for (const [index, target] of targets.entries()) {
    if (typeof target === 'string' && known.includes(target)) {
      if (targets.indexOf(target) === index) continue
      throw unexpected('INVALID_CONFIG', 'target', 'every column once', `${describe(target)} twice`)
    }
    const advice = (typeof target === 'string' && didYouMean(target, known)) || `; expected one of ${clip(list(known))}`
    throw unexpected('INVALID_CONFIG', 'target', 'the name of a column', `${describe(target)}${advice}`)
  }
  return targets
}

export function readTasks(value: unknown, targets: readonly string[]): (target: string) => Task | undefined {
  if (value === undefined) return () => undefined
  if (!isOptionObject(value)) {
    const task = checkName(value, 'task', tasks)
    return () => task
  }
  const byTarget = readOptions(value, 'task', targets)
  return (target) => (byTarget[target] === undefined ? undefined : checkName(byTarget[target], `task.${target}`, tasks))
}

/** Undefined for targets that are numbers */
export function readClassWeights(value: unknown, { task, labels }: Target): 'balanced' | number[] | undefined {
  if (value === undefined || task === 'regression') return undefined
  if (value === 'balanced') return value
  if (!isOptionObject(value)) return refuse('classWeights', '"balanced", or an object with a weight by label', value)
  const weights = readOptions(value, 'classWeights', labels.map(String))
  return labels.map((label) => {
    const weight = weights[String(label)] ?? 1
    if (typeof weight === 'number' && weight >= 0 && weight < Infinity) return weight
    return refuse(`classWeights.${clip(String(label))}`, 'a number of at least 0', weight)
  })
}
