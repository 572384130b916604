// Checks of what users hand in, for every room that takes options: each gives the value back, or throws with its path, what
// was expected and what came. Option objects are read through their own keys alone, never through a prototype.
import { describe, didYouMean, tagOf, unexpected, unreadable, WasmpropError } from '../errors.ts'
import type { Signal } from '../platform.ts'
import type { AnyOption, AnyOptions, Bounds, Checked, Chosen, Path, Table, Where } from './option.ts'

class Place implements Where {
  readonly #key: string | number
  readonly #outer: Where | undefined

  constructor(key: string | number, outer?: Where) {
    this.#key = key
    this.#outer = outer
  }

  at(key: string | number): Where {
    return new Place(key, this)
  }

  toString(): string {
    const outer = this.#outer ? `${this.#outer}` : ''
    if (typeof this.#key === 'number') return `${outer}[${this.#key}]`
    return outer === '' ? this.#key : `${outer}.${this.#key}`
  }
}

/** The object that a function takes as its own */
export const outermost: Where = new Place('')

export function refuse(path: Path, expected: string, got: unknown, advice = ''): never {
  throw unexpected('INVALID_CONFIG', `${path}`, expected, describe(got) + advice)
}

/** Plain objects, instances of the user's classes and modules: not what holds its things elsewhere, as a Map or a Promise. */
export function isOptionObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && /^(Object|Module)$/.test(tagOf(value))
}

/** Duck-typed, for signals of other realms and polyfills */
export function isSignal(value: unknown): value is Signal {
  try {
    const signal = value as Signal | null | undefined
    return typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  } catch {
    return false // a proxy that throws
  }
}

/** Descriptions of options that are no numbers or names */
export const signal = {
  check: (value: unknown, where: Path) => {
    if (isSignal(value)) return value
    return refuse(where, 'an AbortSignal', value, '; it is the `signal` of an AbortController')
  },
} as const

export const callback = {
  check: (value: unknown, where: Path) => {
    if (typeof value === 'function') return value as (given: unknown) => unknown
    return refuse(where, 'a function', value)
  },
} as const

/** Left to a later check, which needs more than the options */
export const anything = { check: (value: unknown) => value } as const

const ANY_OBJECT = 'an object with options'

/**
 * The options of `value` that are set: a copy without a prototype, so that an absent option reads as undefined whatever
 * Object.prototype holds. Refuses keys that are not among `names`. `path` is '' for the object that a function takes as
 * its own; `expected` says what the object is.
 */
export function readOptions<Name extends string>(
  value: unknown,
  path: Path,
  names: readonly Name[],
  expected?: string,
): Record<Name, unknown> {
  if (isOptionObject(value)) return readObject(value, path, names, expected)
  return refuse(`${path}` || 'options', expected ?? ANY_OBJECT, value)
}

function readObject<Name extends string>(
  value: Record<string, unknown>,
  path: Path,
  names: readonly Name[],
  expected = ANY_OBJECT,
): Record<Name, unknown> {
  try {
    const options: Record<string, unknown> = Object.create(null)
    for (const key of Object.keys(value)) {
      const option = value[key]
      if (option === undefined) continue
      if (!(names as readonly string[]).includes(key)) refuseKey(`${path}`, key, names)
      options[key] = option
    }
    return options
  } catch (cause) {
    throw unreadable('INVALID_CONFIG', `${path}` || 'options', expected, cause)
  }
}

function refuseKey(path: string, key: string, names: readonly string[]): never {
  const isPlain = /^[\w$]{1,40}$/.test(key)
  const keyPath = isPlain ? `${path}${path === '' ? '' : '.'}${key}` : `${path}[${describe(key)}]`
  const advice = rateAdvice(key, names) || didYouMean(key, names) || `; expected one of ${list(names)}`
  throw new WasmpropError('INVALID_CONFIG', `${keyPath}: unknown option${advice}`, { path: keyPath })
}

/** The option that most often stands in the wrong place */
function rateAdvice(key: string, names: readonly string[]): string {
  if (!/^(lr|learning_?rate)$/i.test(key)) return ''
  if (names.includes('learningRate')) return '; did you mean "learningRate"?'
  if (names.includes('optimizer')) return "; write optimizer: { name: 'adam', learningRate: 0.01 }"
  if (!names.includes('onEpoch')) return ''
  return '; call network.reconfigure({ learningRate: 0.01 }) before, or setLearningRate of what onEpoch is given'
}

export function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

export function checkInteger(value: unknown, path: Path, least: number, most: number): number {
  if (typeof value === 'number' && value > most) refuse(path, `an integer of at most ${most}`, value)
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    refuse(path, `an integer of at least ${least}`, value)
  }
  return value + 0 // −0 becomes 0
}

