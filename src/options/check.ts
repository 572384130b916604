// Checks of what users hand in, for every room that takes options: each gives the value back, or throws with its path, what
// was expected and what came. Option objects are read through their own keys alone, never through a prototype.
import { describe, didYouMean, reading, tagOf, unexpected, WasmpropError } from '../errors.ts'
import type { Dtype } from '../numerics/values.ts'
import type { Chosen, NumberOption, Option, Options } from './option.ts'

export function refuse(path: string, expected: string, got: unknown, advice = ''): never {
  throw unexpected('INVALID_CONFIG', path, expected, describe(got) + advice)
}

/** Plain objects, instances of the user's classes and modules: not what holds its things elsewhere, as a Map or a Promise. */
export function isOptionObject(value: unknown): value is Record<string, unknown> {
  return /^(Object|Module)$/.test(tagOf(value))
}

/** Duck-typed, for signals of other realms and polyfills */
export function isSignal(value: unknown): value is AbortSignal {
  try {
    const signal = value as AbortSignal | null | undefined
    return typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function'
  } catch {
    return false // a proxy that throws
  }
}

/**
 * The options of `value` that are set: a copy without a prototype, so that an absent option reads as undefined whatever
 * Object.prototype holds. Refuses keys that are not among `names`. `path` is '' for the object that a function takes as
 * its own; `expected` says what the object is.
 */
export function readOptions<Name extends string>(
  value: unknown,
  path: string,
  names: readonly Name[],
  expected = 'an object with options',
): Record<Name, unknown> {
  const place = path === '' ? 'options' : path
  if (!isOptionObject(value)) refuse(place, expected, value)
  return reading('INVALID_CONFIG', place, expected, () => {
    const options: Record<string, unknown> = Object.create(null)
    for (const key of Object.keys(value)) {
      const option = value[key]
      if (option === undefined) continue
      if (!(names as readonly string[]).includes(key)) refuseKey(path, key, names)
      options[key] = option
    }
    return options
  })
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

export function checkInteger(value: unknown, path: string, least: number, most: number): number {
  if (typeof value === 'number' && value > most) refuse(path, `an integer of at most ${most}`, value)
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
    refuse(path, `an integer of at least ${least}`, value)
  }
  return value + 0 // −0 becomes 0
}

type Bounds = Pick<NumberOption, 'min' | 'above' | 'max' | 'below' | 'isInteger'>

export function checkNumber(value: unknown, path: string, bounds: Bounds = {}): number {
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

export function checkBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value
  return refuse(path, 'true or false', value)
}

/** One of `names`. `others` adds to the message what else the option takes. */
export function checkName<Name extends string>(
  value: unknown,
  path: string,
  names: readonly Name[],
  others = '',
): Name {
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
  path: string,
  table: Readonly<Record<Name, { readonly options: Options }>>,
): Chosen<Name> {
  const names = Object.keys(table) as Name[]
  if (!isOptionObject(value)) {
    const name = checkName(value, path, names)
    return { name, options: checkOptions({}, path, table[name].options) }
  }
  const name = checkName(Object.hasOwn(value, 'name') ? value.name : undefined, `${path}.name`, names)
  return { name, options: checkOptions(value, path, table[name].options) }
}

function checkOptions(value: unknown, path: string, options: Options): Chosen<string>['options'] {
  const given = readOptions(value, path, ['name', ...Object.keys(options)])
  // Without a prototype: what one has no option for reads as undefined.
  const checked: Record<string, number | boolean> = Object.create(null)
  for (const [name, option] of Object.entries(options)) {
    checked[name] = given[name] === undefined ? option.default : checkOption(given[name], `${path}.${name}`, option)
  }
  return checked
}

function checkOption(value: unknown, path: string, option: Option): number | boolean {
  return option.kind === 'boolean' ? checkBoolean(value, path) : checkNumber(value, path, option)
}

/** Whether the network's type holds the number as other than an infinity or NaN. */
export function isFiniteIn(dtype: Dtype, value: number): boolean {
  return Number.isFinite(dtype === 'float32' ? Math.fround(value) : value)
}

/** A copy of `count` numbers that are finite in the network's type */
export function checkNumbers(value: unknown, path: string, count: number, dtype: Dtype): number[] {
  return reading('INVALID_CONFIG', path, `an array of ${count} numbers`, () => {
    if (!Array.isArray(value) || value.length !== count) refuse(path, `an array of ${count} numbers`, value)
    const numbers: number[] = []
    for (let index = 0; index < count; index++) {
      const number: unknown = value[index]
      if (typeof number !== 'number' || !isFiniteIn(dtype, number)) {
        refuse(`${path}[${index}]`, `a number that is finite in ${dtype}`, number)
      }
      numbers.push(number)
    }
    return numbers
  })
}

/** A copy of `rows` arrays of `columns` numbers that are finite in the network's type */
export function checkRows(value: unknown, path: string, rows: number, columns: number, dtype: Dtype): number[][] {
  return reading('INVALID_CONFIG', path, `${rows} rows of ${columns} numbers`, () => {
    if (!Array.isArray(value) || value.length !== rows) {
      refuse(path, `${rows} rows of ${columns} numbers`, value, transposedAdvice(value, rows, columns))
    }
    return Array.from({ length: rows }, (_, index) => checkNumbers(value[index], `${path}[${index}]`, columns, dtype))
  })
}

function transposedAdvice(value: unknown, rows: number, columns: number): string {
  const isTransposed =
    Array.isArray(value) && value.length === columns && Array.isArray(value[0]) && value[0].length === rows
  return isTransposed ? '; these look transposed: rows are [in], columns are [out]' : ''
}