export function checkNumber(value: unknown, path: Path, bounds: Bounds = {}): number {
  const [min, above] = [ownBound(bounds, 'min') ?? -Infinity, ownBound(bounds, 'above') ?? -Infinity]
  const [max, below] = [ownBound(bounds, 'max') ?? Infinity, ownBound(bounds, 'below') ?? Infinity]
  const isInteger = Object.hasOwn(bounds, 'isInteger') && bounds.isInteger
  // The bounds that are not given refuse infinities, and every comparison refuses NaN.
  const isWithin = typeof value === 'number' && value >= min && value > above && value <= max && value < below
  if (isWithin && !(isInteger && !Number.isInteger(value))) return value
  return refuse(path, `${isInteger ? 'an integer' : 'a finite number'}${phrase(bounds)}`, value)
}

function ownBound(bounds: Bounds, name: 'min' | 'above' | 'max' | 'below'): number | undefined {
  return Object.hasOwn(bounds, name) ? bounds[name] : undefined
}

function phrase(bounds: Bounds): string {
  const words = { min: 'of at least', above: 'above', max: 'of at most', below: 'below' } as const
  const names = Object.keys(words) as (keyof typeof words)[]
  const given = names.filter((name) => ownBound(bounds, name) !== undefined)
  return given.map((name) => ` ${words[name]} ${bounds[name]}`).join(' and')
}

export function checkBoolean(value: unknown, path: Path): boolean {
  if (typeof value === 'boolean') return value
  return refuse(path, 'true or false', value)
}

/** One of `names`. `others` adds to the message what else the option takes. */
export function checkName<Name extends string>(value: unknown, path: Path, names: readonly Name[], others = ''): Name {
  const name = names.find((candidate) => candidate === value)
  if (name !== undefined) return name
  return refuse(
    path,
    `one of ${list(names)}${others}`,
    value,
    typeof value === 'string' ? didYouMean(value, names) : '',
  )
}

/** `'name'` or `{ name, …options }` for an entry of `table`, with the defaults filled in */
export function checkChoice<Name extends string>(
  value: unknown,
  where: Where,
  table: Table & Readonly<Record<Name, unknown>>,
): Chosen<Name> {
  const isObject = isOptionObject(value)
  const given = isObject && Object.hasOwn(value, 'name') ? value.name : undefined
  const names = Object.keys(table) as Name[]
  const name = isObject ? checkName(given, where.at('name'), names) : checkName(value, where, names)
  const { options } = table[name]
  const own = isObject ? readObject(value, where, ['name', ...Object.keys(options)]) : noOptions
  return { name, options: checkGiven(own, where, options) as Chosen<Name>['options'] }
}

/** Of what has none, or is at its defaults */
export const noOptions: Readonly<Record<string, never>> = Object.freeze(Object.create(null))

/**
 * Checks an object with the options that are described, each by itself, in the order of their descriptions; what is left out is
 * at its default, or undefined. The object that it gives has no prototype.
 */
export function checkOptions<Described extends AnyOptions>(
  value: unknown,
  where: Where,
  options: Described,
  expected?: string,
): Checked<Described> {
  return checkGiven(readOptions(value, where, Object.keys(options), expected), where, options)
}

/** The same for what `readOptions` gave */
export function checkGiven<Described extends AnyOptions>(
  given: Readonly<Record<string, unknown>>,
  where: Where,
  options: Described,
): Checked<Described> {
  const checked: Record<string, unknown> = Object.create(null)
  for (const name of Object.keys(options)) {
    const option: AnyOption = options[name]
    const value = given[name] === undefined ? option.default : given[name]
    checked[name] = value === undefined && !option.isRequired ? undefined : checkOption(value, where.at(name), option)
  }
  return checked as Checked<Described>
}

function checkOption(value: unknown, where: Where, option: AnyOption): unknown {
  if (option.check) return option.check(value, where)
  switch (option.kind) {
    case 'number':
      return checkNumber(value, where, option)
    case 'integer':
      return checkInteger(value, where, option.min, option.max)
    case 'boolean':
      return checkBoolean(value, where)
    case 'name':
      return checkName(value, where, option.names, option.others)
    case 'choice':
      return checkChoice(value, where, option.table)
    case 'object':
      return checkOptions(value, where, option.options, option.expected)
    case 'list':
      return checkList(value, where, option.of, option.expected)
  }
}

function checkList(value: unknown, where: Where, of: AnyOption, expected: string): unknown[] {
  if (!Array.isArray(value) || value.length === 0) refuse(where, expected, value)
  const items: unknown[] = []
  for (let index = 0; index < value.length; index++) items.push(checkOption(value[index], where.at(index), of))
  return items
}
